/* SPDX-License-Identifier: MIT */
/* in_pin.c - IPin and IPinConnection of an input pin: connecting, and being taken off while
 * it runs.
 *
 * Control threads, under the filter lock.  The flow in is in in_pin_flow.c.
 * Knows: its filter's ops.  Must not know: who is upstream, beyond the IPin it was given.
 */
#include "base/in_pin.h"

#include <string.h>

#include "base/in_pin_internal.h"
#include "base/out_pin.h"

static struct rg_in_pin *of_pin(IPin *face)
{
    return COM_HOME(face, struct rg_in_pin);
}

/* ---- IPin: who am I ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE in_connected_to(IPin *face, IPin **ret)
{
    struct rg_in_pin *pin = of_pin(face);

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->link_lock);
    *ret = pin->link.peer;
    if (*ret != NULL)
        IPin_AddRef(*ret);
    pthread_mutex_unlock(&pin->link_lock);
    return *ret != NULL ? S_OK : VFW_E_NOT_CONNECTED;
}

static HRESULT STDMETHODCALLTYPE in_connection_type(IPin *face, AM_MEDIA_TYPE *ret)
{
    struct rg_in_pin *pin = of_pin(face);

    return rg_pin_connection_type(&pin->link_lock, &pin->link.peer, &pin->link.type, ret);
}

static HRESULT STDMETHODCALLTYPE in_info(IPin *face, PIN_INFO *ret)
{
    return rg_pin_info(of_pin(face)->filter, PINDIR_INPUT, of_pin(face)->name, ret);
}

static HRESULT STDMETHODCALLTYPE in_direction(IPin *face, PIN_DIRECTION *ret)
{
    (void)face;
    return rg_pin_direction(PINDIR_INPUT, ret);
}

static HRESULT STDMETHODCALLTYPE in_id(IPin *face, LPWSTR *ret)
{
    return rg_pin_id(of_pin(face)->name, ret);
}

static HRESULT STDMETHODCALLTYPE in_query_accept(IPin *face, const AM_MEDIA_TYPE *type)
{
    struct rg_in_pin *pin = of_pin(face);

    if (type == NULL)
        return E_POINTER;
    return pin->ops->accept(pin, type) == S_OK ? S_OK : S_FALSE;
}

static HRESULT proposed_type(void *context, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_in_pin *pin = context;

    return pin->ops->get_type != NULL ? pin->ops->get_type(pin, index, ret)
                                      : VFW_S_NO_MORE_ITEMS;
}

static HRESULT STDMETHODCALLTYPE in_enum_types(IPin *face, IEnumMediaTypes **ret)
{
    struct rg_in_pin *pin = of_pin(face);

    if (ret == NULL)
        return E_POINTER;
    return rg_type_enumerate((IUnknown *)face, proposed_type, pin, ret);
}

static HRESULT STDMETHODCALLTYPE in_internal(IPin *face, IPin **pins, ULONG *n)
{
    struct rg_in_pin *pin = of_pin(face);

    if (n == NULL)
        return E_POINTER;
    if (atomic_load(&pin->filter->n_out) != 0)
        return E_NOTIMPL; /* every input goes to every output */
    (void)pins;
    *n = 0;
    return S_OK;
}

/* ---- IPin: connecting ------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE in_connect(IPin *face, IPin *peer, const AM_MEDIA_TYPE *type)
{
    (void)face;
    (void)type;
    /* only an output pin can begin a connection */
    return peer == NULL ? E_POINTER : E_UNEXPECTED;
}

static HRESULT accept_connection(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    HRESULT hr = pin->ops->accept(pin, type);

    return hr == S_OK ? S_OK : FAILED(hr) ? hr : VFW_E_TYPE_NOT_ACCEPTED;
}

/* *type is moved into it. */
static HRESULT set_link(struct rg_in_pin *pin, struct rg_in_link *where, IPin *peer,
                        AM_MEDIA_TYPE *type)
{
    struct rg_flow_type *flow = rg_flow_type_new(type);

    if (flow == NULL) {
        rg_type_clear(type);
        return E_OUTOFMEMORY;
    }
    pthread_mutex_lock(&pin->link_lock);
    where->peer = peer;
    where->type = *type;
    where->flow = flow;
    where->allocator = NULL;
    where->is_read_only = false;
    pthread_mutex_unlock(&pin->link_lock);
    IPin_AddRef(peer);
    return S_OK;
}

HRESULT rg_in_pin_end_former(struct rg_in_pin *pin)
{
    atomic_store(&pin->may_end, false);
    if (!rg_in_pin_enter_stream(pin))
        return VFW_E_TIMEOUT;
    rg_turn_give(&pin->stream_turn);
    return S_OK;
}

static HRESULT receive_first(struct rg_in_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE copy;
    HRESULT hr = accept_connection(pin, type);

    if (SUCCEEDED(hr))
        hr = rg_in_pin_end_former(pin);
    if (SUCCEEDED(hr))
        hr = rg_type_copy(&copy, type);
    if (FAILED(hr))
        return hr;
    hr = set_link(pin, &pin->link, peer, &copy);
    if (FAILED(hr))
        return hr;
    if (pin->ops->connected != NULL)
        hr = pin->ops->connected(pin);
    if (FAILED(hr)) {
        rg_in_link_clear(pin, &pin->link);
        return hr;
    }
    if (rg_filter_state(pin->filter) != State_Stopped)
        rg_in_pin_activate(pin);
    return S_OK;
}

/* The connection that the edit engine announced (IRgLink::Prepare). */
static HRESULT receive_next(struct rg_in_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE copy;
    HRESULT hr = pin->link.peer != NULL ? pin->ops->accept_dynamic(pin, type)
                                        : pin->ops->accept(pin, type);

    if (hr != S_OK)
        return FAILED(hr) ? hr : VFW_E_TYPE_NOT_ACCEPTED;
    hr = rg_type_copy(&copy, type);
    if (FAILED(hr))
        return hr;
    hr = set_link(pin, &pin->next, peer, &copy);
    if (SUCCEEDED(hr))
        pin->next_is = RG_NEXT_READY;
    return hr;
}

/* The present peer changes the format. */
static HRESULT receive_change(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    HRESULT hr = pin->ops->accept_dynamic(pin, type);

    if (hr != S_OK)
        return FAILED(hr) ? hr : VFW_E_TYPE_NOT_ACCEPTED;
    rg_in_pin_lock_stream(pin);
    hr = rg_in_pin_take_type(pin, type);
    rg_turn_give(&pin->stream_turn);
    return hr;
}

static HRESULT STDMETHODCALLTYPE in_receive_connection(IPin *face, IPin *peer,
                                                       const AM_MEDIA_TYPE *type)
{
    struct rg_in_pin *pin = of_pin(face);
    PIN_DIRECTION direction = PINDIR_OUTPUT;
    HRESULT hr;

    if (peer == NULL || type == NULL)
        return E_POINTER;
    hr = IPin_QueryDirection(peer, &direction);
    if (FAILED(hr))
        return hr;
    if (direction != PINDIR_OUTPUT)
        return VFW_E_INVALID_DIRECTION;
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->next_is == RG_NEXT_EXPECTED && pin->expected == peer)
        hr = receive_next(pin, peer, type);
    else if (pin->link.peer == NULL && pin->next_is == RG_NEXT_NONE)
        hr = receive_first(pin, peer, type);
    else if (pin->link.peer == peer)
        hr = receive_change(pin, type);
    else
        hr = VFW_E_ALREADY_CONNECTED;
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

void rg_in_link_clear(struct rg_in_pin *pin, struct rg_in_link *where)
{
    struct rg_in_link old;

    pthread_mutex_lock(&pin->link_lock);
    old = *where;
    memset(where, 0, sizeof(*where));
    if (where == &pin->link)
        pin->quality_sink = NULL; /* documented: goes with the connection */
    pthread_mutex_unlock(&pin->link_lock);
    rg_type_clear(&old.type);
    rg_flow_type_release(old.flow);
    if (old.allocator != NULL)
        IMemAllocator_Release(old.allocator);
    if (old.peer != NULL)
        IPin_Release(old.peer);
}

/* Under the filter lock: refuses what may still come, waits for what is inside, and tells the
 * filter; the record stays. */
void rg_in_pin_let_go(struct rg_in_pin *pin)
{
    rg_in_pin_refuse(pin);
    if (pin->link.allocator != NULL)
        IMemAllocator_Decommit(pin->link.allocator);
    if (pin->ops->wake != NULL)
        pin->ops->wake(pin);
    rg_in_pin_wait_out(pin);
    if (pin->ops->disconnected != NULL)
        pin->ops->disconnected(pin);
    else
        atomic_store(&pin->may_end, rg_filter_state(pin->filter) == State_Paused);
}

/* A connection that was made beside the present one, and that its maker takes back. */
static bool is_prepared(struct rg_in_pin *pin)
{
    return pin->next_is == RG_NEXT_READY && pin->next.peer != NULL;
}

/* Under the filter lock. */
static HRESULT break_connection(struct rg_in_pin *pin)
{
    if (is_prepared(pin)) {
        rg_in_link_clear(pin, &pin->next);
        pin->next_is = RG_NEXT_EXPECTED;
        return S_OK;
    }
    if (pin->link.peer == NULL)
        return S_FALSE;
    rg_in_pin_let_go(pin);
    rg_in_link_clear(pin, &pin->link);
    rg_in_link_forget_next(pin);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE in_disconnect(IPin *face)
{
    struct rg_in_pin *pin = of_pin(face);
    HRESULT hr = VFW_E_NOT_STOPPED;

    pthread_mutex_lock(&pin->filter->lock);
    if (is_prepared(pin) || rg_filter_state(pin->filter) == State_Stopped)
        hr = break_connection(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static const IPinVtbl in_pin_vtbl = {
    COM_UNKNOWN(IPin),
    .Connect = in_connect,
    .ReceiveConnection = in_receive_connection,
    .Disconnect = in_disconnect,
    .ConnectedTo = in_connected_to,
    .ConnectionMediaType = in_connection_type,
    .QueryPinInfo = in_info,
    .QueryDirection = in_direction,
    .QueryId = in_id,
    .QueryAccept = in_query_accept,
    .EnumMediaTypes = in_enum_types,
    .QueryInternalConnections = in_internal,
    .EndOfStream = rg_in_pin_end_of_stream,
    .BeginFlush = rg_in_pin_begin_flush,
    .EndFlush = rg_in_pin_end_flush,
    .NewSegment = rg_in_pin_new_segment,
};

/* ---- IPinConnection -------------------------------------------------------------------- */

static struct rg_in_pin *of_connection(IPinConnection *face)
{
    return COM_HOME(face, struct rg_in_pin);
}

static HRESULT STDMETHODCALLTYPE in_dynamic_accept(IPinConnection *face,
                                                   const AM_MEDIA_TYPE *type)
{
    struct rg_in_pin *pin = of_connection(face);
    HRESULT hr;

    if (type == NULL)
        return E_POINTER;
    if (!rg_in_pin_is_connected(pin))
        return VFW_E_TYPE_NOT_ACCEPTED;
    hr = pin->ops->accept_dynamic(pin, type);
    return hr == S_OK || hr == E_OUTOFMEMORY ? hr : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT STDMETHODCALLTYPE in_notify_end(IPinConnection *face, HANDLE event)
{
    struct rg_in_pin *pin = of_connection(face);
    HANDLE own = NULL, old;

    if (event != NULL) {
        HANDLE process = GetCurrentProcess();

        if (!DuplicateHandle(process, event, process, &own, 0, FALSE, DUPLICATE_SAME_ACCESS))
            return HRESULT_FROM_WIN32(GetLastError());
    }
    pthread_mutex_lock(&pin->marker_lock);
    old = pin->marker;
    pin->marker = own;
    pin->marker_serial++;
    pin->marker_has_come = false;
    pthread_mutex_unlock(&pin->marker_lock);
    if (old != NULL)
        CloseHandle(old);
    return event != NULL || old != NULL ? S_OK : S_FALSE;
}

void rg_in_pin_expect_no_marker(struct rg_in_pin *pin)
{
    pthread_mutex_lock(&pin->marker_lock);
    pin->late_markers = 0;
    pthread_mutex_unlock(&pin->marker_lock);
}

bool rg_in_pin_signal_marker(struct rg_in_pin *pin, unsigned serial)
{
    bool has;

    pthread_mutex_lock(&pin->marker_lock);
    /* the marker of a wait that was given up may lie in a queue till now */
    has = pin->marker != NULL && serial == pin->marker_serial;
    if (has)
        SetEvent(pin->marker);
    pthread_mutex_unlock(&pin->marker_lock);
    return has;
}

static HRESULT STDMETHODCALLTYPE in_is_end_pin(IPinConnection *face)
{
    return of_connection(face)->ops->is_end_pin ? S_OK : S_FALSE;
}

/* Upstream is blocked, so nobody should be inside; whoever is (a push-through that was given up, a
 * foreign thread) may be held further down for as long as the graph is paused. */
static bool is_free(struct rg_in_pin *pin)
{
    if (rg_filter_state(pin->filter) == State_Stopped || is_prepared(pin) ||
        pin->link.peer == NULL)
        return true;
    if (!rg_in_pin_enter_stream(pin))
        return false;
    rg_turn_give(&pin->stream_turn);
    return true;
}

static HRESULT STDMETHODCALLTYPE in_dynamic_disconnect(IPinConnection *face)
{
    struct rg_in_pin *pin = of_connection(face);
    HRESULT hr;

    pthread_mutex_lock(&pin->filter->lock);
    if (pin->ops->is_static && rg_filter_state(pin->filter) != State_Stopped)
        hr = VFW_E_NOT_STOPPED;
    else if (!is_free(pin))
        hr = VFW_E_TIMEOUT;
    else
        hr = break_connection(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static const IPinConnectionVtbl in_connection_vtbl = {
    COM_UNKNOWN(IPinConnection),
    .DynamicQueryAccept = in_dynamic_accept,
    .NotifyEndOfStream = in_notify_end,
    .IsEndPin = in_is_end_pin,
    .DynamicDisconnect = in_dynamic_disconnect,
};

/* ---- state ----------------------------------------------------------------------------- */

bool rg_in_pin_is_connected(struct rg_in_pin *pin)
{
    bool connected;

    pthread_mutex_lock(&pin->link_lock);
    connected = pin->link.peer != NULL;
    pthread_mutex_unlock(&pin->link_lock);
    return connected;
}

void rg_in_pin_activate(struct rg_in_pin *pin)
{
    rg_in_pin_expect_no_marker(pin);
    atomic_store(&pin->may_end, false);
    atomic_store(&pin->has_failed, false);
    atomic_store(&pin->is_flushing, false);
    atomic_store_explicit(&pin->is_active, true, memory_order_release);
}

void rg_in_pin_refuse(struct rg_in_pin *pin)
{
    atomic_store(&pin->may_end, false);
    atomic_store_explicit(&pin->is_active, false, memory_order_release);
}

void rg_in_pin_lock_stream(struct rg_in_pin *pin)
{
    struct rg_wait note;

    if (rg_turn_try(&pin->stream_turn))
        return;
    note =
        (struct rg_wait){ .what = "the call inside to come out", .where = &pin->place.place };
    rg_wait_begin(&note);
    (void)rg_turn_wait(&pin->stream_turn, NULL);
    rg_wait_end(&note);
}

void rg_in_pin_wait_out(struct rg_in_pin *pin)
{
    rg_in_pin_lock_stream(pin);
    rg_turn_give(&pin->stream_turn);
}

HRESULT rg_in_pin_take_type(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_flow_type *flow, *old_flow;
    AM_MEDIA_TYPE copy, old;
    HRESULT hr;

    if (rg_type_equal(type, &pin->link.type))
        return S_OK;
    hr = rg_type_copy(&copy, type);
    if (FAILED(hr))
        return hr;
    flow = rg_flow_type_new(type);
    if (flow == NULL)
        hr = E_OUTOFMEMORY;
    else if (pin->ops->type_changed != NULL)
        hr = pin->ops->type_changed(pin, type);
    if (FAILED(hr)) {
        rg_flow_type_release(flow);
        rg_type_clear(&copy);
        return hr;
    }
    pthread_mutex_lock(&pin->link_lock);
    old = pin->link.type;
    old_flow = pin->link.flow;
    pin->link.type = copy;
    pin->link.flow = flow;
    pthread_mutex_unlock(&pin->link_lock);
    rg_flow_type_release(old_flow);
    rg_type_clear(&old);
    return S_OK;
}

/* ---- birth and end --------------------------------------------------------------------- */

static const struct com_entry in_pin_map[] = {
    COM_ENTRY(IPin, struct rg_in_pin, pin),
    COM_ENTRY(IMemInputPin, struct rg_in_pin, memory),
    COM_ENTRY(IPinConnection, struct rg_in_pin, connection),
    COM_ENTRY(IRgLink, struct rg_in_pin, link_face),
    COM_ENTRY(IQualityControl, struct rg_in_pin, quality),
    COM_MAP_END,
};

void rg_in_pin_init(struct rg_in_pin *pin, struct rg_filter *filter,
                    const struct rg_in_pin_ops *ops, const char *name)
{
    unsigned index = atomic_load(&filter->n_in);

    com_object_init_part(&pin->object, "input pin", in_pin_map, &filter->object);
    COM_FACE_INIT(&pin->object, pin->pin, &in_pin_vtbl);
    COM_FACE_INIT(&pin->object, pin->memory, &rg_in_memory_vtbl);
    COM_FACE_INIT(&pin->object, pin->connection, &in_connection_vtbl);
    COM_FACE_INIT(&pin->object, pin->link_face, &rg_in_link_vtbl);
    COM_FACE_INIT(&pin->object, pin->quality, &rg_in_quality_vtbl);
    pin->filter = filter;
    pin->ops = ops;
    pin->index = index;
    rg_pin_name(pin->name, name);
    rg_pin_place_init(&pin->place, filter, pin->name);
    pthread_mutex_init(&pin->link_lock, NULL);
    rg_turn_init(&pin->stream_turn);
    pthread_mutex_init(&pin->marker_lock, NULL);
    rg_drops_init(&pin->drops);
    atomic_init(&pin->last_start, -1);
    pin->segment_stop = INT64_MAX;
    pin->segment_rate = 1.0;
    atomic_load(&filter->in)[index] = pin;
    atomic_store_explicit(&filter->n_in, index + 1, memory_order_release);
    atomic_fetch_add(&filter->pins_version, 1);
}

void rg_in_pin_fini(struct rg_in_pin *pin)
{
    if (pin == NULL || pin->filter == NULL)
        return;
    rg_in_link_clear(pin, &pin->link);
    rg_in_link_forget_next(pin);
    if (pin->marker != NULL)
        CloseHandle(pin->marker);
    rg_drops_fini(&pin->drops);
    pthread_mutex_destroy(&pin->marker_lock);
    rg_turn_fini(&pin->stream_turn);
    pthread_mutex_destroy(&pin->link_lock);
    com_object_fini(&pin->object);
}
