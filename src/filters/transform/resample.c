/* SPDX-License-Identifier: MIT */
/* resample.c - sound at another rate, with other channels, in other samples; the count comes
 * out to the sample.
 *
 * Runs: types on control threads, the rest on the streaming thread.
 * Knows: ff/resampler.h.  Must not know: pins, threads, graphs.
 */
#define COBJMACROS
#include "ff/resampler.h"

#include <stdlib.h>

#include "base/transform.h"

#define UNITS 10000000     /* 100 ns in a second */
#define GAP   (UNITS / 10) /* a time stamp further off than this is believed */

struct resample_settings {
    int rate, channels;
    int sound;
};

static const struct rg_option options[] = {
    RG_FIXED_INT(struct resample_settings, rate, 0, 0, 768000,
                 "samples per second; 0: as the input"),
    RG_FIXED_INT(struct resample_settings, channels, 0, 0, 32, "0: as the input"),
    RG_FIXED_CHOICE(struct resample_settings, sound, "any", "any|s16|f32|s32|u8",
                    "sample format; any: what the next filter likes"),
    RG_OPTIONS_END,
};

static const enum rg_sound sounds[] = { RG_SOUND_S16, RG_SOUND_F32, RG_SOUND_S32, RG_SOUND_U8 };
enum { SOUNDS = sizeof(sounds) / sizeof(sounds[0]) };

struct resample_state {
    struct ff_resampler *resampler;
    struct rg_format in, out;
    REFERENCE_TIME origin; /* time of the first sample since the last jump */
    int64_t made;          /* samples per channel since then */
    int64_t taken;
    bool has_origin;
    unsigned changes; /* of the output type; it may change while a buffer is waited for */
};

static HRESULT resample_accept_type(const void *settings, const AM_MEDIA_TYPE *in)
{
    struct rg_format format;
    HRESULT hr = rg_format_from_type(in, &format);

    (void)settings;
    if (FAILED(hr))
        return hr;
    return format.kind == RG_KIND_AUDIO && format.sound != RG_SOUND_S24
               ? S_OK
               : VFW_E_TYPE_NOT_ACCEPTED;
}

static enum rg_sound sound_by_choice(const struct resample_settings *s, enum rg_sound own,
                                     unsigned index)
{
    if (s->sound > 0)
        return index == 0 ? sounds[s->sound - 1] : RG_SOUND_NONE;
    if (index == 0)
        return own;
    for (unsigned i = 0, n = 0; i < SOUNDS; i++)
        if (sounds[i] != own && ++n == index)
            return sounds[i];
    return RG_SOUND_NONE;
}

static HRESULT resample_output_type(const void *settings, const AM_MEDIA_TYPE *in,
                                    unsigned index, AM_MEDIA_TYPE *ret)
{
    const struct resample_settings *s = settings;
    struct rg_format format;
    HRESULT hr = rg_format_from_type(in, &format);

    if (FAILED(hr))
        return hr;
    format.sound = sound_by_choice(s, format.sound, index);
    if (format.sound == RG_SOUND_NONE)
        return VFW_S_NO_MORE_ITEMS;
    if (s->rate > 0)
        format.sample_rate = s->rate;
    if (s->channels > 0 && s->channels != format.channels) {
        format.channels = s->channels;
        format.channel_mask = 0;
    }
    return rg_format_to_type(&format, ret);
}

static HRESULT open_resampler(struct resample_state *st)
{
    struct ff_sound from = ff_sound_of_format(&st->in), to = ff_sound_of_format(&st->out);
    struct ff_resampler *made;
    HRESULT hr = ff_resampler_open(&from, &to, &made);

    if (FAILED(hr))
        return hr;
    ff_resampler_close(st->resampler);
    st->resampler = made;
    return S_OK;
}

static HRESULT resample_start(void *state, const void *settings, const AM_MEDIA_TYPE *in,
                              const AM_MEDIA_TYPE *out, struct rg_output *output)
{
    struct resample_state *st = state;
    HRESULT hr = rg_format_from_type(in, &st->in);

    (void)settings;
    (void)output;
    st->has_origin = false;
    if (SUCCEEDED(hr))
        hr = rg_format_from_type(out, &st->out);
    return SUCCEEDED(hr) ? open_resampler(st) : hr;
}

static REFERENCE_TIME time_at(const struct resample_state *st, int64_t samples, int rate)
{
    return st->origin + (samples * UNITS + rate / 2) / rate;
}

/* Takes the reference. */
static HRESULT deliver(struct resample_state *st, IMediaSample *sample, int made,
                       struct rg_output *output)
{
    int rate = st->out.sample_rate;
    REFERENCE_TIME start = time_at(st, st->made, rate),
                   stop = time_at(st, st->made + made, rate);

    if (made <= 0) {
        IMediaSample_Release(sample);
        return made < 0 ? E_FAIL : S_OK;
    }
    st->made += made;
    IMediaSample_SetActualDataLength(sample, made * rg_format_bytes(&st->out));
    if (st->has_origin)
        IMediaSample_SetTime(sample, &start, &stop);
    else
        IMediaSample_SetTime(sample, NULL, NULL);
    IMediaSample_SetSyncPoint(sample, TRUE);
    return rg_output_deliver(output, sample);
}

/* A sample with room for what so many more input samples make, of the connection as it is then.
 * */
static HRESULT get_sample(struct resample_state *st, int samples, struct rg_output *output,
                          IMediaSample **ret, int *ret_room)
{
    for (;;) {
        unsigned changes = st->changes;
        int room = ff_resampler_room(st->resampler, samples);
        HRESULT hr = rg_output_get(output, (ULONG)(room * rg_format_bytes(&st->out)),
                                   time_at(st, st->made, st->out.sample_rate), ret);

        *ret_room = room;
        if (hr != S_OK || changes == st->changes)
            return hr;
        IMediaSample_Release(*ret);
        *ret = NULL;
    }
}

static HRESULT resample_drain(void *state, const void *settings, struct rg_output *output)
{
    struct resample_state *st = state;
    int room = 0, made = 0;
    IMediaSample *sample = NULL;
    BYTE *data = NULL;
    HRESULT hr = S_OK;

    (void)settings;
    if (st->taken > 0 && st->in.sample_rate != st->out.sample_rate) {
        hr = get_sample(st, 0, output, &sample, &room);
        if (hr != S_OK)
            return hr;
        hr = IMediaSample_GetPointer(sample, &data);
        if (SUCCEEDED(hr))
            made = ff_resampler_finish(st->resampler, &data, room);
        hr = deliver(st, sample, made, output);
    }
    st->has_origin = false;
    st->made = 0;
    st->taken = 0;
    return hr;
}

/* A stamp that does not follow on begins a new count. */
static HRESULT keep_time(struct resample_state *st, const struct rg_sample_info *info,
                         struct rg_output *output)
{
    HRESULT hr = S_OK;

    if (!info->has_time)
        return S_OK;
    if (st->has_origin && llabs(time_at(st, st->taken, st->in.sample_rate) - info->start) > GAP)
        hr = resample_drain(st, NULL, output);
    if (!st->has_origin) {
        st->origin = info->start;
        st->has_origin = true;
        st->made = 0;
        st->taken = 0;
    }
    return hr;
}

static HRESULT resample_send(void *state, const void *settings, IMediaSample *sample,
                             struct rg_output *output)
{
    struct resample_state *st = state;
    int in_bytes = rg_format_bytes(&st->in), room = 0, samples;
    struct rg_sample_info info;
    IMediaSample *out = NULL;
    const uint8_t *from;
    BYTE *data = NULL;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)settings;
    if (SUCCEEDED(hr))
        hr = keep_time(st, &info, output);
    samples = (int)info.bytes / in_bytes;
    if (hr != S_OK || samples == 0)
        return hr;
    hr = get_sample(st, samples, output, &out, &room);
    if (hr != S_OK)
        return hr;
    hr = IMediaSample_GetPointer(out, &data);
    if (FAILED(hr)) {
        IMediaSample_Release(out);
        return hr;
    }
    from = info.data;
    st->taken += samples;
    IMediaSample_SetPreroll(out, info.is_preroll);
    IMediaSample_SetDiscontinuity(out, info.is_discontinuity);
    return deliver(st, out, ff_resampler_run(st->resampler, &from, samples, &data, room),
                   output);
}

static HRESULT resample_output_changed(void *state, const void *settings,
                                       const AM_MEDIA_TYPE *out)
{
    struct resample_state *st = state;
    struct rg_format format;
    HRESULT hr = rg_format_from_type(out, &format);

    (void)settings;
    if (FAILED(hr) || rg_format_equal(&format, &st->out))
        return hr;
    st->out = format;
    st->has_origin = false;
    st->changes++;
    return open_resampler(st);
}

static void resample_reset(void *state)
{
    struct resample_state *st = state;

    if (st->resampler != NULL)
        ff_resampler_reset(st->resampler);
    st->has_origin = false;
    st->taken = 0;
    st->made = 0;
}

static void resample_stop(void *state)
{
    struct resample_state *st = state;

    ff_resampler_close(st->resampler);
    st->resampler = NULL;
    st->taken = 0;
}

static const struct rg_type_pair types[] = {
    { &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM },
    { &MEDIATYPE_Audio, &MEDIASUBTYPE_IEEE_FLOAT },
    { NULL, NULL },
};

const struct rg_transform_class rg_resample = {
    .name = "resample",
    .help = "Change the rate, the channels or the samples of sound",
    .clsid = { 0xe1947d3a, 0x06bc, 0x4d57, { 0xa3, 0xf2, 0x5c, 0x81, 0x2b, 0x90, 0xd4, 0x68 } },
    .merit = MERIT_UNLIKELY,
    .input_types = types,
    .output_types = types,
    .state_size = sizeof(struct resample_state),
    .settings_size = sizeof(struct resample_settings),
    .options = options,
    .accept_type = resample_accept_type,
    .output_type = resample_output_type,
    .start_stream = resample_start,
    .send = resample_send,
    .output_changed = resample_output_changed,
    .drain = resample_drain,
    .reset = resample_reset,
    .stop = resample_stop,
    .destroy = resample_stop,
};
