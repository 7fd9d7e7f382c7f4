/* SPDX-License-Identifier: MIT */
/* transaction_test.h - what the tests of edits of several steps share. */
#pragma once

#include <sched.h>

#include "rewire_test.h"

static inline IGraphTransaction *begin_with(struct road *r, const RG_EDIT_REQUEST *request)
{
    IGraphTransaction *t = NULL;

    assert_hr(CALL(r->edit, Begin, request, &t), S_OK);
    return t;
}

static inline IGraphTransaction *begin(struct road *r)
{
    return begin_with(r, NULL);
}

static inline LONG graph_version(struct test_graph *g)
{
    IGraphVersion *version;
    LONG number = -1;

    assert_hr(CALL(g->builder, QueryInterface, &IID_IGraphVersion, (void **)&version), S_OK);
    assert_hr(CALL(version, QueryVersion, &number), S_OK);
    LET_GO(version);
    return number;
}

static inline HANDLE new_event(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    assert_non_null(event);
    return event;
}

static inline void wait_event(HANDLE event)
{
    assert_int_equal(WaitForSingleObject(event, KIT_WAIT_MS), WAIT_OBJECT_0);
}

/* How many references there are. */
static inline ULONG references(void *object)
{
    IUnknown *unknown = object;

    CALL(unknown, AddRef);
    return CALL(unknown, Release);
}

/* Until no more than that: a thread that hung lets go of what it had. */
static inline void wait_references(void *object, ULONG wanted)
{
    DWORD begun = GetTickCount();

    while (references(object) > wanted && GetTickCount() - begun < KIT_WAIT_MS)
        sched_yield();
    assert_int_equal(references(object), wanted);
}

/* The first pin of a direction that is not connected; borrowed. */
static inline IPin *free_pin(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    IEnumPins *list;
    IPin *pin, *found = NULL;

    assert_hr(CALL(filter, EnumPins, &list), S_OK);
    while (found == NULL && CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        CALL(pin, QueryDirection, &direction);
        if (direction == wanted && !kit_connected(pin))
            found = pin;
        LET_GO(pin);
    }
    LET_GO(list);
    assert_non_null(found);
    return found;
}

static inline RG_CERTIFICATE certificate_of(IGraphTransaction *t, unsigned gate)
{
    CERTIFICATE(c);

    assert_hr(CALL(t, GetCertificate, gate, &c), S_OK);
    return c;
}

/* The certificate of a gate by its name. */
static inline RG_CERTIFICATE certificate_named(IGraphTransaction *t, const char *gate)
{
    CERTIFICATE(c);

    for (unsigned i = 0; CALL(t, GetCertificate, i, &c) == S_OK; i++)
        if (strcmp(c.gate, gate) == 0)
            return c;
    fail_msg("no gate is named %s", gate);
    return c;
}

static inline uint64_t recorded(uint64_t *counter, unsigned slot)
{
    uint64_t value;

    pthread_mutex_lock(&kit_recorder[slot].lock);
    value = *counter;
    pthread_mutex_unlock(&kit_recorder[slot].lock);
    return value;
}

/* Until a counter of a recorder is at least that. */
static inline void wait_recorded(unsigned slot, const uint64_t *counter, uint64_t wanted)
{
    struct kit_recorder *r = &kit_recorder[slot];
    struct timespec until;
    int failed = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += KIT_WAIT_MS / 1000;
    pthread_mutex_lock(&r->lock);
    while (*counter < wanted && failed == 0)
        failed = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    pthread_mutex_unlock(&r->lock);
    assert_int_equal(failed, 0);
}

/* Two roads in one graph: source ! fx ! sink, twice; slots 0 and 1. */
struct two_roads {
    struct road r;
    IBaseFilter *source[2], *fx[2], *sink[2];
};

static inline void two_open(struct two_roads *t, const char *source, enum kit_kind kind)
{
    static const WCHAR *const names[3][2] = { { L"source a", L"source b" },
                                              { L"fx a", L"fx b" },
                                              { L"sink a", L"sink b" } };

    road_open_empty(&t->r);
    for (unsigned i = 0; i < 2; i++) {
        t->source[i] = road_put(&t->r, kit_filter_with(KIT_SOURCE, source), names[0][i]);
        t->fx[i] =
            road_put(&t->r, kit_filter_with(kind, i == 0 ? "mark=0" : "mark=1"), names[1][i]);
        t->sink[i] = road_put(&t->r, kit_filter_with(KIT_SINK, i == 0 ? "slot=0" : "slot=1"),
                              names[2][i]);
        road_join(&t->r, kit_out(t->source[i]), kit_in(t->fx[i]));
        road_join(&t->r, kit_out(t->fx[i]), kit_in(t->sink[i]));
    }
}

static inline void two_flow(void)
{
    assert_flows(0);
    assert_flows(1);
}
