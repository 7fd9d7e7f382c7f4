/* SPDX-License-Identifier: MIT */
/* kit_sinks.c - the sinks of kit.h: each writes what it sees into its recorder. */
#include <string.h>

#include "kit_internal.h"

struct sink_settings {
    int slot;
};

struct sink_state {
    struct kit_recorder *recorder;
    /* of each input: the format of its type, -1: another's type; and it is connected */
    atomic_int format[KIT_RECORDERS];
    atomic_bool is_joined[KIT_RECORDERS];
};

static const struct rg_option sink_options[] = {
    RG_INT(struct sink_settings, slot, 0, 0, KIT_RECORDERS - 1, "which recorder"),
    RG_OPTIONS_END,
};

static HRESULT sink_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings, (void)type;
    return S_OK;
}

static HRESULT sink_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                           const AM_MEDIA_TYPE *to)
{
    (void)state, (void)input, (void)from, (void)to;
    return S_OK;
}

static void begin_segment(struct kit_recorder *r)
{
    pthread_mutex_lock(&r->lock);
    r->fresh = true;
    pthread_mutex_unlock(&r->lock);
}

static HRESULT sink_start(void *state, const void *settings, struct rg_sink *sink)
{
    struct sink_state *self = state;

    (void)sink;
    self->recorder = &kit_recorder[((const struct sink_settings *)settings)->slot];
    begin_segment(self->recorder);
    return S_OK;
}

static void sink_reset(void *state, unsigned input)
{
    struct sink_state *self = state;

    (void)input;
    if (self->recorder != NULL)
        begin_segment(self->recorder);
}

__attribute__((weak)) void kit_missed(unsigned slot, const struct kit_sample *content,
                                      int64_t due, unsigned run)
{
    (void)slot, (void)content, (void)due, (void)run;
}

__attribute__((weak)) void kit_note(const char *what, const void *state, int64_t number)
{
    (void)what, (void)state, (void)number;
}

__attribute__((weak)) void kit_mistyped(unsigned slot, const struct kit_sample *content,
                                        unsigned format)
{
    (void)slot, (void)content, (void)format;
}

/* format: of the type under which it came. */
static void write_down(struct kit_recorder *r, const struct kit_sample *content, int format)
{
    if (format >= 0 && content->format != (unsigned)format) {
        r->mistyped++;
        kit_mistyped((unsigned)(r - kit_recorder), content, (unsigned)format);
    }
    if (r->fresh)
        r->next = content->number;
    r->fresh = false;
    if (content->number != r->next)
        kit_missed((unsigned)(r - kit_recorder), content, r->next, r->run);
    if (content->number > r->next)
        r->lost += (uint64_t)(content->number - r->next);
    else if (content->number == r->next - 1)
        r->duplicated++;
    else if (content->number < r->next)
        r->reordered++;
    r->next = content->number + 1;
    r->run = content->run;
    r->count++;
    for (unsigned i = 0; i < 8; i++) {
        if ((content->marks & 1u << i) == 0)
            continue;
        if (r->by_mark[i]++ == 0)
            r->first_with[i] = content->number;
    }
    pthread_cond_broadcast(&r->changed);
}

static HRESULT sink_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct sink_state *self = state;

    atomic_store(&self->format[input % KIT_RECORDERS], kit_format_of(type));
    return S_OK;
}

static HRESULT record(struct kit_recorder *r, int format, IMediaSample *sample)
{
    struct kit_sample content;
    REFERENCE_TIME start;
    uint64_t before;
    HRESULT hr = kit_read_sample(sample, &content, &start);

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&r->lock);
    before = r->let_through;
    while (r->is_shut && r->let_through == before) {
        r->inside++;
        pthread_cond_broadcast(&r->changed);
        pthread_cond_wait(&r->changed, &r->lock);
        r->inside--;
    }
    write_down(r, &content, format);
    pthread_mutex_unlock(&r->lock);
    return S_OK;
}

static HRESULT sink_render(void *state, const void *settings, unsigned input,
                           IMediaSample *sample)
{
    struct sink_state *self = state;

    (void)settings;
    return record(self->recorder, atomic_load(&self->format[input % KIT_RECORDERS]), sample);
}

static HRESULT sink_end(void *state, unsigned input)
{
    struct kit_recorder *r = ((struct sink_state *)state)->recorder;

    (void)input;
    pthread_mutex_lock(&r->lock);
    r->ends++;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return S_OK;
}

#define SINK_SLOTS                                                                             \
    .help = "Writes numbers down", .state_size = sizeof(struct sink_state),                    \
    .settings_size = sizeof(struct sink_settings), .options = sink_options,                    \
    .accept_type = sink_accept, .accept_change = sink_change, .start = sink_start,             \
    .joined = sink_joined, .render = sink_render, .end = sink_end, .reset = sink_reset

const struct rg_sink_class kit_recorder_class = {
    .name = "recorder",
    .clsid = { 0x6b697405, 1, 1, { 1 } },
    .preroll = true,
    SINK_SLOTS,
};

/* ---- many inputs --------------------------------------------------------------------------------------- */

static struct kit_recorder *merge_recorder(void *state, unsigned input)
{
    struct kit_recorder *r = ((struct sink_state *)state)->recorder;

    if (r == NULL)
        r = kit_recorder;
    return input < (unsigned)(kit_recorder + KIT_RECORDERS - r) ? r + input : r;
}

static void add_one(struct kit_recorder *r, uint64_t *counter)
{
    pthread_mutex_lock(&r->lock);
    (*counter)++;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static HRESULT merge_start(void *state, const void *settings, struct rg_sink *sink)
{
    HRESULT hr = sink_start(state, settings, sink);

    for (struct kit_recorder *r = ((struct sink_state *)state)->recorder;
         r < kit_recorder + KIT_RECORDERS; r++)
        begin_segment(r);
    return hr;
}

static HRESULT merge_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct kit_recorder *r = merge_recorder(state, input);
    struct sink_state *self = state;

    (void)sink_joined(state, input, type);
    if (atomic_exchange(&self->is_joined[input % KIT_RECORDERS], true))
        return S_OK; /* it goes on with another type */
    begin_segment(r);
    add_one(r, &r->joins);
    return S_OK;
}

static void merge_left(void *state, unsigned input)
{
    struct kit_recorder *r = merge_recorder(state, input);

    atomic_store(&((struct sink_state *)state)->is_joined[input % KIT_RECORDERS], false);
    add_one(r, &r->lefts);
}

static HRESULT merge_finish(void *state)
{
    struct kit_recorder *r = merge_recorder(state, 0);

    add_one(r, &r->finishes);
    return S_OK;
}

static HRESULT merge_render(void *state, const void *settings, unsigned input,
                            IMediaSample *sample)
{
    struct sink_state *self = state;

    (void)settings;
    return record(merge_recorder(state, input),
                  atomic_load(&self->format[input % KIT_RECORDERS]), sample);
}

static HRESULT merge_end(void *state, unsigned input)
{
    struct sink_state one = { .recorder = merge_recorder(state, input) };

    return sink_end(&one, input);
}

static void merge_reset(void *state, unsigned input)
{
    begin_segment(merge_recorder(state, input));
}

const struct rg_sink_class kit_merge_class = {
    .name = "merge",
    .help = "Writes the numbers of many inputs down",
    .clsid = { 0x6b697407, 1, 1, { 1 } },
    .state_size = sizeof(struct sink_state),
    .settings_size = sizeof(struct sink_settings),
    .options = sink_options,
    .grows = true,
    .accept_type = sink_accept,
    .accept_change = sink_change,
    .joined = merge_joined,
    .left = merge_left,
    .start = merge_start,
    .render = merge_render,
    .end = merge_end,
    .finish = merge_finish,
    .reset = merge_reset,
};

const struct rg_sink_class kit_free_recorder_class = {
    .name = "free recorder",
    .clsid = { 0x6b697406, 1, 1, { 1 } },
    SINK_SLOTS,
};
