/* SPDX-License-Identifier: MIT */
/* graph_test.h - what the tests of the graph share: a graph with its faces, and fakes in it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <regraft.h>

#include "fake_filter.h"

struct test_graph {
    IFilterGraph3 *builder;
    IMediaControl *control;
    IMediaEventEx *event;
    IMediaFilter *filter;
    IMediaSeeking *seeking;
    IMediaPosition *position;
    IGraphVersion *version;
    IGraphReport *report;
};

#define ASK(g, I, member)                                                                      \
    assert_int_equal(                                                                          \
        (g)->builder->lpVtbl->QueryInterface((g)->builder, &IID_##I, (void **)&(g)->member),   \
        S_OK)
#define LET_GO(face)            (face)->lpVtbl->Release(face)
#define CALL(face, method, ...) (face)->lpVtbl->method((face), ##__VA_ARGS__)
#define assert_hr(call, wanted) assert_int_equal((unsigned)(call), (unsigned)(wanted))

static inline void graph_open_class(struct test_graph *g, const CLSID *clsid)
{
    assert_hr(CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IFilterGraph3,
                               (void **)&g->builder),
              S_OK);
    ASK(g, IMediaControl, control);
    ASK(g, IMediaEventEx, event);
    ASK(g, IMediaFilter, filter);
    ASK(g, IMediaSeeking, seeking);
    ASK(g, IMediaPosition, position);
    ASK(g, IGraphVersion, version);
    ASK(g, IGraphReport, report);
}

static inline void graph_open(struct test_graph *g)
{
    graph_open_class(g, &CLSID_FilterGraph);
}

static inline void tell_alive(const char *name, unsigned references, void *context)
{
    (void)context;
    print_error("alive: %s with %u references\n", name, references);
}

/* Every reference is back, every filter gone. */
static inline void graph_close(struct test_graph *g)
{
    LET_GO(g->control);
    LET_GO(g->event);
    LET_GO(g->filter);
    LET_GO(g->seeking);
    LET_GO(g->position);
    LET_GO(g->version);
    LET_GO(g->report);
    assert_int_equal(LET_GO(g->builder), 0);
    assert_int_equal(fake_filters_alive(), 0);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

/* A new fake in the graph, which alone keeps it: the pointer is borrowed. */
static inline struct fake_filter *graph_put(struct test_graph *g,
                                            const struct fake_config *config)
{
    struct fake_filter *fake = fake_filter_new(config);
    WCHAR name[64] = { 0 };

    for (int i = 0; config->name != NULL && config->name[i] != 0 && i < 63; i++)
        name[i] = (unsigned char)config->name[i];
    assert_hr(CALL(g->builder, AddFilter, &fake->base, config->name != NULL ? name : NULL),
              S_OK);
    fake_release(fake);
    return fake;
}

static inline HRESULT graph_join(struct test_graph *g, struct fake_filter *from, int out,
                                 struct fake_filter *to, int in)
{
    return CALL(g->builder, ConnectDirect, fake_out(from, out), fake_in(to, in), NULL);
}

static inline unsigned graph_count(struct test_graph *g)
{
    IEnumFilters *list;
    IBaseFilter *one;
    unsigned count = 0;

    assert_hr(CALL(g->builder, EnumFilters, &list), S_OK);
    while (CALL(list, Next, 1, &one, NULL) == S_OK) {
        count++;
        LET_GO(one);
    }
    LET_GO(list);
    return count;
}

static inline bool is_connected(IPin *pin)
{
    IPin *peer = NULL;

    if (FAILED(CALL(pin, ConnectedTo, &peer)))
        return false;
    LET_GO(peer);
    return true;
}

/* The next event with this code; others are thrown away.  False after the time. */
static inline bool graph_event(struct test_graph *g, LONG code, LONG timeout_ms,
                               LONG_PTR *ret_p2)
{
    LONG got;
    LONG_PTR p1, p2;

    while (CALL(g->event, GetEvent, &got, &p1, &p2, timeout_ms) == S_OK) {
        CALL(g->event, FreeEventParams, got, p1, p2);
        if (got == code) {
            if (ret_p2 != NULL)
                *ret_p2 = p2;
            return true;
        }
    }
    return false;
}
