/* SPDX-License-Identifier: MIT */
/* flow.c - the filters of flow.h: as small as the classes let them be. */
#include "flow.h"

#include <stdio.h>

#define WIDTH  16
#define HEIGHT 2

struct recorder recorders[N_RECORDERS];
atomic_bool source_sends_type;
atomic_int source_next;

/* ---- the source ------------------------------------------------------------------------------ */

struct numbers_settings {
    int frames, rate;
};

struct numbers {
    atomic_int next;
};

static const struct rg_option numbers_options[] = {
    RG_INT(struct numbers_settings, frames, 100, -1, 1000000, "how many, -1: endless"),
    RG_INT(struct numbers_settings, rate, 25, 1, 1000, "frames per second, in the type alone"),
    RG_OPTIONS_END,
};

static struct rg_format numbers_format(int rate)
{
    return (struct rg_format){ .kind = RG_KIND_VIDEO,
                               .pixels = RG_PIXELS_GRAY8,
                               .width = WIDTH,
                               .height = HEIGHT,
                               .rate_num = rate,
                               .rate_den = 1,
                               .frame_time = 10000000 / rate };
}

static HRESULT numbers_type(void *state, const void *settings, unsigned stream, unsigned index,
                            AM_MEDIA_TYPE *ret)
{
    struct rg_format format = numbers_format(((const struct numbers_settings *)settings)->rate);

    (void)state;
    (void)stream;
    return index == 0 ? rg_format_to_type(&format, ret) : VFW_S_NO_MORE_ITEMS;
}

static HRESULT numbers_fetch(void *state, const void *settings, unsigned stream,
                             struct rg_fetch *ret)
{
    int next = atomic_load(&((struct numbers *)state)->next);
    int frames = ((const struct numbers_settings *)settings)->frames;

    (void)stream;
    if (frames >= 0 && next >= frames)
        return S_FALSE;
    ret->bytes = WIDTH * HEIGHT;
    ret->start = (REFERENCE_TIME)next * FRAME_TIME;
    return S_OK;
}

static HRESULT numbers_fill(void *state, const void *settings, unsigned stream,
                            const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    int number = atomic_fetch_add(&((struct numbers *)state)->next, 1);
    REFERENCE_TIME start = (REFERENCE_TIME)number * FRAME_TIME, stop = start + FRAME_TIME;
    BYTE *data = NULL;

    (void)settings;
    (void)stream;
    (void)type;
    atomic_store(&source_next, number + 1);
    IMediaSample_GetPointer(sample, &data);
    memset(data, 0, WIDTH * HEIGHT);
    memcpy(data, &number, sizeof(number));
    IMediaSample_SetActualDataLength(sample, WIDTH * HEIGHT);
    IMediaSample_SetTime(sample, &start, &stop);
    if (atomic_exchange(&source_sends_type, false)) {
        struct rg_format format = numbers_format(50);
        AM_MEDIA_TYPE other;

        if (rg_format_to_type(&format, &other) == S_OK) {
            IMediaSample_SetMediaType(sample, &other);
            rg_type_clear(&other);
        }
    }
    return S_OK;
}

static HRESULT numbers_start(void *state, const void *settings,
                             const AM_MEDIA_TYPE *const *types, unsigned n)
{
    (void)state;
    (void)settings;
    (void)types;
    (void)n;
    return S_OK;
}

static HRESULT numbers_duration(void *state, REFERENCE_TIME *ret)
{
    (void)state;
    *ret = (REFERENCE_TIME)1000000 * FRAME_TIME;
    return S_OK;
}

static HRESULT numbers_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop,
                            double rate)
{
    (void)stop;
    (void)rate;
    atomic_store(&((struct numbers *)state)->next, (int)(*position / FRAME_TIME));
    *position = *position / FRAME_TIME * FRAME_TIME;
    return S_OK;
}

static const struct rg_source_class numbers_class = {
    .name = "numbers",
    .help = "counts",
    .state_size = sizeof(struct numbers),
    .settings_size = sizeof(struct numbers_settings),
    .options = numbers_options,
    .stream_type = numbers_type,
    .fetch = numbers_fetch,
    .fill = numbers_fill,
    .start = numbers_start,
    .duration = numbers_duration,
    .seek = numbers_seek,
};

/* ---- effects --------------------------------------------------------------------------------- */

static HRESULT any_video(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT mark(void *state, const void *settings, struct rg_frame *frame)
{
    (void)state;
    (void)settings;
    frame->plane[0].data[8]++;
    return S_OK;
}

static HRESULT copy(void *state, const void *settings, const struct rg_frame *in,
                    struct rg_frame *out)
{
    (void)state;
    (void)settings;
    for (int y = 0; y < in->plane[0].height; y++)
        memcpy(out->plane[0].data + (ptrdiff_t)y * out->plane[0].stride,
               in->plane[0].data + (ptrdiff_t)y * in->plane[0].stride,
               (size_t)in->plane[0].width);
    out->plane[0].data[9]++;
    return S_OK;
}

/* Two values that are always set one after the other through one text: a frame must never see half of it. */
struct pair_settings {
    char both[32];
};

static const struct rg_option pair_options[] = {
    RG_TEXT(struct pair_settings, both, "aaaaaaaa", "eight equal letters"),
    RG_OPTIONS_END,
};

static HRESULT pair_frame(void *state, const void *settings, struct rg_frame *frame)
{
    const char *both = ((const struct pair_settings *)settings)->both;
    char first = *(const volatile char *)both;

    (void)state;
    for (unsigned i = 0; i < 8; i++)
        if (((const volatile char *)both)[i] != first)
            frame->plane[0].data[10] = 1; /* torn */
    return S_OK;
}

static const struct rg_transform_class inplace_class = {
    .name = "inplace",
    .help = "marks",
    .accept = any_video,
    .frame = mark,
};
static const struct rg_transform_class copying_class = {
    .name = "copying",
    .help = "copies",
    .accept = any_video,
    .frame_new = copy,
};
static const struct rg_transform_class pair_class = {
    .name = "pair",
    .help = "looks for torn settings",
    .accept = any_video,
    .frame = pair_frame,
    .settings_size = sizeof(struct pair_settings),
    .options = pair_options,
};

/* A stream class that keeps three samples back. */
struct delay {
    IMediaSample *held[3];
    unsigned n;
};

static HRESULT delay_accept(const void *settings, const AM_MEDIA_TYPE *in)
{
    (void)settings;
    (void)in;
    return S_OK;
}

static HRESULT delay_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                          AM_MEDIA_TYPE *ret)
{
    (void)settings;
    return index == 0 ? rg_type_copy(ret, in) : VFW_S_NO_MORE_ITEMS;
}

static HRESULT delay_shift(struct delay *d, struct rg_output *output)
{
    IMediaSample *first = d->held[0];

    d->n--;
    memmove(&d->held[0], &d->held[1], d->n * sizeof(d->held[0]));
    return rg_output_deliver(output, first);
}

static HRESULT delay_send(void *state, const void *settings, IMediaSample *sample,
                          struct rg_output *output)
{
    struct delay *d = state;
    HRESULT hr = S_OK;

    (void)settings;
    if (d->n == COUNT_OF(d->held))
        hr = delay_shift(d, output);
    if (hr != S_OK)
        return hr;
    IMediaSample_AddRef(sample);
    d->held[d->n++] = sample;
    return S_OK;
}

static HRESULT delay_drain(void *state, const void *settings, struct rg_output *output)
{
    struct delay *d = state;
    HRESULT hr = S_OK;

    (void)settings;
    while (hr == S_OK && d->n > 0)
        hr = delay_shift(d, output);
    return hr;
}

static void delay_reset(void *state)
{
    struct delay *d = state;

    while (d->n > 0)
        IMediaSample_Release(d->held[--d->n]);
}

static const struct rg_transform_class delay_class = {
    .name = "delay",
    .help = "keeps three back",
    .state_size = sizeof(struct delay),
    .accept_type = delay_accept,
    .output_type = delay_type,
    .send = delay_send,
    .drain = delay_drain,
    .reset = delay_reset,
    .stop = delay_reset,
    .destroy = delay_reset,
};

/* ---- the sink -------------------------------------------------------------------------------- */

struct record_settings {
    int recorder;
};

struct record {
    struct recorder *r; /* set at start */
    struct recorder *early;
};

static const struct rg_option record_options[] = {
    RG_INT(struct record_settings, recorder, 0, 0, N_RECORDERS - 1, "where it writes"),
    RG_OPTIONS_END,
};

static HRESULT record_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    (void)type;
    return S_OK;
}

static HRESULT record_start(void *state, const void *settings, struct rg_sink *sink)
{
    struct recorder *r = &recorders[((const struct record_settings *)settings)->recorder];

    (void)sink;
    ((struct record *)state)->r = r;
    atomic_fetch_add(&r->started, 1);
    return S_OK;
}

static void record_left(void *state, unsigned input)
{
    struct recorder *r = ((struct record *)state)->r;

    (void)input;
    if (r == NULL)
        return;
    if (atomic_load(&r->finished) == 0)
        atomic_store(&r->left_before_finish, true);
    atomic_fetch_add(&r->left, 1);
}

static HRESULT record_render(void *state, const void *settings, unsigned input,
                             IMediaSample *sample)
{
    struct recorder *r = ((struct record *)state)->r;
    struct rg_sample_info info;
    int number;

    (void)settings;
    (void)input;
    rg_sample_get_info(sample, &info);
    memcpy(&number, info.data, sizeof(number));
    if (number != atomic_load(&r->last) + 1) {
        atomic_fetch_add(&r->out_of_order, 1);
        atomic_store(&r->gap_at, number);
    }
    if (number <= atomic_load(&r->last))
        atomic_fetch_add(&r->behind, 1);
    if (info.data[10] != 0)
        atomic_fetch_add(&r->torn, 1);
    if (info.has_type)
        atomic_store(&r->had_type, true);
    atomic_store(&r->last, number);
    atomic_store(&r->last_start, info.start);
    if (atomic_load(&r->keep)) {
        pthread_mutex_lock(&r->lock);
        if (r->n_kept < COUNT_OF(r->kept)) {
            IMediaSample_AddRef(sample);
            r->kept[r->n_kept++] = sample;
        }
        pthread_mutex_unlock(&r->lock);
    }
    atomic_fetch_add(&r->frames, 1);
    return S_OK;
}

static HRESULT record_end(void *state, unsigned input)
{
    (void)input;
    atomic_fetch_add(&((struct record *)state)->r->ended, 1);
    return S_OK;
}

static HRESULT record_finish(void *state)
{
    atomic_fetch_add(&((struct record *)state)->r->finished, 1);
    return S_OK;
}

void recorder_let_go(struct recorder *r)
{
    atomic_store(&r->keep, false);
    pthread_mutex_lock(&r->lock);
    while (r->n_kept > 0)
        IMediaSample_Release(r->kept[--r->n_kept]);
    pthread_mutex_unlock(&r->lock);
}

#define RECORD_COMMON                                                                          \
    .help = "records", .state_size = sizeof(struct record),                                    \
    .settings_size = sizeof(struct record_settings), .options = record_options,                \
    .accept_type = record_accept, .left = record_left, .start = record_start,                  \
    .render = record_render, .end = record_end, .finish = record_finish

static const struct rg_sink_class plain_sink = { .name = "plain",
                                                 .preroll = true,
                                                 RECORD_COMMON };
static const struct rg_sink_class synced_sink = {
    .name = "synced", .preroll = true, .synced = true, RECORD_COMMON
};
static const struct rg_sink_class many_sink = {
    .name = "many", .preroll = true, .grows = true, .serialize = true, RECORD_COMMON
};

/* ---- making ---------------------------------------------------------------------------------- */

void option_set(IBaseFilter *filter, const char *name, const char *value)
{
    IRgOptions *options = NULL;

    assert_int_equal(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options),
                     S_OK);
    assert_int_equal(IRgOptions_Set(options, name, value), S_OK);
    IRgOptions_Release(options);
}

static void option_set_int(IBaseFilter *filter, const char *name, int value)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", value);
    option_set(filter, name, text);
}

IBaseFilter *source_new(int frames)
{
    IBaseFilter *filter = NULL;

    assert_int_equal(rg_source_create(&numbers_class, NULL, &IID_IBaseFilter, (void **)&filter),
                     S_OK);
    option_set_int(filter, "frames", frames);
    return filter;
}

IBaseFilter *effect_new(const char *kind)
{
    static const struct rg_transform_class *const all[] = { &inplace_class, &copying_class,
                                                            &delay_class, &pair_class };
    IBaseFilter *filter = NULL;

    for (unsigned i = 0; i < COUNT_OF(all); i++)
        if (strcmp(all[i]->name, kind) == 0)
            assert_int_equal(
                rg_transform_create(all[i], NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    assert_non_null(filter);
    return filter;
}

IBaseFilter *sink_new(unsigned recorder, const char *kind)
{
    static const struct rg_sink_class *const all[] = { &plain_sink, &synced_sink, &many_sink };
    struct recorder *r = &recorders[recorder];
    IBaseFilter *filter = NULL;

    memset(r, 0, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    atomic_store(&r->last, -1);
    for (unsigned i = 0; i < COUNT_OF(all); i++)
        if (strcmp(all[i]->name, kind) == 0)
            assert_int_equal(rg_sink_create(all[i], NULL, &IID_IBaseFilter, (void **)&filter),
                             S_OK);
    assert_non_null(filter);
    option_set_int(filter, "recorder", (int)recorder);
    return filter;
}

IBaseFilter *tee_new(void)
{
    IBaseFilter *filter = NULL;

    assert_int_equal(rg_tee_create(NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    return filter;
}

IBaseFilter *queue_new(int size)
{
    IBaseFilter *filter = NULL;

    assert_int_equal(rg_queue_create(NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    option_set_int(filter, "size", size);
    return filter;
}

/* ---- pins ------------------------------------------------------------------------------------ */

static IPin *find_pin(IBaseFilter *filter, PIN_DIRECTION direction, int index)
{
    IEnumPins *pins = NULL;
    IPin *pin = NULL, *found = NULL;

    assert_int_equal(IBaseFilter_EnumPins(filter, &pins), S_OK);
    while (found == NULL && IEnumPins_Next(pins, 1, &pin, NULL) == S_OK) {
        IPin *peer = NULL;
        PIN_DIRECTION is;

        IPin_QueryDirection(pin, &is);
        if (is == direction) {
            if (index >= 0 ? index-- == 0 : IPin_ConnectedTo(pin, &peer) != S_OK)
                found = pin;
        }
        if (peer != NULL)
            IPin_Release(peer);
        IPin_Release(pin); /* lives as long as its filter */
    }
    IEnumPins_Release(pins);
    return found;
}

IPin *pin_of(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index)
{
    IPin *pin = find_pin(filter, direction, (int)index);

    assert_non_null(pin);
    return pin;
}

void join(IBaseFilter *from, IBaseFilter *to)
{
    IPin *out = find_pin(from, PINDIR_OUTPUT, -1), *in = find_pin(to, PINDIR_INPUT, -1);

    assert_non_null(out);
    assert_non_null(in);
    assert_int_equal(IPin_Connect(out, in, NULL), S_OK);
}

static void part_pin(IPin *pin)
{
    IPinConnection *dynamic = NULL;

    if (SUCCEEDED(IPin_QueryInterface(pin, &IID_IPinConnection, (void **)&dynamic))) {
        (void)IPinConnection_DynamicDisconnect(dynamic);
        IPinConnection_Release(dynamic);
    } else {
        (void)IPin_Disconnect(pin);
    }
}

void part(IBaseFilter *filter)
{
    for (int direction = 0; direction < 2; direction++) {
        IPin *pin;

        for (int i = 0; (pin = find_pin(filter, (PIN_DIRECTION)direction, i)) != NULL; i++) {
            IPin *peer = NULL;

            if (IPin_ConnectedTo(pin, &peer) != S_OK)
                continue;
            part_pin(pin);
            part_pin(peer);
            IPin_Release(peer);
        }
    }
}

static IPinFlowControl *flow_of(IBaseFilter *filter, unsigned index)
{
    IPinFlowControl *flow = NULL;

    assert_int_equal(IPin_QueryInterface(pin_of(filter, PINDIR_OUTPUT, index),
                                         &IID_IPinFlowControl, (void **)&flow),
                     S_OK);
    IPinFlowControl_Release(flow);
    return flow;
}

void pin_block(IBaseFilter *filter, unsigned out_index)
{
    HANDLE event = event_new();

    assert_int_equal(
        IPinFlowControl_Block(flow_of(filter, out_index), AM_PIN_FLOW_CONTROL_BLOCK, event),
        S_OK);
    wait_for(event);
    CloseHandle(event);
}

void pin_unblock(IBaseFilter *filter, unsigned out_index)
{
    assert_int_equal(IPinFlowControl_Block(flow_of(filter, out_index), 0, NULL), S_OK);
}

HRESULT pin_is_blocked(IBaseFilter *filter, REFERENCE_TIME *held)
{
    IRgLink *link = NULL;
    HRESULT hr =
        IPin_QueryInterface(pin_of(filter, PINDIR_OUTPUT, 0), &IID_IRgLink, (void **)&link);

    assert_int_equal(hr, S_OK);
    hr = IRgLink_IsBlocked(link, held);
    IRgLink_Release(link);
    return hr;
}

unsigned samples_at(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index)
{
    IRgLink *link = NULL;
    RG_LEDGER ledger;

    assert_int_equal(
        IPin_QueryInterface(pin_of(filter, direction, index), &IID_IRgLink, (void **)&link),
        S_OK);
    assert_int_equal(IRgLink_GetLedger(link, &ledger), S_OK);
    IRgLink_Release(link);
    return (unsigned)ledger.samples;
}
