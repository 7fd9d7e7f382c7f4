/* SPDX-License-Identifier: MIT */
/* turn.h - one at a time, for a road that one thread uses nearly always: a lock whose taking is one locked instruction and
 * whose giving back is none.
 *
 * Any thread.  Who gives it back stores, and looks whether anybody waits; who waits says so and pays for the fence
 * (membarrier.h).  Then the turn is handed over to one of those who wait: nobody who comes later gets in between.  Not
 * recursive.
 * Knows: threads.  Must not know: what is done in a turn.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "platform/export.h"
#include "platform/membarrier.h"

struct rg_turn {
    atomic_bool is_taken;
    atomic_uint waiting; /* written under `lock` */

    pthread_mutex_t lock; /* a leaf; of those who wait */
    pthread_cond_t handed;
    unsigned handings; /* under `lock`: so far */
    bool is_handed;    /* the last of them has not been taken yet */
};

RG_API void rg_turn_init(struct rg_turn *turn);
RG_API void rg_turn_fini(struct rg_turn *turn);

/* Waits for it; until: by CLOCK_MONOTONIC, NULL without end.  False: the time came first. */
RG_API bool rg_turn_wait(struct rg_turn *turn, const struct timespec *until);
/* Slow half of rg_turn_give: somebody waits. */
RG_API void rg_turn_hand_over(struct rg_turn *turn);

#if RG_UNDER_TSAN
RG_API void rg_turn_note_taken(struct rg_turn *turn);
RG_API void rg_turn_note_given(struct rg_turn *turn);
#else
static inline void rg_turn_note_taken(struct rg_turn *turn)
{
    (void)turn;
}

static inline void rg_turn_note_given(struct rg_turn *turn)
{
    (void)turn;
}
#endif

/* Without waiting. */
static inline bool rg_turn_try(struct rg_turn *turn)
{
    bool free = false;

    if (!atomic_compare_exchange_strong_explicit(&turn->is_taken, &free, true,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    rg_turn_note_taken(turn);
    return true;
}

static inline void rg_turn_give(struct rg_turn *turn)
{
    rg_turn_note_given(turn);
    atomic_store_explicit(&turn->is_taken, false, memory_order_release);
    rg_membarrier_light();
    if (__builtin_expect(atomic_load_explicit(&turn->waiting, memory_order_relaxed) != 0, 0))
        rg_turn_hand_over(turn);
}
