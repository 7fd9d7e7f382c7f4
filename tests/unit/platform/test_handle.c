/* SPDX-License-Identifier: MIT */
/* test_handle.c - handles that are wrong, doubled, closed; and their descriptors. */
#include "support.h"

#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#include "platform/handle.h"

/* --- wrong handles ------------------------------------------------------------------- */

static void assert_is_bad(HANDLE handle)
{
    HANDLE copy = NULL;
    HANDLE list[2];

    SetLastError(0);
    assert_int_equal(WaitForSingleObject(handle, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_false(SetEvent(handle));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_false(ResetEvent(handle));
    assert_false(PulseEvent(handle));
    assert_false(ReleaseSemaphore(handle, 1, NULL));
    assert_false(ReleaseMutex(handle));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_false(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0,
                                 FALSE, DUPLICATE_SAME_ACCESS));
    assert_null(copy);
    SetLastError(0);
    assert_false(CloseHandle(handle));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);

    list[0] = CreateEventA(NULL, TRUE, TRUE, NULL);
    list[1] = handle;
    assert_int_equal(WaitForMultipleObjects(2, list, FALSE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_int_equal(WaitForMultipleObjects(2, list, TRUE, 0), WAIT_FAILED);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_true(CloseHandle(list[0]));
}

static void null_is_bad(void **state)
{
    (void)state;
    assert_is_bad(NULL);
}

static void garbage_is_bad(void **state)
{
    uintptr_t bits = 0x9e3779b97f4a7c15u;
    int local = 0;

    (void)state;
    assert_is_bad(&local);
    assert_is_bad((HANDLE)(uintptr_t)4);
    assert_is_bad((HANDLE)(uintptr_t)0xfffffffc);
    assert_is_bad((HANDLE)(UINTPTR_MAX - 7));
    for (int i = 0; i < 2000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        if (bits >= UINTPTR_MAX - 3) /* the pseudo handles */
            continue;
        assert_is_bad((HANDLE)bits);
    }
}

static void closed_is_bad(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);

    (void)state;
    assert_true(CloseHandle(event));
    assert_is_bad(event);
}

static void stale_handle_misses_its_slots_next_owner(void **state)
{
    HANDLE stale = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE fresh[200];

    (void)state;
    CloseHandle(stale);
    for (unsigned i = 0; i < COUNT_OF(fresh); i++) {
        fresh[i] = CreateEventA(NULL, TRUE, FALSE, NULL);
        assert_ptr_not_equal(fresh[i], stale);
    }
    assert_false(SetEvent(stale));
    for (unsigned i = 0; i < COUNT_OF(fresh); i++) {
        assert_int_equal(WaitForSingleObject(fresh[i], 0), WAIT_TIMEOUT);
        CloseHandle(fresh[i]);
    }
}

static void file_handle_is_no_event(void **state)
{
    HANDLE file = CreateFileA("/dev/null", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    (void)state;
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_false(SetEvent(file));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_int_equal(WaitForSingleObject(file, 0), WAIT_OBJECT_0);
    CloseHandle(file);
}

static void handles_look_like_windows_handles(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);

    (void)state;
    assert_int_equal((uintptr_t)event & 3, 0);
    assert_ptr_not_equal(event, INVALID_HANDLE_VALUE);
    CloseHandle(event);
}

static void many_handles_live_at_once(void **state)
{
    static HANDLE handles[5000];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(handles); i++)
        assert_non_null(handles[i] = CreateEventA(NULL, FALSE, i % 3 == 0, NULL));
    for (unsigned i = 0; i < COUNT_OF(handles); i++)
        assert_int_equal(WaitForSingleObject(handles[i], 0),
                         i % 3 == 0 ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
    for (unsigned i = 0; i < COUNT_OF(handles); i++)
        assert_true(CloseHandle(handles[i]));
}

/* --- one object, two handles ------------------------------------------------------------- */

static void duplicate_is_the_same_object(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE copy = NULL;

    (void)state;
    assert_true(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0,
                                FALSE, DUPLICATE_SAME_ACCESS));
    assert_ptr_not_equal(copy, event);
    assert_true(SetEvent(copy));
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_true(CloseHandle(event));
    assert_true(SetEvent(copy));
    assert_int_equal(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
    assert_true(CloseHandle(copy));
}

static void duplicate_can_close_its_source(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    HANDLE copy = NULL;

    (void)state;
    assert_true(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0,
                                FALSE, DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS));
    assert_false(SetEvent(event));
    assert_int_equal(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
    CloseHandle(copy);
}

static void duplicate_needs_a_place_to_go(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);

    (void)state;
    assert_false(
        DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), NULL, 0, FALSE, 0));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(event);
}

struct closing {
    HANDLE event, ready;
};

static DWORD wait_for_closed(LPVOID parameter)
{
    struct closing *closing = parameter;
    HANDLE list[2] = { closing->event, closing->ready };

    return WaitForMultipleObjects(2, list, FALSE, SOON_MS);
}

static void close_under_a_sleeper_does_no_harm(void **state)
{
    struct closing closing = { CreateEventA(NULL, FALSE, FALSE, NULL),
                               CreateEventA(NULL, TRUE, FALSE, NULL) };
    HANDLE thread = thread_of(wait_for_closed, &closing);
    DWORD result;

    (void)state;
    assert_true(CloseHandle(closing.event));
    assert_true(SetEvent(closing.ready));
    result = thread_result(thread); /* it failed if the close came before the wait */
    assert_true(result == WAIT_OBJECT_0 + 1 || result == WAIT_FAILED);
    CloseHandle(closing.ready);
}

/* --- everybody at once ---------------------------------------------------------------------- */

static _Atomic(HANDLE) shared[16];

static DWORD hammer_handles(LPVOID parameter)
{
    uint32_t random = (uint32_t)(uintptr_t)parameter * 2654435761u + 1;

    for (int i = 0; i < 4000; i++) {
        HANDLE handle;

        random = random * 1664525u + 1013904223u;
        handle = atomic_load(&shared[random >> 28]);
        switch (random >> 8 & 7) {
        case 0: /* replace it: the old one goes away under the others */
            handle = atomic_exchange(&shared[random >> 28],
                                     CreateEventA(NULL, random >> 12 & 1, TRUE, NULL));
            if (handle != NULL && !CloseHandle(handle))
                return 1;
            break;
        case 1:
            ResetEvent(handle);
            break;
        case 2:
            WaitForSingleObject(handle, 0);
            break;
        case 3:
            PulseEvent(handle);
            break;
        default:
            SetEvent(handle);
            break;
        }
    }
    return 0;
}

static void closing_races_with_all_else(void **state)
{
    HANDLE threads[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = thread_of(hammer_handles, (void *)(uintptr_t)(i + 1));
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(thread_result(threads[i]), 0);
    for (unsigned i = 0; i < COUNT_OF(shared); i++)
        CloseHandle(atomic_exchange(&shared[i], NULL));
}

/* --- descriptors ------------------------------------------------------------------------------ */

static short polled(int fd, int timeout)
{
    struct pollfd entry = { .fd = fd, .events = POLLIN };

    assert_true(poll(&entry, 1, timeout) >= 0);
    return entry.revents;
}

static void descriptor_follows_the_event(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    int fd = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(event, &fd), S_OK);
    assert_int_equal(polled(fd, 0), 0);
    SetEvent(event);
    SetEvent(event);
    assert_int_equal(polled(fd, 0), POLLIN);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_int_equal(polled(fd, 0), 0);
    SetEvent(event);
    ResetEvent(event);
    assert_int_equal(polled(fd, 0), 0);
    close(fd);
    CloseHandle(event);
}

static void descriptor_starts_with_the_present_state(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    int fd = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(event, &fd), S_OK);
    assert_int_equal(polled(fd, 0), POLLIN);
    close(fd);
    CloseHandle(event);
}

static void descriptors_of_one_handle_are_independent(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    int a = -1, b = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(event, &a), S_OK);
    assert_int_equal(rg_handle_fd(event, &b), S_OK);
    assert_int_not_equal(a, b);
    close(a);
    SetEvent(event);
    assert_int_equal(polled(b, 0), POLLIN);
    CloseHandle(event);
    assert_int_equal(polled(b, 0), POLLIN); /* outlives the handle */
    close(b);
}

static void descriptor_follows_semaphore_and_mutex(void **state)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 2, NULL);
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL);
    int fd = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(semaphore, &fd), S_OK);
    ReleaseSemaphore(semaphore, 2, NULL);
    WaitForSingleObject(semaphore, 0);
    assert_int_equal(polled(fd, 0), POLLIN);
    WaitForSingleObject(semaphore, 0);
    assert_int_equal(polled(fd, 0), 0);
    close(fd);

    assert_int_equal(rg_handle_fd(mutex, &fd), S_OK);
    assert_int_equal(polled(fd, 0), 0);
    ReleaseMutex(mutex);
    assert_int_equal(polled(fd, 0), POLLIN);
    close(fd);
    CloseHandle(semaphore);
    CloseHandle(mutex);
}

static DWORD set_event_now(LPVOID parameter)
{
    return SetEvent(parameter) ? 0 : 1;
}

static void poll_sleeps_until_the_event(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread;
    int fd = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(event, &fd), S_OK);
    thread = thread_of(set_event_now, event);
    assert_int_equal(polled(fd, SOON_MS), POLLIN);
    assert_int_equal(thread_result(thread), 0);
    close(fd);
    CloseHandle(event);
}

static void descriptor_of_a_thread_tells_its_end(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = thread_of(set_event_now, event);
    int fd = -1;

    (void)state;
    assert_int_equal(rg_handle_fd(thread, &fd), S_OK);
    assert_int_equal(polled(fd, SOON_MS), POLLIN);
    assert_int_equal(thread_result(thread), 0);
    close(fd);
    CloseHandle(event);
}

static void descriptor_of_a_bad_handle_is_refused(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    int fd = -7;

    (void)state;
    assert_int_equal(rg_handle_fd(NULL, &fd), E_HANDLE);
    assert_int_equal(rg_handle_fd(event, NULL), E_POINTER);
    CloseHandle(event);
    assert_int_equal(rg_handle_fd(event, &fd), E_HANDLE);
    assert_int_equal(fd, -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_bad),
        cmocka_unit_test(garbage_is_bad),
        cmocka_unit_test(closed_is_bad),
        cmocka_unit_test(stale_handle_misses_its_slots_next_owner),
        cmocka_unit_test(file_handle_is_no_event),
        cmocka_unit_test(handles_look_like_windows_handles),
        cmocka_unit_test(many_handles_live_at_once),
        cmocka_unit_test(duplicate_is_the_same_object),
        cmocka_unit_test(duplicate_can_close_its_source),
        cmocka_unit_test(duplicate_needs_a_place_to_go),
        cmocka_unit_test(close_under_a_sleeper_does_no_harm),
        cmocka_unit_test(closing_races_with_all_else),
        cmocka_unit_test(descriptor_follows_the_event),
        cmocka_unit_test(descriptor_starts_with_the_present_state),
        cmocka_unit_test(descriptors_of_one_handle_are_independent),
        cmocka_unit_test(descriptor_follows_semaphore_and_mutex),
        cmocka_unit_test(poll_sleeps_until_the_event),
        cmocka_unit_test(descriptor_of_a_thread_tells_its_end),
        cmocka_unit_test(descriptor_of_a_bad_handle_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
