/* SPDX-License-Identifier: MIT */
/* ff/output.h - where codecs put what they make, and what they say of it.
 *
 * The filter behind it gives the functions; streaming thread, valid during the call that got
 * it.
 */
#pragma once

#include <dshow.h>

struct ff_output {
    void *context;
    /* A sample of the output connection with room for bytes; may wait.  S_OK: the caller owns a
     * reference. VFW_E_NOT_COMMITTED, VFW_E_STATE_CHANGED: give up quietly. */
    HRESULT (*get)(void *context, ULONG bytes, REFERENCE_TIME start, IMediaSample **ret);
    /* Takes the reference, also on failure. */
    HRESULT (*deliver)(void *context, IMediaSample *sample);
    /* The connection's allocator with a reference; NULL if there is none.  NULL slot: never
     * ahead of delivery. */
    IMemAllocator *(*allocator)(void *context);
    /* Something was given up on purpose. */
    void (*drop)(void *context, const char *reason, unsigned samples);
};
