/* SPDX-License-Identifier: MIT */
/* in_pin_link.c - IRgLink of an input pin: the ledger, and the next connection beside the
 * present one.
 *
 * Ledger: any thread.  Prepare, Commit, Cancel: control threads under the graph lock.
 * Knows: the pin's records.  Must not know: when an edit is made; graph/rewire.c does.
 */
#include <string.h>
#include <time.h>

#include "base/in_pin_internal.h"
#include "platform/text.h"

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

static HRESULT STDMETHODCALLTYPE link_prepare(IRgLink *face, IPin *peer,
                                              const AM_MEDIA_TYPE *type)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr = S_OK;

    (void)type;
    if (peer == NULL)
        return E_POINTER;
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->link.peer == NULL) {
        hr = VFW_E_NOT_CONNECTED;
    } else if (pin->expected != NULL) {
        hr = VFW_E_WRONG_STATE;
    } else {
        pin->expected = peer;
        IPin_AddRef(peer);
    }
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

void rg_in_link_forget_next(struct rg_in_pin *pin)
{
    rg_in_link_clear(pin, &pin->next);
    if (pin->expected != NULL) {
        IPin_Release(pin->expected);
        pin->expected = NULL;
    }
}

/* A push-through that was given up may still be inside, held by a paused renderer further down. */
static bool enter_stream(struct rg_in_pin *pin)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ENTER_TIMEOUT_MS / 1000;
    until.tv_nsec += ENTER_TIMEOUT_MS % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return pthread_mutex_timedlock(&pin->stream_lock, &until) == 0;
}

/* The filter hears of another type while both records are still whole.  Under the streaming
 * lock, as nobody may look at the record while it changes. */
static HRESULT exchange(struct rg_in_pin *pin, struct rg_in_link *ret_old)
{
    HRESULT hr;

    if (!enter_stream(pin))
        return VFW_E_TIMEOUT;
    hr = rg_in_pin_take_type(pin, &pin->next.type);
    if (SUCCEEDED(hr)) {
        pthread_mutex_lock(&pin->link_lock);
        *ret_old = pin->link;
        pin->link = pin->next;
        memset(&pin->next, 0, sizeof(pin->next));
        pthread_mutex_unlock(&pin->link_lock);
    }
    pthread_mutex_unlock(&pin->stream_lock);
    return hr;
}

static HRESULT commit_locked(struct rg_in_pin *pin)
{
    struct rg_in_link old;
    HRESULT hr;

    if (pin->next.peer == NULL)
        return S_FALSE;
    hr = exchange(pin, &old);
    if (FAILED(hr))
        return hr;
    rg_type_clear(&old.type);
    if (old.allocator != NULL)
        IMemAllocator_Release(old.allocator);
    IPin_Release(old.peer);
    rg_in_link_forget_next(pin);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE link_commit(IRgLink *face)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    pthread_mutex_lock(&pin->filter->lock);
    hr = commit_locked(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_cancel(IRgLink *face)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr;

    pthread_mutex_lock(&pin->filter->lock);
    hr = pin->expected != NULL ? S_OK : S_FALSE;
    rg_in_link_forget_next(pin);
    pthread_mutex_unlock(&pin->filter->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE link_holds_nothing(IRgLink *face)
{
    struct rg_in_pin *pin = of_link(face);

    return pin->ops->holds_nothing != NULL ? pin->ops->holds_nothing(pin) : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE link_forget_marker(IRgLink *face)
{
    struct rg_in_pin *pin = of_link(face);
    HRESULT hr = S_FALSE;
    HANDLE old;

    pthread_mutex_lock(&pin->marker_lock);
    old = pin->marker;
    pin->marker = NULL;
    if (old != NULL && !pin->marker_has_come) {
        pin->late_markers++;
        hr = S_OK;
    }
    pthread_mutex_unlock(&pin->marker_lock);
    if (old != NULL)
        CloseHandle(old);
    return hr;
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
    .HoldsNothing = link_holds_nothing,
    .ForgetMarker = link_forget_marker,
};
