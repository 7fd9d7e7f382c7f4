/* SPDX-License-Identifier: MIT */
/* judge.c - see judge.h. */
#include "judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK    1024  /* samples per channel */
#define TICK_HNS 10000 /* containers that count in milliseconds */
#define QUIET    1e-4  /* power that no codec has to keep, of full scale */

bool verdict_is_good(const struct verdict *v)
{
    return v->wanted > 0 && v->got == v->wanted && v->lost == 0 && v->damaged == 0 &&
           v->doubled == 0 && v->reordered == 0;
}

/* ---- pictures ------------------------------------------------------------------------------------ */

/* Times grow in `wanted`; n: it is not among them. */
static size_t place_of(const struct record *wanted, int64_t start)
{
    size_t low = 0, high = wanted->n;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (wanted->seen[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < wanted->n && wanted->seen[low].start == start ? low : wanted->n;
}

static unsigned *count_of(size_t n)
{
    unsigned *times = calloc(n + 1, sizeof(*times));

    if (times == NULL)
        abort();
    return times;
}

static void count_lost(struct verdict *v, const unsigned *times)
{
    for (size_t i = 0; i < v->wanted; i++) {
        v->lost += times[i] == 0;
        v->doubled += times[i] > 1 ? times[i] - 1 : 0;
    }
}

struct verdict judge_pictures(const struct record *wanted, const struct record *got)
{
    struct verdict v = { .wanted = wanted->n, .got = got->n };
    unsigned *times = count_of(wanted->n);

    for (size_t i = 0; i < got->n; i++) {
        size_t place = place_of(wanted, got->seen[i].start);

        v.reordered += i > 0 && got->seen[i].start <= got->seen[i - 1].start;
        if (place == wanted->n || got->seen[i].hash != wanted->seen[place].hash)
            v.damaged++;
        if (place < wanted->n)
            times[place]++;
    }
    count_lost(&v, times);
    free(times);
    return v;
}

struct verdict judge_numbers(const struct record *wanted, const struct record *got)
{
    struct verdict v = { .wanted = wanted->n, .got = got->n };
    unsigned *times = count_of(wanted->n);

    for (size_t i = 0; i < got->n; i++) {
        const struct seen *s = &got->seen[i];

        v.reordered += i > 0 && (s->number <= got->seen[i - 1].number ||
                                 s->start <= got->seen[i - 1].start);
        if (s->number < 0 || s->number >= (int64_t)wanted->n ||
            llabs(s->start - wanted->seen[s->number].start) > TICK_HNS)
            v.damaged++;
        else
            times[s->number]++;
    }
    count_lost(&v, times);
    free(times);
    return v;
}

/* ---- sound --------------------------------------------------------------------------------------- */

static struct verdict lengths(const struct record *wanted, const struct record *got,
                              size_t wanted_samples, size_t got_samples)
{
    struct verdict v = { .wanted = wanted_samples, .got = got_samples };

    v.lost = v.wanted > v.got ? v.wanted - v.got : 0;
    v.doubled = v.got > v.wanted ? v.got - v.wanted : 0;
    if (wanted->channels != got->channels || wanted->rate != got->rate)
        v.damaged = v.wanted;
    for (size_t i = 1; i < got->n;
         i++) /* an encoder that comes in goes by the source's times */
        v.reordered += got->seen[i].start <= got->seen[i - 1].start - TICK_HNS;
    return v;
}

static size_t samples_of(const struct record *r)
{
    return r->sample_bytes > 0 ? r->sound_bytes / (size_t)r->sample_bytes : 0;
}

struct verdict judge_sound(const struct record *wanted, const struct record *got)
{
    struct verdict v = lengths(wanted, got, samples_of(wanted), samples_of(got));
    size_t size = (size_t)wanted->sample_bytes;

    if (v.damaged != 0 || wanted->sample_bytes != got->sample_bytes) {
        v.damaged = v.wanted;
        return v;
    }
    for (size_t at = 0; at < v.wanted && at < v.got; at += BLOCK) {
        size_t n = v.wanted - at < BLOCK ? v.wanted - at : BLOCK;

        if (n > v.got - at)
            n = v.got - at;
        if (memcmp(wanted->sound + at * size, got->sound + at * size, n * size) != 0)
            v.damaged += n;
    }
    return v;
}

/* Full scale is 1. */
static double value(const struct record *r, size_t index)
{
    int16_t whole;
    float part;

    if (r->is_float) {
        memcpy(&part, r->sound + 4 * index, 4);
        return part;
    }
    memcpy(&whole, r->sound + 2 * index, 2);
    return whole / 32768.0;
}

struct verdict judge_sound_like(const struct record *wanted, const struct record *got,
                                double least_db)
{
    struct verdict v = lengths(wanted, got, samples_of(wanted), samples_of(got));
    size_t channels = (size_t)wanted->channels;
    double limit = pow(10, -least_db / 10), all_signal = 0, all_noise = 0;

    if (v.damaged != 0)
        return v;
    for (size_t at = 0; at + BLOCK <= v.wanted && at + BLOCK <= v.got; at += BLOCK) {
        double signal = QUIET * BLOCK * (double)channels, noise = 0;

        for (size_t i = at * channels; i < (at + BLOCK) * channels; i++) {
            double a = value(wanted, i), b = value(got, i);

            signal += a * a;
            noise += (a - b) * (a - b);
        }
        if (noise > signal * limit)
            v.damaged += BLOCK;
        all_signal += signal;
        all_noise += noise;
    }
    if (all_noise * 10 > all_signal * limit)
        v.damaged = v.wanted;
    return v;
}
