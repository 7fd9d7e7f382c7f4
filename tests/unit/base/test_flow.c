/* SPDX-License-Identifier: MIT */
/* Numbered frames through small roads: to the end, through every wait that Stop or a seek has to end, and over changed roads. */
#include "flow.h"

#define ROUNDS 20

static struct listener events;

/* ---- to the end ------------------------------------------------------------------------------ */

static void run_road(const char *effect, int queue)
{
    IBaseFilter *f[4];
    unsigned n = 0;

    listener_init(&events);
    f[n++] = source_new(200);
    if (effect != NULL)
        f[n++] = effect_new(effect);
    if (queue > 0)
        f[n++] = queue_new(queue);
    f[n++] = sink_new(0, "plain");
    for (unsigned i = 0; i < n; i++)
        listen_to(&events, f[i]);
    for (unsigned i = 1; i < n; i++)
        join(f[i - 1], f[i]);
    all_run(f, n);
    until(atomic_load(&events.completes) != 0);
    all_stop(f, n);
    assert_int_equal(recorders[0].frames, 200);
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_int_equal(recorders[0].ended, 1);
    assert_int_equal(recorders[0].finished, 1);
    assert_int_equal(events.completes, 1);
    assert_int_equal(events.aborts, 0);
    all_free(f, n);
}

static void roads_to_the_end(void **state)
{
    (void)state;
    run_road(NULL, 0);
    run_road("inplace", 0);
    run_road("copying", 0);
    run_road("delay", 0);
    run_road(NULL, 1);
    run_road("inplace", 3);
    run_road("delay", 16);
}

/* A second run begins anew, and completes again. */
static void a_road_runs_twice(void **state)
{
    IBaseFilter *f[2] = { source_new(50), sink_new(0, "plain") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[1]);
    join(f[0], f[1]);
    for (unsigned run = 1; run <= 2; run++) {
        all_run(f, 2);
        until(atomic_load(&events.completes) == run);
        all_stop(f, 2);
    }
    assert_int_equal(recorders[0].ended, 2);
    all_free(f, 2);
}

/* ---- every wait ends with Stop; and with a seek ---------------------------------------------- */

enum place { AT_PREROLL = 1, AT_CLOCK, AT_GATE, AT_QUEUE, AT_BUFFER };

struct road {
    IBaseFilter *f[4];
    unsigned n;
    enum place place;
    struct hand_clock clock;
};

static void road_build(struct road *r, enum place place)
{
    memset(r, 0, sizeof(*r));
    r->place = place;
    r->f[r->n++] = source_new(-1);
    if (place == AT_QUEUE)
        r->f[r->n++] = queue_new(2);
    r->f[r->n++] = effect_new(place == AT_BUFFER ? "copying" : "inplace");
    r->f[r->n++] = sink_new(0, place == AT_CLOCK ? "synced" : "plain");
    for (unsigned i = 1; i < r->n; i++)
        join(r->f[i - 1], r->f[i]);
    for (unsigned i = 0; i < r->n; i++)
        listen_to(&events, r->f[i]);
    if (place == AT_CLOCK) {
        clock_init(&r->clock);
        assert_int_equal(IBaseFilter_SetSyncSource(r->f[r->n - 1], &r->clock.face), S_OK);
    }
}

/* Brings the streaming thread to its place. */
static void road_get_there(struct road *r)
{
    IBaseFilter *sink = r->f[r->n - 1], *effect = r->f[r->n - 2];
    REFERENCE_TIME held = -1;
    FILTER_STATE state;

    switch (r->place) {
    case AT_PREROLL:
    case AT_QUEUE:
        all_pause(r->f, r->n);
        assert_int_equal(IBaseFilter_GetState(sink, WAIT_LONG, &state), S_OK);
        if (r->place ==
            AT_QUEUE) /* one held by the sink, two in the ring, the fourth outside */
            until(samples_at(r->f[1], PINDIR_INPUT, 0) >= 4);
        break;
    case AT_CLOCK:
        clock_set(&r->clock, 0);
        all_run(r->f, r->n);
        until(atomic_load(&recorders[0].frames) == 1 && atomic_load(&r->clock.n_waiting) == 1);
        break;
    case AT_GATE:
        all_run(r->f, r->n);
        until(atomic_load(&recorders[0].frames) > 0);
        pin_block(effect, 0);
        until(pin_is_blocked(effect, &held) == S_OK && held >= 0);
        break;
    case AT_BUFFER:
        atomic_store(&recorders[0].keep, true);
        all_run(r->f, r->n);
        until(atomic_load(&recorders[0].frames) == 8); /* the link's default */
        until(samples_at(effect, PINDIR_INPUT, 0) == 9);
        break;
    }
}

static void road_leave(struct road *r)
{
    if (r->place == AT_GATE)
        pin_unblock(r->f[r->n - 2], 0);
    all_stop(r->f, r->n);
    recorder_let_go(&recorders[0]);
    all_free(r->f, r->n);
    if (r->place == AT_CLOCK)
        assert_int_equal(r->clock.refs, 0);
}

static void stop_at(enum place place)
{
    struct road r;

    listener_init(&events);
    for (unsigned round = 0; round < ROUNDS; round++) {
        road_build(&r, place);
        road_get_there(&r);
        all_stop(r.f, r.n); /* downstream first, as a graph does; it has to come back */
        assert_int_equal(events.aborts, 0); /* C-32 */
        road_leave(&r);
    }
}

static void stop_at_preroll(void **state)
{
    (void)state;
    stop_at(AT_PREROLL);
}

static void stop_at_the_clock(void **state)
{
    (void)state;
    stop_at(AT_CLOCK);
}

static void stop_at_the_gate(void **state)
{
    (void)state;
    stop_at(AT_GATE);
}

static void stop_at_a_full_queue(void **state)
{
    (void)state;
    stop_at(AT_QUEUE);
}

static void stop_at_get_buffer(void **state)
{
    (void)state;
    stop_at(AT_BUFFER);
}

/* The middle alone is stopped: at its own gate, and waiting for its own buffers. */
static void stop_in_the_middle(void **state)
{
    (void)state;
    listener_init(&events);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct road r;

        road_build(&r, round % 2 ? AT_GATE : AT_BUFFER);
        road_get_there(&r);
        assert_int_equal(IBaseFilter_Stop(r.f[r.n - 2]), S_OK);
        assert_int_equal(events.aborts, 0);
        road_leave(&r);
    }
}

static void seek_to(IBaseFilter *sink, LONGLONG position)
{
    IMediaSeeking *seeking = NULL;

    assert_int_equal(IBaseFilter_QueryInterface(sink, &IID_IMediaSeeking, (void **)&seeking),
                     S_OK);
    assert_int_equal(IMediaSeeking_SetPositions(seeking, &position,
                                                AM_SEEKING_AbsolutePositioning, NULL,
                                                AM_SEEKING_NoPositioning),
                     S_OK);
    IMediaSeeking_Release(seeking);
}

/* Flush releases the waits, the stream goes on from the new place: the first frame there is number 5000 (C-28). */
static void seek_at(enum place place)
{
    listener_init(&events);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct recorder *rec = &recorders[0];
        struct road r;

        road_build(&r, place);
        road_get_there(&r);
        if (place == AT_BUFFER)
            recorder_let_go(rec); /* what a sink keeps it gives back at a flush */
        seek_to(r.f[r.n - 1], 5000 * FRAME_TIME);
        if (place == AT_GATE) {
            unsigned before = atomic_load(&rec->frames);

            assert_int_equal(pin_is_blocked(r.f[r.n - 2], NULL), S_OK); /* still */
            assert_int_equal(atomic_load(&rec->frames), before);
            pin_unblock(r.f[r.n - 2], 0);
        }
        if (place == AT_CLOCK)
            clock_set(&r.clock, (REFERENCE_TIME)1 << 50);
        else if (place == AT_PREROLL || place == AT_QUEUE)
            all_run(r.f, r.n);
        until(atomic_load(&rec->last) >= 5000);
        if (place == AT_GATE)
            pin_block(r.f[r.n - 2], 0);
        assert_true(atomic_load(&rec->out_of_order) <= 1); /* the jump itself */
        assert_int_equal(events.aborts, 0);
        road_leave(&r);
    }
}

static void seek_at_preroll(void **state)
{
    (void)state;
    seek_at(AT_PREROLL);
}

static void seek_at_the_clock(void **state)
{
    (void)state;
    seek_at(AT_CLOCK);
}

static void seek_at_the_gate(void **state)
{
    (void)state;
    seek_at(AT_GATE);
}

static void seek_at_a_full_queue(void **state)
{
    (void)state;
    seek_at(AT_QUEUE);
}

static void seek_at_get_buffer(void **state)
{
    (void)state;
    seek_at(AT_BUFFER);
}

static void seek_while_it_streams(void **state)
{
    IBaseFilter *f[] = { source_new(-1), effect_new("delay"), queue_new(4),
                         sink_new(0, "plain") };

    (void)state;
    for (unsigned i = 1; i < COUNT_OF(f); i++)
        join(f[i - 1], f[i]);
    all_run(f, COUNT_OF(f));
    for (int i = 1; i <= 100; i++) {
        seek_to(f[3], (LONGLONG)i * 10000 * FRAME_TIME);
        if (i % 10 == 0)
            until(atomic_load(&recorders[0].last) >= i * 10000);
    }
    all_stop(f, COUNT_OF(f));
    assert_true(recorders[0].out_of_order <= 100);
    all_free(f, COUNT_OF(f));
}

/* ---- settings -------------------------------------------------------------------------------- */

static void settings_change_whole(void **state)
{
    static const char *const values[] = { "aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd" };
    IBaseFilter *f[] = { source_new(-1), effect_new("pair"), sink_new(0, "plain") };

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    for (unsigned i = 0; i < 4000; i++)
        option_set(f[1], "both", values[i % 4]);
    until(atomic_load(&recorders[0].frames) > 100);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].torn, 0);
    assert_int_equal(recorders[0].out_of_order, 0);
    all_free(f, COUNT_OF(f));
}

/* ---- tee and several inputs ------------------------------------------------------------------ */

static void legs_come_and_go(void **state)
{
    IBaseFilter *f[] = { source_new(-1), tee_new(), sink_new(0, "plain") };

    (void)state;
    join(f[0], f[1]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    for (unsigned round = 0; round < 50; round++) {
        IBaseFilter *guest = sink_new(1, "plain");
        int first; /* of those that are the guest's for sure */

        pin_block(f[1], 1);
        join(f[1], guest);
        first = atomic_load(&source_next);
        all_run(&guest, 1);
        pin_unblock(f[1], 1);
        until(atomic_load(&recorders[1].last) >= first + 3);
        pin_block(f[1], 1);
        part(guest);
        pin_unblock(f[1], 1);
        assert_int_equal(IBaseFilter_Stop(guest), S_OK);
        /* Before its own it gets what waited in the leg's pump as those before it left, with gaps where
         * there was no guest: how many is a matter of who is faster.  From its own on it gets each. */
        assert_true(recorders[1].gap_at <= first);
        assert_int_equal(recorders[1].behind, 0);
        assert_int_equal(IBaseFilter_Release(guest), 0);
    }
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].out_of_order, 0);
    assert_int_equal(recorders[0].torn, 0);
    all_free(f, COUNT_OF(f));
}

/* EC_COMPLETE once, after both inputs; one that leaves is not waited for. */
static void two_inputs(void **state)
{
    IBaseFilter *f[] = { source_new(30), source_new(60), sink_new(0, "many") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[2]);
    join(f[0], f[2]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    until(atomic_load(&events.completes) != 0);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].frames, 90);
    assert_int_equal(recorders[0].ended, 2);
    assert_int_equal(recorders[0].finished, 1);
    assert_int_equal(events.completes, 1);
    all_free(f, COUNT_OF(f));
}

static void an_input_that_leaves_is_not_waited_for(void **state)
{
    IBaseFilter *f[] = { source_new(30), source_new(-1), sink_new(0, "many") };

    (void)state;
    listener_init(&events);
    listen_to(&events, f[2]);
    join(f[0], f[2]);
    join(f[1], f[2]);
    all_run(f, COUNT_OF(f));
    until(atomic_load(&recorders[0].ended) == 1);
    assert_int_equal(events.completes, 0);
    pin_block(f[1], 0);
    part(f[1]);
    until(atomic_load(&events.completes) == 1);
    assert_int_equal(recorders[0].finished, 1);
    assert_true(recorders[0].left_before_finish); /* the class knew */
    pin_unblock(f[1], 0);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(events.completes, 1);
    all_free(f, COUNT_OF(f));
}

/* The class hears of nothing before an input is connected: of its start then, and of its end. */
static void an_unconnected_sink_is_idle(void **state)
{
    IBaseFilter *f[] = { source_new(5), sink_new(0, "plain") };

    (void)state;
    all_run(&f[1], 1);
    assert_int_equal(recorders[0].started, 0);
    assert_int_equal(recorders[0].finished, 0);
    join(f[0], f[1]);
    assert_int_equal(recorders[0].started, 1);
    all_run(f, 1);
    until(atomic_load(&recorders[0].finished) == 1);
    all_stop(f, COUNT_OF(f));
    assert_int_equal(recorders[0].frames, 5);
    assert_int_equal(recorders[0].started, 1);
    all_free(f, COUNT_OF(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roads_to_the_end),
        cmocka_unit_test(a_road_runs_twice),
        cmocka_unit_test(stop_at_preroll),
        cmocka_unit_test(stop_at_the_clock),
        cmocka_unit_test(stop_at_the_gate),
        cmocka_unit_test(stop_at_a_full_queue),
        cmocka_unit_test(stop_at_get_buffer),
        cmocka_unit_test(stop_in_the_middle),
        cmocka_unit_test(seek_at_preroll),
        cmocka_unit_test(seek_at_the_clock),
        cmocka_unit_test(seek_at_the_gate),
        cmocka_unit_test(seek_at_a_full_queue),
        cmocka_unit_test(seek_at_get_buffer),
        cmocka_unit_test(seek_while_it_streams),
        cmocka_unit_test(settings_change_whole),
        cmocka_unit_test(legs_come_and_go),
        cmocka_unit_test(two_inputs),
        cmocka_unit_test(an_input_that_leaves_is_not_waited_for),
        cmocka_unit_test(an_unconnected_sink_is_idle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
