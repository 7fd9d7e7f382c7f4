/* SPDX-License-Identifier: MIT */
/* filters/generator.c - how a source that makes its own data counts through time.
 *
 * Runs: see generator.h.
 * Knows: the monotonic clock.  Must not know: what the units are, the graph's clock.
 */
#include "filters/generator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/room.h"

#define SECOND_HNS    10000000LL
#define SECOND_NS     1000000000LL
#define LONGEST_UNITS (1LL << 52)

/* ---- numbers ------------------------------------------------------------------------------ */

bool rg_generator_parse_rate(const char *text, int *ret_num, int *ret_den)
{
    char *end;
    long num = strtol(text, &end, 10), den = 1; /* digits alone: the same in every locale */

    if (end == text || text[0] < '0' || text[0] > '9' || num > 1000000)
        return false;
    if (*end == '/') {
        const char *below = end + 1;

        den = strtol(below, &end, 10);
        if (end == below || below[0] < '0' || below[0] > '9')
            return false;
    } else if (*end == '.') {
        const char *digits = ++end;

        for (; *end >= '0' && *end <= '9' && den < 1000; end++, den *= 10)
            num = num * 10 + (*end - '0');
        if (end == digits)
            return false;
        /* 29.97 and 23.976 stand for the rates of television */
        if ((num == 2997 && den == 100) || (num == 23976 && den == 1000) ||
            (num == 5994 && den == 100)) {
            num = (num * 1001 / den + 999) / 1000 * 1000;
            den = 1001;
        }
    }
    if (*end != '\0' || num <= 0 || den <= 0 || den > 1000000 || num > den * 1000 ||
        den > num * 1000)
        return false;
    *ret_num = (int)num;
    *ret_den = (int)den;
    return true;
}

/* Start of a unit, 100 ns; exact, and without overflow for any number of units below LONGEST_UNITS. */
static REFERENCE_TIME time_of(const struct rg_generator_plan *p, int64_t unit)
{
    int64_t whole = unit / p->num, rest = unit % p->num;

    return whole * p->den * SECOND_HNS + rest * p->den * SECOND_HNS / p->num;
}

/* The first unit that starts at or after time. */
static int64_t unit_from(const struct rg_generator_plan *p, REFERENCE_TIME time)
{
    int64_t turn = SECOND_HNS * p->den;
    int64_t unit = time / turn * p->num + time % turn * p->num / turn;

    while (time_of(p, unit) < time)
        unit++;
    return unit;
}

int64_t rg_generator_limit(int64_t units, double seconds, int num, int den)
{
    int64_t limit = units > 0 ? units : RG_ENDLESS;

    if (seconds > 0) {
        double by_time = rint(seconds * num / den);

        if (by_time < (double)LONGEST_UNITS && (int64_t)by_time < limit)
            limit = (int64_t)by_time;
    }
    return limit;
}

/* ---- control --------------------------------------------------------------------------------- */

void rg_generator_announce(struct rg_generator *g, const struct rg_generator_plan *plan)
{
    atomic_store(&g->duration, plan->end != RG_ENDLESS ? time_of(plan, plan->end) : 0);
}

static void begin(struct rg_generator *g)
{
    g->next = g->plan.num > 0 ? unit_from(&g->plan, g->position) : 0;
    g->has_begun = false;
}

void rg_generator_start(struct rg_generator *g, const struct rg_generator_plan *plan)
{
    g->plan = *plan;
    rg_generator_announce(g, plan);
    begin(g);
}

HRESULT rg_generator_seek(struct rg_generator *g, REFERENCE_TIME *position, REFERENCE_TIME stop,
                          double rate)
{
    if (!(rate > 0))
        return E_INVALIDARG;
    if (*position < 0)
        *position = 0;
    if (g->plan.num > 0) {
        int64_t unit = unit_from(&g->plan, *position);

        if (unit > 0 && time_of(&g->plan, unit) > *position)
            unit--;
        *position = time_of(&g->plan, unit);
    }
    g->position = *position;
    g->stop = stop > 0 ? stop : 0;
    g->rate = rate;
    begin(g);
    return S_OK;
}

void rg_generator_interrupt(struct rg_generator *g, bool on)
{
    pthread_mutex_lock(&g->lock);
    g->is_interrupted = on;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

HRESULT rg_generator_duration(struct rg_generator *g, REFERENCE_TIME *ret)
{
    int64_t duration = atomic_load(&g->duration);

    if (duration == 0)
        return VFW_E_NOT_FOUND;
    *ret = duration;
    return S_OK;
}

/* ---- streaming ----------------------------------------------------------------------------------- */

static REFERENCE_TIME segment_time(const struct rg_generator *g, int64_t unit)
{
    REFERENCE_TIME time = time_of(&g->plan, unit) - g->position;

    return g->rate > 0 && g->rate != 1 ? (REFERENCE_TIME)((double)time / g->rate) : time;
}

static bool has_ended(const struct rg_generator *g)
{
    return g->plan.num <= 0 || g->next >= g->plan.end ||
           (g->stop > 0 && time_of(&g->plan, g->next) >= g->stop);
}

static struct timespec due_at(struct rg_generator *g, REFERENCE_TIME time)
{
    struct timespec at;
    int64_t due;

    if (!g->has_begun) {
        clock_gettime(CLOCK_MONOTONIC, &at);
        g->begun_ns = at.tv_sec * SECOND_NS + at.tv_nsec - time * 100;
        g->has_begun = true;
    }
    due = g->begun_ns + time * 100;
    at.tv_sec = due / SECOND_NS;
    at.tv_nsec = due % SECOND_NS;
    return at;
}

HRESULT rg_generator_fetch(struct rg_generator *g, REFERENCE_TIME *ret_time)
{
    REFERENCE_TIME time;
    struct rg_wait note;
    struct timespec due = { 0, 0 };
    bool is_due = !g->plan.is_paced, is_interrupted;

    if (has_ended(g))
        return S_FALSE;
    time = segment_time(g, g->next);
    if (!is_due) {
        due = due_at(g, time);
        note = (struct rg_wait){ .what = "its data, which is live",
                                 .detail = "due at @",
                                 .number = time };
    }
    pthread_mutex_lock(&g->lock);
    while (!g->is_interrupted && !is_due) {
        rg_wait_begin(&note);
        is_due = pthread_cond_clockwait(&g->changed, &g->lock, CLOCK_MONOTONIC, &due) != 0;
        rg_wait_end(&note);
    }
    is_interrupted = g->is_interrupted;
    pthread_mutex_unlock(&g->lock);
    if (is_interrupted)
        return VFW_E_STATE_CHANGED;
    *ret_time = time;
    return S_OK;
}

int64_t rg_generator_take(struct rg_generator *g, int64_t most, IMediaSample *sample,
                          int64_t *ret_first)
{
    int64_t first = g->next, after = first + most;
    REFERENCE_TIME start, stop;
    LONGLONG media_start, media_stop;

    if (has_ended(g) || most <= 0)
        return 0;
    if (after > g->plan.end)
        after = g->plan.end;
    start = segment_time(g, first);
    stop = segment_time(g, after);
    sample->lpVtbl->SetTime(sample, &start, &stop);
    media_start = first;
    media_stop = after;
    sample->lpVtbl->SetMediaTime(sample, &media_start, &media_stop);
    sample->lpVtbl->SetSyncPoint(sample, TRUE);
    g->next = after;
    *ret_first = first;
    return after - first;
}
