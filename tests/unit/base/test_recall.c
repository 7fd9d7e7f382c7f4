/* SPDX-License-Identifier: MIT */
/* What a link of compressed samples remembers: how far back, in which order, and what its bound does. */
#include "support.h"

#include "base/recall.h"
#include "com/object.h"
#include "media/type.h"

#define MOST 3000

static struct rg_recall recall;
static IMemAllocator *pool;
static uint64_t dice;

static unsigned roll(unsigned sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % sides;
}

static void set_type(const GUID *major, const GUID *subtype, bool temporal)
{
    AM_MEDIA_TYPE type;

    assert_int_equal(rg_type_make(&type, major, subtype, &FORMAT_None, NULL, 0), S_OK);
    type.bTemporalCompression = temporal;
    rg_recall_set_type(&recall, &type);
    rg_type_clear(&type);
}

static int setup(void **state)
{
    ALLOCATOR_PROPERTIES want = { 4, 4096, 1, 0 }, actual;

    (void)state;
    dice = 7;
    rg_recall_init(&recall);
    if (FAILED(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&pool)) ||
        FAILED(IMemAllocator_SetProperties(pool, &want, &actual)))
        return -1;
    set_type(&MEDIATYPE_Video, &MEDIASUBTYPE_H264, true);
    return IMemAllocator_Commit(pool);
}

static int teardown(void **state)
{
    (void)state;
    rg_recall_fini(&recall);
    IMemAllocator_Decommit(pool);
    return (int)IMemAllocator_Release(pool);
}

/* A sample of that many bytes, all equal to its number; the number is its start too. */
static void add(unsigned number, unsigned bytes, bool is_sync)
{
    REFERENCE_TIME start = number, stop = number + 1;
    RG_AUTO(IMediaSample) sample = NULL;
    struct rg_sample_extra extra = { .has_dts = true, .dts = (REFERENCE_TIME)number - 2 };
    struct rg_sample_info info;
    BYTE *data;

    assert_int_equal(rg_allocator_get(pool, bytes, 0, &sample), S_OK);
    IMediaSample_GetPointer(sample, &data);
    memset(data, (int)(number & 0xff), bytes);
    IMediaSample_SetActualDataLength(sample, (LONG)bytes);
    IMediaSample_SetTime(sample, &start, &stop);
    IMediaSample_SetSyncPoint(sample, is_sync);
    IMediaSample_SetDiscontinuity(sample, FALSE);
    assert_int_equal(rg_sample_set_extra(sample, &extra), S_OK);
    assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
    rg_recall_add(&recall, sample, &info);
}

/* How many are remembered, without a gap; -1: nothing is. */
static int read_all(unsigned *first, unsigned *last)
{
    ULONGLONG serial = 0;
    int n = 0;

    for (;;) {
        RG_AUTO(IMediaSample) sample = NULL;
        struct rg_sample_extra extra;
        struct rg_sample_info info;
        HRESULT hr = rg_recall_next(&recall, &serial, &sample);

        if (hr == S_FALSE)
            return n;
        if (hr == VFW_E_NOT_FOUND)
            return -1;
        assert_int_equal(hr, S_OK);
        assert_int_equal(rg_sample_get_info(sample, &info), S_OK);
        assert_int_equal(rg_sample_get_extra(sample, &extra), S_OK);
        assert_int_equal(extra.dts, info.start - 2);
        for (ULONG i = 0; i < info.bytes; i++)
            assert_int_equal(info.data[i], info.start & 0xff);
        if (n++ == 0)
            *first = (unsigned)info.start;
        else
            assert_int_equal(info.start, *last + 1);
        *last = (unsigned)info.start;
    }
}

static void since_the_last_sync_point_but_one(void **state)
{
    unsigned first, last;

    (void)state;
    assert_int_equal(read_all(&first, &last), -1);
    add(0, 10, false); /* nothing that one could begin with */
    assert_int_equal(read_all(&first, &last), -1);
    for (unsigned i = 1; i <= 100; i++)
        add(i, 100 + i, i % 20 == 1); /* sync: 1 21 41 61 81 */
    assert_int_equal(read_all(&first, &last), 40);
    assert_int_equal(first, 61);
    assert_int_equal(last, 100);
    add(101, 5, true);
    assert_int_equal(read_all(&first, &last), 21);
    assert_int_equal(first, 81);
}

/* Where every sample is a sync point, a few are kept all the same. */
static void at_least_so_many(void **state)
{
    unsigned first, last;

    (void)state;
    for (unsigned i = 0; i < 50; i++)
        add(i, 64, true);
    assert_int_equal(read_all(&first, &last), 9); /* eight, and the one that came then */
    assert_int_equal(last, 49);
    set_type(&MEDIATYPE_Audio, &MEDIASUBTYPE_MPEG_ADTS_AAC, false);
    for (unsigned i = 0; i < 50; i++)
        add(i, 64, true);
    assert_int_equal(read_all(&first, &last), 33);
    assert_int_equal(last, 49);
}

/* A flush: what comes then does not go on where somebody has read up to. */
static void forgetting_leaves_a_hole(void **state)
{
    IMediaSample *sample = NULL;
    ULONGLONG serial = 0;

    (void)state;
    add(1, 5, true);
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), S_OK);
    IMediaSample_Release(sample);
    rg_recall_forget(&recall);
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), VFW_E_NOT_FOUND);
    add(2, 5, true);
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), VFW_E_NOT_FOUND);
    serial = 0;
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), S_OK);
    IMediaSample_Release(sample);
}

static void random_sizes_in_one_piece(void **state)
{
    unsigned first, last;

    (void)state;
    for (unsigned i = 0; i < MOST; i++) {
        add(i, roll(40) == 0 ? 0 : roll(20000), i == 0 || roll(25) == 0);
        if (i % 7 == 0)
            assert_true(read_all(&first, &last) > 0);
        assert_true(recall.count > 0);
    }
    assert_int_equal(last, MOST - 1 - (MOST - 1) % 7);
}

static void past_its_bound_it_forgets_until_the_next_sync_point(void **state)
{
    unsigned first, last;

    (void)state;
    rg_recall_set_bound(&recall, 10000, 50);
    for (unsigned i = 0; i < 50; i++)
        add(i, 100, i == 0);
    assert_int_equal(read_all(&first, &last), 50);
    add(50, 100, false); /* one too many */
    assert_int_equal(read_all(&first, &last), -1);
    add(51, 100, false);
    assert_int_equal(read_all(&first, &last), -1);
    add(52, 100, true);
    assert_int_equal(read_all(&first, &last), 1);
    for (unsigned i = 53; i < 60; i++)
        add(i, 1400, false);
    assert_int_equal(read_all(&first, &last), 8);
    add(60, 1400, false); /* too many bytes */
    assert_int_equal(read_all(&first, &last), -1);
    add(61, 20000, true); /* more than all that may be kept */
    assert_int_equal(read_all(&first, &last), -1);
    rg_recall_set_bound(&recall, 10000, 0);
    add(62, 1, true);
    assert_int_equal(read_all(&first, &last), -1);
}

/* A sync point past the bound begins anew with itself. */
static void a_sync_point_too_many_begins_anew(void **state)
{
    unsigned first, last;

    (void)state;
    rg_recall_set_bound(&recall, 10000, 50);
    for (unsigned i = 0; i < 50; i++)
        add(i, 100, i == 0);
    add(50, 100, true);
    assert_int_equal(read_all(&first, &last), 1);
    assert_int_equal(first, 50);
}

static void raw_samples_are_not_remembered(void **state)
{
    VIDEOINFOHEADER raw = { .bmiHeader = { .biSize = sizeof(BITMAPINFOHEADER),
                                           .biWidth = 16,
                                           .biHeight = 16,
                                           .biPlanes = 1,
                                           .biBitCount = 32 } };
    AM_MEDIA_TYPE type;
    unsigned first, last;

    (void)state;
    add(0, 10, true);
    assert_int_equal(read_all(&first, &last), 1);
    assert_int_equal(rg_type_make(&type, &MEDIATYPE_Video, &MEDIASUBTYPE_RGB32,
                                  &FORMAT_VideoInfo, &raw, sizeof(raw)),
                     S_OK);
    rg_recall_set_type(&recall, &type);
    rg_type_clear(&type);
    add(1, 10, true);
    assert_int_equal(read_all(&first, &last), -1);
    assert_false(atomic_load(&recall.is_on));
    set_type(&MEDIATYPE_Stream, &MEDIASUBTYPE_Avi, false);
    assert_false(atomic_load(&recall.is_on));
}

/* Whoever reads while samples come gets each once, and hears when there is a hole. */
static void reading_on(void **state)
{
    ULONGLONG serial = 0;
    IMediaSample *sample;

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        add(i, 10, i == 0);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(rg_recall_next(&recall, &serial, &sample), S_OK);
        IMediaSample_Release(sample);
    }
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), S_FALSE);
    assert_null(sample);
    add(10, 10, false);
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), S_OK);
    IMediaSample_Release(sample);
    for (unsigned i = 11; i < 60; i++)
        add(i, 10, i % 10 == 0); /* what would come next is gone */
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), VFW_E_NOT_FOUND);
    rg_recall_forget(&recall);
    assert_int_equal(rg_recall_next(&recall, &serial, &sample), VFW_E_NOT_FOUND);
}

#define WITH_RECALL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RECALL(since_the_last_sync_point_but_one),
        WITH_RECALL(at_least_so_many),
        WITH_RECALL(forgetting_leaves_a_hole),
        WITH_RECALL(random_sizes_in_one_piece),
        WITH_RECALL(past_its_bound_it_forgets_until_the_next_sync_point),
        WITH_RECALL(a_sync_point_too_many_begins_anew),
        WITH_RECALL(raw_samples_are_not_remembered),
        WITH_RECALL(reading_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
