/* SPDX-License-Identifier: MIT */
/* ours_filters.c - a numbering source, a pass-through in place and a checking sink, each one
 * class table. */
#include "ours_filters.h"

#include <stdio.h>
#include <string.h>

#include <regraft.h>

#include "base/sink.h"
#include "base/source.h"
#include "base/transform.h"
#include "gauge.h"

#define SAMPLE_HNS 1000 /* 100 ns from one sample to the next */
#define SLACK_HNS  1    /* ends are rounded */

/* Sound of 8 values, so that frame classes take it. */
static HRESULT sound_type(AM_MEDIA_TYPE *ret)
{
    WAVEFORMATEX sound = { WAVE_FORMAT_PCM, 1, 8000, 16000, 2, 16, 0 };

    return rg_type_make(ret, &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM, &FORMAT_WaveFormatEx, &sound,
                        sizeof(sound));
}

static IBaseFilter *with_option(IBaseFilter *filter, const char *name, int value)
{
    IRgOptions *options;
    char text[16];
    HRESULT hr;

    if (filter == NULL)
        return NULL;
    hr = IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options);
    if (SUCCEEDED(hr)) {
        (void)snprintf(text, sizeof(text), "%d", value);
        hr = IRgOptions_Set(options, name, text);
        IRgOptions_Release(options);
    }
    if (FAILED(hr))
        meter_fail("an option was refused", (unsigned)hr);
    return filter;
}

/* ---- source --------------------------------------------------------------------------------------- */

struct source_settings {
    int rate;
};

struct source_state {
    int64_t number;
    struct meter_pacer pacer;
    bool has_pacer;
};

static const struct rg_option source_options[] = {
    RG_INT(struct source_settings, rate, METER_FULL_RATE, METER_IN_STEP, 1000000,
           "as in struct meter_pacer"),
    RG_OPTIONS_END,
};

static HRESULT source_type(void *state, const void *settings, unsigned stream, unsigned index,
                           AM_MEDIA_TYPE *ret)
{
    (void)state, (void)settings, (void)stream;
    return index == 0 ? sound_type(ret) : VFW_S_NO_MORE_ITEMS;
}

static HRESULT source_buffers(void *state, const void *settings, unsigned stream,
                              const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    (void)state, (void)settings, (void)stream, (void)type;
    props->cbBuffer = sizeof(struct meter_sample);
    return S_OK;
}

static HRESULT source_start(void *state, const void *settings,
                            const AM_MEDIA_TYPE *const *types, unsigned n_streams)
{
    struct source_state *self = state;

    (void)types, (void)n_streams;
    if (!self->has_pacer)
        meter_pacer_init(&self->pacer, ((const struct source_settings *)settings)->rate);
    self->has_pacer = true;
    return S_OK;
}

static HRESULT source_fetch(void *state, const void *settings, unsigned stream,
                            struct rg_fetch *ret)
{
    struct source_state *self = state;

    (void)settings, (void)stream;
    if (!meter_pacer_wait(&self->pacer))
        return VFW_E_STATE_CHANGED;
    ret->bytes = sizeof(struct meter_sample);
    ret->start = self->number * SAMPLE_HNS;
    return S_OK;
}

static HRESULT source_fill(void *state, const void *settings, unsigned stream,
                           const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct source_state *self = state;
    struct meter_sample content = { self->number, 0 };
    REFERENCE_TIME start = self->number * SAMPLE_HNS, stop = start + SAMPLE_HNS;
    BYTE *data;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    (void)settings, (void)stream, (void)type;
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(sample, sizeof(content));
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetTime(sample, &start, &stop);
    if (FAILED(hr))
        return hr;
    memcpy(data, &content, sizeof(content));
    self->number++;
    meter_pacer_took(&self->pacer);
    return S_OK;
}

static void source_interrupt(void *state, bool on)
{
    struct source_state *self = state;

    if (self->has_pacer)
        meter_pacer_interrupt(&self->pacer, on);
}

static void source_destroy(void *state)
{
    struct source_state *self = state;

    if (self->has_pacer)
        meter_pacer_fini(&self->pacer);
}

static const struct rg_source_class source = {
    .name = "bench source",
    .help = "Numbered samples",
    .clsid = { 0x62656e63, 1, 1, { 1 } },
    .state_size = sizeof(struct source_state),
    .settings_size = sizeof(struct source_settings),
    .options = source_options,
    .stream_type = source_type,
    .buffers = source_buffers,
    .start = source_start,
    .fetch = source_fetch,
    .fill = source_fill,
    .interrupt = source_interrupt,
    .destroy = source_destroy,
};

IBaseFilter *ours_source(int rate)
{
    IBaseFilter *filter = NULL;

    (void)rg_source_create(&source, NULL, &IID_IBaseFilter, (void **)&filter);
    return with_option(filter, "rate", rate);
}

/* ---- pass-through -------------------------------------------------------------------------------- */

struct pass_settings {
    int slot;
};

static const struct rg_option pass_options[] = {
    RG_INT(struct pass_settings, slot, -1, -1, METER_SLOTS - 1, "as in meter_pass"),
    RG_OPTIONS_END,
};

static HRESULT pass_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_AUDIO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT pass_frame(void *state, const void *settings, struct rg_frame *frame)
{
    (void)state;
    meter_pass(((const struct pass_settings *)settings)->slot,
               (struct meter_sample *)(void *)frame->sound);
    return S_OK;
}

static const struct rg_transform_class pass = {
    .name = "bench pass",
    .help = "Marks the sample itself",
    .clsid = { 0x62656e63, 1, 1, { 2 } },
    .settings_size = sizeof(struct pass_settings),
    .options = pass_options,
    .accept = pass_accept,
    .frame = pass_frame,
};

IBaseFilter *ours_pass(int slot)
{
    IBaseFilter *filter = NULL;

    (void)rg_transform_create(&pass, NULL, &IID_IBaseFilter, (void **)&filter);
    return with_option(filter, "slot", slot);
}

/* ---- pictures at their own pace ------------------------------------------------------------ */

struct hold_settings {
    int rate;
};

static const struct rg_option hold_options[] = {
    RG_INT(struct hold_settings, rate, 1, 1, 1000, "pictures a second"),
    RG_OPTIONS_END,
};

static HRESULT hold_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT hold_frame(void *state, const void *settings, struct rg_frame *frame)
{
    (void)state, (void)frame;
    meter_hold(((const struct hold_settings *)settings)->rate);
    return S_OK;
}

static const struct rg_transform_class hold = {
    .name = "bench hold",
    .help = "Lets so many pictures pass in a second",
    .clsid = { 0x62656e63, 1, 1, { 4 } },
    .settings_size = sizeof(struct hold_settings),
    .options = hold_options,
    .accept = hold_accept,
    .frame = hold_frame,
};

IBaseFilter *ours_hold(int rate)
{
    IBaseFilter *filter = NULL;

    (void)rg_transform_create(&hold, NULL, &IID_IBaseFilter, (void **)&filter);
    return with_option(filter, "rate", rate);
}

/* ---- sink ------------------------------------------------------------------------------------------ */

struct sink_settings {
    int numbers;
};

static const struct rg_option sink_options[] = {
    RG_INT(struct sink_settings, numbers, METER_SINK_NUMBERS, METER_SINK_COUNTS,
           METER_SINK_NUMBERS, "METER_SINK_..."),
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

static HRESULT sink_render(void *state, const void *settings, unsigned input,
                           IMediaSample *sample)
{
    int numbers = ((const struct sink_settings *)settings)->numbers;
    REFERENCE_TIME start, stop;
    BYTE *data;
    HRESULT hr;

    (void)state, (void)input;
    if (numbers == METER_SINK_GAUGE || numbers == METER_SINK_STEPS) {
        if (numbers == METER_SINK_STEPS)
            gauge_step_arrived();
        gauge_arrived();
        return S_OK;
    }
    if (numbers == METER_SINK_ELSEWHERE) {
        meter_arrived_elsewhere();
        return S_OK;
    }
    if (numbers == METER_SINK_TIMES) {
        hr = IMediaSample_GetTime(sample, &start, &stop);
        if (SUCCEEDED(hr))
            meter_arrived_at(start, stop, SLACK_HNS);
        return hr;
    }
    hr = IMediaSample_GetPointer(sample, &data);
    if (SUCCEEDED(hr) && numbers == METER_SINK_COUNTS)
        meter_counted(data, (size_t)IMediaSample_GetActualDataLength(sample));
    else if (SUCCEEDED(hr))
        meter_arrived((const struct meter_sample *)(void *)data);
    return hr;
}

static const struct rg_sink_class sink = {
    .name = "bench sink",
    .help = "Checks numbers",
    .clsid = { 0x62656e63, 1, 1, { 3 } },
    .settings_size = sizeof(struct sink_settings),
    .options = sink_options,
    .accept_type = sink_accept,
    .accept_change = sink_change,
    .render = sink_render,
};

IBaseFilter *ours_sink(int numbers)
{
    IBaseFilter *filter = NULL;

    (void)rg_sink_create(&sink, NULL, &IID_IBaseFilter, (void **)&filter);
    return with_option(filter, "numbers", numbers);
}
