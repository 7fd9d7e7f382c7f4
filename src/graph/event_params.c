/* SPDX-License-Identifier: MIT */
/* event_params.c - what the two parameters of an event are: numbers, texts or interfaces.
 *
 * Any thread, not under a lock: a filter may go with the last reference.
 * Knows: evcode.h.  Must not know: the queue.
 */
#include "graph/graph_internal.h"

enum kind { PLAIN = 1, TEXT, INTERFACE };

struct shape {
    LONG code;
    enum kind first, second;
};

/* All other codes have plain ones. */
static const struct shape shapes[] = {
    { EC_COMPLETE, PLAIN, INTERFACE },
    { EC_REPAINT, INTERFACE, PLAIN },
    { EC_FULLSCREEN_LOST, PLAIN, INTERFACE },
    { EC_ACTIVATE, PLAIN, INTERFACE },
    { EC_WINDOW_DESTROYED, INTERFACE, PLAIN },
    { EC_OLE_EVENT, TEXT, TEXT },
    { EC_STREAM_CONTROL_STOPPED, INTERFACE, PLAIN },
    { EC_STREAM_CONTROL_STARTED, INTERFACE, PLAIN },
    { EC_DEVICE_LOST, INTERFACE, PLAIN },
    { EC_TIMECODE_AVAILABLE, INTERFACE, PLAIN },
    { EC_STATUS, TEXT, TEXT },
    { EC_ERRORABORTEX, PLAIN, TEXT },
    { EC_PREPROCESS_COMPLETE, INTERFACE, PLAIN },
};

static struct shape shape_of(LONG code)
{
    for (unsigned i = 0; i < ARRAYSIZE(shapes); i++)
        if (shapes[i].code == code)
            return shapes[i];
    return (struct shape){ code, PLAIN, PLAIN };
}

static void hold(enum kind kind, LONG_PTR param)
{
    IUnknown *unknown = (IUnknown *)param;

    if (kind == INTERFACE && unknown != NULL)
        unknown->lpVtbl->AddRef(unknown);
}

static void let_go(enum kind kind, LONG_PTR param)
{
    IUnknown *unknown = (IUnknown *)param;

    if (kind == TEXT)
        SysFreeString((BSTR)param);
    else if (kind == INTERFACE && unknown != NULL)
        unknown->lpVtbl->Release(unknown);
}

void graph_event_params_hold(LONG code, LONG_PTR param1, LONG_PTR param2)
{
    struct shape shape = shape_of(code);

    hold(shape.first, param1);
    hold(shape.second, param2);
}

void graph_event_params_free(LONG code, LONG_PTR param1, LONG_PTR param2)
{
    struct shape shape = shape_of(code);

    let_go(shape.first, param1);
    let_go(shape.second, param2);
}
