/* SPDX-License-Identifier: MIT */
/* waits_test.h - reads IGraphReport::GetWaits, and asks until it says what is due. */
#pragma once

#include <sched.h>
#include <stdlib.h>

#include "platform/room.h"
#include "platform/thread.h"
#include "platform/time.h"
#include "rewire_test.h"

static inline char *get_waits(struct road *r)
{
    static char *text; /* as in test_waits.c of the platform: gcc misreads an automatic one */

    if (CALL(r->g.report, GetWaits, &text) != S_OK || text == NULL)
        abort();
    return text;
}

/* Is there a line with both parts? */
static inline bool has_line(const char *text, const char *one, const char *other)
{
    while (*text != 0) {
        size_t length = strcspn(text, "\n");
        const char *a = strstr(text, one), *b = strstr(text, other);

        if (a != NULL && b != NULL && a < text + length && b < text + length)
            return true;
        text += length + (text[length] != 0);
    }
    return false;
}

/* Asks until a line says both. */
static inline void until_line(struct road *r, const char *one, const char *other)
{
    int64_t deadline = rg_time_deadline_ns(KIT_WAIT_MS);

    for (;;) {
        char *text = get_waits(r);
        bool has = has_line(text, one, other);

        if (!has && rg_time_now_ns() > deadline)
            fail_msg("no line has \"%s\" and \"%s\":\n%s", one, other, text);
        CoTaskMemFree(text);
        if (has)
            return;
        sched_yield();
    }
}

static inline void until_no_line(struct road *r, const char *part)
{
    int64_t deadline = rg_time_deadline_ns(KIT_WAIT_MS);

    for (;;) {
        char *text = get_waits(r);
        bool has = has_line(text, part, part);

        if (has && rg_time_now_ns() > deadline)
            fail_msg("still there: \"%s\":\n%s", part, text);
        CoTaskMemFree(text);
        if (!has)
            return;
        sched_yield();
    }
}

/* "name (id)", as the report calls a thread of whose line something is known. */
struct who {
    char text[64];
};

static inline struct who who_is(struct road *r, const char *known)
{
    char *text = get_waits(r);
    const char *at = strstr(text, known), *begin = at;
    struct who who;

    if (at == NULL)
        fail_msg("nobody is \"%s\":\n%s", known, text);
    while (begin > text && begin[-1] != '\n')
        begin--;
    begin += strspn(begin, " ");
    snprintf(who.text, sizeof(who.text), "%.*s", (int)(strcspn(begin, ")") + 1), begin);
    CoTaskMemFree(text);
    return who;
}

static inline struct who me(void)
{
    struct who who;

    rg_thread_set_name("test main");
    snprintf(who.text, sizeof(who.text), "test main (%u)", (unsigned)GetCurrentThreadId());
    return who;
}

static inline const char *held_by(struct who who)
{
    static char text[80];

    snprintf(text, sizeof(text), ", held by %s", who.text);
    return text;
}

static inline IPinFlowControl *flow_of(IPin *pin)
{
    IPinFlowControl *flow;

    assert_hr(CALL(pin, QueryInterface, &IID_IPinFlowControl, (void **)&flow), S_OK);
    return flow;
}

/* ---- a thread that does one thing -------------------------------------------------------- */

struct helper {
    struct rg_thread thread;
    struct road *road;
    IPinFlowControl *flow;
    IBaseFilter *fresh;
    RG_EDIT_REQUEST request;
    HRESULT result;
};

static inline struct who helper_start(struct helper *h, struct road *r, void (*fn)(void *))
{
    struct who who;

    h->road = r;
    assert_int_equal(rg_thread_start(&h->thread, "helper", fn, h), S_OK);
    while (rg_thread_id(&h->thread) == 0)
        sched_yield();
    snprintf(who.text, sizeof(who.text), "helper (%u)", (unsigned)rg_thread_id(&h->thread));
    return who;
}
