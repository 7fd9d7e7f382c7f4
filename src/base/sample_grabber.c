/* SPDX-License-Identifier: MIT */
/* sample_grabber.c - CLSID_SampleGrabber: hands samples on as they are, and shows each one to the
 * application: by a callback, and as a copy of the last one.
 *
 * Streaming thread of the input; ISampleGrabber on any.  The callback runs on the streaming thread,
 * with none of our locks but that of the input, in front of the output's gate.
 * Knows: pins, ISampleGrabberCB.  Must not know: media.
 */
#include "base/sample_grabber.h"

#include <string.h>

#include "base/in_pin_internal.h"
#include "base/out_pin_internal.h"
#include "platform/memory.h"

#define HNS_PER_SECOND 1e7

/* Which method of the callback is called; the numbers are SetCallback's. */
enum { SHOW_SAMPLE = 0, SHOW_BUFFER = 1 };

/* A copy of a sample's bytes; only ever grows. */
struct copy {
    BYTE *data;
    ULONG bytes, room;
};

struct grabber {
    struct rg_filter filter;
    COM_FACE(ISampleGrabber) face;
    struct rg_in_pin in;
    struct rg_out_pin out;

    pthread_mutex_t lock; /* a leaf */
    /* under `lock` */
    AM_MEDIA_TYPE wanted; /* no format block */
    bool is_one_shot;
    bool keeps;    /* the last sample, in `kept` */
    bool has_kept; /* since the input was connected */
    struct copy kept;
    ISampleGrabberCB *callback; /* a reference */
    LONG which;

    /* under in.stream_turn */
    bool has_ended;    /* the one shot is over, or the stream */
    struct copy shown; /* what BufferCB sees */
};

const struct rg_class rg_sample_grabber = {
    .name = "sample-grabber",
    .help = "Shows every sample to the application (ISampleGrabber)",
    .clsid = { 0xc1f400a0, 0x3f08, 0x11d3, { 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37 } },
};

static struct grabber *grabber_of(ISampleGrabber *face)
{
    return COM_HOME(face, struct grabber);
}

static HRESULT copy_bytes(struct copy *copy, const struct rg_sample_info *info)
{
    if (info->bytes > copy->room) {
        BYTE *data = rg_realloc(copy->data, info->bytes);

        if (data == NULL)
            return E_OUTOFMEMORY;
        copy->data = data;
        copy->room = info->bytes;
    }
    if (info->bytes != 0)
        memcpy(copy->data, info->data, info->bytes);
    copy->bytes = info->bytes;
    return S_OK;
}

/* ---- the flow -------------------------------------------------------------------------- */

/* What is asked for at this moment. */
struct wish {
    bool is_one_shot;
    LONG which;
    ISampleGrabberCB *callback; /* a reference; NULL: none */
};

static REFERENCE_TIME gate_time(const struct rg_sample_info *info)
{
    return info->has_time ? info->start : RG_GATE_NO_TIME;
}

static HRESULT keep_and_ask(struct grabber *g, const struct rg_sample_info *info,
                            struct wish *ret)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&g->lock);
    if (g->keeps)
        hr = copy_bytes(&g->kept, info);
    if (g->keeps && SUCCEEDED(hr))
        g->has_kept = true;
    *ret = (struct wish){ g->is_one_shot, g->which, g->callback };
    if (ret->callback != NULL)
        ISampleGrabberCB_AddRef(ret->callback);
    pthread_mutex_unlock(&g->lock);
    return hr;
}

/* The callback may write into what it sees, and what it wrote goes on: where others read the
 * sample too, that is a copy. */
static bool needs_copy(struct grabber *g, const struct wish *wish, IMediaSample *sample)
{
    return wish->callback != NULL && wish->which == SHOW_SAMPLE &&
           (g->in.link.is_read_only || !rg_sample_is_writable(sample));
}

/* Who has no output to give to gets VFW_E_NOT_CONNECTED and shows nothing. */
static HRESULT prepare(struct grabber *g, IMediaSample *sample,
                       const struct rg_sample_info *info, struct wish *ret,
                       IMediaSample **ret_own)
{
    HRESULT hr = rg_out_pin_begin(&g->out, gate_time(info));

    if (FAILED(hr))
        return hr;
    hr = keep_and_ask(g, info, ret);
    if (SUCCEEDED(hr) && needs_copy(g, ret, sample))
        hr = rg_out_pin_copy_sample(&g->out, sample, ret_own);
    rg_out_pin_end(&g->out);
    return hr;
}

/* What the application answers says nothing about the stream. */
static HRESULT show(struct grabber *g, const struct wish *wish, IMediaSample *sample,
                    const struct rg_sample_info *info)
{
    double seconds = info->has_time ? (double)info->start / HNS_PER_SECOND : 0;
    HRESULT hr;

    if (wish->which == SHOW_SAMPLE) {
        (void)ISampleGrabberCB_SampleCB(wish->callback, seconds, sample);
        return S_OK;
    }
    hr = copy_bytes(&g->shown, info);
    if (SUCCEEDED(hr))
        (void)ISampleGrabberCB_BufferCB(wish->callback, seconds, g->shown.data,
                                        (LONG)g->shown.bytes);
    return hr;
}

static HRESULT hand_on(struct grabber *g, IMediaSample *sample,
                       const struct rg_sample_info *info)
{
    HRESULT hr = rg_out_pin_begin(&g->out, gate_time(info));

    if (FAILED(hr))
        return hr;
    hr = rg_out_pin_forward(&g->out, sample, g->in.link.flow);
    rg_out_pin_end(&g->out);
    return hr;
}

static HRESULT work_on(struct grabber *g, IMediaSample *sample,
                       const struct rg_sample_info *info, bool *ret_was_last)
{
    RG_AUTO(IMediaSample) own = NULL;
    RG_AUTO(ISampleGrabberCB) callback = NULL;
    struct wish wish = { .callback = NULL };
    HRESULT hr = prepare(g, sample, info, &wish, &own);

    callback = wish.callback;
    *ret_was_last = wish.is_one_shot;
    if (own != NULL)
        sample = own;
    if (SUCCEEDED(hr) && callback != NULL)
        hr = show(g, &wish, sample, info);
    return SUCCEEDED(hr) ? hand_on(g, sample, info) : hr;
}

/* Nothing more comes out. */
static void end(struct grabber *g)
{
    g->has_ended = true;
    (void)rg_out_pin_end_of_stream(&g->out);
}

static HRESULT in_receive(struct rg_in_pin *pin, IMediaSample *sample,
                          const struct rg_sample_info *info)
{
    struct grabber *g = pin->user;
    bool was_last = false;
    HRESULT hr;

    if (g->has_ended) {
        rg_drops_add(&pin->drops, "after the one shot", 1);
        return S_FALSE;
    }
    hr = work_on(g, sample, info, &was_last);
    if (hr != S_OK)
        rg_drops_add(&pin->drops, FAILED(hr) ? "stopped" : "refused downstream", 1);
    if (hr == E_OUTOFMEMORY) {
        end(g);
        rg_filter_notify(&g->filter, EC_ERRORABORT, hr, 0);
    }
    if (hr != S_OK || !was_last)
        return hr;
    end(g);
    return S_FALSE;
}

static HRESULT in_end_of_stream(struct rg_in_pin *pin)
{
    struct grabber *g = pin->user;

    return g->has_ended ? S_OK : rg_out_pin_end_of_stream(&g->out);
}

static HRESULT in_new_segment(struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop,
                              double rate)
{
    return rg_out_pin_new_segment(&((struct grabber *)pin->user)->out, start, stop, rate);
}

static HRESULT in_begin_flush(struct rg_in_pin *pin)
{
    return rg_out_pin_begin_flush(&((struct grabber *)pin->user)->out);
}

static HRESULT in_end_flush(struct rg_in_pin *pin)
{
    struct grabber *g = pin->user;

    rg_in_pin_lock_stream(pin); /* somebody may stream if nobody began the flush */
    g->has_ended = false;
    rg_turn_give(&pin->stream_turn);
    return rg_out_pin_end_flush(&g->out);
}

/* ---- negotiation ----------------------------------------------------------------------- */

static HRESULT in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct grabber *g = pin->user;
    bool fits;

    pthread_mutex_lock(&g->lock);
    fits = rg_type_fits(type, &g->wanted);
    pthread_mutex_unlock(&g->lock);
    return fits ? rg_out_pin_may_change(&g->out, type) : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT in_connected(struct rg_in_pin *pin)
{
    struct grabber *g = pin->user;

    pthread_mutex_lock(&g->lock);
    g->has_kept = false;
    pthread_mutex_unlock(&g->lock);
    return S_OK;
}

static HRESULT in_can_block(struct rg_in_pin *pin)
{
    return rg_out_pin_peer_can_block(&((struct grabber *)pin->user)->out);
}

/* The past is for whoever comes behind. */
static DWORD in_traits(struct rg_in_pin *pin)
{
    return rg_out_pin_peer_traits(&((struct grabber *)pin->user)->out) & RG_LINK_PRIMES;
}

static HRESULT in_prime(struct rg_in_pin *pin, IMediaSample *sample)
{
    return rg_out_pin_prime_peer(&((struct grabber *)pin->user)->out, sample);
}

static LONG in_extra_buffers(struct rg_in_pin *pin)
{
    return rg_out_pin_peer_wants(&((struct grabber *)pin->user)->out);
}

static HRESULT out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    return rg_out_pin_offer_type(pin, &((struct grabber *)pin->user)->in, index, ret);
}

static HRESULT out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    return rg_out_pin_has_type(pin, &((struct grabber *)pin->user)->in, type);
}

static const struct rg_in_pin_ops in_ops = {
    .accept = in_accept,
    .accept_dynamic = in_accept,
    .connected = in_connected,
    .receive = in_receive,
    .end_of_stream = in_end_of_stream,
    .new_segment = in_new_segment,
    .begin_flush = in_begin_flush,
    .end_flush = in_end_flush,
    .receive_can_block = in_can_block,
    .traits = in_traits,
    .prime = in_prime,
    .extra_buffers = in_extra_buffers,
    .is_end_pin = false,
};

static const struct rg_out_pin_ops out_ops = {
    .get_type = out_type,
    .accept = out_accept,
};

/* ---- ISampleGrabber -------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE set_one_shot(ISampleGrabber *face, BOOL one_shot)
{
    struct grabber *g = grabber_of(face);

    pthread_mutex_lock(&g->lock);
    g->is_one_shot = one_shot != FALSE;
    pthread_mutex_unlock(&g->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_media_type(ISampleGrabber *face, const AM_MEDIA_TYPE *type)
{
    struct grabber *g = grabber_of(face);

    if (type == NULL)
        return E_POINTER;
    pthread_mutex_lock(&g->lock);
    g->wanted.majortype = type->majortype;
    g->wanted.subtype = type->subtype;
    g->wanted.formattype = type->formattype;
    pthread_mutex_unlock(&g->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_connected_type(ISampleGrabber *face, AM_MEDIA_TYPE *ret)
{
    struct rg_in_pin *in = &grabber_of(face)->in;

    return rg_pin_connection_type(&in->link_lock, &in->link.peer, &in->link.type, ret);
}

static HRESULT STDMETHODCALLTYPE set_buffer_samples(ISampleGrabber *face, BOOL buffer)
{
    struct grabber *g = grabber_of(face);

    pthread_mutex_lock(&g->lock);
    g->keeps = buffer != FALSE;
    g->has_kept = g->has_kept && g->keeps;
    pthread_mutex_unlock(&g->lock);
    return S_OK;
}

static HRESULT read_kept_locked(const struct grabber *g, LONG *bytes, LONG *buffer)
{
    if (!g->keeps)
        return E_INVALIDARG;
    if (!g->has_kept)
        return VFW_E_WRONG_STATE;
    if (buffer != NULL && *bytes < (LONG)g->kept.bytes)
        return E_OUTOFMEMORY;
    if (buffer != NULL && g->kept.bytes != 0)
        memcpy(buffer, g->kept.data, g->kept.bytes);
    *bytes = (LONG)g->kept.bytes;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE get_current_buffer(ISampleGrabber *face, LONG *bytes,
                                                    LONG *buffer)
{
    struct grabber *g = grabber_of(face);
    HRESULT hr;

    if (bytes == NULL)
        return E_POINTER;
    if (!rg_in_pin_is_connected(&g->in))
        return VFW_E_NOT_CONNECTED;
    pthread_mutex_lock(&g->lock);
    hr = read_kept_locked(g, bytes, buffer);
    pthread_mutex_unlock(&g->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE get_current_sample(ISampleGrabber *face, IMediaSample **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return E_NOTIMPL; /* as documented: it never was */
}

static HRESULT STDMETHODCALLTYPE set_callback(ISampleGrabber *face, ISampleGrabberCB *callback,
                                              LONG which)
{
    struct grabber *g = grabber_of(face);
    ISampleGrabberCB *former;

    if (callback != NULL && which != SHOW_SAMPLE && which != SHOW_BUFFER)
        return E_INVALIDARG;
    if (callback != NULL)
        ISampleGrabberCB_AddRef(callback);
    pthread_mutex_lock(&g->lock);
    former = g->callback;
    g->callback = callback;
    g->which = which;
    pthread_mutex_unlock(&g->lock);
    if (former != NULL)
        ISampleGrabberCB_Release(former);
    return S_OK;
}

static const ISampleGrabberVtbl grabber_vtbl = {
    COM_UNKNOWN(ISampleGrabber),
    .SetOneShot = set_one_shot,
    .SetMediaType = set_media_type,
    .GetConnectedMediaType = get_connected_type,
    .SetBufferSamples = set_buffer_samples,
    .GetCurrentBuffer = get_current_buffer,
    .GetCurrentSample = get_current_sample,
    .SetCallback = set_callback,
};

/* ---- birth and end --------------------------------------------------------------------- */

static HRESULT filter_start(struct rg_filter *filter)
{
    ((struct grabber *)filter)->has_ended = false;
    return S_OK;
}

static void destroy(struct rg_filter *filter)
{
    struct grabber *g = (struct grabber *)filter;

    rg_in_pin_fini(&g->in);
    rg_out_pin_fini(&g->out);
    if (g->callback != NULL)
        ISampleGrabberCB_Release(g->callback);
    rg_free(g->kept.data);
    rg_free(g->shown.data);
    pthread_mutex_destroy(&g->lock);
}

static const struct rg_filter_ops filter_ops = {
    .destroy = destroy,
    .start = filter_start,
};

static const struct com_entry grabber_map[] = {
    RG_FILTER_ENTRIES(struct grabber, filter),
    COM_ENTRY(ISampleGrabber, struct grabber, face),
    COM_MAP_END,
};

HRESULT rg_sample_grabber_create(IUnknown *outer, REFIID iid, void **out)
{
    struct grabber *g;
    HRESULT hr;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    g = rg_calloc(1, sizeof(*g));
    if (g == NULL)
        return E_OUTOFMEMORY;
    hr = rg_filter_init(&g->filter, &rg_sample_grabber, &filter_ops, outer, grabber_map);
    if (FAILED(hr)) {
        rg_free(g);
        return hr;
    }
    COM_FACE_INIT(&g->filter.object, g->face, &grabber_vtbl);
    pthread_mutex_init(&g->lock, NULL);
    rg_in_pin_init(&g->in, &g->filter, &in_ops, "In");
    rg_out_pin_init(&g->out, &g->filter, &out_ops, "Out");
    g->out.passes_on = true;
    g->in.user = g;
    g->out.user = g;
    return com_object_hand_out(&g->filter.object, outer, iid, out);
}
