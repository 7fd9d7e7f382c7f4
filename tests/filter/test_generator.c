/* SPDX-License-Identifier: MIT */
/* test_generator.c - counting through time: rates, ends, seeks, exact times, interruption.
 *
 * Runs: one thread, and one more that interrupts.
 * Knows: filters/generator.h.  Must not know: pins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "filters/generator.h"
#include "media/sample.h"

static void rates_are_parsed(void **unused)
{
    static const struct {
        const char *text;
        int num, den;
    } good[] = {
        { "25", 25, 1 },           { "30000/1001", 30000, 1001 }, { "29.97", 30000, 1001 },
        { "23.976", 24000, 1001 }, { "59.94", 60000, 1001 },      { "12.5", 125, 10 },
        { "1/2", 1, 2 },           { "1000", 1000, 1 },
    };
    static const char *const bad[] = {
        "",       "-5",   "0",   "x",  "25x", "25/", "25/0", "1e9",    "1001",
        "1/0",    "1/-1", "25.", ".5", " 25", "/5",  "+3",   "1/1001", "99999999999999999999",
        "1.2345", "5/2/1"
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int num = 0, den = 0;

        assert_true(rg_generator_parse_rate(good[i].text, &num, &den));
        assert_int_equal(num, good[i].num);
        assert_int_equal(den, good[i].den);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int num = 7, den = 7;

        assert_false(rg_generator_parse_rate(bad[i], &num, &den));
        assert_int_equal(num, 7);
    }
}

static void limits_meet(void **unused)
{
    (void)unused;
    assert_true(rg_generator_limit(0, 0, 25, 1) == RG_ENDLESS);
    assert_int_equal(rg_generator_limit(10, 0, 25, 1), 10);
    assert_int_equal(rg_generator_limit(0, 2, 25, 1), 50);
    assert_int_equal(rg_generator_limit(60, 2, 25, 1), 50);
    assert_int_equal(rg_generator_limit(40, 2, 25, 1), 40);
    assert_int_equal(rg_generator_limit(0, 1, 30000, 1001), 30);
}

static IMediaSample *one_sample(IMemAllocator **ret_allocator)
{
    ALLOCATOR_PROPERTIES wanted = { 1, 16, 1, 0 }, actual;
    IMemAllocator *allocator;
    IMediaSample *sample;

    assert_int_equal(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&allocator), S_OK);
    assert_int_equal(allocator->lpVtbl->SetProperties(allocator, &wanted, &actual), S_OK);
    assert_int_equal(allocator->lpVtbl->Commit(allocator), S_OK);
    assert_int_equal(allocator->lpVtbl->GetBuffer(allocator, &sample, NULL, NULL, 0), S_OK);
    *ret_allocator = allocator;
    return sample;
}

static void times_are_exact_and_touch(void **unused)
{
    struct rg_generator_plan plan = { 30000, 1001, 100, false };
    struct rg_generator g;
    IMemAllocator *allocator;
    IMediaSample *sample = one_sample(&allocator);
    REFERENCE_TIME start, stop, before = 0, time;

    (void)unused;
    memset(&g, 0, sizeof(g));
    assert_int_equal(rg_generator_duration(&g, &time), VFW_E_NOT_FOUND);
    rg_generator_start(&g, &plan);
    assert_int_equal(rg_generator_duration(&g, &time), S_OK);
    assert_int_equal(time, 100LL * 1001 * 10000000 / 30000);
    for (int64_t i = 0; i < 100; i++) {
        LONGLONG media_start, media_stop;
        int64_t first;

        assert_int_equal(rg_generator_fetch(&g, &time), S_OK);
        assert_int_equal(rg_generator_fetch(&g, &time), S_OK); /* says the same */
        assert_int_equal(rg_generator_take(&g, 1, sample, &first), 1);
        assert_int_equal(first, i);
        assert_int_equal(sample->lpVtbl->GetTime(sample, &start, &stop), S_OK);
        assert_int_equal(sample->lpVtbl->GetMediaTime(sample, &media_start, &media_stop), S_OK);
        assert_int_equal(start, i * 1001 * 10000000 / 30000);
        assert_int_equal(start, time);
        assert_int_equal(start, before);
        assert_int_equal(media_start, i);
        assert_int_equal(media_stop, i + 1);
        before = stop;
    }
    assert_int_equal(rg_generator_fetch(&g, &time), S_FALSE);
    sample->lpVtbl->Release(sample);
    allocator->lpVtbl->Release(allocator);
}

static void seeks_land_on_units(void **unused)
{
    struct rg_generator_plan plan = { 25, 1, 100, false };
    struct rg_generator g;
    REFERENCE_TIME position = 15000000 + 5, time;
    IMemAllocator *allocator;
    IMediaSample *sample = one_sample(&allocator);
    int64_t first;

    (void)unused;
    memset(&g, 0, sizeof(g));
    rg_generator_start(&g, &plan);
    assert_int_equal(rg_generator_seek(&g, &position, 20000000, 1), S_OK);
    assert_int_equal(position, 14800000);
    assert_int_equal(rg_generator_fetch(&g, &time), S_OK);
    assert_int_equal(time, 0);
    assert_int_equal(rg_generator_take(&g, 5, sample, &first), 5);
    assert_int_equal(first, 37);
    assert_int_equal(rg_generator_fetch(&g, &time), S_OK);
    assert_int_equal(time, 2000000);
    assert_int_equal(rg_generator_take(&g, 8, sample, &first), 8);
    assert_int_equal(rg_generator_fetch(&g, &time), S_FALSE); /* the stop of the seek */
    assert_int_equal(rg_generator_seek(&g, &position, 0, 0), E_INVALIDARG);
    /* a stop and a start keep where the seek was */
    rg_generator_start(&g, &plan);
    assert_int_equal(rg_generator_fetch(&g, &time), S_OK);
    assert_int_equal(rg_generator_take(&g, 1, sample, &first), 1);
    assert_int_equal(first, 37);
    position = 1000000000;
    assert_int_equal(rg_generator_seek(&g, &position, 0, 1), S_OK);
    assert_int_equal(rg_generator_fetch(&g, &time), S_FALSE); /* past the end */
    sample->lpVtbl->Release(sample);
    allocator->lpVtbl->Release(allocator);
}

static void *interrupt_it(void *g)
{
    rg_generator_interrupt(g, true);
    return NULL;
}

static void a_paced_wait_can_be_ended(void **unused)
{
    struct rg_generator_plan plan = { 1, 1000, RG_ENDLESS, true };
    struct rg_generator g;
    IMemAllocator *allocator;
    IMediaSample *sample = one_sample(&allocator);
    REFERENCE_TIME time;
    pthread_t thread;
    int64_t first;

    (void)unused;
    memset(&g, 0, sizeof(g));
    rg_generator_start(&g, &plan);
    assert_int_equal(rg_generator_fetch(&g, &time), S_OK); /* the first one is due at once */
    assert_int_equal(rg_generator_take(&g, 1, sample, &first), 1);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_it, &g), 0);
    assert_int_equal(rg_generator_fetch(&g, &time), VFW_E_STATE_CHANGED); /* due in 1000 s */
    assert_int_equal(rg_generator_fetch(&g, &time), VFW_E_STATE_CHANGED);
    pthread_join(thread, NULL);
    rg_generator_interrupt(&g, false);
    rg_generator_start(&g, &plan);
    assert_int_equal(rg_generator_fetch(&g, &time), S_OK);
    sample->lpVtbl->Release(sample);
    allocator->lpVtbl->Release(allocator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_parsed),          cmocka_unit_test(limits_meet),
        cmocka_unit_test(times_are_exact_and_touch), cmocka_unit_test(seeks_land_on_units),
        cmocka_unit_test(a_paced_wait_can_be_ended),
    };

    return cmocka_run_group_tests_name("generator", tests, NULL, NULL);
}
