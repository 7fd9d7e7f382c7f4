/* SPDX-License-Identifier: MIT */
/* sink_output.c - the output of a sink that writes its file through another filter (AVI Mux and
 * File Writer).
 *
 * put: whoever works for the class, one thread at a time; also a control thread in Stop.
 * Knows: positions as times of samples, the peer's IStream.  Must not know: what is written.
 */
#include "base/sink_internal.h"

#include <string.h>

#include "platform/memory.h"

#define PART_BYTES (64 << 10) /* what a sample usually takes */

static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    const struct rg_sink *sink = (const struct rg_sink *)pin->filter;

    if (index != 0)
        return VFW_S_NO_MORE_ITEMS;
    return rg_type_make(ret, &MEDIATYPE_Stream, sink->cls->output_subtype, &FORMAT_None, NULL,
                        0);
}

static HRESULT out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                           ALLOCATOR_PROPERTIES *props)
{
    (void)pin;
    (void)type;
    if (props->cbBuffer < PART_BYTES)
        props->cbBuffer = PART_BYTES;
    return S_OK;
}

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .buffers = out_buffers,
};

HRESULT rg_sink_output_init(struct rg_sink *sink)
{
    struct rg_sink_output *output = rg_calloc(1, sizeof(*output));
    HRESULT hr =
        output != NULL ? rg_filter_make_room(&sink->filter, PINDIR_OUTPUT) : E_OUTOFMEMORY;

    if (FAILED(hr)) {
        rg_free(output);
        return hr;
    }
    sink->output = output;
    rg_out_pin_init(&output->out, &sink->filter, &out_ops, "Out");
    return S_OK;
}

void rg_sink_output_free(struct rg_sink *sink)
{
    if (sink->output == NULL)
        return;
    rg_out_pin_fini(&sink->output->out);
    rg_free(sink->output);
}

/* ---- writing ----------------------------------------------------------------------------- */

static HRESULT fill(IMediaSample *sample, LONGLONG at, const void *data, ULONG bytes)
{
    REFERENCE_TIME start = at, stop = at + bytes; /* bytes, not time */
    BYTE *to;
    HRESULT hr = IMediaSample_GetPointer(sample, &to);

    if (FAILED(hr))
        return hr;
    if (IMediaSample_GetSize(sample) < (LONG)bytes)
        return VFW_E_BUFFER_OVERFLOW;
    memcpy(to, data, bytes);
    hr = IMediaSample_SetActualDataLength(sample, (LONG)bytes);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetTime(sample, &start, &stop);
    (void)IMediaSample_SetSyncPoint(sample, TRUE);
    return hr;
}

static HRESULT put_sample(struct rg_out_pin *out, LONGLONG at, const void *data, ULONG bytes)
{
    RG_AUTO(IMediaSample) sample = NULL;
    HRESULT hr = rg_out_pin_begin(out, RG_GATE_NO_TIME);

    if (FAILED(hr))
        return hr;
    hr = rg_out_pin_get(out, bytes, &sample);
    if (SUCCEEDED(hr))
        hr = fill(sample, at, data, bytes);
    if (SUCCEEDED(hr))
        hr = rg_out_pin_deliver(out, sample);
    rg_out_pin_end(out);
    return hr;
}

static HRESULT put_stream(struct rg_out_pin *out, LONGLONG at, const void *data, ULONG bytes)
{
    RG_AUTO(IPin) peer = rg_out_pin_peer(out);
    RG_AUTO(IStream) stream = NULL;
    LARGE_INTEGER to = { .QuadPart = at };
    HRESULT hr;

    if (peer == NULL)
        return VFW_E_NOT_CONNECTED;
    hr = IPin_QueryInterface(peer, &IID_IStream, (void **)&stream);
    if (SUCCEEDED(hr))
        hr = IStream_Seek(stream, to, STREAM_SEEK_SET, NULL);
    return SUCCEEDED(hr) ? IStream_Write(stream, data, bytes, NULL) : hr;
}

/* What a sample could not bring, for downstream flushes (S_FALSE) or is stopped.  Without a way past
 * that, the first misses nothing. */
static HRESULT put_past(struct rg_out_pin *out, LONGLONG at, const void *data, ULONG bytes,
                        HRESULT refusal)
{
    HRESULT hr = put_stream(out, at, data, bytes);

    if (hr != E_NOINTERFACE)
        return hr;
    return refusal == S_FALSE ? S_OK : VFW_E_STATE_CHANGED;
}

HRESULT rg_sink_put(struct rg_sink *sink, LONGLONG at, const void *data, ULONG bytes)
{
    struct rg_sink_output *output = sink->output;
    HRESULT hr = E_NOINTERFACE;

    if (output == NULL)
        return VFW_E_NOT_CONNECTED;
    if (at != output->end)
        hr = put_stream(&output->out, at, data, bytes);
    if (hr != E_NOINTERFACE)
        return hr;
    /* in order, or to somebody who knows nothing but samples */
    hr = put_sample(&output->out, at, data, bytes);
    if (hr == S_FALSE || rg_refusal_is_stop(hr))
        hr = put_past(&output->out, at, data, bytes, hr); /* it is stopped: before us */
    if (SUCCEEDED(hr) && at + (LONGLONG)bytes > output->end)
        output->end = at + bytes;
    return hr;
}

void rg_sink_output_end(struct rg_sink *sink)
{
    (void)rg_out_pin_end_of_stream(&sink->output->out);
}

/* What was written there must not be found behind what comes. */
static void empty_stream(struct rg_out_pin *out)
{
    RG_AUTO(IPin) peer = rg_out_pin_peer(out);
    RG_AUTO(IStream) stream = NULL;

    if (peer != NULL && SUCCEEDED(IPin_QueryInterface(peer, &IID_IStream, (void **)&stream)))
        (void)IStream_SetSize(stream, (ULARGE_INTEGER){ .QuadPart = 0 });
}

void rg_sink_output_restart(struct rg_sink *sink)
{
    if (sink->cls->restart == NULL)
        return;
    pthread_mutex_lock(&sink->work_lock);
    if (sink->output->end > 0)
        empty_stream(&sink->output->out);
    sink->output->end = 0;
    sink->cls->restart(sink->filter.author_state);
    pthread_mutex_unlock(&sink->work_lock);
}

HRESULT rg_sink_output_flush(struct rg_sink *sink, bool begins)
{
    struct rg_out_pin *out = &sink->output->out;

    return begins ? rg_out_pin_begin_flush(out) : rg_out_pin_end_flush(out);
}
