/* SPDX-License-Identifier: MIT */
/* caller.h - a callback of a sample grabber that calls the graph, once, from the streaming thread. */
#pragma once

#include "real_filters.h"

#include <qedit.h>

struct caller {
    ISampleGrabberCB face; /* first */
    struct test_graph *g;
    IBaseFilter *grabber, *spare; /* borrowed */
    void (*act)(struct caller *c);
    IDeferredCommand *command; /* a reference; NULL: none was queued */
    HANDLE go;                 /* NULL: at once */
    HANDLE done;
    bool has_acted;
    char report[512];
    /* in a Stop */
    HANDLE entered;
    HRESULT (*call)(struct caller *c);
    HRESULT said;
    IEnumFilters *filters; /* borrowed */
};

static inline HRESULT STDMETHODCALLTYPE caller_query(ISampleGrabberCB *face, REFIID iid,
                                                     void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static inline ULONG STDMETHODCALLTYPE caller_count(ISampleGrabberCB *face)
{
    (void)face;
    return 1; /* lies on the test's stack */
}

static inline HRESULT STDMETHODCALLTYPE caller_sample(ISampleGrabberCB *face, double seconds,
                                                      IMediaSample *sample)
{
    struct caller *c = (struct caller *)face;

    (void)seconds, (void)sample;
    if (!c->has_acted) {
        c->has_acted = true;
        c->act(c);
        SetEvent(c->done);
    }
    return S_OK;
}

static inline HRESULT STDMETHODCALLTYPE caller_buffer(ISampleGrabberCB *face, double seconds,
                                                      BYTE *data, LONG size)
{
    (void)face, (void)seconds, (void)data, (void)size;
    return S_OK;
}

static ISampleGrabberCBVtbl caller_vtbl = {
    .QueryInterface = caller_query,
    .AddRef = caller_count,
    .Release = caller_count,
    .SampleCB = caller_sample,
    .BufferCB = caller_buffer,
};
