/* SPDX-License-Identifier: MIT */
/* hop.h - calls from a pin to its peer: as the interfaces have them, on roads of any length.
 *
 * Any thread, as the call itself.  Results are the peer's; E_OUTOFMEMORY: there is no stack left
 * for a road of this length, and the peer was not called.
 * Knows: what a call carries.  Must not know: when it is made.
 */
#pragma once

#include <dshow.h>
#include <regraft_if.h>

#include "platform/stack.h"

/* Down the road. */
HRESULT rg_hop_receive_deep(IMemInputPin *input, IMediaSample *sample);
HRESULT rg_hop_end_of_stream(IPin *peer);
HRESULT rg_hop_new_segment(IPin *peer, REFERENCE_TIME start, REFERENCE_TIME stop, double rate);
HRESULT rg_hop_begin_flush(IPin *peer);
HRESULT rg_hop_end_flush(IPin *peer);
HRESULT rg_hop_can_block(IMemInputPin *input);
HRESULT rg_hop_requirements(IMemInputPin *input, ALLOCATOR_PROPERTIES *ret);
HRESULT rg_hop_dynamic_accept(IPinConnection *peer, const AM_MEDIA_TYPE *type);
HRESULT rg_hop_accept(IPin *peer, const AM_MEDIA_TYPE *type);
HRESULT rg_hop_traits(IRgLink *peer, DWORD *ret);
HRESULT rg_hop_prime(IRgLink *peer, IMediaSample *sample);

/* Up the road. */
HRESULT rg_hop_quality(IQualityControl *peer, IBaseFilter *from, Quality quality);

static inline HRESULT rg_hop_receive(IMemInputPin *input, IMediaSample *sample)
{
    return rg_stack_is_short() ? rg_hop_receive_deep(input, sample)
                               : IMemInputPin_Receive(input, sample);
}
