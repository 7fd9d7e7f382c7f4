/* SPDX-License-Identifier: MIT */
/* renderers.c - who ends a stream, and whether all of them have: one EC_COMPLETE for the host.
 *
 * Counting: control threads under the graph lock, and events_lock for what notifications read.
 * Completing: any thread under events_lock.
 * Knows: which filters end a stream.  Must not know: what they render.
 */
#include "graph/renderers.h"

/* ---- what is a renderer ------------------------------------------------------------------ */

/* A connected input, and nothing that leads on: no outputs, or the filter says it renders. */
static bool ends_a_stream(IBaseFilter *filter)
{
    RG_AUTO(IAMFilterMiscFlags) misc = NULL;
    bool connected = false, outputs = false;
    struct graph_pins pins;

    (void)graph_pins_open(&pins, filter);
    for (size_t i = 0; i < pins.count; i++) {
        if (graph_pin_is_output(pins.list[i])) {
            outputs = true;
        } else if (!connected) {
            RG_AUTO(IPin) peer = graph_pin_peer(pins.list[i]);

            connected = peer != NULL;
        }
    }
    graph_pins_close(&pins);
    if (!connected || !outputs)
        return connected;
    return SUCCEEDED(filter->lpVtbl->QueryInterface(filter, &IID_IAMFilterMiscFlags,
                                                    (void **)&misc)) &&
           (misc->lpVtbl->GetMiscFlags(misc) & AM_FILTER_MISC_FLAGS_IS_RENDERER) != 0;
}

/* ---- under events_lock ------------------------------------------------------------------- */

static bool have_all_completed(const struct graph_events *events)
{
    return events->renderers != 0 && events->completed + events->nameless >= events->renderers;
}

static void complete_if_all(struct graph_events *events)
{
    if (events->complete_posted || !have_all_completed(events))
        return;
    events->complete_posted = true;
    (void)graph_event_queue_locked(events, EC_COMPLETE, events->complete_status, 0);
}

static struct graph_node *renderer_of(struct graph_events *events, IBaseFilter *filter)
{
    struct graph_link *link = graph_table_first(&events->by_filter, graph_hash_pointer(filter));

    for (; link != NULL; link = graph_table_next(link)) {
        struct graph_node *node = CONTAINING_RECORD(link, struct graph_node, by_renderer);

        if (node->filter == filter)
            return node;
    }
    return NULL;
}

void graph_renderer_note_end_locked(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node = NULL;

    if (filter != NULL)
        node = renderer_of(&graph->events, filter);
    if (node != NULL)
        node->has_ended = true;
    SetEvent(graph->events.completion);
}

void graph_renderers_complete_locked(struct graph *graph, LONG_PTR status, IBaseFilter *filter)
{
    struct graph_events *events = &graph->events;
    struct graph_node *node = filter != NULL ? renderer_of(events, filter) : NULL;

    if (node != NULL && node->sits_out)
        return; /* late: its chain was stopped */
    if (FAILED((HRESULT)status))
        events->complete_status = status;
    if (events->renderers == 0) { /* nobody to wait for */
        (void)graph_event_queue_locked(events, EC_COMPLETE, status, 0);
        return;
    }
    if (filter == NULL)
        events->nameless++;
    if (node != NULL && !node->completed) {
        node->completed = true;
        if (node->is_to_come)
            return; /* booked when it has come */
        events->completed++;
    }
    /* a renderer that completed before a pause says so again after it: all of them together
     * make one event */
    complete_if_all(events);
}

/* It is waited for from now on. */
static void renderer_count(struct graph_events *events, struct graph_node *node)
{
    node->completed = node->has_ended = false;
    events->renderers++;
    events->complete_posted = false; /* there is somebody to wait for again */
}

static void renderer_uncount(struct graph_events *events, struct graph_node *node)
{
    events->renderers--;
    if (node->completed)
        events->completed--;
    node->completed = false;
}

static bool is_counted(const struct graph_node *node)
{
    return !node->sits_out && !node->is_to_come;
}

static void renderer_add(struct graph *graph, struct graph_node *node)
{
    struct graph_events *events = &graph->events;

    graph_table_put(&events->by_filter, &node->by_renderer, graph_hash_pointer(node->filter));
    node->is_renderer = true;
    node->previous_renderer = NULL;
    node->next_renderer = graph->renderers;
    if (graph->renderers != NULL)
        graph->renderers->previous_renderer = node;
    graph->renderers = node;
    node->completed = node->has_ended = false;
    if (is_counted(node))
        renderer_count(events, node);
}

static void renderer_take(struct graph *graph, struct graph_node *node)
{
    struct graph_events *events = &graph->events;

    graph_table_take(&events->by_filter, &node->by_renderer);
    if (node->previous_renderer != NULL)
        node->previous_renderer->next_renderer = node->next_renderer;
    else
        graph->renderers = node->next_renderer;
    if (node->next_renderer != NULL)
        node->next_renderer->previous_renderer = node->previous_renderer;
    node->is_renderer = false;
    if (is_counted(node))
        renderer_uncount(events, node);
}

static void sit_out(struct graph *graph, struct graph_node *node, bool on)
{
    if (node->sits_out == on)
        return;
    node->sits_out = on;
    graph->sitting_out += on ? 1 : (size_t)-1;
    if (!node->is_renderer || node->is_to_come)
        return;
    if (on)
        renderer_uncount(&graph->events, node);
    else
        renderer_count(&graph->events, node);
}

/* ---- counting ---------------------------------------------------------------------------- */

static void recount_one(struct graph *graph, struct graph_node *node)
{
    bool is_renderer = ends_a_stream(node->filter);

    pthread_mutex_lock(&graph->events_lock);
    if (is_renderer && !node->is_renderer)
        renderer_add(graph, node);
    else if (!is_renderer && node->is_renderer)
        renderer_take(graph, node);
    pthread_mutex_unlock(&graph->events_lock);
}

void graph_recount_renderers(struct graph *graph)
{
    struct graph_events *events = &graph->events;

    while (graph->touched != NULL) {
        struct graph_node *node = graph->touched;

        graph->touched = node->next_touched;
        node->touched = false;
        recount_one(graph, node);
    }
    pthread_mutex_lock(&graph->events_lock);
    /* the last one that was missing may have left; with no completion at all nothing has
     * ended */
    if (events->running && events->completed + events->nameless != 0)
        complete_if_all(events);
    pthread_mutex_unlock(&graph->events_lock);
}

void graph_recount_all_locked(struct graph *graph)
{
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next)
        recount_one(graph, node);
    graph->recount_all = false;
    graph_recount_renderers(graph);
}

bool graph_renderer_goes_on(struct graph *graph, struct graph_node *node)
{
    bool goes_on;

    pthread_mutex_lock(&graph->events_lock);
    goes_on = node->is_renderer && !node->sits_out && !node->has_ended;
    pthread_mutex_unlock(&graph->events_lock);
    return goes_on;
}

bool graph_renderers_are_done(struct graph *graph)
{
    bool are_done;

    pthread_mutex_lock(&graph->events_lock);
    are_done = have_all_completed(&graph->events);
    pthread_mutex_unlock(&graph->events_lock);
    return are_done;
}

void graph_renderer_forget_locked(struct graph *graph, struct graph_node *node)
{
    pthread_mutex_lock(&graph->events_lock);
    if (node->is_renderer)
        renderer_take(graph, node);
    sit_out(graph, node, false);
    pthread_mutex_unlock(&graph->events_lock);
}

/* ---- chains that are stopped ------------------------------------------------------------- */

void graph_renderer_sit_out_locked(struct graph *graph, struct graph_node *node, bool on)
{
    pthread_mutex_lock(&graph->events_lock);
    sit_out(graph, node, on);
    pthread_mutex_unlock(&graph->events_lock);
}

/* ---- newcomers --------------------------------------------------------------------------- */

void graph_renderer_is_to_come_locked(struct graph *graph, struct graph_node *node)
{
    pthread_mutex_lock(&graph->events_lock);
    node->is_to_come = true; /* just added: it is no renderer yet */
    pthread_mutex_unlock(&graph->events_lock);
}

void graph_renderer_has_come_locked(struct graph *graph, struct graph_node *node)
{
    struct graph_events *events = &graph->events;
    bool has_completed, has_ended;

    pthread_mutex_lock(&graph->events_lock);
    has_completed = node->completed;
    has_ended = node->has_ended;
    if (node->is_to_come && node->is_renderer && !node->sits_out) {
        renderer_count(events, node);
        node->completed = has_completed;
        node->has_ended = has_ended;
        events->completed += has_completed ? 1 : 0;
    }
    node->is_to_come = false;
    pthread_mutex_unlock(&graph->events_lock);
}

void graph_renderers_all_back_locked(struct graph *graph)
{
    if (graph->sitting_out == 0)
        return;
    pthread_mutex_lock(&graph->events_lock);
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next)
        sit_out(graph, node, false);
    pthread_mutex_unlock(&graph->events_lock);
}

/* ---- passes over the streams ------------------------------------------------------------- */

void graph_events_reset_completes(struct graph *graph)
{
    pthread_mutex_lock(&graph->events_lock);
    for (struct graph_node *node = graph->renderers; node != NULL; node = node->next_renderer)
        node->completed = node->has_ended = false;
    graph->events.completed = 0;
    graph->events.nameless = 0;
    graph->events.complete_posted = false;
    graph->events.complete_status = S_OK;
    pthread_mutex_unlock(&graph->events_lock);
}

/* At each start renderers that are at their end say so again, so the host is told again. */
void graph_events_set_running(struct graph *graph, bool running)
{
    pthread_mutex_lock(&graph->events_lock);
    if (running && !graph->events.running) {
        graph->events.complete_posted = false;
        graph->events.nameless = 0;
        graph_events_forget_end_locked(&graph->events);
    }
    graph->events.running = running;
    pthread_mutex_unlock(&graph->events_lock);
}
