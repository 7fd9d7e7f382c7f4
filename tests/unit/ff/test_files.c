/* SPDX-License-Identifier: MIT */
/* test_files.c - the demuxer and the muxer: seeking, readers, interruption, inputs that leave,
 * files that are damaged. */
#define COBJMACROS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clip.h"
#include "ff/decoder.h"
#include "ff/demuxer.h"
#include "ff/muxer.h"
#include "media/type.h"

static const bool all[8] = { true, true, true, true, true, true, true, true };

/* A second of H.264 and AAC. */
static const char *both(void)
{
    static char path[512];
    struct rg_format v = clip_video(176, 144, 25), a = clip_audio(RG_SOUND_S16, 48000, 2);
    struct clip c = {
        .video = &v, .audio = &a, .frames = 50, .samples = 96000, .container = ""
    };

    if (path[0] != 0)
        return path;
    snprintf(path, sizeof(path), "%s", clip_path("both.mp4"));
    c.path = path;
    c.video_codec = clip_codec("h264", "g=10:bf=2:sc_threshold=0");
    c.audio_codec = clip_codec("aac", "");
    clip_write(&c);
    return path;
}

static uint8_t *whole_file(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    struct stat info;
    uint8_t *data;

    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &info), 0);
    data = malloc((size_t)info.st_size + 1);
    assert_int_equal(fread(data, 1, (size_t)info.st_size, f), (size_t)info.st_size);
    fclose(f);
    *bytes = (size_t)info.st_size;
    return data;
}

static void write_file(const char *path, const uint8_t *data, size_t bytes)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    assert_int_equal(fclose(f), 0);
}

/* Reads a stream to its end; *first gets its first sample's times. */
static unsigned count_samples(struct ff_demuxer *d, unsigned stream, struct got *first)
{
    struct place raw;
    unsigned n = 0;

    place_open(&raw, 2, 1 << 16);
    for (;;) {
        struct rg_sample_info info;
        REFERENCE_TIME start;
        IMediaSample *sample;
        ULONG bytes;
        HRESULT hr = ff_demuxer_fetch(d, stream, &bytes, &start);

        if (hr == S_FALSE)
            break;
        assert_int_equal(hr, S_OK);
        assert_int_equal(rg_allocator_get(raw.allocator, bytes, 0, &sample), S_OK);
        assert_int_equal(ff_demuxer_fill(d, stream, sample), S_OK);
        assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
        if (n++ == 0 && first != NULL)
            *first = (struct got){ .start = info.start,
                                   .is_sync = info.is_sync,
                                   .is_preroll = info.is_preroll };
        IMediaSample_Release(sample);
    }
    place_close(&raw);
    return n;
}

/* Opens, reads and decodes whatever there is; whatever happens, nothing crashes. */
static HRESULT chew_all(const char *path, unsigned *first_stream, unsigned *dropped)
{
    struct ff_demuxer *d = ff_demuxer_new();
    HRESULT hr = ff_demuxer_open(d, path, "", "");

    if (SUCCEEDED(hr))
        assert_int_equal(ff_demuxer_start(d, all, ff_demuxer_streams(d)), S_OK);
    for (unsigned i = 0; SUCCEEDED(hr) && i < ff_demuxer_streams(d); i++) {
        AM_MEDIA_TYPE in = { 0 }, raw = { 0 };
        struct ff_decoder *decoder = NULL;
        struct place out, packets;
        REFERENCE_TIME start;
        ULONG bytes;

        if (FAILED(ff_demuxer_stream_type(d, i, &in)))
            continue;
        place_open(&out, 4, 4096);
        place_open(&packets, 4, 4096);
        out.offers_allocator = true;
        if (SUCCEEDED(ff_decoder_output_type(&in, 0, &raw)) &&
            SUCCEEDED(ff_decoder_open(&in, &raw, 2, &decoder)))
            place_format(&out, &raw);
        while (ff_demuxer_fetch(d, i, &bytes, &start) == S_OK) {
            IMediaSample *sample;

            assert_int_equal(rg_allocator_get(packets.allocator, bytes, 0, &sample), S_OK);
            assert_int_equal(ff_demuxer_fill(d, i, sample), S_OK);
            if (decoder != NULL)
                assert_int_equal(ff_decoder_send(decoder, sample, &out.output), S_OK);
            IMediaSample_Release(sample);
        }
        if (decoder != NULL)
            assert_int_equal(ff_decoder_drain(decoder, &out.output), S_OK);
        ff_decoder_close(decoder);
        rg_type_clear(&in);
        rg_type_clear(&raw);
        if (i == 0)
            *first_stream = out.n;
        *dropped += out.dropped;
        place_close(&out);
        place_close(&packets);
    }
    ff_demuxer_free(d);
    return hr;
}

static HRESULT chew(const char *path)
{
    unsigned n = 0, dropped = 0;

    return chew_all(path, &n, &dropped);
}

static unsigned chew_pictures(const char *path)
{
    unsigned n = 0, dropped = 0;

    assert_int_equal(chew_all(path, &n, &dropped), S_OK);
    assert_int_equal(dropped, 0);
    return n;
}

static void missing_and_odd_files_have_their_errors(void **state)
{
    struct ff_demuxer *d = ff_demuxer_new();
    char path[512];

    (void)state;
    assert_int_equal(ff_demuxer_open(d, clip_path("there-is-none.mp4"), "", ""),
                     STG_E_FILENOTFOUND);
    assert_int_equal(ff_demuxer_open(d, NULL, "", ""), E_POINTER);
    assert_int_equal(ff_demuxer_open(d, both(), "nosuchformat", ""), E_INVALIDARG);
    assert_int_equal(ff_demuxer_open(d, both(), "", "nosuchoption=1"), E_INVALIDARG);
    assert_int_equal(ff_demuxer_streams(d), 0);
    snprintf(path, sizeof(path), "%s", clip_path("empty.mp4"));
    write_file(path, (const uint8_t *)"", 0);
    assert_true(FAILED(ff_demuxer_open(d, path, "", "")));
    snprintf(path, sizeof(path), "%s", clip_path("words.txt"));
    write_file(path, (const uint8_t *)"these are words, not media\n", 27);
    assert_true(FAILED(ff_demuxer_open(d, path, "", "")));
    assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
    assert_int_equal(ff_demuxer_streams(d), 2);
    ff_demuxer_free(d);
}

static void cut_and_garbled_files_end_or_fail(void **state)
{
    static const char *const names[] = { "cut.mp4", "cut.mkv", "cut.ts", "cut.avi" };
    struct rg_format v = clip_video(96, 64, 25), a = clip_audio(RG_SOUND_S16, 48000, 1);
    struct clip c = {
        .video = &v, .audio = &a, .frames = 12, .samples = 20000, .container = ""
    };
    char path[512], other[520];

    (void)state;
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        size_t bytes;
        uint8_t *data;
        uint32_t seed = 1;

        snprintf(path, sizeof(path), "%s", clip_path(names[n]));
        snprintf(other, sizeof(other), "%s.part", path);
        c.path = path;
        c.video_codec = clip_codec("h264", "g=5");
        c.audio_codec = clip_codec(n == 3 ? "mp3" : "aac", "");
        clip_write(&c);
        assert_int_equal(chew(path), S_OK);
        data = whole_file(path, &bytes);
        for (int i = 0; i < 24; i++) {
            write_file(other, data, bytes * i / 24);
            chew(other);
        }
        for (int i = 0; i < 24; i++) {
            for (int k = 0; k < 40; k++) {
                seed = seed * 1664525 + 1013904223;
                data[seed % bytes] = (uint8_t)(seed >> 24);
            }
            write_file(other, data, bytes);
            chew(other);
        }
        free(data);
    }
}

static void a_seek_begins_a_segment(void **state)
{
    struct ff_demuxer *d = ff_demuxer_new();
    REFERENCE_TIME duration = 0;
    struct got first;

    (void)state;
    assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
    assert_int_equal(ff_demuxer_duration(d, &duration), S_OK);
    assert_true(llabs(duration - 20000000) < 500000);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, &first), 50);
    assert_int_equal(first.start, 0);
    /* 1.1 s is between the key frames at 0.8 s and 1.2 s */
    assert_int_equal(ff_demuxer_seek(d, 11000000, -1), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, &first), 30);
    assert_int_equal(first.start, -3000000);
    assert_true(first.is_sync && first.is_preroll);
    /* from a stop on, the same again */
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, &first), 30);
    assert_int_equal(ff_demuxer_seek(d, 0, 10000000), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_in_range(count_samples(d, 0, &first), 25, 29);
    ff_demuxer_free(d);
}

struct reading {
    struct ff_demuxer *d;
    unsigned stream, n;
};

static void *read_stream(void *context)
{
    struct reading *r = context;

    r->n = count_samples(r->d, r->stream, NULL);
    return NULL;
}

static void streams_are_read_by_threads_of_their_own(void **state)
{
    struct ff_demuxer *d = ff_demuxer_new();
    struct reading r[2] = { { d, 0, 0 }, { d, 1, 0 } };
    pthread_t threads[2];

    (void)state;
    assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_stream, &r[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(r[0].n, 50);
    assert_int_equal(r[1].n, 95);
    ff_demuxer_free(d);
}

static void an_interrupted_fetch_says_so(void **state)
{
    struct ff_demuxer *d = ff_demuxer_new();
    REFERENCE_TIME start;
    ULONG bytes;

    (void)state;
    assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    ff_demuxer_interrupt(d, true);
    assert_int_equal(ff_demuxer_fetch(d, 0, &bytes, &start), VFW_E_STATE_CHANGED);
    ff_demuxer_interrupt(d, false);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, NULL), 50);
    ff_demuxer_free(d);
}

/* --- somebody's reader ----------------------------------------------------------------- */

struct reader {
    IAsyncReader face;
    uint8_t *data;
    size_t bytes;
};

static HRESULT STDMETHODCALLTYPE reader_query(IAsyncReader *face, REFIID iid, void **out)
{
    (void)face;
    (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE reader_count(IAsyncReader *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE reader_read(IAsyncReader *face, LONGLONG at, LONG bytes,
                                             BYTE *to)
{
    struct reader *r = (struct reader *)face;

    if (at < 0 || bytes < 0 || (size_t)at + (size_t)bytes > r->bytes)
        return E_INVALIDARG;
    memcpy(to, r->data + at, (size_t)bytes);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE reader_length(IAsyncReader *face, LONGLONG *total,
                                               LONGLONG *available)
{
    struct reader *r = (struct reader *)face;

    *total = (LONGLONG)r->bytes;
    *available = *total;
    return S_OK;
}

static void a_reader_serves_as_well_as_a_file(void **state)
{
    static const IAsyncReaderVtbl table = {
        .QueryInterface = reader_query,
        .AddRef = reader_count,
        .Release = reader_count,
        .SyncRead = reader_read,
        .Length = reader_length,
    };
    struct ff_demuxer *d = ff_demuxer_new();
    struct reader r = { .face = { (IAsyncReaderVtbl *)&table } };

    (void)state;
    r.data = whole_file(both(), &r.bytes);
    assert_int_equal(ff_demuxer_open_reader(d, NULL, "", ""), E_POINTER);
    assert_int_equal(ff_demuxer_open_reader(d, &r.face, "", ""), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, NULL), 50);
    assert_int_equal(count_samples(d, 1, NULL), 95);
    assert_int_equal(ff_demuxer_seek(d, 11000000, -1), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, NULL), 30);
    r.bytes /= 3;
    assert_true(FAILED(ff_demuxer_open_reader(d, &r.face, "", "")));
    ff_demuxer_free(d);
    free(r.data);
}

/* --- muxer ----------------------------------------------------------------------------- */

static struct ff_muxer *copying_muxer(struct ff_demuxer *d, const char *path)
{
    struct ff_muxer *m = ff_muxer_new();

    assert_int_equal(ff_muxer_set_target(m, path, ""), S_OK);
    for (unsigned i = 0; i < 2; i++) {
        AM_MEDIA_TYPE type = { 0 };

        assert_int_equal(ff_demuxer_stream_type(d, i, &type), S_OK);
        assert_int_equal(ff_muxer_accept(&type), S_OK);
        assert_int_equal(ff_muxer_join(m, i, &type), S_OK);
        rg_type_clear(&type);
    }
    assert_int_equal(ff_muxer_start(m, "", false), S_OK);
    return m;
}

/* Copies up to limit samples of a stream. */
static unsigned copy_stream(struct ff_demuxer *d, struct ff_muxer *m, unsigned stream,
                            unsigned limit)
{
    struct place raw;
    unsigned n = 0;

    place_open(&raw, 2, 1 << 16);
    while (n < limit) {
        REFERENCE_TIME start;
        IMediaSample *sample;
        ULONG bytes;

        if (ff_demuxer_fetch(d, stream, &bytes, &start) != S_OK)
            break;
        assert_int_equal(rg_allocator_get(raw.allocator, bytes, 0, &sample), S_OK);
        assert_int_equal(ff_demuxer_fill(d, stream, sample), S_OK);
        assert_int_equal(ff_muxer_write(m, stream, sample), S_OK);
        IMediaSample_Release(sample);
        n++;
    }
    place_close(&raw);
    return n;
}

static void assert_counts(const char *path, unsigned video, unsigned audio)
{
    struct ff_demuxer *d = ff_demuxer_new();

    assert_int_equal(ff_demuxer_open(d, path, "", ""), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    assert_int_equal(count_samples(d, 0, NULL), video);
    assert_int_equal(count_samples(d, 1, NULL), audio);
    ff_demuxer_free(d);
}

static void a_copy_has_every_sample(void **state)
{
    static const char *const names[] = { "copy.mp4", "copy.mkv", "copy.ts", "copy.mov" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ff_demuxer *d = ff_demuxer_new();
        struct ff_muxer *m;

        assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
        assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
        m = copying_muxer(d, clip_path(names[i]));
        assert_int_equal(copy_stream(d, m, 0, 1000), 50);
        assert_int_equal(ff_muxer_end(m, 0), S_OK);
        assert_int_equal(copy_stream(d, m, 1, 1000), 95);
        assert_int_equal(ff_muxer_end(m, 1), S_OK);
        assert_int_equal(ff_muxer_finish(m), S_OK);
        assert_int_equal(ff_muxer_finish(m), S_OK);
        ff_muxer_free(m);
        ff_demuxer_free(d);
        assert_counts(clip_path(names[i]), 50, 95);
    }
}

static void an_input_that_leaves_holds_nobody_up_and_may_come_back(void **state)
{
    struct ff_demuxer *d = ff_demuxer_new();
    AM_MEDIA_TYPE type = { 0 };
    struct ff_muxer *m;

    (void)state;
    assert_int_equal(ff_demuxer_open(d, both(), "", ""), S_OK);
    assert_int_equal(ff_demuxer_start(d, all, 2), S_OK);
    m = copying_muxer(d, clip_path("leave.mp4"));
    assert_int_equal(copy_stream(d, m, 1, 10), 10);
    ff_muxer_leave(m, 1);
    assert_int_equal(copy_stream(d, m, 0, 25), 25);
    assert_int_equal(ff_demuxer_stream_type(d, 1, &type), S_OK);
    assert_int_equal(ff_muxer_join(m, 2, &type), S_OK); /* on another pin */
    rg_type_clear(&type);
    assert_int_equal(ff_demuxer_stream_type(d, 0, &type), S_OK);
    assert_int_equal(ff_muxer_join(m, 3, &type),
                     VFW_E_NOT_STOPPED); /* no stream is free for it */
    rg_type_clear(&type);
    ff_muxer_leave(m, 2);
    assert_int_equal(copy_stream(d, m, 0, 1000), 25);
    assert_int_equal(ff_muxer_finish(m), S_OK);
    ff_muxer_free(m);
    ff_demuxer_free(d);
    assert_counts(clip_path("leave.mp4"), 50, 10);
}

/* Two encoders one after the other, with other headers: the file decodes to the end. */
static void another_encoder_goes_on_with_the_stream(void **state)
{
    static const char *const names[] = { "follow.mp4", "follow.mkv", "follow.ts" };
    struct rg_format f = clip_video(176, 144, 25);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ff_muxer *m = ff_muxer_new();
        AM_MEDIA_TYPE in = clip_type(&f), out = { 0 };
        struct place raw, packets;
        unsigned n = 0, written;

        assert_int_equal(ff_muxer_set_target(m, clip_path(names[i]), ""), S_OK);
        place_open(&raw, 40, 1 << 16);
        for (unsigned run = 0; run < 2; run++) {
            struct ff_encoder_settings s =
                clip_codec("h264", run == 0 ? "bf=0:refs=1" : "bf=2:refs=4:8x8dct=0");
            struct ff_encoder *e;

            assert_int_equal(ff_encoder_output_type(&s, &in, &out), S_OK);
            assert_int_equal(ff_encoder_open(&s, &in, &e), S_OK);
            assert_int_equal(ff_muxer_join(m, 0, &out), S_OK);
            rg_type_clear(&out);
            assert_int_equal(ff_muxer_start(m, "", false), S_OK);
            place_open(&packets, 80, 1 << 16);
            packets.keep = 100;
            for (unsigned k = 0; k < 20; k++) {
                IMediaSample *sample = clip_picture(&raw, &f, n++);

                assert_int_equal(ff_encoder_send(e, sample, &packets.output), S_OK);
                IMediaSample_Release(sample);
            }
            assert_int_equal(ff_encoder_drain(e, &packets.output), S_OK);
            for (written = 0; written < packets.n; written++)
                assert_int_equal(ff_muxer_write(m, 0, packets.got[written].kept), S_OK);
            assert_int_equal(written, 20);
            ff_encoder_close(e);
            place_close(&packets);
        }
        assert_int_equal(ff_muxer_finish(m), S_OK);
        ff_muxer_free(m);
        place_close(&raw);
        rg_type_clear(&in);
        assert_int_equal(chew_pictures(clip_path(names[i])), 40);
    }
}

static void places_that_can_not_be_written_have_their_errors(void **state)
{
    struct rg_format a = clip_audio(RG_SOUND_S16, 48000, 1);
    AM_MEDIA_TYPE type = clip_type(&a);
    struct ff_muxer *m = ff_muxer_new();

    (void)state;
    assert_int_equal(ff_muxer_start(m, "", false), VFW_E_NOT_FOUND);
    assert_int_equal(ff_muxer_set_target(m, "x.nosuchending", ""), VFW_E_UNKNOWN_FILE_TYPE);
    assert_int_equal(ff_muxer_set_target(m, clip_path("none/such/dir.wav"), ""), S_OK);
    assert_int_equal(ff_muxer_start(m, "", false), VFW_E_NOT_CONNECTED);
    assert_int_equal(ff_muxer_join(m, 0, &type), S_OK);
    assert_int_equal(ff_muxer_start(m, "", false), STG_E_FILENOTFOUND);
    assert_int_equal(ff_muxer_set_target(m, "/dev/full", "wav"), S_OK);
    assert_int_equal(ff_muxer_start(m, "nosuchoption=1", false), E_INVALIDARG);
    rg_type_clear(&type);
    ff_muxer_free(m);
}

static void a_full_disk_is_an_error_not_a_hang(void **state)
{
    struct rg_format a = clip_audio(RG_SOUND_S16, 48000, 2);
    AM_MEDIA_TYPE type = clip_type(&a);
    struct ff_muxer *m = ff_muxer_new();
    struct place raw;
    HRESULT hr = S_OK;

    (void)state;
    assert_int_equal(ff_muxer_set_target(m, "/dev/full", "wav"), S_OK);
    assert_int_equal(ff_muxer_join(m, 0, &type), S_OK);
    assert_int_equal(ff_muxer_start(m, "", false), S_OK);
    place_open(&raw, 2, 1 << 16);
    for (int i = 0; i < 100 && SUCCEEDED(hr); i++) {
        IMediaSample *sample = clip_sound(&raw, &a, i * 4096, 4096);

        hr = ff_muxer_write(m, 0, sample);
        IMediaSample_Release(sample);
    }
    assert_int_equal(hr, STG_E_MEDIUMFULL);
    assert_int_equal(ff_muxer_finish(m), STG_E_MEDIUMFULL);
    place_close(&raw);
    rg_type_clear(&type);
    ff_muxer_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_and_odd_files_have_their_errors),
        cmocka_unit_test(cut_and_garbled_files_end_or_fail),
        cmocka_unit_test(a_seek_begins_a_segment),
        cmocka_unit_test(streams_are_read_by_threads_of_their_own),
        cmocka_unit_test(an_interrupted_fetch_says_so),
        cmocka_unit_test(a_reader_serves_as_well_as_a_file),
        cmocka_unit_test(a_copy_has_every_sample),
        cmocka_unit_test(an_input_that_leaves_holds_nobody_up_and_may_come_back),
        cmocka_unit_test(another_encoder_goes_on_with_the_stream),
        cmocka_unit_test(places_that_can_not_be_written_have_their_errors),
        cmocka_unit_test(a_full_disk_is_an_error_not_a_hang),
    };

    return cmocka_run_group_tests_name("ff files", tests, NULL, NULL);
}
