/* SPDX-License-Identifier: MIT */
/* fake_pin.c - the pins of a fake filter: they connect with one type, and take samples.
 *
 * Any thread.  Knows: its filter.  Must not know: whose pin the other one is.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

const GUID fake_major = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x02 }
};
const GUID fake_subtype = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x03 }
};

void fake_type(AM_MEDIA_TYPE *ret, const GUID *major, const GUID *subtype)
{
    memset(ret, 0, sizeof(*ret));
    ret->majortype = *major;
    ret->subtype = *subtype;
    ret->bFixedSizeSamples = TRUE;
    ret->lSampleSize = 1;
    ret->formattype = FORMAT_None;
}

/* ---- IUnknown: an identity of its own, the filter's count -------------------------------- */

HRESULT fake_pin_query(struct fake_pin *pin, REFIID iid, void **out)
{
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IPin))
        *out = &pin->pin;
    else if (pin->direction == PINDIR_INPUT && IsEqualIID(iid, &IID_IMemInputPin))
        *out = &pin->mem;
    else if (pin->can_seek && IsEqualIID(iid, &IID_IMediaSeeking))
        *out = &pin->seeking;
    else
        *out = NULL;
    if (*out == NULL)
        return E_NOINTERFACE;
    fake_addref(pin->filter);
    return S_OK;
}

ULONG fake_pin_addref(struct fake_pin *pin)
{
    return fake_addref(pin->filter);
}

ULONG fake_pin_let_go(struct fake_pin *pin)
{
    return fake_let_go(pin->filter);
}

FAKE_UNKNOWN(IPin, pin, struct fake_pin, pin, fake_pin_query, fake_pin_addref, fake_pin_let_go)

static struct fake_pin *home(IPin *self)
{
    return CONTAINING_RECORD(self, struct fake_pin, pin);
}

/* ---- connecting -------------------------------------------------------------------------- */

static void keep_peer(struct fake_pin *pin, IPin *peer)
{
    pin->peer = peer;
    IPin_AddRef(peer);
}

static HRESULT may_connect(struct fake_pin *pin)
{
    if (pin->peer != NULL)
        return VFW_E_ALREADY_CONNECTED;
    if (fake_state(pin->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    return pin->connect_answer;
}

static HRESULT STDMETHODCALLTYPE pin_connect(IPin *self, IPin *receiver,
                                             const AM_MEDIA_TYPE *type)
{
    struct fake_pin *pin = home(self);
    AM_MEDIA_TYPE own;
    HRESULT hr = may_connect(pin);

    pin->connects++;
    pin->was_given_type = type != NULL;
    if (FAILED(hr))
        return hr;
    fake_type(&own, &pin->major, &pin->subtype);
    hr = IPin_ReceiveConnection(receiver, self, type != NULL ? type : &own);
    if (FAILED(hr))
        return hr;
    keep_peer(pin, receiver);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_receive_connection(IPin *self, IPin *connector,
                                                        const AM_MEDIA_TYPE *type)
{
    struct fake_pin *pin = home(self);
    HRESULT hr = may_connect(pin);

    pin->connects++;
    if (FAILED(hr))
        return hr;
    if (!IsEqualGUID(&type->majortype, &pin->major))
        return VFW_E_TYPE_NOT_ACCEPTED;
    keep_peer(pin, connector);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_disconnect(IPin *self)
{
    struct fake_pin *pin = home(self);
    IPin *peer = pin->peer;

    pin->disconnects++;
    if (fake_state(pin->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    if (peer == NULL)
        return S_FALSE;
    if (FAILED(pin->disconnect_answer))
        return pin->disconnect_answer;
    pin->peer = NULL;
    IPin_Release(peer);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_connected_to(IPin *self, IPin **out)
{
    *out = home(self)->peer;
    if (*out == NULL)
        return VFW_E_NOT_CONNECTED;
    IPin_AddRef(*out);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_type(IPin *self, AM_MEDIA_TYPE *ret)
{
    if (home(self)->peer == NULL) {
        memset(ret, 0, sizeof(*ret));
        return VFW_E_NOT_CONNECTED;
    }
    fake_type(ret, &home(self)->major, &home(self)->subtype);
    return S_OK;
}

/* ---- what it is -------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE pin_info(IPin *self, PIN_INFO *ret)
{
    struct fake_pin *pin = home(self);

    memset(ret, 0, sizeof(*ret));
    ret->pFilter = &pin->filter->filter;
    IBaseFilter_AddRef(ret->pFilter);
    ret->dir = pin->direction;
    wcscpy(ret->achName, pin->name);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_direction(IPin *self, PIN_DIRECTION *ret)
{
    *ret = home(self)->direction;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_id(IPin *self, LPWSTR *ret)
{
    *ret = CoTaskMemAlloc(sizeof(home(self)->name));
    if (*ret == NULL)
        return E_OUTOFMEMORY;
    wcscpy(*ret, home(self)->name);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_accepts(IPin *self, const AM_MEDIA_TYPE *type)
{
    return IsEqualGUID(&type->majortype, &home(self)->major) ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pin_enum_types(IPin *self, IEnumMediaTypes **out)
{
    return fake_enum_types(home(self), out);
}

static HRESULT STDMETHODCALLTYPE pin_internal(IPin *self, IPin **pins, ULONG *count)
{
    (void)self;
    (void)pins;
    (void)count;
    return E_NOTIMPL; /* every input leads to every output */
}

/* ---- the flow ---------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE pin_end(IPin *self)
{
    home(self)->ends++;
    fake_log('E', home(self)->filter->letter);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_begin_flush(IPin *self)
{
    home(self)->flushes++;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_end_flush(IPin *self)
{
    (void)self;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_segment(IPin *self, REFERENCE_TIME start,
                                             REFERENCE_TIME stop, double rate)
{
    (void)self;
    (void)start;
    (void)stop;
    (void)rate;
    return S_OK;
}

IPinVtbl fake_pin_vtbl = {
    FAKE_UNKNOWN_SLOTS(pin),
    .Connect = pin_connect,
    .ReceiveConnection = pin_receive_connection,
    .Disconnect = pin_disconnect,
    .ConnectedTo = pin_connected_to,
    .ConnectionMediaType = pin_type,
    .QueryPinInfo = pin_info,
    .QueryDirection = pin_direction,
    .QueryId = pin_id,
    .QueryAccept = pin_accepts,
    .EnumMediaTypes = pin_enum_types,
    .QueryInternalConnections = pin_internal,
    .EndOfStream = pin_end,
    .BeginFlush = pin_begin_flush,
    .EndFlush = pin_end_flush,
    .NewSegment = pin_segment,
};

/* ---- IMemInputPin ------------------------------------------------------------------------ */

FAKE_UNKNOWN(IMemInputPin, mem, struct fake_pin, mem, fake_pin_query, fake_pin_addref,
             fake_pin_let_go)

static HRESULT STDMETHODCALLTYPE mem_allocator(IMemInputPin *self, IMemAllocator **out)
{
    (void)self;
    *out = NULL;
    return VFW_E_NO_ALLOCATOR; /* whoever connects makes one */
}

static HRESULT STDMETHODCALLTYPE mem_notify(IMemInputPin *self, IMemAllocator *allocator,
                                            BOOL read_only)
{
    (void)self;
    (void)allocator;
    (void)read_only;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE mem_requirements(IMemInputPin *self, ALLOCATOR_PROPERTIES *ret)
{
    (void)self;
    (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE mem_receive(IMemInputPin *self, IMediaSample *sample)
{
    struct fake_pin *pin = CONTAINING_RECORD(self, struct fake_pin, mem);
    BYTE *data = NULL;

    pin->receives++;
    if (SUCCEEDED(IMediaSample_GetPointer(sample, &data)))
        pin->last_byte = data[0];
    return pin->receive_answer;
}

static HRESULT STDMETHODCALLTYPE mem_receive_multiple(IMemInputPin *self,
                                                      IMediaSample **samples, LONG count,
                                                      LONG *ret_done)
{
    for (*ret_done = 0; *ret_done < count; (*ret_done)++) {
        HRESULT hr = mem_receive(self, samples[*ret_done]);

        if (hr != S_OK)
            return hr;
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE mem_can_block(IMemInputPin *self)
{
    (void)self;
    return S_FALSE;
}

IMemInputPinVtbl fake_mem_vtbl = {
    FAKE_UNKNOWN_SLOTS(mem),          .GetAllocator = mem_allocator,
    .NotifyAllocator = mem_notify,    .GetAllocatorRequirements = mem_requirements,
    .Receive = mem_receive,           .ReceiveMultiple = mem_receive_multiple,
    .ReceiveCanBlock = mem_can_block,
};

void fake_pin_init(struct fake_pin *pin, struct fake *filter, PIN_DIRECTION direction)
{
    pin->pin.lpVtbl = &fake_pin_vtbl;
    pin->mem.lpVtbl = &fake_mem_vtbl;
    pin->seeking.lpVtbl = &fake_pin_seeking_vtbl;
    pin->filter = filter;
    pin->direction = direction;
    wcscpy(pin->name, direction == PINDIR_INPUT ? L"In0" : L"Out0");
    pin->name[wcslen(pin->name) - 1] += (WCHAR)filter->n_pins;
}
