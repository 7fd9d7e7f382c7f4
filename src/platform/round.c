/* SPDX-License-Identifier: MIT */
/* round.c - numbers of rounds.
 *
 * Any thread.  Knows: one number per thread.  Must not know: what is asked.
 */
#include "platform/round.h"

#include <stdatomic.h>

#include "platform/tls.h"

static _Atomic(uint64_t) last;
static RG_TLS uint64_t now;

uint64_t rg_round_begin(void)
{
    uint64_t former = now;

    now = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    return former;
}

void rg_round_end(uint64_t former)
{
    now = former;
}

uint64_t rg_round_now(void)
{
    return now;
}
