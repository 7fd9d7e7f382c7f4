/* SPDX-License-Identifier: MIT */
/* fake_flow.c - samples from a fake output pin into whatever it is connected to.
 *
 * The check's own thread streams.  Knows: IMemInputPin, the memory allocator.  Must not know: who receives.
 */
#include "fake.h"

#include <string.h>

HRESULT fake_flow_open(struct fake_pin *output, LONG bytes)
{
    ALLOCATOR_PROPERTIES wish = { 4, bytes, 1, 0 }, actual;
    HRESULT hr;

    if (output->peer == NULL)
        return VFW_E_NOT_CONNECTED;
    hr = IPin_QueryInterface(output->peer, &IID_IMemInputPin, (void **)&output->transport);
    if (FAILED(hr))
        return hr;
    hr = CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                          &IID_IMemAllocator, (void **)&output->allocator);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_SetProperties(output->allocator, &wish, &actual);
    if (SUCCEEDED(hr))
        hr = IMemInputPin_NotifyAllocator(output->transport, output->allocator, FALSE);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_Commit(output->allocator);
    return hr;
}

HRESULT fake_flow_push(struct fake_pin *output, BYTE value, REFERENCE_TIME start)
{
    REFERENCE_TIME stop = start + 400000;
    IMediaSample *sample = NULL;
    BYTE *data = NULL;
    HRESULT hr = IMemAllocator_GetBuffer(output->allocator, &sample, NULL, NULL, 0);

    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(IMediaSample_GetPointer(sample, &data)))
        memset(data, value, (size_t)IMediaSample_GetSize(sample));
    IMediaSample_SetActualDataLength(sample, IMediaSample_GetSize(sample));
    IMediaSample_SetTime(sample, &start, &stop);
    hr = IMemInputPin_Receive(output->transport, sample);
    IMediaSample_Release(sample);
    return hr;
}

void fake_flow_close(struct fake_pin *output)
{
    if (output->allocator != NULL) {
        IMemAllocator_Decommit(output->allocator);
        IMemAllocator_Release(output->allocator);
    }
    if (output->transport != NULL)
        IMemInputPin_Release(output->transport);
    output->allocator = NULL;
    output->transport = NULL;
}
