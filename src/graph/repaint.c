/* SPDX-License-Identifier: MIT */
/* repaint.c - EC_REPAINT: a renderer wants its picture again.
 *
 * Any thread asks, the worker does it under the graph lock.
 * Knows: the pin upstream may do it, a seek brings the picture.  Must not know: pictures.
 */
#include "graph/graph_internal.h"

/* One pin is remembered by itself; more of them are all. */
void graph_repaint_note(struct graph *graph, IPin *pin)
{
    struct graph_events *events = &graph->events;
    IPin *dropped = pin;

    if (pin != NULL)
        pin->lpVtbl->AddRef(pin);
    pthread_mutex_lock(&graph->events_lock);
    if (pin == NULL || (events->repaint != NULL && events->repaint != pin)) {
        events->repaint_all = true;
    } else if (events->repaint == NULL) {
        events->repaint = pin;
        dropped = NULL;
    }
    pthread_mutex_unlock(&graph->events_lock);
    if (dropped != NULL)
        dropped->lpVtbl->Release(dropped);
}

/* A reference, or NULL: it is for all. */
static IPin *repaint_take(struct graph *graph)
{
    struct graph_events *events = &graph->events;
    RG_AUTO(IPin) pin = NULL;
    bool all;

    pthread_mutex_lock(&graph->events_lock);
    pin = RG_STEAL(&events->repaint);
    all = events->repaint_all;
    events->repaint_all = false;
    pthread_mutex_unlock(&graph->events_lock);
    return all ? NULL : RG_STEAL(&pin);
}

void graph_repaint_forget(struct graph *graph)
{
    IPin *pin = repaint_take(graph);

    if (pin != NULL)
        pin->lpVtbl->Release(pin);
}

/* documented: whoever feeds the pin is asked first. */
static bool upstream_does_it(IPin *pin)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);
    RG_AUTO(IMediaEventSink) sink = NULL;

    return peer != NULL &&
           SUCCEEDED(
               peer->lpVtbl->QueryInterface(peer, &IID_IMediaEventSink, (void **)&sink)) &&
           sink->lpVtbl->Notify(sink, EC_REPAINT, (LONG_PTR)pin, 0) == S_OK;
}

void graph_repaint_locked(struct graph *graph)
{
    RG_AUTO(IPin) pin = repaint_take(graph);
    LONGLONG now;

    if (pin != NULL && upstream_does_it(pin))
        return;
    now = graph_position_locked(graph);
    if (graph->state == State_Paused)
        (void)graph_seek_locked(graph, &now, AM_SEEKING_AbsolutePositioning, NULL,
                                AM_SEEKING_NoPositioning);
    else if (graph->state == State_Stopped)
        (void)graph_stop_when_ready(graph);
}
