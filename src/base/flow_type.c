/* SPDX-License-Identifier: MIT */
/* flow_type.c - a type that changes while samples flow: who hands them on says it with the first sample of the new one, and
 * says it again where that sample was refused or the road is another.
 *
 * Streaming threads, inside the gate; questions from any thread.
 * Knows: pins.  Must not know: what the types mean.
 */
#include "base/flow_type.h"

#include <string.h>

#include "base/hop.h"
#include "base/out_pin_internal.h"
#include "media/type.h"
#include "platform/memory.h"

struct rg_flow_type *rg_flow_type_ref(struct rg_flow_type *flow)
{
    if (flow != NULL)
        atomic_fetch_add_explicit(&flow->refs, 1, memory_order_relaxed);
    return flow;
}

void rg_flow_type_release(struct rg_flow_type *flow)
{
    if (flow == NULL || atomic_fetch_sub_explicit(&flow->refs, 1, memory_order_acq_rel) != 1)
        return;
    rg_type_clear(&flow->type);
    rg_free(flow);
}

struct rg_flow_type *rg_flow_type_new(const AM_MEDIA_TYPE *type)
{
    struct rg_flow_type *flow = rg_calloc(1, sizeof(*flow));

    if (flow == NULL)
        return NULL;
    atomic_init(&flow->refs, 1);
    if (SUCCEEDED(rg_type_copy(&flow->type, type)))
        return flow;
    rg_free(flow);
    return NULL;
}

/* ---- out ----------------------------------------------------------------------------------- */

HRESULT rg_out_pin_retype(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE fresh, former;
    HRESULT hr;

    /* written inside the gate alone, or while nobody is */
    if (rg_type_equal(type, &pin->link.type))
        return S_OK;
    hr = rg_type_copy(&fresh, type);
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&pin->link_lock);
    former = pin->link.type;
    pin->link.type = fresh;
    pthread_mutex_unlock(&pin->link_lock);
    atomic_store(&pin->link.owes_type, true);
    atomic_store(&pin->link.is_retyped, true);
    atomic_fetch_add(&pin->type_changes, 1);
    rg_recall_set_type(&pin->recall, &pin->link.type);
    rg_type_clear(&former);
    return S_OK;
}

HRESULT rg_out_pin_take_type(struct rg_out_pin *pin, IMediaSample *sample)
{
    AM_MEDIA_TYPE *type = NULL;
    HRESULT hr = IMediaSample_GetMediaType(sample, &type);

    if (hr == S_OK)
        hr = rg_out_pin_retype(pin, type);
    rg_type_delete(type);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT rg_out_pin_copy_sample(struct rg_out_pin *pin, IMediaSample *sample, IMediaSample **ret)
{
    struct rg_sample_info info;
    BYTE *data = NULL;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (SUCCEEDED(hr))
        hr = rg_out_pin_get(pin, info.bytes, ret);
    if (SUCCEEDED(hr))
        hr = rg_sample_copy_properties(*ret, sample);
    if (SUCCEEDED(hr))
        hr = IMediaSample_GetPointer(*ret, &data);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(*ret, (LONG)info.bytes);
    if (SUCCEEDED(hr))
        memcpy(data, info.data, info.bytes);
    return hr;
}

HRESULT rg_out_pin_tell_type(struct rg_out_pin *pin, IMediaSample *sample, IMediaSample **ret)
{
    HRESULT hr = S_OK;

    *ret = NULL;
    if (!rg_sample_is_writable(sample)) {
        hr = rg_out_pin_copy_sample(pin, sample, ret); /* others read it, too */
        sample = *ret;
    }
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetMediaType(sample, &pin->link.type);
    return hr;
}

HRESULT rg_out_pin_forward(struct rg_out_pin *pin, IMediaSample *sample,
                           struct rg_flow_type *flow)
{
    struct rg_flow_type *former;
    HRESULT hr;

    if (pin->forwarded == flow && pin->forwarded_link == pin->link_serial)
        return rg_out_pin_deliver(pin, sample);
    hr = rg_out_pin_retype(pin, &flow->type);
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&pin->link_lock);
    former = pin->forwarded;
    pin->forwarded = rg_flow_type_ref(flow);
    pin->forwarded_link = pin->link_serial;
    pthread_mutex_unlock(&pin->link_lock);
    rg_flow_type_release(former);
    return rg_out_pin_deliver(pin, sample);
}

/* ---- questions ----------------------------------------------------------------------------- */

/* A pin that can be asked for a promise is; another's QueryAccept is all there is. */
static HRESULT peer_takes(IPin *peer, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IPinConnection) dynamic = NULL;
    HRESULT hr;

    if (SUCCEEDED(IPin_QueryInterface(peer, &IID_IPinConnection, (void **)&dynamic)))
        hr = rg_hop_dynamic_accept(dynamic, type);
    else
        hr = rg_hop_accept(peer, type);
    return hr == S_OK || hr == E_OUTOFMEMORY ? hr : VFW_E_TYPE_NOT_ACCEPTED;
}

HRESULT rg_out_pin_may_follow(struct rg_out_pin *pin)
{
    const struct rg_link *next = &pin->next;

    if (pin->next_is != RG_NEXT_READY || next->peer == NULL || pin->link.peer == NULL ||
        atomic_load(&pin->type_changes) == pin->next_changes ||
        rg_type_equal(&next->type, &pin->link.type))
        return S_OK;
    return peer_takes(next->peer, &pin->link.type);
}

HRESULT rg_out_pin_may_change(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IPin) peer = NULL;
    bool is_known;

    pthread_mutex_lock(&pin->link_lock);
    peer = pin->link.peer;
    if (peer != NULL)
        IPin_AddRef(peer);
    is_known = peer == NULL || rg_type_equal(type, &pin->link.type);
    pthread_mutex_unlock(&pin->link_lock);
    return is_known ? S_OK : peer_takes(peer, type);
}

/* With a reference; NULL: it is not connected. */
static struct rg_flow_type *incoming(struct rg_in_pin *in)
{
    struct rg_flow_type *flow;

    pthread_mutex_lock(&in->link_lock);
    flow = rg_flow_type_ref(in->link.flow);
    pthread_mutex_unlock(&in->link_lock);
    return flow;
}

static bool is_of(const struct rg_flow_type *flow, const AM_MEDIA_TYPE *type)
{
    return flow != NULL && rg_type_equal(&flow->type, type);
}

/* ---- types that a connection had ---------------------------------------------------------- */

static void had_clear(struct rg_had *had)
{
    rg_flow_type_release(had->out);
    rg_flow_type_release(had->in);
    *had = (struct rg_had){ NULL, NULL };
}

/* What comes in now; a filter without an input has NULL. */
static struct rg_flow_type *input_now(struct rg_out_pin *pin)
{
    return atomic_load(&pin->filter->n_in) != 0 ? incoming(rg_filter_in(pin->filter, 0)) : NULL;
}

static bool same_flow(const struct rg_flow_type *a, const struct rg_flow_type *b)
{
    return a == b || (a != NULL && is_of(b, &a->type));
}

static bool had_locked(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                       const struct rg_flow_type *in, bool any_in)
{
    for (unsigned i = 0; i < RG_HAD_MOST; i++)
        if (is_of(pin->had[i].out, type) && (any_in || same_flow(pin->had[i].in, in)))
            return true;
    return false;
}

void rg_out_pin_remember_types(struct rg_out_pin *pin)
{
    struct rg_had fresh = { rg_flow_type_new(&pin->link.type), input_now(pin) };

    pthread_mutex_lock(&pin->link_lock);
    if (fresh.out != NULL && !had_locked(pin, &pin->link.type, fresh.in, false)) {
        struct rg_had *place = &pin->had[pin->next_had++ % RG_HAD_MOST], old = *place;

        *place = fresh;
        fresh = old;
    }
    pthread_mutex_unlock(&pin->link_lock);
    had_clear(&fresh);
}

void rg_out_pin_forget_types(struct rg_out_pin *pin)
{
    for (unsigned i = 0; i < RG_HAD_MOST; i++)
        had_clear(&pin->had[i]);
}

static bool had_type(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_flow_type *in = input_now(pin);
    bool had;

    pthread_mutex_lock(&pin->link_lock);
    had = had_locked(pin, type, in, false);
    pthread_mutex_unlock(&pin->link_lock);
    rg_flow_type_release(in);
    return had;
}

/* ---- where the output is of the input's type ---------------------------------------------- */

HRESULT rg_out_pin_offer_type(struct rg_out_pin *pin, struct rg_in_pin *in, unsigned index,
                              AM_MEDIA_TYPE *ret)
{
    struct rg_flow_type *now = index == 0 ? incoming(in) : NULL, *former;
    HRESULT hr;

    if (now == NULL)
        return VFW_S_NO_MORE_ITEMS;
    hr = rg_type_copy(ret, &now->type);
    pthread_mutex_lock(&pin->link_lock);
    former = pin->offered;
    pin->offered = now;
    pthread_mutex_unlock(&pin->link_lock);
    rg_flow_type_release(former);
    return hr;
}

HRESULT rg_out_pin_has_type(struct rg_out_pin *pin, struct rg_in_pin *in,
                            const AM_MEDIA_TYPE *type)
{
    struct rg_flow_type *now = incoming(in);
    bool is_mine = is_of(now, type);
    bool may_change = rg_filter_state(pin->filter) != State_Stopped;

    rg_flow_type_release(now);
    pthread_mutex_lock(&pin->link_lock);
    is_mine = is_mine || is_of(pin->forwarded, type) || had_locked(pin, type, NULL, true) ||
              (may_change && is_of(pin->offered, type));
    pthread_mutex_unlock(&pin->link_lock);
    return is_mine ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

HRESULT rg_out_pin_accepts(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    if (had_type(pin, type))
        return S_OK;
    if (pin->ops->accept != NULL)
        return pin->ops->accept(pin, type);
    for (unsigned i = 0;; i++) {
        AM_MEDIA_TYPE mine;
        bool equal;
        HRESULT hr;

        memset(&mine, 0, sizeof(mine));
        hr = pin->ops->get_type(pin, i, &mine);
        if (hr != S_OK)
            return hr == E_OUTOFMEMORY ? hr : VFW_E_TYPE_NOT_ACCEPTED;
        equal = rg_type_equal(&mine, type);
        rg_type_clear(&mine);
        if (equal)
            return S_OK;
    }
}
