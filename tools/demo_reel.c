/* SPDX-License-Identifier: MIT */
/* demo_reel.c - reads a media file back through a graph of its own that ends in two sinks of
 * this program.
 *
 * Runs on the control thread, the sinks on the graph's streaming threads; the graph is over
 * before anyone looks at the reel.  Knows: how an author makes a sink, how a host renders a
 * file. Must not know: ledgers, verdicts.
 */
#define COBJMACROS
#include "demo_reel.h"

#include <stdlib.h>
#include <string.h>

#include <regraft.h>

#include "base/sink.h"
#include "filters/testcard.h"

#define WAIT_MS (10 * 60 * 1000)

/* What the two sinks of the one graph at a time write into. */
static struct demo_reel *the_reel;
static bool the_card;

/* --- effects ------------------------------------------------------------------------------ */

static const char *const effect_names[DEMO_EFFECTS] = {
    [DEMO_UNKNOWN] = "unknown", [DEMO_NONE] = "none",           [DEMO_INVERT] = "invert",
    [DEMO_FLIP] = "flip",       [DEMO_GRAYSCALE] = "grayscale",
};

const char *demo_effect_name(enum demo_effect effect)
{
    return effect < DEMO_EFFECTS ? effect_names[effect] : effect_names[DEMO_UNKNOWN];
}

enum demo_effect demo_effect_by_name(const char *name)
{
    for (int i = DEMO_NONE; i < DEMO_EFFECTS; i++)
        if (!strcmp(name, effect_names[i]))
            return (enum demo_effect)i;
    return DEMO_UNKNOWN;
}

/* turn: 1 left and right change places, 2 top and bottom, 3 both. */
static int turned_distance(const struct demo_frame *original, bool is_negative, int turn,
                           const struct demo_frame *seen)
{
    int sum = 0;

    for (int y = 0; y < DEMO_GRID; y++) {
        for (int x = 0; x < DEMO_GRID; x++) {
            int from_y = turn & 2 ? DEMO_GRID - 1 - y : y;
            int from_x = turn & 1 ? DEMO_GRID - 1 - x : x;
            int expected = original->luma[from_y][from_x];

            sum += abs((is_negative ? 255 - expected : expected) - seen->luma[y][x]);
        }
    }
    return sum / (DEMO_GRID * DEMO_GRID);
}

int demo_frame_distance(const struct demo_frame *original, enum demo_effect effect,
                        const struct demo_frame *seen)
{
    int best = 255;

    if (effect != DEMO_FLIP)
        return turned_distance(original, effect == DEMO_INVERT, 0, seen);
    for (int turn = 1; turn <= 3; turn++) {
        int distance = turned_distance(original, false, turn, seen);

        best = distance < best ? distance : best;
    }
    return best;
}

/* --- one frame ---------------------------------------------------------------------------- */

static void likeness_take(const struct rg_plane *luma, struct demo_frame *ret)
{
    for (int y = 0; y < DEMO_GRID; y++) {
        int top = luma->height * y / DEMO_GRID, bottom = luma->height * (y + 1) / DEMO_GRID;

        for (int x = 0; x < DEMO_GRID; x++) {
            int left = luma->width * x / DEMO_GRID, right = luma->width * (x + 1) / DEMO_GRID;
            uint64_t sum = 0, count = 0;

            for (int row = top; row < bottom; row++)
                for (int column = left; column < right; column++, count++)
                    sum += luma->data[(ptrdiff_t)row * luma->stride + column];
            ret->luma[y][x] = count ? (uint8_t)(sum / count) : 0;
        }
    }
}

static int colour_take(const struct rg_frame *frame)
{
    int64_t sum = 0, count = 0;

    for (int i = 1; i < frame->n_planes; i++) {
        const struct rg_plane *chroma = &frame->plane[i];

        for (int row = 0; row < chroma->height; row++)
            for (int column = 0; column < chroma->width; column++, count++)
                sum += abs(chroma->data[(ptrdiff_t)row * chroma->stride + column] - 128);
    }
    return count ? (int)(16 * sum / count) : 0;
}

/* Which effect the card shows, and its number.  More than one at a time is none of the demo's. */
static void card_take(const struct rg_frame *frame, struct demo_frame *ret)
{
    struct rg_testcard_reading card;
    bool flipped;

    if (rg_testcard_read(frame, &card) != S_OK)
        return;
    flipped = card.flipped_v || card.flipped_h;
    ret->number = card.number;
    if (card.inverted + flipped + card.gray > 1)
        ret->effect = DEMO_UNKNOWN;
    else if (card.inverted)
        ret->effect = DEMO_INVERT;
    else if (flipped)
        ret->effect = DEMO_FLIP;
    else
        ret->effect = card.gray ? DEMO_GRAYSCALE : DEMO_NONE;
}

/* --- the two sinks -------------------------------------------------------------------------
 */

struct sink_state {
    struct rg_format format;
};

static HRESULT picture_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    (void)settings;
    if (FAILED(rg_format_from_type(type, &format)))
        return VFW_E_TYPE_NOT_ACCEPTED;
    return format.kind == RG_KIND_VIDEO && format.pixels == RG_PIXELS_I420
               ? S_OK
               : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT sound_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    (void)settings;
    if (FAILED(rg_format_from_type(type, &format)) || format.kind != RG_KIND_AUDIO)
        return VFW_E_TYPE_NOT_ACCEPTED;
    return S_OK;
}

static HRESULT sink_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct sink_state *s = state;
    HRESULT hr = rg_format_from_type(type, &s->format);

    (void)input;
    if (FAILED(hr))
        return hr;
    if (s->format.kind == RG_KIND_VIDEO) {
        the_reel->width = s->format.width;
        the_reel->height = s->format.height;
        the_reel->rate = s->format.rate_den && s->format.rate_num
                             ? (double)s->format.rate_num / s->format.rate_den
                             : 0;
    } else {
        the_reel->sample_rate = s->format.sample_rate;
        the_reel->channels = s->format.channels;
        the_reel->has_sound = true;
    }
    return S_OK;
}

static HRESULT picture_render(void *state, const void *settings, unsigned input,
                              IMediaSample *sample)
{
    struct sink_state *s = state;
    struct demo_reel *reel = the_reel;
    struct rg_sample_info info;
    struct rg_frame frame;
    struct demo_frame *seen;
    HRESULT hr;

    (void)settings;
    (void)input;
    hr = rg_sample_get_info(sample, &info);
    if (FAILED(hr))
        return hr;
    hr = rg_frame_map(&frame, &s->format, info.data, (int)info.bytes);
    if (FAILED(hr))
        return hr;
    if (reel->n_frames == reel->room) {
        size_t room = reel->room ? 2 * reel->room : 1024;
        struct demo_frame *more = realloc(reel->frames, room * sizeof(*more));

        if (!more)
            return E_OUTOFMEMORY;
        reel->frames = more;
        reel->room = room;
    }
    seen = &reel->frames[reel->n_frames++];
    *seen = (struct demo_frame){ .start = info.has_time ? info.start : -1, .number = -1 };
    likeness_take(&frame.plane[0], seen);
    seen->colour = colour_take(&frame);
    if (the_card)
        card_take(&frame, seen);
    return S_OK;
}

static HRESULT sound_render(void *state, const void *settings, unsigned input,
                            IMediaSample *sample)
{
    struct sink_state *s = state;
    int block = rg_format_bytes(&s->format);

    (void)settings;
    (void)input;
    if (block > 0)
        the_reel->sound_samples += IMediaSample_GetActualDataLength(sample) / block;
    return S_OK;
}

static const struct rg_sink_class picture_class = {
    .name = "demo-pictures",
    .help = "looks at every picture",
    .clsid = { 0x3e8f1a60, 0x5d0c, 0x4b7e, { 0x8a, 0x11, 0x6f, 0x20, 0x9d, 0x43, 0x5e, 0x01 } },
    .state_size = sizeof(struct sink_state),
    .accept_type = picture_accept,
    .joined = sink_joined,
    .render = picture_render,
};

static const struct rg_sink_class sound_class = {
    .name = "demo-sound",
    .help = "counts every sample of sound",
    .clsid = { 0x3e8f1a60, 0x5d0c, 0x4b7e, { 0x8a, 0x11, 0x6f, 0x20, 0x9d, 0x43, 0x5e, 0x02 } },
    .state_size = sizeof(struct sink_state),
    .accept_type = sound_accept,
    .joined = sink_joined,
    .render = sound_render,
};

/* --- the graph ------------------------------------------------------------------------------
 */

static HRESULT sink_add(IGraphBuilder *graph, const struct rg_sink_class *cls,
                        const WCHAR *name)
{
    IBaseFilter *sink = NULL;
    HRESULT hr = rg_sink_create(cls, NULL, &IID_IBaseFilter, (void **)&sink);

    if (FAILED(hr))
        return hr;
    hr = IGraphBuilder_AddFilter(graph, sink, name);
    IBaseFilter_Release(sink);
    return hr;
}

static HRESULT graph_play(IGraphBuilder *graph)
{
    IMediaControl *control = NULL;
    IMediaEvent *event = NULL;
    LONG code = 0;
    HRESULT hr;

    hr = IGraphBuilder_QueryInterface(graph, &IID_IMediaControl, (void **)&control);
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_QueryInterface(graph, &IID_IMediaEvent, (void **)&event);
    if (SUCCEEDED(hr))
        hr = IMediaControl_Run(control);
    if (SUCCEEDED(hr))
        hr = IMediaEvent_WaitForCompletion(event, WAIT_MS, &code);
    if (SUCCEEDED(hr) && code != EC_COMPLETE)
        hr = E_FAIL;
    if (control) {
        IMediaControl_Stop(control);
        IMediaControl_Release(control);
    }
    if (event)
        IMediaEvent_Release(event);
    return hr;
}

HRESULT demo_reel_read(const char *path, bool has_card, struct demo_reel *reel)
{
    IGraphBuilder *graph = NULL;
    WCHAR *wide;
    size_t length = strlen(path) + 1;
    HRESULT hr;

    *reel = (struct demo_reel){ 0 };
    the_reel = reel;
    the_card = has_card;
    wide = calloc(length, sizeof(*wide));
    if (!wide)
        return E_OUTOFMEMORY;
    if (mbstowcs(wide, path, length) == (size_t)-1) {
        free(wide);
        return E_INVALIDARG;
    }
    hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IGraphBuilder,
                          (void **)&graph);
    if (SUCCEEDED(hr))
        hr = sink_add(graph, &picture_class, L"pictures");
    if (SUCCEEDED(hr))
        hr = sink_add(graph, &sound_class, L"sound");
    /* Our sinks are in the graph already: rendering prefers them to any class. */
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_RenderFile(graph, wide, NULL);
    if (SUCCEEDED(hr))
        hr = graph_play(graph);
    if (graph)
        IGraphBuilder_Release(graph);
    free(wide);
    return hr;
}

void demo_reel_free(struct demo_reel *reel)
{
    free(reel->frames);
    *reel = (struct demo_reel){ 0 };
}
