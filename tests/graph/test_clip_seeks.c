/* SPDX-License-Identifier: MIT */
/* test_clip_seeks.c - clips of ffmpeg: a seek shows the frame that stands at its time, and the very sample of sound;
 * rates; a decoder that is told that its pictures come too late.
 */
#include "clip_sink.h"

#include <unistd.h>

#define SECOND 10000000LL
#define FRAME  (SECOND / 25)
#define RATE   44100

static char folder[64];

static uint64_t seed = 7;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

struct player {
    struct test_graph g;
    IPin *decoded, *coded;       /* borrowed: of the decoder of pictures */
    bool has_picture, has_sound; /* slot 0, slot 1 */
};

static bool is_sound(IPin *pin)
{
    IEnumMediaTypes *types;
    AM_MEDIA_TYPE *one;
    bool is;

    assert_hr(CALL(pin, EnumMediaTypes, &types), S_OK);
    assert_hr(CALL(types, Next, 1, &one, NULL), S_OK);
    is = IsEqualGUID(&one->majortype, &MEDIATYPE_Audio);
    CoTaskMemFree(one->pbFormat);
    CoTaskMemFree(one);
    LET_GO(types);
    return is;
}

static void player_join(struct player *p, IPin *pin)
{
    bool sound = is_sound(pin);
    IBaseFilter *sink = real_put(&p->g, clip_sink(sound), sound ? L"ear" : L"eye");
    IPin *in = real_pin(sink, PINDIR_INPUT, 0);
    IBaseFilter *decoder;

    p->has_sound = p->has_sound || sound;
    p->has_picture = p->has_picture || !sound;
    if (SUCCEEDED(CALL(p->g.builder, ConnectDirect, pin, in, NULL)))
        return; /* raw sound needs no decoder */
    decoder = real_put(&p->g, real_filter("decode", sound ? "" : "threads=1"), NULL);
    assert_hr(CALL(p->g.builder, ConnectDirect, pin, real_pin(decoder, PINDIR_INPUT, 0), NULL),
              S_OK);
    real_join(&p->g, decoder, sink);
    if (sound)
        return;
    p->decoded = real_pin(decoder, PINDIR_OUTPUT, 0);
    p->coded = real_pin(decoder, PINDIR_INPUT, 0);
}

/* Every stream of the file through a decoder into the slot of its kind. */
static void player_open(struct player *p, const char *path)
{
    IFileSourceFilter *file;
    IBaseFilter *source;
    WCHAR wide[128];
    IEnumPins *pins;
    IPin *pin;

    memset(p, 0, sizeof(*p));
    graph_open(&p->g);
    assert_hr(CALL(p->g.filter, SetSyncSource, NULL), S_OK);
    source = real_put(&p->g, real_filter("demux", ""), L"file");
    swprintf(wide, ARRAYSIZE(wide), L"%hs", path);
    assert_hr(CALL(source, QueryInterface, &IID_IFileSourceFilter, (void **)&file), S_OK);
    assert_hr(CALL(file, Load, wide, NULL), S_OK);
    LET_GO(file);
    assert_hr(CALL(source, EnumPins, &pins), S_OK);
    while (CALL(pins, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        assert_hr(CALL(pin, QueryDirection, &direction), S_OK);
        if (direction == PINDIR_OUTPUT)
            player_join(p, pin);
        LET_GO(pin);
    }
    LET_GO(pins);
    for (int i = 0; i < 2; i++)
        clip_forget(i);
}

static void player_close(struct player *p)
{
    assert_hr(CALL(p->g.control, Stop), S_OK);
    graph_close(&p->g);
}

static void play_to_end(struct player *p)
{
    LONG code;

    real_run(&p->g);
    assert_hr(CALL(p->g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
}

/* The whole clip, as it is: what seeks are judged by. */
static struct clip_frame whole[CLIP_FRAMES_MOST];
static unsigned whole_count;
static uint8_t *whole_sound;
static size_t whole_bytes;

static void play_whole(struct player *p)
{
    clip_record[1].keeps_sound = true;
    play_to_end(p);
    assert_hr(CALL(p->g.control, Stop), S_OK);
    memcpy(whole, clip_record[0].frames, sizeof(whole));
    whole_count = clip_record[0].count;
    whole_sound = clip_record[1].sound;
    whole_bytes = clip_record[1].sound_bytes;
    clip_record[1].sound = NULL;
    for (int i = 0; i < 2; i++)
        clip_forget(i);
}

static void seek_to(struct player *p, LONGLONG to)
{
    for (int i = 0; i < 2; i++)
        clip_forget(i);
    assert_hr(CALL(p->g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    /* what was rendered before the flush is not of this place */
    real_run(&p->g);
    if (p->has_picture)
        clip_wait(0, 2);
    if (p->has_sound)
        clip_wait(1, 1);
    real_pause(&p->g);
}

static void assert_frame_at(const char *name, LONGLONG to)
{
    unsigned wanted = (unsigned)(to / FRAME);
    struct clip_frame first, second;

    pthread_mutex_lock(&clip_record[0].lock);
    first = clip_record[0].frames[0];
    second = clip_record[0].frames[1];
    pthread_mutex_unlock(&clip_record[0].lock);
    if (first.hash != whole[wanted].hash || second.hash != whole[wanted + 1].hash)
        fail_msg("%s: a seek to %lld does not show frame %u, but one of %lld", name,
                 (long long)to, wanted, (long long)first.start);
}

/* The first sound that came is, sample for sample, that of its time (slack: so many samples before or
 * after it); and its time is the one asked for. */
static void assert_sound_at(const char *name, LONGLONG to, LONGLONG slack)
{
    const LONGLONG sample_bytes = 2;
    struct clip_frame first;
    bool is_same = false;
    LONGLONG at;

    pthread_mutex_lock(&clip_record[1].lock);
    first = clip_record[1].frames[0];
    at = ((to + first.start) * RATE + SECOND / 2) / SECOND;
    for (LONGLONG i = at - slack; i <= at + slack && !is_same; i++)
        is_same =
            i >= 0 && (size_t)(i * sample_bytes) + first.bytes <= whole_bytes &&
            memcmp(clip_record[1].sound, whole_sound + i * sample_bytes, first.bytes) == 0;
    pthread_mutex_unlock(&clip_record[1].lock);
    if (!is_same || llabs(first.start) > (slack + 1) * SECOND / RATE + 2)
        fail_msg("%s: a seek to %lld does not begin with the sound's sample %lld, of %lld",
                 name, (long long)to, (long long)at, (long long)first.start);
}

#define PICTURES                                                                               \
    "-f lavfi -i testsrc2=size=96x64:rate=25:duration=4,format=yuv420p -map 0:v -bf 2 -g 30 "
#define SOUND                                                                                  \
    "-f lavfi -i anoisesrc=duration=4:sample_rate=44100:seed=1 -ar 44100 -ac 1 "               \
    "-sample_fmt s16 "

struct clip {
    const char *name, *arguments;
    LONGLONG slack; /* of sound, in samples: Matroska counts milliseconds */
};

static const struct clip clips[] = {
    { "h264.mkv", PICTURES "-c:v libx264 -preset ultrafast", 0 },
    { "h264.mp4", PICTURES "-c:v libx264 -preset ultrafast", 0 },
    { "mpeg4.mp4", PICTURES "-c:v mpeg4 -q:v 3", 0 },
    { "mpeg4.avi", PICTURES "-bf 0 -c:v mpeg4 -q:v 3", 0 }, /* AVI has no times for B frames */
    { "mjpeg.avi", PICTURES "-bf 0 -c:v mjpeg -q:v 3", 0 },
    { "raw.avi", PICTURES "-c:v rawvideo", 0 },
    { "mpeg2.mpg", PICTURES "-c:v mpeg2video -q:v 3", 0 },
    { "mpeg2.vob", PICTURES "-c:v mpeg2video -q:v 3", 0 },
    { "mpeg2.ts", PICTURES "-c:v mpeg2video -q:v 3", 0 },
    { "h264.ts", PICTURES "-c:v libx264 -preset ultrafast", 0 },
    { "theora.ogg", PICTURES "-bf 0 -c:v libtheora -q:v 7", 0 },
    { "pcm.avi", SOUND "-c:a pcm_s16le", 0 },
    { "pcm.mov", SOUND "-c:a pcm_s16le", 0 },
    { "pcm.nut", SOUND "-c:a pcm_s16le", 0 },
    { "flac.ogg", SOUND "-c:a flac", 0 },
    { "flac.flac", SOUND "-c:a flac", 0 },
    { "flac.mp4", SOUND "-c:a flac -strict -2", 0 },
    { "alac.m4a", SOUND "-sample_fmt s16p -c:a alac", 0 },
    { "flac.mka", SOUND "-c:a flac", 45 },
    { "pcm.wav", SOUND "-c:a pcm_s16le", 0 },
    { "both.mkv",
      "-f lavfi -i testsrc2=size=96x64:rate=25:duration=4,format=yuv420p "
      "-f lavfi -i anoisesrc=duration=4:sample_rate=44100:seed=1 -map 0:v -map 1:a "
      "-bf 2 -g 30 -c:v mpeg4 -q:v 3 -ar 44100 -ac 1 -sample_fmt s16 -c:a flac",
      45 },
};

/* Without an index: what is sought is looked for. */
static const struct clip plain[] = {
    { "plain.mp3", SOUND "-c:a libmp3lame", 0 },
    { "plain.aac", SOUND "-sample_fmt fltp -c:a aac", 0 },
    { "plain.ac3", SOUND "-sample_fmt fltp -c:a ac3", 0 },
    { "plain.mp2", SOUND "-c:a mp2", 0 },
};

static bool clip_path(const struct clip *clip, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", folder, clip->name);
    return access(path, R_OK) == 0 || clip_make(clip->arguments, path);
}

/* From a place to the end, nothing is missing and nothing comes after it. */
static void judge_rest(struct player *p, const struct clip *clip)
{
    LONGLONG to = 12345678, at = (to * RATE + SECOND / 2) / SECOND;

    assert_hr(CALL(p->g.control, Stop), S_OK);
    (void)graph_event(&p->g, 0, 0, NULL); /* it may have come to its end before */
    for (int i = 0; i < 2; i++)
        clip_forget(i);
    assert_hr(CALL(p->g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL, 0),
              S_OK);
    clip_record[1].keeps_sound = true;
    play_to_end(p);
    clip_record[1].keeps_sound = false;
    if (p->has_picture && clip_record[0].count != 70)
        fail_msg("%s: %u pictures to the end", clip->name, clip_record[0].count);
    if (p->has_sound &&
        llabs((LONGLONG)(whole_bytes - clip_record[1].sound_bytes) / 2 - at) > clip->slack)
        fail_msg("%s: %zu bytes to the end", clip->name, clip_record[1].sound_bytes);
}

static void judge(const struct clip *clip)
{
    struct player p;
    char path[128];

    if (!clip_path(clip, path, sizeof(path))) {
        print_message("%s: this ffmpeg can make no such clip\n", clip->name);
        return;
    }
    player_open(&p, path);
    play_whole(&p);
    if (p.has_picture)
        assert_int_equal(whole_count, 100);
    if (p.has_sound)
        assert_int_equal(whole_bytes, 4 * RATE * 2);
    for (int i = 0; i < 40; i++) {
        /* frames' own times now and then, to the 100 ns */
        unsigned last = p.has_picture ? 95 : 99; /* sound: into its last packet, too */
        LONGLONG to = i % 3 == 0 ? draw(last) * FRAME : draw(last * FRAME);

        seek_to(&p, to);
        if (p.has_picture)
            assert_frame_at(clip->name, to);
        if (p.has_sound)
            assert_sound_at(clip->name, to, clip->slack);
    }
    judge_rest(&p, clip);
    player_close(&p);
    free(whole_sound);
    whole_sound = NULL;
}

static void test_accuracy(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAYSIZE(clips); i++)
        judge(&clips[i]);
}

/* ---- to a stop ---------------------------------------------------------------------------- */

static bool open_clip(struct player *p, const char *name)
{
    char path[128];

    for (unsigned i = 0; i < ARRAYSIZE(clips); i++) {
        if (strcmp(clips[i].name, name) != 0)
            continue;
        if (!clip_path(&clips[i], path, sizeof(path)))
            return false;
        player_open(p, path);
        return true;
    }
    return false;
}

static void seek_span(struct player *p, LONGLONG from, LONGLONG to, DWORD flags)
{
    assert_hr(CALL(p->g.seeking, SetPositions, &from, AM_SEEKING_AbsolutePositioning | flags,
                   &to, AM_SEEKING_AbsolutePositioning),
              S_OK);
}

/* No picture and no sample of sound from behind it, and none is missing; sought before anything ran. */
static void test_stop(void **state)
{
    static const char *const names[] = { "h264.mp4",  "mpeg2.ts", "pcm.wav",
                                         "flac.flac", "pcm.avi",  "flac.ogg" };

    (void)state;
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        const LONGLONG from = 12340000, to = 26660000;
        LONGLONG samples =
            (to * RATE + SECOND / 2) / SECOND - (from * RATE + SECOND / 2) / SECOND;
        struct player p;

        if (!open_clip(&p, names[i]))
            continue;
        play_whole(&p);
        player_close(&p);
        assert_true(open_clip(&p, names[i]));
        seek_span(&p, from, to, 0);
        clip_record[1].keeps_sound = true;
        play_to_end(&p);
        if (p.has_sound && (int64_t)clip_record[1].sound_bytes != samples * 2)
            fail_msg("%s: %zu bytes of sound", names[i], clip_record[1].sound_bytes);
        if (p.has_picture) {
            assert_int_equal(clip_record[0].count, 37); /* 30 to 66 */
            for (unsigned k = 0; k < 37; k++)
                assert_int_equal(clip_record[0].frames[k].hash, whole[30 + k].hash);
        }
        player_close(&p);
        free(whole_sound);
        whole_sound = NULL;
    }
}

/* The first thing that is asked of a graph may be a seek. */
static void test_sought_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAYSIZE(plain); i++) {
        struct player p;
        char path[128];

        if (!clip_path(&plain[i], path, sizeof(path))) {
            print_message("%s: this ffmpeg can make no such clip\n", plain[i].name);
            continue;
        }
        player_open(&p, path);
        seek_span(&p, SECOND, 2 * SECOND, 0);
        play_to_end(&p);
        assert_true(clip_record[1].count > 0);
        assert_in_range(clip_record[1].frames[0].start + SECOND / 10, 0, SECOND / 5);
        assert_true(clip_record[1].frames[clip_record[1].count - 1].start < SECOND);
        player_close(&p);
    }
}

static REFERENCE_TIME wait_segment_end(struct player *p)
{
    LONG_PTR p1, p2;
    LONG code;

    for (;;) {
        REFERENCE_TIME time;

        assert_hr(CALL(p->g.event, GetEvent, &code, &p1, &p2, REAL_WAIT_MS), S_OK);
        assert_int_not_equal(code, EC_COMPLETE);
        time = code == EC_END_OF_SEGMENT ? *(const REFERENCE_TIME *)p1 : -1;
        CALL(p->g.event, FreeEventParams, code, p1, p2);
        if (time >= 0)
            return time;
    }
}

/* A loop through a decoder: every turn is as long as the segment, and shows each of its pictures once. */
static void test_loop(void **state)
{
    struct player p;
    LONG code;

    (void)state;
    if (!open_clip(&p, "h264.mp4"))
        skip();
    play_whole(&p);
    seek_span(&p, SECOND, 2 * SECOND, AM_SEEKING_Segment);
    real_run(&p.g);
    for (int turn = 1; turn <= 3; turn++) {
        assert_int_equal(wait_segment_end(&p), turn * SECOND);
        seek_span(&p, SECOND, 2 * SECOND,
                  AM_SEEKING_NoFlush | (turn < 3 ? AM_SEEKING_Segment : 0));
    }
    assert_hr(CALL(p.g.event, WaitForCompletion, REAL_WAIT_MS, &code), S_OK);
    assert_int_equal(code, EC_COMPLETE);
    assert_int_equal(clip_record[0].count, 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(clip_record[0].frames[i].start, i * FRAME);
        assert_int_equal(clip_record[0].frames[i].hash, whole[25 + i % 25].hash);
    }
    player_close(&p);
    free(whole_sound);
    whole_sound = NULL;
}

/* ---- rates ------------------------------------------------------------------------------- */

/* Up to 8 every picture comes, with its time divided; faster, only those that can be decoded alone. */
static void test_rates(void **state)
{
    struct player p;
    char path[128];

    (void)state;
    if (!clip_path(&clips[2], path, sizeof(path)))
        skip();
    player_open(&p, path);
    play_to_end(&p);
    assert_hr(CALL(p.g.control, Stop), S_OK);
    for (double rate = 0.25; rate <= 8; rate *= 2) {
        clip_forget(0);
        assert_hr(CALL(p.g.seeking, SetRate, rate), S_OK);
        play_to_end(&p);
        assert_int_equal(clip_record[0].count, 100);
        for (unsigned i = 0; i < 100; i++)
            assert_true(llabs(clip_record[0].frames[i].start - (LONGLONG)(i * FRAME / rate)) <=
                        1);
        assert_hr(CALL(p.g.control, Stop), S_OK);
    }
    clip_forget(0);
    assert_hr(CALL(p.g.seeking, SetRate, 16.0), S_OK);
    play_to_end(&p);
    assert_in_range(clip_record[0].count, 2, 20); /* a key frame at least each 30 */
    for (unsigned i = 0; i < clip_record[0].count; i++)
        assert_int_equal(clip_record[0].frames[i].start % (FRAME / 16), 0);
    player_close(&p);
}

/* ---- late -------------------------------------------------------------------------------- */

static void tell_late(struct player *p, REFERENCE_TIME late)
{
    Quality q = { .Type = Famine, .Proportion = 500, .Late = late };
    IQualityControl *control;

    assert_hr(CALL(p->decoded, QueryInterface, &IID_IQualityControl, (void **)&control), S_OK);
    assert_hr(CALL(control, Notify, NULL, q), S_OK);
    LET_GO(control);
}

/* What is left out is counted, and what is not comes; in time again, every picture does. */
static void late_by(const char *name, REFERENCE_TIME late, const char *reason, unsigned until)
{
    ULONGLONG dropped;
    struct player p;
    unsigned before;

    player_open(&p, name);
    clip_shut(0, 1);
    real_run(&p.g);
    clip_wait_inside(0);
    tell_late(&p, late);
    assert_true(graph_event(&p.g, EC_QUALITY_CHANGE, 0, NULL));
    tell_late(&p, late);
    assert_false(graph_event(&p.g, EC_QUALITY_CHANGE, 0, NULL)); /* once for each change */
    /* a few later pictures are left out: then it is in time again */
    clip_shut(0, until);
    clip_wait_inside(0);
    assert_true(real_drops(p.coded, reason) > 0);
    tell_late(&p, 0);
    assert_true(graph_event(&p.g, EC_QUALITY_CHANGE, 0, NULL));
    clip_open(0);
    play_to_end(&p);
    dropped = real_drops(p.coded, reason);
    assert_int_equal(clip_record[0].count + dropped, 100);
    /* the last of them without a gap, and as they should be */
    before = clip_record[0].count;
    for (unsigned i = 1; i <= 10; i++) {
        assert_int_equal(clip_record[0].frames[before - i].start, (100 - i) * FRAME);
        assert_int_equal(clip_record[0].frames[before - i].hash, whole[100 - i].hash);
    }
    player_close(&p);
}

static void test_late(void **state)
{
    struct player p;
    char path[128];

    (void)state;
    if (!clip_path(&clips[2], path, sizeof(path)))
        skip();
    player_open(&p, path);
    play_whole(&p);
    player_close(&p);
    late_by(path, SECOND / 10, "late, not a reference", 4);
    late_by(path, 2 * SECOND, "late, not a key frame", 3);
    free(whole_sound);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/regraft-clips-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[128];

    (void)state;
    for (unsigned i = 0; i < ARRAYSIZE(clips); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, clips[i].name);
        (void)unlink(path);
    }
    for (unsigned i = 0; i < ARRAYSIZE(plain); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, plain[i].name);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy),     cmocka_unit_test(test_stop),
        cmocka_unit_test(test_sought_first), cmocka_unit_test(test_loop),
        cmocka_unit_test(test_rates),        cmocka_unit_test(test_late),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
