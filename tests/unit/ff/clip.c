/* SPDX-License-Identifier: MIT */
/* clip.c - see clip.h. */
#define COBJMACROS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libavformat/avformat.h>

#include "ff/muxer.h"
#include "media/type.h"

/* --- places ---------------------------------------------------------------------------- */

static HRESULT place_get(void *context, ULONG bytes, REFERENCE_TIME start, IMediaSample **ret)
{
    struct place *p = context;

    (void)start;
    p->gets++;
    return rg_allocator_get(p->allocator, bytes, 0, ret);
}

static uint64_t hash_bytes(uint64_t hash, const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ data[i]) * 0x100000001b3u;
    return hash;
}

uint64_t clip_hash(const struct rg_format *f, uint8_t *data, ULONG bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;
    struct rg_frame map;

    if (f->kind != RG_KIND_VIDEO)
        return hash_bytes(hash, data, bytes);
    assert_int_equal(rg_frame_map(&map, f, data, (int)bytes), S_OK);
    for (int i = 0; i < map.n_planes; i++)
        for (int y = 0; y < map.plane[i].height; y++)
            hash = hash_bytes(hash, map.plane[i].data + (ptrdiff_t)y * map.plane[i].stride,
                              map.plane[i].width);
    return hash;
}

static HRESULT place_deliver(void *context, IMediaSample *sample)
{
    struct place *p = context;
    struct rg_sample_info info;
    struct got *g;

    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    p->got = realloc(p->got, (p->n + 1) * sizeof(*p->got));
    assert_non_null(p->got);
    g = &p->got[p->n++];
    *g = (struct got){
        .start = info.start,
        .stop = info.stop,
        .bytes = info.bytes,
        .has_time = info.has_time,
        .is_sync = info.is_sync,
        .is_preroll = info.is_preroll,
        .is_own = !rg_sample_is_writable(sample),
        .hash = clip_hash(&p->format, info.data, info.bytes),
    };
    rg_sample_get_extra(sample, &g->extra);
    if (p->format.kind != RG_KIND_VIDEO) {
        g->data = malloc(info.bytes + 1);
        memcpy(g->data, info.data, info.bytes);
    }
    if (p->keep > 0) {
        g->kept = sample;
        if (p->n > p->keep) {
            IMediaSample_Release(p->got[p->n - 1 - p->keep].kept);
            p->got[p->n - 1 - p->keep].kept = NULL;
        }
    } else {
        IMediaSample_Release(sample);
    }
    return S_OK;
}

static IMemAllocator *place_allocator(void *context)
{
    struct place *p = context;

    if (!p->offers_allocator)
        return NULL;
    IMemAllocator_AddRef(p->allocator);
    return p->allocator;
}

static void place_drop(void *context, const char *reason, unsigned samples)
{
    struct place *p = context;

    (void)reason;
    p->dropped += samples;
}

void place_open(struct place *p, LONG buffers, LONG bytes)
{
    ALLOCATOR_PROPERTIES wanted = { buffers, bytes, 64, 0 }, actual;

    memset(p, 0, sizeof(*p));
    p->output = (struct ff_output){ p, place_get, place_deliver, place_allocator, place_drop };
    assert_int_equal(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&p->allocator),
                     S_OK);
    assert_int_equal(IMemAllocator_SetProperties(p->allocator, &wanted, &actual), S_OK);
    assert_int_equal(IMemAllocator_Commit(p->allocator), S_OK);
}

void place_format(struct place *p, const AM_MEDIA_TYPE *type)
{
    assert_int_equal(rg_format_from_type(type, &p->format), S_OK);
}

void place_clear(struct place *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        free(p->got[i].data);
        if (p->got[i].kept != NULL)
            IMediaSample_Release(p->got[i].kept);
    }
    free(p->got);
    p->got = NULL;
    p->n = 0;
}

void place_close(struct place *p)
{
    place_clear(p);
    IMemAllocator_Decommit(p->allocator);
    IMemAllocator_Release(p->allocator);
}

int64_t place_sound(const struct place *p)
{
    int64_t bytes = 0;

    for (unsigned i = 0; i < p->n; i++)
        bytes += p->got[i].bytes;
    return bytes / rg_format_bytes(&p->format);
}

/* --- raw samples ----------------------------------------------------------------------- */

struct rg_format clip_video(int width, int height, int rate)
{
    return (struct rg_format){
        .kind = RG_KIND_VIDEO,
        .pixels = RG_PIXELS_I420,
        .width = width,
        .height = height,
        .frame_time = 10000000 / rate,
        .rate_num = rate,
        .rate_den = 1,
    };
}

struct rg_format clip_audio(enum rg_sound sound, int rate, int channels)
{
    return (struct rg_format){
        .kind = RG_KIND_AUDIO,
        .sound = sound,
        .sample_rate = rate,
        .channels = channels,
    };
}

AM_MEDIA_TYPE clip_type(const struct rg_format *format)
{
    AM_MEDIA_TYPE type = { 0 };

    assert_int_equal(rg_format_to_type(format, &type), S_OK);
    return type;
}

static IMediaSample *new_sample(struct place *from, ULONG bytes, BYTE **data)
{
    IMediaSample *sample = NULL;

    assert_int_equal(rg_allocator_get(from->allocator, bytes, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetPointer(sample, data), S_OK);
    IMediaSample_SetActualDataLength(sample, (LONG)bytes);
    IMediaSample_SetSyncPoint(sample, TRUE);
    return sample;
}

IMediaSample *clip_picture(struct place *from, const struct rg_format *f, unsigned index)
{
    AM_MEDIA_TYPE type = clip_type(f);
    REFERENCE_TIME start = (REFERENCE_TIME)index * 10000000 * f->rate_den / f->rate_num;
    REFERENCE_TIME stop = (REFERENCE_TIME)(index + 1) * 10000000 * f->rate_den / f->rate_num;
    struct rg_format exact;
    struct rg_frame map;
    IMediaSample *sample;
    BYTE *data;
    ULONG bytes;

    assert_int_equal(rg_format_from_type(&type, &exact), S_OK);
    rg_type_clear(&type);
    bytes = (ULONG)rg_format_bytes(&exact);
    sample = new_sample(from, bytes, &data);
    assert_int_equal(rg_frame_map(&map, &exact, data, (int)bytes), S_OK);
    for (int i = 0; i < map.n_planes; i++)
        for (int y = 0; y < map.plane[i].height; y++)
            for (int x = 0; x < map.plane[i].width; x++)
                map.plane[i].data[(ptrdiff_t)y * map.plane[i].stride + x] =
                    (uint8_t)(16 + ((x + 3 * (int)index) / 2 + y + 40 * i +
                                    ((x * y + 7 * (int)index) % 13)) %
                                       220);
    IMediaSample_SetTime(sample, &start, &stop);
    return sample;
}

static double tone(int64_t n, int channel)
{
    int64_t saw = (n * (3 + channel)) % 400;

    return (saw < 200 ? saw - 100 : 300 - saw) / 140.0;
}

IMediaSample *clip_sound(struct place *from, const struct rg_format *f, int64_t at, int block)
{
    REFERENCE_TIME start = at * 10000000 / f->sample_rate;
    REFERENCE_TIME stop = (at + block) * 10000000 / f->sample_rate;
    BYTE *data;
    IMediaSample *sample = new_sample(from, (ULONG)(block * rg_format_bytes(f)), &data);

    for (int i = 0; i < block * f->channels; i++) {
        double value = tone(at + i / f->channels, i % f->channels);

        if (f->sound == RG_SOUND_S16)
            ((int16_t *)(void *)data)[i] = (int16_t)(value * 20000);
        else
            ((float *)(void *)data)[i] = (float)value;
    }
    IMediaSample_SetTime(sample, &start, &stop);
    return sample;
}

/* --- files ----------------------------------------------------------------------------- */

struct ff_encoder_settings clip_codec(const char *codec, const char *options)
{
    struct ff_encoder_settings s = { .crf = -1, .gop = -1 };

    snprintf(s.codec, sizeof(s.codec), "%s", codec);
    snprintf(s.options, sizeof(s.options), "%s", options);
    return s;
}

const char *clip_path(const char *name)
{
    static char path[512];
    const char *dir = getenv("REGRAFT_TEST_DIR");

    if (dir == NULL)
        dir = "clips";
    mkdir(dir, 0777);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

struct track {
    struct ff_muxer *muxer;
    unsigned input;
};

static HRESULT track_deliver(void *context, IMediaSample *sample)
{
    struct place *p = context;
    struct track *t = (struct track *)(void *)p->got;
    HRESULT hr = ff_muxer_write(t->muxer, t->input, sample);

    IMediaSample_Release(sample);
    return hr;
}

static void track_open(struct place *p, struct track *t, struct ff_muxer *m, unsigned input,
                       const struct rg_format *f, const struct ff_encoder_settings *codec,
                       struct ff_encoder **encoder)
{
    AM_MEDIA_TYPE in = clip_type(f), out = { 0 };

    place_open(p, 8, 1 << 16);
    *t = (struct track){ m, input };
    p->output.deliver = track_deliver;
    p->got = (struct got *)(void *)t;
    assert_int_equal(ff_encoder_output_type(codec, &in, &out), S_OK);
    assert_int_equal(ff_encoder_open(codec, &in, encoder), S_OK);
    assert_int_equal(ff_muxer_join(m, input, &out), S_OK);
    rg_type_clear(&in);
    rg_type_clear(&out);
}

static void track_close(struct place *p, struct ff_encoder *encoder)
{
    ff_encoder_close(encoder);
    p->got = NULL;
    p->n = 0;
    place_close(p);
}

/* One after the other: pictures and sound take turns by time. */
static void feed(const struct clip *c, struct place *raw, struct ff_encoder *video,
                 struct place *vp, struct ff_encoder *audio, struct place *ap)
{
    unsigned frame = 0;
    int64_t at = 0;

    while (frame < c->frames || at < c->samples) {
        double vt =
            frame < c->frames ? (double)frame * c->video->rate_den / c->video->rate_num : 1e9;
        double st = at < c->samples ? (double)at / c->audio->sample_rate : 1e9;
        IMediaSample *sample;

        if (vt <= st) {
            sample = clip_picture(raw, c->video, frame++);
            assert_int_equal(ff_encoder_send(video, sample, &vp->output), S_OK);
        } else {
            int block = c->samples - at < 1000 ? (int)(c->samples - at) : 1000;

            sample = clip_sound(raw, c->audio, at, block);
            at += block;
            assert_int_equal(ff_encoder_send(audio, sample, &ap->output), S_OK);
        }
        IMediaSample_Release(sample);
    }
}

void clip_write(const struct clip *c)
{
    struct ff_muxer *muxer = ff_muxer_new();
    struct ff_encoder *video = NULL, *audio = NULL;
    struct place raw, vp, ap;
    struct track vt, at;

    place_open(&raw, 64, 1 << 16);
    assert_int_equal(ff_muxer_set_target(muxer, c->path, c->container), S_OK);
    if (c->video != NULL)
        track_open(&vp, &vt, muxer, 0, c->video, &c->video_codec, &video);
    if (c->audio != NULL)
        track_open(&ap, &at, muxer, 1, c->audio, &c->audio_codec, &audio);
    assert_int_equal(ff_muxer_start(muxer, "", false), S_OK);
    feed(c, &raw, video, &vp, audio, &ap);
    if (video != NULL) {
        assert_int_equal(ff_encoder_drain(video, &vp.output), S_OK);
        assert_int_equal(ff_muxer_end(muxer, 0), S_OK);
        track_close(&vp, video);
    }
    if (audio != NULL) {
        assert_int_equal(ff_encoder_drain(audio, &ap.output), S_OK);
        assert_int_equal(ff_muxer_end(muxer, 1), S_OK);
        track_close(&ap, audio);
    }
    assert_int_equal(ff_muxer_finish(muxer), S_OK);
    ff_muxer_free(muxer);
    place_close(&raw);
}

/* --- what a file holds ------------------------------------------------------------------- */

static void count_packet(const AVStream *s, const AVPacket *packet, struct clip_content *ret)
{
    double at = (double)packet->pts * av_q2d(s->time_base);
    AVRational samples = { 1, s->codecpar->sample_rate };

    if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
        if (ret->pictures++ == 0) {
            ret->begins_with_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
            ret->first_picture = at;
        }
    } else {
        if (ret->sound == 0)
            ret->first_sound = at;
        ret->sound += av_rescale_q(packet->duration, s->time_base, samples);
    }
}

void clip_content(const char *path, struct clip_content *ret)
{
    AVPacket *packet = av_packet_alloc();
    AVFormatContext *file = NULL;

    memset(ret, 0, sizeof(*ret));
    assert_int_equal(avformat_open_input(&file, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(file, NULL) >= 0);
    while (av_read_frame(file, packet) >= 0) {
        count_packet(file->streams[packet->stream_index], packet, ret);
        av_packet_unref(packet);
    }
    avformat_close_input(&file);
    av_packet_free(&packet);
}
