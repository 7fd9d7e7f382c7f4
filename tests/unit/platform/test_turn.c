/* SPDX-License-Identifier: MIT */
/* test_turn.c - turns: one at a time, handed over to who waits, given up in time. */
#include "support.h"

#include <pthread.h>
#include <time.h>

#include "platform/turn.h"

#define THREADS 4
#define TURNS   20000

struct place {
    struct rg_turn turn;
    unsigned long count; /* by whoever has the turn */
    atomic_bool is_over;
};

static void take(struct rg_turn *turn)
{
    if (!rg_turn_try(turn))
        assert_true(rg_turn_wait(turn, NULL));
}

static void *count_main(void *arg)
{
    struct place *place = arg;

    for (unsigned i = 0; i < TURNS; i++) {
        take(&place->turn);
        place->count++;
        rg_turn_give(&place->turn);
    }
    return NULL;
}

static void one_at_a_time(void **state)
{
    struct place place = { .count = 0 };
    pthread_t threads[THREADS];

    (void)state;
    rg_turn_init(&place.turn);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_main, &place), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(place.count, THREADS * TURNS);
    rg_turn_fini(&place.turn);
}

static void *hog_main(void *arg)
{
    struct place *place = arg;

    while (!atomic_load(&place->is_over)) {
        take(&place->turn);
        place->count++;
        rg_turn_give(&place->turn);
    }
    return NULL;
}

/* A thread that never leaves it free for long keeps nobody out. */
static void waits_end(void **state)
{
    struct place place = { .count = 0 };
    pthread_t hog;

    (void)state;
    rg_turn_init(&place.turn);
    assert_int_equal(pthread_create(&hog, NULL, hog_main, &place), 0);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned long before;

        take(&place.turn);
        before = place.count;
        sched_yield();
        assert_int_equal(place.count, before);
        rg_turn_give(&place.turn);
    }
    atomic_store(&place.is_over, true);
    pthread_join(hog, NULL);
    rg_turn_fini(&place.turn);
}

/* Who waits has it before who gave it back can have it again. */
static void *wait_main(void *arg)
{
    struct place *place = arg;

    assert_true(rg_turn_wait(&place->turn, NULL));
    place->count++;
    rg_turn_give(&place->turn);
    return NULL;
}

static void handed_over(void **state)
{
    (void)state;
    for (unsigned long i = 0; i < 500; i++) {
        struct place place = { .count = 0 };
        pthread_t waiter;

        rg_turn_init(&place.turn);
        take(&place.turn);
        assert_int_equal(pthread_create(&waiter, NULL, wait_main, &place), 0);
        while (atomic_load(&place.turn.waiting) == 0)
            sched_yield();
        rg_turn_give(&place.turn);
        take(&place.turn);
        assert_int_equal(place.count, 1);
        rg_turn_give(&place.turn);
        pthread_join(waiter, NULL);
        rg_turn_fini(&place.turn);
    }
}

static void given_up_in_time(void **state)
{
    struct timespec until;
    struct rg_turn turn;

    (void)state;
    rg_turn_init(&turn);
    assert_true(rg_turn_try(&turn));
    assert_false(rg_turn_try(&turn));
    clock_gettime(CLOCK_MONOTONIC, &until);
    assert_false(rg_turn_wait(&turn, &until)); /* now is over */
    rg_turn_give(&turn);
    assert_true(rg_turn_wait(&turn, &until)); /* free: no wait */
    assert_false(rg_turn_try(&turn));
    rg_turn_give(&turn);
    assert_true(rg_turn_try(&turn));
    rg_turn_give(&turn);
    rg_turn_fini(&turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(waits_end),
        cmocka_unit_test(handed_over),
        cmocka_unit_test(given_up_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
