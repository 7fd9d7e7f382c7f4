/* SPDX-License-Identifier: MIT */
/* step.c - IVideoFrameStep: the graph runs for so many frames, and is paused again.
 *
 * Control threads under the graph lock.  Who steps is whoever answers AM_KSPROPSETID_FrameStep.
 * Knows: that property set, EC_STEP_COMPLETE.  Must not know: how a filter counts frames.
 */
#include "graph/graph_internal.h"

#include <dvdmedia.h>
#include <ksuuids.h>

static HRESULT tell(IUnknown *stepper, DWORD id, const AM_FRAMESTEP_STEP *step)
{
    RG_AUTO(IKsPropertySet) set = NULL;
    HRESULT hr = stepper->lpVtbl->QueryInterface(stepper, &IID_IKsPropertySet, (void **)&set);

    if (FAILED(hr))
        return hr;
    return set->lpVtbl->Set(set, &AM_KSPROPSETID_FrameStep, id, NULL, 0, (LPVOID)step,
                            step != NULL ? sizeof(*step) : 0);
}

/* The first one that can, renderers first; a reference, or NULL. */
static IUnknown *find_stepper(struct graph *graph, bool multiple)
{
    DWORD id = multiple ? AM_PROPERTY_FRAMESTEP_CANSTEPMULTIPLE : AM_PROPERTY_FRAMESTEP_CANSTEP;
    struct graph_snapshot all;
    IUnknown *found = NULL;

    if (FAILED(graph_snapshot_locked(graph, &all)))
        return NULL;
    for (size_t i = 0; i < all.count && found == NULL; i++)
        if (tell((IUnknown *)all.filters[i], id, NULL) == S_OK)
            found = (IUnknown *)all.filters[i];
    if (found != NULL)
        found->lpVtbl->AddRef(found);
    graph_snapshot_free(&all);
    return found;
}

/* given (may be NULL) or whoever can; a reference, or NULL: nobody. */
static IUnknown *stepper_for(struct graph *graph, IUnknown *given, bool multiple)
{
    DWORD id = multiple ? AM_PROPERTY_FRAMESTEP_CANSTEPMULTIPLE : AM_PROPERTY_FRAMESTEP_CANSTEP;

    if (given == NULL)
        return find_stepper(graph, multiple);
    if (tell(given, id, NULL) != S_OK)
        return NULL;
    given->lpVtbl->AddRef(given);
    return given;
}

/* ---- the end of a step ------------------------------------------------------------------- */

void graph_step_forget_locked(struct graph *graph)
{
    IUnknown *stepper = graph->step.stepper;

    graph->step.stepper = NULL;
    atomic_fetch_add(&graph->step.serial, 1);
    if (stepper != NULL)
        stepper->lpVtbl->Release(stepper);
}

void graph_step_cancel_locked(struct graph *graph)
{
    if (graph->step.stepper == NULL)
        return;
    (void)tell(graph->step.stepper, AM_PROPERTY_FRAMESTEP_CANCEL, NULL);
    graph_step_forget_locked(graph);
}

void graph_step_filter_leaves_locked(struct graph *graph, IBaseFilter *filter)
{
    if (graph->step.stepper != NULL &&
        graph_identity(graph->step.stepper) == graph_identity(filter))
        graph_step_cancel_locked(graph);
}

bool graph_step_note(struct graph *graph, LONG_PTR cancelled)
{
    atomic_store(&graph->step.cancelled, cancelled);
    atomic_store(&graph->step.completed, atomic_load(&graph->step.serial));
    return graph_worker_post(graph, GRAPH_JOB_STEPPED) == S_OK;
}

/* Stream time goes to the frame that was shown: it didn't wait for the clock. */
static void stream_time_of_frame(struct graph *graph, IUnknown *stepper)
{
    RG_AUTO(IMediaSeeking) seeking = NULL;
    LONGLONG at;

    if (!IsEqualGUID(&graph->time_format, &TIME_FORMAT_MEDIA_TIME) ||
        FAILED(
            stepper->lpVtbl->QueryInterface(stepper, &IID_IMediaSeeking, (void **)&seeking)) ||
        FAILED(seeking->lpVtbl->GetCurrentPosition(seeking, &at)) || at < graph->segment_start)
        return;
    graph->stream_time = (REFERENCE_TIME)((double)(at - graph->segment_start) / graph->rate);
}

void graph_step_done_locked(struct graph *graph)
{
    RG_AUTO(IUnknown) stepper = NULL;

    if (atomic_load(&graph->step.completed) != atomic_load(&graph->step.serial))
        return; /* it was called off meanwhile */
    stepper = RG_STEAL(&graph->step.stepper);
    graph_step_forget_locked(graph);
    if (graph->state == State_Running) {
        (void)graph_pause(graph);
        if (stepper != NULL && graph->state == State_Paused)
            stream_time_of_frame(graph, stepper);
    }
    if (graph->has_worker)
        graph_event_post(graph, EC_STEP_COMPLETE, atomic_load(&graph->step.cancelled), 0);
}

/* ---- IVideoFrameStep --------------------------------------------------------------------- */

static HRESULT step_locked(struct graph *graph, DWORD frames, IUnknown *given)
{
    const AM_FRAMESTEP_STEP step = { .dwFramesToStep = frames };
    RG_AUTO(IUnknown) stepper = stepper_for(graph, given, frames > 1);
    HRESULT hr;

    if (stepper == NULL)
        return E_FAIL;
    graph_step_cancel_locked(graph);
    if (graph->state == State_Stopped) {
        hr = graph_pause(graph);
        if (FAILED(hr))
            return hr;
    }
    hr = tell(stepper, AM_PROPERTY_FRAMESTEP_STEP, &step);
    if (FAILED(hr))
        return hr;
    graph->step.stepper = RG_STEAL(&stepper);
    hr = graph_run_on_locked(graph, 0);
    if (FAILED(hr))
        graph_step_cancel_locked(graph);
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT STDMETHODCALLTYPE step_step(IVideoFrameStep *face, DWORD frames,
                                           IUnknown *stepper)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (frames == 0)
        return E_INVALIDARG;
    hr = graph_check_command(graph, "IVideoFrameStep::Step");
    if (FAILED(hr))
        return hr;
    graph_lock(graph, NULL, INFINITE);
    graph_jobs_run_pending(graph);
    hr = step_locked(graph, frames, stepper);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE step_can(IVideoFrameStep *face, LONG multiple,
                                          IUnknown *stepper)
{
    struct graph *graph = graph_home(face);
    RG_AUTO(IUnknown) found = NULL;
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    found = stepper_for(graph, stepper, multiple != 0);
    graph_unlock(graph);
    return found != NULL ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE step_cancel(IVideoFrameStep *face)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    graph_step_cancel_locked(graph);
    graph_unlock(graph);
    return S_OK;
}

const IVideoFrameStepVtbl graph_frame_step_vtbl = {
    COM_UNKNOWN(IVideoFrameStep),
    .Step = step_step,
    .CanStep = step_can,
    .CancelStep = step_cancel,
};
