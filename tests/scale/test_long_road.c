/* SPDX-License-Identifier: MIT */
/* test_long_road.c - very many filters in a row, driven by a thread with a stack of 256 KiB, with samples.
 *
 * Usage: test_long_road [LENGTH].
 * A road is a call stack, so its threads go on on further stretches of stack (platform/stack.h), the one of the source and
 * the one that seeks, which flushes down the road.
 */
#include "rewire_test.h"

#include <pthread.h>
#include <stdlib.h>

static int length = 20000; /* more than fits on the stack that threads have by default */

#define SAMPLES 3

static void on_a_small_stack(void *(*fn)(void *arg))
{
    pthread_attr_t small;
    pthread_t thread;

    pthread_attr_init(&small);
    assert_int_equal(pthread_attr_setstacksize(&small, 256 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &small, fn, NULL), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
}

/* source ! kind ! kind ! ... ! sink */
static void long_road_open(struct road *r, enum kit_kind kind, const char *of_source)
{
    IBaseFilter *last;

    road_open_empty(r);
    last = r->source = road_put(r, kit_filter_with(KIT_SOURCE, of_source), L"source");
    for (int i = 0; i < length; i++) {
        IBaseFilter *next = road_put(r, kit_filter(kind), NULL);

        road_join(r, kit_out(last), kit_in(next));
        last = next;
        if (i == length / 2)
            r->middle = next;
    }
    r->sink = road_put(r, kit_filter(KIT_SINK), L"sink");
    road_join(r, kit_out(last), kit_in(r->sink));
}

static void *samples_seek_and_end(void *arg)
{
    LONGLONG to = 10 * KIT_SAMPLE_TIME, duration = 0;
    struct road r;

    (void)arg;
    long_road_open(&r, KIT_IN_PLACE, "limit=13");
    road_run(&r);
    assert_true(kit_wait_count(0, SAMPLES));
    assert_hr(CALL(r.g.seeking, GetDuration, &duration), S_OK);
    assert_true(duration > 0);
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 13);
    /* flushes down the road and starts again, with a new segment */
    assert_true(SUCCEEDED(CALL(r.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning,
                               NULL, AM_SEEKING_NoPositioning)));
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 13 + SAMPLES);
    road_close(&r);
    return NULL;
}

static void test_samples_seek_and_end(void **state)
{
    (void)state;
    on_a_small_stack(samples_seek_and_end);
}

/* The one in the middle is exchanged while samples flow. */
static void *swapped(void *arg)
{
    IBaseFilter *newcomer = kit_filter(KIT_IN_PLACE);
    struct road r;

    (void)arg;
    long_road_open(&r, KIT_IN_PLACE, "limit=-1");
    road_run(&r);
    assert_true(kit_wait_count(0, SAMPLES));
    assert_hr(road_swap(&r, newcomer, NULL), S_OK);
    assert_true(kit_wait_more(0, SAMPLES));
    assert_all_there(0);
    assert_hr(CALL(r.g.builder, RemoveFilter, r.sink), S_OK);
    road_close(&r);
    return NULL;
}

static void test_swapped(void **state)
{
    (void)state;
    on_a_small_stack(swapped);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_seek_and_end),
        cmocka_unit_test(test_swapped),
    };

    if (argc > 1)
        length = (int)strtol(argv[1], NULL, 10);
    setenv("REGRAFT_MODULE_PATH", "no modules", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
