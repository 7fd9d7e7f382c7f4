/* SPDX-License-Identifier: MIT */
/* gauge.c - blocks of samples timed, samples handed over one by one, figures printed; see gauge.h. */
#include "gauge.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_SECONDS 120   /* nothing takes that long unless it is broken */
#define STEPS        65536 /* latencies that are kept */
#define LARGEST      1000000000

struct gauge gauge = { .next = UINT64_MAX };

static sem_t all_done;

static struct {
    sem_t arrived;
    _Atomic bool is_interrupted;
    _Atomic int64_t sent_ns;
    int64_t took_ns[STEPS]; /* owned by the sink's thread */
    unsigned n;
} step;

/* ---- arguments ---------------------------------------------------------------------------------- */

void gauge_read(const struct gauge_option *options, int argc, char **argv)
{
    meter_init();
    sem_init(&all_done, 0, 0);
    sem_init(&step.arrived, 0, 1);
    for (int i = 1; i < argc; i += 2) {
        const struct gauge_option *option = options;
        char *end;
        long value;

        while (option->name != NULL && strcmp(option->name, argv[i]) != 0)
            option++;
        if (option->name == NULL || i + 1 == argc)
            meter_fail(argv[i], 0);
        value = strtol(argv[i + 1], &end, 10);
        if (end == argv[i + 1] || *end != '\0' || value < 0 || value > LARGEST)
            meter_fail(argv[i], (unsigned)value);
        *option->value = (int)value;
    }
}

/* ---- times -------------------------------------------------------------------------------------- */

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t gauge_thread_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t gauge_process_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

double gauge_lap_ms(int64_t *since)
{
    int64_t now = meter_now_ns(), before = *since;

    *since = now;
    return (double)(now - before) / 1e6;
}

void gauge_pause(int seconds)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

long gauge_status(const char *name)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    long value = -1;

    if (file == NULL)
        return -1;
    while (value < 0 && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    (void)fclose(file);
    return value;
}

/* ---- blocks of samples -------------------------------------------------------------------------- */

void gauge_arm(int warm, int per_block, int blocks)
{
    if (blocks < 1 || blocks > GAUGE_BLOCKS || per_block < 1 || warm < 1)
        meter_fail("blocks from 1 to 64, samples and --warm 1 or more", 0);
    gauge.blocks = (unsigned)blocks;
    gauge.per_block = (uint64_t)per_block;
    gauge.next = (uint64_t)warm;
}

void gauge_arm_first(void)
{
    gauge.next = 1;
}

void gauge_mark(void)
{
    gauge.wall_ns[gauge.done] = meter_now_ns();
    gauge.thread_ns[gauge.done] = gauge_thread_ns();
    gauge.process_ns[gauge.done] = gauge_process_ns();
    if (gauge.done++ < gauge.blocks) {
        gauge.next += gauge.per_block;
    } else {
        gauge.next = UINT64_MAX;
        sem_post(&all_done);
    }
}

void gauge_wait(void)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    while (sem_clockwait(&all_done, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            meter_fail("no samples arrive any more", (unsigned)errno);
}

/* ---- one by one --------------------------------------------------------------------------------- */

bool gauge_step_wait(void)
{
    while (sem_wait(&step.arrived) != 0)
        ;
    if (step.is_interrupted)
        return false;
    step.sent_ns = meter_now_ns();
    return true;
}

void gauge_step_interrupt(bool on)
{
    step.is_interrupted = on;
    if (on)
        sem_post(&step.arrived);
}

void gauge_step_arrived(void)
{
    int64_t took = meter_now_ns() - step.sent_ns;

    if (gauge.done > 0 && step.n < STEPS) /* not of those that warm up */
        step.took_ns[step.n++] = took;
    sem_post(&step.arrived);
}

/* ---- output ------------------------------------------------------------------------------------- */

void gauge_print_begin(const char *side)
{
    printf("{\"side\": \"%s\"", side);
}

void gauge_print(const char *name, double value)
{
    printf(",\n \"%s\": %.3f", name, value);
}

static void print_series(const char *name, const int64_t *at)
{
    printf(",\n \"%s\": [", name);
    for (unsigned i = 0; i < gauge.blocks; i++)
        printf("%s%.3f", i > 0 ? ", " : "",
               (double)(at[i + 1] - at[i]) / (double)gauge.per_block);
    printf("]");
}

void gauge_print_blocks(void)
{
    print_series("wall_ns", gauge.wall_ns);
    print_series("thread_ns", gauge.thread_ns);
    print_series("process_ns", gauge.process_ns);
}

void gauge_print_list(const char *name, const int64_t *values, unsigned n)
{
    printf(",\n \"%s\": [", name);
    for (unsigned i = 0; i < n; i++)
        printf("%s%lld", i > 0 ? ", " : "", (long long)values[i]);
    printf("]");
}

void gauge_print_steps(void)
{
    gauge_print_list("step_ns", step.took_ns, step.n);
}

void gauge_print_end(void)
{
    printf("}\n");
}

void gauge_live(const char *side, int roads, int seconds, long kb, long threads)
{
    uint64_t samples;
    int64_t wall, cpu;

    gauge_pause(1); /* all of them have begun */
    samples = meter_elsewhere();
    cpu = gauge_process_ns();
    wall = meter_now_ns();
    gauge_pause(seconds);
    wall = meter_now_ns() - wall;
    cpu = gauge_process_ns() - cpu;
    samples = meter_elsewhere() - samples;
    gauge_print_begin(side);
    gauge_print("kb_each", (double)(gauge_status("VmRSS:") - kb) / roads);
    gauge_print("threads_each", (double)(gauge_status("Threads:") - threads) / roads);
    gauge_print("cpu_us_per_sample", samples > 0 ? (double)cpu / 1e3 / (double)samples : 0);
    gauge_print("samples_per_s", (double)samples * 1e9 / (double)wall);
    gauge_print_end();
}
