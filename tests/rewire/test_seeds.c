/* SPDX-License-Identifier: MIT */
/* test_seeds.c - orders of threads in which something went wrong once, or must not: small programs, many seeds.
 *
 * Each run is a scheduled process of its own.  Needs the library with points at atomic operations.
 * Knows: the gate, filters one by one.  Must not know: the graph.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/gate.h"
#include "kit.h"
#include "sched_run.h"

#define SEEDS 150

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "wrong: %s\n", what);
    exit(1);
}

static void all_seeds(void (*fn)(bool))
{
    const struct sched_options options = { .max_steps = 2000000,
                                           .max_idle_ns = INT64_C(5000000000) };
    unsigned seed;
    struct sched_outcome outcome = sched_run_all(fn, true, 1, SEEDS, &options, &seed);

    if (seed != 0)
        fail_msg("seed %u: %d\n%s", seed, outcome.code, outcome.text);
}

/* ---- the gate ------------------------------------------------------------------------------------------- */

#define STREAMS 2

static struct rg_gate gate;
/* Plain on purpose: the scheduler has one thread run at a time. */
static volatile unsigned inside; /* brackets that are open */
static volatile bool is_shut;    /* closed or held: nobody may come in */

static void *streams(void *arg)
{
    for (unsigned i = 0; i < 40; i++) {
        check(rg_gate_begin(&gate, RG_GATE_NO_TIME) == S_OK, "a gate refuses");
        inside++;
        check(!is_shut, "somebody comes into a gate that is closed");
        sched_here();
        check(!is_shut, "a gate was closed with somebody inside");
        inside--;
        rg_gate_end(&gate);
    }
    return arg;
}

static void shut(void)
{
    check(inside == 0, "a gate is closed, and somebody is inside");
    is_shut = true;
    sched_here();
    check(inside == 0, "somebody came into a closed gate");
    is_shut = false;
}

static void *closes(void *arg)
{
    for (unsigned i = 0; i < 10; i++) {
        check(rg_gate_block(&gate, AM_PIN_FLOW_CONTROL_BLOCK, NULL) == S_OK,
              "a gate does not close");
        shut();
        check(rg_gate_block(&gate, 0, NULL) == S_OK, "a gate does not open");
    }
    return arg;
}

static void *holds(void *arg)
{
    for (unsigned i = 0; i < 10; i++) {
        check(rg_gate_hold(&gate, INFINITE) == S_OK, "a gate can't be held");
        shut();
        rg_gate_release(&gate);
    }
    return arg;
}

static void use_gate(void *(*user)(void *))
{
    pthread_t threads[STREAMS], other;

    rg_gate_init(&gate);
    for (unsigned i = 0; i < STREAMS; i++)
        check(pthread_create(&threads[i], NULL, streams, NULL) == 0, "no thread");
    check(pthread_create(&other, NULL, user, NULL) == 0, "no thread");
    for (unsigned i = 0; i < STREAMS; i++)
        pthread_join(threads[i], NULL);
    pthread_join(other, NULL);
    rg_gate_fini(&gate);
}

static void close_a_gate(bool argument)
{
    (void)argument;
    use_gate(closes);
}

static void hold_a_gate(bool argument)
{
    (void)argument;
    use_gate(holds);
}

static void nobody_is_inside_a_closed_gate(void **state)
{
    (void)state;
    all_seeds(close_a_gate);
}

static void nobody_is_inside_a_held_gate(void **state)
{
    (void)state;
    all_seeds(hold_a_gate);
}

/* ---- a segment passes a filter that stops ----------------------------------------------------------------- */

static void *sends_segments(void *arg)
{
    IPin *in = arg;

    for (unsigned i = 0; i < 40; i++)
        (void)IPin_NewSegment(in, i, INT64_MAX, 1.0);
    return NULL;
}

static void stop_while_segments_pass(bool argument)
{
    IBaseFilter *filter = kit_filter(KIT_PASS);
    pthread_t thread;

    (void)argument;
    check(pthread_create(&thread, NULL, sends_segments, kit_in(filter)) == 0, "no thread");
    for (unsigned i = 0; i < 10; i++) {
        (void)IBaseFilter_Pause(filter);
        (void)IBaseFilter_Stop(filter);
    }
    pthread_join(thread, NULL);
    check(IBaseFilter_Release(filter) == 0, "the filter is still held");
}

static void segments_pass_a_filter_that_stops(void **state)
{
    (void)state;
    all_seeds(stop_while_segments_pass);
}

/* ---- */

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_inside_a_closed_gate),
        cmocka_unit_test(nobody_is_inside_a_held_gate),
        cmocka_unit_test(segments_pass_a_filter_that_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
