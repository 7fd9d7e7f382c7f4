/* SPDX-License-Identifier: MIT */
/* chaos_driver.c - what an application does to its graph meanwhile: run, pause, stop, seek, block, reconfigure. */
#include "chaos.h"

#include <string.h>

static void seek_somewhere(struct chaos *c)
{
    LONGLONG to = (LONGLONG)roll(1000000) * KIT_SAMPLE_TIME;

    chaos_doing = "seek";
    (void)IMediaSeeking_SetPositions(c->seeking, &to, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning);
}

static void block_somewhere(struct chaos *c)
{
    IPin *out = chaos_some_road(c)->out;
    IPinFlowControl *flow;
    HANDLE closed = CreateEventW(NULL, TRUE, FALSE, NULL);

    chaos_doing = "block";
    check(SUCCEEDED(IPin_QueryInterface(out, &IID_IPinFlowControl, (void **)&flow)),
          "no flow control");
    if (IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, closed) == S_OK) {
        WaitForSingleObject(closed, roll(5));
        IPinFlowControl_Block(flow, 0, NULL);
    }
    IPinFlowControl_Release(flow);
    CloseHandle(closed);
}

struct callback {
    IGraphConfigCallback face;
    struct chaos *c;
};

static HRESULT STDMETHODCALLTYPE callback_query(IGraphConfigCallback *face, REFIID iid,
                                                void **ret)
{
    (void)iid;
    *ret = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_count(IGraphConfigCallback *face)
{
    (void)face;
    return 1;
}

/* With the graph lock held: an edit inside. */
static HRESULT STDMETHODCALLTYPE callback_reconfigure(IGraphConfigCallback *face, PVOID context,
                                                      DWORD flags)
{
    (void)context, (void)flags;
    return chaos_reconnect(((struct callback *)face)->c, NULL);
}

static const IGraphConfigCallbackVtbl callback_vtbl = {
    .QueryInterface = callback_query,
    .AddRef = callback_count,
    .Release = callback_count,
    .Reconfigure = callback_reconfigure,
};

static void reconfigure(struct chaos *c)
{
    struct callback callback = {
        .face = { .lpVtbl = (IGraphConfigCallbackVtbl *)&callback_vtbl }, .c = c
    };

    chaos_doing = "reconfigure";
    (void)IGraphConfig_Reconfigure(c->config, &callback.face, NULL, 0, c->call_off);
}

/* An edit that fails puts the old road back. */
static void look_at_roads(const struct chaos *c)
{
    static unsigned
        open_ends; /* of the only driver: looks at a road without end, one after the other */
    char roads[CHAOS_ROADS_TEXT];

    chaos_describe(c, roads, sizeof(roads));
    open_ends = c->shape != CHAOS_MERGE && strchr(roads, '-') != NULL ? open_ends + 1 : 0;
    check(open_ends < 4, "a road has lost its connection");
}

void chaos_drive(struct chaos *c)
{
    look_at_roads(c);
    chaos_let_it_flow(c);
    kit_unhang();
    switch (roll(14)) {
    case 0:
        chaos_doing = "stop";
        (void)IMediaControl_Stop(c->control);
        chaos_doing = "run after stop";
        (void)IMediaControl_Run(c->control);
        break;
    case 1:
    case 2:
        chaos_doing = "pause";
        (void)IMediaControl_Pause(c->control);
        break;
    case 3:
    case 4:
        seek_somewhere(c);
        break;
    case 5:
    case 6:
        if (c->shape != CHAOS_FOREIGN)
            block_somewhere(c);
        break;
    case 7:
        SetEvent(c->call_off);
        chaos_let_it_flow(c);
        ResetEvent(c->call_off);
        break;
    case 8:
        reconfigure(c);
        break;
    default:
        chaos_doing = "run";
        (void)IMediaControl_Run(c->control);
        break;
    }
    chaos_log("drive: %s", chaos_doing);
    chaos_doing = "nothing";
}
