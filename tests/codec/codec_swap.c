/* SPDX-License-Identifier: MIT */
/* codec_swap.c - encoders and decoders are exchanged for others in the middle of running streams: every
 * picture and every sample comes out, whole and in order.
 *
 * Usage: codec_swap [--swaps N] [CASE...].  Clips are generated with the ffmpeg command and lie in a
 * folder of their own while the program runs, and longer with CODEC_SWAP_KEEP set.  Exit code 77: there is no ffmpeg.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "road.h"

#define SKIP      77
#define PICTURES  800
#define GOP       48
#define SECONDS   30
#define AAC_FRAME 1024 /* samples; and as many in front */

static char folder[256];
static unsigned swaps = 50;
static int failures;

/* ---- the ffmpeg command -------------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
    static char paths[4][384];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

/* All that the command says, on both of its ends; its exit code. */
static int run(char *said, size_t room, const char *format, const char *path)
{
    char command[1024];
    size_t n;
    FILE *pipe;

    snprintf(command, sizeof(command), format, path);
    strncat(command, " 2>&1 </dev/null", sizeof(command) - strlen(command) - 1);
    pipe = popen(command, "r"); // NOLINT(cert-env33-c): the test's own command
    if (pipe == NULL)
        die("popen: %s", strerror(errno));
    n = fread(said, 1, room - 1, pipe);
    said[n] = 0;
    return pclose(pipe);
}

static void make_clip(const char *format, const char *name)
{
    char said[2048];

    if (run(said, sizeof(said), format, path_of(name)) != 0)
        die("%s could not be made:\n%s", name, said);
}

static bool has_ffmpeg(void)
{
    char said[256];

    return run(said, sizeof(said), "%s -version >/dev/null && ffprobe -version >/dev/null",
               "ffmpeg") == 0;
}

/* Players have nothing to complain of, and find all pictures. */
static void check_file(const char *name, const char *path, size_t pictures)
{
    char said[2048], counted[64];

    if (run(said, sizeof(said), "ffmpeg -v error -i '%s' -f null -", path) != 0 ||
        said[0] != 0) {
        printf("  %s: ffmpeg says: %.400s\n", name, said);
        failures++;
    }
    if (pictures == 0)
        return;
    if (run(counted, sizeof(counted),
            "ffprobe -v error -select_streams v -count_frames -show_entries "
            "stream=nb_read_frames -of csv=p=0 '%s'",
            path) != 0 ||
        strtoul(counted, NULL, 10) != pictures) {
        printf("  %s: ffprobe counts %s", name, counted);
        failures++;
    }
}

/* ---- roads --------------------------------------------------------------------------------------- */

/* n swaps of the index-th filter, one in each stretch of so many samples. */
struct plan {
    unsigned n, index;
    unsigned every;
    unsigned ahead; /* the stream may be so many samples further when the cut comes, at most */
    IBaseFilter *(*make)(unsigned turn);
    uint64_t memory_bytes;
    unsigned memory_samples; /* 0: as it is */
    bool waits_for_sync;     /* the cut: the stream has to go on until then */
};

static unsigned dice;

static unsigned roll(unsigned sides)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % sides;
}

static void let_loose(void)
{
    leash_allow(UINT64_MAX);
}

static struct edits go(struct road *road, const struct plan *plan)
{
    struct edits edits = { 0 };

    dice = 5;
    leash_reset();
    if (plan != NULL && plan->memory_samples != 0)
        road_set_memory(road, plan->memory_bytes, plan->memory_samples);
    road_run(road);
    for (unsigned i = 0; plan != NULL && i < plan->n; i++) {
        uint64_t point = (uint64_t)i * plan->every +
                         (plan->waits_for_sync ? GOP / 2 : 1 + roll(plan->every - 1));

        leash_allow(point);
        if (!leash_wait(point))
            die("the stream stands still");
        if (plan->waits_for_sync) {
            road_swap_prepared(road, plan->index, plan->make(i + 1), &edits, let_loose);
            leash_allow_more(0);
        } else {
            leash_allow_more(plan->ahead);
            road_swap(road, plan->index, plan->make(i + 1), &edits);
        }
    }
    leash_allow(UINT64_MAX);
    road_finish(road);
    return edits;
}

static void tell(const char *name, const struct edits *e, const struct verdict *v)
{
    bool good = verdict_is_good(v) && e->dropped == 0;

    printf("%s: swaps=%u frames=%zu of %zu lost=%zu damaged=%zu doubled=%zu reordered=%zu "
           "primed=%llu drained=%llu dropped=%llu in_stream=%u unprimed=%u closed_most_ms=%.2f "
           "%s\n",
           name, e->n, v->got, v->wanted, v->lost, v->damaged, v->doubled, v->reordered,
           (unsigned long long)e->primed, (unsigned long long)e->drained,
           (unsigned long long)e->dropped, e->in_stream, e->unprimed,
           (double)e->closed_most_ns / 1e6, good ? "ok" : "FAILED");
    fflush(stdout);
    failures += !good;
}

/* demux ! leash ! decode ! collector */
static struct edits decode(const char *path, const struct plan *plan, struct record *ret)
{
    struct road road;

    road_open(&road);
    road_add(&road, road_demux(path));
    road_add(&road, media_leash());
    road_add(&road, plan != NULL ? plan->make(0) : road_filter("decode", "threads=1"));
    road_add(&road, media_collector(ret));
    return go(&road, plan);
}

/* demux ! decode ! stamp ! leash ! encode ! mux */
static struct edits encode(const char *from, const char *to, const struct plan *plan,
                           const char *settings)
{
    struct road road;

    road_open(&road);
    road_add(&road, road_demux(from));
    road_add(&road, road_filter("decode", ""));
    road_add(&road, media_stamp());
    road_add(&road, media_leash());
    road_add(&road, plan != NULL ? plan->make(0) : road_filter("encode", settings));
    road_add(&road, road_mux(to));
    return go(&road, plan);
}

/* ---- pictures: encoders -------------------------------------------------------------------------- */

/* Look-ahead and B-pictures, none, and other headers of the stream. */
static IBaseFilter *make_h264(unsigned turn)
{
    static const char *const settings[] = {
        "codec=h264 preset=veryfast crf=25 gop=60 options=bf=3:rc-lookahead=25",
        "codec=h264 preset=veryfast crf=25 gop=60 options=bf=3:rc-lookahead=25",
        "codec=h264 preset=faster crf=30 gop=40 options=bf=2:refs=4:rc-lookahead=12",
        "codec=h264 preset=superfast profile=main crf=25 options=bf=0",
        "codec=h264 preset=ultrafast profile=baseline crf=25 options=bf=0",
    };

    return road_filter("encode", settings[turn % 5]);
}

static void swap_encoder(const char *name, const char *file, unsigned n)
{
    struct plan plan = { n, 4, PICTURES / swaps, 12, make_h264, .memory_samples = 0 };
    struct record source = { 0 }, got = { 0 };
    struct verdict v;
    struct edits edits;

    (void)decode(path_of("natural.mkv"), NULL, &source);
    edits = encode(path_of("natural.mkv"), path_of(file), &plan, NULL);
    (void)decode(path_of(file), NULL, &got);
    v = judge_numbers(&source, &got);
    tell(name, &edits, &v);
    check_file(name, path_of(file), source.n);
    record_clear(&source);
    record_clear(&got);
}

static void h264_encoder_mkv(void)
{
    swap_encoder("h264 encoder, mkv", "swapped.mkv", swaps);
}

static void h264_encoder_mp4(void)
{
    swap_encoder("h264 encoder, mp4", "swapped.mp4", swaps);
}

/* ---- pictures: decoders -------------------------------------------------------------------------- */

static IBaseFilter *make_decoder(unsigned turn)
{
    static const char *const settings[] = { "threads=1", "threads=3", "threads=2",
                                            "threads=1" };

    return road_filter("decode", settings[turn % 4]);
}

static struct edits swap_decoder_of(const char *name, const char *path, const struct plan *plan)
{
    struct record wanted = { 0 }, got = { 0 };
    struct edits edits;
    struct verdict v;

    (void)decode(path, NULL, &wanted);
    edits = decode(path, plan, &got);
    v = wanted.sound_bytes != 0 ? judge_sound(&wanted, &got) : judge_pictures(&wanted, &got);
    tell(name, &edits, &v);
    record_clear(&wanted);
    record_clear(&got);
    return edits;
}

static const char *numbered_clip(void)
{
    const char *path = path_of("numbered.mp4");

    if (access(path, R_OK) != 0)
        (void)encode(
            path_of("natural.mkv"), path, NULL,
            "codec=h264 preset=fast crf=24 gop=48 options=bf=3:rc-lookahead=30:sc_threshold=0");
    return path;
}

static void h264_decoder(void)
{
    struct plan plan = { swaps, 2, PICTURES / swaps, 12, make_decoder, .memory_samples = 0 };

    (void)swap_decoder_of("h264 decoder", numbered_clip(), &plan);
}

/* Nothing is remembered so far back: each cut waits for a key frame. */
static void past_the_bound(void)
{
    struct plan plan = { 3, 2, 5 * GOP, 0, make_decoder, 1 << 20, 10, true };
    struct edits edits;

    edits = swap_decoder_of("h264 decoder, 10 samples remembered", numbered_clip(), &plan);
    /* in the middle of a GOP nothing is remembered: whatever was shown came after the key frame */
    if (edits.in_stream != plan.n || edits.unprimed != 0 || edits.primed != 0) {
        printf("  not all of them were cut in front of a key frame\n");
        failures++;
    }
}

static void other_decoders(void)
{
    static const struct {
        const char *file, *options;
    } clips[] = {
        { "open_gop.mkv",
          "-c:v libx264 -preset fast -x264-params open-gop=1:keyint=30:bframes=4" },
        { "interlaced.ts", "-c:v libx264 -preset fast -flags +ildct+ilme" },
        { "hevc.mkv",
          "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=40:bframes=3" },
        { "mpeg2.ts", "-c:v mpeg2video -bf 2 -q:v 4 -g 30" },
        { "mpeg4.avi", "-c:v mpeg4 -bf 2 -q:v 4 -g 30" },
        { "vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 60" },
    };

    for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
        struct plan plan = { 12, 2, 24, 10, make_decoder, .memory_samples = 0 };
        char format[512], name[64];

        snprintf(
            format, sizeof(format),
            "ffmpeg -v error -y -i '%s/natural.mkv' -frames:v 300 -pix_fmt yuv420p %s '%%s'",
            folder, clips[i].options);
        make_clip(format, clips[i].file);
        snprintf(name, sizeof(name), "decoder, %s", clips[i].file);
        (void)swap_decoder_of(name, path_of(clips[i].file), &plan);
    }
}

/* ---- sound --------------------------------------------------------------------------------------- */

static IBaseFilter *make_flac(unsigned turn)
{
    (void)turn;
    return road_filter("encode", "codec=flac");
}

static IBaseFilter *make_aac(unsigned turn)
{
    (void)turn;
    return road_filter("encode", "codec=aac bitrate=256k");
}

static unsigned sound_every(void)
{
    struct record source = { 0 };
    unsigned blocks;

    (void)decode(path_of("natural.mka"), NULL, &source);
    blocks = (unsigned)source.n;
    record_clear(&source);
    return blocks / swaps;
}

/* demux ! decode ! leash ! encode ! ...; what the file, or the decoder behind, gives. */
static void swap_sound_encoder(const char *name, const char *file,
                               IBaseFilter *(*make)(unsigned), double least_db,
                               void (*excuse)(struct verdict *v))
{
    struct plan plan = { swaps, 3, sound_every(), 3, make, .memory_samples = 0 };
    struct record source = { 0 }, got = { 0 };
    struct edits edits;
    struct verdict v;
    struct road road;

    (void)decode(path_of("natural.mka"), NULL, &source);
    road_open(&road);
    road_add(&road, road_demux(path_of("natural.mka")));
    road_add(&road, road_filter("decode", ""));
    road_add(&road, media_leash());
    road_add(&road, make(0));
    if (file != NULL) {
        road_add(&road, road_mux(path_of(file)));
    } else {
        road_add(&road, road_filter("decode", ""));
        road_add(&road, media_collector(&got));
    }
    edits = go(&road, &plan);
    if (file != NULL)
        (void)decode(path_of(file), NULL, &got);
    v = least_db > 0 ? judge_sound_like(&source, &got, least_db) : judge_sound(&source, &got);
    if (excuse != NULL)
        excuse(&v);
    tell(name, &edits, &v);
    if (file != NULL)
        check_file(name, path_of(file), 0);
    record_clear(&source);
    record_clear(&got);
}

static void flac_encoder(void)
{
    swap_sound_encoder("flac encoder, mkv", "swapped_flac.mkv", make_flac, 0, NULL);
}

/* mp4 can't say that packets in the middle are padding: what an encoder begins and ends with stays in. */
static void pass_padding(struct verdict *v)
{
    size_t extra = v->got - v->wanted;

    if (v->got < v->wanted || extra < AAC_FRAME * swaps || extra > 2 * AAC_FRAME * swaps)
        return;
    printf("  padding: %zu samples, %zu a swap\n", extra, extra / swaps);
    v->got = v->wanted;
    v->doubled = v->damaged = 0;
}

static void aac_encoder(void)
{
    swap_sound_encoder("aac encoder, decoded", NULL, make_aac, 5, NULL);
    swap_sound_encoder("aac encoder, mkv", "swapped_aac.mkv", make_aac, 5, NULL);
    swap_sound_encoder("aac encoder, m4a", "swapped_aac.m4a", make_aac, 5, pass_padding);
}

static void make_sound(const char *file, const char *options)
{
    char format[512];

    snprintf(format, sizeof(format), "ffmpeg -v error -y -i '%s/natural.mka' %s '%%s'", folder,
             options);
    make_clip(format, file);
}

static void sound_decoders(void)
{
    static const struct {
        const char *file, *options;
    } clips[] = {
        { "aac.m4a", "-c:a aac -b:a 128k -aac_pns 0" },
        { "mp3.mkv", "-c:a libmp3lame -b:a 128k" },
        { "flac.mkv", "-c:a flac" },
    };

    for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++) {
        struct plan plan = { swaps, 2, 6, 3, make_decoder, .memory_samples = 0 };
        char name[64];

        make_sound(clips[i].file, clips[i].options);
        snprintf(name, sizeof(name), "decoder, %s", clips[i].file);
        (void)swap_decoder_of(name, path_of(clips[i].file), &plan);
    }
}

/* It has all that went before in mind, ever less: what differs can't be heard. */
static void opus_decoder(void)
{
    struct plan plan = { swaps, 2, 6, 3, make_decoder, .memory_samples = 0 };
    struct record wanted = { 0 }, got = { 0 };
    struct edits edits;
    struct verdict v;

    make_sound("opus.mkv", "-c:a libopus -b:a 128k");
    (void)decode(path_of("opus.mkv"), NULL, &wanted);
    edits = decode(path_of("opus.mkv"), &plan, &got);
    v = judge_sound_like(&wanted, &got, 80);
    tell("decoder, opus.mkv, to 80 dB", &edits, &v);
    record_clear(&wanted);
    record_clear(&got);
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "h264_encoder_mkv", h264_encoder_mkv }, { "h264_encoder_mp4", h264_encoder_mp4 },
    { "h264_decoder", h264_decoder },         { "past_the_bound", past_the_bound },
    { "other_decoders", other_decoders },     { "flac_encoder", flac_encoder },
    { "aac_encoder", aac_encoder },           { "sound_decoders", sound_decoders },
    { "opus_decoder", opus_decoder },
};

/* A name that is none would run nothing, and all be good. */
static void check_names(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool known = false;

        if (strcmp(argv[i], "--swaps") == 0) {
            i++;
            continue;
        }
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
            known = known || strcmp(argv[i], cases[k].name) == 0;
        if (!known)
            die("there is no case \"%s\"", argv[i]);
    }
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    bool any = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--swaps") == 0) {
            i++;
            continue;
        }
        any = true;
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return !any;
}

/* Fractals that zoom, noise of a camera; voices that glide, noise of a room. */
static void make_sources(void)
{
    char format[768];

    snprintf(
        format, sizeof(format),
        "ffmpeg -v error -y -f lavfi -i "
        "mandelbrot=size=256x144:rate=25:end_pts=400:maxiter=400 -vf "
        "noise=alls=6:allf=t,format=yuv420p -frames:v %d -c:v libx264 -preset ultrafast -qp 18 "
        "-bf 0 '%%s'",
        PICTURES);
    make_clip(format, "natural.mkv");
    snprintf(format, sizeof(format),
             "ffmpeg -v error -y -f lavfi -i 'aevalsrc=0.3*sin(2*PI*(220*t+40*sin(t)))+"
             "0.2*sin(2*PI*(551*t+90*sin(1.7*t)))|0.3*sin(2*PI*(331*t+60*sin(1.3*t)))+"
             "0.01*random(0):s=48000:d=%d' -c:a "
             "flac -sample_fmt s16 -frame_size 1100 '%%s'",
             SECONDS);
    make_clip(format, "natural.mka");
}

static void clean_up(void)
{
    char said[256];

    if (getenv("CODEC_SWAP_KEEP") == NULL)
        (void)run(said, sizeof(said), "rm -rf '%s'", folder);
    else
        printf("kept: %s\n", folder);
}

int main(int argc, char **argv)
{
    const char *where = getenv("TMPDIR");

    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--swaps") == 0)
            swaps = (unsigned)strtoul(argv[i + 1], NULL, 10);
    if (swaps == 0 || swaps > 100)
        die("--swaps: 1 to 100");
    check_names(argc, argv);
    if (!has_ffmpeg())
        return SKIP;
    snprintf(folder, sizeof(folder), "%s/codec_swap.XXXXXX", where != NULL ? where : "/tmp");
    if (mkdtemp(folder) == NULL)
        die("%s: %s", folder, strerror(errno));
    (void)atexit(clean_up);
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    make_sources();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (is_wanted(cases[i].name, argc, argv))
            cases[i].run();
    CoUninitialize();
    printf("%s\n", failures == 0 ? "all good" : "FAILED");
    return failures == 0 ? 0 : 1;
}
