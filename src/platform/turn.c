/* SPDX-License-Identifier: MIT */
/* turn.c - waiting for a turn, and handing it over.
 *
 * Any thread.
 * Why no wait is forgotten: who waits stores `waiting`, runs a membarrier, then looks at `is_taken`; who gives it back
 * stores `is_taken`, then looks at `waiting`.  One of them sees the other.
 * Knows: threads.  Must not know: what is done in a turn.
 */
#include "platform/turn.h"

#include <errno.h>

#include "platform/time.h"

#if RG_UNDER_TSAN
#include <sanitizer/tsan_interface.h>

#define NOTE_INIT(turn)   __tsan_mutex_create(turn, 0)
#define NOTE_FINI(turn)   __tsan_mutex_destroy(turn, 0)
#define NOTE_WAIT(turn)   __tsan_mutex_pre_lock(turn, 0)
#define NOTE_TAKEN(turn)  __tsan_mutex_post_lock(turn, 0, 0)
#define NOTE_FAILED(turn) __tsan_mutex_post_lock(turn, __tsan_mutex_try_lock_failed, 0)

void rg_turn_note_taken(struct rg_turn *turn)
{
    __tsan_mutex_pre_lock(turn, __tsan_mutex_try_lock);
    __tsan_mutex_post_lock(turn, __tsan_mutex_try_lock, 0);
}

void rg_turn_note_given(struct rg_turn *turn)
{
    (void)__tsan_mutex_pre_unlock(turn, 0);
    __tsan_mutex_post_unlock(turn, 0);
}
#else
#define NOTE_INIT(turn)   (void)(turn)
#define NOTE_FINI(turn)   (void)(turn)
#define NOTE_WAIT(turn)   (void)(turn)
#define NOTE_TAKEN(turn)  (void)(turn)
#define NOTE_FAILED(turn) (void)(turn)
#endif

void rg_turn_init(struct rg_turn *turn)
{
    atomic_init(&turn->is_taken, false);
    atomic_init(&turn->waiting, 0);
    turn->handings = 0;
    turn->is_handed = false;
    pthread_mutex_init(&turn->lock, NULL);
    rg_cond_init(&turn->handed);
    NOTE_INIT(turn);
}

void rg_turn_fini(struct rg_turn *turn)
{
    NOTE_FINI(turn);
    pthread_cond_destroy(&turn->handed);
    pthread_mutex_destroy(&turn->lock);
}

static bool take_free(struct rg_turn *turn)
{
    bool free = false;

    return atomic_compare_exchange_strong_explicit(&turn->is_taken, &free, true,
                                                   memory_order_acquire, memory_order_relaxed);
}

/* since: the handings when the wait began; what was handed over before is not for this one. */
static bool take_handed_locked(struct rg_turn *turn, unsigned since)
{
    bool is_mine = turn->is_handed && turn->handings != since;

    if (is_mine)
        turn->is_handed = false;
    return is_mine;
}

bool rg_turn_wait(struct rg_turn *turn, const struct timespec *until)
{
    bool taken, in_time = true;
    unsigned since;

    NOTE_WAIT(turn);
    pthread_mutex_lock(&turn->lock);
    since = turn->handings;
    atomic_fetch_add_explicit(&turn->waiting, 1, memory_order_relaxed);
    rg_membarrier();
    while (!(taken = take_handed_locked(turn, since) || take_free(turn)) && in_time) {
        if (until == NULL)
            pthread_cond_wait(&turn->handed, &turn->lock);
        else
            in_time = pthread_cond_timedwait(&turn->handed, &turn->lock, until) != ETIMEDOUT;
    }
    atomic_fetch_sub_explicit(&turn->waiting, 1, memory_order_relaxed);
    pthread_mutex_unlock(&turn->lock);
    if (taken)
        NOTE_TAKEN(turn);
    else
        NOTE_FAILED(turn);
    return taken;
}

/* It was free for a moment: whoever came then has it, and hands it over when he gives it back. */
void rg_turn_hand_over(struct rg_turn *turn)
{
    pthread_mutex_lock(&turn->lock);
    if (atomic_load_explicit(&turn->waiting, memory_order_relaxed) != 0 && take_free(turn)) {
        turn->handings++;
        turn->is_handed = true;
        pthread_cond_broadcast(&turn->handed);
    }
    pthread_mutex_unlock(&turn->lock);
}
