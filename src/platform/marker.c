/* SPDX-License-Identifier: MIT */
/* marker.c - one bit per thread.
 *
 * Any thread.  Knows: thread-local storage.  Must not know: pins.
 */
#include "platform/marker.h"

#include "platform/tls.h"

static RG_TLS bool is_carried;

bool rg_marker_carry(bool is_marker)
{
    bool before = is_carried;

    is_carried = is_marker;
    return before;
}

bool rg_marker_is_carried(void)
{
    return is_carried;
}
