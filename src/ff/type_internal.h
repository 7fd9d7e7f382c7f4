/* SPDX-License-Identifier: MIT */
/* ff/type_internal.h - between type.c, type_video.c and type_audio.c alone.
 *
 * Any thread; plain values.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <libavcodec/avcodec.h>

#include "ff/type.h"

/* A FourCC or wave format tag as a subtype, and back. */
GUID ff_subtype_of_tag(uint32_t tag);
bool ff_tag_of_subtype(const GUID *subtype, uint32_t *ret);

/* Replaces par's extradata.  S_OK; E_OUTOFMEMORY. */
HRESULT ff_set_extradata(AVCodecParameters *par, const void *data, size_t bytes);

/* Documented types only.  *_make: S_FALSE if there is no documented type for the codec. */
HRESULT ff_video_make(const AVCodecParameters *par, AVRational rate, AM_MEDIA_TYPE *ret);
HRESULT ff_video_read(const AM_MEDIA_TYPE *type, AVCodecParameters *ret, AVRational *rate);
HRESULT ff_audio_make(const AVCodecParameters *par, AM_MEDIA_TYPE *ret);
HRESULT ff_audio_read(const AM_MEDIA_TYPE *type, AVCodecParameters *ret);

/* How far the documented part of the format block reaches; cbFormat if unknown. */
size_t ff_video_bytes(const AM_MEDIA_TYPE *type);
size_t ff_audio_bytes(const AM_MEDIA_TYPE *type);
