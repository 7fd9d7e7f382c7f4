/* SPDX-License-Identifier: MIT */
/* chaos.c - threads that edit, run, stop, seek and block graphs at random while numbered samples run through them.
 *
 *     chaos [--seed S] [--edits N] [--shape tee|chains|merge|foreign] [--any-guest] [--taking-apart] [--deterministic]
 *
 * Rounds of some thousand edits, each with a graph of another shape (chaos.h).  At the end of a round the graph is run once more,
 * and every number must still arrive once, in order, and under the media type it was sent in: sources change theirs meanwhile
 * (formats=, mistyped=).  Prints one line; a watchdog tells who waits, and the seed, where something
 * hangs.  Any guest: foreign filters of every kind in all shapes, also where formats change (doc/proof.md: not clean yet).
 * Taking apart: transactions remove and disconnect more than they add; what it is for is the merge shape.
 * Deterministic (chaos_sched alone can): the seed says which thread runs, too, so that it is the same run each time.
 */
#include "chaos.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sched_test.h"

#define EDITORS     3
#define WORKERS     (EDITORS + 2) /* one that drives, one that frees what hangs */
#define ROUND       1000          /* edits, on average */
#define WATCHDOG_MS 30000         /* without any progress */
#define IDLE_MS     5000          /* deterministic: nobody has anything to do for longer */

static const char *const shape_names[] = { "", "tee", "chains", "merge", "foreign" };

static _Thread_local uint64_t dice;
_Thread_local const char *chaos_doing = "nothing";

unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice >> 33) % sides;
}

static void throw_dice(unsigned seed, unsigned number)
{
    dice = ((uint64_t)seed << 8 | number) * 0x9e3779b97f4a7c15u + 1;
    for (unsigned i = 0; i < 8; i++)
        (void)roll(2);
}

static void tell_who_waits(void)
{
    char *text;

    if (FAILED(rg_report_waits(&text)))
        return;
    fputs(text, stderr);
    CoTaskMemFree(text);
}

void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "chaos: %s\n", what);
    chaos_tell_log();
    tell_who_waits();
    abort();
}

/* ---- threads --------------------------------------------------------------------------------------------- */

struct worker {
    struct chaos *chaos;
    unsigned number;
    pthread_t thread;
};

static struct worker workers[WORKERS];
static pthread_t main_thread;

static void one_edit(struct chaos *c)
{
    unsigned kind = roll(10);

    if (c->shape == CHAOS_TEE && kind == 0 && chaos_attach(c))
        return;
    if (c->shape == CHAOS_TEE && kind == 1 && chaos_detach(c))
        return;
    if (kind < 6)
        chaos_edit(c);
    else
        chaos_transact(c);
}

static void *editor_main(void *arg)
{
    struct worker *w = arg;
    struct chaos *c = w->chaos;

    pthread_setname_np(pthread_self(), "editor");
    throw_dice(c->seed, w->number);
    while (atomic_fetch_sub(&c->edits_left, 1) > 0) {
        one_edit(c);
        if (roll(8) == 0)
            chaos_let_it_flow(c);
        atomic_fetch_add(&c->beats, 1);
    }
    return NULL;
}

static void *driver_main(void *arg)
{
    struct worker *w = arg;

    pthread_setname_np(pthread_self(), "driver");
    throw_dice(w->chaos->seed, w->number);
    while (!atomic_load(&w->chaos->over)) {
        chaos_drive(w->chaos);
        atomic_fetch_add(&w->chaos->beats, 1);
    }
    return NULL;
}

/* What hangs does so for a while only: the driver's Stop may wait for it. */
static void *warden_main(void *arg)
{
    struct worker *w = arg;
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    while (!atomic_load(&w->chaos->over)) {
        (void)WaitForSingleObject(never, 20);
        kit_unhang();
    }
    CloseHandle(never);
    return NULL;
}

/* ---- the watchdog -------------------------------------------------------------------------------------------- */

static void tell_where(int signal_number)
{
    void *frames[32];
    int n = backtrace(frames, 32);

    (void)signal_number;
    dprintf(2, "-- a thread that is at: %s\n", chaos_doing);
    backtrace_symbols_fd(frames, n, 2);
}

static void bark(struct chaos *c)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    fprintf(stderr, "chaos: stuck, seed %u, a graph of shape %s\n", c->seed,
            shape_names[c->shape]);
    tell_who_waits();
    chaos_tell_log();
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_kill(workers[i].thread, SIGUSR1);
    pthread_kill(main_thread, SIGUSR1);
    WaitForSingleObject(never, 500);
    printf("edits=%lu stuck=1 seed=%u\n", atomic_load(&c->edits), c->seed);
    fflush(stdout);
    _exit(1);
}

static void *watchdog_main(void *arg)
{
    struct chaos *c = arg;
    unsigned long last = 0;
    uint64_t last_samples = 0;
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    for (unsigned quiet = 0; quiet < WATCHDOG_MS / 100; quiet++) {
        unsigned long beats = atomic_load(&c->beats);
        uint64_t samples = kit_count(0) + kit_count(1);

        (void)WaitForSingleObject(never, 100);
        if (beats != last || samples != last_samples)
            quiet = 0;
        last = beats;
        last_samples = samples;
    }
    bark(c);
    return NULL;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static void play_round(struct chaos *c, unsigned number, long edits)
{
    c->has_formats = (c->seed + number) % 2 == 0;
    c->shape = c->only != 0 ? c->only : (c->seed + number) % (CHAOS_SHAPES - 1) + 1;
    atomic_store(&c->edits_left, edits);
    chaos_build(c);
    kit_never_hang(false);
    check(SUCCEEDED(IMediaControl_Run(c->control)), "does not run");
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i].chaos = c;
        workers[i].number = number * WORKERS + i;
        check(pthread_create(&workers[i].thread, NULL,
                             i < EDITORS    ? editor_main
                             : i == EDITORS ? driver_main
                                            : warden_main,
                             &workers[i]) == 0,
              "no thread");
    }
    chaos_doing = "join";
    for (unsigned i = 0; i < EDITORS; i++)
        pthread_join(workers[i].thread, NULL);
    atomic_store(&c->over, true);
    kit_never_hang(true);
    for (unsigned i = EDITORS; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);
    chaos_play_once_more(c);
    chaos_tear_down(c);
    chaos_doing = "nothing";
}

static int report(struct chaos *c)
{
    printf("edits=%lu refused=%lu samples=%llu lost=%llu duplicated=%llu reordered=%llu "
           "stuck=0 max_gate_us=%lld formats=%lu mistyped=%llu seed=%u\n",
           atomic_load(&c->edits), atomic_load(&c->refused), (unsigned long long)c->samples,
           (unsigned long long)c->lost, (unsigned long long)c->duplicated,
           (unsigned long long)c->reordered, (long long)atomic_load(&c->max_closed_ns) / 1000,
           kit_formats_sent(), (unsigned long long)c->mistyped, c->seed);
    fflush(stdout);
    return c->lost + c->duplicated + c->reordered + c->mistyped == 0 ? 0 : 1;
}

static enum chaos_shape shape_named(const char *name)
{
    for (unsigned i = 1; i <= CHAOS_SHAPES; i++)
        if (strcmp(name, shape_names[i]) == 0)
            return i;
    return 0;
}

static bool read_number(const char *text, long *ret)
{
    char *end;

    *ret = strtol(text, &end, 10);
    return *text != 0 && *end == 0 && *ret >= 0;
}

static bool read_arguments(int argc, char **argv, struct chaos *c, long *ret_edits)
{
    long value;

    c->seed = (unsigned)time(NULL);
    *ret_edits = 2000;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--deterministic") == 0) {
            c->is_deterministic = true;
            continue;
        }
        if (strcmp(argv[i], "--any-guest") == 0) {
            c->takes_any_guest = true;
            continue;
        }
        if (strcmp(argv[i], "--taking-apart") == 0) {
            c->takes_apart = true;
            continue;
        }
        if (i + 1 == argc)
            return false;
        if (strcmp(argv[i], "--shape") == 0 && shape_named(argv[i + 1]) != 0)
            c->only = shape_named(argv[i + 1]);
        else if (strcmp(argv[i], "--seed") == 0 && read_number(argv[i + 1], &value))
            c->seed = (unsigned)value;
        else if (strcmp(argv[i], "--edits") == 0 && read_number(argv[i + 1], &value))
            *ret_edits = value;
        else
            return false;
        i++;
    }
    return true;
}

static void start_watching(struct chaos *c)
{
    pthread_t watchdog;

    if (c->is_deterministic) { /* the scheduler sees it, and at once */
        sched_start(c->seed,
                    &(struct sched_options){ .max_idle_ns = IDLE_MS * INT64_C(1000000) });
        return;
    }
    signal(SIGUSR1, tell_where);
    check(pthread_create(&watchdog, NULL, watchdog_main, c) == 0, "no thread");
    pthread_detach(watchdog);
}

int main(int argc, char **argv)
{
    static struct chaos c = { .lock = PTHREAD_MUTEX_INITIALIZER };
    long edits;

    if (!read_arguments(argc, argv, &c, &edits)) {
        fprintf(stderr,
                "usage: chaos [--seed S] [--edits N] [--shape tee|chains|merge|foreign] "
                "[--any-guest] [--taking-apart] [--deterministic]\n");
        return 2;
    }
    main_thread = pthread_self();
    start_watching(&c);
    for (unsigned number = 0; edits > 0; number++) {
        long here = edits < 2 * ROUND ? edits : ROUND;

        play_round(&c, number, here);
        edits -= here;
    }
    return report(&c);
}
