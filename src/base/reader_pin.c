/* SPDX-License-Identifier: MIT */
/* reader_pin.c - IAsyncReader: the output pin that bytes are pulled through.
 *
 * Any thread; waiting is in reader_queue.c.
 * Knows: samples whose times are positions.  Must not know: files.
 */
#include <string.h>

#include "base/reader_internal.h"

#define UNITS 10000000 /* a position in bytes times this is a sample's time */

static struct rg_reader *reader_of(IAsyncReader *face)
{
    struct rg_out_pin *pin = COM_HOME(face, struct rg_out_pin);

    return pin->user;
}

/* ---- what the pin gives ------------------------------------------------------------------ */

static struct rg_reader *reader_at(struct rg_out_pin *pin)
{
    return pin->user;
}

/* What Load was told or found, then the same without saying which. */
static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_reader *reader = reader_at(pin);

    if (index == 0)
        return rg_type_copy(ret, &reader->type);
    if (index > 1 || IsEqualGUID(&reader->type.subtype, &GUID_NULL))
        return VFW_S_NO_MORE_ITEMS;
    return rg_type_make(ret, &reader->type.majortype, &GUID_NULL, &FORMAT_None, NULL, 0);
}

static HRESULT out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    const AM_MEDIA_TYPE *mine = &reader_at(pin)->type;

    if (!IsEqualGUID(&type->majortype, &mine->majortype))
        return VFW_E_TYPE_NOT_ACCEPTED;
    if (IsEqualGUID(&type->subtype, &mine->subtype) ||
        IsEqualGUID(&type->subtype, &GUID_NULL) || IsEqualGUID(&mine->subtype, &GUID_NULL))
        return S_OK;
    return VFW_E_TYPE_NOT_ACCEPTED;
}

static void out_disconnected(struct rg_out_pin *pin)
{
    /* nobody is left to end a flush that the peer began */
    rg_reader_queue_flush(&reader_at(pin)->queue, true);
    rg_reader_queue_flush(&reader_at(pin)->queue, false);
}

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .accept = out_accept,
    .disconnected = out_disconnected,
    .is_pulled = true,
};

/* ---- IAsyncReader ------------------------------------------------------------------------ */

static HRESULT size_allocator(IMemAllocator *allocator, const ALLOCATOR_PROPERTIES *wanted)
{
    ALLOCATOR_PROPERTIES want = *wanted, actual = { 0 };
    HRESULT hr;

    if (want.cbAlign < RG_READER_ALIGN)
        want.cbAlign = RG_READER_ALIGN;
    hr = IMemAllocator_SetProperties(allocator, &want, &actual);
    if (FAILED(hr))
        return hr;
    return actual.cbAlign % RG_READER_ALIGN == 0 ? S_OK : VFW_E_BADALIGN;
}

static HRESULT STDMETHODCALLTYPE pull_allocator(IAsyncReader *face, IMemAllocator *preferred,
                                                ALLOCATOR_PROPERTIES *wanted,
                                                IMemAllocator **ret)
{
    RG_AUTO(IMemAllocator) own = NULL;
    HRESULT hr;

    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (wanted == NULL)
        return E_POINTER;
    if (preferred != NULL && SUCCEEDED(size_allocator(preferred, wanted))) {
        IMemAllocator_AddRef(preferred);
        *ret = preferred;
        return S_OK;
    }
    hr = rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&own);
    if (SUCCEEDED(hr))
        hr = size_allocator(own, wanted);
    if (SUCCEEDED(hr))
        *ret = RG_STEAL(&own);
    return hr;
}

static bool is_aligned(uint64_t value)
{
    return value % RG_READER_ALIGN == 0;
}

/* What the sample's times ask for. */
static HRESULT request_from(IMediaSample *sample, struct rg_request *ret)
{
    REFERENCE_TIME start, stop;
    LONGLONG bytes;
    HRESULT hr = IMediaSample_GetTime(sample, &start, &stop);

    if (hr != S_OK)
        return FAILED(hr) ? hr : VFW_E_SAMPLE_TIME_NOT_SET; /* the end is part of it */
    if (start < 0 || stop < start)
        return E_INVALIDARG;
    *ret = (struct rg_request){ .sample = sample, .at = start / UNITS };
    bytes = stop / UNITS - ret->at;
    hr = IMediaSample_GetPointer(sample, &ret->to);
    if (FAILED(hr))
        return hr;
    if (!is_aligned((uint64_t)ret->at) || !is_aligned((uint64_t)bytes) ||
        !is_aligned((uintptr_t)ret->to))
        return VFW_E_BADALIGN;
    if (bytes > IMediaSample_GetSize(sample))
        return VFW_E_BUFFER_OVERFLOW;
    ret->bytes = (ULONG)bytes;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pull_request(IAsyncReader *face, IMediaSample *sample,
                                              DWORD_PTR user)
{
    struct rg_request request;
    HRESULT hr;

    if (sample == NULL)
        return E_POINTER;
    hr = request_from(sample, &request);
    request.user = user;
    return SUCCEEDED(hr) ? rg_reader_queue_add(&reader_of(face)->queue, &request) : hr;
}

static HRESULT STDMETHODCALLTYPE pull_wait(IAsyncReader *face, DWORD timeout_ms,
                                           IMediaSample **ret, DWORD_PTR *ret_user)
{
    struct rg_request request = { .sample = NULL };
    HRESULT hr, set;

    if (ret == NULL || ret_user == NULL)
        return E_POINTER;
    hr = rg_reader_queue_next(&reader_of(face)->queue, timeout_ms, &request);
    *ret = request.sample; /* its reference goes along; also where it was given up */
    *ret_user = request.user;
    if (request.sample == NULL)
        return hr;
    set = IMediaSample_SetActualDataLength(request.sample, (LONG)request.done);
    return FAILED(set) ? set : hr;
}

static HRESULT STDMETHODCALLTYPE pull_aligned(IAsyncReader *face, IMediaSample *sample)
{
    struct rg_request request;
    HRESULT hr, set;
    ULONG done;

    if (sample == NULL)
        return E_POINTER;
    hr = request_from(sample, &request);
    if (FAILED(hr))
        return hr;
    hr = rg_reader_queue_read(&reader_of(face)->queue, request.at, request.bytes, request.to,
                              &done);
    set = IMediaSample_SetActualDataLength(sample, (LONG)done);
    return FAILED(hr) ? hr : FAILED(set) ? set : hr;
}

static HRESULT STDMETHODCALLTYPE pull_read(IAsyncReader *face, LONGLONG at, LONG bytes,
                                           BYTE *to)
{
    ULONG done;

    if (to == NULL)
        return E_POINTER;
    if (at < 0 || bytes < 0)
        return E_INVALIDARG;
    return rg_reader_queue_read(&reader_of(face)->queue, at, (ULONG)bytes, to, &done);
}

static HRESULT STDMETHODCALLTYPE pull_length(IAsyncReader *face, LONGLONG *ret_total,
                                             LONGLONG *ret_available)
{
    struct rg_reader *reader = reader_of(face);
    LONGLONG total = 0, available = 0;
    HRESULT hr = rg_reader_queue_length(&reader->queue, &total, &available);

    if (FAILED(hr))
        return hr;
    if (ret_total != NULL)
        *ret_total = total;
    if (ret_available != NULL)
        *ret_available = available;
    return hr;
}

static HRESULT STDMETHODCALLTYPE pull_begin_flush(IAsyncReader *face)
{
    rg_reader_queue_flush(&reader_of(face)->queue, true);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pull_end_flush(IAsyncReader *face)
{
    rg_reader_queue_flush(&reader_of(face)->queue, false);
    return S_OK;
}

static const IAsyncReaderVtbl pull_vtbl = {
    COM_UNKNOWN(IAsyncReader), .RequestAllocator = pull_allocator, .Request = pull_request,
    .WaitForNext = pull_wait,  .SyncReadAligned = pull_aligned,    .SyncRead = pull_read,
    .Length = pull_length,     .BeginFlush = pull_begin_flush,     .EndFlush = pull_end_flush,
};

/* ---- birth ------------------------------------------------------------------------------- */

static HRESULT query_more(struct com_object *object, REFIID iid, void **out)
{
    struct rg_out_pin *pin = (struct rg_out_pin *)object;
    struct rg_reader *reader = reader_at(pin);

    if (!IsEqualIID(iid, &IID_IAsyncReader))
        return E_NOINTERFACE;
    atomic_store(&pin->was_asked, true);
    com_addref(&reader->face);
    *out = &reader->face;
    return S_OK;
}

void rg_reader_pin_init(struct rg_reader *reader)
{
    reader->out.user = reader; /* before the pin can be seen */
    rg_out_pin_init(&reader->out, &reader->filter, &out_ops, "Out");
    reader->out.object.query_more = query_more;
    COM_FACE_INIT(&reader->out.object, reader->face, &pull_vtbl);
}
