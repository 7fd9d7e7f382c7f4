/* SPDX-License-Identifier: MIT */
/* ff/demuxer.c - a container: opening it, its streams, its length.
 *
 * Control threads, while nobody fetches.
 * Knows: libavformat's opening.  Must not know: jumping (demuxer_seek.c), queues (demuxer_queue.c),
 * pins.
 */
#define COBJMACROS
#include "ff/demuxer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>

#include "ff/demuxer_internal.h"
#include "ff/error.h"
#include "ff/raw.h"
#include "ff/type.h"
#include "media/type.h"

#define TENTH_US ((AVRational){ 1, 10000000 })

struct ff_demuxer *ff_demuxer_new(void)
{
    struct ff_demuxer *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return NULL;
    pthread_mutex_init(&d->reader_lock, NULL);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    d->stop = -1;
    d->rate = 1;
    return d;
}

void ff_demuxer_free(struct ff_demuxer *d)
{
    if (d == NULL)
        return;
    ff_demuxer_close(d);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->reader_lock);
    free(d);
}

/* Whose bytes are read from now on.  One that goes is not left flushing. */
static void set_reader(struct ff_demuxer *d, IAsyncReader *reader)
{
    pthread_mutex_lock(&d->reader_lock);
    if (d->reader != NULL && atomic_load(&d->is_interrupted))
        IAsyncReader_EndFlush(d->reader);
    d->reader = reader;
    pthread_mutex_unlock(&d->reader_lock);
}

void ff_demuxer_close(struct ff_demuxer *d)
{
    set_reader(d, NULL);
    ff_queues_clear(d);
    avformat_close_input(&d->context);
    ff_reader_io_free(&d->io);
    free(d->streams);
    free(d->stream_of);
    d->streams = NULL;
    d->stream_of = NULL;
    d->n_streams = 0;
    d->position = 0;
    d->stop = -1;
    d->rate = 1;
    d->is_moved = false;
    d->has_ended = false;
    d->error = S_OK;
}

/* --- opening --------------------------------------------------------------------------- */

static int is_interrupted(void *opaque)
{
    struct ff_demuxer *d = opaque;

    return atomic_load(&d->is_interrupted);
}

static bool has_pin(const AVStream *s)
{
    const AVCodecParameters *par = s->codecpar;

    if (s->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return false;
    if (par->codec_type == AVMEDIA_TYPE_VIDEO)
        return par->codec_id != AV_CODEC_ID_NONE && par->width > 0 && par->height > 0;
    return par->codec_type == AVMEDIA_TYPE_AUDIO && par->codec_id != AV_CODEC_ID_NONE &&
           par->sample_rate > 0 && par->ch_layout.nb_channels > 0;
}

static HRESULT find_streams(struct ff_demuxer *d)
{
    unsigned n = d->context->nb_streams;

    d->streams = calloc(n + 1, sizeof(*d->streams));
    d->stream_of = calloc(n + 1, sizeof(*d->stream_of));
    if (d->streams == NULL || d->stream_of == NULL)
        return E_OUTOFMEMORY;
    for (unsigned i = 0; i < n; i++) {
        AVStream *s = d->context->streams[i];

        d->stream_of[i] = UINT_MAX;
        s->discard = AVDISCARD_ALL;
        if (!has_pin(s))
            continue;
        d->stream_of[i] = d->n_streams;
        d->streams[d->n_streams++] = (struct demux_stream){ .av = s, .is_discontinuity = true };
    }
    return d->n_streams > 0 ? S_OK : VFW_E_NO_TYPES;
}

static HRESULT open_input(struct ff_demuxer *d, const char *location, const char *format,
                          AVDictionary **options)
{
    const AVInputFormat *input = NULL;
    int result;

    if (format[0] != 0) {
        input = av_find_input_format(format);
        if (input == NULL)
            return E_INVALIDARG;
    }
    d->context = avformat_alloc_context();
    if (d->context == NULL)
        return E_OUTOFMEMORY;
    d->context->interrupt_callback = (AVIOInterruptCB){ is_interrupted, d };
    d->context->pb = d->io;
    result = avformat_open_input(&d->context, location, input, options);
    if (result < 0)
        return ff_error_open(result);
    if (av_dict_count(*options) > 0)
        return E_INVALIDARG;
    result = avformat_find_stream_info(d->context, NULL);
    if (result == AVERROR_EXIT || result == AVERROR(ENOMEM))
        return ff_error(result);
    return d->context->nb_streams > 0 ? find_streams(d) : VFW_E_INVALID_FILE_FORMAT;
}

static HRESULT open_common(struct ff_demuxer *d, const char *location, const char *format,
                           const char *options)
{
    AVDictionary *parsed = NULL;
    HRESULT hr = S_OK;

    ff_be_quiet();
    if (options[0] != 0 && av_dict_parse_string(&parsed, options, "=", ":", 0) < 0)
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        hr = open_input(d, location, format, &parsed);
    av_dict_free(&parsed);
    if (FAILED(hr)) {
        ff_demuxer_close(d);
        return hr;
    }
    if (d->context->start_time != AV_NOPTS_VALUE)
        d->origin = d->context->start_time * 10;
    else
        d->origin = 0;
    if (strstr(d->context->iformat->name, "mp4") != NULL)
        ff_mp4_find_ends(d);
    return S_OK;
}

HRESULT ff_demuxer_open(struct ff_demuxer *d, const char *location, const char *format,
                        const char *options)
{
    if (location == NULL)
        return E_POINTER;
    ff_demuxer_close(d);
    return open_common(d, location, format, options);
}

HRESULT ff_demuxer_open_reader(struct ff_demuxer *d, IAsyncReader *reader, const char *format,
                               const char *options)
{
    if (reader == NULL)
        return E_POINTER;
    ff_demuxer_close(d);
    d->io = ff_reader_io_new(reader);
    if (d->io == NULL)
        return E_OUTOFMEMORY;
    set_reader(d, reader);
    return open_common(d, NULL, format, options);
}

bool ff_demuxer_is(const struct ff_demuxer *d, const char *formats)
{
    return d->context != NULL && av_match_name(d->context->iformat->name, formats) != 0;
}

/* --- what is in it --------------------------------------------------------------------- */

unsigned ff_demuxer_streams(const struct ff_demuxer *d)
{
    return d->n_streams;
}

void ff_demuxer_stream_name(const struct ff_demuxer *d, unsigned stream, char *name,
                            unsigned size)
{
    enum AVMediaType kind;
    unsigned number = 0;

    if (size == 0)
        return;
    name[0] = 0;
    if (stream >= d->n_streams)
        return;
    kind = d->streams[stream].av->codecpar->codec_type;
    for (unsigned i = 0; i < stream; i++)
        if (d->streams[i].av->codecpar->codec_type == kind)
            number++;
    snprintf(name, size, "%s %u", kind == AVMEDIA_TYPE_VIDEO ? "Video" : "Audio", number);
}

AVRational ff_demuxer_frame_rate(const struct ff_demuxer *d, const AVStream *s)
{
    AVRational rate = av_guess_frame_rate(d->context, (AVStream *)s, NULL);

    if (rate.num <= 0 || rate.den <= 0 || av_q2d(rate) > 1000)
        return (AVRational){ 0, 1 };
    return rate;
}

HRESULT ff_demuxer_stream_type(const struct ff_demuxer *d, unsigned stream, AM_MEDIA_TYPE *ret)
{
    AVCodecParameters *par;
    const AVStream *s;
    AVRational aspect;
    HRESULT hr;

    if (stream >= d->n_streams)
        return E_INVALIDARG;
    s = d->streams[stream].av;
    par = avcodec_parameters_alloc();
    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = avcodec_parameters_copy(par, s->codecpar) < 0 ? E_OUTOFMEMORY : S_OK;
    aspect = av_guess_sample_aspect_ratio(d->context, (AVStream *)s, NULL);
    if (aspect.num > 0 && aspect.den > 0)
        par->sample_aspect_ratio = aspect;
    par->initial_padding = 0; /* packets say what to skip */
    par->trailing_padding = 0;
    if (SUCCEEDED(hr))
        hr = ff_type_from_codecpar(par, ff_demuxer_frame_rate(d, s), ret);
    avcodec_parameters_free(&par);
    return hr;
}

ULONG ff_demuxer_sample_bytes(const struct ff_demuxer *d, unsigned stream)
{
    const AVCodecParameters *par;
    int64_t bytes;

    if (stream >= d->n_streams)
        return 0;
    par = d->streams[stream].av->codecpar;
    if (par->codec_type == AVMEDIA_TYPE_AUDIO)
        return 16 << 10;
    bytes = (int64_t)par->width * par->height / 2;
    return bytes > 8 << 20 ? 8 << 20 : bytes < 64 << 10 ? 64 << 10 : (ULONG)bytes;
}

HRESULT ff_demuxer_duration(const struct ff_demuxer *d, REFERENCE_TIME *ret)
{
    if (d->context == NULL)
        return VFW_E_NOT_CONNECTED;
    if (d->context->duration == AV_NOPTS_VALUE || d->context->duration <= 0)
        return E_NOTIMPL;
    *ret = d->context->duration * 10;
    return S_OK;
}

/* --- beginning ------------------------------------------------------------------------- */

static bool wants_keys_alone(const struct ff_demuxer *d, const struct demux_stream *s)
{
    return d->rate > FF_FASTEST_WHOLE && s->av->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

/* A container that can leaves out what nobody wants. */
static void tell_wanted(struct ff_demuxer *d)
{
    for (unsigned i = 0; i < d->n_streams; i++) {
        struct demux_stream *s = &d->streams[i];

        s->keys_alone = wants_keys_alone(d, s);
        s->av->discard = !s->is_wanted   ? AVDISCARD_ALL
                         : s->keys_alone ? AVDISCARD_NONKEY
                                         : AVDISCARD_DEFAULT;
    }
}

void ff_demuxer_set_rate(struct ff_demuxer *d, double rate)
{
    d->rate = rate;
    tell_wanted(d);
}

HRESULT ff_demuxer_start(struct ff_demuxer *d, const bool *wanted, unsigned n)
{
    if (d->context == NULL)
        return VFW_E_NOT_CONNECTED;
    for (unsigned i = 0; i < d->n_streams; i++)
        d->streams[i].is_wanted = i < n && wanted[i];
    tell_wanted(d);
    /* what has been sought while nobody knew which streams are wanted is not sought for good */
    if (d->is_moved || d->position > 0)
        (void)ff_demuxer_jump(d); /* what can not go back goes on from where it is */
    return S_OK;
}
