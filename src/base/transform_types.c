/* SPDX-License-Identifier: MIT */
/* transform_types.c - what a transform takes and gives: the negotiation half of transform.c.
 *
 * Control threads, and DynamicQueryAccept from any.  No side effects.
 * Knows: the class table's accept and output slots.  Must not know: samples.
 */
#include <string.h>

#include "base/transform_internal.h"

/* Negotiation may come from any thread: each question gets its own frozen settings. */
static const void *settings_now(struct rg_transform *t, struct rg_frozen *frozen)
{
    if (FAILED(rg_frozen_init(frozen, &t->filter)))
        return NULL;
    return rg_filter_settings(&t->filter, frozen);
}

static bool same_layout(const struct rg_format *a, const struct rg_format *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == RG_KIND_VIDEO)
        return a->pixels == b->pixels && a->width == b->width && a->height == b->height &&
               a->coded_width == b->coded_width && a->coded_height == b->coded_height &&
               a->bottom_up == b->bottom_up;
    return a->sound == b->sound && a->sample_rate == b->sample_rate &&
           a->channels == b->channels;
}

HRESULT rg_transform_read_formats(struct rg_transform *t, const AM_MEDIA_TYPE *in,
                                  const AM_MEDIA_TYPE *out)
{
    HRESULT hr;

    if (rg_transform_is_stream(t))
        return S_OK;
    hr = rg_format_from_type(in, &t->in_format);
    if (SUCCEEDED(hr))
        hr = rg_format_from_type(out, &t->out_format);
    if (SUCCEEDED(hr))
        hr = rg_frame_plan(&t->in_plan, &t->in_format);
    if (SUCCEEDED(hr))
        hr = rg_frame_plan(&t->out_plan, &t->out_format);
    return hr;
}

/* ---- the output, given an input -------------------------------------------------------- */

static HRESULT frame_output(struct rg_transform *t, const void *settings,
                            const AM_MEDIA_TYPE *in, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_format from, to;
    HRESULT hr;

    if (t->cls->output_format == NULL)
        return index == 0 ? rg_type_copy(ret, in) : VFW_S_NO_MORE_ITEMS;
    hr = rg_format_from_type(in, &from);
    if (FAILED(hr))
        return hr;
    to = from;
    hr = t->cls->output_format(settings, &from, index, &to);
    return hr == S_OK ? rg_format_to_type(&to, ret) : hr;
}

static HRESULT output_at(struct rg_transform *t, const void *settings, const AM_MEDIA_TYPE *in,
                         unsigned index, AM_MEDIA_TYPE *ret)
{
    return rg_transform_is_stream(t) ? t->cls->output_type(settings, in, index, ret)
                                     : frame_output(t, settings, in, index, ret);
}

static bool output_equals(struct rg_transform *t, const AM_MEDIA_TYPE *mine,
                          const AM_MEDIA_TYPE *out)
{
    struct rg_format a, b;

    if (rg_transform_is_stream(t))
        return IsEqualGUID(&mine->majortype, &out->majortype) &&
               IsEqualGUID(&mine->subtype, &out->subtype) &&
               IsEqualGUID(&mine->formattype, &out->formattype);
    return SUCCEEDED(rg_format_from_type(mine, &a)) &&
           SUCCEEDED(rg_format_from_type(out, &b)) && same_layout(&a, &b);
}

/* Whatever it was that did not work; but for want of memory nothing is said of the type. */
static HRESULT not_accepted(HRESULT hr)
{
    return hr == E_OUTOFMEMORY ? hr : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT output_fits(struct rg_transform *t, const void *settings,
                           const AM_MEDIA_TYPE *in, const AM_MEDIA_TYPE *out)
{
    if (t->cls->accept_output != NULL)
        return t->cls->accept_output(settings, in, out);
    for (unsigned i = 0;; i++) {
        AM_MEDIA_TYPE mine;
        bool equal;
        HRESULT hr;

        memset(&mine, 0, sizeof(mine));
        hr = output_at(t, settings, in, i, &mine);
        if (hr != S_OK)
            return not_accepted(hr);
        equal = output_equals(t, &mine, out);
        rg_type_clear(&mine);
        if (equal)
            return S_OK;
    }
}

HRESULT rg_transform_output_fits(struct rg_transform *t, const AM_MEDIA_TYPE *in,
                                 const AM_MEDIA_TYPE *out)
{
    struct rg_frozen frozen;
    const void *settings = settings_now(t, &frozen);
    HRESULT hr = settings != NULL ? output_fits(t, settings, in, out) : E_OUTOFMEMORY;

    rg_frozen_fini(&frozen);
    return hr;
}

/* ---- the input ------------------------------------------------------------------------- */

static HRESULT input_accepted(struct rg_transform *t, const void *settings,
                              const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    if (rg_transform_is_stream(t))
        return t->cls->accept_type(settings, type);
    if (FAILED(rg_format_from_type(type, &format)))
        return VFW_E_TYPE_NOT_ACCEPTED;
    return t->cls->accept(&format);
}

/* A copy of the output connection's type; VFW_E_NOT_CONNECTED. */
static HRESULT output_type_now(struct rg_transform *t, AM_MEDIA_TYPE *ret)
{
    HRESULT hr = VFW_E_NOT_CONNECTED;

    pthread_mutex_lock(&t->out.link_lock);
    if (t->out.link.peer != NULL)
        hr = rg_type_copy(ret, &t->out.link.type);
    pthread_mutex_unlock(&t->out.link_lock);
    return hr;
}

static HRESULT accept_with(struct rg_transform *t, const AM_MEDIA_TYPE *type, bool is_dynamic)
{
    struct rg_frozen frozen;
    const void *settings = settings_now(t, &frozen);
    AM_MEDIA_TYPE out;
    HRESULT hr = settings != NULL ? input_accepted(t, settings, type) : E_OUTOFMEMORY;
    HRESULT has_output = hr == S_OK ? output_type_now(t, &out) : VFW_E_NOT_CONNECTED;

    if (has_output == E_OUTOFMEMORY)
        hr = has_output;
    if (SUCCEEDED(has_output)) {
        hr = output_fits(t, settings, type, &out);
        if (hr != S_OK && is_dynamic && rg_transform_is_in_place(t))
            hr = rg_out_pin_may_change(&t->out, type);
        rg_type_clear(&out);
    }
    rg_frozen_fini(&frozen);
    return hr;
}

HRESULT rg_transform_in_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    return accept_with(pin->user, type, false);
}

HRESULT rg_transform_in_accept_dynamic(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    return accept_with(pin->user, type, true);
}

/* ---- the output pin -------------------------------------------------------------------- */

/* A copy of the input connection's type; VFW_E_NOT_CONNECTED. */
static HRESULT input_type_now(struct rg_transform *t, AM_MEDIA_TYPE *ret)
{
    HRESULT hr = VFW_E_NOT_CONNECTED;

    pthread_mutex_lock(&t->in.link_lock);
    if (t->in.link.peer != NULL)
        hr = rg_type_copy(ret, &t->in.link.type);
    pthread_mutex_unlock(&t->in.link_lock);
    return hr;
}

HRESULT rg_transform_out_type(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    struct rg_transform *t = pin->user;
    struct rg_frozen frozen;
    const void *settings;
    AM_MEDIA_TYPE in;
    HRESULT hr = input_type_now(t, &in);

    if (FAILED(hr))
        return hr == VFW_E_NOT_CONNECTED ? VFW_S_NO_MORE_ITEMS : hr;
    settings = settings_now(t, &frozen);
    hr = settings != NULL ? output_at(t, settings, &in, index, ret) : E_OUTOFMEMORY;
    rg_frozen_fini(&frozen);
    rg_type_clear(&in);
    return hr;
}

/* A running class that cannot be told of another output keeps the one it was started with. */
static bool may_change_to(struct rg_transform *t, const AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE now;
    bool may;

    if (rg_filter_state(&t->filter) == State_Stopped || t->cls->output_changed != NULL)
        return true;
    if (FAILED(output_type_now(t, &now)))
        return true;
    may = output_equals(t, &now, type);
    rg_type_clear(&now);
    return may;
}

HRESULT rg_transform_out_accept(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct rg_transform *t = pin->user;
    AM_MEDIA_TYPE in;
    HRESULT hr = input_type_now(t, &in);

    if (FAILED(hr))
        return not_accepted(hr);
    hr = rg_transform_output_fits(t, &in, type);
    rg_type_clear(&in);
    return hr == S_OK && !may_change_to(t, type) ? VFW_E_TYPE_NOT_ACCEPTED : hr;
}

HRESULT rg_transform_out_buffers(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type,
                                 ALLOCATOR_PROPERTIES *props)
{
    struct rg_transform *t = pin->user;
    struct rg_frozen frozen;
    struct rg_format format;
    const void *settings;
    AM_MEDIA_TYPE in;
    HRESULT hr;

    if (SUCCEEDED(rg_format_from_type(type, &format))) {
        int bytes = rg_format_bytes(&format);

        /* sound: a tenth of a second to begin with; a sample that needs more grows */
        props->cbBuffer =
            format.kind == RG_KIND_VIDEO ? bytes : bytes * (format.sample_rate / 10 + 1);
    }
    if (t->cls->buffers == NULL)
        return S_OK;
    hr = input_type_now(t, &in);
    if (FAILED(hr))
        return hr;
    settings = settings_now(t, &frozen);
    hr = settings != NULL ? t->cls->buffers(settings, &in, type, props) : E_OUTOFMEMORY;
    rg_frozen_fini(&frozen);
    rg_type_clear(&in);
    return hr;
}
