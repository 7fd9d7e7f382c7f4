/* SPDX-License-Identifier: MIT */
/* ff/resampler.c - swresample, and an account of samples in and out.
 *
 * One thread at a time per resampler.  Knows: sound samples.  Must not know: times, media
 * samples, filters.
 */
#include "ff/resampler.h"

#include <stdlib.h>

#include <libavutil/channel_layout.h>
#include <libavutil/mathematics.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>

#include "ff/raw.h"

struct ff_resampler {
    struct SwrContext *swr;
    struct ff_sound from, to;
    int64_t in, out; /* samples per channel since the beginning */
};

struct ff_sound ff_sound_of_format(const struct rg_format *format)
{
    return (struct ff_sound){
        .format = ff_sample_format(format->sound),
        .rate = format->sample_rate,
        .channels = format->channels,
        .mask = format->channel_mask,
    };
}

static HRESULT layout_of(const struct ff_sound *sound, AVChannelLayout *ret)
{
    *ret = (AVChannelLayout){ 0 };
    if (sound->mask == 0 || av_channel_layout_from_mask(ret, sound->mask) < 0 ||
        ret->nb_channels != sound->channels) {
        av_channel_layout_uninit(ret);
        av_channel_layout_default(ret, sound->channels);
    }
    return ret->nb_channels == sound->channels ? S_OK : E_INVALIDARG;
}

HRESULT ff_resampler_open(const struct ff_sound *from, const struct ff_sound *to,
                          struct ff_resampler **ret)
{
    AVChannelLayout in, out;
    struct ff_resampler *r;

    if (from->format < 0 || to->format < 0 || from->rate <= 0 || to->rate <= 0 ||
        FAILED(layout_of(from, &in)) || FAILED(layout_of(to, &out)))
        return E_INVALIDARG;
    /* Unnamed speakers on one side only take the other side's names. */
    if (in.nb_channels == out.nb_channels && (from->mask == 0) != (to->mask == 0))
        av_channel_layout_copy(from->mask == 0 ? &in : &out, from->mask == 0 ? &out : &in);
    r = calloc(1, sizeof(*r));
    if (r == NULL)
        return E_OUTOFMEMORY;
    r->from = *from;
    r->to = *to;
    if (swr_alloc_set_opts2(&r->swr, &out, to->format, to->rate, &in, from->format, from->rate,
                            0, NULL) < 0 ||
        swr_init(r->swr) < 0) {
        ff_resampler_close(r);
        return E_INVALIDARG;
    }
    *ret = r;
    return S_OK;
}

void ff_resampler_close(struct ff_resampler *r)
{
    if (r == NULL)
        return;
    swr_free(&r->swr);
    free(r);
}

static int64_t due(const struct ff_resampler *r)
{
    return av_rescale_rnd(r->in, r->to.rate, r->from.rate, AV_ROUND_NEAR_INF);
}

int ff_resampler_room(struct ff_resampler *r, int samples)
{
    int room = swr_get_out_samples(r->swr, samples);
    int64_t rest =
        av_rescale_rnd(r->in + samples, r->to.rate, r->from.rate, AV_ROUND_UP) - r->out;

    return room > rest ? room + 1 : (int)rest + 1;
}

int ff_resampler_run(struct ff_resampler *r, const uint8_t *const *from, int samples,
                     uint8_t **to, int room)
{
    int made = swr_convert(r->swr, to, room, (const uint8_t **)from, samples);

    if (made >= 0) {
        r->in += samples;
        r->out += made;
    }
    return made;
}

int ff_resampler_finish(struct ff_resampler *r, uint8_t **to, int room)
{
    int64_t wanted = due(r) - r->out;
    int made = 0;

    if (wanted > room)
        wanted = room;
    if (wanted > 0) {
        made = swr_convert(r->swr, to, (int)wanted, NULL, 0);
        if (made < 0)
            return made;
        if (made < wanted)
            av_samples_set_silence(to, made, (int)wanted - made, r->to.channels, r->to.format);
        made = (int)wanted;
    }
    ff_resampler_reset(r);
    return made;
}

void ff_resampler_reset(struct ff_resampler *r)
{
    swr_close(r->swr);
    swr_init(r->swr);
    r->in = 0;
    r->out = 0;
}
