/* SPDX-License-Identifier: MIT */
/* test_runtime.c - initialising COM, task memory. */
#include "support.h"

#include <string.h>

#include <ole2.h>

static void initialising_counts_per_thread(void **state)
{
    (void)state;
    assert_int_equal(CoInitialize(NULL), S_OK);
    assert_int_equal(CoInitialize(NULL), S_FALSE);
    assert_int_equal(OleInitialize(NULL), S_FALSE);
    OleUninitialize();
    CoUninitialize();
    CoUninitialize();
    CoUninitialize(); /* once too often does no harm */
    assert_int_equal(CoInitialize(NULL), S_OK);
    CoUninitialize();
}

static void mode_cannot_change_on_the_way(void **state)
{
    (void)state;
    assert_int_equal(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    assert_int_equal(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), RPC_E_CHANGED_MODE);
    CoUninitialize();
    assert_int_equal(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    CoUninitialize();
}

static void bad_modes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(CoInitializeEx(state, COINIT_MULTITHREADED), E_INVALIDARG);
    assert_int_equal(CoInitializeEx(NULL, 0x100), E_INVALIDARG);
}

static DWORD initialise_here(LPVOID parameter)
{
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    (void)parameter;
    CoUninitialize();
    return (DWORD)hr;
}

static void threads_initialise_for_themselves(void **state)
{
    HANDLE thread;
    DWORD code = 99;

    (void)state;
    assert_int_equal(CoInitialize(NULL), S_OK);
    thread = CreateThread(NULL, 0, initialise_here, NULL, 0, NULL);
    assert_int_equal(WaitForSingleObject(thread, 20000), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, S_OK);
    CloseHandle(thread);
    CoUninitialize();
    CoFreeUnusedLibraries();
}

static void task_memory_of_no_size_is_a_block(void **state)
{
    void *block = CoTaskMemAlloc(0);

    (void)state;
    assert_non_null(block);
    CoTaskMemFree(block);
    CoTaskMemFree(NULL);
}

static void task_memory_grows_and_goes(void **state)
{
    char *block = CoTaskMemRealloc(NULL, 4);

    (void)state;
    assert_non_null(block);
    memcpy(block, "abc", 4);
    block = CoTaskMemRealloc(block, 100000);
    assert_non_null(block);
    assert_string_equal(block, "abc");
    assert_null(CoTaskMemRealloc(block, 0)); /* freed it */
    block = CoTaskMemRealloc(NULL, 0);
    assert_non_null(block);
    CoTaskMemFree(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initialising_counts_per_thread),
        cmocka_unit_test(mode_cannot_change_on_the_way),
        cmocka_unit_test(bad_modes_are_refused),
        cmocka_unit_test(threads_initialise_for_themselves),
        cmocka_unit_test(task_memory_of_no_size_is_a_block),
        cmocka_unit_test(task_memory_grows_and_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
