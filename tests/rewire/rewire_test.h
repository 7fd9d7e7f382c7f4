/* SPDX-License-Identifier: MIT */
/* rewire_test.h - a graph with the faces that edit it, and a road in it: source, one transform, sink. */
#pragma once

#include "graph_test.h"
#include "kit.h"

struct road {
    struct test_graph g;
    IGraphEdit *edit;
    IGraphConfig *config;
    /* borrowed: the graph keeps them */
    IBaseFilter *source, *middle, *sink;
};

static inline void road_open_empty(struct road *r)
{
    memset(r, 0, sizeof(*r));
    kit_let_all();
    for (unsigned i = 0; i < KIT_RECORDERS; i++)
        kit_recorder_reset(i);
    graph_open(&r->g);
    assert_hr(CALL(r->g.builder, QueryInterface, &IID_IGraphEdit, (void **)&r->edit), S_OK);
    assert_hr(CALL(r->g.builder, QueryInterface, &IID_IGraphConfig, (void **)&r->config), S_OK);
}

/* The graph alone keeps filter from now on. */
static inline IBaseFilter *road_put(struct road *r, IBaseFilter *filter, const WCHAR *name)
{
    assert_non_null(filter);
    assert_hr(CALL(r->g.builder, AddFilter, filter, name), S_OK);
    LET_GO(filter);
    return filter;
}

static inline void road_join(struct road *r, IPin *out, IPin *in)
{
    assert_hr(CALL(r->g.builder, ConnectDirect, out, in, NULL), S_OK);
}

/* source ! middle ! sink; takes the references over. */
static inline void road_open(struct road *r, IBaseFilter *source, IBaseFilter *middle,
                             IBaseFilter *sink)
{
    road_open_empty(r);
    r->source = road_put(r, source, L"source");
    r->middle = middle != NULL ? road_put(r, middle, L"fx") : NULL;
    r->sink = road_put(r, sink, L"sink");
    if (middle != NULL) {
        road_join(r, kit_out(source), kit_in(middle));
        road_join(r, kit_out(middle), kit_in(sink));
    } else {
        road_join(r, kit_out(source), kit_in(sink));
    }
}

static inline void road_run(struct road *r)
{
    OAFilterState state;

    assert_true(SUCCEEDED(CALL(r->g.control, Run)));
    assert_hr(CALL(r->g.control, GetState, KIT_WAIT_MS, &state), S_OK);
    assert_int_equal(state, State_Running);
}

static inline void road_close(struct road *r)
{
    assert_hr(CALL(r->g.control, Stop), S_OK);
    LET_GO(r->edit);
    LET_GO(r->config);
    graph_close(&r->g);
}

#define CERTIFICATE(name) RG_CERTIFICATE name = { .size = sizeof(RG_CERTIFICATE) }

/* An edit that is refused says why. */
static inline void assert_refused(const RG_CERTIFICATE *certificate, HRESULT wanted)
{
    assert_hr(certificate->result, wanted);
    assert_true(certificate->reason[0] != 0);
}

/* Puts a new filter in the place of r->middle, under its name; the old one is gone afterwards. */
static inline HRESULT road_swap(struct road *r, IBaseFilter *replacement,
                                RG_CERTIFICATE *certificate)
{
    HRESULT hr = CALL(r->edit, Swap, r->middle, replacement, "fx", NULL, certificate);

    if (hr == S_OK)
        r->middle = replacement;
    LET_GO(replacement);
    return hr;
}

static inline void assert_all_there(unsigned slot)
{
    struct kit_recorder *k = &kit_recorder[slot];
    uint64_t lost, duplicated, reordered;

    pthread_mutex_lock(&k->lock);
    lost = k->lost;
    duplicated = k->duplicated;
    reordered = k->reordered;
    pthread_mutex_unlock(&k->lock);
    assert_int_equal(lost, 0);
    assert_int_equal(duplicated, 0);
    assert_int_equal(reordered, 0);
}

static inline void assert_flows(unsigned slot)
{
    assert_true(kit_wait_more(slot, 20));
    assert_all_there(slot);
}

static inline uint64_t marked_so_far(unsigned slot, unsigned mark)
{
    uint64_t n;

    pthread_mutex_lock(&kit_recorder[slot].lock);
    n = kit_recorder[slot].by_mark[mark];
    pthread_mutex_unlock(&kit_recorder[slot].lock);
    return n;
}
