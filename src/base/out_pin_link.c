/* SPDX-License-Identifier: MIT */
/* out_pin_link.c - IPinFlowControl and IRgLink of an output pin: block, prepare, swap, ledger.
 *
 * Block, ledger: any thread.  Prepare, Commit, Cancel: control threads under the graph lock.
 * Knows: gate, link record.  Must not know: when an edit is made; graph/rewire.c does.
 */
#include <string.h>

#include "base/hop.h"
#include "base/out_pin_internal.h"

static struct rg_out_pin *of_link(IRgLink *face)
{
    return COM_HOME(face, struct rg_out_pin);
}

/* ---- IPinFlowControl ------------------------------------------------------------------- */

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
    rg_out_pin_repeat_end(pin); /* before the first sample that waits */
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

static HRESULT ready_locked(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    HRESULT hr;

    pin->next_changes = atomic_load(&pin->type_changes);
    hr = rg_out_pin_negotiate(pin, peer, type, &pin->next);

    if (FAILED(hr))
        return hr;
    if (rg_filter_state(pin->filter) != State_Stopped)
        hr = IMemAllocator_Commit(pin->next.allocator);
    pin->next_is = RG_NEXT_READY;
    if (SUCCEEDED(hr) && pin->ops->prepared != NULL)
        hr = pin->ops->prepared(pin);
    if (FAILED(hr)) {
        pin->next_is = RG_NEXT_NONE;
        rg_peer_disconnect(peer);
        rg_link_clear(&pin->next);
    }
    return hr;
}

static HRESULT prepare_locked(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type)
{
    if (pin->next_is != RG_NEXT_NONE)
        return VFW_E_WRONG_STATE;
    if (peer != NULL)
        return ready_locked(pin, peer, type);
    if (pin->link.peer == NULL)
        return VFW_E_NOT_CONNECTED;
    pin->next_is = RG_NEXT_READY;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_prepare(IRgLink *face, IPin *peer,
                                              const AM_MEDIA_TYPE *type)
{
    struct rg_out_pin *pin = of_link(face);
    HRESULT hr;

    pthread_mutex_lock(&pin->filter->lock);
    hr = prepare_locked(pin, peer, type);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_commit(IRgLink *face)
{
    struct rg_out_pin *pin = of_link(face);
    HRESULT hr;

    /* written by control threads alone, and whoever visits comes after them */
    if (pin->next_is == RG_NEXT_NONE)
        return S_FALSE;
    hr = rg_out_pin_exchange(pin, &pin->next);
    if (SUCCEEDED(hr)) {
        pin->next_is = pin->next_is == RG_NEXT_READY ? RG_NEXT_FORMER : RG_NEXT_READY;
        if (pin->link.peer != NULL && rg_filter_state(pin->filter) != State_Stopped)
            atomic_store(&pin->is_active, true);
    }
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
        (void)IRgLink_Cancel(link, FALSE);
}

/* After the cut: the filter hears of what it is connected to now. */
static void settle_locked(struct rg_out_pin *pin)
{
    if (pin->link.peer != NULL && pin->ops->connected != NULL)
        (void)pin->ops->connected(pin); /* what can fail was done in `prepared` */
    else if (pin->link.peer == NULL && pin->ops->disconnected != NULL)
        pin->ops->disconnected(pin);
    if (pin->link.peer == NULL && pin->ops->left != NULL)
        pin->ops->left(pin);
}

static HRESULT STDMETHODCALLTYPE link_cancel(IRgLink *face, BOOL quietly)
{
    struct rg_out_pin *pin = of_link(face);
    struct rg_link link;
    enum rg_next was;

    pthread_mutex_lock(&pin->filter->lock);
    was = pin->next_is;
    link = pin->next;
    memset(&pin->next, 0, sizeof(pin->next));
    pin->next_is = RG_NEXT_NONE;
    if (was == RG_NEXT_FORMER)
        settle_locked(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    if (was == RG_NEXT_READY && link.peer != NULL && !quietly)
        take_back(pin, link.peer);
    rg_link_clear(&link);
    return was != RG_NEXT_NONE ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE link_traits(IRgLink *face, DWORD *ret)
{
    (void)face;
    (void)ret;
    return E_NOTIMPL;
}

/* ---- visits, the past ------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE link_visit_at(IRgLink *face, REFERENCE_TIME time,
                                               IRgVisitor *visitor)
{
    return visitor != NULL ? rg_out_pin_visit_at(of_link(face), time, visitor) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE link_hold_visit(IRgLink *face, BOOL hold)
{
    return rg_gate_hold_visit(&of_link(face)->gate, hold != FALSE);
}

static HRESULT STDMETHODCALLTYPE link_cancel_visit(IRgLink *face, IRgVisitor *visitor)
{
    return visitor != NULL ? rg_out_pin_cancel_visit(of_link(face), visitor) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE link_recall(IRgLink *face, ULONGLONG *serial,
                                             IMediaSample **ret)
{
    if (serial == NULL || ret == NULL)
        return E_POINTER;
    return rg_recall_next(&of_link(face)->recall, serial, ret);
}

static HRESULT STDMETHODCALLTYPE link_set_memory(IRgLink *face, ULONGLONG bytes, ULONG samples)
{
    rg_recall_set_bound(&of_link(face)->recall, bytes, samples);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_prime(IRgLink *face, IMediaSample *sample)
{
    (void)face;
    (void)sample;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_take_over(IRgLink *face, REFERENCE_TIME given)
{
    (void)face;
    (void)given;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_begin_at(IRgLink *face, REFERENCE_TIME time)
{
    struct rg_out_pin *pin = of_link(face);

    return pin->ops->begin_at != NULL ? pin->ops->begin_at(pin, time) : E_NOTIMPL;
}

static IRgLink *peer_link(struct rg_out_pin *pin)
{
    RG_AUTO(IPin) peer = rg_out_pin_peer(pin);
    IRgLink *link = NULL;

    if (peer == NULL || FAILED(IPin_QueryInterface(peer, &IID_IRgLink, (void **)&link)))
        return NULL;
    return link;
}

DWORD rg_out_pin_peer_traits(struct rg_out_pin *pin)
{
    RG_AUTO(IRgLink) link = peer_link(pin);
    DWORD traits = 0;

    return link != NULL && SUCCEEDED(rg_hop_traits(link, &traits)) ? traits : 0;
}

HRESULT rg_out_pin_prime_peer(struct rg_out_pin *pin, IMediaSample *sample)
{
    RG_AUTO(IRgLink) link = peer_link(pin);

    return link != NULL ? rg_hop_prime(link, sample) : E_NOTIMPL;
}

HRESULT rg_out_pin_peer_can_block(struct rg_out_pin *pin)
{
    RG_AUTO(IMemInputPin) input = rg_out_pin_input(pin);

    return input != NULL ? rg_hop_can_block(input) : S_OK;
}

LONG rg_input_wants(IMemInputPin *input)
{
    ALLOCATOR_PROPERTIES request;

    memset(&request, 0, sizeof(request));
    if (input != NULL)
        (void)rg_hop_requirements(input, &request);
    return request.cBuffers;
}

LONG rg_out_pin_peer_wants(struct rg_out_pin *pin)
{
    RG_AUTO(IMemInputPin) input = rg_out_pin_input(pin);

    return rg_input_wants(input);
}

static HRESULT STDMETHODCALLTYPE link_forget_marker(IRgLink *face, ULONGLONG tag)
{
    struct rg_out_pin *pin = of_link(face);
    HRESULT hr = rg_gate_hold(&pin->gate, HOLD_TIMEOUT_MS);

    (void)tag;

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
    .ForgetMarker = link_forget_marker,
    .GetTraits = link_traits,
    .VisitAt = link_visit_at,
    .HoldVisit = link_hold_visit,
    .CancelVisit = link_cancel_visit,
    .Recall = link_recall,
    .SetMemory = link_set_memory,
    .Prime = link_prime,
    .TakeOver = link_take_over,
    .BeginAt = link_begin_at,
};
