/* SPDX-License-Identifier: MIT */
/* tone.c - a sine, or a ramp whose every value is the sample's own number, for exact loss tests.
 *
 * Runs: fetch and fill on the source's thread, the rest on control threads.
 * Knows: sound samples, counting.  Must not know: pins, graphs.
 */
#include "base/source.h"

#include <math.h>
#include <string.h>

#include "filters/generator.h"

struct tone_settings {
    int rate;
    int channels;
    int sound;
    double frequency;
    double level;
    int samples;
    double seconds;
    int block;
    bool ramp;
    bool live;
};

static const struct rg_option options[] = {
    RG_FIXED_INT(struct tone_settings, rate, 48000, 1000, 768000, "samples per second"),
    RG_FIXED_INT(struct tone_settings, channels, 2, 1, 32, "how many, all alike"),
    RG_FIXED_CHOICE(struct tone_settings, sound, "s16", "u8|s16|s24|s32|f32", "kind of sample"),
    RG_DOUBLE(struct tone_settings, frequency, 440, 0, 384000, "of the sine, in Hz"),
    RG_DOUBLE(struct tone_settings, level, 0.25, 0, 1, "highest value; 1 is full scale"),
    RG_FIXED_INT(struct tone_settings, samples, 0, 0, 2147483647,
                 "how many per channel; 0 is endless"),
    RG_FIXED_DOUBLE(struct tone_settings, seconds, 0, 0, 1e9, "how long; 0 is endless"),
    RG_FIXED_INT(struct tone_settings, block, 1024, 1, 65536,
                 "samples per channel in a buffer"),
    RG_FIXED_BOOL(struct tone_settings, ramp, false,
                  "each value is the sample's number (its low bits; f32: low 24 bits / 2^24)"),
    RG_FIXED_BOOL(struct tone_settings, live, false,
                  "no faster than time goes by, and nothing before Run"),
    RG_OPTIONS_END,
};

struct tone_state {
    struct rg_generator generator;
};

static struct rg_generator_plan plan_of(const struct tone_settings *s)
{
    struct rg_generator_plan plan = { .num = s->rate, .den = 1, .is_paced = s->live };

    plan.end = rg_generator_limit(s->samples, s->seconds, plan.num, plan.den);
    return plan;
}

static struct rg_format format_of(const struct tone_settings *s)
{
    struct rg_format f;

    memset(&f, 0, sizeof(f));
    f.kind = RG_KIND_AUDIO;
    f.sound = (enum rg_sound)(s->sound + RG_SOUND_U8);
    f.sample_rate = s->rate;
    f.channels = s->channels;
    return f;
}

static bool tone_is_live(const void *settings)
{
    return ((const struct tone_settings *)settings)->live;
}

static HRESULT tone_stream_type(void *state, const void *settings, unsigned stream,
                                unsigned index, AM_MEDIA_TYPE *ret)
{
    struct tone_state *t = state;
    struct rg_generator_plan plan = plan_of(settings);
    struct rg_format format = format_of(settings);

    (void)stream;
    if (index > 0)
        return VFW_S_NO_MORE_ITEMS;
    rg_generator_announce(&t->generator, &plan);
    return rg_format_to_type(&format, ret);
}

static HRESULT tone_buffers(void *state, const void *settings, unsigned stream,
                            const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    const struct tone_settings *s = settings;
    struct rg_format format = format_of(s);

    (void)state;
    (void)stream;
    (void)type;
    props->cbBuffer = rg_format_bytes(&format) * s->block;
    return S_OK;
}

static HRESULT tone_start(void *state, const void *settings, const AM_MEDIA_TYPE *const *types,
                          unsigned n_streams)
{
    struct tone_state *t = state;
    struct rg_generator_plan plan = plan_of(settings);

    (void)types;
    (void)n_streams;
    rg_generator_start(&t->generator, &plan);
    return S_OK;
}

static HRESULT tone_fetch(void *state, const void *settings, unsigned stream,
                          struct rg_fetch *ret)
{
    struct tone_state *t = state;
    const struct tone_settings *s = settings;
    struct rg_format format = format_of(s);
    HRESULT hr = rg_generator_fetch(&t->generator, &ret->start);

    (void)stream;
    if (hr == S_OK)
        ret->bytes = (ULONG)(rg_format_bytes(&format) * s->block);
    return hr;
}

/* ---- values --------------------------------------------------------------------------------- */

/* Stores the low bytes of a value; u8 counts from its middle for a sine, from 0 for a ramp. */
static void put_integer(uint8_t *to, int64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static void put_value(uint8_t *to, enum rg_sound sound, int64_t number,
                      const struct tone_settings *s)
{
    int bytes = rg_sound_bytes(sound);
    double turn, value;

    if (sound == RG_SOUND_F32 || !s->ramp) {
        turn = fmod((double)number * s->frequency, s->rate) / s->rate;
        value = s->ramp ? (double)(number & 0xffffff) / 16777216.0
                        : s->level * sin(2 * M_PI * turn);
        if (sound == RG_SOUND_F32) {
            float single = (float)value;

            memcpy(to, &single, sizeof(single));
            return;
        }
        number = (int64_t)rint(value * (double)((1LL << (8 * bytes - 1)) - 1));
        if (sound == RG_SOUND_U8)
            number += 128;
    }
    put_integer(to, number, bytes);
}

static HRESULT tone_fill(void *state, const void *settings, unsigned stream,
                         const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct tone_state *t = state;
    const struct tone_settings *s = settings;
    struct rg_sample_info info;
    struct rg_format format;
    int64_t first, count, room;
    int bytes, one;
    HRESULT hr = rg_format_from_type(type, &format);

    (void)stream;
    if (SUCCEEDED(hr))
        hr = rg_sample_get_info(sample, &info);
    if (FAILED(hr))
        return hr;
    bytes = rg_format_bytes(&format);
    one = rg_sound_bytes(format.sound);
    room = info.size / (ULONG)bytes;
    if (room == 0)
        return VFW_E_BUFFER_OVERFLOW;
    count = rg_generator_take(&t->generator, room < s->block ? room : s->block, sample, &first);
    if (count == 0)
        return S_FALSE;
    for (int64_t i = 0; i < count; i++) {
        uint8_t *to = info.data + i * bytes;

        put_value(to, format.sound, first + i, s);
        for (int c = 1; c < format.channels; c++)
            memcpy(to + (ptrdiff_t)c * one, to, (size_t)one);
    }
    return sample->lpVtbl->SetActualDataLength(sample, (LONG)(count * bytes));
}

static void tone_interrupt(void *state, bool on)
{
    rg_generator_interrupt(&((struct tone_state *)state)->generator, on);
}

static HRESULT tone_duration(void *state, REFERENCE_TIME *ret)
{
    return rg_generator_duration(&((struct tone_state *)state)->generator, ret);
}

static HRESULT tone_seek(void *state, REFERENCE_TIME *position, REFERENCE_TIME stop,
                         double rate)
{
    return rg_generator_seek(&((struct tone_state *)state)->generator, position, stop, rate);
}

const struct rg_source_class rg_tone = {
    .name = "tone",
    .help = "Sine, or a ramp that numbers every sound sample",
    .clsid = { 0x7ea62baa, 0x6b54, 0x48ff, { 0xae, 0x29, 0xf0, 0xaa, 0x88, 0x8c, 0x0d, 0x1e } },
    .state_size = sizeof(struct tone_state),
    .is_set_live = tone_is_live,
    .slowest = 0.01,
    .fastest = 100,
    .settings_size = sizeof(struct tone_settings),
    .options = options,
    .stream_type = tone_stream_type,
    .buffers = tone_buffers,
    .start = tone_start,
    .fetch = tone_fetch,
    .fill = tone_fill,
    .interrupt = tone_interrupt,
    .duration = tone_duration,
    .seek = tone_seek,
};
