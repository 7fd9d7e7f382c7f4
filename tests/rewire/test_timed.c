/* SPDX-License-Identifier: MIT */
/* Commits at a media time: exact to the sample, whoever makes the cut and whatever comes in between. */
#include "fake_filter.h"
#include "transaction_test.h"

#define LENGTH 20000

static REFERENCE_TIME at(int number)
{
    return (REFERENCE_TIME)number * KIT_SAMPLE_TIME;
}

static void open_marked(struct road *r, enum kit_kind kind)
{
    char limit[32];

    (void)snprintf(limit, sizeof(limit), "limit=%d", LENGTH);
    road_open(r, kit_filter_with(KIT_SOURCE, limit), kit_filter(kind), kit_filter(KIT_SINK));
}

/* All there, and the cut exactly at `number`. */
static void assert_cut_at(struct road *r, int number)
{
    assert_true(graph_event(&r->g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), LENGTH);
    assert_all_there(0);
    assert_int_equal(kit_recorder[0].first_with[1], number);
    assert_int_equal(marked_so_far(0, 1), LENGTH - number);
}

static IGraphTransaction *swap_at(struct road *r, enum kit_kind kind, int number, HANDLE done)
{
    IGraphTransaction *t = begin(r);
    IBaseFilter *fx = kit_filter_with(kind, "mark=1");

    assert_hr(CALL(t, Swap, r->middle, fx, "fx"), S_OK);
    LET_GO(fx);
    assert_hr(CALL(t, Commit, at(number), done), S_OK);
    return t;
}

/* ---- exact ------------------------------------------------------------------------------------------- */

static void exact(enum kit_kind from, enum kit_kind to)
{
    struct road r;
    HANDLE done = new_event();
    IGraphTransaction *t;
    RG_CERTIFICATE c;

    open_marked(&r, from);
    t = swap_at(&r, to, 777, done);
    assert_hr(CALL(t, GetResult), E_PENDING);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_WRONG_STATE);
    assert_hr(CALL(t, Remove, r.sink), VFW_E_WRONG_STATE);
    road_run(&r);
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    c = certificate_of(t, 0);
    assert_string_equal(c.gate, "source.Out");
    assert_int_equal(c.cut, at(777));
    assert_int_equal(c.held, 1);
    assert_int_equal(c.delivered, 777);
    LET_GO(t);
    assert_cut_at(&r, 777);
    CloseHandle(done);
    road_close(&r);
}

static void stateless_and_delaying(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        exact(KIT_PASS, KIT_PASS);
        exact(KIT_PASS, KIT_HOLD);
        exact(KIT_HOLD, KIT_PASS);
        exact(KIT_QUEUE, KIT_HOLD);
    }
}

/* Asked for while data flows, far enough ahead: the stream cuts itself. */
static void by_the_stream_itself(void **state)
{
    struct road r;
    HANDLE done = new_event();
    IGraphTransaction *t;
    RG_CERTIFICATE c;

    (void)state;
    open_marked(&r, KIT_PASS);
    kit_let_until(100);
    road_run(&r);
    t = swap_at(&r, KIT_PASS, 5000, done);
    kit_let_all();
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    c = certificate_of(t, 0);
    assert_true((c.flags & RG_CUT_IN_STREAM) != 0);
    assert_int_equal(c.cut, at(5000));
    LET_GO(t);
    assert_cut_at(&r, 5000);
    CloseHandle(done);
    road_close(&r);
}

struct asked {
    struct road *r;
    IGraphTransaction *t;
};

/* The lock is free again once the commit waits for its time. */
static void *let_all_once_asked(void *arg)
{
    struct asked *asked = arg;

    while (CALL(asked->t, GetResult) != E_PENDING)
        sched_yield();
    (void)graph_version(&asked->r->g);
    kit_let_all();
    return NULL;
}

/* The same, and whoever asks waits. */
static void without_an_event(void **state)
{
    struct road r;
    struct asked asked = { .r = &r };
    IBaseFilter *fx;
    pthread_t helper;

    (void)state;
    open_marked(&r, KIT_PASS);
    fx = kit_filter_with(KIT_PASS, "mark=1");
    kit_let_until(100);
    road_run(&r);
    asked.t = begin(&r);
    assert_hr(CALL(asked.t, Swap, r.middle, fx, "fx"), S_OK);
    LET_GO(fx);
    assert_int_equal(pthread_create(&helper, NULL, let_all_once_asked, &asked), 0);
    assert_hr(CALL(asked.t, Commit, at(15000), NULL), S_OK);
    assert_int_equal(pthread_join(helper, NULL), 0);
    assert_hr(CALL(asked.t, GetResult), S_OK);
    LET_GO(asked.t);
    assert_cut_at(&r, 15000);
    road_close(&r);
}

/* A time that has gone by: the very next sample. */
static void too_late(void **state)
{
    struct road r;
    IGraphTransaction *t;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    assert_true(kit_wait_more(0, 100));
    t = swap_at(&r, KIT_PASS, 3, NULL);
    LET_GO(t);
    assert_true(kit_wait_more(0, 50));
    assert_true(marked_so_far(0, 1) > 0);
    assert_all_there(0);
    road_close(&r);
}

static void beyond_the_end(void **state)
{
    struct road r;
    HANDLE done = new_event();
    IGraphTransaction *t;
    CERTIFICATE(c);

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        open_marked(&r, i == 0 ? KIT_PASS : KIT_HOLD);
        kit_let_until(100);
        road_run(&r);
        t = swap_at(&r, KIT_PASS, LENGTH + 5, done);
        kit_let_all();
        wait_event(done);
        assert_hr(CALL(t, GetResult), VFW_E_START_TIME_AFTER_END);
        c = certificate_of(t, 0);
        assert_refused(&c, VFW_E_START_TIME_AFTER_END);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        assert_int_equal(kit_count(0), LENGTH);
        assert_all_there(0);
        assert_int_equal(marked_so_far(0, 1), 0);
        assert_int_equal(graph_count(&r.g), 3);
        /* and it can be asked for again */
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        LET_GO(t);
        road_close(&r);
    }
    CloseHandle(done);
}

/* ---- several gates ------------------------------------------------------------------------------------- */

static void all_gates_at_their_time(void **state)
{
    struct two_roads two;
    HANDLE done = new_event();

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        IGraphTransaction *t;
        char limit[32];

        (void)snprintf(limit, sizeof(limit), "limit=%d", LENGTH);
        two_open(&two, limit, i % 2 == 0 ? KIT_PASS : KIT_HOLD);
        t = begin(&two.r);
        for (unsigned k = 0; k < 2; k++) {
            IBaseFilter *fx =
                kit_filter_with(i / 2 == 0 ? KIT_PASS : KIT_HOLD, k == 0 ? "mark=2" : "mark=3");

            assert_hr(CALL(t, Swap, two.fx[k], fx, NULL), S_OK);
            LET_GO(fx);
        }
        assert_hr(CALL(t, Commit, at(4321), done), S_OK);
        road_run(&two.r);
        wait_event(done);
        assert_hr(CALL(t, GetResult), S_OK);
        assert_int_equal(certificate_named(t, "source a.Out").cut, at(4321));
        assert_int_equal(certificate_named(t, "source b.Out").cut, at(4321));
        LET_GO(t);
        assert_true(graph_event(&two.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        for (unsigned k = 0; k < 2; k++) {
            assert_all_there(k);
            assert_int_equal(kit_count(k), LENGTH);
            assert_int_equal(marked_so_far(k, k), 4321);
            assert_int_equal(marked_so_far(k, 2 + k), LENGTH - 4321);
        }
        road_close(&two.r);
    }
    CloseHandle(done);
}

/* One stream ends before: neither road is changed. */
/* Two gates on one road: the one downstream would wait for a sample that the other one holds. */
static void one_gate_behind_another(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        struct road r;
        IBaseFilter *fx[2] = { kit_filter_with(KIT_PASS, "mark=1"),
                               kit_filter_with(KIT_HOLD, "mark=2") };
        HANDLE done = new_event();
        IGraphTransaction *t;

        open_marked(&r, KIT_PASS);
        t = begin(&r);
        assert_hr(CALL(t, Insert, kit_out(r.middle), fx[1], NULL), S_OK);
        assert_hr(CALL(t, Insert, kit_out(r.source), fx[0], NULL), S_OK);
        assert_hr(CALL(t, Commit, at(777), done), S_OK);
        road_run(&r);
        wait_event(done);
        assert_hr(CALL(t, GetResult), S_OK);
        LET_GO(t);
        assert_cut_at(&r, 777);
        assert_int_equal(kit_recorder[0].first_with[2], 777);
        LET_GO(fx[0]);
        LET_GO(fx[1]);
        CloseHandle(done);
        road_close(&r);
    }
}

static void one_gate_never_comes(void **state)
{
    struct two_roads two;
    HANDLE done = new_event();
    IGraphTransaction *t;

    (void)state;
    two_open(&two, "limit=5000", KIT_PASS);
    assert_hr(kit_set(two.source[1], "limit", 100), S_OK);
    t = begin(&two.r);
    for (unsigned k = 0; k < 2; k++) {
        IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=4");

        assert_hr(CALL(t, Swap, two.fx[k], fx, NULL), S_OK);
        LET_GO(fx);
    }
    assert_hr(CALL(t, Commit, at(1000), done), S_OK);
    road_run(&two.r);
    wait_event(done);
    assert_hr(CALL(t, GetResult), VFW_E_START_TIME_AFTER_END);
    LET_GO(t);
    assert_true(graph_event(&two.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), 5000);
    assert_all_there(0);
    assert_all_there(1);
    assert_int_equal(marked_so_far(0, 4) + marked_so_far(1, 4), 0);
    CloseHandle(done);
    road_close(&two.r);
}

/* A setting takes effect with exactly that sample. */
static void a_setting_in_time(void **state)
{
    struct road r;
    HANDLE done = new_event();
    IGraphTransaction *t;

    (void)state;
    open_marked(&r, KIT_PASS);
    t = begin(&r);
    assert_hr(CALL(t, Set, r.middle, "mark", "1"), S_OK);
    assert_hr(CALL(t, Commit, at(2500), done), S_OK);
    road_run(&r);
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    LET_GO(t);
    assert_cut_at(&r, 2500);
    CloseHandle(done);
    road_close(&r);
}

/* ---- in between ------------------------------------------------------------------------------------------ */

static void aborted(void **state)
{
    struct road r;
    HANDLE done = new_event(), abort = new_event();
    RG_EDIT_REQUEST request = { .size = sizeof(request), .abort = abort };

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        IGraphTransaction *t;
        IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=1");

        ResetEvent(abort);
        road_open(&r, kit_filter(KIT_SOURCE), kit_filter(i % 2 == 0 ? KIT_PASS : KIT_HOLD),
                  kit_filter(KIT_SINK));
        road_run(&r);
        t = begin_with(&r, &request);
        assert_hr(CALL(t, Swap, r.middle, fx, NULL), S_OK);
        assert_hr(CALL(t, Commit, at(2000000000), done), S_OK);
        assert_flows(0);
        if (i / 2 == 0)
            assert_hr(CALL(t, Abort), S_OK);
        else
            SetEvent(abort);
        wait_event(done);
        assert_hr(CALL(t, GetResult), VFW_E_STATE_CHANGED);
        assert_false(kit_in_graph(fx));
        LET_GO(t);
        assert_int_equal(LET_GO(fx), 0);
        assert_flows(0);
        road_close(&r);
    }
    CloseHandle(done);
    CloseHandle(abort);
}

struct bother { /* calls that let go of whatever is prepared in this graph */
    struct road *r;
    atomic_bool is_over;
    atomic_uint last; /* relaxed: orders nothing, so that a race stays one */
};

static void *bother_main(void *arg)
{
    struct bother *b = arg;

    for (unsigned i = 0; !atomic_load(&b->is_over); i++) {
        IBaseFilter *other = kit_filter(KIT_PASS);

        assert_hr(CALL(b->r->g.builder, AddFilter, other, NULL), S_OK);
        assert_hr(CALL(b->r->g.builder, RemoveFilter, other), S_OK);
        LET_GO(other);
        atomic_store_explicit(&b->last, i, memory_order_relaxed);
    }
    return NULL;
}

/* Its last reference goes while another thread lets go of what it prepared. */
static void released_while_disturbed(void **state)
{
    struct road r;
    struct bother bother = { .r = &r };
    pthread_t thread;
    unsigned now;

    (void)state;
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    assert_int_equal(pthread_create(&thread, NULL, bother_main, &bother), 0);
    for (unsigned i = 0; i < 50; i++) {
        IGraphTransaction *t = begin(&r);
        IBaseFilter *fx = kit_filter(KIT_PASS);

        assert_hr(CALL(t, Swap, r.middle, fx, NULL), S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        now = atomic_load_explicit(&bother.last, memory_order_relaxed);
        while (i % 2 != 0 && atomic_load_explicit(&bother.last, memory_order_relaxed) == now)
            sched_yield();
        LET_GO(t);
        LET_GO(fx);
    }
    atomic_store(&bother.is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_flows(0);
    road_close(&r);
}

/* Whatever is done to the graph meanwhile, the cut comes at its time. */
static void disturbed(void **state)
{
    struct road r;
    HANDLE done = new_event();

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        IGraphTransaction *t;
        IBaseFilter *other;
        LONG version;

        open_marked(&r, i % 2 == 0 ? KIT_PASS : KIT_HOLD);
        kit_let_until(100);
        road_run(&r);
        t = swap_at(&r, KIT_PASS, 9000, done);
        version = graph_version(&r.g);
        assert_true(version > 0);
        switch (i / 2) {
        case 0:
            assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
            road_run(&r);
            break;
        case 1:
            other = kit_filter(KIT_HOLD);
            assert_hr(CALL(r.edit, Insert, kit_out(r.middle), other, "more", NULL, NULL), S_OK);
            LET_GO(other);
            break;
        case 2:
            assert_hr(CALL(r.g.control, Stop), S_OK);
            kit_recorder_reset(0);
            road_run(&r); /* from the beginning */
            break;
        }
        kit_let_all();
        wait_event(done);
        assert_hr(CALL(t, GetResult), S_OK);
        assert_int_equal(certificate_of(t, 0).cut, at(9000));
        LET_GO(t);
        assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
        assert_all_there(0);
        assert_int_equal(kit_recorder[0].first_with[1], 9000);
        road_close(&r);
    }
    CloseHandle(done);
}

/* What was prepared while the graph stood still is used, not made a second time. */
static void prepared_while_stopped(void **state)
{
    struct road r;
    HANDLE done = new_event();

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        IBaseFilter *fx = kit_filter_with(KIT_PASS, "mark=1");
        IGraphTransaction *t;

        open_marked(&r, i == 0 ? KIT_PASS : KIT_HOLD);
        t = begin(&r);
        assert_hr(CALL(t, Swap, r.middle, fx, NULL), S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        assert_hr(CALL(t, Commit, at(777), done), S_OK);
        road_run(&r);
        wait_event(done);
        assert_hr(CALL(t, GetResult), S_OK);
        LET_GO(t);
        LET_GO(fx);
        assert_int_equal(graph_count(&r.g), 3);
        assert_cut_at(&r, 777);
        road_close(&r);
    }
    CloseHandle(done);
}

/* Two edits that have nothing to do with each other wait for their times at once. */
static void two_at_once(void **state)
{
    struct two_roads two;
    HANDLE done[2] = { new_event(), new_event() };
    IGraphTransaction *t[2];

    (void)state;
    two_open(&two, "limit=20000", KIT_PASS);
    kit_let_until(100);
    road_run(&two.r);
    for (unsigned k = 0; k < 2; k++) {
        IBaseFilter *fx = kit_filter_with(KIT_PASS, k == 0 ? "mark=2" : "mark=3");

        t[k] = begin(&two.r);
        assert_hr(CALL(t[k], Swap, two.fx[k], fx, NULL), S_OK);
        LET_GO(fx);
        assert_hr(CALL(t[k], Commit, at(7000 + 1000 * (int)k), done[k]), S_OK);
    }
    kit_let_all();
    for (unsigned k = 0; k < 2; k++) {
        wait_event(done[k]);
        assert_hr(CALL(t[k], GetResult), S_OK);
        assert_true((certificate_of(t[k], 0).flags & RG_CUT_IN_STREAM) != 0);
        LET_GO(t[k]);
        CloseHandle(done[k]);
    }
    assert_true(graph_event(&two.r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    for (unsigned k = 0; k < 2; k++) {
        assert_all_there(k);
        assert_int_equal(marked_so_far(k, k), 7000 + 1000 * k);
    }
    road_close(&two.r);
}

/* One after the other on the same place, each asked for as the one before is done; others look on. */
static void a_long_row(void **state)
{
    struct road r;
    HANDLE done = new_event();

    (void)state;
    open_marked(&r, KIT_PASS);
    kit_let_until(100);
    road_run(&r);
    for (int i = 1; i < 100; i++) {
        IBaseFilter *fx = kit_filter(i % 2 == 0 ? KIT_PASS : KIT_HOLD);
        IGraphTransaction *t = begin(&r);

        ResetEvent(done);
        assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
        assert_hr(CALL(t, Commit, at(i * 150), done), S_OK);
        kit_let_until(i * 150 + 100);
        while (WaitForSingleObject(done, 0) != WAIT_OBJECT_0)
            (void)graph_version(&r.g); /* takes the lock, again and again */
        assert_hr(CALL(t, GetResult), S_OK);
        LET_GO(t);
        r.middle = fx;
        LET_GO(fx);
    }
    kit_let_all();
    assert_true(graph_event(&r.g, EC_COMPLETE, KIT_WAIT_MS, NULL));
    assert_int_equal(kit_count(0), LENGTH);
    assert_all_there(0);
    CloseHandle(done);
    road_close(&r);
}

/* A pin that can't stop at a time says so before anything is touched. */
static void foreign_output(void **state)
{
    static const struct fake_config source = { .name = "source",
                                               .outputs = 1,
                                               .out_types = "a",
                                               .samples = -1,
                                               .flow_control = true,
                                               .dynamic_connect = true };
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *fx = kit_filter(KIT_PASS);

    (void)state;
    road_open(&r, &fake_filter_new(&source)->base, kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    road_run(&r);
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx, NULL), S_OK);
    assert_hr(CALL(t, Commit, at(100), NULL), E_NOINTERFACE);
    assert_flows(0);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(fx);
    assert_flows(0);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stateless_and_delaying),
        cmocka_unit_test(by_the_stream_itself),
        cmocka_unit_test(without_an_event),
        cmocka_unit_test(too_late),
        cmocka_unit_test(beyond_the_end),
        cmocka_unit_test(all_gates_at_their_time),
        cmocka_unit_test(one_gate_behind_another),
        cmocka_unit_test(one_gate_never_comes),
        cmocka_unit_test(a_setting_in_time),
        cmocka_unit_test(aborted),
        cmocka_unit_test(disturbed),
        cmocka_unit_test(released_while_disturbed),
        cmocka_unit_test(prepared_while_stopped),
        cmocka_unit_test(two_at_once),
        cmocka_unit_test(a_long_row),
        cmocka_unit_test(foreign_output),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
