/* SPDX-License-Identifier: MIT */
/* swap_meter.c - numbers checked, times collected, one JSON object printed; see swap_meter.h. */
#include "swap_meter.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gauge.h"

#define WAIT_SECONDS 30 /* nothing waits that long unless it is broken */
#define PASSED_BY    2  /* samples after which one that was in the way has arrived */

struct meter_slot meter_slots[METER_SLOTS];
int64_t meter_contents[METER_SLOTS];

/* What the sink of the measured road has seen. */
static struct {
    /* owned by the streaming thread */
    int64_t next, by;
    bool has_begun;
    /* written by the streaming thread */
    _Atomic uint64_t count, lost, duplicated, reordered;
    /* meter_arrived_at: the longest time between two arrivals, since it was set to 0 */
    int64_t last_ns;
    _Atomic int64_t longest_ns;
    /* the streaming thread posts reached once count >= wanted */
    _Atomic uint64_t wanted;
    sem_t reached;
} sink = { .wanted = UINT64_MAX };

static _Atomic uint64_t elsewhere;

void meter_fail(const char *what, unsigned code)
{
    (void)fprintf(stderr, "bench: %s (0x%08x)\n", what, code);
    exit(2);
}

/* ---- at the sinks -------------------------------------------------------------------------------- */

static void count_one(void)
{
    uint64_t count = atomic_load_explicit(&sink.count, memory_order_relaxed) + 1;

    atomic_store_explicit(&sink.count, count, memory_order_release);
    if (count >= atomic_load_explicit(&sink.wanted, memory_order_acquire)) {
        atomic_store(&sink.wanted, UINT64_MAX);
        sem_post(&sink.reached);
    }
}

void meter_arrived(const struct meter_sample *sample)
{
    if (sample->number > sink.next)
        sink.lost += (uint64_t)(sample->number - sink.next);
    else if (sample->number == sink.next - 1)
        sink.duplicated++;
    else if (sample->number < sink.next)
        sink.reordered++;
    if (sample->by < sink.by) /* through a filter that was gone */
        sink.reordered++;
    sink.next = sample->number + 1;
    sink.by = sample->by;
    count_one();
}

void meter_arrived_at(int64_t start, int64_t stop, int64_t slack)
{
    int64_t now = meter_now_ns();

    if (sink.has_begun && start > sink.next + slack)
        sink.lost++;
    else if (sink.has_begun && start < sink.next - slack)
        sink.reordered++;
    if (sink.has_begun && now - sink.last_ns > sink.longest_ns)
        sink.longest_ns = now - sink.last_ns;
    sink.has_begun = true;
    sink.next = stop;
    sink.last_ns = now;
    count_one();
}

void meter_counted(const void *data, size_t bytes)
{
    uint64_t sum = 0xcbf29ce484222325u, word;

    if (bytes > METER_CONTENT_BYTES)
        bytes = METER_CONTENT_BYTES;
    for (size_t at = 0; at + sizeof(word) <= bytes; at += sizeof(word)) {
        memcpy(&word, (const char *)data + at, sizeof(word));
        sum = (sum ^ word) * 0x100000001b3u;
    }
    if (meter_count() < METER_SLOTS)
        meter_contents[meter_count()] = (int64_t)(sum >> 1);
    count_one();
}

uint64_t meter_count(void)
{
    return atomic_load_explicit(&sink.count, memory_order_acquire);
}

uint64_t meter_elsewhere(void)
{
    return atomic_load_explicit(&elsewhere, memory_order_relaxed);
}

void meter_arrived_elsewhere(void)
{
    atomic_fetch_add_explicit(&elsewhere, 1, memory_order_relaxed);
}

void meter_wait_more(uint64_t more)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    atomic_store(&sink.wanted, atomic_load(&sink.count) + more);
    while (sem_clockwait(&sink.reached, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            meter_fail("no samples arrive any more", (unsigned)errno);
}

/* ---- pacers ---------------------------------------------------------------------------------------- */

void meter_pacer_init(struct meter_pacer *pacer, int rate)
{
    pthread_condattr_t attr;

    memset(pacer, 0, sizeof(*pacer));
    pacer->rate = rate;
    pthread_mutex_init(&pacer->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pacer->changed, &attr);
    pthread_condattr_destroy(&attr);
}

void meter_pacer_fini(struct meter_pacer *pacer)
{
    pthread_cond_destroy(&pacer->changed);
    pthread_mutex_destroy(&pacer->lock);
}

bool meter_pacer_wait(struct meter_pacer *pacer)
{
    bool go;

    if (pacer->rate == METER_FULL_RATE)
        return true;
    if (pacer->rate == METER_IN_STEP)
        return gauge_step_wait();
    pthread_mutex_lock(&pacer->lock);
    if (pacer->due_ns == 0)
        pacer->due_ns = meter_now_ns();
    while (!pacer->is_interrupted &&
           (pacer->rate == METER_NEVER || meter_now_ns() < pacer->due_ns)) {
        struct timespec until = { .tv_sec = (time_t)(pacer->due_ns / 1000000000),
                                  .tv_nsec = pacer->due_ns % 1000000000 };

        if (pacer->rate == METER_NEVER)
            pthread_cond_wait(&pacer->changed, &pacer->lock);
        else
            pthread_cond_timedwait(&pacer->changed, &pacer->lock, &until);
    }
    go = !pacer->is_interrupted;
    pthread_mutex_unlock(&pacer->lock);
    return go;
}

void meter_pacer_took(struct meter_pacer *pacer)
{
    if (pacer->rate <= 0)
        return;
    pthread_mutex_lock(&pacer->lock);
    pacer->due_ns += 1000000000 / pacer->rate;
    pthread_mutex_unlock(&pacer->lock);
}

void meter_hold(int rate)
{
    static struct meter_pacer pacer;

    if (pacer.rate == 0)
        meter_pacer_init(&pacer, rate);
    (void)meter_pacer_wait(&pacer);
    meter_pacer_took(&pacer);
}

void meter_pacer_interrupt(struct meter_pacer *pacer, bool on)
{
    if (pacer->rate == METER_IN_STEP)
        gauge_step_interrupt(on);
    pthread_mutex_lock(&pacer->lock);
    pacer->is_interrupted = on;
    pthread_cond_broadcast(&pacer->changed);
    pthread_mutex_unlock(&pacer->lock);
}

/* ---- the run ---------------------------------------------------------------------------------------- */

struct series {
    const char *name;
    int64_t *values;
    int count;
};

enum { CLOSED, STALL, CUT, WHOLE, CALL, SERIES }; /* as in swap_meter.h */

static void add(struct series *series, int64_t value)
{
    series->values[series->count++] = value;
}

/* What the streaming thread saw.  Back to back, a filter may have gone before any sample came. */
static void add_seen(struct series *all, bool real, int slot, const struct meter_times *t)
{
    int64_t first = meter_slots[slot].first_ns, last = meter_slots[slot - 1].last_ns;

    if (real)
        add(&all[STALL], sink.longest_ns);
    if (first == 0 || last == 0)
        return;
    add(&all[STALL], first - last);
    add(&all[CUT], first - t->cut_ns);
    add(&all[WHOLE], first - t->asked_ns);
}

static void print_all(const struct meter_plan *plan, const struct series *all, int64_t took_ns,
                      uint64_t samples)
{
    printf("{\"side\": \"%s\", \"way\": \"%s\", \"swaps\": %d, \"gap\": %d, \"others\": %d, "
           "\"streams\": %d, \"real\": %s,\n",
           plan->side, plan->way, plan->swaps, plan->gap, plan->others, plan->streams,
           plan->real ? "true" : "false");
    printf(" \"lost\": %llu, \"duplicated\": %llu, \"reordered\": %llu, \"samples\": %llu, "
           "\"elsewhere\": %llu, \"took_ns\": %lld",
           (unsigned long long)sink.lost, (unsigned long long)sink.duplicated,
           (unsigned long long)sink.reordered, (unsigned long long)samples,
           (unsigned long long)elsewhere, (long long)took_ns);
    for (int i = 0; i < SERIES; i++) {
        printf(",\n \"%s\": [", all[i].name);
        for (int j = 0; j < all[i].count; j++)
            printf("%s%lld", j > 0 ? "," : "", (long long)all[i].values[j]);
        printf("]");
    }
    printf("}\n");
}

int meter_run(const struct meter_plan *plan,
              bool (*swap)(void *context, int slot, struct meter_times *ret), void *context)
{
    struct series all[SERIES] = { { "closed_ns", NULL, 0 },
                                  { "stall_ns", NULL, 0 },
                                  { "cut_ns", NULL, 0 },
                                  { "whole_ns", NULL, 0 },
                                  { "call_ns", NULL, 0 } };
    int64_t begun = 0, took;
    uint64_t samples = 0;

    for (int i = 0; i < SERIES; i++) {
        all[i].values = calloc((size_t)plan->swaps, sizeof(int64_t));
        if (all[i].values == NULL)
            meter_fail("out of memory", 0);
    }
    meter_wait_more(PASSED_BY);
    for (int slot = 1; slot <= plan->warm + plan->swaps; slot++) {
        struct meter_times t = { 0 };

        if (slot == plan->warm + 1) {
            samples = atomic_load(&sink.count);
            begun = meter_now_ns();
        }
        if (plan->gap > PASSED_BY)
            meter_wait_more((uint64_t)plan->gap);
        sink.longest_ns = 0;
        if (!swap(context, slot, &t))
            meter_fail("a swap was refused", (unsigned)slot);
        if (plan->gap > 0)
            meter_wait_more(PASSED_BY);
        if (slot <= plan->warm)
            continue;
        add(&all[CLOSED], t.closed_ns);
        add(&all[CALL], t.done_ns - t.asked_ns);
        add_seen(all, plan->real, slot, &t);
    }
    took = meter_now_ns() - begun;
    samples = atomic_load(&sink.count) - samples;
    meter_wait_more(1000); /* the last one plays on */
    print_all(plan, all, took, samples);
    for (int i = 0; i < SERIES; i++)
        free(all[i].values);
    return sink.lost + sink.duplicated + sink.reordered == 0 ? 0 : 1;
}

/* ---- arguments ------------------------------------------------------------------------------------------ */

void meter_init(void)
{
    sem_init(&sink.reached, 0, 0);
}

static int read_number(const char *text, int most)
{
    char *end;
    long value = text != NULL ? strtol(text, &end, 10) : -1;

    if (text == NULL || end == text || *end != '\0' || value < 0 || value > most)
        meter_fail("an argument is missing, no number or too large", 0);
    return (int)value;
}

void meter_plan_read(struct meter_plan *plan, int argc, char **argv)
{
    meter_init();
    for (int i = 1; i < argc; i++) {
        const char *value = argv[i + 1]; /* NULL after the last */

        if (strcmp(argv[i], "--real") == 0) {
            plan->real = true;
            continue;
        }
        if (strcmp(argv[i], "--way") == 0 && value != NULL)
            plan->way = value;
        else if (strcmp(argv[i], "--swaps") == 0)
            plan->swaps = read_number(value, METER_SLOTS / 2);
        else if (strcmp(argv[i], "--warm") == 0)
            plan->warm = read_number(value, METER_SLOTS / 4);
        else if (strcmp(argv[i], "--gap") == 0)
            plan->gap = read_number(value, 1000000000);
        else if (strcmp(argv[i], "--others") == 0)
            plan->others = read_number(value, 1000000);
        else if (strcmp(argv[i], "--streams") == 0)
            plan->streams = read_number(value, 100000);
        else if (strcmp(argv[i], "--rate") == 0)
            plan->rate = value != NULL && strcmp(value, "0") == 0 ? METER_NEVER
                                                                  : read_number(value, 100000);
        else
            meter_fail("usage: [--way W] [--swaps N] [--warm N] [--gap SAMPLES] [--others N] "
                       "[--streams N] [--rate N] [--real]",
                       0);
        i++;
    }
}
