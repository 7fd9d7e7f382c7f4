/* SPDX-License-Identifier: MIT */
/* test_mutex.c - mutexes, semaphores and critical sections. */
#include "support.h"

/* --- mutexes --------------------------------------------------------------------------- */

static DWORD try_once(LPVOID mutex)
{
    DWORD result = WaitForSingleObject(mutex, 0);

    if (result == WAIT_OBJECT_0)
        ReleaseMutex(mutex);
    return result;
}

static void mutex_belongs_to_one_thread(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL);

    (void)state;
    assert_int_equal(thread_result(thread_of(try_once, mutex)), WAIT_TIMEOUT);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(thread_result(thread_of(try_once, mutex)), WAIT_OBJECT_0);
    CloseHandle(mutex);
}

static void mutex_counts_its_owners_waits(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);

    (void)state;
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(mutex, INFINITE), WAIT_OBJECT_0);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(thread_result(thread_of(try_once, mutex)), WAIT_TIMEOUT);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(thread_result(thread_of(try_once, mutex)), WAIT_OBJECT_0);
    CloseHandle(mutex);
}

static DWORD release_anyway(LPVOID mutex)
{
    return ReleaseMutex(mutex) ? ERROR_SUCCESS : GetLastError();
}

static void only_the_owner_releases(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL);

    (void)state;
    assert_int_equal(thread_result(thread_of(release_anyway, mutex)), ERROR_NOT_OWNER);
    assert_true(ReleaseMutex(mutex));
    assert_false(ReleaseMutex(mutex));
    assert_int_equal(GetLastError(), ERROR_NOT_OWNER);
    CloseHandle(mutex);
}

static DWORD take_and_end(LPVOID mutex)
{
    WaitForSingleObject(mutex, INFINITE);
    return WaitForSingleObject(mutex, INFINITE); /* twice, and never released */
}

static void mutex_of_an_ended_thread_is_abandoned(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);

    (void)state;
    assert_int_equal(thread_result(thread_of(take_and_end, mutex)), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(mutex, SOON_MS), WAIT_ABANDONED);
    assert_true(ReleaseMutex(mutex));
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0); /* told once */
    assert_true(ReleaseMutex(mutex));
    CloseHandle(mutex);
}

static void abandoned_mutex_is_named_by_its_index(void **state)
{
    HANDLE list[2];

    (void)state;
    list[0] = CreateEventA(NULL, TRUE, FALSE, NULL);
    list[1] = CreateMutexA(NULL, FALSE, NULL);
    thread_result(thread_of(take_and_end, list[1]));
    assert_int_equal(WaitForMultipleObjects(2, list, FALSE, SOON_MS), WAIT_ABANDONED_0 + 1);
    ReleaseMutex(list[1]);
    thread_result(thread_of(take_and_end, list[1]));
    SetEvent(list[0]);
    assert_int_equal(WaitForMultipleObjects(2, list, TRUE, SOON_MS), WAIT_ABANDONED_0 + 1);
    assert_true(ReleaseMutex(list[1]));
    CloseHandle(list[0]);
    CloseHandle(list[1]);
}

static void sleeper_gets_an_abandoned_mutex(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);
    HANDLE holder = thread_of(take_and_end, mutex);
    DWORD result;

    (void)state;
    do { /* it may come before the holder: then let the holder have it */
        result = WaitForSingleObject(mutex, SOON_MS);
        assert_true(result == WAIT_OBJECT_0 || result == WAIT_ABANDONED);
        assert_true(ReleaseMutex(mutex));
    } while (result != WAIT_ABANDONED);
    thread_result(holder);
    CloseHandle(mutex);
}

struct counter {
    HANDLE mutex;
    CRITICAL_SECTION section;
    int value;
};

static DWORD count_under_mutex(LPVOID parameter)
{
    struct counter *counter = parameter;

    for (int i = 0; i < 2000; i++) {
        if (WaitForSingleObject(counter->mutex, SOON_MS) != WAIT_OBJECT_0)
            return 1;
        counter->value++;
        ReleaseMutex(counter->mutex);
    }
    return 0;
}

static void mutex_keeps_eight_threads_apart(void **state)
{
    struct counter counter = { .mutex = CreateMutexA(NULL, FALSE, NULL) };
    HANDLE threads[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(count_under_mutex, &counter);
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(thread_result(threads[i]), 0);
    assert_int_equal(counter.value, 16000);
    CloseHandle(counter.mutex);
}

static void opening_a_named_mutex_does_not_take_it(void **state)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, "regraft test mutex");
    HANDLE same = CreateMutexW(NULL, TRUE, L"regraft test mutex");

    (void)state;
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_false(ReleaseMutex(same));
    CloseHandle(mutex);
    CloseHandle(same);
}

/* --- semaphores ---------------------------------------------------------------------------- */

static void semaphore_counts_down(void **state)
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 2, 5, NULL);

    (void)state;
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    CloseHandle(semaphore);
}

static void semaphore_stops_at_its_maximum(void **state)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 1, 3, NULL);
    LONG previous = -1;

    (void)state;
    assert_false(ReleaseSemaphore(semaphore, 3, &previous));
    assert_int_equal(GetLastError(), ERROR_TOO_MANY_POSTS);
    assert_int_equal(previous, -1);
    assert_true(ReleaseSemaphore(semaphore, 2, &previous));
    assert_int_equal(previous, 1);
    assert_false(ReleaseSemaphore(semaphore, MAXLONG, NULL));
    CloseHandle(semaphore);
}

static void semaphore_refuses_bad_counts(void **state)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, MAXLONG, NULL);

    (void)state;
    assert_null(CreateSemaphoreA(NULL, -1, 1, NULL));
    assert_null(CreateSemaphoreA(NULL, 0, 0, NULL));
    assert_null(CreateSemaphoreA(NULL, 2, 1, NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_false(ReleaseSemaphore(semaphore, 0, NULL));
    assert_false(ReleaseSemaphore(semaphore, -1, NULL));
    assert_true(ReleaseSemaphore(semaphore, MAXLONG, NULL));
    CloseHandle(semaphore);
}

static DWORD take_one(LPVOID semaphore)
{
    return WaitForSingleObject(semaphore, SOON_MS);
}

static void one_release_wakes_that_many(void **state)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 8, NULL);
    HANDLE threads[4];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(take_one, semaphore);
    assert_true(ReleaseSemaphore(semaphore, COUNT_OF(threads), NULL));
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(thread_result(threads[i]), WAIT_OBJECT_0);
    CloseHandle(semaphore);
}

/* --- critical sections ------------------------------------------------------------------------ */

static DWORD count_in_section(LPVOID parameter)
{
    struct counter *counter = parameter;

    for (int i = 0; i < 5000; i++) {
        EnterCriticalSection(&counter->section);
        EnterCriticalSection(&counter->section);
        counter->value++;
        LeaveCriticalSection(&counter->section);
        LeaveCriticalSection(&counter->section);
    }
    return 0;
}

static void section_keeps_threads_apart(void **state)
{
    struct counter counter = { .value = 0 };
    HANDLE threads[4];

    (void)state;
    InitializeCriticalSection(&counter.section);
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(count_in_section, &counter);
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(thread_result(threads[i]), 0);
    assert_int_equal(counter.value, 20000);
    DeleteCriticalSection(&counter.section);
}

static DWORD try_section(LPVOID section)
{
    if (!TryEnterCriticalSection(section))
        return 0;
    LeaveCriticalSection(section);
    return 1;
}

static void try_enter_says_no_to_others(void **state)
{
    CRITICAL_SECTION section;

    (void)state;
    assert_true(InitializeCriticalSectionAndSpinCount(&section, 4000));
    EnterCriticalSection(&section);
    assert_true(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    assert_int_equal(thread_result(thread_of(try_section, &section)), 0);
    LeaveCriticalSection(&section);
    assert_int_equal(thread_result(thread_of(try_section, &section)), 1);
    DeleteCriticalSection(&section);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutex_belongs_to_one_thread),
        cmocka_unit_test(mutex_counts_its_owners_waits),
        cmocka_unit_test(only_the_owner_releases),
        cmocka_unit_test(mutex_of_an_ended_thread_is_abandoned),
        cmocka_unit_test(abandoned_mutex_is_named_by_its_index),
        cmocka_unit_test(sleeper_gets_an_abandoned_mutex),
        cmocka_unit_test(mutex_keeps_eight_threads_apart),
        cmocka_unit_test(opening_a_named_mutex_does_not_take_it),
        cmocka_unit_test(semaphore_counts_down),
        cmocka_unit_test(semaphore_stops_at_its_maximum),
        cmocka_unit_test(semaphore_refuses_bad_counts),
        cmocka_unit_test(one_release_wakes_that_many),
        cmocka_unit_test(section_keeps_threads_apart),
        cmocka_unit_test(try_enter_says_no_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
