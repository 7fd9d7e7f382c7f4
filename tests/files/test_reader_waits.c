/* SPDX-License-Identifier: MIT */
/* test_reader_waits.c - IAsyncReader with several requests at a time: order, flush, reads that hang. */
#include "reader_test.h"

#include <pthread.h>

#include "base/reader.h"
#include "platform/thread.h"

static void test_requests_come_back_in_order(void **state)
{
    static const LONGLONG places[] = { 2048, 0, 4608, 512 };
    IMemAllocator *allocator;
    IMediaSample *sample = NULL;
    DWORD_PTR user = 0;
    struct subject s;

    (void)state;
    subject_open(&s, numbers_file());
    allocator = allocator_of(&s, 4, 512);
    is_hr(IAsyncReader_WaitForNext(s.reader, 0, &sample, &user), VFW_E_TIMEOUT);
    assert_null(sample);
    is_hr(IAsyncReader_WaitForNext(s.reader, 0, NULL, &user), E_POINTER);
    is_hr(IAsyncReader_WaitForNext(s.reader, 0, &sample, NULL), E_POINTER);
    is_hr(IAsyncReader_Request(s.reader, NULL, 0), E_POINTER);
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            sample = sample_for(allocator, places[i], 512);
            is_hr(IAsyncReader_Request(s.reader, sample, 70 + i), S_OK);
            IMediaSample_Release(sample);
        }
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            LONG bytes = places[i] == 4608 ? FILE_BYTES - 4608 : 512;
            BYTE *data;

            is_hr(IAsyncReader_WaitForNext(s.reader, INFINITE, &sample, &user),
                  bytes == 512 ? S_OK : S_FALSE);
            assert_int_equal(user, 70 + i);
            assert_int_equal(IMediaSample_GetActualDataLength(sample), bytes);
            is_hr(IMediaSample_GetPointer(sample, &data), S_OK);
            holds(data, (size_t)places[i], (size_t)bytes);
            IMediaSample_Release(sample);
        }
    }
    allocator_close(allocator);
    subject_close(&s);
}

static void test_flush(void **state)
{
    IMemAllocator *allocator;
    IMediaSample *sample, *back = NULL;
    uint8_t data[8];
    DWORD_PTR user = 0;
    struct subject s;

    (void)state;
    subject_open(&s, numbers_file());
    allocator = allocator_of(&s, 1, 512);
    sample = sample_for(allocator, 0, 512);
    is_hr(IAsyncReader_BeginFlush(s.reader), S_OK);
    is_hr(IAsyncReader_Request(s.reader, sample, 5), VFW_E_WRONG_STATE);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 8, data), VFW_E_WRONG_STATE);
    is_hr(IAsyncReader_SyncReadAligned(s.reader, sample), VFW_E_WRONG_STATE);
    is_hr(IAsyncReader_WaitForNext(s.reader, INFINITE, &back, &user), VFW_E_WRONG_STATE);
    assert_null(back);
    is_hr(IAsyncReader_EndFlush(s.reader), S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 8, data), S_OK);
    is_hr(IAsyncReader_Request(s.reader, sample, 6), S_OK);
    is_hr(IAsyncReader_WaitForNext(s.reader, INFINITE, &back, &user), S_OK);
    assert_ptr_equal(back, sample);
    IMediaSample_Release(back);
    IMediaSample_Release(sample);
    allocator_close(allocator);
    subject_close(&s);
}

/* Requests that nobody fetches are let go with the filter. */
static void test_nobody_waits(void **state)
{
    IMemAllocator *allocator;
    IMediaSample *sample;
    struct subject s;

    (void)state;
    subject_open(&s, numbers_file());
    allocator = allocator_of(&s, 2, 512);
    for (int i = 0; i < 2; i++) {
        sample = sample_for(allocator, i * 512, 512);
        is_hr(IAsyncReader_Request(s.reader, sample, 0), S_OK);
        IMediaSample_Release(sample);
    }
    IAsyncReader_Release(s.reader);
    assert_int_equal(IBaseFilter_Release(s.filter), 0);
    allocator_close(allocator);
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

/* ---- reads that hang ---------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under `lock` */
    bool hangs;
    bool is_inside;
    HRESULT answer;
} slow = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false, S_OK };

static HRESULT slow_open(void *state, const void *settings, const char *location)
{
    (void)state;
    (void)settings;
    return strcmp(location, "slow") == 0 ? S_OK : VFW_E_NOT_FOUND;
}

static HRESULT slow_length(void *state, LONGLONG *ret_total, LONGLONG *ret_available)
{
    (void)state;
    *ret_total = *ret_available = FILE_BYTES;
    return VFW_S_ESTIMATED;
}

static HRESULT slow_read(void *state, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    HRESULT hr;

    (void)state;
    (void)at;
    pthread_mutex_lock(&slow.lock);
    slow.is_inside = true;
    pthread_cond_broadcast(&slow.changed);
    while (slow.hangs)
        pthread_cond_wait(&slow.changed, &slow.lock);
    slow.is_inside = false;
    hr = slow.answer;
    pthread_mutex_unlock(&slow.lock);
    memset(to, 0x77, bytes);
    *ret_bytes = bytes;
    return hr;
}

static void slow_set(bool hangs, HRESULT answer)
{
    pthread_mutex_lock(&slow.lock);
    slow.hangs = hangs;
    slow.answer = answer;
    pthread_cond_broadcast(&slow.changed);
    pthread_mutex_unlock(&slow.lock);
}

static void slow_wait_inside(void)
{
    pthread_mutex_lock(&slow.lock);
    while (!slow.is_inside)
        pthread_cond_wait(&slow.changed, &slow.lock);
    pthread_mutex_unlock(&slow.lock);
}

static const struct rg_reader_class slow_class = {
    .name = "slow",
    .help = "A disk that hangs",
    .clsid = { 0x51c3a2d2, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } },
    .open = slow_open,
    .length = slow_length,
    .read = slow_read,
};

static void slow_subject(struct subject *s)
{
    IBaseFilter *filter = NULL;

    slow_set(false, S_OK);
    is_hr(rg_reader_create(&slow_class, NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    is_hr(load(filter, "slow", NULL), S_OK);
    subject_take(s, filter);
}

struct asking {
    struct subject *s;
    uint8_t data[64];
    HRESULT hr;
    atomic_bool is_back;
};

static void ask(void *arg)
{
    struct asking *a = arg;

    a->hr = IAsyncReader_SyncRead(a->s->reader, 0, sizeof(a->data), a->data);
}

static void test_flush_ends_a_read_that_hangs(void **state)
{
    struct rg_thread thread = { .is_started = false };
    struct asking a = { .hr = S_OK };
    IMediaSample *sample, *back = NULL;
    IMemAllocator *allocator;
    DWORD_PTR user = 0;
    struct subject s;

    (void)state;
    slow_subject(&s);
    a.s = &s;
    allocator = allocator_of(&s, 1, 512);
    slow_set(true, S_OK);
    is_hr(rg_thread_start(&thread, "ask", ask, &a), S_OK);
    slow_wait_inside();
    sample = sample_for(allocator, 0, 512);
    is_hr(IAsyncReader_Request(s.reader, sample, 9), S_OK);
    is_hr(IAsyncReader_WaitForNext(s.reader, 1, &back, &user), VFW_E_TIMEOUT);
    assert_null(back);
    is_hr(IAsyncReader_BeginFlush(s.reader), S_OK);
    rg_thread_join(&thread); /* the disk hangs still */
    is_hr(a.hr, VFW_E_WRONG_STATE);
    is_hr(IAsyncReader_WaitForNext(s.reader, 0, &back, &user), VFW_E_WRONG_STATE);
    assert_ptr_equal(back, sample); /* what was given up comes back, empty */
    assert_int_equal(user, 9);
    assert_int_equal(IMediaSample_GetActualDataLength(back), 0);
    IMediaSample_Release(back);
    is_hr(IAsyncReader_EndFlush(s.reader), S_OK);
    is_hr(IAsyncReader_Request(s.reader, sample, 10), S_OK);
    slow_set(false, S_OK);
    is_hr(IAsyncReader_WaitForNext(s.reader, INFINITE, &back, &user), S_OK);
    assert_int_equal(user, 10);
    for (size_t i = 0; i < sizeof(a.data); i++)
        assert_int_equal(a.data[i], 0); /* nobody wrote there after it came back */
    IMediaSample_Release(back);
    IMediaSample_Release(sample);
    allocator_close(allocator);
    subject_close(&s);
}

static void wait_next(void *arg)
{
    struct asking *a = arg;
    IMediaSample *sample = NULL;
    DWORD_PTR user;

    a->hr = IAsyncReader_WaitForNext(a->s->reader, INFINITE, &sample, &user);
    atomic_store(&a->is_back, true);
}

/* Whoever waits for what he never asked for is let go by Stop. */
static void test_stop_ends_an_idle_wait(void **state)
{
    struct rg_thread thread = { .is_started = false };
    struct asking a = { .hr = S_OK };
    struct subject s;

    (void)state;
    slow_subject(&s);
    a.s = &s;
    is_hr(rg_thread_start(&thread, "wait", wait_next, &a), S_OK);
    while (!atomic_load(&a.is_back)) {
        is_hr(IBaseFilter_Stop(s.filter), S_OK); /* it may not wait yet */
        (void)SwitchToThread();
    }
    rg_thread_join(&thread);
    is_hr(a.hr, VFW_E_WRONG_STATE);
    subject_close(&s);
}

static void test_errors_of_the_system(void **state)
{
    uint8_t data[8];
    LONGLONG total, available;
    struct subject s;

    (void)state;
    slow_subject(&s);
    is_hr(IAsyncReader_Length(s.reader, &total, &available), VFW_S_ESTIMATED);
    slow_set(false, HRESULT_FROM_WIN32(ERROR_GEN_FAILURE));
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 8, data), HRESULT_FROM_WIN32(ERROR_GEN_FAILURE));
    slow_set(false, S_OK);
    is_hr(IAsyncReader_SyncRead(s.reader, 0, 8, data), S_OK);
    subject_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_come_back_in_order),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_nobody_waits),
        cmocka_unit_test(test_flush_ends_a_read_that_hangs),
        cmocka_unit_test(test_stop_ends_an_idle_wait),
        cmocka_unit_test(test_errors_of_the_system),
    };
    reader_tests_run(tests);
}
