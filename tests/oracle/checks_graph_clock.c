/* SPDX-License-Identifier: MIT */
/* checks_graph_clock.c - which clock a graph goes by, and who is told.
 *
 * Knows: IMediaFilter::SetSyncSource, filters with a clock.  Must not know: how clocks tick.
 */
#include "checks.h"
#include "oracle.h"

static LONG count_events(IMediaEvent *event, LONG wanted)
{
    LONG code, count = 0;
    LONG_PTR one, two;

    while (IMediaEvent_GetEvent(event, &code, &one, &two, 0) == S_OK) {
        count += code == wanted;
        (void)IMediaEvent_FreeEventParams(event, code, one, two);
    }
    return count;
}

void group_graph_clock(void)
{
    struct fake *clock = fake_new('c', "i"), *late = fake_new('l', "i");
    IReferenceClock *got = NULL;
    IMediaFilter *media;
    IMediaEvent *event;
    struct road road;

    if (!road_make(&road))
        return;
    media = graph_face(road.graph, &IID_IMediaFilter);
    event = graph_face(road.graph, &IID_IMediaEvent);
    clock->has_clock = TRUE;
    answer_hr("GetSyncSource to NULL", IMediaFilter_GetSyncSource(media, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("SetSyncSource", IMediaFilter_SetSyncSource(media, &clock->clock), "S_OK",
              "the host's choice");
    answer_yes("the filters are told",
               road.s->sync == &clock->clock && road.t->sync == &clock->clock &&
                   road.r->sync == &clock->clock,
               "every filter");
    answer_yes("EC_CLOCK_CHANGED", count_events(event, EC_CLOCK_CHANGED) > 0,
               "the host is told");
    answer_hr("GetSyncSource", IMediaFilter_GetSyncSource(media, &got), "S_OK", "the clock");
    answer_yes("its clock", got == &clock->clock, "as was set");
    if (got != NULL)
        IReferenceClock_Release(got);
    (void)IGraphBuilder_AddFilter(road.graph, &late->filter, L"late");
    answer_yes("a filter that comes later", late->sync == &clock->clock, "it is told as well");
    (void)IMediaControl_Run(road.control);
    answer_yes("the choice holds", road.r->sync == &clock->clock,
               "Run does not choose another");
    answer_hr("SetDefaultSyncSource of a running graph",
              IGraphBuilder_SetDefaultSyncSource(road.graph), "VFW_E_NOT_STOPPED", "C-77");
    (void)IMediaControl_Stop(road.control);
    answer_hr("SetSyncSource of none", IMediaFilter_SetSyncSource(media, NULL), "S_OK",
              "no clock: as fast as it goes");
    answer_yes("the filters have none", road.s->sync == NULL && road.r->sync == NULL,
               "every filter is told");
    answer_hr("GetSyncSource of none", IMediaFilter_GetSyncSource(media, &got), "S_OK|S_FALSE",
              "there is none");
    answer_yes("no clock", got == NULL, "as was set");
    (void)IMediaControl_Run(road.control);
    answer_yes("none holds", road.r->sync == NULL, "Run does not choose one");
    (void)IMediaControl_Stop(road.control);
    answer_hr("SetDefaultSyncSource", IGraphBuilder_SetDefaultSyncSource(road.graph), "S_OK",
              "the graph chooses");
    (void)IMediaControl_Run(road.control);
    answer_yes("the filters have one", road.r->sync != NULL && road.r->sync == road.s->sync,
               "the system clock, as nobody has one");
    road_end(&road);
    fake_release(clock);
    fake_release(late);
}

void group_graph_clock_choice(void)
{
    struct fake *loose = fake_new('l', "i");
    struct road road;

    if (!road_make(&road))
        return;
    loose->has_clock = TRUE;
    road.s->has_clock = TRUE;
    (void)IGraphBuilder_AddFilter(road.graph, &loose->filter, L"loose");
    (void)IMediaControl_Pause(road.control);
    answer_yes("a connected filter's clock", road.r->sync == &road.s->clock,
               "before that of one that is not connected");
    answer_yes("all have it", road.t->sync == &road.s->clock && road.s->sync == &road.s->clock,
               "one clock for all");
    (void)IMediaControl_Stop(road.control);
    road.r->has_clock = TRUE;
    (void)IGraphBuilder_SetDefaultSyncSource(road.graph);
    (void)IMediaControl_Pause(road.control);
    answer_yes("the renderer's clock", road.s->sync == &road.r->clock,
               "renderers first, then upstream");
    (void)IMediaControl_Stop(road.control);
    road.r->has_clock = road.s->has_clock = FALSE;
    (void)IGraphBuilder_SetDefaultSyncSource(road.graph);
    (void)IMediaControl_Pause(road.control);
    answer_yes("a clock of a filter that is not connected", road.r->sync == &loose->clock,
               "before the system clock");
    (void)IMediaControl_Stop(road.control);
    loose->has_clock = FALSE;
    (void)IGraphBuilder_SetDefaultSyncSource(road.graph);
    (void)IMediaControl_Run(road.control);
    answer_yes("nobody has a clock", road.r->sync != NULL && road.r->sync != &loose->clock,
               "the system clock");
    road_end(&road);
    fake_release(loose);
}
