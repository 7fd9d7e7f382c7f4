/* SPDX-License-Identifier: MIT */
/* test_thread.c - threads with handles, the library's own threads, thread-local slots. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "platform/thread.h"

static DWORD return_its_parameter(LPVOID parameter)
{
    return (DWORD)(uintptr_t)parameter;
}

static void thread_returns_its_exit_code(void **state)
{
    (void)state;
    assert_int_equal(thread_result(thread_of(return_its_parameter, (void *)1234)), 1234);
}

static DWORD exit_early(LPVOID parameter)
{
    ExitThread((DWORD)(uintptr_t)parameter);
}

static void exit_thread_sets_the_code(void **state)
{
    (void)state;
    assert_int_equal(thread_result(thread_of(exit_early, (void *)77)), 77);
}

static DWORD wait_for_it(LPVOID event)
{
    WaitForSingleObject(event, SOON_MS);
    return 5;
}

static void running_thread_is_still_active(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = thread_of(wait_for_it, event);
    DWORD code = 0;

    (void)state;
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, STILL_ACTIVE);
    assert_int_equal(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    SetEvent(event);
    assert_int_equal(thread_result(thread), 5);
    CloseHandle(event);
}

static DWORD own_id(LPVOID parameter)
{
    (void)parameter;
    return GetCurrentThreadId();
}

static void thread_id_is_the_threads_own(void **state)
{
    DWORD id = 0;
    HANDLE thread = CreateThread(NULL, 65536, own_id, NULL, 0, &id);

    (void)state;
    assert_non_null(thread);
    assert_int_equal(GetThreadId(thread), id);
    assert_int_not_equal(id, GetCurrentThreadId());
    assert_int_equal(thread_result(thread), id);
}

static void suspended_thread_waits_for_resume(void **state)
{
    HANDLE thread =
        CreateThread(NULL, 0, return_its_parameter, (void *)9, CREATE_SUSPENDED, NULL);

    (void)state;
    assert_int_equal(WaitForSingleObject(thread, 2), WAIT_TIMEOUT);
    assert_int_equal(ResumeThread(thread), 1);
    assert_int_equal(thread_result(thread), 9);
}

static void priority_is_remembered(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = thread_of(wait_for_it, event);

    (void)state;
    assert_int_equal(GetThreadPriority(thread), THREAD_PRIORITY_NORMAL);
    assert_true(SetThreadPriority(thread, THREAD_PRIORITY_LOWEST));
    assert_int_equal(GetThreadPriority(thread), THREAD_PRIORITY_LOWEST);
    assert_false(SetThreadPriority(thread, 9));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_false(SetThreadPriority(event, 0));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    SetEvent(event);
    thread_result(thread);
    CloseHandle(event);
}

static void bad_thread_arguments_are_refused(void **state)
{
    DWORD code;

    (void)state;
    assert_null(CreateThread(NULL, 0, NULL, NULL, 0, NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_false(GetExitCodeThread(NULL, &code));
    assert_int_equal(GetThreadId(NULL), 0);
    assert_int_equal(ResumeThread(NULL), (DWORD)-1);
}

/* A pthread of the host gets a handle to itself and leaves it to others. */
static void *duplicate_self(void *place)
{
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), place, 0,
                    FALSE, DUPLICATE_SAME_ACCESS);
    return NULL;
}

static void any_thread_can_have_a_handle(void **state)
{
    HANDLE handle = NULL;
    pthread_t thread;

    (void)state;
    assert_int_equal(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
    assert_int_equal(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
    assert_int_equal(pthread_create(&thread, NULL, duplicate_self, &handle), 0);
    pthread_join(thread, NULL);
    assert_non_null(handle);
    assert_int_equal(WaitForSingleObject(handle, SOON_MS), WAIT_OBJECT_0);
    CloseHandle(handle);
}

static pthread_key_t late_key;

static int late_rounds;

/* Comes back for a third round of destructors: the library's own end of the thread is over then. */
static void wait_once_more(void *event)
{
    (void)WaitForSingleObject(event, 1);
    if (++late_rounds < 3)
        pthread_setspecific(late_key, event);
}

static void *end_with_a_wait(void *event)
{
    pthread_setspecific(late_key, event);
    (void)WaitForSingleObject(event, 1);
    return NULL;
}

static void waiting_in_destructors_does_no_harm(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_key_create(&late_key, wait_once_more), 0);
    assert_int_equal(pthread_create(&thread, NULL, end_with_a_wait, event), 0);
    pthread_join(thread, NULL);
    pthread_key_delete(late_key);
    thread_result(thread_of(return_its_parameter, NULL));
    CloseHandle(event);
}

static DWORD set_and_check_error(LPVOID parameter)
{
    (void)parameter;
    if (GetLastError() != 0)
        return 1;
    SetLastError(42);
    return GetLastError() == 42 ? 0 : 2;
}

static void last_error_is_each_threads_own(void **state)
{
    (void)state;
    SetLastError(7);
    assert_int_equal(thread_result(thread_of(set_and_check_error, NULL)), 0);
    SetLastError(7);
    assert_int_equal(GetLastError(), 7);
}

static DWORD slot_is_empty(LPVOID parameter)
{
    DWORD index = (DWORD)(uintptr_t)parameter;

    if (TlsGetValue(index) != NULL)
        return 1;
    TlsSetValue(index, &index);
    return TlsGetValue(index) == &index ? 0 : 2;
}

static void slots_are_each_threads_own(void **state)
{
    DWORD index = TlsAlloc();
    int here;

    (void)state;
    assert_int_not_equal(index, TLS_OUT_OF_INDEXES);
    assert_true(TlsSetValue(index, &here));
    assert_int_equal(thread_result(thread_of(slot_is_empty, (void *)(uintptr_t)index)), 0);
    assert_ptr_equal(TlsGetValue(index), &here);
    assert_true(TlsFree(index));
    assert_false(TlsFree(index));
    assert_false(TlsSetValue(index, &here));
    assert_null(TlsGetValue(0xfffffffe));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
}

/* --- the library's own ------------------------------------------------------------------- */

struct job {
    struct rg_thread thread;
    char name[16];
    bool was_self;
};

static void job_run(void *arg)
{
    struct job *job = arg;

    job->was_self = rg_thread_is_self(&job->thread);
    pthread_getname_np(pthread_self(), job->name, sizeof(job->name));
}

static void own_thread_has_its_name_cut_to_fit(void **state)
{
    struct job job;

    (void)state;
    memset(&job, 0, sizeof(job));
    assert_int_equal(rg_thread_start(&job.thread, "a name that is too long", job_run, &job),
                     S_OK);
    assert_false(rg_thread_is_self(&job.thread));
    rg_thread_join(&job.thread);
    assert_string_equal(job.name, "a name that is ");
    assert_false(rg_thread_is_self(&job.thread));
}

static void join_may_come_twice_or_for_nothing(void **state)
{
    struct job job;

    (void)state;
    memset(&job, 0, sizeof(job));
    rg_thread_join(&job.thread);
    assert_int_equal(rg_thread_start(&job.thread, "job", job_run, &job), S_OK);
    rg_thread_join(&job.thread);
    rg_thread_join(&job.thread);
    assert_int_equal(rg_thread_start(&job.thread, "again", job_run, &job), S_OK);
    rg_thread_join(&job.thread);
    assert_string_equal(job.name, "again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_returns_its_exit_code),
        cmocka_unit_test(exit_thread_sets_the_code),
        cmocka_unit_test(running_thread_is_still_active),
        cmocka_unit_test(thread_id_is_the_threads_own),
        cmocka_unit_test(suspended_thread_waits_for_resume),
        cmocka_unit_test(priority_is_remembered),
        cmocka_unit_test(bad_thread_arguments_are_refused),
        cmocka_unit_test(any_thread_can_have_a_handle),
        cmocka_unit_test(waiting_in_destructors_does_no_harm),
        cmocka_unit_test(last_error_is_each_threads_own),
        cmocka_unit_test(slots_are_each_threads_own),
        cmocka_unit_test(own_thread_has_its_name_cut_to_fit),
        cmocka_unit_test(join_may_come_twice_or_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
