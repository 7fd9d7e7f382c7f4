/* SPDX-License-Identifier: MIT */
/* transform_internal.h - the filter around a transform class; shared by transform.c and
 * transform_types.c. */
#pragma once

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "base/transform.h"

struct rg_output {
    struct rg_transform *transform;
    /* owned by the streaming thread */
    bool is_open;     /* we are inside the output's gate */
    bool was_refused; /* the callback's failure came from downstream */
};

struct rg_transform {
    struct rg_filter filter;

    /* set at creation */
    const struct rg_transform_class *cls;
    struct rg_in_pin in;
    struct rg_out_pin out;

    /* under in.stream_turn */
    /* first what each sample needs */
    struct rg_output output;
    atomic_bool is_started; /* read by control threads without the lock */
    /* the input was exchanged for one of another type: before its first sample */
    bool type_is_due;
    bool has_ended; /* the class wants no more */
    bool
        follows_input; /* the next sample goes out in the input's type, unlike the one before */
    unsigned met_link; /* serial of the output link that the class knows */
    struct rg_frozen frozen;
    struct rg_frame_plan in_plan, out_plan; /* of the formats */
    struct rg_format in_format, out_format; /* frame classes */
    AM_MEDIA_TYPE met_type;                 /* what the class was started with */

    /* atomic */
    atomic_bool is_late; /* as downstream said last, where the class does something about it */
};

static inline bool rg_transform_is_stream(const struct rg_transform *t)
{
    return t->cls->send != NULL;
}

/* What comes in goes out, in the same type. */
static inline bool rg_transform_is_in_place(const struct rg_transform *t)
{
    return !rg_transform_is_stream(t) && t->cls->output_format == NULL;
}

/* Both connections' types as formats, for a frame class. */
HRESULT rg_transform_read_formats(struct rg_transform *t, const AM_MEDIA_TYPE *in,
                                  const AM_MEDIA_TYPE *out);

static inline void rg_transform_frame_times(struct rg_frame *frame,
                                            const struct rg_sample_info *info)
{
    frame->has_time = info->has_time;
    frame->start = info->start;
    frame->stop = info->has_stop ? info->stop : info->start - 1;
}

/* Can out follow from in?  S_OK or VFW_E_TYPE_NOT_ACCEPTED. */
HRESULT rg_transform_output_fits(struct rg_transform *t, const AM_MEDIA_TYPE *in,
                                 const AM_MEDIA_TYPE *out);

/* transform_quality.c: IQualityControl of the output. */
HRESULT rg_transform_quality(struct rg_out_pin *pin, Quality quality);

/* The pins' negotiation slots. */
HRESULT rg_transform_in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);
HRESULT rg_transform_in_accept_dynamic(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);
HRESULT rg_transform_out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret);
HRESULT rg_transform_out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);
HRESULT rg_transform_out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                                 ALLOCATOR_PROPERTIES *props);
