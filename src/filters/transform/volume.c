/* SPDX-License-Identifier: MIT */
/* volume.c - louder, softer or silent; integer sound saturates, a gain of one changes no bit.
 *
 * Runs: on the thread of whoever delivers.
 * Knows: sound samples.  Must not know: pins, threads, graphs, reference counts.
 */
#include "base/transform.h"

#include <math.h>

struct volume_settings {
    double gain;
    double db;
    bool mute;
    int ramp_ms;
};

static const struct rg_option options[] = {
    RG_DOUBLE(struct volume_settings, gain, 1, 0, 1000, "factor; 1 leaves the sound as it is"),
    RG_DOUBLE(struct volume_settings, db, 0, -200, 60, "the same in decibels, on top of gain"),
    RG_BOOL(struct volume_settings, mute, false, "silence"),
    RG_INT(struct volume_settings, ramp_ms, 0, 0, 10000,
           "milliseconds in which a new gain is reached, so that it doesn't click"),
    RG_OPTIONS_END,
};

struct volume_state {
    bool is_primed; /* current and target hold a gain */
    double current, target;
    double step; /* change of current per sample while left > 0 */
    int left;    /* samples per channel until target is reached */
};

static HRESULT volume_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_AUDIO ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static double wanted_gain(const struct volume_settings *s)
{
    return s->mute ? 0 : s->gain * pow(10, s->db / 20);
}

/* ---- values ------------------------------------------------------------------------------------ */

static int32_t scale(int32_t value, double gain, double least, double most)
{
    double scaled = rint(value * gain);

    return (int32_t)(scaled < least ? least : scaled > most ? most : scaled);
}

static void scale_s16(uint8_t *data, int values, double gain)
{
    int16_t *p = (int16_t *)(void *)data;
    float factor = (float)gain;

    for (int i = 0; i < values; i++) {
        float scaled = rintf(p[i] * factor);

        p[i] = (int16_t)(scaled < INT16_MIN   ? INT16_MIN
                         : scaled > INT16_MAX ? INT16_MAX
                                              : scaled);
    }
}

static void scale_s24(uint8_t *p, int values, double gain)
{
    for (int i = 0; i < values; i++, p += 3) {
        int32_t value =
            (int32_t)((uint32_t)p[0] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 24) / 256;
        uint32_t scaled = (uint32_t)scale(value, gain, -8388608, 8388607);

        p[0] = (uint8_t)scaled;
        p[1] = (uint8_t)(scaled >> 8);
        p[2] = (uint8_t)(scaled >> 16);
    }
}

static void scale_values(enum rg_sound sound, uint8_t *data, int values, double gain)
{
    int32_t *s32 = (int32_t *)(void *)data;
    float *f32 = (float *)(void *)data;

    switch (sound) {
    case RG_SOUND_U8:
        for (int i = 0; i < values; i++)
            data[i] = (uint8_t)(128 + scale(data[i] - 128, gain, -128, 127));
        break;
    case RG_SOUND_S16:
        scale_s16(data, values, gain);
        break;
    case RG_SOUND_S24:
        scale_s24(data, values, gain);
        break;
    case RG_SOUND_S32:
        for (int i = 0; i < values; i++)
            s32[i] = scale(s32[i], gain, INT32_MIN, INT32_MAX);
        break;
    default:
        for (int i = 0; i < values; i++)
            f32[i] *= (float)gain;
        break;
    }
}

/* ---- the way from one gain to the next --------------------------------------------------------- */

static void aim(struct volume_state *v, const struct volume_settings *s, int sample_rate)
{
    double wanted = wanted_gain(s);

    if (v->is_primed && wanted == v->target)
        return;
    v->left = v->is_primed ? (int)((int64_t)sample_rate * s->ramp_ms / 1000) : 0;
    v->target = wanted;
    if (v->left == 0)
        v->current = wanted;
    else
        v->step = (wanted - v->current) / v->left;
    v->is_primed = true;
}

static HRESULT volume_frame(void *state, const void *settings, struct rg_frame *frame)
{
    struct volume_state *v = state;
    const struct rg_format *f = frame->format;
    int bytes = rg_sound_bytes(f->sound) * f->channels;
    uint8_t *data = frame->sound;
    int frames = frame->sound_frames;

    aim(v, settings, f->sample_rate);
    for (; v->left > 0 && frames > 0; frames--, data += bytes) {
        v->current = --v->left == 0 ? v->target : v->current + v->step;
        scale_values(f->sound, data, f->channels, v->current);
    }
    if (v->current != 1)
        scale_values(f->sound, data, frames * f->channels, v->current);
    return S_OK;
}

/* After a flush or a stop the first gain holds at once. */
static void volume_reset(void *state)
{
    struct volume_state *v = state;

    v->is_primed = false;
    v->left = 0;
}

const struct rg_transform_class rg_volume = {
    .name = "volume",
    .help = "Louder, softer or silent sound",
    .clsid = { 0xd37e7b40, 0x3baf, 0x4301, { 0x87, 0x44, 0xb5, 0xd4, 0x0d, 0xfb, 0xa1, 0x04 } },
    .input_types = rg_types_audio,
    .state_size = sizeof(struct volume_state),
    .settings_size = sizeof(struct volume_settings),
    .options = options,
    .accept = volume_accept,
    .frame = volume_frame,
    .reset = volume_reset,
    .stop = volume_reset,
};
