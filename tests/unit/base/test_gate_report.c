/* SPDX-License-Identifier: MIT */
/* What a gate tells of itself, and of those who wait to have it for themselves. */
#include "gate_test.h"

#include <stdio.h>

#include "platform/memory.h"
#include "platform/waits.h"

/* Until the report says it; the gate's pin has no name here. */
static void until_said(const char *words)
{
    int64_t deadline = rg_time_deadline_ns(WAIT_LONG);
    static char *text; /* as in test_waits.c of the platform */

    for (;;) {
        bool said;

        assert_int_equal(rg_waits_report(NULL, &text), S_OK);
        said = strstr(text, words) != NULL;
        if (!said && rg_time_now_ns() > deadline)
            fail_msg("nobody says \"%s\":\n%s", words, text);
        rg_free(text);
        if (said)
            return;
        sched_yield();
    }
}

static void name(char *words, size_t size, const char *before, struct worker *w)
{
    snprintf(words, size, "%sworker (%u)", before, (unsigned)rg_thread_id(&w->thread));
}

static void a_hold_waits_for_samples_inside(void **state)
{
    struct worker streamer, holder;
    char words[96];

    (void)state;
    hire(&streamer);
    hire(&holder);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    tell(&holder, ORDER_HOLD);
    name(words, sizeof(words), "s for samples to leave the gate, held by ", &streamer);
    until_said(words);
    until_said("held for a change of the link for ");
    (void)order(&streamer, ORDER_END);
    assert_int_equal(result_of(&holder), S_OK);
    rg_gate_release(&gate);
    dismiss(&streamer);
    dismiss(&holder);
}

/* A visit that lasts. */
struct long_visit {
    struct rg_gate_visit visit; /* first */
    HANDLE began, go_on;
};

static void long_visit_run(struct rg_gate_visit *visit, DWORD by, REFERENCE_TIME start)
{
    struct long_visit *v = (struct long_visit *)visit;

    (void)by, (void)start;
    SetEvent(v->began);
    WaitForSingleObject(v->go_on, WAIT_LONG);
}

static void hold_back_visits(void *arg)
{
    *(HRESULT *)arg = rg_gate_hold_visit(&gate, true);
}

static void who_comes_waits_for_the_visit(void **state)
{
    struct long_visit v = { { long_visit_run }, event_new(), event_new() };
    struct worker streamer, holder;
    struct rg_thread putter = { 0 };
    HRESULT put = E_PENDING;
    char words[96];

    (void)state;
    hire(&streamer);
    hire(&holder);
    assert_int_equal(order(&streamer, ORDER_BEGIN), S_OK);
    assert_int_equal(rg_gate_visit(&gate, &v.visit, NO_TIME), S_OK);
    until_said("a change of its link is pending for ");
    tell(&streamer, ORDER_END);
    wait_for(v.began);
    name(words, sizeof(words), " by ", &streamer);
    until_said("its link is being changed for ");
    until_said(words);
    tell(&holder, ORDER_HOLD);
    name(words, sizeof(words), "s for a change of the link to be over, held by ", &streamer);
    until_said(words);
    assert_int_equal(rg_thread_start(&putter, "putter", hold_back_visits, &put), S_OK);
    until_said("putter (");
    until_said(words);
    SetEvent(v.go_on);
    assert_int_equal(result_of(&streamer), S_OK);
    assert_int_equal(result_of(&holder), S_OK);
    rg_gate_release(&gate);
    rg_thread_join(&putter);
    assert_int_equal(put, S_FALSE);
    dismiss(&streamer);
    dismiss(&holder);
    CloseHandle(v.began);
    CloseHandle(v.go_on);
}

static void a_visit_that_is_put_off(void **state)
{
    struct long_visit v = { { long_visit_run }, NULL, NULL };

    (void)state;
    assert_int_equal(rg_gate_visit(&gate, &v.visit, 20000000), S_OK);
    until_said("a change of its link is pending for ");
    until_said("(at a sample of 2.000 s or later)");
    assert_int_equal(rg_gate_hold_visit(&gate, true), S_OK);
    until_said("a change of its link is put off for ");
    assert_int_equal(rg_gate_cancel_visit(&gate, &v.visit), S_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hold_waits_for_samples_inside, setup, teardown),
        cmocka_unit_test_setup_teardown(who_comes_waits_for_the_visit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_visit_that_is_put_off, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
