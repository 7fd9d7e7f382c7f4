/* SPDX-License-Identifier: MIT */
/* ours_foreign.c - what two foreign filters pay for a sample: GetBuffer, Receive, Release, through the COM interfaces alone.
 *
 * The allocator is CLSID_MemoryAllocator, as any filter gets it; the input pin's IMemInputPin is written here, with nothing
 * of the base classes.  No graph: once pins are connected it has no part in this.
 */
#include <dshow.h>
#include <stddef.h>

#include "gauge.h"
#include "ours_graph.h"

/* ---- the receiving filter ------------------------------------------------------------------------ */

struct input {
    IMemInputPin face;
    IMemAllocator *allocator; /* reference */
};

static HRESULT STDMETHODCALLTYPE query(IMemInputPin *face, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMemInputPin)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = face;
    return S_OK;
}

/* Lives on main's stack. */
static ULONG STDMETHODCALLTYPE count(IMemInputPin *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE get_allocator(IMemInputPin *face, IMemAllocator **ret)
{
    (void)face;
    return CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IMemAllocator, (void **)ret);
}

static HRESULT STDMETHODCALLTYPE notify_allocator(IMemInputPin *face, IMemAllocator *allocator,
                                                  BOOL read_only)
{
    struct input *self = (struct input *)face;

    (void)read_only;
    IMemAllocator_AddRef(allocator);
    self->allocator = allocator;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_requirements(IMemInputPin *face, ALLOCATOR_PROPERTIES *ret)
{
    (void)face, (void)ret;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE receive(IMemInputPin *face, IMediaSample *sample)
{
    (void)face, (void)sample;
    gauge_arrived();
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE receive_multiple(IMemInputPin *face, IMediaSample **samples,
                                                  LONG n, LONG *ret_done)
{
    (void)samples;
    for (*ret_done = 0; *ret_done < n; (*ret_done)++)
        (void)receive(face, samples[*ret_done]);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE can_block(IMemInputPin *face)
{
    (void)face;
    return S_FALSE;
}

static const IMemInputPinVtbl input_vtbl = {
    .QueryInterface = query,
    .AddRef = count,
    .Release = count,
    .GetAllocator = get_allocator,
    .NotifyAllocator = notify_allocator,
    .GetAllocatorRequirements = get_requirements,
    .Receive = receive,
    .ReceiveMultiple = receive_multiple,
    .ReceiveCanBlock = can_block,
};

/* ---- the delivering one -------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    int buffers = 4, warm = 20000, samples = 20000, blocks = 10;
    const struct gauge_option options[] = {
        { "--buffers", &buffers }, { "--warm", &warm }, { "--samples", &samples },
        { "--blocks", &blocks },   { NULL, NULL },
    };
    struct input peer = { .face = { .lpVtbl = (IMemInputPinVtbl *)&input_vtbl } };
    IMemInputPin *input = &peer.face;
    ALLOCATOR_PROPERTIES wanted = { .cbBuffer = sizeof(struct meter_sample), .cbAlign = 1 },
                         got;
    IMemAllocator *allocator;

    gauge_read(options, argc, argv);
    wanted.cBuffers = buffers;
    ours_must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "COM");
    ours_must(IMemInputPin_GetAllocator(input, &allocator), "allocator");
    ours_must(IMemAllocator_SetProperties(allocator, &wanted, &got), "properties");
    ours_must(IMemInputPin_NotifyAllocator(input, allocator, FALSE), "notify");
    ours_must(IMemAllocator_Commit(allocator), "commit");
    gauge_arm(warm, samples, blocks);
    while (gauge.next != UINT64_MAX) {
        IMediaSample *sample;

        ours_must(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), "buffer");
        ours_must(IMemInputPin_Receive(input, sample), "receive");
        IMediaSample_Release(sample);
    }
    ours_must(IMemAllocator_Decommit(allocator), "decommit");
    IMemAllocator_Release(peer.allocator);
    IMemAllocator_Release(allocator);
    CoUninitialize();
    gauge_print_begin("regraft");
    gauge_print_blocks();
    gauge_print_end();
    return 0;
}
