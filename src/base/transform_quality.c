/* SPDX-License-Identifier: MIT */
/* transform_quality.c - a transform hears that its data comes too late.
 *
 * Any thread.  Knows: the class's quality.  Must not know: what the class does about it.
 */
#include "base/transform_internal.h"

/* documented: one EC_QUALITY_CHANGE for each change, not for each sample. */
HRESULT rg_transform_quality(struct rg_out_pin *pin, Quality quality)
{
    struct rg_transform *t = pin->user;
    bool is_late = quality.Late > 0;
    HRESULT hr = E_NOTIMPL;

    if (t->cls->quality != NULL)
        hr = t->cls->quality(t->filter.author_state, &quality);
    if (hr != S_OK)
        return rg_out_pin_quality_up(pin, quality);
    if (atomic_exchange(&t->is_late, is_late) != is_late)
        rg_filter_notify(&t->filter, EC_QUALITY_CHANGE, 0, 0);
    return S_OK;
}
