/* SPDX-License-Identifier: MIT */
/* checks_pins.c - what every filter's pins must answer before anything is connected, and while they connect.
 *
 * Runs: the test's thread.
 * Knows: raw COM interfaces.  Must not know: base/.
 */
#include "checks.h"

typedef void (*pin_check)(struct harness *h, IPin *pin, PIN_DIRECTION direction);

static void each_pin(struct harness *h, pin_check check)
{
    for (PIN_DIRECTION d = PINDIR_INPUT; d <= PINDIR_OUTPUT; d++) {
        IPin *pin;

        for (unsigned i = 0; (pin = harness_pin(h, d, i)) != NULL; i++) {
            check(h, pin, d);
            IPin_Release(pin);
        }
    }
}

/* ---- enumerating ------------------------------------------------------------------------- */

static void enumeration(struct harness *h)
{
    RG_AUTO(IEnumPins) all = NULL;
    RG_AUTO(IEnumPins) clone = NULL;
    IPin *pins[300];
    IPin *first = NULL;
    ULONG n = 99, rest = 0;

    assert_int_equal(IBaseFilter_EnumPins(h->filter, &all), S_OK);
    assert_int_equal(IEnumPins_Next(all, 300, pins, &n), S_FALSE);
    for (ULONG i = 0; i < n; i++)
        IPin_Release(pins[i]);
    assert_int_equal(IEnumPins_Next(all, 1, &first, &rest), S_FALSE);
    assert_int_equal(rest, 0);
    assert_int_equal(IEnumPins_Reset(all), S_OK);
    assert_int_equal(IEnumPins_Skip(all, n), S_OK);
    assert_int_equal(IEnumPins_Skip(all, 1), S_FALSE);
    assert_int_equal(IEnumPins_Reset(all), S_OK);
    assert_int_equal(IEnumPins_Clone(all, &clone), S_OK);
    if (n > 0) {
        assert_int_equal(IEnumPins_Next(clone, 1, &first, NULL), S_OK);
        assert_ptr_equal(first, pins[0]);
        IPin_Release(first);
        assert_int_equal(IEnumPins_Next(all, n, pins, &rest), S_OK); /* the clone moved alone */
        assert_int_equal(rest, n);
        for (ULONG i = 0; i < n; i++)
            IPin_Release(pins[i]);
    }
    assert_int_equal(IEnumPins_Next(all, 2, pins, NULL), E_INVALIDARG);
    assert_int_equal(IEnumPins_Next(all, 1, NULL, &rest), E_POINTER);
    assert_int_equal(IEnumPins_Clone(all, NULL), E_POINTER);
}

/* ---- who they are ------------------------------------------------------------------------- */

static void check_name(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IPin) found = NULL;
    LPWSTR id = NULL;
    PIN_INFO info;

    assert_int_equal(IPin_QueryPinInfo(pin, &info), S_OK);
    assert_ptr_equal(info.pFilter, h->filter);
    IBaseFilter_Release(info.pFilter);
    assert_int_equal(info.dir, direction);
    assert_true(info.achName[0] != L'\0');
    assert_int_equal(IPin_QueryId(pin, &id), S_OK);
    assert_non_null(id);
    assert_int_equal(IBaseFilter_FindPin(h->filter, id, &found), S_OK);
    assert_ptr_equal(found, pin);
    CoTaskMemFree(id);
}

static void names_and_ids(struct harness *h)
{
    IPin *none = (IPin *)(void *)h;

    each_pin(h, check_name);
    assert_int_equal(IBaseFilter_FindPin(h->filter, L"no such pin", &none), VFW_E_NOT_FOUND);
    assert_null(none);
}

static bool answers(IPin *pin, const IID *iid)
{
    RG_AUTO(IUnknown) face = NULL;
    HRESULT hr = IPin_QueryInterface(pin, iid, (void **)&face);

    assert_true(hr == S_OK || hr == E_NOINTERFACE);
    assert_true((hr == S_OK) == (face != NULL));
    return hr == S_OK;
}

static void check_interfaces(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    bool is_input = direction == PINDIR_INPUT;
    RG_AUTO(IUnknown) self = NULL;
    RG_AUTO(IUnknown) whole = NULL;
    /* an input that pulls through IAsyncReader has no IMemInputPin */
    bool pushes = is_input && answers(pin, &IID_IMemInputPin);

    assert_true(answers(pin, &IID_IPin));
    assert_int_equal(answers(pin, &IID_IPinConnection), pushes);
    assert_int_equal(answers(pin, &IID_IPinFlowControl), !is_input);
    assert_true(!is_input || pushes || strcmp(h->info->kind, "source") == 0);
    assert_true(answers(pin, &IID_IRgLink) || (is_input && !pushes));
    if (!is_input)
        assert_false(answers(pin, &IID_IMemInputPin));
    assert_false(answers(pin, &IID_IBaseFilter));
    assert_false(answers(pin, &IID_IMediaFilter));
    assert_false(answers(pin, &IID_IRgOptions));
    assert_int_equal(IPin_QueryInterface(pin, &IID_IUnknown, (void **)&self), S_OK);
    assert_int_equal(IBaseFilter_QueryInterface(h->filter, &IID_IUnknown, (void **)&whole),
                     S_OK);
    assert_ptr_not_equal(self, whole);
}

static void pin_interfaces(struct harness *h)
{
    each_pin(h, check_interfaces);
}

/* ---- media types ---------------------------------------------------------------------------- */

static ULONG count_types(IPin *pin, IEnumMediaTypes *types)
{
    AM_MEDIA_TYPE *type;
    ULONG n = 0, fetched;

    while (n < 1000 && IEnumMediaTypes_Next(types, 1, &type, &fetched) == S_OK) {
        assert_int_equal(fetched, 1);
        assert_int_equal(type->cbFormat != 0, type->pbFormat != NULL);
        if (!rg_type_is_partial(type))
            assert_int_equal(IPin_QueryAccept(pin, type), S_OK);
        rg_type_delete(type);
        n++;
    }
    return n;
}

static void check_types(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IEnumMediaTypes) types = NULL;
    RG_AUTO(IEnumMediaTypes) clone = NULL;
    AM_MEDIA_TYPE nonsense = { .majortype = IID_IUnknown, .subtype = IID_IUnknown };
    AM_MEDIA_TYPE *type = NULL;
    ULONG n, fetched = 9;

    (void)direction;
    assert_int_equal(IPin_EnumMediaTypes(pin, &types), S_OK);
    n = count_types(pin, types);
    assert_in_range(n, 0, 999);
    assert_int_equal(IEnumMediaTypes_Next(types, 1, &type, &fetched), S_FALSE);
    assert_int_equal(fetched, 0);
    assert_int_equal(IEnumMediaTypes_Reset(types), S_OK);
    assert_int_equal(IEnumMediaTypes_Clone(types, &clone), S_OK);
    assert_int_equal(count_types(pin, clone), n);
    assert_int_equal(IEnumMediaTypes_Skip(types, n), S_OK);
    assert_int_equal(IEnumMediaTypes_Skip(types, 1), S_FALSE);
    assert_int_equal(IEnumMediaTypes_Next(types, 1, NULL, &fetched), E_POINTER);
    assert_int_equal(IEnumMediaTypes_Next(types, 2, &type, NULL), E_INVALIDARG);
    assert_int_equal(IEnumMediaTypes_Clone(types, NULL), E_POINTER);
    /* what takes anything takes nonsense too; but the answer is one of the two */
    assert_in_range(IPin_QueryAccept(pin, &nonsense), S_OK, S_FALSE);
    assert_int_equal(IPin_QueryAccept(pin, NULL), E_POINTER);
    assert_int_equal(IPin_EnumMediaTypes(pin, NULL), E_POINTER);
    (void)h;
}

static void media_types(struct harness *h)
{
    each_pin(h, check_types);
}

/* ---- unconnected, and wrong arguments -------------------------------------------------------- */

static void check_unconnected(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    AM_MEDIA_TYPE type;
    IPin *peer = pin;

    (void)h;
    memset(&type, 0x55, sizeof(type));
    assert_int_equal(IPin_ConnectedTo(pin, &peer), VFW_E_NOT_CONNECTED);
    assert_null(peer);
    assert_int_equal(IPin_ConnectionMediaType(pin, &type), VFW_E_NOT_CONNECTED);
    assert_null(type.pbFormat);
    assert_int_equal(IPin_Disconnect(pin), S_FALSE);
    assert_int_equal(IPin_ConnectedTo(pin, NULL), E_POINTER);
    assert_int_equal(IPin_ConnectionMediaType(pin, NULL), E_POINTER);
    assert_int_equal(IPin_QueryPinInfo(pin, NULL), E_POINTER);
    assert_int_equal(IPin_QueryDirection(pin, NULL), E_POINTER);
    assert_int_equal(IPin_QueryId(pin, NULL), E_POINTER);
    assert_int_equal(IPin_QueryInternalConnections(pin, NULL, NULL), E_POINTER);
    assert_int_equal(IPin_Connect(pin, NULL, NULL), E_POINTER);
    assert_int_equal(IPin_ReceiveConnection(pin, NULL, &type), E_POINTER);
    assert_int_equal(IPin_ReceiveConnection(pin, pin, NULL), E_POINTER);
    if (direction == PINDIR_OUTPUT) {
        assert_int_equal(IPin_EndOfStream(pin), E_UNEXPECTED);
        assert_int_equal(IPin_BeginFlush(pin), E_UNEXPECTED);
        assert_int_equal(IPin_EndFlush(pin), E_UNEXPECTED);
    } else {
        assert_int_equal(IPin_EndOfStream(pin), VFW_E_WRONG_STATE); /* stopped */
    }
}

static void unconnected_pins(struct harness *h)
{
    each_pin(h, check_unconnected);
}

static void check_directions(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    IPin *peer = direction == PINDIR_OUTPUT ? AS_PIN(h->out.pin) : AS_PIN(h->in.pin);
    AM_MEDIA_TYPE type;

    memset(&type, 0, sizeof(type));
    type.majortype = MEDIATYPE_Video;
    /* like to like: out to out, in to in */
    assert_true(FAILED(IPin_Connect(pin, peer, NULL)));
    if (direction == PINDIR_INPUT)
        assert_int_equal(IPin_ReceiveConnection(pin, peer, &type), VFW_E_INVALID_DIRECTION);
    else
        assert_true(FAILED(IPin_ReceiveConnection(pin, peer, &type)));
    assert_int_equal(IPin_Disconnect(pin), S_FALSE);
}

static void wrong_directions(struct harness *h)
{
    each_pin(h, check_directions);
}

static void check_dynamic(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IPinConnection) connection = NULL;
    RG_AUTO(IPinFlowControl) flow = NULL;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HRESULT end;

    assert_non_null(event);
    if (SUCCEEDED(IPin_QueryInterface(pin, &IID_IPinConnection, (void **)&connection))) {
        assert_int_equal(IPinConnection_DynamicQueryAccept(connection, NULL), E_POINTER);
        assert_int_equal(IPinConnection_NotifyEndOfStream(connection, NULL), S_FALSE);
        assert_int_equal(IPinConnection_NotifyEndOfStream(connection, event), S_OK);
        assert_int_equal(IPinConnection_NotifyEndOfStream(connection, event), S_OK);
        assert_int_equal(IPinConnection_NotifyEndOfStream(connection, NULL), S_OK);
        assert_int_equal(IPinConnection_NotifyEndOfStream(connection, NULL), S_FALSE);
        assert_int_equal(IPinConnection_DynamicDisconnect(connection), S_FALSE);
        end = IPinConnection_IsEndPin(connection);
        assert_int_equal(end, strcmp(h->info->kind, "sink") == 0 ? S_OK : end);
        assert_in_range(end, S_OK, S_FALSE);
    }
    if (direction == PINDIR_OUTPUT) {
        assert_int_equal(IPin_QueryInterface(pin, &IID_IPinFlowControl, (void **)&flow), S_OK);
        assert_int_equal(IPinFlowControl_Block(flow, 2, NULL), E_INVALIDARG);
        assert_int_equal(IPinFlowControl_Block(flow, 3, event), E_INVALIDARG);
        assert_int_equal(IPinFlowControl_Block(flow, 0, event), E_INVALIDARG);
    }
    CloseHandle(event);
}

static void dynamic_interfaces(struct harness *h)
{
    each_pin(h, check_dynamic);
}

static void check_link(struct harness *h, IPin *pin, PIN_DIRECTION direction)
{
    RG_AUTO(IRgLink) link = NULL;
    IMediaSample *past = NULL;
    ULONGLONG serial = 0;
    RG_LEDGER ledger;
    RG_DROP drop;
    DWORD traits;

    (void)h;
    if (FAILED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link)))
        return;
    assert_int_equal(IRgLink_GetLedger(link, NULL), E_POINTER);
    assert_int_equal(IRgLink_GetLedger(link, &ledger), S_OK);
    assert_int_equal(ledger.samples, 0);
    assert_int_equal(ledger.dropped, 0);
    assert_int_equal(ledger.refused, 0);
    assert_int_equal(ledger.last_start, -1);
    assert_int_equal(IRgLink_GetDrop(link, 0, NULL), E_POINTER);
    assert_int_equal(IRgLink_GetDrop(link, 0, &drop), S_FALSE);
    assert_int_equal(IRgLink_Cancel(link, FALSE), S_FALSE);
    assert_int_equal(IRgLink_Commit(link), S_FALSE);
    if (direction == PINDIR_OUTPUT) {
        assert_int_equal(IRgLink_IsBlocked(link, NULL), S_FALSE);
        assert_int_equal(IRgLink_GetTraits(link, &traits), E_NOTIMPL);
        assert_int_equal(IRgLink_BlockAt(link, 5, NULL), E_POINTER);
        assert_int_equal(IRgLink_VisitAt(link, RG_VISIT_NOW, NULL), E_POINTER);
        assert_int_equal(IRgLink_HoldVisit(link, TRUE), S_FALSE);
        assert_int_equal(IRgLink_CancelVisit(link, NULL), E_POINTER);
        assert_int_equal(IRgLink_Recall(link, NULL, &past), E_POINTER);
        assert_int_equal(IRgLink_Recall(link, &serial, NULL), E_POINTER);
        assert_int_equal(IRgLink_Recall(link, &serial, &past), VFW_E_NOT_FOUND);
        assert_int_equal(IRgLink_SetMemory(link, 0, 0), S_OK);
        assert_int_equal(IRgLink_TakeOver(link, RG_GIVEN_NOTHING), E_NOTIMPL);
        assert_int_equal(IRgLink_Prepare(link, NULL, NULL), VFW_E_NOT_CONNECTED);
    } else {
        assert_int_equal(IRgLink_IsBlocked(link, NULL), E_NOTIMPL);
        assert_int_equal(IRgLink_GetTraits(link, NULL), E_POINTER);
        assert_int_equal(IRgLink_GetTraits(link, &traits), S_OK);
        assert_int_equal(traits & ~(DWORD)(RG_LINK_HOLDS | RG_LINK_THREADED | RG_LINK_PRIMES),
                         0);
        assert_int_equal(IRgLink_VisitAt(link, RG_VISIT_NOW, NULL), E_NOTIMPL);
        assert_int_equal(IRgLink_Recall(link, &serial, &past), E_NOTIMPL);
        assert_int_equal(IRgLink_Prime(link, NULL), E_POINTER);
        assert_true(FAILED(IRgLink_TakeOver(link, RG_GIVEN_NOTHING)));
        assert_int_equal(IRgLink_Prepare(link, NULL, NULL), VFW_E_NOT_CONNECTED);
    }
}

static void ledgers_start_empty(struct harness *h)
{
    each_pin(h, check_link);
}

/* ---- connecting ------------------------------------------------------------------------------ */

static void connect_and_disconnect(struct harness *h)
{
    unsigned before = harness_references(h->filter);

    for (int turn = 0; turn < 3; turn++) {
        if (!harness_connect(h)) {
            assert_true(strcmp(h->info->module, "plain.so") != 0 || harness_needs_file(h));
            harness_disconnect(h);
            return;
        }
        if (h->out.peer != NULL) {
            RG_AUTO(IPin) peer = NULL;
            AM_MEDIA_TYPE type;

            assert_int_equal(IPin_ConnectedTo(h->out.peer, &peer), S_OK);
            assert_ptr_equal(peer, AS_PIN(h->out.pin));
            assert_int_equal(IPin_ConnectionMediaType(h->out.peer, &type), S_OK);
            assert_true(rg_type_equal(&type, &h->out.type));
            assert_int_equal(IPin_ReceiveConnection(h->out.peer, AS_PIN(h->in.pin), &type),
                             VFW_E_INVALID_DIRECTION);
            rg_type_clear(&type);
        }
        if (h->in.peer != NULL) {
            assert_int_equal(IPin_Connect(h->in.peer, AS_PIN(h->in.pin), NULL),
                             VFW_E_ALREADY_CONNECTED);
            assert_non_null(h->in.allocator);
            assert_int_equal(harness_references(AS_PIN(h->in.pin)) > 1, 1);
        }
        harness_disconnect(h);
        assert_int_equal(harness_references(h->filter), before);
        assert_int_equal(harness_references(AS_PIN(h->in.pin)), 1);
        assert_int_equal(harness_references(AS_PIN(h->out.pin)), 1);
    }
}

static void impossible_types_are_refused(struct harness *h)
{
    RG_AUTO(IPin) pin = harness_pin(h, PINDIR_INPUT, 0);
    struct rg_format f = {
        .kind = RG_KIND_VIDEO, .pixels = RG_PIXELS_I420, .width = 16, .height = 16
    };
    AM_MEDIA_TYPE type;

    if (pin == NULL)
        return;
    assert_int_equal(rg_format_to_type(&f, &type), S_OK);
    type.cbFormat = 20; /* a block cut short; who looks at it must not read past it */
    (void)IPin_QueryAccept(pin, &type);
    type.cbFormat = 88;
    memset(type.pbFormat, 0xff, 88);
    (void)IPin_QueryAccept(pin, &type);
    memset(type.pbFormat, 0, 88);
    (void)IPin_QueryAccept(pin, &type);
    rg_type_clear(&type);
}

const struct check pin_checks[] = {
    { "pin enumeration", enumeration },
    { "pin names and ids", names_and_ids },
    { "pin interfaces", pin_interfaces },
    { "media types", media_types },
    { "unconnected pins", unconnected_pins },
    { "wrong directions", wrong_directions },
    { "dynamic interfaces", dynamic_interfaces },
    { "ledgers start empty", ledgers_start_empty },
    { "connect and disconnect", connect_and_disconnect },
    { "impossible types", impossible_types_are_refused },
    { NULL, NULL },
};
