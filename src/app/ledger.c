/* SPDX-License-Identifier: MIT */
/* ledger.c - adds up what the pins count, stretch by stretch, into rows that outlive the
 * filters.
 *
 * Threads: as ledger.h says.  Knows: IRgLink, pins, places.  Must not know: when edits happen.
 */
#include "app/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one pin had counted at some moment. */
struct count {
    bool is_known;
    RG_LEDGER ledger;
    struct app_drops drops;
};

/* A connection that exists, and what its pins had counted when it began. */
struct app_live {
    IPin *out;
    IPin *in;
    IBaseFilter *out_filter;
    IBaseFilter *in_filter;
    IRgLink *out_link; /* NULL if foreign */
    IRgLink *in_link;
    bool is_end; /* the right filter has no outputs */
    bool is_video;
    int64_t seen; /* start of the newest sample at the last look at the progress */
    size_t row;
    struct count out_base;
    struct count in_base;
};

/* ---- counts --------------------------------------------------------------------------------
 */

static void drops_add(struct app_drops *drops, const char *reason, uint64_t samples)
{
    struct app_drop *drop = NULL;

    if (!samples)
        return;
    for (size_t i = 0; i < drops->count && !drop; i++)
        if (!strcmp(drops->items[i].reason, reason))
            drop = &drops->items[i];
    if (!drop) {
        drops->items = app_grow(drops->items, drops->count, sizeof(*drops->items));
        drop = &drops->items[drops->count++];
        *drop = (struct app_drop){ 0 };
        snprintf(drop->reason, sizeof(drop->reason), "%s", reason);
    }
    drop->samples += samples;
}

static uint64_t drops_of(const struct app_drops *drops, const char *reason)
{
    for (size_t i = 0; i < drops->count; i++)
        if (!strcmp(drops->items[i].reason, reason))
            return drops->items[i].samples;
    return 0;
}

static void count_read(IRgLink *link, struct count *ret_count)
{
    struct count count = { 0 };
    RG_DROP drop;

    if (link && IRgLink_GetLedger(link, &count.ledger) == S_OK) {
        count.is_known = true;
        for (ULONG i = 0; IRgLink_GetDrop(link, i, &drop) == S_OK; i++) {
            drop.reason[sizeof(drop.reason) - 1] = '\0';
            drops_add(&count.drops, drop.reason, drop.samples);
        }
    }
    *ret_count = count;
}

static void count_clear(struct count *count)
{
    free(count->drops.items);
    *count = (struct count){ 0 };
}

static void drops_since(struct app_drops *sum, const struct count *base,
                        const struct count *now)
{
    for (size_t i = 0; i < now->drops.count; i++) {
        const struct app_drop *drop = &now->drops.items[i];

        drops_add(sum, drop->reason, drop->samples - drops_of(&base->drops, drop->reason));
    }
}

/* ---- rows ----------------------------------------------------------------------------------
 */

static size_t row_find(struct app_ledger *ledger, const char *from, const char *to)
{
    for (size_t i = 0; i < ledger->n_rows; i++)
        if (!strcmp(ledger->rows[i].from, from) && !strcmp(ledger->rows[i].to, to))
            return i;
    ledger->rows = app_grow(ledger->rows, ledger->n_rows, sizeof(*ledger->rows));
    ledger->rows[ledger->n_rows] = (struct app_row){
        .from = app_dup(from), .to = app_dup(to), .has_out = true, .has_in = true
    };
    return ledger->n_rows++;
}

static bool filter_is_end(IBaseFilter *filter)
{
    struct app_pins pins;
    bool is_end = true;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++)
        is_end = is_end && app_pin_direction(pins.items[i]) == PINDIR_INPUT;
    app_pins_release(&pins);
    return is_end;
}

static bool link_is_video(IPin *out)
{
    AM_MEDIA_TYPE type = { 0 };
    bool is_video = false;

    if (SUCCEEDED(IPin_ConnectionMediaType(out, &type))) {
        is_video = IsEqualGUID(&type.majortype, &MEDIATYPE_Video);
        app_media_type_clear(&type);
    }
    return is_video;
}

/* ---- links ---------------------------------------------------------------------------------
 */

static void live_add(struct app_ledger *ledger, const struct app_graph *graph, IPin *out,
                     IPin *in)
{
    char from[512];
    char to[512];
    struct app_live live = {
        .out = out,
        .in = in,
        .out_filter = app_pin_filter(out),
        .in_filter = app_pin_filter(in),
        .out_link = app_query(out, &IID_IRgLink),
        .in_link = app_query(in, &IID_IRgLink),
    };

    for (size_t i = 0; i < ledger->n_live; i++) {
        if (!app_is_same(ledger->live[i].out, out))
            continue;
        app_release(&live.out_filter);
        app_release(&live.in_filter);
        app_release(&live.out_link);
        app_release(&live.in_link);
        return;
    }
    IPin_AddRef(out);
    IPin_AddRef(in);
    app_graph_pin_name(graph, out, from, sizeof(from));
    app_graph_pin_name(graph, in, to, sizeof(to));
    live.row = row_find(ledger, from, to);
    live.is_end = live.in_filter && filter_is_end(live.in_filter);
    live.is_video = link_is_video(out);
    live.seen = -1;
    count_read(live.out_link, &live.out_base);
    count_read(live.in_link, &live.in_base);
    ledger->rows[live.row].has_out &= live.out_base.is_known;
    ledger->rows[live.row].has_in &= live.in_base.is_known;
    ledger->live = app_grow(ledger->live, ledger->n_live, sizeof(*ledger->live));
    ledger->live[ledger->n_live++] = live;
}

/* Adds the stretch since the link began to its row. */
static void live_close(struct app_ledger *ledger, struct app_live *live)
{
    struct app_row *row = &ledger->rows[live->row];
    struct count out;
    struct count in;

    count_read(live->out_link, &out);
    count_read(live->in_link, &in);
    row->samples_out += out.ledger.samples - live->out_base.ledger.samples;
    row->bytes_out += out.ledger.bytes - live->out_base.ledger.bytes;
    row->refused_out += out.ledger.refused - live->out_base.ledger.refused;
    row->samples_in += in.ledger.samples - live->in_base.ledger.samples;
    row->bytes_in += in.ledger.bytes - live->in_base.ledger.bytes;
    row->refused_in += in.ledger.refused - live->in_base.ledger.refused;
    drops_since(&row->drops, &live->out_base, &out);
    drops_since(&row->drops, &live->in_base, &in);
    count_clear(&out);
    count_clear(&in);
    count_clear(&live->out_base);
    count_clear(&live->in_base);
    app_release(&live->out_link);
    app_release(&live->in_link);
    app_release(&live->out_filter);
    app_release(&live->in_filter);
    app_release(&live->out);
    app_release(&live->in);
}

static bool live_is_gone(const struct app_live *live)
{
    APP_AUTO(IPin) peer = app_pin_peer(live->out);

    return !peer || !app_is_same(peer, live->in);
}

/* Takes up the links of a filter; at the start its outputs are enough, as every link is one. */
static void filter_take(struct app_ledger *ledger, const struct app_graph *graph,
                        IBaseFilter *filter, bool with_inputs)
{
    struct app_pins pins;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);

        if (!peer)
            continue;
        if (app_pin_direction(pins.items[i]) == PINDIR_OUTPUT)
            live_add(ledger, graph, pins.items[i], peer);
        else if (with_inputs)
            live_add(ledger, graph, peer, pins.items[i]);
    }
    app_pins_release(&pins);
}

/* ---- the book ------------------------------------------------------------------------------
 */

void app_ledger_init(struct app_ledger *ledger)
{
    *ledger = (struct app_ledger){ 0 };
    pthread_mutex_init(&ledger->lock, NULL);
}

void app_ledger_clear(struct app_ledger *ledger)
{
    app_ledger_finish(ledger);
    for (size_t i = 0; i < ledger->n_rows; i++) {
        free(ledger->rows[i].from);
        free(ledger->rows[i].to);
        free(ledger->rows[i].drops.items);
    }
    for (size_t i = 0; i < ledger->n_edits; i++) {
        free(ledger->edits[i].text);
        free(ledger->edits[i].reason);
        free(ledger->edits[i].note);
    }
    free(ledger->rows);
    free(ledger->live);
    free(ledger->edits);
    pthread_mutex_destroy(&ledger->lock);
}

void app_ledger_open(struct app_ledger *ledger, const struct app_graph *graph)
{
    struct app_filters filters;

    /* Places first: they come in the order of the text. */
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < graph->n_places; i++)
        if (graph->places[i].filter)
            filter_take(ledger, graph, graph->places[i].filter, false);
    app_filters_get((IFilterGraph *)graph->builder, &filters);
    for (size_t i = 0; i < filters.count; i++)
        filter_take(ledger, graph, filters.items[i], false);
    app_filters_release(&filters);
    pthread_mutex_unlock(&ledger->lock);
}

void app_ledger_sync(struct app_ledger *ledger, const struct app_graph *graph,
                     IBaseFilter *const *touched, size_t count)
{
    size_t kept = 0;

    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->n_live; i++) {
        struct app_live *live = &ledger->live[i];

        if (live_is_gone(live))
            live_close(ledger, live);
        else
            ledger->live[kept++] = *live;
    }
    ledger->n_live = kept;
    for (size_t i = 0; i < count; i++)
        if (touched[i])
            filter_take(ledger, graph, touched[i], true);
    pthread_mutex_unlock(&ledger->lock);
}

void app_ledger_leave(struct app_ledger *ledger, IPin *out)
{
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->n_live; i++) {
        if (!app_is_same(ledger->live[i].out, out))
            continue;
        live_close(ledger, &ledger->live[i]);
        ledger->live[i] = ledger->live[--ledger->n_live];
        break;
    }
    pthread_mutex_unlock(&ledger->lock);
}

void app_ledger_finish(struct app_ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->n_live; i++)
        live_close(ledger, &ledger->live[i]);
    ledger->n_live = 0;
    free(ledger->live);
    ledger->live = NULL;
    pthread_mutex_unlock(&ledger->lock);
}

size_t app_ledger_record(struct app_ledger *ledger, const struct app_edit_record *record)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->edits = app_grow(ledger->edits, ledger->n_edits, sizeof(*ledger->edits));
    size_t index = ledger->n_edits++;

    ledger->edits[index] = *record;
    pthread_mutex_unlock(&ledger->lock);
    return index;
}

static int by_time(const void *a, const void *b)
{
    const struct app_edit_record *x = a;
    const struct app_edit_record *y = b;

    if (x->is_wall != y->is_wall)
        return x->is_wall ? 1 : -1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void app_ledger_sort(struct app_ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    if (ledger->n_edits)
        qsort(ledger->edits, ledger->n_edits, sizeof(*ledger->edits), by_time);
    pthread_mutex_unlock(&ledger->lock);
}

void app_ledger_closed(struct app_ledger *ledger, size_t record, int64_t closed_ns)
{
    pthread_mutex_lock(&ledger->lock);
    if (ledger->edits[record].closed_ns < 0)
        ledger->edits[record].closed_ns = closed_ns;
    pthread_mutex_unlock(&ledger->lock);
}

/* What one end of the graph says: its newest sample, and how many came. */
static void end_look(struct app_live *live, const RG_LEDGER *now, struct app_progress *progress,
                     bool *has_video)
{
    /* The slowest end that still moves says how far the whole is. */
    if (now->last_start > live->seen &&
        (progress->position < 0 || now->last_start < progress->position))
        progress->position = now->last_start;
    live->seen = now->last_start;
    /* Frames are what people count; where there are none, what comes most often. */
    if (live->is_video && !*has_video) {
        *has_video = true;
        progress->samples = now->samples;
    }
    if (!*has_video && now->samples > progress->samples)
        progress->samples = now->samples;
}

void app_ledger_progress(struct app_ledger *ledger, struct app_progress *ret_progress)
{
    struct app_progress progress = { .position = -1 };
    bool has_video = false;

    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->n_live; i++) {
        struct app_live *live = &ledger->live[i];
        RG_LEDGER out = { 0 };
        RG_LEDGER in = { 0 };
        bool has_out = live->out_link && IRgLink_GetLedger(live->out_link, &out) == S_OK;
        bool has_in = live->in_link && IRgLink_GetLedger(live->in_link, &in) == S_OK;

        progress.drops += out.dropped + in.dropped;
        if (live->is_end && (has_in || has_out))
            end_look(live, has_in ? &in : &out, &progress, &has_video);
    }
    pthread_mutex_unlock(&ledger->lock);
    *ret_progress = progress;
}

/* ---- sums ----------------------------------------------------------------------------------
 */

int64_t app_row_lost(const struct app_row *row)
{
    uint64_t named = 0;

    if (!row->has_out || !row->has_in)
        return 0;
    int64_t lost = (int64_t)(row->samples_out + row->refused_out) -
                   (int64_t)(row->samples_in + row->refused_in);

    for (size_t i = 0; i < row->drops.count; i++)
        named += row->drops.items[i].samples;
    /* A named drop explains what is missing; it is nothing missing itself. */
    if (lost > 0)
        lost = (uint64_t)lost > named ? lost - (int64_t)named : 0;
    return lost;
}

bool app_ledger_flowed(const struct app_ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_rows; i++)
        if (ledger->rows[i].samples_out || ledger->rows[i].samples_in)
            return true;
    return false;
}

uint64_t app_ledger_lost(const struct app_ledger *ledger)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < ledger->n_rows; i++) {
        int64_t row = app_row_lost(&ledger->rows[i]);

        lost += (uint64_t)(row < 0 ? -row : row);
    }
    return lost;
}

size_t app_ledger_count(const struct app_ledger *ledger, enum app_edit_result result)
{
    size_t count = 0;

    for (size_t i = 0; i < ledger->n_edits; i++)
        count += ledger->edits[i].result == result;
    return count;
}
