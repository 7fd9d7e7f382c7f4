/* SPDX-License-Identifier: MIT */
/* out_pin_link.c - IPinFlowControl and IRgLink of an output pin: block, prepare, swap, ledger.
 *
 * Block, ledger: any thread.  Prepare, Commit, Cancel: control threads under the graph lock.
 * Knows: gate, link record.  Must not know: when an edit is made; graph/rewire.c does.
 */
#include <string.h>

#include "base/out_pin_internal.h"

static struct rg_out_pin *of_link(IRgLink *face)
{
    return COM_HOME(face, struct rg_out_pin);
}

/* ---- IPinFlowControl ------------------------------------------------------------------- */

/* The stream had ended before the road was changed: the new road has not heard of it, and
 * nobody else will say it. Under a hold of the gate: nobody is inside. */
static void repeat_end(struct rg_out_pin *pin)
{
    RG_AUTO(IPin) peer = NULL;

    pthread_mutex_lock(&pin->link_lock);
    if (pin->ends != 0 && pin->link.is_fresh && pin->link.peer != NULL &&
        atomic_load(&pin->is_active)) {
        pin->link.is_fresh = false;
        peer = pin->link.peer;
        IPin_AddRef(peer);
    }
    pthread_mutex_unlock(&pin->link_lock);
    if (peer == NULL)
        return;
    (void)IPin_NewSegment(peer, pin->segment_start, pin->segment_stop, pin->segment_rate);
    (void)IPin_EndOfStream(peer);
}

static bool is_closed(struct rg_out_pin *pin)
{
    struct rg_gate_times times;

    rg_gate_read(&pin->gate, &times);
    return times.is_closed;
}

static HRESULT STDMETHODCALLTYPE flow_block(IPinFlowControl *face, DWORD flags, HANDLE event)
{
    struct rg_out_pin *pin = COM_HOME(face, struct rg_out_pin);
    HRESULT hr;

    if (flags != 0 || event != NULL || !is_closed(pin) || rg_gate_hold(&pin->gate, 0) != S_OK)
        return rg_gate_block(&pin->gate, flags, event);
    repeat_end(pin); /* before the first sample that waits */
    hr = rg_gate_block(&pin->gate, 0, NULL);
    rg_gate_release(&pin->gate);
    return hr;
}

const IPinFlowControlVtbl rg_out_flow_vtbl = {
    COM_UNKNOWN(IPinFlowControl),
    .Block = flow_block,
};

/* ---- IRgLink --------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE link_ledger(IRgLink *face, RG_LEDGER *ret)
{
    struct rg_out_pin *pin = of_link(face);
    struct rg_gate_times times;

    if (ret == NULL)
        return E_POINTER;
    rg_gate_read(&pin->gate, &times);
    memset(ret, 0, sizeof(*ret));
    ret->samples = atomic_load(&pin->samples);
    ret->bytes = atomic_load(&pin->bytes);
    ret->refused = atomic_load(&pin->refused);
    ret->markers = atomic_load(&pin->markers);
    ret->dropped = rg_drops_total(&pin->drops);
    ret->closings = times.closings;
    ret->closed_ns = times.closed_ns;
    ret->closed_max_ns = times.closed_max_ns;
    ret->last_start = atomic_load(&pin->last_start);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_drop(IRgLink *face, ULONG index, RG_DROP *ret)
{
    return ret != NULL ? rg_drops_get(&of_link(face)->drops, index, ret) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE link_block_at(IRgLink *face, REFERENCE_TIME time, HANDLE event)
{
    return rg_gate_block_at(&of_link(face)->gate, time, event);
}

static HRESULT STDMETHODCALLTYPE link_is_blocked(IRgLink *face, REFERENCE_TIME *held_start)
{
    struct rg_gate_times times;

    rg_gate_read(&of_link(face)->gate, &times);
    if (held_start != NULL)
        *held_start = times.is_closed ? times.held_start : -1;
    return times.is_closed ? S_OK : S_FALSE;
}

static HRESULT prepare_locked(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    HRESULT hr;

    if (pin->link.peer == NULL)
        return VFW_E_NOT_CONNECTED;
    if (pin->next.peer != NULL)
        return VFW_E_WRONG_STATE;
    hr = rg_out_pin_negotiate(pin, peer, type, &pin->next);
    if (SUCCEEDED(hr) && rg_filter_state(pin->filter) != State_Stopped) {
        hr = IMemAllocator_Commit(pin->next.allocator);
        if (FAILED(hr)) {
            rg_peer_disconnect(peer);
            rg_link_clear(&pin->next);
        }
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_prepare(IRgLink *face, IPin *peer,
                                              const AM_MEDIA_TYPE *type)
{
    struct rg_out_pin *pin = of_link(face);
    HRESULT hr;

    if (peer == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->filter->lock);
    hr = prepare_locked(pin, peer, type);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_commit(IRgLink *face)
{
    struct rg_out_pin *pin = of_link(face);
    struct rg_link link;
    HRESULT hr = S_FALSE;

    memset(&link, 0, sizeof(link));
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->next.peer != NULL) {
        link = pin->next;
        hr = rg_out_pin_exchange(pin, &link);
        if (SUCCEEDED(hr)) {
            memset(&pin->next, 0, sizeof(pin->next));
            if (pin->ops->connected != NULL)
                (void)pin->ops->connected(pin); /* was connected before; cannot refuse */
        } else {
            memset(&link, 0, sizeof(link)); /* still prepared */
        }
    }
    if (link.peer != NULL) {
        /* its memory goes back when the gate is open again: Cancel */
        rg_link_clear(&pin->retired);
        pin->retired = link;
    }
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

/* The peer of a prepared link has us as its only connection, or as its next one beside
 * another that must stay. */
static void take_back(struct rg_out_pin *pin, IPin *peer)
{
    RG_AUTO(IPin) present = NULL;
    RG_AUTO(IRgLink) link = NULL;

    if (SUCCEEDED(IPin_ConnectedTo(peer, &present)) && present == &pin->pin.i)
        rg_peer_disconnect(peer);
    else if (SUCCEEDED(IPin_QueryInterface(peer, &IID_IRgLink, (void **)&link)))
        (void)IRgLink_Cancel(link);
}

static HRESULT STDMETHODCALLTYPE link_cancel(IRgLink *face)
{
    struct rg_out_pin *pin = of_link(face);
    struct rg_link link, retired;

    pthread_mutex_lock(&pin->filter->lock);
    link = pin->next;
    retired = pin->retired;
    memset(&pin->next, 0, sizeof(pin->next));
    memset(&pin->retired, 0, sizeof(pin->retired));
    pthread_mutex_unlock(&pin->filter->lock);
    rg_link_clear(&retired);
    if (link.peer == NULL)
        return S_FALSE;
    take_back(pin, link.peer);
    rg_link_clear(&link);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_holds_nothing(IRgLink *face)
{
    (void)face;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_forget_marker(IRgLink *face)
{
    struct rg_out_pin *pin = of_link(face);
    HRESULT hr = rg_gate_hold(&pin->gate, HOLD_TIMEOUT_MS);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&pin->link_lock);
    hr = pin->ends != 0 ? S_OK : S_FALSE;
    if (pin->ends != 0)
        pin->ends--;
    pthread_mutex_unlock(&pin->link_lock);
    rg_gate_release(&pin->gate);
    return hr;
}

const IRgLinkVtbl rg_out_link_vtbl = {
    COM_UNKNOWN(IRgLink),
    .GetLedger = link_ledger,
    .GetDrop = link_drop,
    .BlockAt = link_block_at,
    .IsBlocked = link_is_blocked,
    .Prepare = link_prepare,
    .Commit = link_commit,
    .Cancel = link_cancel,
    .HoldsNothing = link_holds_nothing,
    .ForgetMarker = link_forget_marker,
};
