/* SPDX-License-Identifier: MIT */
/* real_filters.h - a graph of the library's own filters, for what foreign fakes can't show: steps, seeks, rates. */
#pragma once

#include <stdlib.h>

#include "graph_test.h"

#define REAL_WAIT_MS 20000 /* no test waits that long unless it is broken */

/* By name, with options as "name=value name=value"; one reference, the caller's. */
static inline IBaseFilter *real_filter(const char *name, const char *options)
{
    char words[512], *rest = words, *word;
    struct rg_class_info info;
    IBaseFilter *filter = NULL;
    IRgOptions *set = NULL;

    assert_hr(rg_class_by_name(name, &info), S_OK);
    assert_hr(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&filter),
              S_OK);
    assert_hr(CALL(filter, QueryInterface, &IID_IRgOptions, (void **)&set), S_OK);
    snprintf(words, sizeof(words), "%s", options);
    while ((word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '=');

        if (value == NULL)
            continue;
        *value++ = 0;
        assert_hr(CALL(set, Set, word, value), S_OK);
    }
    LET_GO(set);
    return filter;
}

/* The graph alone keeps it from now on. */
static inline IBaseFilter *real_put(struct test_graph *g, IBaseFilter *filter,
                                    const WCHAR *name)
{
    assert_hr(CALL(g->builder, AddFilter, filter, name), S_OK);
    LET_GO(filter);
    return filter;
}

/* The index-th pin of that direction; borrowed, its filter keeps it. */
static inline IPin *real_pin(IBaseFilter *filter, PIN_DIRECTION wanted, unsigned index)
{
    IPin *pin, *found = NULL;
    IEnumPins *list;

    assert_hr(CALL(filter, EnumPins, &list), S_OK);
    while (found == NULL && CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        assert_hr(CALL(pin, QueryDirection, &direction), S_OK);
        if (direction == wanted && index-- == 0)
            found = pin;
        LET_GO(pin);
    }
    LET_GO(list);
    assert_non_null(found);
    return found;
}

static inline void real_join(struct test_graph *g, IBaseFilter *from, IBaseFilter *to)
{
    assert_hr(CALL(g->builder, ConnectDirect, real_pin(from, PINDIR_OUTPUT, 0),
                   real_pin(to, PINDIR_INPUT, 0), NULL),
              S_OK);
}

static inline void real_pause(struct test_graph *g)
{
    OAFilterState state;

    assert_true(SUCCEEDED(CALL(g->control, Pause)));
    assert_hr(CALL(g->control, GetState, REAL_WAIT_MS, &state), S_OK);
    assert_int_equal(state, State_Paused);
}

static inline void real_run(struct test_graph *g)
{
    OAFilterState state;

    assert_true(SUCCEEDED(CALL(g->control, Run)));
    assert_hr(CALL(g->control, GetState, REAL_WAIT_MS, &state), S_OK);
    assert_int_equal(state, State_Running);
}

static inline RG_LEDGER real_ledger(IPin *pin)
{
    RG_LEDGER ledger;
    IRgLink *link;

    assert_hr(CALL(pin, QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    assert_hr(CALL(link, GetLedger, &ledger), S_OK);
    LET_GO(link);
    return ledger;
}

/* How many samples the pin has given up under that name. */
static inline ULONGLONG real_drops(IPin *pin, const char *reason)
{
    ULONGLONG count = 0;
    IRgLink *link;
    RG_DROP drop;

    assert_hr(CALL(pin, QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    for (ULONG i = 0; CALL(link, GetDrop, i, &drop) == S_OK; i++)
        if (strcmp(drop.reason, reason) == 0)
            count = drop.samples;
    LET_GO(link);
    return count;
}
