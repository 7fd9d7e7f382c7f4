/* SPDX-License-Identifier: MIT */
/* The media type changes while samples flow: each arrives under the type in which it was sent, whatever is edited meanwhile. */
#include "kit_internal.h"
#include "fake_filter.h"
#include "transaction_test.h"

#define EVERY 3 /* samples in one format, on average */

static IBaseFilter *changing_source(void)
{
    return kit_filter_with(KIT_SOURCE, "formats=3");
}

/* That number is in. */
static int format_of(int64_t number)
{
    int format = 0;

    for (int64_t i = 1; i <= number; i++)
        format += kit_format_ends(i, EVERY);
    return format % KIT_FORMATS;
}

/* From there on: a number so that another format begins within the next three, and goes on. */
static int64_t before_a_change(int64_t number)
{
    while (format_of(number - 1) == format_of(number + 2) ||
           format_of(number + 2) != format_of(number + 3))
        number++;
    return number;
}

static void assert_typed(unsigned slot)
{
    uint64_t mistyped;

    assert_flows(slot);
    pthread_mutex_lock(&kit_recorder[slot].lock);
    mistyped = kit_recorder[slot].mistyped;
    pthread_mutex_unlock(&kit_recorder[slot].lock);
    assert_int_equal(mistyped, 0);
}

static int format_at(IPin *pin)
{
    AM_MEDIA_TYPE type;

    assert_hr(CALL(pin, ConnectionMediaType, &type), S_OK);
    return kit_format_of(&type);
}

static void through_every_kind(void **state)
{
    const enum kit_kind kinds[] = { KIT_PASS, KIT_HOLD, KIT_QUEUE, KIT_TEE };

    (void)state;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct road r;

        road_open(&r, changing_source(), kit_filter(kinds[i]), kit_filter(KIT_SINK));
        kit_let_until(200);
        road_run(&r);
        assert_true(kit_wait_count(0, kinds[i] == KIT_HOLD ? 197 : 200));
        if (kinds[i] != KIT_HOLD) { /* each end knows what came last */
            assert_int_equal(format_at(kit_out(r.source)), format_of(199));
            assert_int_equal(format_at(kit_in(r.middle)), format_of(199));
            assert_int_equal(format_at(kit_in(r.sink)), format_of(199));
        }
        kit_let_all();
        assert_typed(0);
        road_close(&r);
    }
}

/* Legs with a thread of their own; the second one comes while the first plays. */
static void legs_of_a_tee(void **state)
{
    IBaseFilter *queue = kit_filter_with(KIT_QUEUE, "size=4"),
                *late = kit_filter_with(KIT_FREE_SINK, "slot=1");
    IGraphTransaction *t;
    struct road r;

    (void)state;
    road_open(&r, changing_source(), kit_filter(KIT_TEE), kit_filter(KIT_SINK));
    road_run(&r);
    assert_typed(0);
    t = begin(&r);
    assert_hr(CALL(t, Add, queue, NULL), S_OK);
    assert_hr(CALL(t, Add, late, NULL), S_OK);
    assert_hr(CALL(t, Connect, free_pin(r.middle, PINDIR_OUTPUT), kit_in(queue), NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(queue), kit_in(late), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    LET_GO(queue);
    LET_GO(late);
    assert_typed(0);
    assert_typed(1);
    road_close(&r);
}

/* What was made ready for one type, and cut in when another is there. */
static void prepared_before_the_change(void **state)
{
    const enum kit_kind kinds[] = { KIT_PASS, KIT_HOLD, KIT_QUEUE };
    struct road r;
    int64_t number = 50;

    (void)state;
    road_open(&r, changing_source(), kit_filter(KIT_HOLD), kit_filter(KIT_SINK));
    kit_let_until(number);
    road_run(&r);
    for (unsigned i = 0; i < 12; i++) {
        IBaseFilter *fx = kit_filter(kinds[i % 3]);
        IGraphTransaction *t = begin(&r);

        number = before_a_change(number + 10);
        kit_let_until(number);
        assert_true(kit_wait_count(0, (uint64_t)number - 3));
        assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
        assert_hr(CALL(t, Prepare), S_OK);
        kit_let_until(number + 3);
        assert_true(kit_wait_count(0, (uint64_t)number));
        assert_hr(CALL(t, Commit, -1, NULL), S_OK);
        r.middle = fx;
        LET_GO(t);
        LET_GO(fx);
    }
    kit_let_all();
    assert_typed(0);
    road_close(&r);
}

/* A filter is told of its new neighbour while it starts anew for another type: that is its own stream's affair, and
 * nobody waits for it. */
static void edit_behind_a_change(void **state)
{
    IBaseFilter *fx = kit_filter(KIT_PASS);
    HANDLE done = new_event();
    IGraphTransaction *t;
    struct road r;

    (void)state;
    road_open(&r, changing_source(), kit_filter_with(KIT_PASS, "hang_start=1"),
              kit_filter(KIT_SINK));
    assert_hr(CALL(r.edit, Insert, kit_out(r.middle), fx, NULL, NULL, NULL), S_OK);
    road_run(&r);
    assert_true(kit_wait_hanging());
    t = begin(&r);
    assert_hr(CALL(t, Remove, fx), S_OK);
    assert_hr(CALL(t, Commit, -1, done), S_OK);
    wait_event(done);
    assert_hr(CALL(t, GetResult), S_OK);
    LET_GO(t);
    LET_GO(fx);
    kit_never_hang(true);
    assert_flows(0);
    assert_typed(0);
    CloseHandle(done);
    road_close(&r);
    kit_never_hang(false);
}

/* One that takes the type of then and not the one of now: all stays as it is. */
static void newcomer_that_does_not_follow(void **state)
{
    int64_t number = before_a_change(50);
    IBaseFilter *fx = kit_filter(KIT_PASS);
    IGraphTransaction *t;
    struct road r;

    (void)state;
    assert_hr(kit_set(fx, "only", format_of(number - 1)), S_OK);
    road_open(&r, changing_source(), kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    kit_let_until(number);
    road_run(&r);
    assert_true(kit_wait_count(0, (uint64_t)number));
    t = begin(&r);
    assert_hr(CALL(t, Swap, r.middle, fx, "fx"), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    kit_let_until(number + 3);
    assert_true(kit_wait_count(0, (uint64_t)number + 3));
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_TYPE_NOT_ACCEPTED);
    LET_GO(t);
    assert_false(kit_in_graph(fx));
    LET_GO(fx);
    kit_let_all();
    assert_typed(0);
    road_close(&r);
}

/* A filter that stays gets its input exchanged for one of another type, while its own output is
 * closed by the same edit: what it holds goes out when that is over. */
static void exchanged_between_closed_gates(void **state)
{
    IBaseFilter *front = kit_filter(KIT_PASS), *behind = kit_filter(KIT_PASS), *old_front,
                *old_behind;
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 5000 };
    int64_t number = before_a_change(50);
    IGraphTransaction *t;
    struct road r;

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, changing_source(), L"source");
    old_front = road_put(&r, kit_filter(KIT_PASS), L"front");
    r.middle = road_put(&r, kit_filter(KIT_HOLD), L"fx");
    old_behind = road_put(&r, kit_filter(KIT_PASS), L"behind");
    r.sink = road_put(&r, kit_filter(KIT_SINK), L"sink");
    road_join(&r, kit_out(r.source), kit_in(old_front));
    road_join(&r, kit_out(old_front), kit_in(r.middle));
    road_join(&r, kit_out(r.middle), kit_in(old_behind));
    road_join(&r, kit_out(old_behind), kit_in(r.sink));
    kit_let_until(number);
    road_run(&r);
    assert_true(kit_wait_count(0, (uint64_t)number - 3));
    t = begin_with(&r, &request);
    assert_hr(CALL(t, Swap, old_front, front, "fx"), S_OK);
    assert_hr(CALL(t, Swap, old_behind, behind, "fx"), S_OK);
    assert_hr(CALL(t, Prepare), S_OK);
    kit_let_until(number + 3);
    assert_true(kit_wait_count(0, (uint64_t)number));
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    kit_let_all();
    LET_GO(t);
    LET_GO(front);
    LET_GO(behind);
    assert_typed(0);
    road_close(&r);
}

/* A change that was flushed, or that waited in a queue when all was stopped, is told again. */
static void told_again_after_a_loss(void **state)
{
    OAFilterState now;
    struct road r;

    (void)state;
    road_open(&r, changing_source(), kit_filter_with(KIT_QUEUE, "size=5"),
              kit_filter(KIT_SINK));
    for (unsigned i = 0; i < 40; i++) {
        LONGLONG to = i * 1000 * (LONGLONG)KIT_SAMPLE_TIME;
        IMediaSeeking *seeking = NULL;

        assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &now), S_OK);
        if (i % 2 == 0) {
            assert_hr(CALL(r.g.builder, QueryInterface, &IID_IMediaSeeking, (void **)&seeking),
                      S_OK);
            assert_true(
                SUCCEEDED(CALL(seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning, NULL,
                               AM_SEEKING_NoPositioning)));
            LET_GO(seeking);
        } else {
            assert_hr(CALL(r.g.control, Stop), S_OK);
        }
        road_run(&r);
        assert_typed(0);
    }
    road_close(&r);
}

/* The first sample of another format is inside a foreign filter when all stops, and is dropped there. */
static void told_again_to_a_foreign_filter(void **state)
{
    struct fake_config config = { .name = "foreign",
                                  .inputs = 1,
                                  .outputs = 1,
                                  .in_types = "a",
                                  .out_types = "=",
                                  .holds = 1 };
    int64_t number = 50;
    struct road r;

    (void)state;
    while (format_of(number) == format_of(number - 1) ||
           format_of(number + 1) != format_of(number))
        number++;
    road_open(&r, changing_source(), &fake_filter_new(&config)->base, kit_filter(KIT_SINK));
    kit_let_until(number + 1);
    road_run(&r);
    assert_true(kit_wait_count(0, (uint64_t)number));
    assert_hr(CALL(r.g.control, Stop), S_OK);
    kit_let_all();
    road_run(&r);
    assert_typed(0);
    road_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edit_behind_a_change),
        cmocka_unit_test(through_every_kind),
        cmocka_unit_test(legs_of_a_tee),
        cmocka_unit_test(prepared_before_the_change),
        cmocka_unit_test(newcomer_that_does_not_follow),
        cmocka_unit_test(exchanged_between_closed_gates),
        cmocka_unit_test(told_again_after_a_loss),
        cmocka_unit_test(told_again_to_a_foreign_filter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
