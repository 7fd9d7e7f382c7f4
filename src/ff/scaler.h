/* SPDX-License-Identifier: MIT */
/* ff/scaler.h - one picture into another size, pixel layout or colour range.
 *
 * One thread at a time per scaler.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "media/format.h"

struct AVFrame;
struct ff_scaler;

enum ff_filter {
    FF_FILTER_BICUBIC,
    FF_FILTER_BILINEAR,
    FF_FILTER_LANCZOS,
    FF_FILTER_AREA,
    FF_FILTER_POINT,
};

/* A picture in libav's terms; borrowed memory. */
struct ff_picture {
    int format; /* enum AVPixelFormat */
    int width, height;
    uint8_t *data[4];
    int stride[4];
    int matrix; /* enum AVColorSpace; 2 if not known */
    bool full_range;
    bool is_tight; /* behind a row comes the next one at once, behind the last one nothing */
};

void ff_picture_of_frame(struct ff_picture *ret, const struct AVFrame *frame);
void ff_picture_of_map(struct ff_picture *ret, const struct rg_frame *frame);

/* NULL if memory is out. */
struct ff_scaler *ff_scaler_new(void);
void ff_scaler_free(struct ff_scaler *scaler);

/* Writes from into to; copies where both are alike.  S_OK; VFW_E_TYPE_NOT_ACCEPTED: no such
 * conversion; E_OUTOFMEMORY. */
HRESULT ff_scaler_run(struct ff_scaler *scaler, const struct ff_picture *from,
                      const struct ff_picture *to, enum ff_filter filter);
