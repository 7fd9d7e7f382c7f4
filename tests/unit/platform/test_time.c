/* SPDX-License-Identifier: MIT */
/* test_time.c - clocks, and what the machine says about itself. */
#include "support.h"

#include <mmsystem.h>

#include "platform/membarrier.h"
#include "platform/time.h"

static void clocks_never_go_back(void **state)
{
    int64_t last = rg_time_now_ns();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t now = rg_time_now_ns();

        assert_true(now >= last);
        last = now;
    }
}

static void all_clocks_show_one_time(void **state)
{
    int64_t before = rg_time_now_ns();
    int64_t hns = rg_time_now_hns();
    ULONGLONG ms = GetTickCount64();
    LARGE_INTEGER count, frequency;
    int64_t after;

    (void)state;
    assert_true(QueryPerformanceCounter(&count));
    assert_true(QueryPerformanceFrequency(&frequency));
    after = rg_time_now_ns();
    assert_true(hns >= before / 100 && hns <= after / 100);
    assert_true(ms >= (ULONGLONG)before / 1000000 && ms <= (ULONGLONG)after / 1000000);
    assert_true(count.QuadPart >= before && count.QuadPart <= after);
    assert_true(frequency.QuadPart == 1000000000);
    assert_true(timeGetTime() - (DWORD)ms < 10000);
    assert_true(GetTickCount() - (DWORD)ms < 10000);
}

static void deadline_of_infinite_never_comes(void **state)
{
    int64_t now = rg_time_now_ns();

    (void)state;
    assert_true(rg_time_deadline_ns(INFINITE) == RG_TIME_NEVER);
    assert_true(rg_time_deadline_ns(10) >= now + 10000000);
    assert_true(rg_time_deadline_ns(INFINITE - 1) > now);
}

static void file_time_counts_from_1601(void **state)
{
    SYSTEMTIME utc;
    FILETIME time;
    uint64_t hns;

    (void)state;
    GetSystemTimeAsFileTime(&time);
    GetSystemTime(&utc);
    hns = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    assert_in_range(1601 + hns / (36525 * UINT64_C(864000000000) / 100), utc.wYear - 1,
                    utc.wYear + 1);
    assert_in_range(utc.wMonth, 1, 12);
    assert_in_range(utc.wDayOfWeek, 0, 6);
    GetLocalTime(&utc);
    assert_in_range(utc.wDay, 1, 31);
}

static void null_is_refused(void **state)
{
    (void)state;
    assert_false(QueryPerformanceCounter(NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_false(QueryPerformanceFrequency(NULL));
    assert_int_equal(timeGetDevCaps(NULL, 8), TIMERR_NOCANDO);
}

static void periods_are_granted(void **state)
{
    TIMECAPS caps;

    (void)state;
    assert_int_equal(timeGetDevCaps(&caps, sizeof(caps)), TIMERR_NOERROR);
    assert_int_equal(timeBeginPeriod(caps.wPeriodMin), TIMERR_NOERROR);
    assert_int_equal(timeEndPeriod(caps.wPeriodMin), TIMERR_NOERROR);
    assert_int_equal(timeBeginPeriod(0), TIMERR_NOCANDO);
}

static void system_info_is_filled(void **state)
{
    SYSTEM_INFO info;

    (void)state;
    GetSystemInfo(&info);
    assert_true(info.dwPageSize >= 4096);
    assert_true(info.dwNumberOfProcessors >= 1);
    assert_true((info.dwActiveProcessorMask & 1) != 0);
}

static void barrier_answers_the_same_every_time(void **state)
{
    bool available = rg_membarrier_init();

    (void)state;
    assert_int_equal(available, rg_membarrier_available);
    rg_membarrier();
    rg_membarrier_light();
    assert_int_equal(rg_membarrier_init(), available);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_never_go_back),
        cmocka_unit_test(all_clocks_show_one_time),
        cmocka_unit_test(deadline_of_infinite_never_comes),
        cmocka_unit_test(file_time_counts_from_1601),
        cmocka_unit_test(null_is_refused),
        cmocka_unit_test(periods_are_granted),
        cmocka_unit_test(system_info_is_filled),
        cmocka_unit_test(barrier_answers_the_same_every_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
