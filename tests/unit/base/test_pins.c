/* SPDX-License-Identifier: MIT */
/* Pins one by one: what Receive answers (C-66), markers (C-04 … C-10), disconnecting (C-11 … C-14), types on the way, ends that nobody heard, and roads that change under load. */
#include "flow.h"
#include "platform/marker.h"

#include "media/sample.h"
#include "media/type.h"
#include "platform/memory.h"

static struct listener events;

/* A frame that never was in a source. */
static IMediaSample *frame_new(IMemAllocator *pool, int number)
{
    REFERENCE_TIME start = (REFERENCE_TIME)number * FRAME_TIME, stop = start + FRAME_TIME;
    IMediaSample *sample = NULL;
    BYTE *data = NULL;

    assert_int_equal(IMemAllocator_GetBuffer(pool, &sample, NULL, NULL, 0), S_OK);
    IMediaSample_GetPointer(sample, &data);
    memset(data, 0, (size_t)IMediaSample_GetSize(sample));
    memcpy(data, &number, sizeof(number));
    IMediaSample_SetActualDataLength(sample, 32);
    IMediaSample_SetTime(sample, &start, &stop);
    return sample;
}

static IMemAllocator *pool_new(void)
{
    ALLOCATOR_PROPERTIES want = { 4, 64, 1, 0 }, got;
    IMemAllocator *pool = NULL;

    assert_int_equal(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&pool), S_OK);
    assert_int_equal(IMemAllocator_SetProperties(pool, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_Commit(pool), S_OK);
    return pool;
}

static void pool_free(IMemAllocator *pool)
{
    IMemAllocator_Decommit(pool);
    assert_int_equal(IMemAllocator_Release(pool), 0);
}

static HRESULT send(IBaseFilter *filter, IMemAllocator *pool, int number)
{
    IMediaSample *sample = frame_new(pool, number);
    HRESULT hr = IMemInputPin_Receive(memory_of(filter), sample);

    IMediaSample_Release(sample);
    return hr;
}

/* ---- what Receive answers -------------------------------------------------------------------- */

/* C-66; the source is connected but stopped, the frames come from here. */
static void receive_in_each_state(void **state)
{
    IBaseFilter *f[] = { source_new(0), effect_new("inplace"), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    AM_MEDIA_TYPE odd;
    IMediaSample *sample;

    (void)state;
    listener_init(&events);
    listen_to(&events, f[1]);
    assert_int_equal(IMemInputPin_Receive(memory_of(f[1]), NULL), E_POINTER);
    assert_int_equal(send(f[1], pool, 0), VFW_E_WRONG_STATE);
    join(f[0], f[1]);
    all_run(&f[1], 1);
    assert_int_equal(send(f[1], pool, 0), VFW_E_NOT_CONNECTED); /* its output is */
    join(f[1], f[2]);
    all_run(&f[2], 1);
    assert_int_equal(send(f[1], pool, 0), S_OK);
    assert_int_equal(IPin_BeginFlush(in_of(f[1])), S_OK);
    assert_int_equal(send(f[1], pool, 1), S_FALSE);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_FALSE);
    assert_int_equal(IPin_EndFlush(in_of(f[1])), S_OK);
    assert_int_equal(send(f[1], pool, 1), S_OK);
    /* a type that is refused */
    sample = frame_new(pool, 2);
    assert_int_equal(
        rg_type_make(&odd, &MEDIATYPE_Audio, &MEDIASUBTYPE_PCM, &FORMAT_None, NULL, 0), S_OK);
    IMediaSample_SetMediaType(sample, &odd);
    assert_int_equal(IMemInputPin_Receive(memory_of(f[1]), sample), VFW_E_INVALIDMEDIATYPE);
    IMediaSample_Release(sample);
    assert_int_equal(events.aborts, 1);
    assert_int_equal(recorders[0].ended, 1);
    assert_int_equal(send(f[1], pool, 3), VFW_E_RUNTIME_ERROR);
    assert_int_equal(IPin_BeginFlush(in_of(f[1])), S_OK);
    assert_int_equal(IPin_EndFlush(in_of(f[1])), S_OK);
    assert_int_equal(send(f[1], pool, 2), S_OK);
    assert_int_equal(IBaseFilter_Stop(f[2]), S_OK);
    assert_int_equal(send(f[1], pool, 3), VFW_E_WRONG_STATE);
    assert_int_equal(IBaseFilter_Stop(f[1]), S_OK);
    assert_int_equal(send(f[1], pool, 3), VFW_E_WRONG_STATE);
    assert_int_equal(IPin_EndOfStream(out_of(f[1])), E_UNEXPECTED);
    assert_int_equal(IPin_BeginFlush(out_of(f[1])), E_UNEXPECTED);
    assert_int_equal(IPin_EndFlush(out_of(f[1])), E_UNEXPECTED);
    rg_type_clear(&odd);
    pool_free(pool);
    all_free(f, COUNT_OF(f));
}

static void several_at_once(void **state)
{
    IBaseFilter *f[] = { source_new(0), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    IMediaSample *both[2] = { frame_new(pool, 0), frame_new(pool, 1) };
    LONG done = -1;

    (void)state;
    join(f[0], f[1]);
    assert_int_equal(IMemInputPin_ReceiveMultiple(memory_of(f[1]), both, 2, &done),
                     VFW_E_WRONG_STATE);
    assert_int_equal(done, 0);
    all_run(&f[1], 1);
    assert_int_equal(IMemInputPin_ReceiveMultiple(memory_of(f[1]), both, 2, &done), S_OK);
    assert_int_equal(done, 2);
    IMediaSample_Release(both[0]);
    IMediaSample_Release(both[1]);
    all_stop(f, COUNT_OF(f));
    pool_free(pool);
    all_free(f, COUNT_OF(f));
}

/* ---- markers --------------------------------------------------------------------------------- */

static void markers(void **state)
{
    IBaseFilter *f[] = { source_new(0), effect_new("delay"), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    IPinConnection *end;
    HANDLE event = event_new();

    (void)state;
    listener_init(&events);
    listen_to(&events, f[2]);
    join(f[0], f[1]);
    join(f[1], f[2]);
    end = connection_of(f[2]);
    assert_int_equal(IPinConnection_IsEndPin(end), S_OK); /* C-10 */
    assert_int_equal(IPinConnection_IsEndPin(connection_of(f[1])), S_FALSE);
    all_run(&f[1], 2);
    assert_int_equal(IPinConnection_NotifyEndOfStream(end, NULL), S_FALSE); /* C-05 */
    assert_int_equal(IPinConnection_NotifyEndOfStream(end, event), S_OK);   /* C-04 */
    for (int i = 0; i < 4; i++)
        assert_int_equal(send(f[1], pool, i), S_OK);
    assert_int_equal(recorders[0].frames, 1); /* three are held back */
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_true(is_signalled(event)); /* C-06, C-09 */
    assert_int_equal(recorders[0].frames, 4);
    assert_int_equal(events.completes, 0);
    assert_int_equal(recorders[0].ended, 0);
    ResetEvent(event);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK); /* not one-shot */
    assert_true(is_signalled(event));
    assert_int_equal(IPinConnection_NotifyEndOfStream(end, NULL), S_OK);
    for (int i = 4; i < 8; i++)
        assert_int_equal(send(f[1], pool, i), S_OK); /* C-07 */
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_int_equal(events.completes, 1); /* C-08 */
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_int_equal(events.completes, 1);
    assert_int_equal(recorders[0].frames, 8);
    assert_int_equal(recorders[0].out_of_order, 0);
    all_stop(f, COUNT_OF(f));
    pool_free(pool);
    all_free(f, COUNT_OF(f));
    CloseHandle(event);
}

/* C-81, and a marker that waits behind samples in a queue */
static void a_queue_keeps_the_order(void **state)
{
    IBaseFilter *f[] = { source_new(0), queue_new(8), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    HANDLE event = event_new();

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_pause(&f[1], 2);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), event), S_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(send(f[1], pool, i), S_OK);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_false(is_signalled(event)); /* the sink holds the first frame */
    assert_int_equal(IBaseFilter_Run(f[2], 0), S_OK);
    wait_for(event);
    assert_int_equal(recorders[0].frames, 3);
    all_stop(f, COUNT_OF(f));
    pool_free(pool);
    all_free(f, COUNT_OF(f));
    CloseHandle(event);
}

/* In a chain that stands still a queue may never have been started; what is said to it waits. */
static void a_queue_that_never_ran_hears_of_segments(void **state)
{
    IBaseFilter *f[] = { source_new(0), queue_new(8), sink_new(0, "plain") };

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    for (int i = 0; i < 100; i++)
        (void)IPin_NewSegment(in_of(f[1]), i, 1000, 1.0);
    (void)IPin_EndOfStream(in_of(f[1]));
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
}

/* A drain through a foreign filter was given up: its marker comes late, and has kept its tag. */
static void a_late_marker_with_a_tag(void **state)
{
    IBaseFilter *f[] = { source_new(0), sink_new(0, "plain") };
    HANDLE event = event_new();
    uint64_t tag = rg_marker_new(), carried;

    (void)state;
    join(f[0], f[1]);
    all_run(&f[1], 1);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), event), S_OK);
    (void)IRgLink_ForgetMarker(link_of(in_of(f[1])), 0);
    rg_marker_over(tag, NULL, NULL);
    /* the next drain waits already */
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), event), S_OK);
    carried = rg_marker_carry(tag);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    (void)rg_marker_carry(carried);
    assert_false(is_signalled(event));
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), NULL), S_OK);
    assert_int_equal(recorders[0].ended, 0);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_int_equal(recorders[0].ended, 1);
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
    CloseHandle(event);
}

/* A drain was given up with its marker in the queue: it does not answer for the next one. */
static void a_queue_knows_its_markers_apart(void **state)
{
    IBaseFilter *f[] = { source_new(0), queue_new(8), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    HANDLE first = event_new(), second = event_new();
    IRgLink *link = NULL;

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_pause(&f[1], 2);
    assert_int_equal(IPin_QueryInterface(in_of(f[1]), &IID_IRgLink, (void **)&link), S_OK);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), first), S_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(send(f[1], pool, i), S_OK);
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    assert_int_equal(IRgLink_ForgetMarker(link, 0), S_FALSE); /* none is on its way any more */
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), second), S_OK);
    assert_int_equal(IBaseFilter_Run(f[2], 0), S_OK);
    assert_int_equal(send(f[1], pool, 3), S_OK);
    until(recorders[0].frames == 4); /* that marker is past */
    assert_false(is_signalled(first));
    assert_false(is_signalled(second));
    assert_int_equal(IPin_EndOfStream(in_of(f[1])), S_OK);
    wait_for(second);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection_of(f[1]), NULL), S_OK);
    IRgLink_Release(link);
    all_stop(f, COUNT_OF(f));
    pool_free(pool);
    all_free(f, COUNT_OF(f));
    CloseHandle(first);
    CloseHandle(second);
}

/* ---- disconnecting --------------------------------------------------------------------------- */

static void disconnecting(void **state)
{
    IBaseFilter *f[] = { source_new(0), sink_new(0, "plain"), sink_new(1, "plain") };
    AM_MEDIA_TYPE type;
    IPin *peer = NULL;

    (void)state;
    assert_int_equal(IPinConnection_DynamicDisconnect(connection_of(f[1])), S_FALSE); /* C-12 */
    assert_int_equal(IPin_Disconnect(in_of(f[1])), S_FALSE);
    join(f[0], f[1]);
    assert_int_equal(IPin_ConnectionMediaType(out_of(f[0]), &type), S_OK);
    assert_int_equal(IPin_Connect(out_of(f[0]), in_of(f[2]), NULL), VFW_E_ALREADY_CONNECTED);
    all_pause(f, 2);
    assert_int_equal(IPin_Disconnect(in_of(f[1])), VFW_E_NOT_STOPPED);                /* C-13 */
    assert_int_equal(IPin_ReceiveConnection(in_of(f[1]), out_of(f[0]), &type), S_OK); /* C-67 */
    assert_int_equal(IPin_ReceiveConnection(in_of(f[1]), in_of(f[2]), &type),
                     VFW_E_INVALID_DIRECTION);
    pin_block(f[0], 0);
    assert_int_equal(IPinConnection_DynamicDisconnect(connection_of(f[1])), S_OK); /* C-11 */
    assert_int_equal(IPin_ConnectedTo(in_of(f[1]), &peer), VFW_E_NOT_CONNECTED);
    assert_null(peer);
    assert_int_equal(IPin_ConnectedTo(out_of(f[0]), &peer), S_OK); /* C-14 */
    IPin_Release(peer);
    assert_int_equal(IPin_Disconnect(out_of(f[0])), S_OK);
    assert_int_equal(IPin_Connect(out_of(f[0]), in_of(f[1]), NULL),
                     S_OK); /* C-68: while active */
    pin_unblock(f[0], 0);
    all_stop(f, 2);
    rg_type_clear(&type);
    all_free(f, COUNT_OF(f));
}

/* A dynamic reconnection is no end of the stream. */
static void a_lone_input_that_leaves_ends_nothing(void **state)
{
    IBaseFilter *f[] = { source_new(-1), sink_new(0, "plain") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[1]);
    join(f[0], f[1]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 20; round++) {
        unsigned frames;

        pin_block(f[0], 0);
        frames = atomic_load(&recorders[0].frames);
        part(f[0]);
        join(f[0], f[1]);
        pin_unblock(f[0], 0);
        until(atomic_load(&recorders[0].frames) > frames);
    }
    assert_int_equal(events.completes, 0);
    assert_int_equal(recorders[0].finished, 0);
    assert_int_equal(recorders[0].out_of_order, 0);
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
}

/* Parted and joined with no block at all: the source must not fall asleep over the gap. */
static void a_source_finds_its_new_road(void **state)
{
    IBaseFilter *f[] = { source_new(-1), sink_new(0, "plain") };

    (void)state;
    join(f[0], f[1]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 300; round++) {
        unsigned frames;

        (void)IPin_Disconnect(out_of(f[0]));
        (void)IPinConnection_DynamicDisconnect(connection_of(f[1]));
        frames = atomic_load(&recorders[0].frames);
        assert_int_equal(IPin_Connect(out_of(f[0]), in_of(f[1]), NULL), S_OK);
        until(atomic_load(&recorders[0].frames) > frames);
    }
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
}

/* ---- ends that nobody heard ------------------------------------------------------------------ */

static void an_end_is_told_to_who_comes_later(void **state)
{
    IBaseFilter *f[] = { source_new(10), tee_new(), sink_new(0, "plain"),
                         sink_new(1, "plain") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[3]);
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, 3);
    until(atomic_load(&recorders[0].ended) == 1);
    pin_block(f[1], 1);
    join(f[1], f[3]);
    all_run(&f[3], 1);
    pin_unblock(f[1], 1);
    until(atomic_load(&events.completes) == 1);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[1].ended, 1);
    all_free(f, COUNT_OF(f));
}

static void a_source_that_ended_tells_its_new_peer(void **state)
{
    IBaseFilter *f[] = { source_new(10), sink_new(0, "plain"), sink_new(1, "plain") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[2]);
    join(f[0], f[1]);
    all_run(f, 2);
    until(atomic_load(&recorders[0].ended) == 1);
    pin_block(f[0], 0);
    part(f[0]);
    join(f[0], f[2]);
    all_run(&f[2], 1);
    assert_int_equal(recorders[1].ended, 0);
    pin_unblock(f[0], 0);
    assert_int_equal(recorders[1].ended, 1);
    assert_int_equal(events.completes, 1);
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
}

/* ---- samples --------------------------------------------------------------------------------- */

/* Who shares a sample does not see it change: in place means in a copy then. */
static void shared_samples_are_copied(void **state)
{
    IBaseFilter *f[] = { source_new(0), effect_new("inplace"), sink_new(0, "plain") };
    IMemAllocator *pool = pool_new();
    IMediaSample *sample;
    BYTE *data = NULL;

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(&f[1], 2);
    sample = frame_new(pool, 0);
    IMediaSample_GetPointer(sample, &data);
    IMediaSample_AddRef(sample);
    assert_int_equal(IMemInputPin_Receive(memory_of(f[1]), sample), S_OK);
    assert_int_equal(data[8], 0);
    IMediaSample_Release(sample);
    assert_int_equal(IMemInputPin_Receive(memory_of(f[1]), sample), S_OK);
    assert_int_equal(data[8], 1); /* ours alone: worked on where it lies */
    assert_int_equal(IMediaSample_Release(sample), 0);
    all_stop(f, COUNT_OF(f));
    pool_free(pool);
    all_free(f, COUNT_OF(f));
}

/* A type on a sample tells of the input; a filter whose output stays as it was says nothing downstream. */
static void a_type_on_a_sample_stays_with_its_link(void **state)
{
    static const char *const kinds[] = { "inplace", "copying" };

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
        IBaseFilter *f[] = { source_new(-1), effect_new(kinds[i]), sink_new(0, "plain") };
        AM_MEDIA_TYPE in, out;

        listener_init(&events);
        listen_to(&events, f[1]);
        join(f[0], f[1]);
        join(f[1], f[2]);
        all_run(f, COUNT_OF(f));
        until(atomic_load(&recorders[0].frames) > 3);
        atomic_store(&source_sends_type, true);
        until(!atomic_load(&source_sends_type));
        {
            unsigned frames = atomic_load(&recorders[0].frames);

            until(atomic_load(&recorders[0].frames) > frames + 10);
        }
        all_stop(f, COUNT_OF(f));
        assert_int_equal(IPin_ConnectionMediaType(in_of(f[1]), &in), S_OK);
        assert_int_equal(IPin_ConnectionMediaType(out_of(f[1]), &out), S_OK);
        assert_false(rg_type_equal(&in, &out));
        assert_false(recorders[0].had_type);
        assert_int_equal(recorders[0].out_of_order, 0);
        assert_int_equal(events.aborts, 0);
        rg_type_clear(&in);
        rg_type_clear(&out);
        all_free(f, COUNT_OF(f));
    }
}

/* ---- memory that runs out -------------------------------------------------------------------- */

static void creation_without_memory(void **state)
{
    unsigned n = 0;
    bool reached;

    (void)state;
    do {
        IBaseFilter *tee = NULL, *queue = NULL;
        HRESULT hr;

        rg_fault_arm(++n);
        hr = rg_tee_create(NULL, &IID_IBaseFilter, (void **)&tee);
        if (SUCCEEDED(hr))
            hr = rg_queue_create(NULL, &IID_IBaseFilter, (void **)&queue);
        reached = rg_fault_disarm();
        assert_int_equal(hr, reached ? E_OUTOFMEMORY : S_OK);
        if (tee != NULL)
            IBaseFilter_Release(tee);
        if (queue != NULL)
            IBaseFilter_Release(queue);
        assert_int_equal(rg_live_objects(NULL, NULL), 0);
    } while (reached);
}

/* Connecting, running and stopping with the n-th use of memory refused: codes, no leak, no hang. */
static void a_road_without_memory(void **state)
{
    unsigned n = 0;
    bool reached;

    (void)state;
    do {
        IBaseFilter *f[] = { source_new(5), effect_new("copying"), queue_new(2),
                             sink_new(0, "plain") };
        IPin *out[] = { out_of(f[0]), out_of(f[1]), out_of(f[2]) };
        IPin *in[] = { in_of(f[1]), in_of(f[2]), in_of(f[3]) };
        HRESULT hr = S_OK;

        rg_fault_arm(++n);
        for (unsigned i = 0; i < COUNT_OF(out) && SUCCEEDED(hr); i++)
            hr = IPin_Connect(out[i], in[i], NULL);
        for (unsigned i = COUNT_OF(f); i-- > 0 && SUCCEEDED(hr);)
            hr = IBaseFilter_Pause(f[i]);
        for (unsigned i = COUNT_OF(f); i-- > 0 && SUCCEEDED(hr);)
            hr = IBaseFilter_Run(f[i], 0);
        reached = rg_fault_disarm();
        if (!reached)
            assert_int_equal(hr, S_OK);
        all_stop(f, COUNT_OF(f));
        all_free(f, COUNT_OF(f));
    } while (reached && n < 1000);
    assert_false(reached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receive_in_each_state),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(markers),
        cmocka_unit_test(a_queue_keeps_the_order),
        cmocka_unit_test(a_queue_knows_its_markers_apart),
        cmocka_unit_test(a_queue_that_never_ran_hears_of_segments),
        cmocka_unit_test(a_late_marker_with_a_tag),
        cmocka_unit_test(disconnecting),
        cmocka_unit_test(a_lone_input_that_leaves_ends_nothing),
        cmocka_unit_test(a_source_finds_its_new_road),
        cmocka_unit_test(an_end_is_told_to_who_comes_later),
        cmocka_unit_test(a_source_that_ended_tells_its_new_peer),
        cmocka_unit_test(shared_samples_are_copied),
        cmocka_unit_test(a_type_on_a_sample_stays_with_its_link),
        cmocka_unit_test(creation_without_memory),
        cmocka_unit_test(a_road_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
