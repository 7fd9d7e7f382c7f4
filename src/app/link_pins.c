/* SPDX-License-Identifier: MIT */
/* link_pins.c - which pin of the left goes to which pin of the right, for every "!" of a text.
 *
 * Each join tries its pairs of pins, first as they are, then with filters that the graph
 * inserts. Where a join finds no pair, the last earlier join that can matter to it takes its
 * next pair. Control threads.  Knows: IGraphBuilder, pins.  Must not know: what classes do.
 */
#include "app/graph.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 4000 /* over the whole text; a text that needs more names its pins */

struct pair {
    IPin *out;
    IPin *in;
    bool intelligent;
};

/* One join on the way: its candidates, and what its present choice did to the graph. */
struct level {
    struct pair *pairs;
    size_t n_pairs;
    size_t next;
    bool added_from;
    bool added_to;
    bool is_linked;            /* pairs[next - 1] is connected */
    struct app_filters before; /* filters of the graph before an intelligent connection */
};

struct linker {
    struct app_graph *graph;
    const char *source;
    struct app_part *parts;
    size_t n_parts;
    struct app_join *joins;
    size_t n_joins;
    struct level *levels;
    unsigned attempts;
    size_t deepest; /* join that went wrong furthest on, and why */
    HRESULT deepest_hr;
    struct app_text why;
    struct app_text hint;
};

/* ---- candidates ----------------------------------------------------------------------------
 */

/* "Video 0" is meant by "video0", "video_0" and "video". */
static bool name_matches(const char *wanted, const char *name)
{
    for (;;) {
        while (*wanted && !isalnum((unsigned char)*wanted))
            wanted++;
        while (*name && !isalnum((unsigned char)*name))
            name++;
        if (!*wanted)
            return true;
        if (tolower((unsigned char)*wanted) != tolower((unsigned char)*name))
            return false;
        wanted++;
        name++;
    }
}

bool app_pin_fits(IPin *pin, PIN_DIRECTION direction, const char *wanted)
{
    char name[256];

    if (app_pin_direction(pin) != direction)
        return false;
    APP_AUTO(IPin) peer = app_pin_peer(pin);

    if (peer)
        return false;
    if (!wanted)
        return true;
    app_pin_name(pin, name, sizeof(name));
    return name_matches(wanted, name);
}

static void pairs_add(struct level *level, const struct app_pins *outs,
                      const struct app_pins *ins, const struct app_join *join, bool intelligent)
{
    for (size_t o = 0; o < outs->count; o++) {
        if (!app_pin_fits(outs->items[o], PINDIR_OUTPUT, join->from_pin))
            continue;
        for (size_t i = 0; i < ins->count; i++) {
            if (!app_pin_fits(ins->items[i], PINDIR_INPUT, join->to_pin))
                continue;
            level->pairs = app_grow(level->pairs, level->n_pairs, sizeof(*level->pairs));
            level->pairs[level->n_pairs++] =
                (struct pair){ outs->items[o], ins->items[i], intelligent };
            IPin_AddRef(outs->items[o]);
            IPin_AddRef(ins->items[i]);
        }
    }
}

static void pins_list(struct app_text *text, const struct app_pins *pins,
                      PIN_DIRECTION direction)
{
    bool any = false;

    for (size_t i = 0; i < pins->count; i++) {
        char name[256];

        if (app_pin_direction(pins->items[i]) != direction)
            continue;
        APP_AUTO(IPin) peer = app_pin_peer(pins->items[i]);

        app_pin_name(pins->items[i], name, sizeof(name));
        app_text_add(text, "%s \"%s\"%s", any ? "," : "", name, peer ? " (in use)" : "");
        any = true;
    }
    if (!any)
        app_text_add(text, " none");
}

static void no_pairs_text(struct linker *l, const struct app_join *join, struct app_text *text)
{
    struct app_pins pins;
    bool out_free = false;

    app_pins_get(l->parts[join->from].filter, &pins);
    for (size_t i = 0; i < pins.count; i++)
        out_free = out_free || app_pin_fits(pins.items[i], PINDIR_OUTPUT, join->from_pin);
    if (!out_free) {
        app_text_add(text,
                     "%s has no free output%s%s%s; its outputs:", l->parts[join->from].name,
                     join->from_pin ? " named \"" : "", join->from_pin ? join->from_pin : "",
                     join->from_pin ? "\"" : "");
        pins_list(text, &pins, PINDIR_OUTPUT);
    }
    app_pins_release(&pins);
    if (!out_free)
        return;
    app_pins_get(l->parts[join->to].filter, &pins);
    app_text_add(text, "%s has no free input%s%s%s; its inputs:", l->parts[join->to].name,
                 join->to_pin ? " named \"" : "", join->to_pin ? join->to_pin : "",
                 join->to_pin ? "\"" : "");
    pins_list(text, &pins, PINDIR_INPUT);
    app_pins_release(&pins);
}

/* Does a free pin of this direction name types? */
static bool names_types(IBaseFilter *filter, PIN_DIRECTION direction)
{
    struct app_pins pins;
    bool found = false;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !found; i++) {
        APP_AUTO(IEnumMediaTypes) types = NULL;
        AM_MEDIA_TYPE *type = NULL;

        if (!app_pin_fits(pins.items[i], direction, NULL) ||
            FAILED(IPin_EnumMediaTypes(pins.items[i], &types)) || !types)
            continue;
        found = IEnumMediaTypes_Next(types, 1, &type, NULL) == S_OK;
        app_media_type_delete(type);
    }
    app_pins_release(&pins);
    return found;
}

/* A filter that names no types, with options of the user's: those are to be looked at. */
static void options_hint(const struct app_part *part, bool is_from, struct app_text *text)
{
    struct app_text options = { 0 };

    app_filter_options(part->filter, &options);
    if (options.length)
        app_text_add(text,
                     is_from ? "\n  %s gives nothing with %s; check these options"
                             : "\n  %s is set to %s",
                     part->name, options.data);
    app_text_clear(&options);
}

/* What helps where a join failed; asked while what lies before it is still connected. */
static void join_hint(const struct linker *l, const struct app_join *join,
                      struct app_text *text)
{
    const struct app_part *from = &l->parts[join->from];
    const struct app_part *to = &l->parts[join->to];
    APP_AUTO(IFileSinkFilter) file = app_query(to->filter, &IID_IFileSinkFilter);

    if (!names_types(from->filter, PINDIR_OUTPUT))
        options_hint(from, true, text);
    else if (file)
        app_text_add(text, "\n  A file takes what \"encode\" or a file that is read gives, of "
                           "codecs that its container holds.");
    else if (!names_types(to->filter, PINDIR_INPUT))
        options_hint(to, false, text);
}

/* ---- one level -----------------------------------------------------------------------------
 */

static void level_clear(struct level *level)
{
    for (size_t i = 0; i < level->n_pairs; i++) {
        IPin_Release(level->pairs[i].out);
        IPin_Release(level->pairs[i].in);
    }
    free(level->pairs);
    app_filters_release(&level->before);
    *level = (struct level){ 0 };
}

static HRESULT level_open(struct linker *l, size_t at)
{
    const struct app_join *join = &l->joins[at];
    struct level *level = &l->levels[at];
    struct app_pins outs;
    struct app_pins ins;
    HRESULT from = app_part_add(l->graph, &l->parts[join->from]);
    HRESULT to = app_part_add(l->graph, &l->parts[join->to]);

    level->added_from = from != S_FALSE && SUCCEEDED(from);
    level->added_to = to != S_FALSE && SUCCEEDED(to);
    if (FAILED(from) || FAILED(to))
        return FAILED(from) ? from : to;
    app_pins_get(l->parts[join->from].filter, &outs);
    app_pins_get(l->parts[join->to].filter, &ins);
    pairs_add(level, &outs, &ins, join, false);
    pairs_add(level, &outs, &ins, join, true);
    app_pins_release(&outs);
    app_pins_release(&ins);
    return S_OK;
}

static bool filters_have(const struct app_filters *filters, IBaseFilter *filter)
{
    for (size_t i = 0; i < filters->count; i++)
        if (app_is_same(filters->items[i], filter))
            return true;
    return false;
}

/* Takes out what an intelligent connection brought in. */
static void inserted_remove(struct linker *l, const struct app_filters *before)
{
    struct app_filters now;

    app_filters_get((IFilterGraph *)l->graph->builder, &now);
    for (size_t i = 0; i < now.count; i++)
        if (!filters_have(before, now.items[i]))
            IGraphBuilder_RemoveFilter(l->graph->builder, now.items[i]);
    app_filters_release(&now);
}

static void pin_disconnect(struct linker *l, IPin *pin)
{
    APP_AUTO(IPin) peer = app_pin_peer(pin);

    if (!peer)
        return;
    IGraphBuilder_Disconnect(l->graph->builder, pin);
    IGraphBuilder_Disconnect(l->graph->builder, peer);
}

static void level_unlink(struct linker *l, struct level *level)
{
    if (!level->is_linked || !level->pairs)
        return;
    struct pair *pair = &level->pairs[level->next - 1];

    pin_disconnect(l, pair->out);
    pin_disconnect(l, pair->in);
    if (pair->intelligent)
        inserted_remove(l, &level->before);
    app_filters_release(&level->before);
    level->is_linked = false;
}

static void part_remove(struct linker *l, struct app_part *part)
{
    IGraphBuilder_RemoveFilter(l->graph->builder, part->filter);
    part->is_in_graph = false;
}

static void level_close(struct linker *l, size_t at)
{
    struct level *level = &l->levels[at];

    level_unlink(l, level);
    if (level->added_from)
        part_remove(l, &l->parts[l->joins[at].from]);
    if (level->added_to)
        part_remove(l, &l->parts[l->joins[at].to]);
    level_clear(level);
}

static HRESULT pair_connect(struct linker *l, struct level *level, const struct pair *pair)
{
    HRESULT hr;

    if (!pair->intelligent)
        return IGraphBuilder_ConnectDirect(l->graph->builder, pair->out, pair->in, NULL);
    app_filters_release(&level->before);
    app_filters_get((IFilterGraph *)l->graph->builder, &level->before);
    hr = IGraphBuilder_Connect(l->graph->builder, pair->out, pair->in);
    if (FAILED(hr)) {
        inserted_remove(l, &level->before);
        app_filters_release(&level->before);
    }
    return hr;
}

/* Connects the next pair that works.  S_OK, or the error of the last one tried. */
static HRESULT level_advance(struct linker *l, size_t at, struct app_text *why)
{
    struct level *level = &l->levels[at];
    HRESULT hr = VFW_E_CANNOT_CONNECT;

    level_unlink(l, level);
    while (level->pairs && level->next < level->n_pairs && l->attempts < ATTEMPTS_MAX) {
        const struct pair *pair = &level->pairs[level->next++];

        l->attempts++;
        hr = pair_connect(l, level, pair);
        if (SUCCEEDED(hr)) {
            level->is_linked = true;
            return S_OK;
        }
        /* The first intelligent try has the most to say. */
        if (pair->intelligent && !why->length)
            app_text_report(why, l->graph->builder, hr);
    }
    if (!level->n_pairs)
        no_pairs_text(l, &l->joins[at], why);
    return FAILED(hr) ? hr : VFW_E_CANNOT_CONNECT;
}

/* ---- the walk ------------------------------------------------------------------------------
 */

/* Each join after all joins into its left side; otherwise as written.  SIZE_MAX, or the first
 * join of a circle. */
static size_t joins_sort(struct linker *l)
{
    size_t *waiting = app_alloc(l->n_parts, sizeof(*waiting));
    struct app_join *sorted = app_alloc(l->n_joins, sizeof(*sorted));
    bool *taken = app_alloc(l->n_joins, sizeof(*taken));
    size_t count = 0;
    size_t stuck = 0;
    bool moved = true;

    for (size_t i = 0; i < l->n_joins; i++)
        waiting[l->joins[i].to]++;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < l->n_joins; i++) {
            if (taken[i] || waiting[l->joins[i].from])
                continue;
            waiting[l->joins[i].to]--;
            sorted[count++] = l->joins[i];
            taken[i] = moved = true;
        }
    }
    while (stuck < l->n_joins && taken[stuck])
        stuck++;
    if (count == l->n_joins) {
        memcpy(l->joins, sorted, count * sizeof(*sorted));
        stuck = SIZE_MAX;
    }
    free(waiting);
    free(sorted);
    free(taken);
    return stuck;
}

/* The nearest earlier join whose other choice can make a difference to `at`; SIZE_MAX: none. */
static size_t level_before(const struct linker *l, size_t at)
{
    bool *matters = app_alloc(l->n_parts, sizeof(*matters));
    size_t found = SIZE_MAX;

    matters[l->joins[at].from] = matters[l->joins[at].to] = true;
    for (size_t i = at; i-- > 0;)
        if (matters[l->joins[i].to])
            matters[l->joins[i].from] = true;
    for (size_t i = at; i-- > 0 && found == SIZE_MAX;)
        if (matters[l->joins[i].from] || matters[l->joins[i].to])
            found = i;
    free(matters);
    return found;
}

static HRESULT walk(struct linker *l)
{
    size_t at = 0;

    while (at < l->n_joins) {
        struct level *level = &l->levels[at];
        struct app_text why = { 0 };
        HRESULT hr = S_OK;

        if (!level->pairs)
            hr = level_open(l, at);
        if (SUCCEEDED(hr))
            hr = level_advance(l, at, &why);
        if (SUCCEEDED(hr)) {
            app_text_clear(&why);
            at++;
            continue;
        }
        if (!FAILED(l->deepest_hr) || at > l->deepest) {
            app_text_clear(&l->why);
            l->why = why;
            l->deepest = at;
            l->deepest_hr = hr;
            app_text_clear(&l->hint);
            join_hint(l, &l->joins[at], &l->hint);
        } else {
            app_text_clear(&why);
        }
        size_t back = level_before(l, at);

        for (;;) {
            level_close(l, at);
            if (!at || (at == back + 1 && back != SIZE_MAX))
                break;
            at--;
        }
        if (back == SIZE_MAX || l->attempts >= ATTEMPTS_MAX)
            return l->deepest_hr;
        at = back;
    }
    return S_OK;
}

static void failure_tell(struct linker *l, HRESULT hr, struct app_failure *failure)
{
    const struct app_join *join = &l->joins[l->deepest];

    failure->code = APP_EXIT_FAILED;
    if (l->why.length) {
        app_text_put(&failure->text, l->why.data, l->why.length);
    } else {
        app_text_add(&failure->text, "%s can't feed %s: ", l->parts[join->from].name,
                     l->parts[join->to].name);
        app_text_hresult(&failure->text, hr);
    }
    app_text_put(&failure->text, app_text_get(&l->hint), l->hint.length);
    app_text_caret(&failure->text, l->source, join->span);
}

HRESULT app_graph_link(struct app_graph *graph, const char *source, struct app_part *parts,
                       size_t n_parts, struct app_join *joins, size_t n_joins,
                       struct app_failure *failure)
{
    struct linker l = {
        .graph = graph,
        .source = source,
        .parts = parts,
        .n_parts = n_parts,
        .joins = joins,
        .n_joins = n_joins,
    };
    HRESULT hr = VFW_E_CIRCULAR_GRAPH;

    size_t stuck = joins_sort(&l);

    if (stuck != SIZE_MAX) {
        app_refuse(failure, source, joins[stuck].span,
                   "these filters feed one another in a circle");
        return hr;
    }
    l.levels = app_alloc(n_joins, sizeof(*l.levels));
    hr = walk(&l);
    if (FAILED(hr))
        failure_tell(&l, hr, failure);
    for (size_t i = 0; i < n_joins; i++)
        level_clear(&l.levels[i]);
    free(l.levels);
    app_text_clear(&l.why);
    app_text_clear(&l.hint);
    return hr;
}
