/* SPDX-License-Identifier: MIT */
/* ff/encoder_open.c - which encoder, with which options, in which layout; and the type that
 * comes out of it.
 *
 * Any thread.  Knows: libavcodec's encoders and their options.  Must not know: samples, pins.
 */
#define COBJMACROS
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "ff/encoder_internal.h"
#include "ff/error.h"
#include "ff/type.h"
#include "media/type.h"

/* --- which ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *encoder; /* libavcodec's best */
} short_names[] = {
    { "h264", "libx264" }, { "avc", "libx264" },    { "x264", "libx264" },
    { "h265", "libx265" }, { "hevc", "libx265" },   { "x265", "libx265" },
    { "vp8", "libvpx" },   { "vp9", "libvpx-vp9" }, { "av1", "libaom-av1" },
    { "opus", "libopus" }, { "mp3", "libmp3lame" }, { "vorbis", "libvorbis" },
};

static const char *pcm_name(enum rg_sound sound)
{
    switch (sound) {
    case RG_SOUND_U8:
        return "pcm_u8";
    case RG_SOUND_S24:
        return "pcm_s24le";
    case RG_SOUND_S32:
        return "pcm_s32le";
    case RG_SOUND_F32:
        return "pcm_f32le";
    default:
        return "pcm_s16le";
    }
}

static const AVCodec *find_encoder(const struct ff_encoder_settings *settings,
                                   enum rg_kind kind, const struct rg_format *format)
{
    const char *name = settings->codec;
    const AVCodecDescriptor *desc;
    const AVCodec *codec;

    if (name[0] == 0)
        name = kind == RG_KIND_VIDEO ? "h264" : "aac";
    if (strcmp(name, "pcm") == 0 && kind == RG_KIND_AUDIO)
        name = pcm_name(format->sound);
    for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++)
        if (strcmp(short_names[i].name, name) == 0) {
            codec = avcodec_find_encoder_by_name(short_names[i].encoder);
            if (codec != NULL)
                return codec;
        }
    codec = avcodec_find_encoder_by_name(name);
    if (codec != NULL)
        return codec;
    if (strcmp(name, "h265") == 0)
        name = "hevc";
    desc = avcodec_descriptor_get_by_name(name);
    return desc != NULL ? avcodec_find_encoder(desc->id) : NULL;
}

/* SVT-AV1 prints, and never comes back from closing an encoder that was given no picture. */
const AVCodec *ff_encoder_find(const struct ff_encoder_settings *settings, enum rg_kind kind,
                               const struct rg_format *format)
{
    const AVCodec *codec = find_encoder(settings, kind, format);

    return codec != NULL && strcmp(codec->name, "libsvtav1") == 0 ? NULL : codec;
}

HRESULT ff_encoder_check(const struct ff_encoder_settings *settings)
{
    struct rg_format sound = { .kind = RG_KIND_AUDIO, .sound = RG_SOUND_S16 };

    return ff_encoder_find(settings, RG_KIND_AUDIO, &sound) != NULL ? S_OK : E_INVALIDARG;
}

static bool kind_fits(const AVCodec *codec, enum rg_kind kind)
{
    return codec->type == (kind == RG_KIND_VIDEO ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO);
}

HRESULT ff_encoder_accept(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in)
{
    struct rg_format format;
    const AVCodec *codec;
    HRESULT hr = rg_format_from_type(in, &format);

    if (FAILED(hr))
        return hr;
    codec = ff_encoder_find(settings, format.kind, &format);
    if (codec == NULL)
        return VFW_E_NO_DECOMPRESSOR;
    return kind_fits(codec, format.kind) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

/* --- layouts --------------------------------------------------------------------------- */

static bool is_listed(const int *list, int value)
{
    for (; *list != -1; list++)
        if (*list == value)
            return true;
    return false;
}

/* Compressed for people to watch, where players expect 4:2:0. */
static bool is_for_players(enum AVCodecID id)
{
    return id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC || id == AV_CODEC_ID_AV1 ||
           id == AV_CODEC_ID_VP9 || id == AV_CODEC_ID_MPEG2VIDEO;
}

static int pick_pixels(const AVCodec *codec, enum rg_pixels pixels)
{
    const int *list = (const int *)codec->pix_fmts;
    int own = ff_pixel_format(pixels);

    if (list == NULL)
        return own;
    if (codec->id == AV_CODEC_ID_MJPEG && is_listed(list, AV_PIX_FMT_YUVJ420P))
        return AV_PIX_FMT_YUVJ420P; /* JPEG is full range */
    if (is_for_players(codec->id) && own != AV_PIX_FMT_NV12 &&
        is_listed(list, AV_PIX_FMT_YUV420P))
        return AV_PIX_FMT_YUV420P;
    if (is_listed(list, own))
        return own;
    return avcodec_find_best_pix_fmt_of_list(codec->pix_fmts, own, pixels == RG_PIXELS_ARGB32,
                                             NULL);
}

static int pick_samples(const AVCodec *codec, enum rg_sound sound)
{
    const int *list = (const int *)codec->sample_fmts;
    int own = sound == RG_SOUND_S24 ? AV_SAMPLE_FMT_S32 : ff_sample_format(sound);
    int planar = av_get_planar_sample_fmt(own), best = -1;

    if (list == NULL || is_listed(list, own))
        return own;
    if (is_listed(list, planar))
        return planar;
    for (const int *f = list; *f != -1; f++)
        if (best < 0 || av_get_bytes_per_sample(*f) > av_get_bytes_per_sample(best))
            best = *f;
    return best;
}

/* The nearest rate that is not lower, else the highest. */
static int pick_rate(const AVCodec *codec, int rate)
{
    int above = 0, highest = 0;

    if (codec->supported_samplerates == NULL)
        return rate;
    for (const int *r = codec->supported_samplerates; *r != 0; r++) {
        if (*r >= rate && (above == 0 || *r < above))
            above = *r;
        if (*r > highest)
            highest = *r;
    }
    return above != 0 ? above : highest;
}

static HRESULT set_channels(AVCodecContext *c, const struct rg_format *format)
{
    const AVChannelLayout *list = c->codec->ch_layouts;

    if (format->channel_mask == 0 ||
        av_channel_layout_from_mask(&c->ch_layout, format->channel_mask) < 0 ||
        c->ch_layout.nb_channels != format->channels) {
        av_channel_layout_uninit(&c->ch_layout);
        av_channel_layout_default(&c->ch_layout, format->channels);
    }
    if (list == NULL)
        return S_OK;
    for (const AVChannelLayout *l = list; l->nb_channels != 0; l++)
        if (av_channel_layout_compare(l, &c->ch_layout) == 0)
            return S_OK;
    for (const AVChannelLayout *l = list; l->nb_channels != 0; l++)
        if (l->nb_channels == format->channels)
            return av_channel_layout_copy(&c->ch_layout, l) < 0 ? E_OUTOFMEMORY : S_OK;
    return VFW_E_TYPE_NOT_ACCEPTED;
}

/* --- opening --------------------------------------------------------------------------- */

static AVRational video_time_base(const AVCodec *codec, AVRational rate)
{
    AVRational base = ff_time_base_of(rate);

    if (codec->supported_framerates != NULL || codec->id == AV_CODEC_ID_MPEG4 ||
        codec->id == AV_CODEC_ID_H263 || codec->id == AV_CODEC_ID_H263P) {
        AVRational plain = rate.num > 0 ? rate : (AVRational){ 25, 1 };

        if (codec->supported_framerates != NULL)
            plain = codec->supported_framerates[av_find_nearest_q_idx(
                plain, codec->supported_framerates)];
        if (plain.num > 65535)
            av_reduce(&plain.num, &plain.den, plain.num, plain.den, 65535);
        base = av_inv_q(plain);
    }
    return base;
}

static HRESULT video_setup(AVCodecContext *c, const struct rg_format *format)
{
    AVRational rate = ff_rate_of(format->frame_time);

    if (format->rate_num > 0 && format->rate_den > 0)
        rate = (AVRational){ format->rate_num, format->rate_den };
    c->width = format->width;
    c->height = format->height;
    c->pix_fmt = pick_pixels(c->codec, format->pixels);
    if (c->pix_fmt == AV_PIX_FMT_NONE)
        return VFW_E_TYPE_NOT_ACCEPTED;
    c->framerate = rate.num > 0 ? rate : (AVRational){ 0, 1 };
    c->time_base = video_time_base(c->codec, rate);
    if (format->aspect_x > 0 && format->aspect_y > 0)
        av_reduce(&c->sample_aspect_ratio.num, &c->sample_aspect_ratio.den,
                  (int64_t)format->aspect_x * format->height,
                  (int64_t)format->aspect_y * format->width, 255);
    return S_OK;
}

static HRESULT audio_setup(AVCodecContext *c, const struct rg_format *format)
{
    c->sample_rate = pick_rate(c->codec, format->sample_rate);
    c->sample_fmt = pick_samples(c->codec, format->sound);
    c->time_base = (AVRational){ 1, c->sample_rate };
    if (c->sample_fmt == AV_SAMPLE_FMT_NONE || c->sample_rate <= 0)
        return VFW_E_TYPE_NOT_ACCEPTED;
    if (format->sound == RG_SOUND_S24)
        c->bits_per_raw_sample = 24;
    return set_channels(c, format);
}

static void set_text(AVDictionary **options, const char *name, const char *value)
{
    if (value[0] != 0)
        av_dict_set(options, name, value, 0);
}

/* libx264 prints about a preset that it does not know before anybody can stop it. */
static bool preset_is_known(const AVCodec *codec, const char *preset)
{
    static const char *const presets[] = {
        "ultrafast", "superfast", "veryfast", "faster",   "fast",
        "medium",    "slow",      "slower",   "veryslow", "placebo",
    };

    if (preset[0] == 0 || strcmp(codec->name, "libx264") != 0)
        return true;
    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
        if (strcmp(presets[i], preset) == 0)
            return true;
    return false;
}

static bool tune_is_known(const AVCodec *codec, const char *tune)
{
    static const char *const tunes[] = {
        "film", "animation",  "grain",       "stillimage", "psnr",
        "ssim", "fastdecode", "zerolatency", "touhou",
    };

    if (strcmp(codec->name, "libx264") != 0)
        return true;
    while (*tune != 0) {
        size_t length = strcspn(tune, ",");
        bool known = false;

        for (size_t i = 0; i < sizeof(tunes) / sizeof(tunes[0]); i++)
            known |= strlen(tunes[i]) == length && strncmp(tunes[i], tune, length) == 0;
        if (!known)
            return false;
        tune += length + (tune[length] == ',');
    }
    return true;
}

/* The settings as libavcodec options.  E_INVALIDARG: settings->options does not parse. */
static HRESULT options_of(const struct ff_encoder_settings *s, const AVCodec *codec,
                          bool is_probe, AVDictionary **ret)
{
    AVDictionary *options = NULL;

    if (!preset_is_known(codec, s->preset) || !tune_is_known(codec, s->tune))
        return E_INVALIDARG;
    set_text(&options, "preset", s->preset);
    set_text(&options, "tune", s->tune);
    set_text(&options, "profile", s->profile);
    set_text(&options, "b", s->bitrate);
    if (s->crf >= 0) {
        char text[32];

        snprintf(text, sizeof(text), "%g", s->crf);
        av_dict_set(&options, "crf", text, 0);
    }
    if (s->gop >= 0)
        av_dict_set_int(&options, "g", s->gop, 0);
    if (strcmp(codec->name, "libx265") == 0)
        av_dict_set(&options, "x265-params", "log-level=none", 0);
    if (s->options[0] != 0 && av_dict_parse_string(&options, s->options, "=", ":", 0) < 0) {
        av_dict_free(&options);
        return E_INVALIDARG;
    }
    if (is_probe)
        av_dict_set_int(&options, "threads", 1, 0);
    else if (av_dict_get(options, "threads", NULL, 0) == NULL)
        av_dict_set_int(&options, "threads", s->threads, 0);
    *ret = options;
    return S_OK;
}

HRESULT ff_encoder_codec_open(const struct ff_encoder_settings *settings,
                              const struct rg_format *format, bool is_probe,
                              AVCodecContext **ret)
{
    const AVCodec *codec = ff_encoder_find(settings, format->kind, format);
    AVDictionary *options = NULL;
    AVCodecContext *c;
    HRESULT hr;
    int result;

    ff_be_quiet();
    if (codec == NULL)
        return VFW_E_NO_DECOMPRESSOR;
    if (!kind_fits(codec, format->kind))
        return VFW_E_TYPE_NOT_ACCEPTED;
    c = avcodec_alloc_context3(codec);
    if (c == NULL)
        return E_OUTOFMEMORY;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    hr = format->kind == RG_KIND_VIDEO ? video_setup(c, format) : audio_setup(c, format);
    if (SUCCEEDED(hr))
        hr = options_of(settings, codec, is_probe, &options);
    if (SUCCEEDED(hr)) {
        result = avcodec_open2(c, codec, &options);
        hr = result == AVERROR_EXTERNAL ? E_INVALIDARG : ff_error(result);
        if (SUCCEEDED(hr) && av_dict_count(options) > 0)
            hr = E_INVALIDARG;
    }
    av_dict_free(&options);
    if (FAILED(hr)) {
        avcodec_free_context(&c);
        return hr;
    }
    *ret = c;
    return S_OK;
}

/* --- the output type, remembered ------------------------------------------------------- */

enum { ANSWERS = 8 };

struct answer {
    struct ff_encoder_settings settings;
    AM_MEDIA_TYPE in, out;
};

static pthread_mutex_t answers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct answer *answers[ANSWERS]; /* under answers_lock */
static unsigned next_answer;

static void answer_free(struct answer *a)
{
    if (a == NULL)
        return;
    rg_type_clear(&a->in);
    rg_type_clear(&a->out);
    free(a);
}

__attribute__((destructor)) static void answers_free(void)
{
    for (unsigned i = 0; i < ANSWERS; i++) {
        answer_free(answers[i]);
        answers[i] = NULL;
    }
}

static bool settings_equal(const struct ff_encoder_settings *a,
                           const struct ff_encoder_settings *b)
{
    return strcmp(a->codec, b->codec) == 0 && strcmp(a->preset, b->preset) == 0 &&
           strcmp(a->tune, b->tune) == 0 && strcmp(a->profile, b->profile) == 0 &&
           strcmp(a->bitrate, b->bitrate) == 0 && strcmp(a->options, b->options) == 0 &&
           a->crf == b->crf && a->gop == b->gop && a->threads == b->threads;
}

/* S_FALSE: nobody asked before. */
static HRESULT answer_find(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in,
                           AM_MEDIA_TYPE *ret)
{
    HRESULT hr = S_FALSE;

    pthread_mutex_lock(&answers_lock);
    for (unsigned i = 0; i < ANSWERS && hr == S_FALSE; i++)
        if (answers[i] != NULL && rg_type_equal(&answers[i]->in, in) &&
            settings_equal(&answers[i]->settings, settings))
            hr = rg_type_copy(ret, &answers[i]->out);
    pthread_mutex_unlock(&answers_lock);
    return hr;
}

static void answer_keep(const struct ff_encoder_settings *settings, const AM_MEDIA_TYPE *in,
                        const AM_MEDIA_TYPE *out)
{
    struct answer *a = calloc(1, sizeof(*a)), *old = a;

    if (a == NULL)
        return;
    a->settings = *settings;
    if (SUCCEEDED(rg_type_copy(&a->in, in)) && SUCCEEDED(rg_type_copy(&a->out, out))) {
        pthread_mutex_lock(&answers_lock);
        old = answers[next_answer];
        answers[next_answer] = a;
        next_answer = (next_answer + 1) % ANSWERS;
        pthread_mutex_unlock(&answers_lock);
    }
    answer_free(old);
}

HRESULT ff_encoder_output_type(const struct ff_encoder_settings *settings,
                               const AM_MEDIA_TYPE *in, AM_MEDIA_TYPE *ret)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    AVCodecContext *codec = NULL;
    struct rg_format format;
    HRESULT hr = rg_format_from_type(in, &format);

    if (SUCCEEDED(hr))
        hr = par == NULL ? E_OUTOFMEMORY : answer_find(settings, in, ret);
    if (hr == S_FALSE) {
        hr = ff_encoder_codec_open(settings, &format, true, &codec);
        if (SUCCEEDED(hr) && avcodec_parameters_from_context(par, codec) < 0)
            hr = E_OUTOFMEMORY;
        if (SUCCEEDED(hr))
            hr = ff_type_from_codecpar(par, codec->framerate, ret);
        if (SUCCEEDED(hr))
            answer_keep(settings, in, ret);
    }
    avcodec_free_context(&codec);
    avcodec_parameters_free(&par);
    return hr;
}
