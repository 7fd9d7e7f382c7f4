/* SPDX-License-Identifier: MIT */
/* test_memory.c - the heap's corners, and failing its n-th use. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "platform/memory.h"
#include "platform/text.h"
#include "platform/thread.h"

static void empty_blocks_are_blocks(void **state)
{
    void *a = rg_alloc(0);
    void *b = rg_calloc(0, 8);
    void *c = rg_memory_dup(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    a = rg_realloc(a, 0);
    assert_non_null(a);
    rg_free(a);
    rg_free(b);
    free(c); /* one heap */
    rg_free(NULL);
}

static void sizes_that_overflow_fail(void **state)
{
    volatile size_t huge = SIZE_MAX / 2;

    (void)state;
    assert_null(rg_calloc(huge, 4));
}

static void copies_are_equal(void **state)
{
    char *text = rg_text_dup("graft");
    int *numbers = rg_memory_dup((int[]){ 1, 2, 3 }, 3 * sizeof(int));

    (void)state;
    assert_string_equal(text, "graft");
    assert_int_equal(numbers[2], 3);
    rg_free(text);
    rg_free(numbers);
}

static void only_the_nth_use_fails(void **state)
{
    void *blocks[4];

    (void)state;
    rg_fault_arm(3);
    for (int i = 0; i < 4; i++)
        blocks[i] = rg_alloc(1);
    assert_true(rg_fault_disarm());
    assert_non_null(blocks[0]);
    assert_non_null(blocks[1]);
    assert_null(blocks[2]);
    assert_non_null(blocks[3]);
    for (int i = 0; i < 4; i++)
        rg_free(blocks[i]);
}

static void unreached_fault_says_so(void **state)
{
    (void)state;
    rg_fault_arm(2);
    rg_free(rg_alloc(1));
    assert_false(rg_fault_disarm());
    assert_false(rg_fault_disarm());
}

static void failed_realloc_keeps_the_block(void **state)
{
    char *block = rg_text_dup("kept");

    (void)state;
    rg_fault_arm(1);
    assert_null(rg_realloc(block, 100));
    assert_true(rg_fault_disarm());
    assert_string_equal(block, "kept");
    rg_free(block);
}

/* --- what fails when memory, threads or objects run out ------------------------------------- */

static DWORD do_nothing(LPVOID parameter)
{
    (void)parameter;
    return 0;
}

static void do_nothing_either(void *arg)
{
    (void)arg;
}

/* Runs `attempt` with its first, second, … use failing, until none is left to fail. */
static void fail_each(bool (*attempt)(void))
{
    unsigned n = 1;

    for (;; n++) {
        bool done, failed;

        rg_fault_arm(n);
        done = attempt();
        failed = rg_fault_disarm();
        assert_int_equal(done, !failed);
        if (!failed)
            break;
        assert_int_equal(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
    }
    assert_true(n > 1);
}

static bool attempt_event(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    return event != NULL && CloseHandle(event);
}

static bool attempt_named_semaphore(void)
{
    HANDLE semaphore = CreateSemaphoreW(NULL, 0, 1, L"regraft test fault");

    return semaphore != NULL && CloseHandle(semaphore);
}

static bool attempt_thread(void)
{
    HANDLE thread = CreateThread(NULL, 0, do_nothing, NULL, 0, NULL);

    return thread != NULL && WaitForSingleObject(thread, SOON_MS) == WAIT_OBJECT_0 &&
           CloseHandle(thread);
}

static bool attempt_file(void)
{
    HANDLE file = CreateFileW(L"/dev/null", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    return file != INVALID_HANDLE_VALUE && CloseHandle(file);
}

static bool attempt_duplicate(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE copy = NULL;
    bool done;

    if (event == NULL)
        return false;
    done = DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE,
                           DUPLICATE_SAME_ACCESS);
    CloseHandle(event);
    return done && CloseHandle(copy);
}

static bool attempt_library(void)
{
    HMODULE library = LoadLibraryW(L"libc.so.6");

    return library != NULL && FreeLibrary(library);
}

static void each_failure_is_reported(void **state)
{
    (void)state;
    fail_each(attempt_event);
    fail_each(attempt_named_semaphore);
    fail_each(attempt_thread);
    fail_each(attempt_file);
    fail_each(attempt_duplicate);
    fail_each(attempt_library);
}

static void own_thread_reports_its_failure(void **state)
{
    struct rg_thread thread;

    (void)state;
    memset(&thread, 0, sizeof(thread));
    rg_fault_arm(1);
    assert_int_equal(rg_thread_start(&thread, "never", do_nothing_either, NULL), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    rg_thread_join(&thread);
}

static void text_reports_its_failure(void **state)
{
    wchar_t *wide = NULL;
    char *utf8 = NULL;

    (void)state;
    rg_fault_arm(1);
    assert_int_equal(rg_wide_from_utf8("x", &wide), E_OUTOFMEMORY);
    rg_fault_arm(1);
    assert_int_equal(rg_utf8_from_wide(L"x", &utf8), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_null(wide);
    assert_null(utf8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_blocks_are_blocks),
        cmocka_unit_test(sizes_that_overflow_fail),
        cmocka_unit_test(copies_are_equal),
        cmocka_unit_test(only_the_nth_use_fails),
        cmocka_unit_test(unreached_fault_says_so),
        cmocka_unit_test(failed_realloc_keeps_the_block),
        cmocka_unit_test(each_failure_is_reported),
        cmocka_unit_test(own_thread_reports_its_failure),
        cmocka_unit_test(text_reports_its_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
