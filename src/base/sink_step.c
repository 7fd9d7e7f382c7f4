/* SPDX-License-Identifier: MIT */
/* sink_step.c - frame by frame: the property set for it on every sink, and the counting.
 *
 * Control threads set and cancel; streaming threads count, under flow_lock.
 * Knows: which input shows pictures.  Must not know: clocks, what is rendered.
 *
 * A step of n passes n - 1 frames by and renders the last one, none of them waits for its time.
 * Then the sink holds what comes, as if it were paused, until it is.
 */
#include "base/sink_internal.h"

#include <dvdmedia.h>
#include <ks.h>
#include <ksuuids.h>

static struct rg_sink *home(IKsPropertySet *face)
{
    return COM_HOME(face, struct rg_sink);
}

static bool shows_pictures(struct rg_in_pin *pin)
{
    bool is;

    pthread_mutex_lock(&pin->link_lock);
    is = pin->link.peer != NULL && IsEqualGUID(&pin->link.type.majortype, &MEDIATYPE_Video);
    pthread_mutex_unlock(&pin->link_lock);
    return is;
}

/* The input whose frames are counted; NULL: there are no pictures. */
static struct rg_in_pin *counted_input(struct rg_sink *sink)
{
    unsigned count = atomic_load_explicit(&sink->filter.n_in, memory_order_acquire);

    for (unsigned i = 0; i < count; i++)
        if (shows_pictures(rg_filter_in(&sink->filter, i)))
            return rg_filter_in(&sink->filter, i);
    return NULL;
}

/* ---- counting ---------------------------------------------------------------------------- */

bool rg_sink_steps_locked(struct rg_input *input)
{
    return input->sink->step != 0 && counted_input(input->sink) == &input->in;
}

enum rg_sink_step rg_sink_step_take_locked(struct rg_input *input)
{
    if (!rg_sink_steps_locked(input))
        return RG_STEP_NONE;
    if (--input->sink->step != 0)
        return RG_STEP_OVER;
    input->sink->is_stepped = true;
    return RG_STEP_LAST;
}

void rg_sink_step_forget_locked(struct rg_sink *sink)
{
    sink->step = 0;
    sink->is_stepped = false;
}

void rg_sink_step_done(struct rg_sink *sink, bool cancelled)
{
    rg_filter_notify(&sink->filter, EC_STEP_COMPLETE, cancelled, 0);
}

/* frames: 0 cancels.  Whoever waits for the clock or for Run looks again. */
static void step_set(struct rg_sink *sink, unsigned frames)
{
    unsigned count = atomic_load_explicit(&sink->filter.n_in, memory_order_acquire);

    pthread_mutex_lock(&sink->flow_lock);
    rg_sink_step_forget_locked(sink);
    sink->step = frames;
    for (unsigned i = 0; frames != 0 && i < count; i++) {
        struct rg_input *input = rg_filter_in(&sink->filter, i)->user;

        if (!sink->is_running)
            break; /* nobody waits for the clock */
        input->is_woken = true;
        SetEvent(input->wake);
    }
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
}

/* ---- IKsPropertySet ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE set(IKsPropertySet *face, REFGUID set, DWORD id,
                                     LPVOID instance, DWORD instance_bytes, LPVOID data,
                                     DWORD data_bytes)
{
    struct rg_sink *sink = home(face);
    const AM_FRAMESTEP_STEP *step = data;

    (void)instance, (void)instance_bytes;
    if (set == NULL)
        return E_POINTER;
    if (!IsEqualGUID(set, &AM_KSPROPSETID_FrameStep))
        return E_PROP_SET_UNSUPPORTED;
    switch (id) {
    case AM_PROPERTY_FRAMESTEP_STEP:
        if (step == NULL)
            return E_POINTER;
        if (data_bytes < sizeof(*step) || step->dwFramesToStep == 0)
            return E_INVALIDARG;
        if (counted_input(sink) == NULL)
            return VFW_E_NOT_CONNECTED;
        if (rg_filter_state(&sink->filter) == State_Stopped)
            return VFW_E_WRONG_STATE;
        step_set(sink, step->dwFramesToStep);
        return S_OK;
    case AM_PROPERTY_FRAMESTEP_CANCEL:
        step_set(sink, 0);
        return S_OK;
    case AM_PROPERTY_FRAMESTEP_CANSTEP:
    case AM_PROPERTY_FRAMESTEP_CANSTEPMULTIPLE:
        return counted_input(sink) != NULL ? S_OK : S_FALSE;
    default:
        return E_PROP_ID_UNSUPPORTED;
    }
}

static HRESULT STDMETHODCALLTYPE query(IKsPropertySet *face, REFGUID set, DWORD id,
                                       DWORD *ret_support)
{
    (void)face;
    if (set == NULL || ret_support == NULL)
        return E_POINTER;
    if (!IsEqualGUID(set, &AM_KSPROPSETID_FrameStep))
        return E_PROP_SET_UNSUPPORTED;
    if (id < AM_PROPERTY_FRAMESTEP_STEP || id > AM_PROPERTY_FRAMESTEP_CANSTEPMULTIPLE)
        return E_PROP_ID_UNSUPPORTED;
    *ret_support = KSPROPERTY_SUPPORT_SET;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get(IKsPropertySet *face, REFGUID set, DWORD id,
                                     LPVOID instance, DWORD instance_bytes, LPVOID data,
                                     DWORD data_bytes, DWORD *ret_bytes)
{
    DWORD support;

    (void)instance, (void)instance_bytes, (void)data, (void)data_bytes;
    if (set == NULL || ret_bytes == NULL)
        return E_POINTER;
    /* there is nothing to be read in this set */
    return FAILED(query(face, set, id, &support)) ? E_PROP_SET_UNSUPPORTED
                                                  : E_PROP_ID_UNSUPPORTED;
}

const IKsPropertySetVtbl rg_sink_properties_vtbl = {
    COM_UNKNOWN(IKsPropertySet),
    .Set = set,
    .Get = get,
    .QuerySupported = query,
};
