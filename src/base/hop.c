/* SPDX-License-Identifier: MIT */
/* hop.c - calls from a pin to its peer, that go on on another stretch of stack where one is short.
 *
 * Any thread, as the call itself.
 * Knows: what a call carries.  Must not know: when it is made.
 */
#include "base/hop.h"

/* What any of them carries. */
struct hop {
    IPin *pin;
    IMemInputPin *input;
    IPinConnection *connection;
    IRgLink *link;
    IQualityControl *quality;
    IMediaSample *sample;
    const AM_MEDIA_TYPE *type;
    REFERENCE_TIME start, stop;
    double rate;
    ALLOCATOR_PROPERTIES *properties;
    DWORD *traits;
    IBaseFilter *from;
    Quality message;
};

#define HOP(name, call)                                                                        \
    static HRESULT hop_##name(void *arg)                                                       \
    {                                                                                          \
        const struct hop *h = arg;                                                             \
                                                                                               \
        return call;                                                                           \
    }

HOP(receive, IMemInputPin_Receive(h->input, h->sample))
HOP(end_of_stream, IPin_EndOfStream(h->pin))
HOP(new_segment, IPin_NewSegment(h->pin, h->start, h->stop, h->rate))
HOP(begin_flush, IPin_BeginFlush(h->pin))
HOP(end_flush, IPin_EndFlush(h->pin))
HOP(can_block, IMemInputPin_ReceiveCanBlock(h->input))
HOP(requirements, IMemInputPin_GetAllocatorRequirements(h->input, h->properties))
HOP(dynamic_accept, IPinConnection_DynamicQueryAccept(h->connection, h->type))
HOP(accept, IPin_QueryAccept(h->pin, h->type))
HOP(traits, IRgLink_GetTraits(h->link, h->traits))
HOP(prime, IRgLink_Prime(h->link, h->sample))
HOP(quality, IQualityControl_Notify(h->quality, h->from, h->message))

#define GO(name, ...) rg_stack_call(hop_##name, &(struct hop){ __VA_ARGS__ })

HRESULT rg_hop_receive_deep(IMemInputPin *input, IMediaSample *sample)
{
    return rg_stack_go_on(hop_receive, &(struct hop){ .input = input, .sample = sample });
}

HRESULT rg_hop_end_of_stream(IPin *peer)
{
    return GO(end_of_stream, .pin = peer);
}

HRESULT rg_hop_new_segment(IPin *peer, REFERENCE_TIME start, REFERENCE_TIME stop, double rate)
{
    return GO(new_segment, .pin = peer, .start = start, .stop = stop, .rate = rate);
}

HRESULT rg_hop_begin_flush(IPin *peer)
{
    return GO(begin_flush, .pin = peer);
}

HRESULT rg_hop_end_flush(IPin *peer)
{
    return GO(end_flush, .pin = peer);
}

HRESULT rg_hop_can_block(IMemInputPin *input)
{
    return GO(can_block, .input = input);
}

HRESULT rg_hop_requirements(IMemInputPin *input, ALLOCATOR_PROPERTIES *ret)
{
    return GO(requirements, .input = input, .properties = ret);
}

HRESULT rg_hop_dynamic_accept(IPinConnection *peer, const AM_MEDIA_TYPE *type)
{
    return GO(dynamic_accept, .connection = peer, .type = type);
}

HRESULT rg_hop_accept(IPin *peer, const AM_MEDIA_TYPE *type)
{
    return GO(accept, .pin = peer, .type = type);
}

HRESULT rg_hop_traits(IRgLink *peer, DWORD *ret)
{
    return GO(traits, .link = peer, .traits = ret);
}

HRESULT rg_hop_prime(IRgLink *peer, IMediaSample *sample)
{
    return GO(prime, .link = peer, .sample = sample);
}

HRESULT rg_hop_quality(IQualityControl *peer, IBaseFilter *from, Quality quality)
{
    return GO(quality, .quality = peer, .from = from, .message = quality);
}
