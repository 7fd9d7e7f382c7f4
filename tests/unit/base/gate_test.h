/* SPDX-License-Identifier: MIT */
/* gate_test.h - one gate, and threads that use it as they are told; for test_gate*.c. */
#pragma once

#include "support.h"

#include "base/gate.h"

#define BLOCK   AM_PIN_FLOW_CONTROL_BLOCK
#define NO_TIME RG_GATE_NO_TIME

static struct rg_gate gate;

static inline int setup(void **state)
{
    (void)state;
    memset(&gate, 0, sizeof(gate));
    rg_gate_init(&gate);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    rg_gate_fini(&gate);
    return 0;
}

static inline bool is_closed(void)
{
    struct rg_gate_times times;

    rg_gate_read(&gate, &times);
    return times.is_closed;
}

/* Asking with a block of one's own would be a block where nobody else was first. */
static inline bool is_asked_to_close(void)
{
    bool asked;

    pthread_mutex_lock(&gate.lock);
    asked = gate.blocker != 0;
    pthread_mutex_unlock(&gate.lock);
    return asked;
}

static inline unsigned waiting(void)
{
    struct rg_gate_times times;

    rg_gate_read(&gate, &times);
    return times.waiting;
}

/* ---- another thread that does as it is told -------------------------------------------------- */

enum order {
    ORDER_BEGIN = 1,
    ORDER_END,
    ORDER_BLOCK,
    ORDER_ASYNC,
    ORDER_OPEN,
    ORDER_HOLD,
    ORDER_QUIT
};

struct worker {
    struct rg_thread thread;
    HANDLE told, done; /* auto reset */
    enum order order;
    REFERENCE_TIME start;
    HANDLE event;
    HRESULT result;
};

static inline void worker_main(void *arg)
{
    struct worker *w = arg;

    for (;;) {
        WaitForSingleObject(w->told, INFINITE);
        switch (w->order) {
        case ORDER_BEGIN:
            w->result = rg_gate_begin(&gate, w->start);
            break;
        case ORDER_END:
            rg_gate_end(&gate);
            break;
        case ORDER_BLOCK:
            w->result = rg_gate_block(&gate, BLOCK, NULL);
            break;
        case ORDER_ASYNC:
            w->result = rg_gate_block(&gate, BLOCK, w->event);
            break;
        case ORDER_OPEN:
            w->result = rg_gate_block(&gate, 0, NULL);
            break;
        case ORDER_HOLD:
            w->result = rg_gate_hold(&gate, WAIT_LONG);
            break;
        case ORDER_QUIT:
            SetEvent(w->done);
            return;
        }
        SetEvent(w->done);
    }
}

static inline void hire(struct worker *w)
{
    memset(w, 0, sizeof(*w));
    w->told = CreateEventW(NULL, FALSE, FALSE, NULL);
    w->done = CreateEventW(NULL, FALSE, FALSE, NULL);
    w->start = NO_TIME;
    assert_int_equal(rg_thread_start(&w->thread, "worker", worker_main, w), S_OK);
}

static inline void tell(struct worker *w, enum order order)
{
    w->order = order;
    SetEvent(w->told);
}

static inline HRESULT result_of(struct worker *w)
{
    wait_for(w->done);
    return w->result;
}

static inline HRESULT order(struct worker *w, enum order what)
{
    tell(w, what);
    return result_of(w);
}

static inline void dismiss(struct worker *w)
{
    tell(w, ORDER_QUIT);
    wait_for(w->done);
    rg_thread_join(&w->thread);
    CloseHandle(w->told);
    CloseHandle(w->done);
}

#define WITH_GATE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
