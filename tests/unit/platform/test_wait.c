/* SPDX-License-Identifier: MIT */
/* test_wait.c - waits for several objects: priority, all at once, and many threads. */
#include "support.h"

#include <stdatomic.h>

static void make_events(HANDLE *events, unsigned count, BOOL manual)
{
    for (unsigned i = 0; i < count; i++)
        assert_non_null(events[i] = CreateEventA(NULL, manual, FALSE, NULL));
}

static void close_all(HANDLE *handles, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_true(CloseHandle(handles[i]));
}

/* --- any ------------------------------------------------------------------------------ */

static void lowest_signalled_index_wins(void **state)
{
    HANDLE events[4];

    (void)state;
    make_events(events, 4, FALSE);
    SetEvent(events[3]);
    SetEvent(events[1]);
    assert_int_equal(WaitForMultipleObjects(4, events, FALSE, INFINITE), WAIT_OBJECT_0 + 1);
    assert_int_equal(WaitForMultipleObjects(4, events, FALSE, INFINITE), WAIT_OBJECT_0 + 3);
    assert_int_equal(WaitForMultipleObjects(4, events, FALSE, 0), WAIT_TIMEOUT);
    close_all(events, 4);
}

static void any_consumes_only_the_one_it_reports(void **state)
{
    HANDLE events[2];

    (void)state;
    make_events(events, 2, FALSE);
    SetEvent(events[0]);
    SetEvent(events[1]);
    assert_int_equal(WaitForMultipleObjects(2, events, FALSE, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(events[1], 0), WAIT_OBJECT_0);
    close_all(events, 2);
}

static void bad_counts_are_refused(void **state)
{
    HANDLE events[MAXIMUM_WAIT_OBJECTS + 1];

    (void)state;
    make_events(events, COUNT_OF(events), FALSE);
    assert_int_equal(WaitForMultipleObjects(0, events, FALSE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(WaitForMultipleObjects(COUNT_OF(events), events, FALSE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(WaitForMultipleObjects(2, NULL, FALSE, 0), WAIT_FAILED);
    SetEvent(events[MAXIMUM_WAIT_OBJECTS - 1]);
    assert_int_equal(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events, FALSE, 0),
                     WAIT_OBJECT_0 + MAXIMUM_WAIT_OBJECTS - 1);
    close_all(events, COUNT_OF(events));
}

static void timeout_of_any_is_kept(void **state)
{
    ULONGLONG before = GetTickCount64();
    HANDLE events[2];

    (void)state;
    make_events(events, 2, FALSE);
    assert_int_equal(WaitForMultipleObjectsEx(2, events, FALSE, 15, TRUE), WAIT_TIMEOUT);
    assert_true(GetTickCount64() - before >= 14);
    close_all(events, 2);
}

/* --- all -------------------------------------------------------------------------------- */

static void all_takes_nothing_until_it_can_take_everything(void **state)
{
    HANDLE events[3];

    (void)state;
    make_events(events, 3, FALSE);
    SetEvent(events[0]);
    SetEvent(events[2]);
    assert_int_equal(WaitForMultipleObjects(3, events, TRUE, 5), WAIT_TIMEOUT);
    assert_int_equal(WaitForSingleObject(events[0], 0), WAIT_OBJECT_0);
    SetEvent(events[0]);
    SetEvent(events[1]);
    assert_int_equal(WaitForMultipleObjects(3, events, TRUE, INFINITE), WAIT_OBJECT_0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(WaitForSingleObject(events[i], 0), WAIT_TIMEOUT);
    close_all(events, 3);
}

static DWORD wait_for_both(LPVOID parameter)
{
    return WaitForMultipleObjects(2, parameter, TRUE, SOON_MS);
}

static void all_wakes_when_the_last_comes(void **state)
{
    HANDLE events[2];
    HANDLE thread;

    (void)state;
    make_events(events, 2, FALSE);
    thread = thread_of(wait_for_both, events);
    SetEvent(events[1]);
    SetEvent(events[0]);
    assert_int_equal(thread_result(thread), WAIT_OBJECT_0);
    close_all(events, 2);
}

static void all_refuses_twins(void **state)
{
    HANDLE list[2];

    (void)state;
    list[0] = CreateEventA(NULL, TRUE, TRUE, NULL);
    list[1] = list[0];
    assert_int_equal(WaitForMultipleObjects(2, list, TRUE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(WaitForMultipleObjects(2, list, FALSE, 0), WAIT_OBJECT_0);
    CloseHandle(list[0]);
}

static void sleeper_for_all_leaves_the_signal_to_others(void **state)
{
    HANDLE events[2];
    HANDLE all;

    (void)state;
    make_events(events, 2, FALSE);
    all = thread_of(wait_for_both, events);
    for (int i = 0; i < 100; i++) {
        SetEvent(events[0]);
        assert_int_equal(WaitForSingleObject(events[0], SOON_MS), WAIT_OBJECT_0);
    }
    SetEvent(events[0]);
    SetEvent(events[1]);
    assert_int_equal(thread_result(all), WAIT_OBJECT_0);
    close_all(events, 2);
}

/* --- eight threads --------------------------------------------------------------------------- */

#define THREADS 8
#define LAPS    2000

struct ring {
    HANDLE events[THREADS];
    unsigned next; /* which one passes on: guarded by holding the token */
};

struct runner {
    struct ring *ring;
    unsigned place;
};

static DWORD run_ring(LPVOID parameter)
{
    struct runner *runner = parameter;
    struct ring *ring = runner->ring;

    for (int lap = 0; lap < LAPS; lap++) {
        if (WaitForSingleObject(ring->events[runner->place], SOON_MS) != WAIT_OBJECT_0)
            return 1;
        if (ring->next != runner->place)
            return 2;
        ring->next = (runner->place + 1) % THREADS;
        SetEvent(ring->events[ring->next]);
    }
    return 0;
}

static void token_goes_round_the_ring(void **state)
{
    struct runner runners[THREADS];
    HANDLE threads[THREADS];
    struct ring ring = { .next = 0 };

    (void)state;
    make_events(ring.events, THREADS, FALSE);
    for (unsigned i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){ &ring, i };
        threads[i] = thread_of(run_ring, &runners[i]);
    }
    SetEvent(ring.events[0]);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(thread_result(threads[i]), 0);
    close_all(ring.events, THREADS);
}

static DWORD move_tokens(LPVOID parameter)
{
    HANDLE *semaphores = parameter;

    for (int i = 0; i < LAPS; i++) {
        DWORD from = WaitForMultipleObjects(3, semaphores, FALSE, SOON_MS);

        if (from >= 3)
            return 1;
        if (!ReleaseSemaphore(semaphores[(from + 1 + (unsigned)i) % 3], 1, NULL))
            return 2;
    }
    return 0;
}

static DWORD move_sets_of_tokens(LPVOID parameter)
{
    HANDLE *semaphores = parameter;

    for (int i = 0; i < LAPS / 4; i++) {
        DWORD result = WaitForMultipleObjects(3, semaphores, TRUE, 1);

        if (result == WAIT_TIMEOUT)
            continue;
        if (result != WAIT_OBJECT_0)
            return 1;
        for (int k = 0; k < 3; k++)
            ReleaseSemaphore(semaphores[k], 1, NULL);
    }
    return 0;
}

static void no_token_is_lost_or_made(void **state)
{
    HANDLE semaphores[3], threads[THREADS];
    unsigned tokens = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        semaphores[i] = CreateSemaphoreA(NULL, 2, 1000, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        threads[i] = thread_of(i < 6 ? move_tokens : move_sets_of_tokens, semaphores);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(thread_result(threads[i]), 0);
    while (WaitForMultipleObjects(3, semaphores, FALSE, 0) != WAIT_TIMEOUT)
        tokens++;
    assert_int_equal(tokens, 6);
    close_all(semaphores, 3);
}

struct inbox {
    HANDLE stop, data;
    _Atomic(int) sent, seen;
};

static DWORD drain_inbox(LPVOID parameter)
{
    struct inbox *inbox = parameter;
    HANDLE list[2] = { inbox->data, inbox->stop };

    for (;;) {
        DWORD result = WaitForMultipleObjects(2, list, FALSE, SOON_MS);

        if (result == WAIT_OBJECT_0)
            atomic_store(&inbox->seen, atomic_load(&inbox->sent));
        else
            return result == WAIT_OBJECT_0 + 1 ? 0 : 1;
    }
}

static DWORD fill_inbox(LPVOID parameter)
{
    struct inbox *inbox = parameter;

    for (int i = 0; i < LAPS; i++) {
        atomic_fetch_add(&inbox->sent, 1);
        SetEvent(inbox->data);
    }
    return 0;
}

static void last_signal_is_never_missed(void **state)
{
    struct inbox inbox = { CreateEventA(NULL, TRUE, FALSE, NULL),
                           CreateEventA(NULL, FALSE, FALSE, NULL), 0, 0 };
    HANDLE reader = thread_of(drain_inbox, &inbox);
    HANDLE writers[4];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(writers); i++)
        writers[i] = thread_of(fill_inbox, &inbox);
    for (unsigned i = 0; i < COUNT_OF(writers); i++)
        assert_int_equal(thread_result(writers[i]), 0);
    SetEvent(inbox.stop); /* data goes first: it has the lower index */
    assert_int_equal(thread_result(reader), 0);
    assert_int_equal(atomic_load(&inbox.seen), LAPS * (int)COUNT_OF(writers));
    CloseHandle(inbox.stop);
    CloseHandle(inbox.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lowest_signalled_index_wins),
        cmocka_unit_test(any_consumes_only_the_one_it_reports),
        cmocka_unit_test(bad_counts_are_refused),
        cmocka_unit_test(timeout_of_any_is_kept),
        cmocka_unit_test(all_takes_nothing_until_it_can_take_everything),
        cmocka_unit_test(all_wakes_when_the_last_comes),
        cmocka_unit_test(all_refuses_twins),
        cmocka_unit_test(sleeper_for_all_leaves_the_signal_to_others),
        cmocka_unit_test(token_goes_round_the_ring),
        cmocka_unit_test(no_token_is_lost_or_made),
        cmocka_unit_test(last_signal_is_never_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
