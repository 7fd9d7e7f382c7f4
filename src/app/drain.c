/* SPDX-License-Identifier: MIT */
/* drain.c - one thread per source pin: Block, then EndOfStream to the peer.
 *
 * A thread each, because a muxer may wait for one stream while it holds another back.
 * Knows: IPinFlowControl, pins.  Must not know: signals or files.
 */
#include "app/drain.h"

#include <pthread.h>
#include <stdlib.h>

struct drain_pin {
    IPin *pin;
    IPin *peer;
    IPinFlowControl *flow;
    HANDLE waits[2]; /* held; the graph has stopped */
    HANDLE thread;
};

struct app_drain {
    struct drain_pin *pins;
    size_t count;
    HANDLE stopped;
};

static DWORD drain_main(LPVOID parameter)
{
    struct drain_pin *d = parameter;
    bool com = SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED));

    pthread_setname_np(pthread_self(), "finishing");
    if (WaitForMultipleObjects(2, d->waits, FALSE, INFINITE) == WAIT_OBJECT_0)
        IPin_EndOfStream(d->peer);
    if (com)
        CoUninitialize();
    return 0;
}

static bool is_source(IBaseFilter *filter)
{
    struct app_pins pins;
    bool source = true;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && source; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);

        source = !peer || app_pin_direction(pins.items[i]) == PINDIR_OUTPUT;
    }
    app_pins_release(&pins);
    return source;
}

static void drain_add(struct app_drain *drain, IPin *pin)
{
    struct drain_pin d = {
        .pin = pin,
        .peer = app_pin_peer(pin),
        .flow = app_query(pin, &IID_IPinFlowControl),
    };

    if (!d.peer || !d.flow) {
        app_release(&d.peer);
        app_release(&d.flow);
        return;
    }
    IPin_AddRef(pin);
    d.waits[0] = CreateEventW(NULL, TRUE, FALSE, NULL);
    d.waits[1] = drain->stopped;
    drain->pins = app_grow(drain->pins, drain->count, sizeof(*drain->pins));
    drain->pins[drain->count++] = d;
}

struct app_drain *app_drain_start(struct app_graph *graph)
{
    struct app_drain *drain = app_alloc(1, sizeof(*drain));
    struct app_filters filters;

    drain->stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
    app_filters_get((IFilterGraph *)graph->builder, &filters);
    for (size_t f = 0; f < filters.count; f++) {
        struct app_pins pins;

        if (!is_source(filters.items[f]))
            continue;
        app_pins_get(filters.items[f], &pins);
        for (size_t i = 0; i < pins.count; i++)
            if (app_pin_direction(pins.items[i]) == PINDIR_OUTPUT)
                drain_add(drain, pins.items[i]);
        app_pins_release(&pins);
    }
    app_filters_release(&filters);
    /* All blocks first, then the threads: the array moves no more. */
    for (size_t i = 0; i < drain->count; i++) {
        struct drain_pin *d = &drain->pins[i];

        if (FAILED(IPinFlowControl_Block(d->flow, AM_PIN_FLOW_CONTROL_BLOCK, d->waits[0])))
            SetEvent(d->waits[0]); /* somebody else holds it: as good */
        d->thread = CreateThread(NULL, 0, drain_main, d, 0, NULL);
    }
    if (drain->count)
        return drain;
    app_drain_end(drain);
    return NULL;
}

void app_drain_end(struct app_drain *drain)
{
    if (!drain)
        return;
    SetEvent(drain->stopped);
    for (size_t i = 0; i < drain->count; i++) {
        struct drain_pin *d = &drain->pins[i];

        if (d->thread) {
            WaitForSingleObject(d->thread, INFINITE);
            CloseHandle(d->thread);
        }
        IPinFlowControl_Block(d->flow, 0, NULL);
        CloseHandle(d->waits[0]);
        app_release(&d->flow);
        app_release(&d->peer);
        app_release(&d->pin);
    }
    CloseHandle(drain->stopped);
    free(drain->pins);
    free(drain);
}
