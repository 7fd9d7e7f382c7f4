/* SPDX-License-Identifier: MIT */
/* ff/muxer.c - a container being written: inputs, header, order over all inputs, trailer.
 *
 * One thread at a time.
 * Knows: libavformat's writing calls.  Must not know: pins, how samples become packets
 * (muxer_times.c).
 */
#define COBJMACROS
#include "ff/muxer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/mathematics.h>

#include "ff/error.h"
#include "ff/muxer_internal.h"
#include "ff/raw.h"
#include "ff/type.h"
#include "media/format.h"
#include "media/sample.h"

enum { MAX_WAITING_BYTES = 256 << 20, MAX_INPUTS = 256 };

struct ff_muxer *ff_muxer_new(void)
{
    return calloc(1, sizeof(struct ff_muxer));
}

struct mux_packet *ff_mux_input_take(struct ff_muxer *m, struct mux_input *input)
{
    struct mux_packet *p = input->head;

    input->head = p->next;
    if (input->head == NULL)
        input->tail = NULL;
    m->waiting_bytes -= (size_t)p->packet->size;
    return p;
}

void ff_mux_input_clear(struct ff_muxer *m, struct mux_input *input)
{
    while (input->head != NULL)
        ff_mux_packet_free(ff_mux_input_take(m, input));
}

static void file_close(struct ff_muxer *m)
{
    for (unsigned i = 0; i < m->n_inputs; i++) {
        ff_mux_input_clear(m, &m->inputs[i]);
        m->inputs[i].stream = NULL;
    }
    if (m->context == NULL)
        return;
    (void)ff_mux_io_close(m);
    avformat_free_context(m->context);
    m->context = NULL;
    m->has_header = false;
}

/* With the trailer, which frees what the container holds. */
static void file_drop(struct ff_muxer *m)
{
    if (m->has_header)
        av_write_trailer(m->context);
    file_close(m);
}

void ff_muxer_abandon(struct ff_muxer *m)
{
    if (m->context != NULL && m->context->pb != NULL)
        m->context->pb->error = AVERROR(ECANCELED); /* nothing is written any more */
    file_drop(m);
}

void ff_muxer_free(struct ff_muxer *m)
{
    if (m == NULL)
        return;
    file_drop(m);
    for (unsigned i = 0; i < m->n_inputs; i++)
        avcodec_parameters_free(&m->inputs[i].par);
    free(m->inputs);
    free(m->path);
    free(m->format);
    free(m);
}

/* --- where to and what ----------------------------------------------------------------- */

static const AVOutputFormat *container_of(const char *path, const char *format)
{
    if (format != NULL && format[0] != 0) {
        const AVOutputFormat *named = av_guess_format(format, NULL, NULL);
        char file[80];

        if (named != NULL)
            return named;
        /* people say mkv and ts, libavformat matroska and mpegts */
        snprintf(file, sizeof(file), "x.%s", format);
        return av_guess_format(NULL, file, NULL);
    }
    return path != NULL ? av_guess_format(NULL, path, NULL) : NULL;
}

/* path NULL: no file. */
static HRESULT set_place(struct ff_muxer *m, const char *path, const char *format)
{
    char *new_path, *new_format;

    if (m->context != NULL)
        return VFW_E_NOT_STOPPED;
    ff_be_quiet();
    if (container_of(path, format) == NULL)
        return VFW_E_UNKNOWN_FILE_TYPE;
    new_path = path != NULL ? strdup(path) : NULL;
    new_format = strdup(format);
    if ((path != NULL && new_path == NULL) || new_format == NULL) {
        free(new_path);
        free(new_format);
        return E_OUTOFMEMORY;
    }
    free(m->path);
    free(m->format);
    m->path = new_path;
    m->format = new_format;
    return S_OK;
}

HRESULT ff_muxer_set_target(struct ff_muxer *m, const char *path, const char *format)
{
    if (path == NULL || format == NULL)
        return E_POINTER;
    return set_place(m, path, format);
}

HRESULT ff_muxer_set_output(struct ff_muxer *m, const struct ff_muxer_output *output,
                            const char *format)
{
    HRESULT hr;

    if (output == NULL || format == NULL)
        return E_POINTER;
    hr = set_place(m, NULL, format);
    if (SUCCEEDED(hr))
        m->io.output = *output;
    return hr;
}

void ff_muxer_set_unordered(struct ff_muxer *m, bool on)
{
    m->is_unordered = on;
}

bool ff_muxer_is_open(const struct ff_muxer *m)
{
    return m->context != NULL;
}

HRESULT ff_muxer_accept(const AM_MEDIA_TYPE *type)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    HRESULT hr;

    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = ff_codecpar_from_type(type, par, NULL);
    avcodec_parameters_free(&par);
    return hr;
}

/* S_OK if the container takes the codec, has a tag for it, or does not say. */
static HRESULT container_takes(const struct ff_muxer *m, enum AVCodecID id)
{
    const AVOutputFormat *container = container_of(m->path, m->format);
    unsigned tag;

    if (container == NULL || avformat_query_codec(container, id, FF_COMPLIANCE_NORMAL) != 0)
        return S_OK;
    if (container->codec_tag != NULL && av_codec_get_tag2(container->codec_tag, id, &tag) != 0)
        return S_OK;
    return VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT inputs_grow(struct ff_muxer *m, unsigned n)
{
    struct mux_input *bigger;

    if (n <= m->n_inputs)
        return S_OK;
    if (n > MAX_INPUTS)
        return VFW_E_TYPE_NOT_ACCEPTED;
    bigger = realloc(m->inputs, n * sizeof(*bigger));
    if (bigger == NULL)
        return E_OUTOFMEMORY;
    memset(bigger + m->n_inputs, 0, (n - m->n_inputs) * sizeof(*bigger));
    m->inputs = bigger;
    m->n_inputs = n;
    return S_OK;
}

static bool goes_on(const AVCodecParameters *before, const AVCodecParameters *now)
{
    return before->codec_id == now->codec_id && before->width == now->width &&
           before->height == now->height && before->format == now->format &&
           before->sample_rate == now->sample_rate &&
           before->ch_layout.nb_channels == now->ch_layout.nb_channels;
}

/* A stream of the open file that nobody feeds any more and that par can go on with. */
static struct mux_input *find_orphan(struct ff_muxer *m, unsigned input,
                                     const AVCodecParameters *par)
{
    for (unsigned i = 0; i <= m->n_inputs; i++) {
        struct mux_input *x = &m->inputs[i == 0 ? input : i - 1]; /* its own first */

        if (x->stream != NULL && (!x->is_joined || i == 0) && goes_on(x->par, par))
            return x;
    }
    return NULL;
}

static bool headers_equal(const AVCodecParameters *a, const AVCodecParameters *b)
{
    return a->extradata_size == b->extradata_size &&
           (a->extradata_size <= 0 ||
            memcmp(a->extradata, b->extradata, (size_t)a->extradata_size) == 0);
}

HRESULT ff_muxer_follows(const AM_MEDIA_TYPE *from, const AM_MEDIA_TYPE *to)
{
    AVCodecParameters *before, *now;
    struct rg_format raw_before, raw_now;
    HRESULT hr;

    /* a picture that lies otherwise would have to be told */
    if (SUCCEEDED(ff_mux_raw_read(from, &raw_before)))
        return SUCCEEDED(ff_mux_raw_read(to, &raw_now)) &&
                       rg_format_equal(&raw_before, &raw_now)
                   ? S_OK
                   : VFW_E_TYPE_NOT_ACCEPTED;
    before = avcodec_parameters_alloc();
    now = avcodec_parameters_alloc();
    hr = before != NULL && now != NULL ? S_OK : E_OUTOFMEMORY;

    if (SUCCEEDED(hr))
        hr = ff_codecpar_from_type(from, before, NULL);
    if (SUCCEEDED(hr))
        hr = ff_codecpar_from_type(to, now, NULL);
    if (SUCCEEDED(hr) && !goes_on(before, now))
        hr = VFW_E_TYPE_NOT_ACCEPTED;
    avcodec_parameters_free(&before);
    avcodec_parameters_free(&now);
    return hr;
}

/* Gives a stream of the open file to the input.  New headers of the codec go into the packets.
 * */
static HRESULT take_over(struct ff_muxer *m, unsigned input, AVCodecParameters *par,
                         AVRational rate, const struct rg_format *raw)
{
    struct mux_input *orphan = find_orphan(m, input, par), *mine = &m->inputs[input];

    if (orphan == NULL)
        return VFW_E_NOT_STOPPED;
    if (orphan != mine) {
        struct mux_input swapped = *mine;

        *mine = *orphan;
        *orphan = swapped;
    }
    /* those of the file count no more, also for an encoder that comes back to them */
    if (!headers_equal(mine->par, par)) {
        mine->has_new_headers = true;
        mine->headers_are_told = false;
    }
    avcodec_parameters_free(&mine->par);
    mine->par = par;
    mine->rate = rate;
    mine->is_raw = raw != NULL;
    if (raw != NULL)
        mine->raw = *raw;
    mine->is_joined = true;
    mine->has_ended = false;
    return S_OK;
}

HRESULT ff_muxer_join(struct ff_muxer *m, unsigned input, const AM_MEDIA_TYPE *type)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    struct rg_format raw = { .kind = RG_KIND_NONE };
    AVRational rate = { 0, 1 };
    bool is_raw = false;
    HRESULT hr;

    if (par == NULL)
        return E_OUTOFMEMORY;
    hr = ff_codecpar_from_type(type, par, &rate);
    if (hr == VFW_E_TYPE_NOT_ACCEPTED && m->takes_raw) {
        hr = ff_mux_raw_read(type, &raw);
        is_raw = SUCCEEDED(hr);
        if (is_raw)
            ff_mux_raw_parameters(&raw, par, &rate);
    }
    if (SUCCEEDED(hr))
        hr = container_takes(m, par->codec_id);
    if (SUCCEEDED(hr))
        hr = inputs_grow(m, input + 1);
    if (SUCCEEDED(hr) && m->context != NULL) {
        hr = take_over(m, input, par, rate, is_raw ? &raw : NULL);
    } else if (SUCCEEDED(hr)) {
        avcodec_parameters_free(&m->inputs[input].par);
        m->inputs[input] = (struct mux_input){
            .par = par, .rate = rate, .is_raw = is_raw, .raw = raw, .is_joined = true
        };
    }
    if (FAILED(hr))
        avcodec_parameters_free(&par);
    return hr;
}

/* --- the file -------------------------------------------------------------------------- */

static HRESULT stream_make(struct ff_muxer *m, struct mux_input *input)
{
    AVStream *s = avformat_new_stream(m->context, NULL);
    AVCodecParameters *par = input->par;

    if (s == NULL || avcodec_parameters_copy(s->codecpar, par) < 0)
        return E_OUTOFMEMORY;
    if (!input->is_raw)
        s->codecpar->codec_tag = 0; /* the container has its own */
    /* avi takes H.264 behind lengths by this name alone; by its own it wants start codes */
    if (par->codec_id == AV_CODEC_ID_H264 && par->extradata_size > 0 &&
        par->extradata[0] == 1 && strcmp(m->context->oformat->name, "avi") == 0)
        s->codecpar->codec_tag = MKTAG('a', 'v', 'c', '1');
    if (par->codec_type == AVMEDIA_TYPE_VIDEO) {
        s->time_base = ff_time_base_of(input->rate);
        if (input->rate.num > 0) {
            /* avi and its like count pictures: a finer tick would be empty pictures */
            if (!(m->context->oformat->flags & AVFMT_VARIABLE_FPS))
                s->time_base = av_inv_q(input->rate);
            s->avg_frame_rate = input->rate;
            s->r_frame_rate = input->rate;
        }
        s->sample_aspect_ratio = par->sample_aspect_ratio;
    } else {
        s->time_base = (AVRational){ 1, par->sample_rate };
    }
    input->stream = s;
    input->has_ended = false;
    input->has_new_headers = false;
    input->headers_are_told = false;
    input->has_dts = false;
    input->next = 0;
    ff_mux_preroll_reset(m, input);
    return S_OK;
}

static bool is_mp4(const AVOutputFormat *container)
{
    static const char *const names[] = { "mp4", "mov", "ipod", "3gp",
                                         "3g2", "psp", "f4v",  "ismv" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(container->name, names[i]) == 0)
            return true;
    return false;
}

/* Edit lists count in the movie's time scale: as fine as the sound, they trim it to the sample.
 * */
static void mp4_options(const struct ff_muxer *m, bool faststart, AVDictionary **options)
{
    int rate = 0;

    if (faststart)
        av_dict_set(options, "movflags", "+faststart", AV_DICT_APPEND);
    for (unsigned i = 0; i < m->n_inputs; i++)
        if (m->inputs[i].stream != NULL && m->inputs[i].par->sample_rate > rate)
            rate = m->inputs[i].par->sample_rate;
    if (rate > 0)
        av_dict_set_int(options, "movie_timescale", rate, AV_DICT_DONT_OVERWRITE);
}

static HRESULT header_write(struct ff_muxer *m, const char *text, bool faststart)
{
    AVDictionary *options = NULL;
    HRESULT hr = S_OK;
    int result;

    if (text[0] != 0 && av_dict_parse_string(&options, text, "=", ":", 0) < 0)
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr) && is_mp4(m->context->oformat))
        mp4_options(m, faststart, &options);
    if (SUCCEEDED(hr))
        ff_mux_raw_options(m, &options);
    if (SUCCEEDED(hr)) {
        result = avformat_write_header(m->context, &options);
        hr = result == AVERROR(EINVAL) || result == AVERROR_INVALIDDATA
                 ? VFW_E_TYPE_NOT_ACCEPTED
                 : ff_mux_error(m, result);
        m->has_header = SUCCEEDED(hr);
        if (SUCCEEDED(hr) && av_dict_count(options) > 0)
            hr = E_INVALIDARG;
    }
    av_dict_free(&options);
    return hr;
}

HRESULT ff_muxer_start(struct ff_muxer *m, const char *options, bool faststart)
{
    unsigned streams = 0;
    HRESULT hr = S_OK;

    if (m->path == NULL && m->io.output.put == NULL)
        return VFW_E_NOT_FOUND;
    if (m->context != NULL)
        return S_OK;
    m->error = S_OK;
    m->has_begin = false;
    if (avformat_alloc_output_context2(&m->context, container_of(m->path, m->format), NULL,
                                       m->path) < 0)
        return E_OUTOFMEMORY;
    for (unsigned i = 0; i < m->n_inputs && SUCCEEDED(hr); i++)
        if (m->inputs[i].is_joined) {
            hr = container_takes(m, m->inputs[i].par->codec_id);
            if (SUCCEEDED(hr))
                hr = stream_make(m, &m->inputs[i]);
            streams++;
        }
    if (SUCCEEDED(hr) && streams == 0)
        hr = VFW_E_NOT_CONNECTED;
    if (SUCCEEDED(hr))
        hr = ff_mux_io_open(m);
    if (SUCCEEDED(hr))
        hr = header_write(m, options, faststart);
    if (FAILED(hr))
        file_drop(m);
    return hr;
}

/* --- in order -------------------------------------------------------------------------- */

static void count_from_begin(const struct ff_muxer *m, const struct mux_input *input,
                             AVPacket *packet)
{
    int64_t ticks = ff_ticks(m->begin, input->stream->time_base);

    packet->pts -= ticks;
    packet->dts -= ticks;
}

static HRESULT write_one(struct ff_muxer *m, struct mux_input *input)
{
    struct mux_packet *p = ff_mux_input_take(m, input);
    int result;

    count_from_begin(m, input, p->packet);
    result = av_write_frame(m->context, p->packet);
    ff_mux_packet_free(p);
    if (result >= 0 && m->context->pb != NULL && m->context->pb->error < 0)
        result = m->context->pb->error;
    m->error = ff_mux_error(m, result);
    return m->error;
}

/* The input whose first packet is the earliest.  *complete: no living input is without. */
static struct mux_input *earliest(struct ff_muxer *m, bool *complete)
{
    struct mux_input *first = NULL;

    *complete = true;
    for (unsigned i = 0; i < m->n_inputs; i++) {
        struct mux_input *x = &m->inputs[i];

        if (x->head == NULL) {
            if (x->stream != NULL && x->is_joined && !x->has_ended)
                *complete = false;
        } else if (first == NULL || x->head->order < first->head->order) {
            first = x;
        }
    }
    return first;
}

static HRESULT write_ready(struct ff_muxer *m, bool all)
{
    HRESULT hr = m->error;

    while (SUCCEEDED(hr)) {
        bool complete, now = all || m->waiting_bytes > MAX_WAITING_BYTES;
        struct mux_input *first;

        if (!ff_mux_preroll_settle(m, now))
            break;
        first = earliest(m, &complete);
        if (first == NULL || (!complete && !now && !m->is_unordered))
            break;
        ff_mux_find_begin(m);
        hr = write_one(m, first);
    }
    return hr;
}

void ff_muxer_leave(struct ff_muxer *m, unsigned input)
{
    if (input >= m->n_inputs)
        return;
    m->inputs[input].is_joined = false;
    if (m->has_header)
        write_ready(m, false);
}

HRESULT ff_muxer_write(struct ff_muxer *m, unsigned input, IMediaSample *sample)
{
    struct mux_input *x;
    struct mux_packet *p;
    HRESULT hr;

    if (input >= m->n_inputs || !m->has_header || m->inputs[input].stream == NULL)
        return VFW_E_WRONG_STATE;
    if (FAILED(m->error))
        return m->error;
    x = &m->inputs[input];
    if (IMediaSample_GetActualDataLength(sample) == 0)
        return S_OK;
    hr = ff_mux_packet_make(x, sample, &p);
    if (FAILED(hr))
        return hr;
    if (!ff_mux_preroll_takes(m, x, p)) {
        ff_mux_packet_free(p);
        return S_OK;
    }
    if (x->tail != NULL)
        x->tail->next = p;
    else
        x->head = p;
    x->tail = p;
    m->waiting_bytes += (size_t)p->packet->size;
    return write_ready(m, false);
}

HRESULT ff_muxer_end(struct ff_muxer *m, unsigned input)
{
    if (input >= m->n_inputs)
        return S_OK;
    m->inputs[input].has_ended = true;
    return m->has_header ? write_ready(m, false) : S_OK;
}

void ff_muxer_reset(struct ff_muxer *m, unsigned input)
{
    if (input < m->n_inputs) {
        ff_mux_input_clear(m, &m->inputs[input]);
        ff_mux_preroll_reset(m, &m->inputs[input]);
        m->inputs[input].has_ended = false;
    }
}

HRESULT ff_muxer_finish(struct ff_muxer *m)
{
    HRESULT hr, failed;
    int result;

    if (m->context == NULL)
        return S_OK;
    hr = write_ready(m, true);
    result = av_write_trailer(m->context);
    m->has_header = false;
    failed = ff_mux_error(m, result);
    if (SUCCEEDED(hr))
        hr = failed;
    failed = ff_mux_io_close(m);
    if (SUCCEEDED(hr))
        hr = failed;
    file_close(m);
    return hr;
}
