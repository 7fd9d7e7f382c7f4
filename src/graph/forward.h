/* SPDX-License-Identifier: MIT */
/* forward.h - faces of the graph whose work one of its filters does: sound, picture, window.
 *
 * Any thread but streaming ones.  The graph lock is held while the filter is looked up, never while it is called.
 * Knows: which filter was the first to offer an interface.  Must not know: what the interface does.
 */
#pragma once

#include <stdint.h>

#include "com/object.h"

struct graph;
struct graph_node;

/* The answer of the last look-up: good as long as the list of members has not changed. */
struct graph_forward {
    /* under the graph lock */
    uint64_t version;
    struct graph_node *node; /* NULL: no filter offers it */
    bool is_known;
};

/* *ret: `iid` of the first filter of the graph (in the order of EnumFilters) that has it, a reference for the caller.
 * S_OK; E_NOINTERFACE: none has; E_OUTOFMEMORY. */
HRESULT graph_forward_find(struct graph *graph, struct graph_forward *last, REFIID iid,
                           void **ret);

/* FACE##_target(FACE *, TARGET **): who does the work; last: the member of struct graph that remembers it, none: the
 * documented answer where nobody does. */
#define FORWARD_TARGET(FACE, TARGET, last, none)                                               \
    static HRESULT FACE##_target(FACE *face, TARGET **ret)                                     \
    {                                                                                          \
        struct graph *graph = graph_home(face);                                                \
        HRESULT hr = graph_forward_find(graph, &graph->last, &IID_##TARGET, (void **)ret);     \
                                                                                               \
        return hr == E_NOINTERFACE ? (none) : hr;                                              \
    }

/* Methods that pass their arguments on.  FACE: the face of the graph; TARGET: the filter's interface, which has the
 * method too; FACE##_target(FACE *, TARGET **) finds it.  An output that is NULL gives E_POINTER before anything else. */
/* the last statements of each */
#define FORWARD_BODY(FACE, TARGET, method, ...)                                                \
    RG_AUTO(TARGET) target = NULL;                                                             \
    HRESULT hr = FACE##_target(face, &target);                                                 \
    return SUCCEEDED(hr) ? target->lpVtbl->method(target, ##__VA_ARGS__) : hr

#define FORWARD_PLAIN(FACE, TARGET, method)                                                    \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(FACE *face)                            \
    {                                                                                          \
        FORWARD_BODY(FACE, TARGET, method);                                                    \
    }
#define FORWARD_PUT(FACE, TARGET, method, type)                                                \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(FACE *face, type value)                \
    {                                                                                          \
        FORWARD_BODY(FACE, TARGET, method, value);                                             \
    }
#define FORWARD_GET(FACE, TARGET, method, type)                                                \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(FACE *face, type *ret)                 \
    {                                                                                          \
        if (ret == NULL)                                                                       \
            return E_POINTER;                                                                  \
        FORWARD_BODY(FACE, TARGET, method, ret);                                               \
    }
#define FORWARD_PUT_BOX(FACE, TARGET, method)                                                  \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(FACE *face, LONG left, LONG top,       \
                                                        LONG width, LONG height)               \
    {                                                                                          \
        FORWARD_BODY(FACE, TARGET, method, left, top, width, height);                          \
    }
#define FORWARD_GET_BOX(FACE, TARGET, method)                                                  \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(                                       \
        FACE *face, LONG *ret_left, LONG *ret_top, LONG *ret_width, LONG *ret_height)          \
    {                                                                                          \
        if (ret_left == NULL || ret_top == NULL || ret_width == NULL || ret_height == NULL)    \
            return E_POINTER;                                                                  \
        FORWARD_BODY(FACE, TARGET, method, ret_left, ret_top, ret_width, ret_height);          \
    }
#define FORWARD_GET_PAIR(FACE, TARGET, method)                                                 \
    static HRESULT STDMETHODCALLTYPE FACE##_do_##method(FACE *face, LONG *ret_x, LONG *ret_y)  \
    {                                                                                          \
        if (ret_x == NULL || ret_y == NULL)                                                    \
            return E_POINTER;                                                                  \
        FORWARD_BODY(FACE, TARGET, method, ret_x, ret_y);                                      \
    }
