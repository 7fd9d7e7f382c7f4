/* SPDX-License-Identifier: MIT */
/* out_pin_connect.c - how an output pin and an input pin agree: on a type, then on an
 * allocator.
 *
 * Control threads under the filter lock, or a streaming thread that edits its own link
 * inside the gate.
 * Knows: the order of agreement: type, then allocator.  Must not know: when the new record takes
 * effect.
 */
#include <string.h>

#include "base/hop.h"
#include "base/in_pin_internal.h"
#include "base/out_pin_internal.h"

#define DEFAULT_BUFFERS 8

void rg_link_clear(struct rg_link *link)
{
    if (link->allocator != NULL) {
        IMemAllocator_Decommit(link->allocator);
        IMemAllocator_Release(link->allocator);
    }
    if (link->input != NULL)
        IMemInputPin_Release(link->input);
    if (link->peer != NULL)
        IPin_Release(link->peer);
    rg_type_clear(&link->type);
    memset(link, 0, sizeof(*link));
}

void rg_peer_disconnect(IPin *peer)
{
    IPinConnection *dynamic = NULL;

    /* an active peer refuses the plain call and would stay half connected */
    if (SUCCEEDED(IPin_QueryInterface(peer, &IID_IPinConnection, (void **)&dynamic))) {
        (void)IPinConnection_DynamicDisconnect(dynamic);
        IPinConnection_Release(dynamic);
    } else {
        (void)IPin_Disconnect(peer);
    }
}

/* ---- allocator ------------------------------------------------------------------------- */

static HRESULT size_allocator(struct rg_out_pin *pin, IMemAllocator *allocator,
                              const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES request)
{
    ALLOCATOR_PROPERTIES want, actual;
    HRESULT hr = S_OK;

    memset(&want, 0, sizeof(want));
    want.cBuffers = DEFAULT_BUFFERS;
    want.cbBuffer = type->lSampleSize > 1 ? (LONG)type->lSampleSize : 4096;
    want.cbAlign = 1;
    if (pin->ops->buffers != NULL)
        hr = pin->ops->buffers(pin, type, &want);
    if (FAILED(hr))
        return hr;
    want.cBuffers += request.cBuffers;
    if (request.cbBuffer > want.cbBuffer)
        want.cbBuffer = request.cbBuffer;
    if (request.cbAlign > want.cbAlign)
        want.cbAlign = request.cbAlign;
    if (request.cbPrefix > want.cbPrefix)
        want.cbPrefix = request.cbPrefix;
    hr = IMemAllocator_SetProperties(allocator, &want, &actual);
    if (FAILED(hr))
        return hr;
    return actual.cbBuffer < want.cbBuffer || actual.cBuffers < 1 ? VFW_E_SIZENOTSET : S_OK;
}

static HRESULT agree_on(struct rg_out_pin *pin, struct rg_link *link, IMemAllocator *allocator,
                        const ALLOCATOR_PROPERTIES *request)
{
    HRESULT hr = size_allocator(pin, allocator, &link->type, *request);

    if (SUCCEEDED(hr))
        hr = IMemInputPin_NotifyAllocator(link->input, allocator, FALSE);
    return hr;
}

static HRESULT decide_allocator(struct rg_out_pin *pin, struct rg_link *link)
{
    ALLOCATOR_PROPERTIES request;
    RG_AUTO(IMemAllocator) allocator = NULL;
    HRESULT hr;

    memset(&request, 0, sizeof(request));
    (void)rg_hop_requirements(link->input, &request);
    if (request.cbAlign == 0)
        request.cbAlign = 1;
    hr = IMemInputPin_GetAllocator(link->input, &allocator);
    if (SUCCEEDED(hr))
        hr = agree_on(pin, link, allocator, &request);
    if (FAILED(hr)) {
        com_auto_release(&allocator); /* the call macro would look at its argument twice */
        allocator = NULL;
        hr = rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&allocator);
        if (SUCCEEDED(hr))
            hr = agree_on(pin, link, allocator, &request);
    }
    if (FAILED(hr))
        return hr;
    if (pin->passes_on)
        rg_allocator_make_late(allocator);
    link->allocator = RG_STEAL(&allocator);
    return hr;
}

static HRESULT agree_on_transport(struct rg_out_pin *pin, struct rg_link *link)
{
    if (pin->ops->is_pulled)
        return atomic_load(&pin->was_asked) ? S_OK : VFW_E_NO_TRANSPORT;
    if (FAILED(IPin_QueryInterface(link->peer, &IID_IMemInputPin, (void **)&link->input)))
        return VFW_E_NO_TRANSPORT;
    return decide_allocator(pin, link);
}

/* ---- type ------------------------------------------------------------------------------ */

/* One type, complete: both sides, then transport and allocator. */
static HRESULT attempt(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type,
                       struct rg_link *ret)
{
    struct rg_link link;
    HRESULT hr = rg_out_pin_accepts(pin, type);

    if (hr != S_OK)
        return FAILED(hr) ? hr : VFW_E_TYPE_NOT_ACCEPTED;
    memset(&link, 0, sizeof(link));
    hr = rg_type_copy(&link.type, type);
    if (FAILED(hr))
        return hr;
    atomic_store(&pin->was_asked, false);
    hr = IPin_ReceiveConnection(peer, &pin->pin.i, &link.type);
    if (FAILED(hr)) {
        rg_type_clear(&link.type);
        return hr;
    }
    link.peer = peer;
    IPin_AddRef(peer);
    hr = agree_on_transport(pin, &link);
    if (FAILED(hr)) {
        rg_peer_disconnect(peer);
        rg_link_clear(&link);
        return hr;
    }
    link.is_fresh = true;
    *ret = link;
    return S_OK;
}

static bool says_little(HRESULT hr)
{
    return hr == E_FAIL || hr == E_INVALIDARG || hr == VFW_E_TYPE_NOT_ACCEPTED;
}

/* Tries every type of a list that fits; *best keeps the failure that says most. */
static HRESULT attempt_list(struct rg_out_pin *pin, IPin *peer, IEnumMediaTypes *list,
                            const AM_MEDIA_TYPE *partial, struct rg_link *ret, HRESULT *best)
{
    AM_MEDIA_TYPE *type = NULL;

    for (;;) {
        HRESULT hr = IEnumMediaTypes_Next(list, 1, &type, NULL);

        if (hr != S_OK)
            return hr == E_OUTOFMEMORY ? hr : VFW_E_NO_ACCEPTABLE_TYPES;
        hr = rg_type_fits(type, partial) ? attempt(pin, peer, type, ret)
                                         : VFW_E_TYPE_NOT_ACCEPTED;
        rg_type_delete(type);
        type = NULL;
        if (SUCCEEDED(hr))
            return hr;
        if (!says_little(hr) && says_little(*best))
            *best = hr;
        if (hr == VFW_E_ALREADY_CONNECTED || hr == E_OUTOFMEMORY)
            return hr; /* no other type would change that */
    }
}

/* No type was taken.  Where the pin could not even say what it gives (an encoder that does not
 * open), that is why. */
static HRESULT why_none(struct rg_out_pin *pin)
{
    AM_MEDIA_TYPE type;
    HRESULT hr;

    memset(&type, 0, sizeof(type));
    hr = pin->ops->get_type(pin, 0, &type);
    rg_type_clear(&type);
    return FAILED(hr) && hr != VFW_E_TYPE_NOT_ACCEPTED && hr != VFW_E_INVALIDMEDIATYPE
               ? hr
               : VFW_E_NO_ACCEPTABLE_TYPES;
}

HRESULT rg_out_pin_negotiate(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type,
                             struct rg_link *ret)
{
    PIN_DIRECTION direction = PINDIR_INPUT;
    HRESULT best = VFW_E_TYPE_NOT_ACCEPTED;
    IPin *const asked[] = { peer, &pin->pin.i };
    HRESULT hr = IPin_QueryDirection(peer, &direction);

    if (FAILED(hr))
        return hr;
    if (direction != PINDIR_INPUT)
        return VFW_E_INVALID_DIRECTION;
    if (type != NULL && !rg_type_is_partial(type))
        return attempt(pin, peer, type, ret);
    for (unsigned i = 0; i < 2; i++) {
        RG_AUTO(IEnumMediaTypes) list = NULL;

        hr = IPin_EnumMediaTypes(asked[i], &list);
        if (hr == E_OUTOFMEMORY)
            return hr;
        if (FAILED(hr))
            continue;
        hr = attempt_list(pin, peer, list, type, ret, &best);
        if (SUCCEEDED(hr) || hr == VFW_E_ALREADY_CONNECTED || hr == E_OUTOFMEMORY)
            return hr;
    }
    return says_little(best) ? why_none(pin) : best;
}
