/* SPDX-License-Identifier: MIT */
/* kit_filters.c - the sources and transforms of kit.h, each one class table. */
#include <string.h>

#include "base/source.h"
#include "base/tee.h"
#include "base/transform.h"
#include "kit_internal.h"

#include "fake_filter.h"

/* A type of the foreign filters first, then sound for frame classes. */
static HRESULT kit_type(unsigned index, AM_MEDIA_TYPE *ret)
{
    WAVEFORMATEX sound = { WAVE_FORMAT_PCM, 1, 8000, 16000, 2, 16, 0 };
    HRESULT hr;

    if (index == 0) {
        fake_type(ret, 'a');
        return S_OK;
    }
    if (index > 1)
        return VFW_S_NO_MORE_ITEMS;
    hr = rg_type_make(ret, &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM, &FORMAT_WaveFormatEx, &sound,
                      sizeof(sound));
    if (SUCCEEDED(hr))
        ret->lSampleSize = 2;
    return hr;
}

static HRESULT sixteen_bytes(ALLOCATOR_PROPERTIES *props)
{
    props->cbBuffer = sizeof(struct kit_sample);
    return S_OK;
}

/* ---- source --------------------------------------------------------------------------------------- */

struct source_settings {
    int limit, first, formats;
};

struct source_state {
    int64_t number, base; /* base: where the segment began */
    uint16_t run;
    bool is_placed;
    atomic_uint format; /* of the number that comes next; asked for by control threads, too */
    atomic_bool is_interrupted;
};

static const struct rg_option source_options[] = {
    RG_INT(struct source_settings, limit, -1, -1, 1e9, "samples; -1: endless"),
    RG_INT(struct source_settings, first, 0, 0, 1e9, "first number"),
    RG_INT(struct source_settings, formats, 0, 0, 1e9,
           "another format each so many samples; 0: never"),
    RG_OPTIONS_END,
};

static HRESULT source_type(void *state, const void *settings, unsigned stream, unsigned index,
                           AM_MEDIA_TYPE *ret)
{
    const struct source_settings *s = settings;
    unsigned format = atomic_load(&((struct source_state *)state)->format);

    (void)stream;
    if (s->formats == 0)
        return kit_type(index, ret);
    if (index >= KIT_FORMATS) /* the present one is liked best, but any will do to begin with */
        return kit_type(index - KIT_FORMATS + 1, ret);
    kit_format_type((format + index) % KIT_FORMATS, ret);
    return S_OK;
}

static HRESULT source_buffers(void *state, const void *settings, unsigned stream,
                              const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    (void)state, (void)settings, (void)stream, (void)type;
    return sixteen_bytes(props);
}

static HRESULT source_start(void *state, const void *settings,
                            const AM_MEDIA_TYPE *const *types, unsigned n_streams)
{
    struct source_state *self = state;

    (void)types, (void)n_streams;
    self->run++;
    kit_note("source starts", self, self->number);
    if (!self->is_placed)
        self->number = self->base = ((const struct source_settings *)settings)->first;
    return S_OK;
}

static void source_stop(void *state)
{
    ((struct source_state *)state)->is_placed = false;
}

static HRESULT source_fetch(void *state, const void *settings, unsigned stream,
                            struct rg_fetch *ret)
{
    struct source_state *self = state;
    const struct source_settings *s = settings;

    (void)stream;
    if (s->limit >= 0 && self->number >= s->limit)
        return S_FALSE;
    if (!kit_may_pass(self->number, &self->is_interrupted))
        return VFW_E_STATE_CHANGED;
    ret->bytes = sizeof(struct kit_sample);
    ret->start = (self->number - self->base) * KIT_SAMPLE_TIME;
    return S_OK;
}

static HRESULT source_fill(void *state, const void *settings, unsigned stream,
                           const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct source_state *self = state;
    struct kit_sample content = { self->number, 0, (uint16_t)atomic_load(&self->format),
                                  self->run };
    REFERENCE_TIME start = (self->number - self->base) * KIT_SAMPLE_TIME,
                   stop = start + KIT_SAMPLE_TIME;
    BYTE *data;
    HRESULT hr = IMediaSample_GetPointer(sample, &data);

    (void)stream;
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(sample, sizeof(content));
    if (SUCCEEDED(hr))
        hr =
            kit_format_attach(sample, kit_format_of(type) < 0 ? -1 : (int)content.format, type);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetTime(sample, &start, &stop);
    if (FAILED(hr))
        return hr;
    memcpy(data, &content, sizeof(content));
    self->number++;
    if (kit_format_ends(self->number, ((const struct source_settings *)settings)->formats)) {
        atomic_store(&self->format, (content.format + 1) % KIT_FORMATS);
        kit_format_count();
    }
    return S_OK;
}

static void source_interrupt(void *state, bool on)
{
    atomic_store(&((struct source_state *)state)->is_interrupted, on);
    kit_wake_sources();
}

static HRESULT source_duration(void *state, REFERENCE_TIME *ret)
{
    (void)state;
    *ret = 1000000000LL * KIT_SAMPLE_TIME;
    return S_OK;
}

static HRESULT source_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop,
                           double rate)
{
    struct source_state *self = state;

    (void)stop, (void)rate;
    kit_note("source is placed", self, self->number);
    self->number = self->base = *position / KIT_SAMPLE_TIME;
    self->run++;
    *position = self->number * KIT_SAMPLE_TIME;
    self->is_placed = true;
    return S_OK;
}

static const struct rg_source_class numbers = {
    .name = "numbers",
    .help = "Numbered samples",
    .clsid = { 0x6b697401, 1, 1, { 1 } },
    .state_size = sizeof(struct source_state),
    .settings_size = sizeof(struct source_settings),
    .options = source_options,
    .stream_type = source_type,
    .buffers = source_buffers,
    .start = source_start,
    .stop = source_stop,
    .fetch = source_fetch,
    .fill = source_fill,
    .interrupt = source_interrupt,
    .duration = source_duration,
    .seek = source_seek,
};

/* ---- transforms ------------------------------------------------------------------------------------- */

#define HOLD_MOST 8

struct pass_settings {
    int mark; /* which bit, -1: none */
    int hold;
    int slow;
    int only;
    bool refuse, fail_start, hang_start, fail_type, hang;
};

struct pass_state {
    struct kit_sample held[HOLD_MOST];
    REFERENCE_TIME start[HOLD_MOST];
    int n;
    int format; /* of what comes in, by its type */
    unsigned starts;
};

static const struct rg_option pass_options[] = {
    RG_INT(struct pass_settings, mark, -1, -1, 7, "bit to set"),
    RG_INT(struct pass_settings, hold, 3, 0, HOLD_MOST - 1, "samples held back"),
    RG_INT(struct pass_settings, slow, 0, 0, 100000, "takes so long for a sample, us"),
    RG_INT(struct pass_settings, only, -1, -1, KIT_FORMATS - 1, "takes this format alone"),
    RG_BOOL(struct pass_settings, hang, false, "its drain waits for kit_unhang"),
    RG_BOOL(struct pass_settings, refuse, false, "takes no type"),
    RG_BOOL(struct pass_settings, fail_start, false, "does not start"),
    RG_BOOL(struct pass_settings, hang_start, false, "started anew, it waits for kit_unhang"),
    RG_BOOL(struct pass_settings, fail_type, false, "can't say what it gives"),
    RG_OPTIONS_END,
};

static HRESULT pass_accept(const void *settings, const AM_MEDIA_TYPE *in)
{
    const struct pass_settings *s = settings;

    return s->refuse || (s->only >= 0 && kit_format_of(in) != s->only) ? VFW_E_TYPE_NOT_ACCEPTED
                                                                       : S_OK;
}

static HRESULT pass_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                         AM_MEDIA_TYPE *ret)
{
    if (((const struct pass_settings *)settings)->fail_type)
        return VFW_E_NO_DECOMPRESSOR;
    return index == 0 ? rg_type_copy(ret, in) : VFW_S_NO_MORE_ITEMS;
}

/* The output is in the input's format, whichever: a change is told with the sample. */
static HRESULT pass_accept_output(const void *settings, const AM_MEDIA_TYPE *in,
                                  const AM_MEDIA_TYPE *out)
{
    bool is_same = kit_format_of(in) >= 0 ? kit_format_of(out) >= 0
                                          : IsEqualGUID(&in->majortype, &out->majortype) &&
                                                IsEqualGUID(&in->subtype, &out->subtype) &&
                                                IsEqualGUID(&in->formattype, &out->formattype);

    (void)settings;
    return is_same ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT pass_output_changed(void *state, const void *settings, const AM_MEDIA_TYPE *out)
{
    (void)state, (void)settings, (void)out; /* looked at for each sample */
    return S_OK;
}

static HRESULT pass_buffers(const void *settings, const AM_MEDIA_TYPE *in,
                            const AM_MEDIA_TYPE *out, ALLOCATOR_PROPERTIES *props)
{
    (void)settings, (void)in, (void)out;
    return sixteen_bytes(props);
}

static HRESULT pass_start(void *state, const void *settings, const AM_MEDIA_TYPE *in,
                          const AM_MEDIA_TYPE *out, struct rg_output *output)
{
    (void)out, (void)output;
    if (((struct pass_state *)state)->n != 0)
        kit_note("start drops", state, ((struct pass_state *)state)->held[0].number);
    ((struct pass_state *)state)->n = 0;
    ((struct pass_state *)state)->format = kit_format_of(in);
    if (((struct pass_state *)state)->starts++ != 0 &&
        ((const struct pass_settings *)settings)->hang_start)
        kit_hang();
    return ((const struct pass_settings *)settings)->fail_start ? VFW_E_NO_DECOMPRESSOR : S_OK;
}

HRESULT kit_read_sample(IMediaSample *sample, struct kit_sample *ret, REFERENCE_TIME *ret_start)
{
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    if (FAILED(hr))
        return hr;
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, info.data, info.bytes < sizeof(*ret) ? info.bytes : sizeof(*ret));
    *ret_start = info.has_time ? info.start : -1;
    return S_OK;
}

static HRESULT send_on(const struct pass_state *self, struct rg_output *output,
                       const struct kit_sample *content, REFERENCE_TIME start)
{
    REFERENCE_TIME stop = start + KIT_SAMPLE_TIME;
    IMediaSample *sample;
    BYTE *data;
    HRESULT hr = rg_output_get(output, sizeof(*content), start, &sample);

    if (FAILED(hr)) {
        kit_note("finds its output closed", self, content->number);
        return hr;
    }
    IMediaSample_GetPointer(sample, &data);
    memcpy(data, content, sizeof(*content));
    IMediaSample_SetActualDataLength(sample, sizeof(*content));
    if (start >= 0)
        IMediaSample_SetTime(sample, &start, &stop);
    (void)kit_format_attach(sample, self->format, rg_output_type(output));
    hr = rg_output_deliver(output, sample);
    if (hr != S_OK)
        kit_note("is refused", self, content->number);
    return hr;
}

static uint32_t marked(const struct pass_settings *settings, uint32_t marks)
{
    return settings->mark >= 0 ? marks | 1u << settings->mark : marks;
}

static HRESULT pass_send(void *state, const void *settings, IMediaSample *sample,
                         struct rg_output *output)
{
    struct kit_sample content;
    REFERENCE_TIME start;
    HRESULT hr = kit_read_sample(sample, &content, &start);

    kit_take_time(((const struct pass_settings *)settings)->slow);
    content.marks = marked(settings, content.marks);
    return SUCCEEDED(hr) ? send_on(state, output, &content, start) : hr;
}

/* The oldest leaves. */
static HRESULT give_up(struct pass_state *self, struct rg_output *output)
{
    struct kit_sample content = self->held[0];
    REFERENCE_TIME start = self->start[0];

    self->n--;
    memmove(self->held, self->held + 1, (size_t)self->n * sizeof(self->held[0]));
    memmove(self->start, self->start + 1, (size_t)self->n * sizeof(self->start[0]));
    return send_on(self, output, &content, start);
}

static HRESULT hold_send(void *state, const void *settings, IMediaSample *sample,
                         struct rg_output *output)
{
    struct pass_state *self = state;
    const struct pass_settings *s = settings;
    HRESULT hr = kit_read_sample(sample, &self->held[self->n], &self->start[self->n]);

    if (FAILED(hr))
        return hr;
    self->held[self->n].marks = marked(s, self->held[self->n].marks);
    self->n++;
    return self->n > s->hold ? give_up(self, output) : S_OK;
}

static HRESULT hold_drain(void *state, const void *settings, struct rg_output *output)
{
    struct pass_state *self = state;
    HRESULT hr = S_OK;

    if (((const struct pass_settings *)settings)->hang)
        kit_hang();
    while (self->n > 0 && hr == S_OK)
        hr = give_up(self, output);
    if (hr != S_OK)
        kit_note("drain is refused, holds", state, self->n);
    return hr;
}

static void hold_reset(void *state)
{
    struct pass_state *self = state;

    if (self->n != 0)
        kit_note("flush drops", state, self->held[0].number);
    self->n = 0;
}

static const struct rg_transform_class pass = {
    .name = "pass",
    .help = "Copies",
    .clsid = { 0x6b697402, 1, 1, { 1 } },
    .state_size = sizeof(struct pass_state),
    .settings_size = sizeof(struct pass_settings),
    .options = pass_options,
    .accept_type = pass_accept,
    .output_type = pass_type,
    .accept_output = pass_accept_output,
    .output_changed = pass_output_changed,
    .buffers = pass_buffers,
    .start_stream = pass_start,
    .send = pass_send,
};

static const struct rg_transform_class holding = {
    .name = "hold",
    .help = "Copies late",
    .clsid = { 0x6b697403, 1, 1, { 1 } },
    .state_size = sizeof(struct pass_state),
    .settings_size = sizeof(struct pass_settings),
    .options = pass_options,
    .accept_type = pass_accept,
    .output_type = pass_type,
    .accept_output = pass_accept_output,
    .output_changed = pass_output_changed,
    .buffers = pass_buffers,
    .start_stream = pass_start,
    .send = hold_send,
    .drain = hold_drain,
    .reset = hold_reset,
};

static HRESULT in_place_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_AUDIO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT in_place_frame(void *state, const void *settings, struct rg_frame *frame)
{
    struct kit_sample content;

    (void)state;
    if (frame->sound_frames * 2 < (int)sizeof(content))
        return E_UNEXPECTED;
    memcpy(&content, frame->sound, sizeof(content));
    content.marks = marked(settings, content.marks);
    memcpy(frame->sound, &content, sizeof(content));
    return S_OK;
}

static const struct rg_transform_class in_place = {
    .name = "in place",
    .help = "Marks the sample itself",
    .clsid = { 0x6b697404, 1, 1, { 1 } },
    .settings_size = sizeof(struct pass_settings),
    .options = pass_options,
    .accept = in_place_accept,
    .frame = in_place_frame,
};

/* ---- by kind ------------------------------------------------------------------------------------------ */

IBaseFilter *kit_filter(enum kit_kind kind)
{
    IBaseFilter *filter = NULL;
    void **out = (void **)&filter;

    switch (kind) {
    case KIT_SOURCE:
        (void)rg_source_create(&numbers, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_PASS:
        (void)rg_transform_create(&pass, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_IN_PLACE:
        (void)rg_transform_create(&in_place, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_HOLD:
        (void)rg_transform_create(&holding, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_SINK:
        (void)rg_sink_create(&kit_recorder_class, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_FREE_SINK:
        (void)rg_sink_create(&kit_free_recorder_class, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_MERGE:
        (void)rg_sink_create(&kit_merge_class, NULL, &IID_IBaseFilter, out);
        break;
    case KIT_TEE:
        (void)rg_tee_create(NULL, &IID_IBaseFilter, out);
        break;
    case KIT_QUEUE:
        (void)rg_queue_create(NULL, &IID_IBaseFilter, out);
        break;
    }
    return filter;
}
