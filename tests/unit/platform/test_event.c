/* SPDX-License-Identifier: MIT */
/* test_event.c - events: what set, reset and wait leave behind. */
#include "support.h"

static void manual_event_stays_signalled(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    (void)state;
    assert_true(SetEvent(event));
    assert_int_equal(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_true(CloseHandle(event));
}

static void auto_event_satisfies_one_wait(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);

    (void)state;
    assert_true(SetEvent(event));
    assert_true(SetEvent(event));
    assert_int_equal(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    assert_true(CloseHandle(event));
}

static void initial_state_is_kept(void **state)
{
    HANDLE set = CreateEventW(NULL, FALSE, TRUE, NULL);
    HANDLE unset = CreateEventW(NULL, FALSE, FALSE, NULL);

    (void)state;
    assert_int_equal(WaitForSingleObject(set, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(unset, 0), WAIT_TIMEOUT);
    CloseHandle(set);
    CloseHandle(unset);
}

static void reset_takes_the_signal_back(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);

    (void)state;
    assert_true(ResetEvent(event));
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CloseHandle(event);
}

static void timeout_waits_at_least_that_long(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    ULONGLONG before = GetTickCount64();

    (void)state;
    assert_int_equal(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
    assert_true(GetTickCount64() - before >= 19);
    CloseHandle(event);
}

static DWORD wait_and_tell(LPVOID parameter)
{
    return WaitForSingleObject(parameter, SOON_MS);
}

static void set_wakes_a_sleeper(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = thread_of(wait_and_tell, event);

    (void)state;
    assert_true(SetEvent(event));
    assert_int_equal(thread_result(thread), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CloseHandle(event);
}

static void manual_event_wakes_all_sleepers(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE threads[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(wait_and_tell, event);
    assert_true(SetEvent(event));
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(thread_result(threads[i]), WAIT_OBJECT_0);
    CloseHandle(event);
}

static void auto_event_wakes_one_sleeper_a_signal(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE threads[4];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(wait_and_tell, event);
    for (unsigned left = COUNT_OF(threads); left != 0; left--) {
        DWORD first;

        assert_true(SetEvent(event));
        first = WaitForMultipleObjects(left, threads, FALSE, SOON_MS);
        assert_true(first < left);
        assert_int_equal(thread_result(threads[first]), WAIT_OBJECT_0);
        threads[first] = threads[left - 1];
        if (left > 1) /* the signal is used up: nobody else ended */
            assert_int_equal(WaitForMultipleObjects(left - 1, threads, FALSE, 0), WAIT_TIMEOUT);
    }
    CloseHandle(event);
}

static void pulse_releases_sleepers_and_stays_reset(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = thread_of(wait_and_tell, event);

    (void)state;
    /* who is not asleep yet misses a pulse */
    while (WaitForSingleObject(thread, 0) == WAIT_TIMEOUT) {
        assert_true(PulseEvent(event));
        SwitchToThread();
    }
    assert_int_equal(thread_result(thread), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CloseHandle(event);
}

static void pulse_of_an_auto_event_releases_one(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, TRUE, NULL);
    HANDLE threads[2];
    DWORD first;

    (void)state;
    assert_true(ResetEvent(event));
    threads[0] = thread_of(wait_and_tell, event);
    threads[1] = thread_of(wait_and_tell, event);
    while ((first = WaitForMultipleObjects(2, threads, FALSE, 0)) == WAIT_TIMEOUT) {
        assert_true(PulseEvent(event));
        SwitchToThread();
    }
    assert_int_equal(thread_result(threads[first]), WAIT_OBJECT_0);
    assert_true(SetEvent(event));
    assert_int_equal(thread_result(threads[1 - first]), WAIT_OBJECT_0);
    CloseHandle(event);
}

static void signal_and_wait_does_both(void **state)
{
    HANDLE a = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE b = CreateEventA(NULL, FALSE, TRUE, NULL);

    (void)state;
    assert_int_equal(SignalObjectAndWait(a, b, SOON_MS, FALSE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(a, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(b, 0), WAIT_TIMEOUT);
    CloseHandle(a);
    CloseHandle(b);
}

static void same_name_is_same_event(void **state)
{
    HANDLE a = CreateEventA(NULL, TRUE, FALSE, "regraft test event \xc3\xa9");
    HANDLE b;

    (void)state;
    assert_int_equal(GetLastError(), ERROR_SUCCESS);
    b = CreateEventW(NULL, TRUE, FALSE, L"regraft test event \u00e9");
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_ptr_not_equal(a, b);
    assert_true(SetEvent(a));
    assert_int_equal(WaitForSingleObject(b, 0), WAIT_OBJECT_0);
    CloseHandle(a);
    CloseHandle(b);
}

static void name_is_free_after_the_last_close(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, "regraft test once");

    (void)state;
    CloseHandle(event);
    event = CreateEventA(NULL, TRUE, FALSE, "regraft test once");
    assert_int_equal(GetLastError(), ERROR_SUCCESS);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CloseHandle(event);
}

static void name_of_another_kind_is_refused(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, "regraft test kind");

    (void)state;
    assert_null(CreateSemaphoreA(NULL, 0, 1, "regraft test kind"));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manual_event_stays_signalled),
        cmocka_unit_test(auto_event_satisfies_one_wait),
        cmocka_unit_test(initial_state_is_kept),
        cmocka_unit_test(reset_takes_the_signal_back),
        cmocka_unit_test(timeout_waits_at_least_that_long),
        cmocka_unit_test(set_wakes_a_sleeper),
        cmocka_unit_test(manual_event_wakes_all_sleepers),
        cmocka_unit_test(auto_event_wakes_one_sleeper_a_signal),
        cmocka_unit_test(pulse_releases_sleepers_and_stays_reset),
        cmocka_unit_test(pulse_of_an_auto_event_releases_one),
        cmocka_unit_test(signal_and_wait_does_both),
        cmocka_unit_test(same_name_is_same_event),
        cmocka_unit_test(name_is_free_after_the_last_close),
        cmocka_unit_test(name_of_another_kind_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
