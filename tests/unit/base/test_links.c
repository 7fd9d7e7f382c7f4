/* SPDX-License-Identifier: MIT */
/* Links that are exchanged while they are used: prepared, committed, taken back; by a thread that has closed the gate, and by
 * the stream itself in a visit. */
#include "flow.h"

#include "com/object.h"

static struct listener events;

/* ---- prepared links -------------------------------------------------------------------------- */

/* An edit that takes the middle out, prepared and given up: in whatever order it is taken back, the road stays. */
static void a_prepared_link_is_taken_back(void **state)
{
    IBaseFilter *f[] = { source_new(-1), effect_new("inplace"), sink_new(0, "plain") };

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 20; round++) {
        IRgLink *out = link_of(out_of(f[0])), *in = link_of(in_of(f[2]));
        unsigned frames = atomic_load(&recorders[0].frames);

        assert_int_equal(IRgLink_Commit(out), S_FALSE);
        assert_int_equal(IRgLink_Cancel(in, FALSE), S_FALSE);
        assert_int_equal(IRgLink_Prepare(in, out_of(f[0]), NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(in, out_of(f[0]), NULL), VFW_E_WRONG_STATE);
        assert_int_equal(IRgLink_Prepare(out, in_of(f[2]), NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(out, in_of(f[2]), NULL), VFW_E_WRONG_STATE);
        assert_int_equal(IRgLink_Cancel(round % 2 ? in : out, FALSE), S_OK);
        (void)IRgLink_Cancel(round % 2 ? out : in, FALSE);
        until(atomic_load(&recorders[0].frames) > frames + 10);
    }
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_true(samples_at(f[1], PINDIR_INPUT, 0) >=
                recorders[0].frames); /* all went through the middle */
    all_free(f, COUNT_OF(f));
}

/* The cut of an edit, 200 times under load: out of the source into one effect after the other. */
static void swaps_under_load(void **state)
{
    IBaseFilter *f[] = { source_new(-1), effect_new("inplace"), sink_new(0, "plain") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[0]);
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 200; round++) {
        IBaseFilter *fresh = effect_new(round % 2 ? "inplace" : "copying"), *old = f[1];
        IRgLink *out = link_of(out_of(f[0])), *in = link_of(in_of(f[2]));

        assert_int_equal(IRgLink_Prepare(out, in_of(fresh), NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(in, out_of(fresh), NULL), S_OK);
        assert_int_equal(IPin_Connect(out_of(fresh), in_of(f[2]), NULL), S_OK);
        all_run(&fresh, 1);
        pin_block(f[0], 0);
        assert_int_equal(IRgLink_Commit(in), S_OK);
        assert_int_equal(IRgLink_Commit(out), S_OK);
        pin_unblock(f[0], 0);
        assert_int_equal(IRgLink_Cancel(out, FALSE), S_OK); /* the former link's memory */
        assert_int_equal(IRgLink_Cancel(in, FALSE), S_OK);
        assert_int_equal(IBaseFilter_Stop(old), S_OK);
        (void)IPin_Disconnect(out_of(old));
        (void)IPinConnection_DynamicDisconnect(connection_of(old));
        assert_int_equal(IBaseFilter_Release(old), 0);
        f[1] = fresh;
        if (round % 10 == 0) {
            unsigned frames = atomic_load(&recorders[0].frames);

            until(atomic_load(&recorders[0].frames) > frames);
        }
    }
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_int_equal(events.aborts, 0);
    all_free(f, COUNT_OF(f));
}

/* ---- taken back after the cut ---------------------------------------------------------------- */

/* A second Commit is the first one backwards: the road is as it was, and no frame is lost. */
static void a_second_commit_takes_the_first_back(void **state)
{
    IBaseFilter *f[] = { source_new(-1), effect_new("inplace"), sink_new(0, "plain") };
    IBaseFilter *fresh = effect_new("copying");
    IRgLink *out = link_of(out_of(f[0])), *in = link_of(in_of(f[2]));
    unsigned passed;

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 50; round++) {
        assert_int_equal(IRgLink_Prepare(out, in_of(fresh), NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(in, out_of(fresh), NULL), S_OK);
        assert_int_equal(IPin_Connect(out_of(fresh), in_of(f[2]), NULL), S_OK);
        all_run(&fresh, 1);
        pin_block(f[0], 0);
        assert_int_equal(IRgLink_Commit(in), S_OK);
        assert_int_equal(IRgLink_Commit(out), S_OK);
        assert_int_equal(IRgLink_Commit(out), S_OK);
        assert_int_equal(IRgLink_Commit(in), S_OK);
        pin_unblock(f[0], 0);
        assert_int_equal(IRgLink_Cancel(in, FALSE), S_OK);
        assert_int_equal(IBaseFilter_Stop(fresh), S_OK);
        (void)IPin_Disconnect(out_of(fresh));
        assert_int_equal(IRgLink_Cancel(out, FALSE), S_OK);
        passed = atomic_load(&recorders[0].frames);
        until(atomic_load(&recorders[0].frames) > passed + 10);
    }
    assert_int_equal(samples_at(fresh, PINDIR_INPUT, 0), 0);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_int_equal(IBaseFilter_Release(fresh), 0);
    all_free(f, COUNT_OF(f));
}

/* ---- visits ---------------------------------------------------------------------------------- */

/* Commits both ends, wherever it is called. */
struct cutter {
    struct com_object object;
    COM_FACE(IRgVisitor) face;
    IRgLink *in, *out; /* borrowed */
    HRESULT result;
    bool reached;
    REFERENCE_TIME start;
    pthread_t by;
    HANDLE done;
};

static HRESULT STDMETHODCALLTYPE cutter_visit(IRgVisitor *face, DWORD by, REFERENCE_TIME start)
{
    struct cutter *c = COM_HOME(face, struct cutter);

    c->start = start;
    c->by = pthread_self();
    c->reached = by != RG_VISIT_MISSED;
    c->result = S_FALSE;
    if (c->reached && SUCCEEDED(c->result = IRgLink_Commit(c->in)))
        c->result = IRgLink_Commit(c->out);
    SetEvent(c->done);
    return S_OK;
}

static const IRgVisitorVtbl cutter_vtbl = { COM_UNKNOWN(IRgVisitor), .Visit = cutter_visit };
static const struct com_entry cutter_map[] = { COM_ENTRY(IRgVisitor, struct cutter, face),
                                               COM_MAP_END };

static void cutter_destroy(struct com_object *object)
{
    CloseHandle(((struct cutter *)object)->done);
    com_object_fini(object);
    free(object);
}

static struct cutter *cutter_new(IRgLink *in, IRgLink *out)
{
    struct cutter *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    com_object_init(&c->object, "cutter", cutter_map, NULL, cutter_destroy);
    COM_FACE_INIT(&c->object, c->face, &cutter_vtbl);
    c->in = in;
    c->out = out;
    c->done = event_new();
    return c;
}

/* Puts fresh in f[1]'s place by a visit; the cutter is the caller's. */
static struct cutter *cut_in(IBaseFilter **f, IBaseFilter *fresh, REFERENCE_TIME time)
{
    struct cutter *c = cutter_new(link_of(in_of(f[2])), link_of(out_of(f[0])));

    assert_int_equal(IRgLink_Prepare(c->out, in_of(fresh), NULL), S_OK);
    assert_int_equal(IRgLink_Prepare(c->in, out_of(fresh), NULL), S_OK);
    assert_int_equal(IPin_Connect(out_of(fresh), in_of(f[2]), NULL), S_OK);
    all_run(&fresh, 1);
    assert_int_equal(IRgLink_VisitAt(c->out, time, &c->face.i), S_OK);
    return c;
}

/* f[1] is out of the road; fresh takes its name in the array. */
static void retire(IBaseFilter **f, IBaseFilter *fresh, struct cutter *c)
{
    assert_int_equal(IRgLink_Cancel(c->out, FALSE), S_OK);
    assert_int_equal(IRgLink_Cancel(c->in, FALSE), S_OK);
    assert_int_equal(IBaseFilter_Stop(f[1]), S_OK);
    (void)IPin_Disconnect(out_of(f[1]));
    (void)IPinConnection_DynamicDisconnect(connection_of(f[1]));
    assert_int_equal(IBaseFilter_Release(f[1]), 0);
    f[1] = fresh;
}

static void the_stream_cuts_itself(void **state)
{
    IBaseFilter *f[] = { source_new(-1), effect_new("inplace"), sink_new(0, "plain") };
    unsigned by_the_stream = 0;

    (void)state;
    listener_init(&events);
    listen_to(&events, f[0]);
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    /* who is first, the stream or this thread, is the system's choice: until the stream was */
    for (unsigned round = 0; round < 500 || by_the_stream == 0; round++) {
        IBaseFilter *fresh = effect_new(round % 2 ? "inplace" : "copying");
        struct cutter *c = cut_in(f, fresh, RG_VISIT_NOW);

        wait_for(c->done);
        assert_int_equal(c->result, S_OK);
        by_the_stream += !pthread_equal(c->by, pthread_self());
        retire(f, fresh, c);
        until(c->object.refs == 1); /* the pin lets go of it as the visit ends */
        IRgVisitor_Release(&c->face.i);
        if (round % 10 == 0) {
            unsigned frames = atomic_load(&recorders[0].frames);

            until(atomic_load(&recorders[0].frames) > frames);
        }
    }
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_int_equal(events.aborts, 0);
    all_free(f, COUNT_OF(f));
}

/* Before the first frame of its time, exactly: all before went the old road, the rest the new one. */
static void the_stream_cuts_itself_in_time(void **state)
{
    IBaseFilter *f[] = { source_new(1000), effect_new("inplace"), sink_new(0, "plain") };
    IBaseFilter *fresh = effect_new("inplace");
    struct cutter *c;

    (void)state;
    listener_init(&events);
    listen_to(&events, f[2]);
    join(f[0], f[1]);
    join(f[1], f[2]);
    pin_block(f[0], 0);
    all_pause(f, COUNT_OF(f));
    c = cut_in(f, fresh, 500 * FRAME_TIME);
    assert_int_equal(IRgLink_VisitAt(c->out, RG_VISIT_NOW, &c->face.i),
                     VFW_E_PIN_ALREADY_BLOCKED);
    pin_unblock(f[0], 0);
    all_run(f, COUNT_OF(f));
    until(atomic_load(&events.completes) == 1);
    assert_int_equal(c->result, S_OK);
    assert_int_equal(c->start, 500 * FRAME_TIME);
    assert_int_equal(samples_at(f[1], PINDIR_INPUT, 0), 500);
    assert_int_equal(samples_at(fresh, PINDIR_INPUT, 0), 500);
    assert_int_equal(recorders[0].frames, 1000);
    assert_int_equal(recorders[0].out_of_order, 0);
    retire(f, fresh, c);
    IRgVisitor_Release(&c->face.i);
    all_stop(f, COUNT_OF(f));
    all_free(f, COUNT_OF(f));
}

/* The stream ends before the time comes: the visitor hears it, and nothing is cut. */
static void the_end_comes_before_the_time(void **state)
{
    IBaseFilter *f[] = { source_new(100), effect_new("inplace"), sink_new(0, "plain") };
    IBaseFilter *fresh = effect_new("inplace");
    struct cutter *c;

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_pause(f, COUNT_OF(f));
    c = cut_in(f, fresh, 500 * FRAME_TIME);
    assert_int_equal(IRgLink_CancelVisit(c->out, &c->face.i), S_OK);
    assert_int_equal(IRgLink_CancelVisit(c->out, &c->face.i), S_FALSE);
    assert_int_equal(IRgLink_VisitAt(c->out, 500 * FRAME_TIME, &c->face.i), S_OK);
    all_run(f, COUNT_OF(f));
    wait_for(c->done);
    assert_false(c->reached);
    until(recorders[0].ended == 1);
    assert_int_equal(recorders[0].frames, 100);
    assert_int_equal(IRgLink_Cancel(c->in, FALSE), S_OK);
    assert_int_equal(IBaseFilter_Stop(fresh), S_OK);
    (void)IPin_Disconnect(out_of(fresh));
    assert_int_equal(IRgLink_Cancel(c->out, FALSE), S_OK);
    until(c->object.refs == 1);
    IRgVisitor_Release(&c->face.i);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(IBaseFilter_Release(fresh), 0);
    all_free(f, COUNT_OF(f));
}

/* ---- connections that come and go ------------------------------------------------------------ */

static void one_joins_and_leaves(void **state)
{
    IBaseFilter *f[] = { source_new(-1), tee_new(), sink_new(0, "plain") };
    IBaseFilter *late = sink_new(1, "many");
    IRgLink *out, *in;
    IPin *peer;

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    all_run(&late, 1);
    out = link_of(pin_of(f[1], PINDIR_OUTPUT, 1));
    in = link_of(in_of(late));
    for (unsigned round = 0; round < 20; round++) {
        unsigned before = atomic_load(&recorders[1].frames);

        assert_int_equal(IRgLink_Prepare(out, NULL, NULL), VFW_E_NOT_CONNECTED);
        assert_int_equal(IRgLink_Prepare(in, pin_of(f[1], PINDIR_OUTPUT, 1), NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(out, in_of(late), NULL), S_OK);
        /* nothing comes of it yet, and nobody waits for it */
        assert_int_equal(IPin_ConnectedTo(in_of(late), &peer), VFW_E_NOT_CONNECTED);
        assert_int_equal(atomic_load(&recorders[1].frames), before);
        assert_int_equal(IRgLink_Commit(in), S_OK);
        assert_int_equal(IRgLink_Commit(out), S_OK);
        assert_int_equal(IRgLink_Cancel(out, FALSE), S_OK);
        assert_int_equal(IRgLink_Cancel(in, FALSE), S_OK);
        until(atomic_load(&recorders[1].frames) > before + 10);

        assert_int_equal(IRgLink_Prepare(out, NULL, NULL), S_OK);
        assert_int_equal(IRgLink_Prepare(in, NULL, NULL), S_OK);
        pin_block(f[1], 1);
        assert_int_equal(IRgLink_Commit(out), S_OK);
        assert_int_equal(IRgLink_Commit(in), S_OK);
        pin_unblock(f[1], 1);
        assert_int_equal(IRgLink_Cancel(out, FALSE), S_OK);
        assert_int_equal(IRgLink_Cancel(in, FALSE), S_OK);
        assert_int_equal(atomic_load(&recorders[1].left), round + 1);
        atomic_store(&recorders[1].last, -1);
        before = atomic_load(&recorders[0].frames);
        until(atomic_load(&recorders[0].frames) > before + 10);
    }
    all_stop(f, COUNT_OF(f));
    all_stop(&late, 1);
    assert_int_equal(recorders[0].out_of_order, 0);
    part(late);
    assert_int_equal(IBaseFilter_Release(late), 0);
    all_free(f, COUNT_OF(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prepared_link_is_taken_back),
        cmocka_unit_test(swaps_under_load),
        cmocka_unit_test(a_second_commit_takes_the_first_back),
        cmocka_unit_test(the_stream_cuts_itself),
        cmocka_unit_test(the_stream_cuts_itself_in_time),
        cmocka_unit_test(the_end_comes_before_the_time),
        cmocka_unit_test(one_joins_and_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
