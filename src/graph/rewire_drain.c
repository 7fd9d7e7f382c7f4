/* SPDX-License-Identifier: MIT */
/* rewire_drain.c - push-through: a marker is sent down a road, and whoever stands at its end says when
 * it has come; and streams that end because of an edit.
 *
 * The waiting side is a control thread under the graph lock; the marker is pushed by a helper
 * thread (rewire_push.c), so that a filter that hangs holds up the helper and not the caller.
 * Knows: IPinConnection, IRgLink's traits.  Must not know: why something is drained.
 */
#include "graph/rewire_push.h"

#include <string.h>

#include "platform/marker.h"
#include "platform/memory.h"
#include "platform/time.h"

/* ---- pins -------------------------------------------------------------------------------- */

static IRgLink *link_of(IPin *pin)
{
    IRgLink *link = NULL;

    return SUCCEEDED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link)) ? link : NULL;
}

static bool is_ours(IPin *pin)
{
    RG_AUTO(IRgLink) link = link_of(pin);

    return link != NULL;
}

static RG_LEDGER ledger_of(IPin *pin)
{
    RG_AUTO(IRgLink) link = link_of(pin);
    RG_LEDGER ledger;

    memset(&ledger, 0, sizeof(ledger));
    if (link != NULL)
        (void)IRgLink_GetLedger(link, &ledger);
    return ledger;
}

/* ---- one drain: markers that go in, ends that they come to --------------------------------- */

struct drain_end {
    IPin *in;                   /* borrowed */
    IPinConnection *connection; /* borrowed; NULL: a foreign one's, see stale */
    HANDLE arrived;
    ULONGLONG markers_before;
};

struct drain {
    struct graph *graph;
    struct rewire_aborts aborts;
    int64_t deadline_ns;
    bool road_stays; /* PushThroughData: the end has worked through all, and the road goes on */
    bool is_ours;    /* every filter on the way is the base's: the tag goes all the way */
    uint64_t tag;    /* of the markers; 0: streams end */

    struct rewire_push **pushes;
    size_t n_pushes, pushes_room;
    struct drain_end *ends;
    size_t n_ends, ends_room;
    struct rewire_stale *stale; /* foreign ends of a marker with a tag; may be NULL */
};

static void drain_init(struct drain *drain, const struct rewire *edit)
{
    memset(drain, 0, sizeof(*drain));
    drain->graph = edit->graph;
    drain->aborts = edit->aborts;
    drain->deadline_ns = edit->deadline_ns;
}

static void drain_clear(struct drain *drain)
{
    rewire_stale_begin(drain->graph, drain->stale, drain->tag);
    for (size_t i = 0; i < drain->n_ends; i++) {
        if (drain->ends[i].connection != NULL)
            (void)IPinConnection_NotifyEndOfStream(drain->ends[i].connection, NULL);
        CloseHandle(drain->ends[i].arrived);
    }
    for (size_t i = 0; i < drain->n_pushes; i++)
        rewire_push_leave(drain->graph, drain->pushes[i]);
    rg_free(drain->ends);
    rg_free(drain->pushes);
}

/* A foreign end can't tell one marker from another: the former one has to be out first. */
static HRESULT wait_for_former(struct drain *drain, IPinConnection *connection)
{
    struct graph_wait note;
    HRESULT hr = S_OK;
    HANDLE out;

    graph_wait_set(&note, drain->graph, "a marker that was given up to come out", "");
    while (SUCCEEDED(hr) && (out = rewire_stale_find(drain->graph, connection)) != NULL) {
        HANDLE all[4] = { out };
        DWORD index;

        rg_wait_begin(&note.wait);
        hr = rewire_wait_or_off(drain->graph, all, 1, &drain->aborts, drain->deadline_ns,
                                &index);
        rg_wait_end(&note.wait);
    }
    return hr;
}

/* From now on the end of stream that comes here is the marker. */
static HRESULT drain_expect(struct drain *drain, IPin *in, IPinConnection *connection)
{
    struct drain_end *end;
    HRESULT hr = rewire_grow(&drain->ends, drain->n_ends, &drain->ends_room, sizeof(*end));
    bool is_foreign = false;

    if (FAILED(hr))
        return hr;
    if (drain->tag != 0 && !is_ours(in)) {
        hr = wait_for_former(drain, connection);
        if (SUCCEEDED(hr))
            hr = rewire_stale_add(&drain->stale, connection);
        if (FAILED(hr))
            return hr;
        is_foreign = true;
    }
    end = &drain->ends[drain->n_ends];
    end->in = in;
    end->connection = is_foreign ? NULL : connection;
    end->markers_before = ledger_of(in).markers;
    end->arrived = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (end->arrived == NULL)
        return E_OUTOFMEMORY;
    hr = IPinConnection_NotifyEndOfStream(connection, end->arrived);
    if (FAILED(hr))
        CloseHandle(end->arrived);
    else
        drain->n_ends++;
    return hr;
}

static HRESULT drain_push(struct drain *drain, IPin *first)
{
    HRESULT hr = rewire_grow(&drain->pushes, drain->n_pushes, &drain->pushes_room,
                             sizeof(*drain->pushes));

    if (SUCCEEDED(hr))
        hr =
            rewire_push_start(drain->graph, first, drain->tag, &drain->pushes[drain->n_pushes]);
    if (SUCCEEDED(hr))
        drain->n_pushes++;
    return hr;
}

/* What leaves has given up all it held once the marker is past it; an edit does not wait
 * until a queue behind has worked that off. */
static bool is_received(const struct drain *drain, const struct drain_end *end)
{
    return !drain->road_stays && drain->is_ours &&
           ledger_of(end->in).markers > end->markers_before;
}

/* The first call that has not come back; NULL: all have. */
static struct rewire_push *push_under_way(const struct drain *drain)
{
    for (size_t i = 0; i < drain->n_pushes; i++)
        if (!rewire_push_is_over(drain->pushes[i]))
            return drain->pushes[i];
    return NULL;
}

/* A marker that was refused will never arrive. */
static HRESULT pushes_result(const struct drain *drain)
{
    for (size_t i = 0; i < drain->n_pushes; i++)
        if (rewire_push_is_over(drain->pushes[i]) &&
            rewire_push_result(drain->pushes[i]) != S_OK)
            return VFW_E_STATE_CHANGED;
    return S_OK;
}

/* Who pushes is in the way. */
static HRESULT wait_noted(const struct drain *drain, struct graph_wait *note, HANDLE *all,
                          DWORD n, struct rewire_push *push, DWORD *ret_index)
{
    HRESULT hr;

    note->wait.holder_now = push != NULL ? rewire_push_thread(push) : NULL;
    rg_wait_begin(&note->wait);
    hr =
        rewire_wait_or_off(drain->graph, all, n, &drain->aborts, drain->deadline_ns, ret_index);
    rg_wait_end(&note->wait);
    return hr;
}

/* Until the marker is at this end, or can't come any more. */
static HRESULT wait_for_end(const struct drain *drain, const struct drain_end *end)
{
    struct graph_wait note;
    char where[sizeof(note.place.name.text)];

    graph_pin_text(end->in, where, sizeof(where));
    graph_wait_set(&note, drain->graph, "what is drained to arrive", where);
    for (;;) {
        struct rewire_push *push = push_under_way(drain);
        HANDLE all[5] = { end->arrived };
        DWORD n = 1, index;
        HRESULT hr;

        if (push != NULL)
            all[n++] = rewire_push_event(push);
        /* taken, and passed on by all: a filter with a thread of its own may still have it */
        if (push == NULL && is_received(drain, end))
            return S_OK;
        hr = wait_noted(drain, &note, all, n, push, &index);
        if (SUCCEEDED(hr) && index == 0)
            return S_OK;
        if (SUCCEEDED(hr))
            hr = pushes_result(drain);
        if (FAILED(hr))
            return hr;
    }
}

static HRESULT drain_wait(struct drain *drain)
{
    struct rewire_push *push;
    struct graph_wait note;
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < drain->n_ends; i++)
        hr = wait_for_end(drain, &drain->ends[i]);
    /* the goal is reached; but what leaves is not stopped while a call is still inside it */
    graph_wait_set(&note, drain->graph, "the end of the stream to be taken", "");
    while (SUCCEEDED(hr) && (push = push_under_way(drain)) != NULL) {
        HANDLE all[4] = { rewire_push_event(push) };
        DWORD index;

        if (FAILED(wait_noted(drain, &note, all, 1, push, &index)))
            break;
    }
    return hr;
}

/* A marker that has not come: does it carry its tag when it does? */
static void forget_at_end(const struct drain *drain, const struct drain_end *end, bool inside)
{
    RG_AUTO(IRgLink) link = link_of(end->in);

    if (link != NULL)
        (void)IRgLink_ForgetMarker(link, inside || drain->is_ours ? drain->tag : 0);
}

/* Nobody waits any more.  A marker that will still come must not be taken for the end of the stream,
 * nor the end of the stream for the marker. */
static void drain_give_up(struct drain *drain)
{
    for (size_t i = 0; i < drain->n_pushes; i++) {
        enum rewire_push_state state = rewire_push_give_up(drain->pushes[i]);

        for (size_t k = 0; k < drain->n_ends; k++)
            if (state == REWIRE_PUSH_INSIDE || state == REWIRE_PUSH_TAKEN)
                forget_at_end(drain, &drain->ends[k], state == REWIRE_PUSH_INSIDE);
    }
}

/* ---- PushThroughData ----------------------------------------------------------------------- */

static bool path_is_ours(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++)
        if (!is_ours(path->inputs[i]))
            return false;
    return true;
}

/* The markers that passed the path's outputs were no ends of streams. */
static void forget_markers(const struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        RG_AUTO(IRgLink) link = link_of(path->outputs[i]);

        if (link != NULL)
            (void)IRgLink_ForgetMarker(link, 0);
    }
}

static HRESULT push_through(struct drain *drain, const struct rewire_path *path, IPin *out,
                            IPin *in)
{
    RG_AUTO(IPinConnection) connection = NULL;
    RG_AUTO(IPin) first = graph_pin_peer(out);
    HRESULT hr;

    if (first == NULL)
        return VFW_E_NOT_CONNECTED;
    if (FAILED(IPin_QueryInterface(in, &IID_IPinConnection, (void **)&connection)))
        return E_NOINTERFACE;
    drain->road_stays = true;
    drain->tag = rg_marker_new();
    drain->is_ours = path_is_ours(path);
    hr = drain->tag != 0 ? drain_expect(drain, in, connection) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = drain_push(drain, first);
    if (SUCCEEDED(hr)) {
        hr = drain_wait(drain);
        if (FAILED(hr))
            drain_give_up(drain);
        /* while a call is inside, outputs can't be asked, and the next sample will tell them */
        if (!drain->is_ours && push_under_way(drain) == NULL)
            forget_markers(path);
    }
    drain_clear(drain);
    return hr;
}

HRESULT rewire_push_through(struct graph *graph, IPin *out, IPin *in, HANDLE abort)
{
    struct rewire_path path;
    struct drain drain;
    HRESULT hr = rewire_path_between(graph, out, in, &path);

    if (FAILED(hr))
        return hr;
    memset(&drain, 0, sizeof(drain));
    drain.graph = graph;
    drain.deadline_ns = RG_TIME_NEVER;
    if (abort != NULL)
        drain.aborts.list[drain.aborts.n++] = abort;
    hr = push_through(&drain, &path, out, in);
    rewire_path_free(&path);
    return hr;
}

/* ---- what leaves in an edit ---------------------------------------------------------------- */

DWORD rewire_group_traits(struct rewire *edit, unsigned group)
{
    DWORD all = 0;

    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].group == group)
            all |= edit->filters[i].traits;
    return all;
}

static bool is_exit(const struct rewire_input *input, unsigned group)
{
    return input->was != NULL && input->was->from != NULL && input->was->from->group == group;
}

static bool is_entry(const struct rewire_edge *edge, unsigned group)
{
    return edge->is_gate && edge->to_was != NULL && edge->to_was->group == group;
}

bool rewire_group_goes_on(struct rewire *edit, unsigned group)
{
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (is_exit(&edit->inputs[i], group) && edit->inputs[i].now != NULL)
            return true;
    return false;
}

/* Nothing passes through what is stopped, no marker either. */
static bool some_stand_still(struct rewire *edit, unsigned group)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].group == group &&
            !rewire_filter_is_active(edit->filters[i].filter))
            return true;
    for (size_t i = 0; i < edit->n_inputs; i++) {
        RG_AUTO(IBaseFilter) filter = NULL;

        if (!is_exit(&edit->inputs[i], group) || edit->inputs[i].now == NULL)
            continue;
        filter = graph_pin_filter(edit->inputs[i].in);
        if (filter != NULL && !rewire_filter_is_active(filter))
            return true;
    }
    return false;
}

bool rewire_group_is_drained(struct rewire *edit, unsigned group)
{
    return rewire_is_live(edit) && !edit->no_drain && rewire_group_goes_on(edit, group) &&
           !rewire_group_is_taken_over(edit, group) && !some_stand_still(edit, group) &&
           (rewire_group_traits(edit, group) & (RG_LINK_HOLDS | REWIRE_IS_FOREIGN)) != 0;
}

static ULONGLONG samples_at_exits(struct rewire *edit, unsigned group)
{
    ULONGLONG samples = 0;

    for (size_t i = 0; i < edit->n_inputs; i++)
        if (is_exit(&edit->inputs[i], group))
            samples += ledger_of(edit->inputs[i].in).samples;
    return samples;
}

static HRESULT group_push(struct rewire *edit, unsigned group, struct drain *drain)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (is_exit(input, group))
            hr = input->connection != NULL ? drain_expect(drain, input->in, input->connection)
                                           : E_NOINTERFACE;
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++)
        if (is_entry(&edit->edges[i], group))
            hr = drain_push(drain, edit->edges[i].was);
    return hr;
}

static struct rewire_edge *first_entry(struct rewire *edit, unsigned group)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (is_entry(&edit->edges[i], group))
            return &edit->edges[i];
    return NULL;
}

static HRESULT drain_group(struct rewire *edit, unsigned group)
{
    struct rewire_edge *entry = first_entry(edit, group);
    ULONGLONG before = samples_at_exits(edit, group);
    int64_t begun = rg_time_now_ns();
    struct drain drain;
    HRESULT hr;

    if (entry == NULL)
        return S_OK; /* sources that leave: what they have given is at the exits */
    drain_init(&drain, edit);
    drain.tag = rg_marker_new();
    drain.is_ours = (rewire_group_traits(edit, group) & REWIRE_IS_FOREIGN) == 0;
    hr = drain.tag != 0 ? group_push(edit, group, &drain) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = drain_wait(&drain);
    if (FAILED(hr))
        drain_give_up(&drain);
    drain_clear(&drain);
    entry->certificate.drained = samples_at_exits(edit, group) - before;
    entry->certificate.drain_ns = rg_time_now_ns() - begun;
    return hr;
}

HRESULT rewire_drain(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (unsigned group = 1; SUCCEEDED(hr) && group <= edit->n_groups; group++)
        if (rewire_group_is_drained(edit, group))
            hr = drain_group(edit, group);
    return hr;
}

/* ---- streams that end with the edit -------------------------------------------------------- */

static bool group_has_members(struct rewire *edit, unsigned group)
{
    for (size_t i = 0; i < edit->n_filters; i++)
        if (edit->filters[i].group == group)
            return true;
    return false;
}

/* An input that stays and gets nothing more, behind filters that leave with their source: its end
 * comes through them, and perhaps through threads of theirs. */
static bool ends_behind_leavers(struct rewire *edit, const struct rewire_input *input)
{
    struct rewire_filter *from = input->was != NULL ? input->was->from : NULL;

    return input->now == NULL && from != NULL && !rewire_group_goes_on(edit, from->group) &&
           first_entry(edit, from->group) != NULL;
}

/* What hung on a source that it has lost: through all that leaves with it, to sinks, and to inputs
 * that stay.  There it is a marker at first: they hear of their end once all has come. */
static HRESULT end_pushes(struct rewire *edit, struct drain *drain)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++)
        if (ends_behind_leavers(edit, &edit->inputs[i]) && edit->inputs[i].connection != NULL)
            hr = drain_expect(drain, edit->inputs[i].in, edit->inputs[i].connection);
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];

        if (edge->is_gate && edge->to_was != NULL && edge->to_was->group != 0 &&
            !rewire_group_goes_on(edit, edge->to_was->group))
            hr = drain_push(drain, edge->was);
    }
    return hr;
}

/* Inputs that stay: nothing is on its way to them any more.  A foreign one without IPinConnection
 * behind what leaves has been told already, by what leaves; not by what was stopped as it was. */
static HRESULT tell_inputs(struct rewire *edit, struct drain *drain)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_inputs; i++) {
        struct rewire_input *input = &edit->inputs[i];

        if (input->now == NULL && input->was != NULL &&
            (input->connection != NULL || edit->no_drain || !ends_behind_leavers(edit, input)))
            hr = drain_push(drain, input->in);
    }
    return hr;
}

/* Until the markers are through, or the deadline. */
static HRESULT push_all(struct rewire *edit, HRESULT (*pushes)(struct rewire *, struct drain *))
{
    struct drain drain;
    HRESULT hr;

    drain_init(&drain, edit);
    hr = pushes(edit, &drain);
    if (SUCCEEDED(hr))
        hr = drain_wait(&drain);
    drain_give_up(&drain);
    drain_clear(&drain);
    return hr;
}

/* A renderer among what leaves that runs, and has not said that it is at its end; NULL. */
static struct graph_node *find_rendering(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct graph_node *node;

        if (!edit->filters[i].leaves || rewire_group_goes_on(edit, edit->filters[i].group) ||
            !rewire_filter_is_active(edit->filters[i].filter))
            continue;
        node = graph_node_of_filter(edit->graph, edit->filters[i].filter);
        if (node != NULL && graph_renderer_goes_on(edit->graph, node))
            return node;
    }
    return NULL;
}

/* Until they all have, or the deadline. */
static HRESULT wait_for_renderers(struct rewire *edit)
{
    struct graph_node *node;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && (node = find_rendering(edit)) != NULL) {
        struct graph_wait note;
        char name[sizeof(note.place.name.text)];

        graph_text_from_wide(node->name, name, sizeof(name));
        graph_wait_begin(&note, edit->graph, "a renderer that leaves to reach its end", name);
        hr = rewire_wait(edit, edit->graph->events.completion);
        graph_wait_end(&note);
    }
    return hr;
}

/* Without a drain what leaves stands still by now, and has told nobody. */
static HRESULT end_running(struct rewire *edit)
{
    HRESULT hr = edit->no_drain ? S_OK : push_all(edit, end_pushes);

    if (SUCCEEDED(hr))
        hr = push_all(edit, tell_inputs);
    return SUCCEEDED(hr) && !edit->no_drain ? wait_for_renderers(edit) : hr;
}

/* Paused, a renderer holds what it has: what leaves is stopped as it is, and who stays may be
 * connected again before it runs. */
bool rewire_end_streams(struct rewire *edit)
{
    bool any = false;

    for (unsigned group = 1; group <= edit->n_groups; group++)
        any = any || (group_has_members(edit, group) && !rewire_group_goes_on(edit, group));
    for (size_t i = 0; i < edit->n_inputs; i++)
        any = any || edit->inputs[i].now == NULL;
    if (!any || edit->graph->state == State_Stopped)
        return true;
    if (edit->graph->state == State_Paused) {
        rewire_owe_ends(edit);
        return edit->no_drain;
    }
    return SUCCEEDED(end_running(edit));
}
