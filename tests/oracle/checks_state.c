/* SPDX-License-Identifier: MIT */
/* checks_state.c - a graph stops, pauses and runs, and in which order it tells its filters.
 *
 * Knows: IMediaControl and IMediaFilter over fakes.  Must not know: data.
 * In the log: "Pr" is Pause of r, R Run, S Stop; s is the source, t the transform, r the renderer.
 */
#include "checks.h"
#include "oracle.h"

#include <string.h>

static LONG state_of(IMediaControl *control)
{
    OAFilterState state = -1;

    (void)IMediaControl_GetState(control, 0, &state);
    return (LONG)state;
}

static const char *state_name(LONG state)
{
    static const char *const names[] = { "stopped", "paused", "running" };

    return state >= 0 && state < 3 ? names[state] : "none";
}

void group_state_empty(void)
{
    OAFilterState state = -1;
    IMediaControl *control;
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    control = graph_face(graph, &IID_IMediaControl);
    answer_hr("GetState to NULL", IMediaControl_GetState(control, 0, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("GetState", IMediaControl_GetState(control, 0, &state), "S_OK",
              "no change goes on");
    answer_text("a new graph", state_name((LONG)state), "stopped", "it begins so");
    answer_hr("Stop", IMediaControl_Stop(control), "S_OK", "it is stopped");
    answer_hr("Pause", IMediaControl_Pause(control), "S_OK", "nobody has to be waited for");
    answer_text("paused", state_name(state_of(control)), "paused", "after Pause");
    answer_hr("Pause again", IMediaControl_Pause(control), "S_OK", "it is paused");
    answer_hr("Run", IMediaControl_Run(control), "S_OK", "nobody has to be waited for");
    answer_text("running", state_name(state_of(control)), "running", "after Run");
    answer_hr("Pause of a running one", IMediaControl_Pause(control), "S_OK", "back to paused");
    answer_text("paused again", state_name(state_of(control)), "paused", "after Pause");
    (void)IMediaControl_Run(control);
    answer_hr("Stop of a running one", IMediaControl_Stop(control), "S_OK", "from any state");
    answer_text("stopped", state_name(state_of(control)), "stopped", "after Stop");
    answer_hr("Run of a stopped one", IMediaControl_Run(control), "S_OK", "by way of paused");
    answer_text("running again", state_name(state_of(control)), "running", "after Run");
    (void)IMediaControl_Stop(control);
    IGraphBuilder_Release(graph);
}

void group_state_order(void)
{
    struct road road;

    if (!road_make(&road))
        return;
    (void)IMediaControl_Pause(road.control);
    answer_text("Pause", fake_log_take(), "Pr Pt Ps", "renderers first, then upstream (C-71)");
    (void)IMediaControl_Pause(road.control);
    answer_text("Pause of a paused one", fake_log_take(), "nothing", "nothing to do");
    (void)IMediaControl_Run(road.control);
    answer_text("Run", fake_log_take(), "Rr Rt Rs", "renderers first, then upstream");
    answer_yes("one start time",
               road.r->start_time == road.s->start_time &&
                   road.t->start_time == road.s->start_time,
               "the same for all");
    (void)IMediaControl_Run(road.control);
    answer_text("Run of a running one", fake_log_take(), "nothing", "nothing happens");
    (void)IMediaControl_Pause(road.control);
    answer_text("Pause of a running one", fake_log_take(), "Pr Pt Ps",
                "renderers first, then upstream");
    (void)IMediaControl_Stop(road.control);
    answer_text("Stop of a paused one", fake_log_take(), "Sr St Ss",
                "renderers first, then upstream (C-71)");
    (void)IMediaControl_Stop(road.control);
    answer_text("Stop of a stopped one", fake_log_take(), "nothing|Sr St Ss",
                "nothing to do, or told again");
    (void)IMediaControl_Run(road.control);
    answer_text("Run of a stopped one", fake_log_take(), "Pr Pt Ps Rr Rt Rs",
                "every filter is paused before one runs");
    (void)IMediaControl_Stop(road.control);
    answer_text("Stop of a running one", fake_log_take(), "Pr Pt Ps Sr St Ss",
                "it is paused first");
    road_end(&road);
}

void group_state_intermediate(void)
{
    OAFilterState state = -1;
    struct road road;

    if (!road_make(&road))
        return;
    road.r->pause_answer = S_FALSE;
    fake_set_state_answer(road.r, VFW_S_STATE_INTERMEDIATE);
    answer_hr("Pause", IMediaControl_Pause(road.control), "S_FALSE",
              "the renderer has no sample yet");
    answer_hr("GetState", IMediaControl_GetState(road.control, 0, &state),
              "VFW_S_STATE_INTERMEDIATE", "C-72");
    answer_text("its state", state_name((LONG)state), "paused",
                "where the change leads to (C-72)");
    answer_hr("GetState with a time", IMediaControl_GetState(road.control, 30, &state),
              "VFW_S_STATE_INTERMEDIATE", "the time is over and the renderer has none");
    fake_set_state_answer(road.r, S_OK);
    answer_hr("GetState later", IMediaControl_GetState(road.control, PATIENCE_MS, &state),
              "S_OK", "the renderer has its sample");
    (void)IMediaControl_Stop(road.control);
    fake_set_state_answer(road.s, VFW_S_CANT_CUE);
    fake_set_state_answer(road.r, VFW_S_STATE_INTERMEDIATE);
    (void)IMediaControl_Pause(road.control);
    answer_hr("GetState with a live source", IMediaControl_GetState(road.control, 0, &state),
              "VFW_S_CANT_CUE", "C-73");
    answer_text("its state with a live source", state_name((LONG)state), "paused", "C-73");
    (void)IMediaControl_Stop(road.control);
    fake_set_state_answer(road.s, S_OK);
    fake_set_state_answer(road.r, VFW_S_STATE_INTERMEDIATE);
    (void)fake_log_take();
    answer_hr("Run", IMediaControl_Run(road.control), "S_FALSE",
              "the change goes on when the renderer has its sample");
    answer_text("nobody runs yet", fake_log_take(), "Pr Pt Ps",
                "all are paused, and that is waited for");
    answer_hr("GetState while that is so", IMediaControl_GetState(road.control, 0, &state),
              "VFW_S_STATE_INTERMEDIATE", "Run is not done");
    answer_text("its goal", state_name((LONG)state), "running", "where the change leads to");
    fake_set_state_answer(road.r, S_OK);
    answer_hr("GetState when it is", IMediaControl_GetState(road.control, PATIENCE_MS, &state),
              "S_OK", "Run is done");
    answer_text("they run", fake_log_take(), "Rr Rt Rs", "the rest of Run");
    road_end(&road);
}

void group_state_failures(void)
{
    struct road road;

    if (!road_make(&road))
        return;
    road.t->pause_answer = E_OUTOFMEMORY;
    answer_hr("Pause that fails", IMediaControl_Pause(road.control), "E_OUTOFMEMORY",
              "what the filter says");
    answer_text("the graph's state", state_name(state_of(road.control)), "stopped",
                "a Pause that fails stops the graph");
    answer_text("the renderer's state", state_name((LONG)fake_state(road.r)), "stopped",
                "a Pause that fails stops the graph");
    answer_hr("Run that fails in Pause", IMediaControl_Run(road.control), "E_OUTOFMEMORY",
              "what the filter says");
    answer_text("the graph's state after it", state_name(state_of(road.control)), "stopped",
                "a Run that fails stops the graph");
    road.t->pause_answer = S_OK;
    road.t->run_answer = E_FAIL;
    answer_hr("Run that fails", IMediaControl_Run(road.control), "E_FAIL",
              "what the filter says");
    road.t->run_answer = S_OK;
    answer_hr("Run after that", IMediaControl_Run(road.control), "S_OK", "all are willing");
    answer_text("running", state_name(state_of(road.control)), "running", "all are willing");
    road.t->stop_answer = E_FAIL;
    (void)fake_log_take();
    (void)IMediaControl_Stop(road.control);
    answer_yes("Stop that fails", strstr(fake_log_take(), "Ss") != NULL,
               "the others are stopped all the same");
    road.t->stop_answer = S_OK;
    road_end(&road);
}

void group_state_start_time(void)
{
    IMediaFilter *media;
    REFERENCE_TIME first;
    struct fake *clock;
    struct road road;

    if (!road_make(&road))
        return;
    clock = fake_new('c', "i");
    clock->clock_now = 50000000;
    media = graph_face(road.graph, &IID_IMediaFilter);
    (void)IMediaFilter_SetSyncSource(media, &clock->clock);
    (void)IMediaControl_Run(road.control);
    first = road.r->start_time;
    answer_yes("the start lies ahead", first >= 50000000 && first < 60000000,
               "the clock's time, and a little");
    clock->clock_now += 30000000;
    (void)IMediaControl_Pause(road.control);
    clock->clock_now += 70000000;
    (void)IMediaControl_Run(road.control);
    answer_yes("after a pause",
               road.r->start_time - first >= 70000000 && road.r->start_time - first < 71000000,
               "stream time goes on where it stood: the start is later by what the pause took");
    (void)IMediaControl_Stop(road.control);
    clock->clock_now = 900000000;
    (void)IMediaControl_Run(road.control);
    answer_yes("after Stop", road.r->start_time >= 900000000 && road.r->start_time < 910000000,
               "stream time begins anew");
    (void)IMediaControl_Stop(road.control);
    (void)IMediaFilter_Run(media, 1234567890);
    answer_value("given", road.r->start_time, "1234567890", "IMediaFilter::Run says when");
    (void)IMediaControl_Stop(road.control);
    (void)IMediaFilter_SetSyncSource(media, NULL);
    answer_hr("Run without a clock", IMediaControl_Run(road.control), "S_OK",
              "samples are rendered as they come");
    (void)IMediaControl_Stop(road.control);
    road_end(&road);
    fake_release(clock);
}

void group_state_filter_face(void)
{
    FILTER_STATE state = State_Running;
    IMediaFilter *media;
    struct road road;
    CLSID clsid;

    if (!road_make(&road))
        return;
    media = graph_face(road.graph, &IID_IMediaFilter);
    answer_hr("GetClassID", IMediaFilter_GetClassID(media, &clsid), "S_OK",
              "the graph's class");
    answer_yes("its class", IsEqualGUID(&clsid, &CLSID_FilterGraph), "CLSID_FilterGraph");
    answer_hr("GetState to NULL", IMediaFilter_GetState(media, 0, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("GetState", IMediaFilter_GetState(media, 0, &state), "S_OK", "stopped");
    answer_text("its state", state_name((LONG)state), "stopped", "as IMediaControl says");
    answer_hr("Pause", IMediaFilter_Pause(media), "S_OK", "as IMediaControl does");
    answer_text("the filters", fake_log_take(), "Pr Pt Ps", "as IMediaControl does");
    (void)IMediaFilter_GetState(media, 0, &state);
    answer_text("its state after it", state_name((LONG)state), "paused",
                "as IMediaControl says");
    answer_hr("Run", IMediaFilter_Run(media, 0), "S_OK", "0: the graph chooses when");
    answer_text("the filters that run", fake_log_take(), "Rr Rt Rs", "as IMediaControl does");
    answer_text("IMediaControl says", state_name(state_of(road.control)), "running",
                "one state, two faces");
    answer_hr("Stop", IMediaFilter_Stop(media), "S_OK", "as IMediaControl does");
    (void)IMediaFilter_GetState(media, 0, &state);
    answer_text("its state at the end", state_name((LONG)state), "stopped",
                "as IMediaControl says");
    road_end(&road);
}

void group_state_ready(void)
{
    HANDLE stopped = CreateEventA(NULL, FALSE, FALSE, NULL);
    OAFilterState state = -1;
    struct road road;

    if (!road_make(&road))
        return;
    road.s->when_stopped = stopped; /* the last one */
    answer_hr("StopWhenReady", IMediaControl_StopWhenReady(road.control), "S_OK|S_FALSE",
              "pauses, and stops when every renderer has its sample");
    (void)IMediaControl_GetState(road.control, PATIENCE_MS, &state);
    answer_text("its state", state_name((LONG)state), "stopped",
                "stopped for whoever asks, while it pauses");
    answer_yes("it stops", WaitForSingleObject(stopped, PATIENCE_MS) == WAIT_OBJECT_0,
               "once the pause is done");
    answer_text("the order", fake_log_take(), "Pr Pt Ps Sr St Ss",
                "paused on the way, so that a renderer has something to show");
    (void)IMediaControl_Run(road.control);
    (void)ResetEvent(stopped);
    answer_hr("StopWhenReady of a running one", IMediaControl_StopWhenReady(road.control),
              "S_OK|S_FALSE", "from any state");
    answer_yes("it stops as well", WaitForSingleObject(stopped, PATIENCE_MS) == WAIT_OBJECT_0,
               "from any state");
    answer_text("stopped", state_name(state_of(road.control)), "stopped", "from any state");
    road.s->when_stopped = NULL;
    road_end(&road);
    CloseHandle(stopped);
}
