/* SPDX-License-Identifier: MIT */
/* The memory allocator against the rules of section 7.4: codes, draining, waits that end, memory that runs out. */
#include "support.h"

static void properties_are_checked(void **state)
{
    ALLOCATOR_PROPERTIES want = { 3, 100, 1, 0 }, got = { 0, 0, 0, 0 };
    IMemAllocator *a = allocator_new();

    (void)state;
    assert_int_equal(IMemAllocator_SetProperties(a, NULL, &got), E_POINTER);
    assert_int_equal(IMemAllocator_SetProperties(a, &want, NULL), E_POINTER);
    assert_int_equal(IMemAllocator_GetProperties(a, NULL), E_POINTER);
    want.cbAlign = 0;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), VFW_E_BADALIGN);
    want.cbAlign = 24;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), VFW_E_BADALIGN);
    want.cbAlign = -16;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), VFW_E_BADALIGN);
    want.cbAlign = 16;
    want.cbBuffer = -1;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), E_INVALIDARG);
    want.cbBuffer = 100;
    want.cBuffers = -1;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), E_INVALIDARG);
    want.cBuffers = 3;
    want.cbPrefix = -1;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), E_INVALIDARG);
    assert_int_equal(got.cBuffers, 0); /* untouched so far */
    want.cbPrefix = 8;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    assert_memory_equal(&want, &got, sizeof(got));
    memset(&got, 0, sizeof(got));
    assert_int_equal(IMemAllocator_GetProperties(a, &got), S_OK);
    assert_memory_equal(&want, &got, sizeof(got));
    IMemAllocator_Release(a);
}

/* C-70 */
static void properties_wait_for_decommit_and_samples(void **state)
{
    ALLOCATOR_PROPERTIES want = { 2, 64, 1, 0 }, got;
    IMemAllocator *a = allocator_ready(2, 64);
    IMediaSample *held = sample_from(a);

    (void)state;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), (HRESULT)0x8004020F);
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), (HRESULT)0x80040210);
    IMediaSample_Release(held);
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    IMemAllocator_Release(a);
}

static void commit_needs_a_size(void **state)
{
    ALLOCATOR_PROPERTIES want = { 0, 0, 1, 0 }, got;
    IMemAllocator *a = allocator_new();

    (void)state;
    assert_int_equal(IMemAllocator_Commit(a), VFW_E_SIZENOTSET);
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_Commit(a), VFW_E_SIZENOTSET);
    want.cBuffers = 1;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_Commit(a), VFW_E_SIZENOTSET);
    want.cbBuffer = 1;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_Commit(a), S_OK);
    assert_int_equal(IMemAllocator_Commit(a), S_OK);
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    IMemAllocator_Release(a);
}

static void buffers_come_as_asked(void **state)
{
    ALLOCATOR_PROPERTIES want = { 3, 100, 256, 24 }, got;
    IMemAllocator *a = allocator_new();
    IMediaSample *sample[3], *more = (IMediaSample *)(void *)a;

    (void)state;
    assert_int_equal(IMemAllocator_SetProperties(a, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_GetBuffer(a, &more, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
    assert_null(more);
    assert_int_equal(IMemAllocator_Commit(a), S_OK);
    assert_int_equal(IMemAllocator_GetBuffer(a, NULL, NULL, NULL, 0), E_POINTER);
    for (unsigned i = 0; i < COUNT_OF(sample); i++) {
        BYTE *data = NULL;

        sample[i] = sample_from(a);
        IMediaSample_AddRef(sample[i]);
        assert_int_equal(IMediaSample_Release(sample[i]), 1);
        assert_int_equal(IMediaSample_GetPointer(sample[i], &data), S_OK);
        assert_int_equal((uintptr_t)data % 256, 0);
        memset(data - 24, 0xa5, 24 + 100); /* the prefix is ours too */
        assert_int_equal(IMediaSample_GetSize(sample[i]), 100);
        assert_int_equal(IMediaSample_GetActualDataLength(sample[i]), 100);
    }
    assert_ptr_not_equal(sample[0], sample[1]);
    assert_int_equal(IMemAllocator_GetBuffer(a, &more, NULL, NULL, AM_GBF_NOWAIT),
                     VFW_E_TIMEOUT);
    assert_null(more);
    IMediaSample_Release(sample[1]);
    assert_int_equal(IMemAllocator_GetBuffer(a, &more, NULL, NULL, AM_GBF_NOWAIT), S_OK);
    IMediaSample_Release(more);
    IMediaSample_Release(sample[0]);
    IMediaSample_Release(sample[2]);
    IMemAllocator_Decommit(a);
    IMemAllocator_Release(a);
}

/* Decommit with a sample out: at once; Commit takes it back; the memory goes with the last sample. */
static void decommit_drains(void **state)
{
    IMemAllocator *a = allocator_ready(2, 32);
    IMediaSample *held = sample_from(a), *other = NULL;
    BYTE *data = NULL;

    (void)state;
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    assert_int_equal(IMemAllocator_GetBuffer(a, &other, NULL, NULL, 0), VFW_E_NOT_COMMITTED);
    assert_int_equal(IMemAllocator_Commit(a), S_OK);
    other = sample_from(a);
    IMediaSample_Release(other);
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    assert_int_equal(IMediaSample_GetPointer(held, &data), S_OK);
    memset(data, 1, 32);
    IMediaSample_Release(held);
    assert_int_equal(IMemAllocator_Commit(a), S_OK); /* afresh */
    assert_int_equal(IMemAllocator_Decommit(a), S_OK);
    IMemAllocator_Release(a);
}

static void samples_outlive_the_allocator(void **state)
{
    IMemAllocator *a = allocator_ready(2, 32);
    IMediaSample *first = sample_from(a), *second = sample_from(a);
    BYTE *data = NULL;

    (void)state;
    IMemAllocator_Decommit(a);
    IMemAllocator_Release(a);
    assert_int_equal(rg_live_objects(NULL, NULL), 1);
    IMediaSample_Release(first);
    assert_int_equal(IMediaSample_GetPointer(second, &data), S_OK);
    data[31] = 1;
    IMediaSample_Release(second);
    assert_int_equal(rg_live_objects(NULL, NULL), 0);
}

/* ---- waiting --------------------------------------------------------------------------------- */

struct taker {
    IMemAllocator *allocator;
    HANDLE about_to;
    HRESULT result;
    IMediaSample *sample;
};

static void take(void *arg)
{
    struct taker *t = arg;

    SetEvent(t->about_to);
    t->result = IMemAllocator_GetBuffer(t->allocator, &t->sample, NULL, NULL, 0);
}

static void taker_start(struct taker *t, struct rg_thread *thread, IMemAllocator *a)
{
    memset(t, 0, sizeof(*t));
    t->allocator = a;
    t->about_to = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_int_equal(rg_thread_start(thread, "taker", take, t), S_OK);
    assert_int_equal(WaitForSingleObject(t->about_to, WAIT_LONG), WAIT_OBJECT_0);
    CloseHandle(t->about_to);
}

/* C-69 */
static void decommit_wakes_who_waits(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        IMemAllocator *a = allocator_ready(1, 8);
        IMediaSample *held = sample_from(a);
        struct rg_thread thread[2] = { 0 };
        struct taker taker[2];

        taker_start(&taker[0], &thread[0], a);
        taker_start(&taker[1], &thread[1], a);
        assert_int_equal(IMemAllocator_Decommit(a), S_OK);
        rg_thread_join(&thread[0]);
        rg_thread_join(&thread[1]);
        assert_int_equal(taker[0].result, VFW_E_NOT_COMMITTED);
        assert_int_equal(taker[1].result, VFW_E_NOT_COMMITTED);
        assert_null(taker[0].sample);
        IMediaSample_Release(held);
        IMemAllocator_Release(a);
    }
}

static void release_wakes_who_waits(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        IMemAllocator *a = allocator_ready(2, 8);
        IMediaSample *held[2] = { sample_from(a), sample_from(a) };
        struct rg_thread thread[2] = { 0 };
        struct taker taker[2];

        taker_start(&taker[0], &thread[0], a);
        taker_start(&taker[1], &thread[1], a);
        IMediaSample_Release(held[0]);
        IMediaSample_Release(held[1]);
        for (unsigned i = 0; i < 2; i++) {
            rg_thread_join(&thread[i]);
            assert_int_equal(taker[i].result, S_OK);
            IMediaSample_Release(taker[i].sample);
        }
        IMemAllocator_Decommit(a);
        IMemAllocator_Release(a);
    }
}

static void churn(void *arg)
{
    IMemAllocator *a = arg;
    IMediaSample *sample = NULL;

    while (IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0) == S_OK) {
        IMediaSample_SetSyncPoint(sample, TRUE);
        IMediaSample_Release(sample);
    }
}

static void many_threads_share_few_buffers(void **state)
{
    IMemAllocator *a = allocator_ready(2, 64);
    struct rg_thread thread[4] = { 0 };

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(thread); i++)
        assert_int_equal(rg_thread_start(&thread[i], "churn", churn, a), S_OK);
    for (unsigned i = 0; i < 20000; i++) {
        IMediaSample *sample = sample_from(a);

        assert_int_equal(IMediaSample_IsSyncPoint(sample), S_FALSE);
        IMediaSample_Release(sample);
    }
    IMemAllocator_Decommit(a);
    for (unsigned i = 0; i < COUNT_OF(thread); i++)
        rg_thread_join(&thread[i]);
    IMemAllocator_Release(a);
}

/* ---- what is beyond IMemAllocator ------------------------------------------------------------ */

struct listener {
    IMemAllocatorNotifyCallbackTemp face;
    atomic_uint refs, calls;
};

static HRESULT STDMETHODCALLTYPE listener_query(IMemAllocatorNotifyCallbackTemp *face,
                                                REFIID iid, void **out)
{
    (void)face;
    (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE listener_addref(IMemAllocatorNotifyCallbackTemp *face)
{
    return atomic_fetch_add(&((struct listener *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE listener_release(IMemAllocatorNotifyCallbackTemp *face)
{
    return atomic_fetch_sub(&((struct listener *)face)->refs, 1) - 1;
}

static HRESULT STDMETHODCALLTYPE listener_notify(IMemAllocatorNotifyCallbackTemp *face)
{
    atomic_fetch_add(&((struct listener *)face)->calls, 1);
    return S_OK;
}

static const IMemAllocatorNotifyCallbackTempVtbl listener_vtbl = {
    listener_query,
    listener_addref,
    listener_release,
    listener_notify,
};

static void a_listener_hears_of_releases(void **state)
{
    struct listener listener = { .face.lpVtbl =
                                     (IMemAllocatorNotifyCallbackTempVtbl *)&listener_vtbl };
    IMemAllocator *a = allocator_ready(3, 16);
    IMemAllocatorCallbackTemp *more = NULL;
    IMediaSample *sample;
    LONG n = -1;

    (void)state;
    assert_int_equal(
        IMemAllocator_QueryInterface(a, &IID_IMemAllocatorCallbackTemp, (void **)&more), S_OK);
    assert_int_equal(IMemAllocatorCallbackTemp_SetNotify(more, &listener.face), S_OK);
    assert_int_equal(listener.refs, 1);
    assert_int_equal(IMemAllocatorCallbackTemp_GetFreeCount(more, NULL), E_POINTER);
    assert_int_equal(IMemAllocatorCallbackTemp_GetFreeCount(more, &n), S_OK);
    assert_int_equal(n, 3);
    sample = sample_from(a);
    assert_int_equal(IMemAllocatorCallbackTemp_GetFreeCount(more, &n), S_OK);
    assert_int_equal(n, 2);
    assert_int_equal(listener.calls, 0);
    IMediaSample_Release(sample);
    assert_int_equal(listener.calls, 1);
    sample = sample_from(a);
    IMemAllocator_Decommit(a);
    IMediaSample_Release(sample);
    assert_int_equal(listener.calls, 2);
    assert_int_equal(IMemAllocatorCallbackTemp_SetNotify(more, NULL), S_OK);
    assert_int_equal(listener.refs, 0);
    assert_int_equal(IMemAllocatorCallbackTemp_SetNotify(more, &listener.face), S_OK);
    IMemAllocatorCallbackTemp_Release(more);
    IMemAllocator_Release(a);
    assert_int_equal(listener.refs, 0); /* gone with the allocator */
}

/* ReleaseBuffer is what a sample does at its end; called by hand it must not put a sample home twice. */
static void release_buffer_by_hand(void **state)
{
    IMemAllocator *a = allocator_ready(2, 16), *b = allocator_ready(1, 16);
    IMediaSample *first = sample_from(a), *second = sample_from(a), *again, *none = NULL;

    (void)state;
    assert_int_equal(IMemAllocator_ReleaseBuffer(a, NULL), E_POINTER);
    assert_int_equal(IMemAllocator_ReleaseBuffer(b, first), E_INVALIDARG);
    assert_int_equal(IMemAllocator_ReleaseBuffer(a, first), S_OK); /* the caller's reference */
    assert_int_equal(IMemAllocator_ReleaseBuffer(a, first), E_INVALIDARG);
    again = sample_from(a);
    assert_ptr_equal(again, first);
    assert_int_equal(IMemAllocator_GetBuffer(a, &none, NULL, NULL, AM_GBF_NOWAIT),
                     VFW_E_TIMEOUT);
    IMediaSample_AddRef(second);
    assert_int_equal(IMemAllocator_ReleaseBuffer(a, second), S_OK);
    assert_int_equal(IMemAllocator_GetBuffer(a, &none, NULL, NULL, AM_GBF_NOWAIT),
                     VFW_E_TIMEOUT);
    IMediaSample_Release(second);
    IMediaSample_Release(again);
    IMemAllocator_Decommit(a);
    IMemAllocator_Decommit(b);
    IMemAllocator_Release(a);
    IMemAllocator_Release(b);
}

static void samples_grow_and_stay_large(void **state)
{
    IMemAllocator *a = allocator_ready(1, 16);
    IMediaSample *sample = NULL, *none = NULL;
    BYTE *data = NULL;

    (void)state;
    assert_int_equal(rg_allocator_get(a, 100000, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetSize(sample), 100000);
    assert_int_equal(IMediaSample_GetActualDataLength(sample), 100000);
    assert_int_equal(IMediaSample_GetPointer(sample, &data), S_OK);
    memset(data, 7, 100000);
    IMediaSample_Release(sample);
    assert_int_equal(rg_allocator_get(a, 4, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetSize(sample), 100000);
    assert_int_equal(rg_allocator_get(a, 4, AM_GBF_NOWAIT, &none), VFW_E_TIMEOUT);
    assert_null(none);
    IMediaSample_Release(sample);
    IMemAllocator_Decommit(a);
    assert_int_equal(rg_allocator_get(a, 4, 0, &sample), VFW_E_NOT_COMMITTED);
    IMemAllocator_Release(a);
}

static void no_sample_is_larger_than_a_long(void **state)
{
    IMemAllocator *a = allocator_ready(1, 16);
    IMediaSample *sample = NULL;

    (void)state;
    assert_int_equal(rg_allocator_get(a, 0x80000000u, 0, &sample), E_OUTOFMEMORY);
    assert_null(sample);
    sample = sample_from(a);
    IMediaSample_Release(sample);
    IMemAllocator_Decommit(a);
    IMemAllocator_Release(a);
}

/* ---- memory that runs out -------------------------------------------------------------------- */

static HRESULT whole_life(void)
{
    ALLOCATOR_PROPERTIES want = { 3, 64, 1, 0 }, got;
    IMemAllocator *a = NULL;
    IMediaSample *sample = NULL;
    HRESULT hr = rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&a);

    if (FAILED(hr))
        return hr;
    hr = IMemAllocator_SetProperties(a, &want, &got);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_Commit(a);
    if (SUCCEEDED(hr))
        hr = rg_allocator_get(a, 4096, 0, &sample);
    if (sample != NULL)
        IMediaSample_Release(sample);
    IMemAllocator_Decommit(a);
    IMemAllocator_Release(a);
    return hr;
}

static void memory_runs_out_anywhere(void **state)
{
    unsigned n = 0;
    bool reached;

    (void)state;
    do {
        HRESULT hr;

        rg_fault_arm(++n);
        hr = whole_life();
        reached = rg_fault_disarm();
        assert_int_equal(hr, reached ? E_OUTOFMEMORY : S_OK);
        assert_int_equal(rg_live_objects(NULL, NULL), 0);
    } while (reached);
    assert_true(n > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(properties_are_checked, nothing_left),
        cmocka_unit_test_teardown(properties_wait_for_decommit_and_samples, nothing_left),
        cmocka_unit_test_teardown(commit_needs_a_size, nothing_left),
        cmocka_unit_test_teardown(buffers_come_as_asked, nothing_left),
        cmocka_unit_test_teardown(decommit_drains, nothing_left),
        cmocka_unit_test_teardown(samples_outlive_the_allocator, nothing_left),
        cmocka_unit_test_teardown(decommit_wakes_who_waits, nothing_left),
        cmocka_unit_test_teardown(release_wakes_who_waits, nothing_left),
        cmocka_unit_test_teardown(many_threads_share_few_buffers, nothing_left),
        cmocka_unit_test_teardown(a_listener_hears_of_releases, nothing_left),
        cmocka_unit_test_teardown(release_buffer_by_hand, nothing_left),
        cmocka_unit_test_teardown(samples_grow_and_stay_large, nothing_left),
        cmocka_unit_test_teardown(no_sample_is_larger_than_a_long, nothing_left),
        cmocka_unit_test_teardown(memory_runs_out_anywhere, nothing_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
