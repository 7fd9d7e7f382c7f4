/* SPDX-License-Identifier: MIT */
/* test_graph_config.c - C-50 to C-59: IGraphConfig beside Reconnect: callbacks, push-through, flags, the cache. */
#include "conformance.h"

/* ---- helpers --------------------------------------------------------------------------------------------- */

/* How often the filter is in a list of members or cached filters; both if it is NULL. */
static unsigned in_list(IEnumFilters *list, IBaseFilter *filter)
{
    unsigned found = 0;
    IBaseFilter *one;

    while (CALL(list, Next, 1, &one, NULL) == S_OK) {
        found += filter == NULL || one == filter;
        LET_GO(one);
    }
    LET_GO(list);
    return found;
}

static unsigned in_cache(struct road *r, IBaseFilter *filter)
{
    IEnumFilters *list;

    assert_hr(CALL(r->config, EnumCacheFilter, &list), S_OK);
    return in_list(list, filter);
}

static unsigned in_members(struct road *r, IBaseFilter *filter)
{
    IEnumFilters *list;

    assert_hr(CALL(r->g.builder, EnumFilters, &list), S_OK);
    return in_list(list, filter);
}

/* ---- Reconfigure --------------------------------------------------------------------------------------------- */

struct callback {
    IGraphConfigCallback face;
    void (*work)(struct callback *self); /* may be NULL */
    struct span *s;
    HRESULT answer;
    /* what it was called with */
    unsigned calls;
    pthread_t thread;
    void *context;
    DWORD flags;
};

static HRESULT STDMETHODCALLTYPE callback_query(IGraphConfigCallback *face, REFIID iid,
                                                void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE callback_reconfigure(IGraphConfigCallback *face, PVOID context,
                                                      DWORD flags)
{
    struct callback *self = CONTAINING_RECORD(face, struct callback, face);

    self->calls++;
    self->thread = pthread_self();
    self->context = context;
    self->flags = flags;
    if (self->work != NULL)
        self->work(self);
    return self->answer;
}

static const IGraphConfigCallbackVtbl callback_vtbl = {
    .QueryInterface = callback_query,
    .AddRef = callback_count,
    .Release = callback_count,
    .Reconfigure = callback_reconfigure,
};

static HRESULT reconfigure(struct callback *self, struct span *s, void *context, DWORD flags)
{
    self->face.lpVtbl = (IGraphConfigCallbackVtbl *)&callback_vtbl;
    self->s = s;
    return CALL(s->r.config, Reconfigure, &self->face, context, flags, NULL);
}

static void called_back_once(struct span *s)
{
    static const HRESULT answers[] = { S_OK,           E_FAIL,    E_ACCESSDENIED,
                                       VFW_E_NO_CLOCK, E_NOTIMPL, (HRESULT)0x80045678 };

    for (unsigned i = 0; i < COUNT_OF(answers); i++) {
        struct callback c = { .answer = answers[i] };
        int context;

        assert_hr(reconfigure(&c, s, i % 2 == 0 ? &context : NULL, 0xdead0000u + i),
                  answers[i]);
        assert_int_equal(c.calls, 1);
        assert_true(pthread_equal(c.thread, pthread_self()));
        assert_ptr_equal(c.context, i % 2 == 0 ? &context : NULL);
        assert_int_equal(c.flags, 0xdead0000u + i);
    }
}

static void c_50_reconfigure_calls_back_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span s;

        span_open_nth(&s, i);
        called_back_once(&s);
        span_run(&s);
        called_back_once(&s);
        span_flows(&s);
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        called_back_once(&s);
        span_close(&s);
    }
}

/* The middle is exchanged by hand, as only the owner of the graph can. */
static void exchange_middle(struct callback *self)
{
    struct road *r = &self->s->r;
    IBaseFilter *fresh = road_put(r, middle_new(3), L"fresh");

    assert_hr(CALL(r->g.builder, RemoveFilter, r->middle), S_OK);
    r->middle = fresh;
    assert_int_equal(graph_count(&r->g), 3);
    road_join(r, self->s->out, kit_in(fresh));
    road_join(r, kit_out(fresh), self->s->in);
    assert_hr(CALL(r->config, SetFilterFlags, fresh, AM_FILTER_FLAGS_REMOVABLE), S_OK);
    assert_int_equal(kit_state(fresh), State_Stopped); /* as any filter that is added */
}

struct outsider {
    struct elsewhere e;
    struct span *s;
    IBaseFilter *filter;
};

static HRESULT call_add(void *context)
{
    struct outsider *o = context;

    return CALL(o->s->r.g.builder, AddFilter, o->filter, L"outsider");
}

static struct outsider outsider;

static void while_others_wait(struct callback *self)
{
    elsewhere_start(&outsider.e, call_add, &outsider);
    elsewhere_rests(&outsider.e);
    exchange_middle(self);
    assert_false(elsewhere_is_back(&outsider.e));
    assert_int_equal(in_members(&self->s->r, outsider.filter), 0);
}

static void c_51_reconfigure_keeps_others_out(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct callback c = { .work = while_others_wait };
        struct span s;

        span_open_nth(&s, i);
        span_run(&s);
        outsider.s = &s;
        outsider.filter = kit_filter(KIT_PASS);
        block(s.out);
        assert_hr(CALL(s.r.config, PushThroughData, s.out, NULL, NULL), S_OK);
        assert_hr(reconfigure(&c, &s, NULL, 0), S_OK);
        assert_int_equal(kit_state(s.r.middle), State_Running); /* the graph saw to it */
        assert_hr(elsewhere_join(&outsider.e), S_OK);
        assert_int_equal(in_members(&s.r, outsider.filter), 1);
        LET_GO(outsider.filter);
        unblock(s.out);
        span_flows(&s);
        span_close(&s);
    }
}

/* ---- push-through ---------------------------------------------------------------------------------------------- */

static void finds_no_end(struct road *r)
{
    IPin *out = kit_out(r->source);

    assert_hr(CALL(r->config, PushThroughData, out, NULL, NULL), VFW_E_NOT_FOUND);
    road_run(r);
    block(out);
    assert_hr(CALL(r->config, PushThroughData, out, NULL, NULL), VFW_E_NOT_FOUND);
    unblock(out);
    road_close(r);
}

static void c_52_push_through_without_end(void **state)
{
    struct fake_config fixed = foreign_sink, no_end = foreign_sink, fork = foreign_pass;
    struct road r;

    (void)state;
    fixed.pin_connection = false;
    no_end.is_end_pin = false;
    fork.outputs = 2;
    for (unsigned i = 0; i < MIDDLES; i++) {
        /* the renderer cannot be taken off; is none */
        road_open(&r, kit_filter(KIT_SOURCE), middle_new(i), &fake_filter_new(&fixed)->base);
        finds_no_end(&r);
        road_open(&r, &fake_filter_new(&foreign_source)->base, middle_new(i),
                  &fake_filter_new(&no_end)->base);
        finds_no_end(&r);
    }
    /* the road forks before it comes to an end */
    road_open(&r, kit_filter(KIT_SOURCE), &fake_filter_new(&fork)->base,
              kit_filter(KIT_FREE_SINK));
    road_join(&r, nth_pin(r.middle, PINDIR_OUTPUT, 1),
              kit_in(road_put(&r, kit_filter_with(KIT_FREE_SINK, "slot=1"), L"two")));
    finds_no_end(&r);
    /* there is none, and nothing at all */
    road_open(&r, kit_filter(KIT_SOURCE), kit_filter(KIT_PASS), kit_filter(KIT_FREE_SINK));
    assert_hr(CALL(r.g.builder, RemoveFilter, r.sink), S_OK);
    finds_no_end(&r);
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    finds_no_end(&r);
}

/* ---- start time, flags ------------------------------------------------------------------------------------------- */

static void start_time_is(struct span *s, HRESULT wanted)
{
    REFERENCE_TIME start = -5;

    assert_hr(CALL(s->r.config, GetStartTime, &start), wanted);
    assert_true((start == -5) == FAILED(wanted));
}

static void c_53_start_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span s;

        span_open_nth(&s, i);
        start_time_is(&s, VFW_E_WRONG_STATE);
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        start_time_is(&s, VFW_E_WRONG_STATE);
        span_run(&s);
        start_time_is(&s, S_OK);
        if (s.sink != NULL) { /* what everybody was told */
            REFERENCE_TIME start;

            assert_hr(CALL(s.r.config, GetStartTime, &start), S_OK);
            assert_int_equal(s.sink->start, start);
        }
        assert_true(SUCCEEDED(CALL(s.r.g.control, Pause)));
        start_time_is(&s, VFW_E_WRONG_STATE);
        assert_hr(CALL(s.r.g.control, Stop), S_OK);
        start_time_is(&s, VFW_E_WRONG_STATE);
        span_close(&s);
    }
}

static void c_54_filter_flags(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *stranger = middle_new(i);
        DWORD flags = 7;
        struct span s;

        span_open_nth(&s, i);
        for (unsigned round = 0; round < 2; round++) {
            assert_hr(CALL(s.r.config, SetFilterFlags, NULL, 0), E_POINTER);
            assert_hr(CALL(s.r.config, SetFilterFlags, NULL, 1), E_POINTER);
            assert_hr(CALL(s.r.config, SetFilterFlags, s.r.middle, 1), S_OK);
            assert_hr(CALL(s.r.config, SetFilterFlags, s.r.middle, 2), E_INVALIDARG);
            assert_hr(CALL(s.r.config, SetFilterFlags, s.r.middle, 3), E_INVALIDARG);
            assert_hr(CALL(s.r.config, GetFilterFlags, s.r.middle, &flags), S_OK);
            assert_int_equal(flags, 1); /* a refusal leaves them */
            assert_hr(CALL(s.r.config, SetFilterFlags, s.r.middle, 0), S_OK);
            assert_hr(CALL(s.r.config, GetFilterFlags, s.r.middle, &flags), S_OK);
            assert_int_equal(flags, 0);
            assert_hr(CALL(s.r.config, SetFilterFlags, stranger, 1), VFW_E_NOT_IN_GRAPH);
            assert_hr(CALL(s.r.config, GetFilterFlags, stranger, &flags), VFW_E_NOT_IN_GRAPH);
            if (round == 0)
                span_run(&s);
        }
        /* a cached one is no member */
        assert_hr(CALL(s.r.config, AddFilterToCache, stranger), S_OK);
        assert_hr(CALL(s.r.config, SetFilterFlags, stranger, 1), VFW_E_NOT_IN_GRAPH);
        LET_GO(stranger);
        span_close(&s);
    }
}

/* ---- the cache ------------------------------------------------------------------------------------------------- */

static void c_55_add_to_cache(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *active = middle_new(i), *member;
        struct span s;

        span_open_nth(&s, i);
        span_run(&s);
        /* connected: refused, and nothing happens to it */
        assert_true(FAILED(CALL(s.r.config, AddFilterToCache, s.r.middle)));
        assert_int_equal(in_members(&s.r, s.r.middle), 1);
        assert_int_equal(in_cache(&s.r, NULL), 0);
        assert_int_equal(kit_state(s.r.middle), State_Running);
        span_flows(&s);
        /* active: stopped */
        assert_hr(CALL(active, Run, 0), S_OK);
        assert_hr(CALL(s.r.config, AddFilterToCache, active), S_OK);
        assert_int_equal(kit_state(active), State_Stopped);
        assert_hr(CALL(s.r.config, AddFilterToCache, active), S_FALSE);
        assert_int_equal(in_cache(&s.r, active), 1);
        LET_GO(active); /* the cache keeps it */
        assert_int_equal(kit_state(active), State_Stopped);
        /* a member: taken out of the graph, also where it runs */
        member = road_put(&s.r, middle_new(i + 1), L"member");
        assert_hr(CALL(member, Run, 0), S_OK);
        assert_hr(CALL(s.r.config, AddFilterToCache, member), S_OK);
        assert_hr(CALL(s.r.config, AddFilterToCache, member), S_FALSE);
        assert_int_equal(in_members(&s.r, member), 0);
        assert_false(kit_in_graph(member));
        assert_int_equal(kit_state(member), State_Stopped);
        assert_int_equal(in_cache(&s.r, NULL), 2);
        span_flows(&s);
        span_close(&s); /* what is cached goes with the graph */
    }
}

static void c_56_remove_from_cache(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *filter = middle_new(i);
        struct span s;

        span_open_nth(&s, i);
        assert_hr(CALL(s.r.config, RemoveFilterFromCache, filter), S_FALSE);
        assert_hr(CALL(s.r.config, RemoveFilterFromCache, s.r.middle), S_FALSE); /* a member */
        assert_int_equal(in_members(&s.r, s.r.middle), 1);
        for (unsigned round = 0; round < 2; round++) {
            assert_hr(CALL(s.r.config, AddFilterToCache, filter), S_OK);
            assert_hr(CALL(s.r.config, RemoveFilterFromCache, filter), S_OK);
            assert_hr(CALL(s.r.config, RemoveFilterFromCache, filter), S_FALSE);
            assert_int_equal(in_cache(&s.r, NULL), 0);
        }
        assert_int_equal(LET_GO(filter), 0); /* no reference is left with the graph */
        span_close(&s);
    }
}

static void c_57_remove_filter_ex(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IFilterGraph3 *other;
        IBaseFilter *fx;
        struct span s;

        span_open_nth(&s, i);
        fx = s.r.middle;
        CALL(fx, AddRef);
        assert_hr(CALL(s.r.config, RemoveFilterEx, fx, REMFILTERF_LEAVECONNECTED), S_OK);
        assert_false(kit_in_graph(fx));
        assert_int_equal(in_members(&s.r, fx), 0);
        assert_true(kit_connected(kit_in(fx)) && kit_connected(kit_out(fx)));
        assert_true(kit_connected(s.out) && kit_connected(s.in));
        /* as it is, into another graph and back */
        assert_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                   &IID_IFilterGraph3, (void **)&other),
                  S_OK);
        assert_hr(CALL(other, AddFilter, fx, L"fx"), S_OK);
        assert_true(kit_connected(kit_in(fx)));
        {
            IGraphConfig *config = face_of(other, &IID_IGraphConfig);

            assert_hr(CALL(config, RemoveFilterEx, fx, REMFILTERF_LEAVECONNECTED), S_OK);
        }
        LET_GO(other);
        assert_hr(CALL(s.r.g.builder, AddFilter, fx, L"fx"), S_OK);
        span_run(&s);
        span_flows(&s);
        assert_hr(CALL(s.r.g.control, Stop), S_OK);
        assert_hr(CALL(s.r.config, RemoveFilterEx, fx, 0), S_OK);
        assert_false(kit_in_graph(fx));
        assert_false(kit_connected(kit_in(fx)) || kit_connected(kit_out(fx)));
        assert_false(kit_connected(s.out) || kit_connected(s.in));
        assert_int_equal(LET_GO(fx), 0);
        span_close(&s);
    }
}

static void c_58_cached_before_registered(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        IBaseFilter *cached = changer_new('G', 'H', i == 1),
                    *useless = changer_new('G', 'Z', i == 0);
        unsigned made = registered_made('G', 'H');
        struct road r;

        letters_open(&r, "G", "H");
        assert_hr(CALL(r.config, AddFilterToCache, useless), S_OK);
        assert_hr(CALL(r.config, AddFilterToCache, cached), S_OK);
        assert_hr(letters_connect(&r), S_OK);
        assert_int_equal(in_members(&r, cached), 1);
        assert_int_equal(in_cache(&r, cached), 0);
        assert_int_equal(in_cache(&r, useless), 1); /* tried or not, it is there */
        assert_int_equal(registered_made('G', 'H'), made);
        assert_int_equal(graph_count(&r.g), 3);
        LET_GO(cached);
        LET_GO(useless);
        road_close(&r);
        /* where the cache has none that suits, the registered one is what there is */
        letters_open(&r, "G", "H");
        useless = changer_new('G', 'Z', i == 0);
        assert_hr(CALL(r.config, AddFilterToCache, useless), S_OK);
        LET_GO(useless);
        assert_hr(letters_connect(&r), S_OK);
        assert_int_equal(in_cache(&r, useless), 1);
        assert_int_equal(registered_made('G', 'H'), made + 1);
        road_close(&r);
    }
}

static void c_59_cached_are_no_members(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SPANS; i++) {
        IBaseFilter *member, *found = NULL;
        struct span s;

        span_open_nth(&s, i);
        member = road_put(&s.r, middle_new(i), L"somebody");
        assert_int_equal(in_members(&s.r, member), 1);
        assert_hr(CALL(s.r.config, AddFilterToCache, member), S_OK);
        assert_int_equal(in_members(&s.r, member), 0);
        assert_int_equal(in_members(&s.r, NULL), 3);
        assert_int_equal(in_cache(&s.r, member), 1);
        assert_hr(CALL(s.r.g.builder, FindFilterByName, L"somebody", &found), VFW_E_NOT_FOUND);
        span_run(&s);
        assert_int_equal(kit_state(member), State_Stopped); /* nor does it run with them */
        /* one that a Reconnect has cached, too */
        block(s.out);
        assert_hr(CALL(s.r.config, Reconnect, s.out, s.in, NULL, NULL, NULL,
                       AM_GRAPH_CONFIG_RECONNECT_CACHE_REMOVED_FILTERS),
                  S_OK);
        unblock(s.out);
        assert_int_equal(in_members(&s.r, NULL), 2);
        assert_int_equal(in_members(&s.r, s.r.middle), 0);
        assert_int_equal(in_cache(&s.r, s.r.middle), 1);
        span_close(&s);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_50_reconfigure_calls_back_once),
    cmocka_unit_test(c_51_reconfigure_keeps_others_out),
    cmocka_unit_test(c_52_push_through_without_end),
    cmocka_unit_test(c_53_start_time),
    cmocka_unit_test(c_54_filter_flags),
    cmocka_unit_test(c_55_add_to_cache),
    cmocka_unit_test(c_56_remove_from_cache),
    cmocka_unit_test(c_57_remove_filter_ex),
    cmocka_unit_test(c_58_cached_before_registered),
    cmocka_unit_test(c_59_cached_are_no_members),
};

CONFORMANCE_MAIN(tests)
