/* SPDX-License-Identifier: MIT */
/* test_flow_graph.c - C-71 to C-80: states, the end of all streams, versions, clocks and choices of the whole graph. */
#include "conformance.h"

/* ---- order ----------------------------------------------------------------------------------------------------- */

/* What the neighbours of ours are, at the moment a foreign filter is told to pause or stop. */
struct witness {
    IBaseFilterVtbl vtbl, was;
    IBaseFilter *of;                /* whose states are written down */
    FILTER_STATE at_pause, at_stop; /* at the first call */
    unsigned pauses, stops;
};

static HRESULT STDMETHODCALLTYPE witness_pause(IBaseFilter *face)
{
    struct witness *w = CONTAINING_RECORD(face->lpVtbl, struct witness, vtbl);

    if (w->pauses++ == 0)
        w->at_pause = kit_state(w->of);
    return w->was.Pause(face);
}

static HRESULT STDMETHODCALLTYPE witness_stop(IBaseFilter *face)
{
    struct witness *w = CONTAINING_RECORD(face->lpVtbl, struct witness, vtbl);

    if (w->stops++ == 0)
        w->at_stop = kit_state(w->of);
    return w->was.Stop(face);
}

static void witness_attach(struct witness *w, struct fake_filter *filter, IBaseFilter *of)
{
    memset(w, 0, sizeof(*w));
    w->was = w->vtbl = *filter->base.lpVtbl;
    w->vtbl.Pause = witness_pause;
    w->vtbl.Stop = witness_stop;
    w->of = of;
    filter->base.lpVtbl = &w->vtbl;
}

static struct fake_log order = FAKE_LOG_INIT;

static void comes_before(const char *first, const char *then)
{
    const char *a = strstr(order.text, first), *b = strstr(order.text, then);

    if (a == NULL || b == NULL || a > b)
        fail_msg("%sis not before %sin: %s", first, then, order.text);
}

/* source ! through ! tee of ours ! one, two; added from either end. */
static void foreign_order(bool from_the_end)
{
    struct fake_config source = foreign_source, through = foreign_pass, one = foreign_sink,
                       two = foreign_sink;
    struct fake_filter *made[4];
    IBaseFilter *tee;
    struct road r;

    source.log = through.log = one.log = two.log = &order;
    through.name = "through";
    one.name = "one";
    two.name = "two";
    made[0] = fake_filter_new(&source);
    made[1] = fake_filter_new(&through);
    made[2] = fake_filter_new(&one);
    made[3] = fake_filter_new(&two);
    road_open_empty(&r);
    for (unsigned i = 0; i < 4; i++)
        (void)road_put(&r, &made[from_the_end ? 3 - i : i]->base, NULL);
    tee = road_put(&r, kit_filter(KIT_TEE), L"tee");
    road_join(&r, fake_out(made[0], 0), fake_in(made[1], 0));
    road_join(&r, fake_out(made[1], 0), kit_in(tee));
    road_join(&r, kit_out(tee), fake_in(made[2], 0));
    road_join(&r, nth_pin(tee, PINDIR_OUTPUT, 1), fake_in(made[3], 0));
    for (unsigned round = 0; round < 2; round++) {
        fake_log_clear(&order);
        assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        comes_before("one:pause ", "through:pause ");
        comes_before("two:pause ", "through:pause ");
        comes_before("through:pause ", "source:pause ");
        if (round == 1)
            road_run(&r);
        fake_log_clear(&order);
        assert_hr(CALL(r.g.control, Stop), S_OK);
        comes_before("one:stop ", "through:stop ");
        comes_before("two:stop ", "through:stop ");
        comes_before("through:stop ", "source:stop ");
        if (round == 1) /* a running graph pauses first */
            comes_before("source:pause ", "one:stop ");
    }
    road_close(&r);
}

static void order_of_ours(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct fake_filter *source = fake_filter_new(&foreign_source),
                           *sink = fake_filter_new(&foreign_sink);
        struct witness w;
        struct road r;

        if (i == 0) { /* a source sees our renderer change before it */
            fake_release(sink);
            road_open(&r, &source->base, kit_filter(KIT_PASS), kit_filter(KIT_FREE_SINK));
            witness_attach(&w, source, r.sink);
        } else { /* a renderer changes before our source */
            fake_release(source);
            road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), &sink->base);
            witness_attach(&w, sink, r.source);
        }
        assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        assert_int_equal(w.at_pause, i == 0 ? State_Paused : State_Stopped);
        assert_hr(CALL(r.g.control, Stop), S_OK);
        assert_int_equal(w.at_stop, i == 0 ? State_Stopped : State_Paused);
        assert_true(w.pauses > 0 && w.stops > 0);
        road_close(&r);
    }
}

static void c_71_renderers_first(void **state)
{
    (void)state;
    foreign_order(false);
    foreign_order(true);
    order_of_ours();
}

/* ---- cueing ------------------------------------------------------------------------------------------------------ */

static void state_is(struct road *r, LONG timeout_ms, HRESULT wanted)
{
    OAFilterState state = -1;

    assert_hr(CALL(r->g.control, GetState, timeout_ms, &state), wanted);
    assert_int_equal(state, State_Paused);
}

static void c_72_a_renderer_lacks_data(void **state)
{
    struct fake_config prerolls = foreign_sink, silent = foreign_source;
    struct fake_filter *sink;
    struct fed_road f;
    struct pin_call c;
    struct elsewhere e;

    (void)state;
    prerolls.prerolls = true;
    silent.samples = 0;
    /* ours, and beside it one that has its data */
    fed_prepare(&f, kit_filter(KIT_PASS), kit_filter(KIT_SINK));
    add_metronome(&f.r);
    assert_hr(CALL(f.r.g.control, Pause), S_FALSE);
    state_is(&f.r, 0, VFW_S_STATE_INTERMEDIATE);
    state_is(&f.r, 20, VFW_S_STATE_INTERMEDIATE);
    c = (struct pin_call){ &f.feed, f.in, 0 };
    elsewhere_start(&e, call_receive, &c); /* held until it runs */
    state_is(&f.r, KIT_WAIT_MS, S_OK);
    state_is(&f.r, 0, S_OK);
    assert_false(elsewhere_is_back(&e));
    road_run(&f.r);
    assert_hr(elsewhere_join(&e), S_OK);
    fed_close(&f);
    /* foreign */
    sink = fake_filter_new(&prerolls);
    road_open(&f.r, &fake_filter_new(&silent)->base, &fake_filter_new(&foreign_pass)->base,
              &sink->base);
    assert_hr(CALL(f.r.g.control, Pause), S_FALSE);
    state_is(&f.r, 0, VFW_S_STATE_INTERMEDIATE);
    fake_cue(sink);
    state_is(&f.r, KIT_WAIT_MS, S_OK);
    road_close(&f.r);
}

static void c_73_a_live_source(void **state)
{
    struct fake_config live = foreign_source, prerolls = foreign_sink;

    (void)state;
    live.live = true;
    live.samples = 0;
    prerolls.prerolls = true;
    for (unsigned i = 0; i < 4; i++) {
        IBaseFilter *source = i % 2 == 0 ? live_source_new() : &fake_filter_new(&live)->base;
        IBaseFilter *sink =
            i / 2 == 0 ? kit_filter(KIT_SINK) : &fake_filter_new(&prerolls)->base;
        OAFilterState now;
        struct road r;

        road_open(&r, source, kit_filter(KIT_PASS), sink);
        assert_true(SUCCEEDED(CALL(r.g.control, Pause)));
        state_is(&r, 0, VFW_S_CANT_CUE);
        state_is(&r, INFINITE, VFW_S_CANT_CUE); /* nobody is waited for */
        assert_true(SUCCEEDED(CALL(r.g.control, Run)));
        assert_hr(CALL(r.g.control, GetState, KIT_WAIT_MS, &now), S_OK);
        assert_int_equal(now, State_Running);
        assert_int_equal(kit_state(sink), State_Running);
        if (i == 0) /* and then it has something to say */
            assert_flows(0);
        road_close(&r);
    }
}

/* ---- the end of all streams ---------------------------------------------------------------------------------------- */

/* source ! tee ! two renderers, hand-fed; each ours or foreign. */
struct fork {
    struct fed_road f;
    IBaseFilter *sinks[2];
};

static IBaseFilter *renderer(bool foreign, unsigned slot)
{
    return foreign ? &fake_filter_new(&foreign_sink)->base
                   : kit_filter_with(KIT_FREE_SINK, slot == 0 ? "slot=0" : "slot=1");
}

static void fork_open(struct fork *k, unsigned kinds)
{
    k->sinks[0] = renderer((kinds & 1) != 0, 0);
    fed_prepare(&k->f, kit_filter(KIT_TEE), k->sinks[0]);
    k->sinks[1] = road_put(&k->f.r, renderer((kinds & 2) != 0, 1), L"second");
    road_join(&k->f.r, nth_pin(k->f.r.middle, PINDIR_OUTPUT, 1), kit_in(k->sinks[1]));
    road_run(&k->f.r);
    feed_range(&k->f.feed, k->f.in, 0, 5);
}

/* The only event of its kind, and what it carries. */
static void completes_once(struct test_graph *g, DWORD timeout_ms)
{
    LONG_PTR p1 = -1, p2 = -1;
    LONG code = 0;

    do
        assert_hr(CALL(g->event, GetEvent, &code, &p1, &p2, (LONG)timeout_ms), S_OK);
    while (code != EC_COMPLETE);
    assert_int_equal(p1, S_OK);
    assert_int_equal(p2, 0);
    assert_int_equal(count_events(g, EC_COMPLETE), 0);
}

static void c_74_one_completion(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct fork k;
        unsigned first = i / 4;

        fork_open(&k, i);
        for (unsigned round = 0; round < 2; round++) {
            assert_hr(CALL(kit_in(k.sinks[first]), EndOfStream), S_OK); /* posts, or not, now */
            assert_int_equal(count_events(&k.f.r.g, EC_COMPLETE), 0);
            assert_hr(CALL(kit_in(k.sinks[1 - first]), EndOfStream), S_OK);
            completes_once(&k.f.r.g, 0);
            assert_hr(CALL(k.f.r.g.control, Stop), S_OK); /* and again from the start */
            road_run(&k.f.r);
        }
        /* down the road, through the tee */
        assert_hr(CALL(k.f.in, EndOfStream), S_OK);
        completes_once(&k.f.r.g, KIT_WAIT_MS);
        fed_close(&k.f);
    }
}

struct remover {
    IGraphConfigCallback face;
    struct road *r;
    IBaseFilter *filter;
};

static HRESULT STDMETHODCALLTYPE remover_query(IGraphConfigCallback *face, REFIID iid,
                                               void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE remover_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE remover_reconfigure(IGraphConfigCallback *face, PVOID context,
                                                     DWORD flags)
{
    struct remover *self = CONTAINING_RECORD(face, struct remover, face);

    (void)context, (void)flags;
    return CALL(self->r->g.builder, RemoveFilter, self->filter);
}

static const IGraphConfigCallbackVtbl remover_vtbl = {
    .QueryInterface = remover_query,
    .AddRef = remover_count,
    .Release = remover_count,
    .Reconfigure = remover_reconfigure,
};

static void remove_running(struct road *r, IBaseFilter *filter, unsigned how)
{
    struct remover remover = { { (IGraphConfigCallbackVtbl *)&remover_vtbl }, r, filter };

    switch (how) {
    case 0:
        assert_hr(CALL(r->g.builder, RemoveFilter, filter), S_OK);
        break;
    case 1:
        assert_hr(CALL(r->config, RemoveFilterEx, filter, 0), S_OK);
        break;
    default:
        assert_hr(CALL(r->config, Reconfigure, &remover.face, NULL, 0, NULL), S_OK);
        break;
    }
}

static void c_75_a_removed_renderer(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 24; i++) {
        struct fork k;
        unsigned how = i / 4 % 3;

        fork_open(&k, i);
        if (i / 12 == 0) { /* the other one has ended already */
            assert_hr(CALL(kit_in(k.sinks[0]), EndOfStream), S_OK);
            assert_int_equal(count_events(&k.f.r.g, EC_COMPLETE), 0);
            remove_running(&k.f.r, k.sinks[1], how);
        } else { /* or ends later */
            remove_running(&k.f.r, k.sinks[1], how);
            assert_int_equal(count_events(&k.f.r.g, EC_COMPLETE), 0);
            feed_range(&k.f.feed, k.f.in, 5, 10);
            assert_hr(CALL(kit_in(k.sinks[0]), EndOfStream), S_OK);
        }
        completes_once(&k.f.r.g, 0);
        fed_close(&k.f);
    }
}

/* ---- version, clock, circles ------------------------------------------------------------------------------------------ */

static LONG last_version;

static void version_grew(struct road *r)
{
    LONG version;

    assert_hr(CALL(r->g.version, QueryVersion, &version), S_OK);
    assert_true(version > last_version);
    last_version = version;
}

static void c_76_the_version_grows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        bool foreign = i / MIDDLES == 1;
        struct span s = { 0 };

        road_open_empty(&s.r);
        last_version = -1;
        version_grew(&s.r);
        s.sink = foreign ? fake_filter_new(&foreign_sink) : NULL;
        s.r.source = road_put(
            &s.r, foreign ? &fake_filter_new(&foreign_source)->base : kit_filter(KIT_SOURCE),
            L"source");
        version_grew(&s.r);
        s.r.middle = road_put(&s.r, middle_new(i), L"fx");
        version_grew(&s.r);
        s.r.sink = road_put(&s.r, foreign ? &s.sink->base : kit_filter(KIT_SINK), L"sink");
        version_grew(&s.r);
        s.out = kit_out(s.r.source);
        s.in = kit_in(s.r.sink);
        assert_hr(CALL(s.r.g.builder, Connect, s.out, kit_in(s.r.middle)), S_OK);
        version_grew(&s.r);
        road_join(&s.r, kit_out(s.r.middle), s.in);
        version_grew(&s.r);
        span_run(&s);
        for (unsigned round = 0; round < 2; round++) {
            IBaseFilter *via = road_put(&s.r, middle_new(i + 1), NULL);

            version_grew(&s.r);
            block(s.out);
            assert_hr(CALL(s.r.config, Reconnect, s.out, s.in, NULL, via, NULL, 0), S_OK);
            version_grew(&s.r);
            unblock(s.out);
            span_flows(&s);
        }
        span_close(&s);
    }
}

static void c_77_default_clock_while_running(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IReferenceClock *before, *after;
        struct span s;

        span_open_nth(&s, i);
        assert_hr(CALL(s.r.g.builder, SetDefaultSyncSource), S_OK);
        span_run(&s);
        assert_hr(CALL(s.r.g.filter, GetSyncSource, &before), S_OK);
        assert_hr(CALL(s.r.g.builder, SetDefaultSyncSource), VFW_E_NOT_STOPPED);
        assert_hr(CALL(s.r.g.filter, GetSyncSource, &after), S_OK);
        assert_ptr_equal(before, after);
        LET_GO(before);
        LET_GO(after);
        span_flows(&s);
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        assert_hr(CALL(s.r.g.builder, SetDefaultSyncSource), VFW_E_NOT_STOPPED);
        assert_hr(CALL(s.r.g.control, Stop), S_OK);
        assert_hr(CALL(s.r.g.builder, SetDefaultSyncSource), S_OK);
        span_close(&s);
    }
}

#define RING_MOST 6

/* A foreign filter first, which knows its type without a source; then ours, foreign ones, or both in turns. */
static IBaseFilter *put_link(struct road *r, unsigned kinds, unsigned i)
{
    static const enum ours ours[] = { OURS_PASS, OURS_TEE, OURS_QUEUE };
    struct fake_config foreign = foreign_pass;

    foreign.out_types = "a";
    return road_put(r,
                    i == 0 || kinds == 1 || (kinds == 2 && i % 2 == 0)
                        ? &fake_filter_new(&foreign)->base
                        : ours_new(ours[i % COUNT_OF(ours)]),
                    NULL);
}

static void c_78_no_circles(void **state)
{
    (void)state;
    for (unsigned length = 1; length <= RING_MOST; length++) {
        for (unsigned kinds = 0; kinds < 3; kinds++) {
            IBaseFilter *first, *last;
            struct road r;

            road_open_empty(&r);
            first = last = put_link(&r, kinds, 0);
            for (unsigned i = 1; i < length; i++) {
                IBaseFilter *next = put_link(&r, kinds, i);

                road_join(&r, kit_out(last), kit_in(next));
                last = next;
            }
            assert_hr(CALL(r.g.builder, ConnectDirect, kit_out(last), kit_in(first), NULL),
                      VFW_E_CIRCULAR_GRAPH);
            assert_false(kit_connected(kit_out(last)) || kit_connected(kit_in(first)));
            road_close(&r);
        }
    }
}

/* ---- choices ------------------------------------------------------------------------------------------------------------ */

static void c_79_merit(void **state)
{
    static const char *const never[][2] = { { "I", "J" }, { "M", "N" } };
    static const char *const just[][2] = { { "K", "L" }, { "O", "P" } };
    struct road r;

    (void)state;
    assert_int_equal(MERIT_DO_NOT_USE, 0x200000);
    for (unsigned i = 0; i < 2; i++) { /* foreign, ours */
        letters_open(&r, never[i][0], never[i][1]);
        assert_hr(letters_connect(&r), VFW_E_CANNOT_CONNECT);
        assert_int_equal(registered_made(never[i][0][0], never[i][1][0]), 0);
        assert_int_equal(graph_count(&r.g), 2);
        road_close(&r);
        letters_open(&r, just[i][0], just[i][1]);
        assert_hr(letters_connect(&r), S_OK);
        assert_int_equal(registered_made(just[i][0][0], just[i][1][0]), 1);
        assert_int_equal(graph_count(&r.g), 3);
        road_close(&r);
    }
}

static void refuses_to_use(const char *from, const char *to)
{
    for (unsigned i = 0; i < 3; i++) {
        struct road r;

        letters_open(&r, from, to);
        if (i != 0) { /* not registered only: in the cache, in the graph */
            IBaseFilter *hidden = changer_new(from[0], to[0], false);

            hide_pin(hidden, from[0] == 'U' ? PINDIR_INPUT : PINDIR_OUTPUT);
            if (i == 1)
                assert_hr(CALL(r.config, AddFilterToCache, hidden), S_OK);
            else
                assert_hr(CALL(r.g.builder, AddFilter, hidden, L"hidden"), S_OK);
            LET_GO(hidden);
        }
        assert_hr(letters_connect(&r), VFW_E_CANNOT_CONNECT);
        assert_int_equal(graph_count(&r.g), i == 2 ? 3 : 2);
        road_close(&r);
        /* one that does not hide its pins is used */
        letters_open(&r, from, to);
        (void)road_put(&r, changer_new(from[0], to[0], i == 1), L"open");
        assert_hr(letters_connect(&r), S_OK);
        road_close(&r);
    }
}

static void c_80_hidden_pins(void **state)
{
    (void)state;
    refuses_to_use("U", "V");
    refuses_to_use("W", "X");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_71_renderers_first),
    cmocka_unit_test(c_72_a_renderer_lacks_data),
    cmocka_unit_test(c_73_a_live_source),
    cmocka_unit_test(c_74_one_completion),
    cmocka_unit_test(c_75_a_removed_renderer),
    cmocka_unit_test(c_76_the_version_grows),
    cmocka_unit_test(c_77_default_clock_while_running),
    cmocka_unit_test(c_78_no_circles),
    cmocka_unit_test(c_79_merit),
    cmocka_unit_test(c_80_hidden_pins),
};

CONFORMANCE_MAIN(tests)
