/* SPDX-License-Identifier: MIT */
/* in_pin_link.c - IRgLink of an input pin: the ledger, and the next connection beside the
 * present one.
 *
 * Ledger: any thread.  Prepare, Commit, Cancel: control threads under the graph lock.
 * Knows: the pin's records.  Must not know: when an edit is made; graph/rewire.c does.
 */
#include <string.h>

#include "base/in_pin_internal.h"

#include "platform/text.h"
#include "platform/time.h"

#define ENTER_TIMEOUT_MS 500 /* the gate upstream is closed: nobody should be inside */

/* ---- named drops ----------------------------------------------------------------------- */

void rg_drops_init(struct rg_drops *drops)
{
    pthread_mutex_init(&drops->lock, NULL);
    drops->n = 0;
}

void rg_drops_fini(struct rg_drops *drops)
{
    pthread_mutex_destroy(&drops->lock);
}

void rg_drops_add(struct rg_drops *drops, const char *reason, unsigned samples)
{
    unsigned i;

    if (samples == 0)
        return;
    pthread_mutex_lock(&drops->lock);
    for (i = 0; i < drops->n; i++)
        if (strncmp(drops->drop[i].reason, reason, sizeof(drops->drop[i].reason) - 1) == 0)
            break;
    if (i == drops->n && i < RG_MAX_DROPS) {
        rg_text_copy(drops->drop[i].reason, sizeof(drops->drop[i].reason), reason);
        drops->n++;
    }
    /* more names than places: the last one takes them, the sum stays right */
    drops->drop[i < RG_MAX_DROPS ? i : RG_MAX_DROPS - 1].samples += samples;
    pthread_mutex_unlock(&drops->lock);
}

HRESULT rg_drops_get(struct rg_drops *drops, ULONG index, RG_DROP *ret)
{
    HRESULT hr = S_FALSE;

    pthread_mutex_lock(&drops->lock);
    if (index < drops->n) {
        *ret = drops->drop[index];
        hr = S_OK;
    }
    pthread_mutex_unlock(&drops->lock);
    return hr;
}

uint64_t rg_drops_total(struct rg_drops *drops)
{
    uint64_t total = 0;

    pthread_mutex_lock(&drops->lock);
    for (unsigned i = 0; i < drops->n; i++)
        total += drops->drop[i].samples;
    pthread_mutex_unlock(&drops->lock);
    return total;
}

/* ---- the interface --------------------------------------------------------------------- */

static struct rg_in_pin *of_link(IRgLink *face)
{
    return COM_HOME(face, struct rg_in_pin);
}

static HRESULT STDMETHODCALLTYPE link_ledger(IRgLink *face, RG_LEDGER *ret)
{
    struct rg_in_pin *pin = of_link(face);

    if (ret == NULL)
        return E_POINTER;
    memset(ret, 0, sizeof(*ret));
    ret->samples = atomic_load(&pin->samples);
    ret->bytes = atomic_load(&pin->bytes);
    ret->refused = atomic_load(&pin->refused);
    ret->markers = atomic_load(&pin->markers);
    ret->dropped = rg_drops_total(&pin->drops);
    ret->last_start = atomic_load(&pin->last_start);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_drop(IRgLink *face, ULONG index, RG_DROP *ret)
{
    return ret != NULL ? rg_drops_get(&of_link(face)->drops, index, ret) : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE link_block_at(IRgLink *face, REFERENCE_TIME time, HANDLE event)
{
    (void)face;
    (void)time;
    (void)event;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_is_blocked(IRgLink *face, REFERENCE_TIME *held_start)
{
    (void)face;
    (void)held_start;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_visit_at(IRgLink *face, REFERENCE_TIME time,
                                               IRgVisitor *visitor)
{
    (void)face;
    (void)time;
    (void)visitor;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_hold_visit(IRgLink *face, BOOL hold)
{
    (void)face;
    (void)hold;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_cancel_visit(IRgLink *face, IRgVisitor *visitor)
{
    (void)face;
    (void)visitor;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_recall(IRgLink *face, ULONGLONG *serial,
                                             IMediaSample **ret)
{
    (void)face;
    (void)serial;
    (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE link_set_memory(IRgLink *face, ULONGLONG bytes, ULONG samples)
{
    (void)face;
    (void)bytes;
    (void)samples;
    return E_NOTIMPL;
}

/* ---- the next connection --------------------------------------------------------------- */

static HRESULT prepare_locked(struct rg_in_pin *pin, IPin *peer)
{
    if (pin->next_is != RG_NEXT_NONE)
        return VFW_E_WRONG_STATE;
    if (peer == NULL && pin->link.peer == NULL)
        return VFW_E_NOT_CONNECTED;
    pin->next_is = peer != NULL ? RG_NEXT_EXPECTED : RG_NEXT_READY;
    pin->expected = peer;
    if (peer != NULL)
        IPin_AddRef(peer);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_prepare(IRgLink *face, IPin *peer,
                                              const AM_MEDIA_TYPE *type)
{
    struct rg_in_pin *pin = of_link(face);
    PIN_DIRECTION direction = PINDIR_OUTPUT;
    HRESULT hr = peer != NULL ? IPin_QueryDirection(peer, &direction) : S_OK;

    (void)type;
    if (FAILED(hr))
        return hr;
    if (direction != PINDIR_OUTPUT)
        return VFW_E_INVALID_DIRECTION;
    pthread_mutex_lock(&pin->filter->lock);
    hr = prepare_locked(pin, peer);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

void rg_in_link_forget_next(struct rg_in_pin *pin)
{
    rg_in_link_clear(pin, &pin->next);
    pin->next_is = RG_NEXT_NONE;
    if (pin->expected != NULL) {
        IPin_Release(pin->expected);
        pin->expected = NULL;
    }
}

/* ---- the cut --------------------------------------------------------------------------- */

/* A push-through that was given up may still be inside, held by a paused renderer further down. */
bool rg_in_pin_enter_stream(struct rg_in_pin *pin)
{
    struct rg_wait note = { .what = "the call inside to come out", .where = &pin->place.place };
    struct timespec until;
    bool entered;

    if (rg_turn_try(&pin->stream_turn))
        return true;
    until = rg_time_spec(rg_time_deadline_ns(ENTER_TIMEOUT_MS));
    rg_wait_begin(&note);
    entered = rg_turn_wait(&pin->stream_turn, &until);
    rg_wait_end(&note);
    return entered;
}

static void exchange_records(struct rg_in_pin *pin)
{
    struct rg_in_link present;

    pthread_mutex_lock(&pin->link_lock);
    present = pin->link;
    pin->link = pin->next;
    pin->next = present;
    pin->next_is = pin->next_is == RG_NEXT_READY ? RG_NEXT_FORMER : RG_NEXT_READY;
    pthread_mutex_unlock(&pin->link_lock);
}

static HRESULT tell_exchanged(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    if (pin->ops->type_exchanged != NULL)
        return pin->ops->type_exchanged(pin, type);
    return pin->ops->type_changed != NULL ? pin->ops->type_changed(pin, type) : S_OK;
}

/* From one connection to another, on any thread: leaf and streaming locks only.  The filter
 * hears of another type while both records are still whole. */
static HRESULT commit_exchange(struct rg_in_pin *pin)
{
    HRESULT hr = S_OK;

    if (!rg_in_pin_enter_stream(pin))
        return VFW_E_TIMEOUT;
    if (!rg_type_equal(&pin->next.type, &pin->link.type))
        hr = tell_exchanged(pin, &pin->next.type);
    if (SUCCEEDED(hr))
        exchange_records(pin);
    rg_turn_give(&pin->stream_turn);
    return hr;
}

/* Under the filter lock: there was none, or there will be none. */
static HRESULT commit_change(struct rg_in_pin *pin)
{
    bool comes = pin->next.peer != NULL;
    HRESULT hr = rg_in_pin_end_former(pin);

    if (FAILED(hr))
        return hr;
    if (!comes)
        rg_in_pin_let_go(pin);
    exchange_records(pin);
    if (comes && pin->ops->connected != NULL)
        hr = pin->ops->connected(pin);
    if (FAILED(hr))
        exchange_records(pin);
    else if (comes && rg_filter_state(pin->filter) != State_Stopped)
        rg_in_pin_activate(pin);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_commit(IRgLink *face)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    /* written by control threads alone, and whoever visits comes after them */
    if (pin->next_is != RG_NEXT_READY && pin->next_is != RG_NEXT_FORMER)
        return S_FALSE;
    if (pin->link.peer != NULL && pin->next.peer != NULL)
        return commit_exchange(pin);
    pthread_mutex_lock(&pin->filter->lock);
    hr = commit_change(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_cancel(IRgLink *face, BOOL quietly)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    (void)quietly; /* an upstream pin lets go for itself */
    pthread_mutex_lock(&pin->filter->lock);
    hr = pin->next_is != RG_NEXT_NONE ? S_OK : S_FALSE;
    rg_in_link_forget_next(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

/* ---- drains, the past ------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE link_traits(IRgLink *face, DWORD *ret)
{
    struct rg_in_pin *pin = of_link(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = pin->ops->traits != NULL ? pin->ops->traits(pin) : RG_LINK_HOLDS | RG_LINK_THREADED;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_prime(IRgLink *face, IMediaSample *sample)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    if (sample == NULL)
        return E_POINTER;
    if (pin->ops->prime == NULL)
        return E_NOTIMPL;
    if (!atomic_load_explicit(&pin->is_active, memory_order_acquire))
        return VFW_E_WRONG_STATE;
    if (!rg_in_pin_enter_stream(pin))
        return VFW_E_TIMEOUT;
    hr = pin->ops->prime(pin, sample);
    rg_turn_give(&pin->stream_turn);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_take_over(IRgLink *face, REFERENCE_TIME given)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    if (pin->ops->take_over == NULL)
        return E_NOTIMPL;
    if (!atomic_load_explicit(&pin->is_active, memory_order_acquire))
        return VFW_E_WRONG_STATE;
    if (!rg_in_pin_enter_stream(pin))
        return VFW_E_TIMEOUT;
    hr = pin->ops->take_over(pin, given);
    rg_turn_give(&pin->stream_turn);
    return hr;
}

/* Somebody is inside, held up further down perhaps. */
static bool is_busy(struct rg_in_pin *pin)
{
    if (!rg_turn_try(&pin->stream_turn))
        return true;
    rg_turn_give(&pin->stream_turn);
    return false;
}

static HRESULT STDMETHODCALLTYPE link_forget_marker(IRgLink *face, ULONGLONG tag)
{
    struct rg_in_pin *pin = of_link(face);
    bool may_come = tag != 0 || is_busy(pin);
    HRESULT hr = S_FALSE;
    HANDLE old;

    pthread_mutex_lock(&pin->marker_lock);
    old = pin->marker;
    pin->marker = NULL;
    if (old != NULL && !pin->marker_has_come && may_come) {
        /* a foreign filter may hand it on with its tag, or without */
        if (tag == 0)
            pin->late_markers++;
        hr = S_OK;
    }
    pthread_mutex_unlock(&pin->marker_lock);
    if (old != NULL)
        CloseHandle(old);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_begin_at(IRgLink *face, REFERENCE_TIME time)
{
    (void)face;
    (void)time;
    return E_NOTIMPL;
}

const IRgLinkVtbl rg_in_link_vtbl = {
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
