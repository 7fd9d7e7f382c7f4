/* SPDX-License-Identifier: MIT */
/* media/format.h - a raw media type as numbers, and where the pixels and sound samples lie.
 *
 * rg_format is what an author of an effect sees instead of AM_MEDIA_TYPE; rg_frame is one
 * sample seen through it.  Any thread; plain values.
 *
 * Layouts, as DirectShow defines them: RGB24, RGB32, ARGB32, RGB565: packed, rows padded to
 * 4 bytes; biHeight > 0 is bottom-up, < 0 top-down. I420, YV12: planes Y U V (Y V U), chroma
 * halved both ways, top-down whatever the sign of biHeight;
 *   the Y stride is biWidth, the chroma stride half of it.  biWidth may exceed the visible width and |biHeight| the
 *   visible height: rcSource (rcTarget) then tells the visible part.
 * NV12: Y, then UV pairs, both with stride biWidth.  YUY2, UYVY: 2 bytes per pixel, stride 2
 * * biWidth. GRAY8 (FourCC 'Y800'): one plane, stride biWidth. PCM: interleaved,
 * little-endian; u8, s16, s24 packed, s32, float32.  WAVEFORMATEXTENSIBLE as soon as there
 * are more
 *   than two channels or 24 bits and more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

enum rg_kind {
    RG_KIND_NONE,
    RG_KIND_VIDEO,
    RG_KIND_AUDIO,
};

enum rg_pixels {
    RG_PIXELS_NONE,
    RG_PIXELS_I420,
    RG_PIXELS_YV12,
    RG_PIXELS_NV12,
    RG_PIXELS_YUY2,
    RG_PIXELS_UYVY,
    RG_PIXELS_RGB24,  /* bytes B G R */
    RG_PIXELS_RGB32,  /* bytes B G R x */
    RG_PIXELS_ARGB32, /* bytes B G R A */
    RG_PIXELS_GRAY8,
};

enum rg_sound {
    RG_SOUND_NONE,
    RG_SOUND_U8,
    RG_SOUND_S16,
    RG_SOUND_S24, /* 3 bytes */
    RG_SOUND_S32,
    RG_SOUND_F32,
};

struct rg_format {
    enum rg_kind kind;

    /* video */
    enum rg_pixels pixels;
    int width, height;             /* visible, in pixels */
    int coded_width, coded_height; /* biWidth and |biHeight|: how the memory is laid out */
    bool bottom_up;                /* RGB with biHeight > 0 */
    REFERENCE_TIME frame_time;     /* 100 ns per frame; 0 if unknown */
    int rate_num, rate_den;        /* frames per second as a fraction; 0/1 if unknown */
    int aspect_x, aspect_y;        /* picture aspect ratio; 0, 0 if unknown (square pixels) */

    /* audio */
    enum rg_sound sound;
    int sample_rate; /* Hz */
    int channels;
    uint32_t channel_mask; /* SPEAKER_...; 0 if unknown */
};

#define RG_MAX_PLANES 3

struct rg_plane {
    uint8_t *data;
    int stride; /* bytes from a row to the one below it; negative for bottom-up */
    int width;  /* of the visible part, in bytes */
    int height; /* visible rows */
    bool alpha; /* holds nothing but alpha; never with the layouts above */
};

/* One sample's memory, seen through its format.  Borrowed: valid while the sample is. */
struct rg_frame {
    const struct rg_format *format;
    int n_planes; /* video */
    struct rg_plane plane[RG_MAX_PLANES];
    uint8_t *sound;             /* audio: interleaved */
    int sound_frames;           /* samples per channel */
    REFERENCE_TIME start, stop; /* 100 ns stream time; stop < start: unknown */
    bool has_time;
};

/* Reads a raw video (VIDEOINFOHEADER, VIDEOINFOHEADER2) or PCM type.  S_OK;
 * VFW_E_TYPE_NOT_ACCEPTED: compressed, or a layout not listed above; VFW_E_INVALIDMEDIATYPE:
 * the format block contradicts itself or is too short; E_POINTER. */
RG_API HRESULT rg_format_from_type(const AM_MEDIA_TYPE *type, struct rg_format *ret);

/* Writes a format as a media type.  coded sizes of 0 mean the visible ones (rounded as the
 * layout demands).  *ret held nothing.  S_OK; E_INVALIDARG; E_OUTOFMEMORY. */
RG_API HRESULT rg_format_to_type(const struct rg_format *format, AM_MEDIA_TYPE *ret);

/* Bytes of one frame (video) or one sample of all channels (audio); 0 if the format is not
 * valid. */
RG_API int rg_format_bytes(const struct rg_format *format);

RG_API bool rg_format_equal(const struct rg_format *a, const struct rg_format *b);

/* Lays frame over a buffer of bytes bytes.  S_OK; E_INVALIDARG: the buffer is too small for
 * a video frame. */
RG_API HRESULT rg_frame_map(struct rg_frame *frame, const struct rg_format *format,
                            uint8_t *data, int bytes);

/* How frames of one format lie in their buffers: worked out once, laid over each. */
struct rg_frame_plan {
    struct rg_frame frame; /* without data and times */
    int bytes;             /* as rg_format_bytes */
    ptrdiff_t offset[RG_MAX_PLANES];
};

/* *format is borrowed, as long as frames are laid.  S_OK; E_INVALIDARG: it is not valid. */
RG_API HRESULT rg_frame_plan(struct rg_frame_plan *plan, const struct rg_format *format);
/* As rg_frame_map. */
RG_API HRESULT rg_frame_lay(struct rg_frame *frame, const struct rg_frame_plan *plan,
                            uint8_t *data, int bytes);

/* "I420" ... and back; NULL / NONE if unknown. */
RG_API const char *rg_pixels_name(enum rg_pixels pixels);
RG_API enum rg_pixels rg_pixels_by_name(const char *name);
RG_API const char *rg_sound_name(enum rg_sound sound);
RG_API enum rg_sound rg_sound_by_name(const char *name);
RG_API int rg_sound_bytes(enum rg_sound sound);
