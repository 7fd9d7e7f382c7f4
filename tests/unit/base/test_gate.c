/* SPDX-License-Identifier: MIT */
/* The gate against the state table of section 2.3 (C-15 … C-31), armed times, holds, and under load. */
#include "gate_test.h"

/* ---- arguments ------------------------------------------------------------------------------- */

static void arguments(void **state)
{
    HANDLE event = event_new();

    (void)state;
    assert_int_equal(rg_gate_block(&gate, 2, NULL), E_INVALIDARG); /* C-15 */
    assert_int_equal(rg_gate_block(&gate, 3, event), E_INVALIDARG);
    assert_int_equal(rg_gate_block(&gate, 0x80000000u, NULL), E_INVALIDARG);
    assert_int_equal(rg_gate_block(&gate, 0, event), E_INVALIDARG); /* C-16 */
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_FALSE);       /* C-17 */
    CloseHandle(event);
    assert_int_equal(rg_gate_block(&gate, BLOCK, event),
                     (HRESULT)0x80070006); /* a bad handle */
    assert_false(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_FALSE);
}

/* ---- idle ------------------------------------------------------------------------------------ */

static void an_idle_gate_closes_at_once(void **state)
{
    HANDLE event = event_new();

    (void)state;
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK); /* C-18 */
    assert_true(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    assert_false(is_closed());
    assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK); /* C-19 */
    assert_true(is_signalled(event));
    CloseHandle(event); /* C-30 */
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
}

/* C-22; and a refused one resets as well: the event is looked at before the state. */
static void a_signalled_event_is_reset(void **state)
{
    HANDLE event = event_new();

    (void)state;
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    SetEvent(event);
    assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK);
    assert_false(is_signalled(event));
    rg_gate_end(&gate);
    assert_true(is_signalled(event));
    assert_int_equal(rg_gate_block(&gate, BLOCK, event),
                     VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD);
    assert_false(is_signalled(event));
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    CloseHandle(event);
}

/* ---- in use ---------------------------------------------------------------------------------- */

static void a_used_gate_closes_after_the_last_use(void **state)
{
    struct worker streamer, blocker;
    HANDLE event = event_new();

    (void)state;
    hire(&streamer);
    hire(&blocker);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK); /* C-20 */
    assert_false(is_signalled(event));
    assert_false(is_closed());
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK); /* pending admits nested use */
    (void)order(&streamer, ORDER_END);
    assert_false(is_signalled(event));
    (void)order(&streamer, ORDER_END);
    assert_true(is_signalled(event));
    assert_true(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    /* synchronous: the caller waits */
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    tell(&blocker, ORDER_BLOCK);
    until(is_asked_to_close());
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), VFW_E_PIN_ALREADY_BLOCKED);
    assert_false(is_signalled(blocker.done));
    (void)order(&streamer, ORDER_END);
    assert_int_equal(result_of(&blocker), S_OK);
    assert_true(is_closed());
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK); /* C-25 */
    dismiss(&streamer);
    dismiss(&blocker);
    CloseHandle(event);
}

/* C-21 */
static void who_has_blocked_already(void **state)
{
    struct worker other;
    HANDLE event = event_new(), theirs = event_new();

    (void)state;
    hire(&other);
    other.event = theirs;
    for (int in_use = 0; in_use < 2; in_use++) {
        if (in_use)
            assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
        assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK);
        assert_int_equal(rg_gate_block(&gate, BLOCK, event), (HRESULT)0x80040293);
        assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), (HRESULT)0x80040293);
        assert_int_equal(order(&other, ORDER_ASYNC), (HRESULT)0x80040294);
        assert_int_equal(order(&other, ORDER_BLOCK), (HRESULT)0x80040294);
        assert_int_equal(order(&other, ORDER_OPEN), S_OK); /* C-25 */
        if (in_use)
            rg_gate_end(&gate);
        assert_int_equal(order(&other, ORDER_OPEN), S_FALSE);
    }
    dismiss(&other);
    CloseHandle(event);
    CloseHandle(theirs);
}

/* C-24, C-30 */
static void cancelling_signals(void **state)
{
    HANDLE event = event_new(), twin = NULL;

    (void)state;
    assert_true(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &twin, 0,
                                FALSE, DUPLICATE_SAME_ACCESS));
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK);
    CloseHandle(event);
    assert_false(is_signalled(twin));
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    assert_true(is_signalled(twin));
    rg_gate_end(&gate);
    assert_false(is_closed());
    CloseHandle(twin);
}

static void cancelling_releases_a_synchronous_caller(void **state)
{
    struct worker blocker;

    (void)state;
    hire(&blocker);
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    tell(&blocker, ORDER_BLOCK);
    until(rg_gate_block(&gate, 0, NULL) == S_OK);
    assert_int_equal(result_of(&blocker),
                     S_OK); /* as section 2.3 has it: no proof of a block */
    rg_gate_end(&gate);
    assert_false(is_closed());
    dismiss(&blocker);
}

/* Whoever blocks next may be faster than the one that was released; it has to leave all the same. */
static void the_next_block_does_not_keep_one_that_was_cancelled(void **state)
{
    HANDLE event = event_new();
    struct worker blocker;

    (void)state;
    hire(&blocker);
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    for (int i = 0; i < 20; i++) {
        tell(&blocker, ORDER_BLOCK);
        until(is_asked_to_close());
        assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
        assert_int_equal(rg_gate_block(&gate, BLOCK, event), S_OK);
        assert_int_equal(result_of(&blocker), S_OK);
        assert_false(is_closed());
        assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    }
    rg_gate_end(&gate);
    dismiss(&blocker);
    CloseHandle(event);
}

static void a_thread_does_not_wait_for_itself(void **state)
{
    (void)state;
    assert_int_equal(rg_gate_begin(&gate, NO_TIME), S_OK);
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), E_UNEXPECTED);
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_FALSE);
    rg_gate_end(&gate);
}

/* ---- closed ---------------------------------------------------------------------------------- */

/* C-23, C-26, C-27, C-28 */
static void waiters_leave_for_stop_and_flush(void **state)
{
    struct worker streamer;

    (void)state;
    hire(&streamer);
    for (int flush = 0; flush < 2; flush++) {
        void (*set)(struct rg_gate *, bool) =
            flush ? rg_gate_set_flushing : rg_gate_set_stopping;

        assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK);
        tell(&streamer, ORDER_BEGIN);
        until(waiting() == 1);
        set(&gate, true);
        assert_int_equal(result_of(&streamer), VFW_E_STATE_CHANGED);
        assert_int_equal(order(&streamer, ORDER_BEGIN), VFW_E_STATE_CHANGED);
        assert_true(is_closed());
        set(&gate, false);
        tell(&streamer, ORDER_BEGIN);
        until(waiting() == 1); /* still blocked */
        assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
        assert_int_equal(result_of(&streamer), S_OK);
        (void)order(&streamer, ORDER_END);
    }
    /* an open gate does not ask */
    rg_gate_set_stopping(&gate, true);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void a_waiter_tells_its_time(void **state)
{
    struct rg_gate_times times;
    struct worker streamer;

    (void)state;
    hire(&streamer);
    streamer.start = 77;
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK);
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    rg_gate_read(&gate, &times);
    assert_int_equal(times.held_start, 77);
    assert_int_equal(times.closings, 1);
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    rg_gate_read(&gate, &times);
    assert_int_equal(times.held_start, -1);
    assert_true(times.closed_ns > 0 && times.closed_max_ns >= times.closed_ns);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

static void trying_never_waits(void **state)
{
    (void)state;
    assert_int_equal(rg_gate_try_begin(&gate), S_OK);
    rg_gate_end(&gate);
    assert_int_equal(rg_gate_block(&gate, BLOCK, NULL), S_OK);
    assert_int_equal(rg_gate_try_begin(&gate), VFW_E_PIN_ALREADY_BLOCKED);
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
}

/* ---- armed times ----------------------------------------------------------------------------- */

static void an_armed_gate_closes_at_its_time(void **state)
{
    struct worker streamer;
    HANDLE event = event_new();

    (void)state;
    hire(&streamer);
    assert_int_equal(rg_gate_block_at(&gate, 100, NULL), E_POINTER);
    assert_int_equal(rg_gate_block_at(&gate, -1, NULL), S_FALSE);
    assert_int_equal(rg_gate_block_at(&gate, 100, event), S_OK);
    assert_int_equal(rg_gate_block_at(&gate, 200, event), VFW_E_PIN_ALREADY_BLOCKED);
    for (REFERENCE_TIME t = 0; t < 100; t += 33) {
        streamer.start = t;
        assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
        (void)order(&streamer, ORDER_END);
    }
    streamer.start = NO_TIME;
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    (void)order(&streamer, ORDER_END);
    assert_false(is_signalled(event));
    streamer.start = 100;
    tell(&streamer, ORDER_BEGIN);
    wait_for(event);
    assert_true(is_closed());
    /* the next one, while closed: no sample slips by */
    assert_int_equal(rg_gate_block_at(&gate, 50, event), S_OK);
    assert_false(is_signalled(event));
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    wait_for(event);
    assert_true(is_closed());
    assert_false(is_signalled(streamer.done));
    assert_int_equal(rg_gate_block(&gate, 0, NULL), S_OK);
    assert_int_equal(result_of(&streamer), S_OK);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
    CloseHandle(event);
}

static void disarming_and_the_end_of_the_stream_signal(void **state)
{
    HANDLE event = event_new();

    (void)state;
    assert_int_equal(rg_gate_block_at(&gate, 100, event), S_OK);
    assert_int_equal(rg_gate_block_at(&gate, -1, NULL), S_OK);
    assert_true(is_signalled(event));
    assert_int_equal(rg_gate_begin(&gate, 100), S_OK);
    rg_gate_end(&gate);
    assert_int_equal(rg_gate_block_at(&gate, 100, event), S_OK);
    assert_false(is_signalled(event));
    rg_gate_end_of_stream(&gate);
    assert_true(is_signalled(event));
    assert_false(is_closed());
    assert_int_equal(rg_gate_begin(&gate, 100), S_OK);
    rg_gate_end(&gate);
    CloseHandle(event);
}

/* ---- holds ----------------------------------------------------------------------------------- */

static void a_hold_keeps_everyone_out(void **state)
{
    struct worker streamer;

    (void)state;
    hire(&streamer);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_hold(&gate, 0), VFW_E_TIMEOUT);
    (void)order(&streamer, ORDER_END);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK); /* nests */
    tell(&streamer, ORDER_BEGIN);
    until(waiting() == 1);
    rg_gate_release(&gate);
    assert_int_equal(waiting(), 1);
    rg_gate_release(&gate);
    assert_int_equal(result_of(&streamer), S_OK);
    (void)order(&streamer, ORDER_END);
    dismiss(&streamer);
}

/* One thread edits its own link from inside; it goes on as soon as the others are out, not at its deadline. */
static void a_hold_from_inside_waits_for_the_others_alone(void **state)
{
    struct worker owner, guest;
    int64_t begun = rg_time_now_ns();

    (void)state;
    hire(&owner);
    hire(&guest);
    assert_int_equal(order(&owner, ORDER_BEGIN), S_OK);
    assert_int_equal(order(&guest, ORDER_BEGIN), S_OK);
    tell(&owner, ORDER_HOLD);
    until(rg_gate_try_begin(&gate) != S_OK || (rg_gate_end(&gate), false));
    (void)order(&guest, ORDER_END);
    assert_int_equal(result_of(&owner), S_OK);
    assert_true(rg_time_now_ns() - begun < WAIT_LONG * RG_NS_PER_MS / 2);
    rg_gate_release(&gate);
    (void)order(&owner, ORDER_END);
    dismiss(&owner);
    dismiss(&guest);
}

static void a_new_owner_after_rest(void **state)
{
    struct worker first, second;

    (void)state;
    hire(&first);
    hire(&second);
    assert_int_equal(order(&first, ORDER_BEGIN), S_OK);
    rg_gate_rest(&gate); /* in use: nothing changes */
    assert_true(atomic_load(&gate.owner) != 0);
    (void)order(&first, ORDER_END);
    rg_gate_rest(&gate);
    assert_int_equal(order(&second, ORDER_BEGIN), S_OK);
    assert_int_equal(order(&first, ORDER_BEGIN), S_OK);
    (void)order(&second, ORDER_END);
    assert_int_equal(rg_gate_hold(&gate, 0), VFW_E_TIMEOUT);
    (void)order(&first, ORDER_END);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK);
    rg_gate_release(&gate);
    dismiss(&first);
    dismiss(&second);
}

/* ---- load: C-31 ------------------------------------------------------------------------------ */

#define CYCLES 10000

static atomic_uint inside, closed_by;
static atomic_bool quit;
static atomic_uint passed, trespasses;

static void stream(void *arg)
{
    (void)arg;
    for (REFERENCE_TIME t = 0; !atomic_load(&quit); t++) {
        if (rg_gate_begin(&gate, t) != S_OK)
            continue;
        atomic_fetch_add(&inside, 1);
        if (atomic_load(&closed_by) != 0)
            atomic_fetch_add(&trespasses, 1);
        atomic_fetch_sub(&inside, 1);
        atomic_fetch_add_explicit(&passed, 1, memory_order_relaxed);
        rg_gate_end(&gate);
    }
}

static void control(void *arg)
{
    HANDLE event = arg;

    for (unsigned i = 0; i < CYCLES; i++) {
        HRESULT hr = rg_gate_block(&gate, BLOCK, i % 2 ? event : NULL);

        if (hr == S_OK && i % 2)
            WaitForSingleObject(event, INFINITE);
        if (hr == S_OK) {
            /* nobody cancels here, so it is blocked, and by us */
            atomic_fetch_add(&closed_by, 1);
            if (atomic_load(&inside) != 0)
                atomic_fetch_add(&trespasses, 1);
            sched_yield();
            atomic_fetch_sub(&closed_by, 1);
            if (rg_gate_block(&gate, 0, NULL) != S_OK)
                atomic_fetch_add(&trespasses, 1);
        } else if (i % 16 == 0 && rg_gate_hold(&gate, WAIT_LONG) == S_OK) {
            if (atomic_load(&inside) != 0)
                atomic_fetch_add(&trespasses, 1);
            rg_gate_release(&gate);
        }
    }
}

static void nobody_inside_while_closed(void **state)
{
    struct rg_thread streams[2] = { 0 }, controls[2] = { 0 };
    HANDLE events[2] = { event_new(), event_new() };

    (void)state;
    atomic_store(&quit, false);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(rg_thread_start(&streams[i], "stream", stream, NULL), S_OK);
        assert_int_equal(rg_thread_start(&controls[i], "control", control, events[i]), S_OK);
    }
    for (unsigned i = 0; i < 2; i++)
        rg_thread_join(&controls[i]);
    atomic_store(&quit, true);
    for (unsigned i = 0; i < 2; i++) {
        rg_thread_join(&streams[i]);
        CloseHandle(events[i]);
    }
    assert_int_equal(atomic_load(&trespasses), 0);
    assert_true(atomic_load(&passed) > 0);
    assert_int_equal(rg_gate_hold(&gate, 0), S_OK); /* the counts are even */
    rg_gate_release(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(arguments),
        WITH_GATE(an_idle_gate_closes_at_once),
        WITH_GATE(a_signalled_event_is_reset),
        WITH_GATE(a_used_gate_closes_after_the_last_use),
        WITH_GATE(who_has_blocked_already),
        WITH_GATE(cancelling_signals),
        WITH_GATE(cancelling_releases_a_synchronous_caller),
        WITH_GATE(the_next_block_does_not_keep_one_that_was_cancelled),
        WITH_GATE(a_thread_does_not_wait_for_itself),
        WITH_GATE(waiters_leave_for_stop_and_flush),
        WITH_GATE(a_waiter_tells_its_time),
        WITH_GATE(trying_never_waits),
        WITH_GATE(an_armed_gate_closes_at_its_time),
        WITH_GATE(disarming_and_the_end_of_the_stream_signal),
        WITH_GATE(a_hold_keeps_everyone_out),
        WITH_GATE(a_hold_from_inside_waits_for_the_others_alone),
        WITH_GATE(a_new_owner_after_rest),
        WITH_GATE(nobody_inside_while_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
