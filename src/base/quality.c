/* SPDX-License-Identifier: MIT */
/* quality.c - IQualityControl of pins: how late data comes at the end of its road is told upstream,
 * pin by pin.
 *
 * Any thread, mostly the streaming thread of whoever renders; no lock is held during a call.  The
 * road is looked up on each call: it may have changed.
 * Knows: who is upstream.  Must not know: what somebody does about it.
 */
#include "base/hop.h"
#include "base/in_pin.h"
#include "base/out_pin.h"

/* ---- input pins -------------------------------------------------------------------------- */

static IQualityControl *receiver_of(struct rg_in_pin *pin)
{
    RG_AUTO(IPin) peer = NULL;
    IQualityControl *receiver = NULL;

    pthread_mutex_lock(&pin->link_lock);
    if (pin->quality_sink != NULL)
        receiver = pin->quality_sink;
    else
        peer = pin->link.peer;
    if (peer != NULL)
        IPin_AddRef(peer);
    pthread_mutex_unlock(&pin->link_lock);
    if (receiver != NULL)
        IQualityControl_AddRef(receiver);
    else if (peer != NULL)
        (void)IPin_QueryInterface(peer, &IID_IQualityControl, (void **)&receiver);
    return receiver;
}

HRESULT rg_in_pin_quality(struct rg_in_pin *pin, Quality quality)
{
    RG_AUTO(IQualityControl) receiver = receiver_of(pin);

    return receiver != NULL ? rg_hop_quality(receiver, &pin->filter->base_filter.i, quality)
                            : VFW_E_NOT_FOUND;
}

/* Messages are for output pins. */
static HRESULT STDMETHODCALLTYPE in_notify(IQualityControl *face, IBaseFilter *from, Quality q)
{
    (void)face;
    (void)from;
    (void)q;
    return E_NOTIMPL;
}

/* documented: no reference, until the connection breaks or another one is set. */
static HRESULT STDMETHODCALLTYPE in_set_sink(IQualityControl *face, IQualityControl *sink)
{
    struct rg_in_pin *pin = COM_HOME(face, struct rg_in_pin);

    pthread_mutex_lock(&pin->link_lock);
    pin->quality_sink = sink;
    pthread_mutex_unlock(&pin->link_lock);
    return S_OK;
}

const IQualityControlVtbl rg_in_quality_vtbl = {
    COM_UNKNOWN(IQualityControl),
    .Notify = in_notify,
    .SetSink = in_set_sink,
};

/* ---- output pins ------------------------------------------------------------------------- */

HRESULT rg_out_pin_quality_up(struct rg_out_pin *pin, Quality quality)
{
    if (atomic_load(&pin->filter->n_in) == 0)
        return E_NOTIMPL;
    return rg_in_pin_quality(rg_filter_in(pin->filter, 0), quality);
}

static HRESULT STDMETHODCALLTYPE out_notify(IQualityControl *face, IBaseFilter *from, Quality q)
{
    struct rg_out_pin *pin = COM_HOME(face, struct rg_out_pin);

    (void)from;
    return pin->ops->quality != NULL ? pin->ops->quality(pin, q)
                                     : rg_out_pin_quality_up(pin, q);
}

static HRESULT STDMETHODCALLTYPE out_set_sink(IQualityControl *face, IQualityControl *sink)
{
    (void)face;
    (void)sink;
    return E_NOTIMPL;
}

const IQualityControlVtbl rg_out_quality_vtbl = {
    COM_UNKNOWN(IQualityControl),
    .Notify = out_notify,
    .SetSink = out_set_sink,
};
