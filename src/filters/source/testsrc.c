/* SPDX-License-Identifier: MIT */
/* testsrc.c - moving test picture with a frame number that a machine can read back (testcard.h).
 *
 * Runs: fetch and fill on the source's thread, the rest on control threads.
 * Knows: pixels, counting.  Must not know: pins, graphs.
 */
#include "base/source.h"

#include <stdio.h>
#include <string.h>

#include "filters/generator.h"
#include "filters/testcard.h"

#define LARGEST_SIDE 16384

struct testsrc_settings {
    char size[24];
    int width, height;
    char fps[24];
    int pixels;
    int frames;
    double seconds;
    int first;
    bool live;
};

static const struct rg_option options[] = {
    RG_FIXED_TEXT(struct testsrc_settings, size, "",
                  "like 1280x720; instead of width and height"),
    RG_FIXED_INT(struct testsrc_settings, width, 1280, 72, 16384, "in pixels"),
    RG_FIXED_INT(struct testsrc_settings, height, 720, 16, 16384, "in pixels"),
    RG_FIXED_TEXT(struct testsrc_settings, fps, "25",
                  "frames per second: 25, 30000/1001, 29.97"),
    RG_FIXED_CHOICE(struct testsrc_settings, pixels, "I420",
                    "I420|YV12|NV12|YUY2|UYVY|RGB24|RGB32|ARGB32|GRAY8",
                    "layout of the pixels"),
    RG_FIXED_INT(struct testsrc_settings, frames, 0, 0, 2147483647, "how many; 0 is endless"),
    RG_FIXED_DOUBLE(struct testsrc_settings, seconds, 0, 0, 1e9, "how long; 0 is endless"),
    RG_FIXED_INT(struct testsrc_settings, first, 0, 0, 16777215, "number of the first frame"),
    RG_FIXED_BOOL(struct testsrc_settings, live, false,
                  "no faster than time goes by, and nothing before Run"),
    RG_OPTIONS_END,
};

struct testsrc_state {
    struct rg_generator generator;
};

static bool parse_size(const struct testsrc_settings *s, int *width, int *height)
{
    char rest;

    *width = s->width;
    *height = s->height;
    if (s->size[0] == '\0')
        return true;
    return strlen(s->size) <= 11 && sscanf(s->size, "%dx%d%c", width, height, &rest) == 2 &&
           *width >= RG_TESTCARD_MIN_WIDTH && *width <= LARGEST_SIDE &&
           *height >= RG_TESTCARD_MIN_HEIGHT && *height <= LARGEST_SIDE;
}

/* S_OK; E_INVALIDARG: a size or a rate that can't be read. */
static HRESULT read_settings(const struct testsrc_settings *s, struct rg_format *f,
                             struct rg_generator_plan *plan)
{
    memset(f, 0, sizeof(*f));
    f->kind = RG_KIND_VIDEO;
    f->pixels = (enum rg_pixels)(s->pixels + RG_PIXELS_I420);
    if (!parse_size(s, &f->width, &f->height) ||
        !rg_generator_parse_rate(s->fps, &f->rate_num, &f->rate_den))
        return E_INVALIDARG;
    plan->num = f->rate_num;
    plan->den = f->rate_den;
    plan->end = rg_generator_limit(s->frames, s->seconds, plan->num, plan->den);
    plan->is_paced = s->live;
    return S_OK;
}

static HRESULT testsrc_check(const void *settings)
{
    struct rg_generator_plan plan;
    struct rg_format format;

    return read_settings(settings, &format, &plan);
}

static bool testsrc_is_live(const void *settings)
{
    return ((const struct testsrc_settings *)settings)->live;
}

static HRESULT testsrc_stream_type(void *state, const void *settings, unsigned stream,
                                   unsigned index, AM_MEDIA_TYPE *ret)
{
    struct testsrc_state *t = state;
    struct rg_generator_plan plan;
    struct rg_format format;
    HRESULT hr;

    (void)stream;
    if (index > 0)
        return VFW_S_NO_MORE_ITEMS;
    hr = read_settings(settings, &format, &plan);
    if (FAILED(hr))
        return hr;
    rg_generator_announce(&t->generator, &plan);
    return rg_format_to_type(&format, ret);
}

static HRESULT testsrc_start(void *state, const void *settings,
                             const AM_MEDIA_TYPE *const *types, unsigned n_streams)
{
    struct testsrc_state *t = state;
    struct rg_generator_plan plan;
    struct rg_format format;
    HRESULT hr = read_settings(settings, &format, &plan);

    (void)types;
    (void)n_streams;
    if (SUCCEEDED(hr))
        rg_generator_start(&t->generator, &plan);
    return hr;
}

static HRESULT testsrc_fetch(void *state, const void *settings, unsigned stream,
                             struct rg_fetch *ret)
{
    struct testsrc_state *t = state;
    struct rg_generator_plan plan;
    struct rg_format format;
    HRESULT hr = read_settings(settings, &format, &plan);

    (void)stream;
    if (FAILED(hr))
        return hr;
    hr = rg_generator_fetch(&t->generator, &ret->start);
    if (hr == S_OK)
        ret->bytes = (ULONG)rg_format_bytes(&format);
    return hr;
}

static HRESULT testsrc_fill(void *state, const void *settings, unsigned stream,
                            const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct testsrc_state *t = state;
    const struct testsrc_settings *s = settings;
    struct rg_sample_info info;
    struct rg_format format;
    struct rg_frame frame;
    int64_t number;
    HRESULT hr = rg_format_from_type(type, &format);

    (void)stream;
    if (SUCCEEDED(hr))
        hr = rg_sample_get_info(sample, &info);
    if (SUCCEEDED(hr))
        hr = rg_frame_map(&frame, &format, info.data, (int)info.size);
    if (FAILED(hr))
        return hr;
    if (rg_generator_take(&t->generator, 1, sample, &number) == 0)
        return S_FALSE;
    hr = rg_testcard_draw(&frame, (uint32_t)((number + s->first) % RG_TESTCARD_NUMBERS));
    if (FAILED(hr))
        return hr;
    return sample->lpVtbl->SetActualDataLength(sample, rg_format_bytes(&format));
}

static void testsrc_interrupt(void *state, bool on)
{
    rg_generator_interrupt(&((struct testsrc_state *)state)->generator, on);
}

static HRESULT testsrc_duration(void *state, REFERENCE_TIME *ret)
{
    return rg_generator_duration(&((struct testsrc_state *)state)->generator, ret);
}

static HRESULT testsrc_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop,
                            double rate)
{
    return rg_generator_seek(&((struct testsrc_state *)state)->generator, position, stop, rate);
}

const struct rg_source_class rg_testsrc = {
    .name = "testsrc",
    .help = "Moving test picture that carries its frame number",
    .clsid = { 0x2cb20419, 0x8a7c, 0x408b, { 0x8f, 0xcc, 0xba, 0x4e, 0x00, 0x14, 0x2b, 0x50 } },
    .state_size = sizeof(struct testsrc_state),
    .is_set_live = testsrc_is_live,
    .slowest = 0.01,
    .fastest = 100,
    .settings_size = sizeof(struct testsrc_settings),
    .options = options,
    .check = testsrc_check,
    .stream_type = testsrc_stream_type,
    .start = testsrc_start,
    .fetch = testsrc_fetch,
    .fill = testsrc_fill,
    .interrupt = testsrc_interrupt,
    .duration = testsrc_duration,
    .seek = testsrc_seek,
};
