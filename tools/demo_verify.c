/* SPDX-License-Identifier: MIT */
/* demo_verify.c - the judge of tools/demo: was every frame delivered once, in order, under the
 * effect that the ledger names, and every sample of sound?
 *
 *   demo_verify [--card] CLIP RESULT LEDGER
 *
 * Control thread.  --card: the clip carries frame numbers (testsrc); else a frame is known by
 * its time and its likeness.  Exits 0 if all is well, 1 if not.
 */
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <regraft.h>

#include "demo_ledger.h"
#include "demo_reel.h"

#define TIME_SLACK   (2 * 10000) /* 100 ns: what two containers may round apart */
#define SOUND_RUN_IN 2048        /* samples */
#define STRIP_WIDTH  100
#define STRIP_ROWS   6

struct verdict {
    size_t lost, duplicated, reordered;
    size_t strange; /* frames in the result that the clip does not have */
    size_t wrong_effect;
    size_t first_wrong; /* index in the result */
    size_t shown[DEMO_EFFECTS];
    int64_t sound_difference;
};

/* --- who is this frame? ----------------------------------------------------------------------
 */

/* Index of the clip's frame at this time, or -1. */
static int64_t frame_at(const struct demo_reel *clip, REFERENCE_TIME start)
{
    size_t low = 0, high = clip->n_frames;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (clip->frames[middle].start < start - TIME_SLACK)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < clip->n_frames && llabs(clip->frames[low].start - start) <= TIME_SLACK)
        return (int64_t)low;
    return -1;
}

static int64_t frame_identify(const struct demo_reel *clip, const struct demo_frame *seen,
                              bool has_card)
{
    if (!has_card)
        return frame_at(clip, seen->start);
    return seen->number >= 0 && (size_t)seen->number < clip->n_frames ? seen->number : -1;
}

/* Does the frame look as effect makes of the original?  Codecs lose a little; effects change a
 * lot. */
static bool frame_looks(const struct demo_frame *original, enum demo_effect effect,
                        const struct demo_frame *seen)
{
    static const enum demo_effect others[] = { DEMO_NONE, DEMO_INVERT, DEMO_FLIP };
    int distance = demo_frame_distance(original, effect, seen);

    if (distance > 6)
        for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
            if (demo_frame_distance(original, others[i], seen) + 2 < distance)
                return false;
    if (effect == DEMO_GRAYSCALE)
        return seen->colour <= 16;
    return original->colour < 64 || seen->colour > 16;
}

/* --- the verdict -----------------------------------------------------------------------------
 */

static bool clip_is_sane(const struct demo_reel *clip, bool has_card)
{
    for (size_t i = 0; i < clip->n_frames; i++) {
        const struct demo_frame *frame = &clip->frames[i];

        if (has_card && (frame->number != (int64_t)i || frame->effect != DEMO_NONE)) {
            fprintf(stderr,
                    "demo: the clip itself is wrong: frame %zu reads as number %" PRId64
                    ", effect %s\n",
                    i, frame->number, demo_effect_name(frame->effect));
            return false;
        }
        if (i && frame->start <= clip->frames[i - 1].start) {
            fprintf(stderr,
                    "demo: the clip itself is wrong: frame %zu starts no later than the one "
                    "before\n",
                    i);
            return false;
        }
    }
    return clip->n_frames > 0;
}

static void result_judge(const struct demo_reel *clip, const struct demo_reel *result,
                         const struct demo_ledger *ledger, bool has_card, unsigned *seen_times,
                         struct verdict *ret)
{
    int64_t highest = -1;

    ret->first_wrong = result->n_frames;
    for (size_t i = 0; i < result->n_frames; i++) {
        const struct demo_frame *frame = &result->frames[i];
        int64_t number = frame_identify(clip, frame, has_card);
        enum demo_effect expected;
        bool right;

        if (number < 0) {
            ret->strange++;
            continue;
        }
        ret->duplicated += seen_times[number]++ > 0;
        ret->reordered += number < highest;
        highest = number > highest ? number : highest;
        expected = demo_ledger_effect(ledger, clip->frames[number].start);
        ret->shown[expected]++;
        right = frame_looks(&clip->frames[number], expected, frame) &&
                (!has_card || frame->effect == expected);
        if (!right && !ret->wrong_effect++)
            ret->first_wrong = i;
    }
    for (size_t i = 0; i < clip->n_frames; i++)
        ret->lost += seen_times[i] == 0;
    ret->sound_difference = result->sound_samples - clip->sound_samples;
}

/* --- words for people
 * -------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void gate_print(const struct demo_ledger *ledger)
{
    size_t count = ledger->n_cuts - 1, middle = count / 2;
    int64_t *times = calloc(count + 1, sizeof(*times));

    if (!times || !count) {
        free(times);
        return;
    }
    for (size_t i = 0; i < count; i++)
        times[i] = ledger->cuts[i + 1].closed_ns;
    qsort(times, count, sizeof(*times), compare_times);
    printf("  gate closed     %.0f us at the median, %.0f us at most\n",
           (double)times[middle] / 1e3, (double)times[count - 1] / 1e3);
    free(times);
}

/* The whole result as a strip: a letter for each frame, by what it shows. */
static void strip_print(const struct demo_reel *clip, const struct demo_reel *result,
                        const struct demo_ledger *ledger, bool has_card)
{
    static const char letters[DEMO_EFFECTS] = "?.ifg";
    static const char *const colours[DEMO_EFFECTS] = { "\33[31m", "", "\33[35m", "\33[36m",
                                                       "\33[90m" };
    bool is_tty = isatty(STDOUT_FILENO);
    size_t count = result->n_frames;

    puts("\n  every frame of the result: i invert, f flip, g grayscale");
    for (size_t i = 0; i < count && i < (size_t)STRIP_WIDTH * STRIP_ROWS; i++) {
        const struct demo_frame *frame = &result->frames[i];
        int64_t number = frame_identify(clip, frame, has_card);
        enum demo_effect effect = frame->effect;

        if (!has_card && number >= 0)
            effect = demo_ledger_effect(ledger, clip->frames[number].start);
        if (i % STRIP_WIDTH == 0)
            fputs("  ", stdout);
        if (is_tty)
            printf("%s%c\33[0m", colours[effect], letters[effect]);
        else
            putchar(letters[effect]);
        if (i % STRIP_WIDTH == STRIP_WIDTH - 1 || i == count - 1)
            putchar('\n');
    }
    if (count > (size_t)STRIP_WIDTH * STRIP_ROWS)
        printf("  ... and %zu more\n", count - (size_t)STRIP_WIDTH * STRIP_ROWS);
    putchar('\n');
}

static void table_print(const struct demo_reel *clip, const struct demo_reel *result,
                        const struct demo_ledger *ledger, const struct verdict *verdict)
{
    printf("  picture         %d x %d, %.5g fps\n", clip->width, clip->height, clip->rate);
    if (clip->has_sound)
        printf("  sound           %d Hz, %d channels\n", clip->sample_rate, clip->channels);
    printf("  swaps           %zu while data flowed, %zu refused\n", ledger->n_cuts - 1,
           ledger->n_refused);
    gate_print(ledger);
    printf("\n  %-14s %10s %10s\n", "", "in", "out");
    printf("  %-14s %10zu %10zu\n", "frames", clip->n_frames, result->n_frames);
    if (clip->has_sound)
        printf("  %-14s %10" PRId64 " %10" PRId64 "\n", "sound samples", clip->sound_samples,
               result->sound_samples);
    printf("  %-14s %10s %10zu\n", "  invert", "", verdict->shown[DEMO_INVERT]);
    printf("  %-14s %10s %10zu\n", "  flip", "", verdict->shown[DEMO_FLIP]);
    printf("  %-14s %10s %10zu\n", "  grayscale", "", verdict->shown[DEMO_GRAYSCALE]);
}

/* A clip of ours has sound to the sample.  In another's, sound may begin off the start by less than the run-in of an
 * encoder, which a container can then only partly cut away; nothing may be missing even so. */
static bool sound_is_whole(const struct verdict *verdict, bool has_card)
{
    return verdict->sound_difference >= 0 &&
           verdict->sound_difference <= (has_card ? 0 : SOUND_RUN_IN);
}

static bool verdict_print(const struct demo_reel *clip, const struct demo_reel *result,
                          const struct demo_ledger *ledger, const struct verdict *verdict,
                          bool has_card)
{
    bool ok = verdict->lost + verdict->duplicated + verdict->reordered + verdict->strange +
                      verdict->wrong_effect + ledger->n_refused ==
                  0 &&
              sound_is_whole(verdict, has_card);

    if (verdict->strange)
        printf("  %zu frames of the result are in no place of the clip\n", verdict->strange);
    if (verdict->wrong_effect) {
        const struct demo_frame *frame = &result->frames[verdict->first_wrong];

        printf("  %zu frames show another effect than the ledger names; the first is frame "
               "%zu, at %.3f s: %s\n",
               verdict->wrong_effect, verdict->first_wrong, (double)frame->start / 1e7,
               demo_effect_name(frame->effect));
    }
    if (verdict->sound_difference)
        printf("  sound: %+" PRId64 " samples\n", verdict->sound_difference);
    printf("demo: %s swaps=%zu frames_in=%zu frames_out=%zu lost=%zu duplicated=%zu "
           "reordered=%zu\n",
           ok ? "ok" : "FAILED", ledger->n_cuts - 1, clip->n_frames, result->n_frames,
           verdict->lost, verdict->duplicated, verdict->reordered);
    return ok;
}

/* --- main
 * --------------------------------------------------------------------------------------- */

static bool reel_read(const char *path, bool has_card, struct demo_reel *reel)
{
    HRESULT hr = demo_reel_read(path, has_card, reel);

    if (FAILED(hr))
        fprintf(stderr, "demo: cannot read %s back: 0x%08x\n", path, (unsigned)hr);
    return SUCCEEDED(hr);
}

static bool files_judge(const char *const paths[3], bool has_card)
{
    struct demo_reel clip = { 0 }, result = { 0 };
    struct demo_ledger ledger = { 0 };
    struct verdict verdict = { 0 };
    unsigned *seen_times = NULL;
    const char *why = NULL;
    bool ok = false;

    if (!reel_read(paths[0], has_card, &clip) || !clip_is_sane(&clip, has_card))
        goto out;
    if (!reel_read(paths[1], has_card, &result))
        goto out;
    if (FAILED(demo_ledger_read(paths[2], DEMO_INVERT, &ledger, &why))) {
        fprintf(stderr, "demo: %s: %s\n", paths[2], why);
        goto out;
    }
    seen_times = calloc(clip.n_frames, sizeof(*seen_times));
    if (!seen_times)
        goto out;
    result_judge(&clip, &result, &ledger, has_card, seen_times, &verdict);
    table_print(&clip, &result, &ledger, &verdict);
    strip_print(&clip, &result, &ledger, has_card);
    printf("  result          %s\n  ledger          %s\n\n", paths[1], paths[2]);
    ok = verdict_print(&clip, &result, &ledger, &verdict, has_card);
out:
    free(seen_times);
    demo_ledger_free(&ledger);
    demo_reel_free(&result);
    demo_reel_free(&clip);
    return ok;
}

int main(int argc, char **argv)
{
    bool has_card = argc > 1 && !strcmp(argv[1], "--card");
    const char *const *paths = (const char *const *)argv + 1 + has_card;
    bool ok;

    if (argc != 4 + has_card) {
        fputs("usage: demo_verify [--card] CLIP RESULT LEDGER\n", stderr);
        return 2;
    }
    setlocale(LC_ALL, "C.UTF-8");
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    ok = files_judge(paths, has_card);
    CoUninitialize();
    return ok ? 0 : 1;
}
