/* SPDX-License-Identifier: MIT */
/* ff/decoder.h - any libavcodec decoder as samples in, raw samples out.
 *
 * Control threads: types, buffers, open, close.  One streaming thread: the rest.  Codec threads
 * run inside.
 *
 * Pictures are decoded straight into the output's own buffers where the codec and the layout
 * allow, and copied or converted on delivery where not; neither the state of the pool nor a
 * change of the connection makes decoding wait or fail. After a drain the decoder goes on with
 * the very next packet, key frame or not: it has kept what it needs to pick up its references
 * again.
 */
#pragma once

#include <dshow.h>
#include <regraft_if.h>

#include "ff/output.h"

struct ff_decoder;

/* The index-th best raw type for this compressed one.  S_OK: *ret is the caller's;
 * VFW_S_NO_MORE_ITEMS; otherwise as ff_codecpar_from_type. */
HRESULT ff_decoder_output_type(const AM_MEDIA_TYPE *in, unsigned index, AM_MEDIA_TYPE *ret);

/* Asks for as many and as large buffers as decoding into them takes.  threads: as for open. */
HRESULT ff_decoder_buffers(const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out, int threads,
                           ALLOCATOR_PROPERTIES *props);

/* threads: 0 for as many as there are processors.  S_OK; VFW_E_NO_DECOMPRESSOR;
 * VFW_E_TYPE_NOT_ACCEPTED; the codec's error. */
HRESULT ff_decoder_open(const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out, int threads,
                        struct ff_decoder **ret);
void ff_decoder_close(struct ff_decoder *decoder);

/* From the next picture or sound on, out is made. */
HRESULT ff_decoder_set_output(struct ff_decoder *decoder, const AM_MEDIA_TYPE *out);

/* One sample, borrowed.  Damaged data is skipped and counted as dropped.  S_OK, or what output
 * said. */
HRESULT ff_decoder_send(struct ff_decoder *decoder, IMediaSample *sample,
                        const struct ff_output *output);

/* Pictures come so much too late (100 ns; <= 0: in time): from the next sample on those that no
 * other is built on are left out, then all but key frames, until they are in time again.  What is
 * left out is counted as dropped.  Sound is never left out. */
void ff_decoder_set_late(struct ff_decoder *decoder, REFERENCE_TIME late);

/* A sample of the past, in the place of another decoder: pictures and sound that come of it are not
 * given, now or later.  S_OK; E_OUTOFMEMORY. */
HRESULT ff_decoder_prime(struct ff_decoder *decoder, IMediaSample *sample);
/* But for what starts after `given` (100 ns), which the next send or drain gives first: said in
 * front of each sample of the past and behind the last one.  RG_GIVEN_ALL: nothing of what was shown
 * so far.  S_OK; E_NOTIMPL: sound that is resampled can't be taken over in the middle. */
HRESULT ff_decoder_take_over(struct ff_decoder *decoder, REFERENCE_TIME given);

/* Gives up every delayed picture.  S_OK, or what output said. */
HRESULT ff_decoder_drain(struct ff_decoder *decoder, const struct ff_output *output);

/* Flush: forgets all. */
void ff_decoder_reset(struct ff_decoder *decoder);
