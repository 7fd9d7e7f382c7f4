/* SPDX-License-Identifier: MIT */
/* seconds.h - IMediaPosition's seconds and IMediaSeeking's 100 ns, into each other.
 *
 * Any thread; no state.
 */
#pragma once

#include <math.h>
#include <stdbool.h>

#include <dshow.h>

#define HNS_PER_SECOND 1e7

/* false: no time that fits. */
static inline bool seconds_to_hns(REFTIME seconds, LONGLONG *ret)
{
    if (!(fabs(seconds) < 9e11))
        return false;
    *ret = llround(seconds * HNS_PER_SECOND);
    return true;
}

/* Passes hr on; *ret is written on success only. */
static inline HRESULT seconds_from_hns(HRESULT hr, LONGLONG hns, REFTIME *ret)
{
    if (SUCCEEDED(hr))
        *ret = (REFTIME)hns / HNS_PER_SECOND;
    return hr;
}

/* IMediaPosition's put_PrerollTime, which IMediaSeeking has no way to carry out.  S_OK: none is wanted, and
 * there is none; E_NOTIMPL. */
static inline HRESULT seconds_put_preroll(IMediaSeeking *seeking, REFTIME seconds)
{
    LONGLONG now = 0;
    HRESULT hr = seconds == 0 ? seeking->lpVtbl->GetPreroll(seeking, &now) : E_NOTIMPL;

    return FAILED(hr) || now == 0 ? hr : E_NOTIMPL;
}
