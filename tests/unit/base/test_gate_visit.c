/* SPDX-License-Identifier: MIT */
/* Visits of the gate: who makes them, when, who waits meanwhile; and under load. */
#include "gate_test.h"

/* One that writes down what happened, and can be made to last. */
struct probe {
    struct rg_gate_visit visit; /* first */
    atomic_uint runs, missed;
    REFERENCE_TIME start; /* of who waited */
    pthread_t by;
    DWORD how;
    HANDLE began, go_on; /* NULL: it does not last */
};

static void probe_run(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start)
{
    struct probe *p = (struct probe *)visit;

    p->start = start;
    p->how = by;
    p->by = pthread_self();
    if (by == RG_VISIT_MISSED) {
        atomic_fetch_add(&p->missed, 1);
        return;
    }
    if (p->began != NULL) {
        SetEvent(p->began);
        WaitForSingleObject(p->go_on, WAIT_LONG);
    }
    atomic_fetch_add(&p->runs, 1);
}

static void probe_init(struct probe *p, bool lasts)
{
    memset(p, 0, sizeof(*p));
    p->visit.run = probe_run;
    if (lasts) {
        p->began = event_new();
        p->go_on = event_new();
    }
}

static void probe_fini(struct probe *p)
{
    if (p->began != NULL) {
        CloseHandle(p->began);
        CloseHandle(p->go_on);
    }
}

static HRESULT begin_at(struct worker *w, REFERENCE_TIME start)
{
    w->start = start;
    return order(w, ORDER_BEGIN);
}

static void an_idle_gate_is_visited_at_once(void **state)
{
    struct probe p;
    struct rg_gate_times times;

    (void)state;
    probe_init(&p, false);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(p.runs, 1);
    assert_true(pthread_equal(p.by, pthread_self()));
    assert_int_equal(p.how, RG_VISIT_BY_CALLER);
    rg_gate_read(&gate, &times);
    assert_false(times.is_closed);
    assert_int_equal(times.closings, 1);
    assert_int_equal(rg_gate_cancel_visit(&gate, &p.visit), S_FALSE);
    assert_int_equal(rg_gate_begin(&gate, 0), S_OK);
    rg_gate_end(&gate);
    assert_int_equal(p.runs, 1);
}

static void a_closed_gate_is_visited_and_stays_closed(void **state)
{
    struct probe p;

    (void)state;
    probe_init(&p, false);
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(p.runs, 1);
    assert_true(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
}

static void the_last_user_makes_it_as_it_leaves(void **state)
{
    struct worker streamer;
    struct probe p;

    (void)state;
    probe_init(&p, false);
    hire(&streamer);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), VFW_E_PIN_ALREADY_BLOCKED);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(p.runs, 0); /* still inside once */
    (void)order(&streamer, ORDER_END);
    assert_int_equal(p.runs, 1);
    assert_false(pthread_equal(p.by, pthread_self()));
    assert_int_equal(p.how, RG_VISIT_BY_STREAM);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(p.runs, 1);
    dismiss(&streamer);
}

static void users_wait_while_it_lasts(void **state)
{
    struct worker streamer, visitor, holder;
    struct probe p;

    (void)state;
    probe_init(&p, true);
    hire(&streamer);
    hire(&visitor);
    hire(&holder);
    assert_int_equal(order(&visitor, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    tell(&visitor, ORDER_END);
    wait_for(p.began);
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    assert_int_equal(rg_gate_try_begin(&gate), VFW_E_PIN_ALREADY_BLOCKED);
    assert_int_equal(rg_gate_cancel_visit(&gate, &p.visit), S_FALSE); /* too late */
    assert_int_equal(rg_gate_hold(&gate, 0), VFW_E_TIMEOUT);
    SetEvent(p.go_on);
    assert_int_equal(result_of(&visitor), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    assert_int_equal(p.runs, 1);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
    dismiss(&visitor);
    dismiss(&holder);
    probe_fini(&p);
}

/* The visitor uses the link, so the gate is not closed before it has left. */
static void a_block_waits_for_the_visitor(void **state)
{
    HANDLE closed = event_new();
    struct worker visitor, blocker;
    struct probe p;

    (void)state;
    probe_init(&p, true);
    hire(&visitor);
    hire(&blocker);
    assert_int_equal(order(&visitor, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    tell(&visitor, ORDER_END);
    wait_for(p.began);
    assert_int_equal(rg_gate_block(&gate, BLOCK, closed), S_OK);
    assert_false(is_signalled(closed));
    assert_false(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    tell(&blocker, ORDER_BLOCK);
    until(is_asked_to_close());
    assert_false(is_closed());
    SetEvent(p.go_on);
    assert_int_equal(result_of(&blocker), S_OK);
    assert_true(is_closed());
    assert_int_equal(p.runs, 1);
    assert_int_equal(result_of(&visitor), S_OK);
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    dismiss(&visitor);
    dismiss(&blocker);
    probe_fini(&p);
    CloseHandle(closed);
}

/* Stop and flush let a waiter go, and do not make the visit. */
static void waiters_leave_for_stop(void **state)
{
    struct worker streamer;
    struct probe p;

    (void)state;
    probe_init(&p, false);
    hire(&streamer);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 100), S_OK);
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_OK);
    streamer.start = 100;
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    rg_gate_set_stopping(&gate, true);
    assert_int_equal(result_of(&streamer), VFW_E_STATE_CHANGED);
    assert_int_equal(p.runs, 0);
    rg_gate_set_stopping(&gate, false);
    assert_int_equal(rg_gate_hold_visit(&gate, false), S_OK);
    assert_int_equal(begin_at(&streamer, 100), S_OK);
    assert_int_equal(p.runs, 1);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void it_comes_before_the_first_user_of_its_time(void **state)
{
    struct worker streamer;
    struct probe p;

    (void)state;
    probe_init(&p, false);
    hire(&streamer);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 100), S_OK);
    assert_int_equal(p.runs, 0);
    assert_int_equal(begin_at(&streamer, 99), S_OK);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(begin_at(&streamer, NO_TIME), S_OK);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(p.runs, 0);
    assert_int_equal(begin_at(&streamer, 101), S_OK);
    assert_int_equal(p.runs, 1);
    assert_int_equal(p.start, 101);
    assert_false(pthread_equal(p.by, pthread_self()));
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void a_held_visit_keeps_back_whom_it_is_due_for(void **state)
{
    struct worker streamer;
    struct probe p;

    (void)state;
    probe_init(&p, false);
    hire(&streamer);
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_FALSE); /* none */
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 100), S_OK);
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_OK);
    assert_int_equal(begin_at(&streamer, 50), S_OK); /* before its time */
    (void)order(&streamer, ORDER_END);
    streamer.start = 100;
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    assert_int_equal(p.runs, 0);
    assert_int_equal(rg_gate_hold_visit(&gate, false), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    assert_int_equal(p.runs, 1);
    (void)order(&streamer, ORDER_END);

    /* and taken back instead */
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 200), S_OK);
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_OK);
    streamer.start = 200;
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    assert_int_equal(rg_gate_cancel_visit(&gate, &p.visit), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    assert_int_equal(p.runs, 1);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void a_user_that_waits_already_makes_it(void **state)
{
    struct worker streamer;
    struct probe p;

    (void)state;
    probe_init(&p, false);
    hire(&streamer);
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK);
    streamer.start = 100;
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 100), S_OK);
    until(atomic_load(&p.runs) ==
          1); /* by the one that waits: the gate is closed all the same */
    assert_true(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void the_end_of_the_stream_misses_it(void **state)
{
    struct probe p;

    (void)state;
    probe_init(&p, false);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, 100), S_OK);
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    rg_gate_end_of_stream(&gate);
    rg_gate_end(&gate);
    assert_int_equal(p.runs, 0);
    assert_int_equal(p.missed, 1);
    assert_int_equal(rg_gate_cancel_visit(&gate, &p.visit), S_FALSE);
}

static void a_hold_goes_first(void **state)
{
    struct probe p;

    (void)state;
    probe_init(&p, false);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(p.runs, 0);
    rg_gate_release(&gate);
    assert_int_equal(p.runs, 1);
}

/* Holds, uses and reads the gate from inside: nothing of that waits for itself. */
/* What is put off is the visit that is asked for, however long another one takes that is being made. */
static void a_hold_does_not_wait_for_another_visit(void **state)
{
    struct worker streamer;
    struct probe p, next;

    (void)state;
    probe_init(&p, true);
    probe_init(&next, false);
    hire(&streamer);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    tell(&streamer, ORDER_END);
    wait_for(p.began);
    assert_int_equal(rg_gate_visit(&gate, &next.visit, 100), S_OK);
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_OK);
    assert_int_equal(p.runs, 0); /* still at it */
    SetEvent(p.go_on);
    (void)result_of(&streamer);
    tell(&streamer, ORDER_BEGIN); /* at its start time 0: not due */
    assert_int_equal(result_of(&streamer), S_OK);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(rg_gate_hold_visit(&gate, false), S_OK);
    assert_int_equal(begin_at(&streamer, 100), S_OK);
    assert_int_equal(next.runs, 1);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
    probe_fini(&p);
}

static void nested_run(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start)
{
    struct probe *p = (struct probe *)visit;

    (void)by, (void)start;
    if (rg_gate_hold(&gate, WAIT_LONG) == S_OK) {
        atomic_fetch_add(&p->runs, 1);
        rg_gate_release(&gate);
    }
    if (rg_gate_begin(&gate, 5) == S_OK) {
        atomic_fetch_add(&p->runs, 1);
        rg_gate_end(&gate);
    }
}

static void the_visitor_is_not_in_its_own_way(void **state)
{
    struct probe p;

    (void)state;
    probe_init(&p, false);
    p.visit.run = nested_run;
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(p.runs, 2);
    assert_int_equal(rg_gate_begin(&gate, 0), S_OK); /* a user that edits its own link */
    assert_int_equal(rg_gate_visit(&gate, &p.visit, NO_TIME), S_OK);
    assert_int_equal(p.runs, 4);
    rg_gate_end(&gate);
}

/* ---- load ------------------------------------------------------------------------------------ */

#define VISITS 20000

static atomic_uint inside, visiting, trespasses, wrong_side;
static _Atomic(REFERENCE_TIME) cut; /* users before it start earlier, users after it do not */
static atomic_bool quit;

struct timed {
    struct rg_gate_visit visit; /* first */
    REFERENCE_TIME at;
    HANDLE done;
};

static void timed_run(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start)
{
    struct timed *t = (struct timed *)visit;

    (void)by, (void)start;
    atomic_fetch_add(&visiting, 1);
    if (atomic_load(&inside) != 0)
        atomic_fetch_add(&trespasses, 1);
    /* as an exchange of the link does */
    if (rg_gate_hold(&gate, WAIT_LONG) == S_OK)
        rg_gate_release(&gate);
    for (unsigned i = 0; i < 100; i++)
        if (atomic_load(&inside) != 0)
            atomic_fetch_add(&trespasses, 1);
    atomic_store(&cut, t->at);
    atomic_fetch_sub(&visiting, 1);
    SetEvent(t->done);
}

static _Atomic(REFERENCE_TIME) stream_now;

static void stream(void *arg)
{
    (void)arg;
    for (REFERENCE_TIME t = 0; !atomic_load(&quit); t++) {
        if (rg_gate_begin(&gate, t) != S_OK)
            continue;
        atomic_fetch_add(&inside, 1);
        if (atomic_load(&visiting) != 0)
            atomic_fetch_add(&trespasses, 1);
        if (atomic_load(&cut) > t)
            atomic_fetch_add(&wrong_side, 1); /* it met the new side too early */
        atomic_store(&stream_now, t);
        atomic_fetch_sub(&inside, 1);
        rg_gate_end(&gate);
    }
}

static void nobody_inside_and_nobody_on_the_wrong_side(void **state)
{
    struct rg_thread thread = { 0 };
    struct timed t = { .visit.run = timed_run, .done = event_new() };

    (void)state;
    atomic_store(&quit, false);
    assert_int_equal(rg_thread_start(&thread, "stream", stream, NULL), S_OK);
    for (unsigned i = 0; i < VISITS; i++) {
        bool timed = i % 4 == 0;

        t.at = atomic_load(&stream_now) + (timed ? 1 + i % 7 : 0);
        ResetEvent(t.done);
        assert_int_equal(rg_gate_visit(&gate, &t.visit, timed ? t.at : NO_TIME), S_OK);
        if (i % 16 == 0) {
            (void)rg_gate_hold_visit(&gate, true);
            sched_yield();
            (void)rg_gate_hold_visit(&gate, false);
        }
        if (i % 9 == 0 && rg_gate_cancel_visit(&gate, &t.visit) == S_OK)
            continue;
        wait_for(t.done);
    }
    atomic_store(&quit, true);
    rg_thread_join(&thread);
    CloseHandle(t.done);
    assert_int_equal(atomic_load(&trespasses), 0);
    assert_int_equal(atomic_load(&wrong_side), 0);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK); /* the counts are even */
    rg_gate_release(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(an_idle_gate_is_visited_at_once),
        WITH_GATE(a_closed_gate_is_visited_and_stays_closed),
        WITH_GATE(the_last_user_makes_it_as_it_leaves),
        WITH_GATE(users_wait_while_it_lasts),
        WITH_GATE(a_block_waits_for_the_visitor),
        WITH_GATE(waiters_leave_for_stop),
        WITH_GATE(it_comes_before_the_first_user_of_its_time),
        WITH_GATE(a_held_visit_keeps_back_whom_it_is_due_for),
        WITH_GATE(a_user_that_waits_already_makes_it),
        WITH_GATE(the_end_of_the_stream_misses_it),
        WITH_GATE(a_hold_goes_first),
        WITH_GATE(a_hold_does_not_wait_for_another_visit),
        WITH_GATE(the_visitor_is_not_in_its_own_way),
        WITH_GATE(nobody_inside_and_nobody_on_the_wrong_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
