/* SPDX-License-Identifier: MIT */
/* test_ladder.c - streams that part and meet again, thirty times: 2^30 ways, and every filter is visited once.
 *
 * Foreign filters, counted calls, no clock; and tees of ours, for a seek that comes up several legs.
 */
#include "transaction_test.h"

#define RUNGS                 30
#define MOST_CALLS_PER_FILTER 200 /* walks are counted in hundreds; 2^30 is not */

struct ladder {
    struct test_graph g;
    struct fake_filter *source, *sink, *parts[RUNGS], *lefts[RUNGS], *rights[RUNGS],
        *meets[RUNGS];
    unsigned runs; /* of all filters */
};

static void note_run(void *context)
{
    ++*(unsigned *)context;
}

static struct fake_filter *put(struct ladder *l, int inputs, int outputs)
{
    struct fake_config config = { .inputs = inputs,
                                  .outputs = outputs,
                                  .in_types = inputs > 0 ? "*" : NULL,
                                  .out_types = inputs > 0 ? "=" : "A",
                                  .on_run = note_run,
                                  .on_run_context = &l->runs };

    return graph_put(&l->g, &config);
}

static void join(struct ladder *l, struct fake_filter *from, int out, struct fake_filter *to,
                 int in)
{
    unsigned long before = fake_calls();

    assert_hr(CALL(l->g.builder, Connect, fake_out(from, out), fake_in(to, in)), S_OK);
    assert_true(fake_calls() - before < MOST_CALLS_PER_FILTER * 4 * RUNGS);
}

static void ladder_open(struct ladder *l)
{
    struct fake_filter *last;

    memset(l, 0, sizeof(*l));
    graph_open(&l->g);
    last = l->source = put(l, 0, 1);
    for (int i = 0; i < RUNGS; i++) {
        l->parts[i] = put(l, i == 0 ? 2 : 1, 2); /* the first one has an input to spare */
        l->lefts[i] = put(l, 1, 1);
        l->rights[i] = put(l, 1, 1);
        l->meets[i] = put(l, 2, i == RUNGS - 1 ? 2 : 1);
        join(l, last, 0, l->parts[i], 0);
        join(l, l->parts[i], 0, l->lefts[i], 0);
        join(l, l->parts[i], 1, l->rights[i], 0);
        join(l, l->lefts[i], 0, l->meets[i], 0);
        join(l, l->rights[i], 0, l->meets[i], 1);
        last = l->meets[i];
    }
    l->sink = put(l, 1, 0);
    join(l, last, 0, l->sink, 0);
}

static void test_states(void **state)
{
    struct ladder l;
    unsigned long before;

    (void)state;
    ladder_open(&l);
    before = fake_calls();
    assert_hr(CALL(l.g.control, Run), S_OK);
    assert_int_equal(l.runs, 4 * RUNGS + 2); /* each of them once */
    assert_hr(CALL(l.g.control, Pause), S_OK);
    assert_hr(CALL(l.g.control, Stop), S_OK);
    assert_true(fake_calls() - before < MOST_CALLS_PER_FILTER * (4 * RUNGS + 2));
    graph_close(&l.g);
}

static void test_circles(void **state)
{
    struct fake_filter *first, *last;
    unsigned long before;
    struct ladder l;

    (void)state;
    ladder_open(&l);
    first = l.parts[0];
    last = l.meets[RUNGS - 1];
    before = fake_calls();
    assert_hr(CALL(l.g.builder, ConnectDirect, fake_out(last, 1), fake_in(first, 1), NULL),
              VFW_E_CIRCULAR_GRAPH);
    assert_hr(CALL(l.g.builder, Connect, fake_out(last, 1), fake_in(first, 1)),
              VFW_E_CIRCULAR_GRAPH);
    assert_true(fake_calls() - before < MOST_CALLS_PER_FILTER * (4 * RUNGS + 2));
    assert_false(is_connected(fake_out(last, 1)));
    graph_close(&l.g);
}

/* In the middle, where both halves of the ladder have to be looked at. */
static void test_reconnected(void **state)
{
    unsigned long before;
    struct ladder l;

    (void)state;
    ladder_open(&l);
    assert_hr(CALL(l.g.builder, Disconnect, fake_out(l.meets[RUNGS / 2], 0)), S_OK);
    assert_hr(CALL(l.g.builder, Disconnect, fake_in(l.parts[RUNGS / 2 + 1], 0)), S_OK);
    before = fake_calls();
    join(&l, l.meets[RUNGS / 2], 0, l.parts[RUNGS / 2 + 1], 0);
    assert_true(fake_calls() - before < MOST_CALLS_PER_FILTER * (4 * RUNGS + 2));
    assert_hr(CALL(l.g.builder, RemoveFilter, &l.parts[RUNGS / 2]->base), S_OK);
    graph_close(&l.g);
}

/* ---- seeks ------------------------------------------------------------------------------------- */

#define LEGS 5

static unsigned runs_of(unsigned slot)
{
    unsigned run;

    pthread_mutex_lock(&kit_recorder[slot].lock);
    run = kit_recorder[slot].run;
    pthread_mutex_unlock(&kit_recorder[slot].lock);
    return run;
}

/* source ! tee ! tee ! ..., a sink at each leg: every sink is told of a seek, and the source moves once. */
static void test_a_seek_moves_the_source_once(void **state)
{
    LONGLONG to = 100 * KIT_SAMPLE_TIME;
    IBaseFilter *last;
    struct road r;
    unsigned before;

    (void)state;
    road_open_empty(&r);
    last = r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    for (int i = 0; i < LEGS; i++) {
        IBaseFilter *tee = road_put(&r, kit_filter(KIT_TEE), NULL), *sink;
        char slot[16];

        snprintf(slot, sizeof(slot), "slot=%d", i);
        sink = road_put(&r, kit_filter_with(KIT_SINK, slot), NULL);
        road_join(&r, free_pin(last, PINDIR_OUTPUT), kit_in(tee));
        road_join(&r, free_pin(tee, PINDIR_OUTPUT), kit_in(sink));
        last = tee;
    }
    road_run(&r);
    for (unsigned i = 0; i < LEGS; i++)
        assert_true(kit_wait_count(i, 10));
    before = runs_of(0);
    assert_true(SUCCEEDED(CALL(r.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning,
                               NULL, AM_SEEKING_NoPositioning)));
    for (unsigned i = 0; i < LEGS; i++)
        assert_true(kit_wait_more(i, 10));
    assert_int_equal(runs_of(0), before + 1);
    /* the next one is another one */
    to += KIT_SAMPLE_TIME;
    assert_true(SUCCEEDED(CALL(r.g.seeking, SetPositions, &to, AM_SEEKING_AbsolutePositioning,
                               NULL, AM_SEEKING_NoPositioning)));
    for (unsigned i = 0; i < LEGS; i++)
        assert_true(kit_wait_more(i, 10));
    assert_int_equal(runs_of(0), before + 2);
    road_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_reconnected),
        cmocka_unit_test(test_a_seek_moves_the_source_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
