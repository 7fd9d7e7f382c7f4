/* SPDX-License-Identifier: MIT */
/* round.h - one question that comes to the same filter by several ways, known by a number of the thread that asks.
 *
 * Any thread.  A seek of the whole graph goes up from each renderer; where their roads have met, a
 * source would move once for each of them.  It remembers the round in which it has moved.
 * Knows: one number per thread.  Must not know: what is asked.
 */
#pragma once

#include <stdint.h>

/* Until rg_round_end(what this returned) the calls of this thread are one round. */
uint64_t rg_round_begin(void);
void rg_round_end(uint64_t former);
/* Its number, never one that was before; 0: no round, each call stands for itself. */
uint64_t rg_round_now(void);
