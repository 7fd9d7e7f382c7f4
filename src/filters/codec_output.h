/* SPDX-License-Identifier: MIT */
/* filters/codec_output.h - ff's output on top of the base's, for the codec filters.
 *
 * Streaming thread; valid during the callback that got the output.
 */
#pragma once

#include "base/transform.h"
#include "ff/output.h"

static inline HRESULT codec_output_get(void *context, ULONG bytes, REFERENCE_TIME start,
                                       IMediaSample **ret)
{
    return rg_output_get(context, bytes, start, ret);
}

static inline HRESULT codec_output_deliver(void *context, IMediaSample *sample)
{
    return rg_output_deliver(context, sample);
}

static inline IMemAllocator *codec_output_allocator(void *context)
{
    return rg_output_allocator(context);
}

static inline void codec_output_drop(void *context, const char *reason, unsigned samples)
{
    rg_output_drop(context, reason, samples);
}

static inline struct ff_output codec_output(struct rg_output *output)
{
    return (struct ff_output){
        .context = output,
        .get = codec_output_get,
        .deliver = codec_output_deliver,
        .allocator = codec_output_allocator,
        .drop = codec_output_drop,
    };
}
