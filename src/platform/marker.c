/* SPDX-License-Identifier: MIT */
/* marker.c - one number per thread, and the next one.
 *
 * Any thread.  Knows: thread-local storage.  Must not know: pins.
 */
#include "platform/marker.h"

#include <stdatomic.h>

#include "platform/tls.h"

static RG_TLS uint64_t carried;
static _Atomic(uint64_t) last;

uint64_t rg_marker_new(void)
{
    return atomic_fetch_add(&last, 1) + 1;
}

uint64_t rg_marker_last(void)
{
    return atomic_load(&last);
}

uint64_t rg_marker_carry(uint64_t tag)
{
    uint64_t before = carried;

    carried = tag;
    return before;
}

uint64_t rg_marker_carried(void)
{
    return carried;
}
