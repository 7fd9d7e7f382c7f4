/* SPDX-License-Identifier: MIT */
/* signal.c - how an object's value changes, who wakes then, and who consumes it.
 *
 * Any thread.  Undisturbed objects (nobody sleeps, no eventfd) change by one compare and swap
 * of the state word; all else goes through the object's lock.
 * Knows: state words, waiter lists.  Must not know: handles, timeouts.
 */
#include "platform/handle.h"

#include <stdlib.h>
#include <unistd.h>

#include "platform/futex.h"

static enum rg_handle_kind kind_of(const struct rg_object *object)
{
    return (enum rg_handle_kind)atomic_load_explicit(&object->kind, memory_order_relaxed);
}

/* Whether someone could be satisfied; a mutex's owner always can and never sleeps for it. */
static bool value_is_signalled(enum rg_handle_kind kind, uint32_t value)
{
    return kind == RG_HANDLE_MUTEX ? value == 0 : value != 0;
}

/* --- waking ------------------------------------------------------------------------ */

/* Sleepers to wake after the lock is let go.  A waiter's stack may be gone by then: waking a
 * word where nobody sleeps any more is harmless. */
struct wake_batch {
    _Atomic(uint32_t) *words[16];
    unsigned count;
};

static void batch_flush(struct wake_batch *batch)
{
    for (unsigned i = 0; i < batch->count; i++)
        rg_futex_wake(batch->words[i], 1);
    batch->count = 0;
}

/* False when that waiter had been told already. */
static bool batch_wake(struct wake_batch *batch, struct rg_waiter *waiter)
{
    if (atomic_exchange(&waiter->woken, 1) != 0)
        return false;
    if (batch->count == sizeof(batch->words) / sizeof(batch->words[0]))
        batch_flush(batch);
    batch->words[batch->count++] = &waiter->woken;
    return true;
}

/* Wakes as many waiters as the value can satisfy; those who wait for all don't count, since
 * they may not be able to use it. */
static void wake_waiters_locked(struct rg_object *object, uint32_t value,
                                struct wake_batch *batch)
{
    enum rg_handle_kind kind = kind_of(object);
    uint32_t left = UINT32_MAX;

    if (!value_is_signalled(kind, value))
        return;
    if (kind == RG_HANDLE_EVENT_AUTO || kind == RG_HANDLE_MUTEX)
        left = 1;
    else if (kind == RG_HANDLE_SEMAPHORE)
        left = value;
    for (struct rg_wait_node *node = object->first_waiter; node != NULL && left != 0;
         node = node->next) {
        bool for_all = node->waiter->for_all;

        if (batch_wake(batch, node->waiter) && !for_all)
            left--;
    }
}

void rg_object_sync_fd_locked(struct rg_object *object, uint32_t value)
{
    uint64_t count = 1;
    ssize_t done;

    if (object->event_fd < 0)
        return;
    if (value_is_signalled(kind_of(object), value))
        done = write(object->event_fd, &count, sizeof(count));
    else
        done = read(object->event_fd, &count, sizeof(count));
    (void)done; /* EAGAIN: it says so already */
}

/* --- changing the value -------------------------------------------------------------- */

/* False and the thread's last error when the change is not allowed. */
static bool value_change(const struct rg_object *object, enum rg_change change,
                         uint32_t operand, uint32_t old, uint32_t *ret_value)
{
    if (change == RG_CHANGE_SET) {
        *ret_value = operand;
        return true;
    }
    if (operand > atomic_load_explicit(&object->maximum, memory_order_relaxed) - old) {
        SetLastError(ERROR_TOO_MANY_POSTS);
        return false;
    }
    *ret_value = old + operand;
    return true;
}

/* One attempt to swap; `*state` is reloaded on failure. */
enum swap {
    SWAP_DONE = 1,
    SWAP_AGAIN,
    SWAP_REFUSED,
};

static enum swap state_swap(struct rg_object_view view, enum rg_change change, uint32_t operand,
                            uint64_t *state, uint32_t *ret_value)
{
    uint64_t next;

    if ((*state & RG_STATE_GENERATION) != view.generation) {
        SetLastError(ERROR_INVALID_HANDLE);
        return SWAP_REFUSED;
    }
    if (!value_change(view.object, change, operand, (uint32_t)(*state & RG_STATE_VALUE),
                      ret_value))
        return SWAP_REFUSED;
    next = (*state & ~RG_STATE_VALUE) | *ret_value;
    /* Swapped even if nothing changes: what this thread wrote before has to be visible to
     * whoever consumes the older signal. */
    if (atomic_compare_exchange_weak(&view.object->state, state, next))
        return SWAP_DONE;
    return SWAP_AGAIN;
}

static bool change_slowly(struct rg_object_view view, enum rg_change change, uint32_t operand,
                          uint32_t *ret_old)
{
    struct rg_object *object = view.object;
    struct wake_batch batch = { .count = 0 };
    uint32_t value = 0;
    uint64_t state;
    enum swap swap;

    pthread_mutex_lock(&object->lock);
    state = atomic_load(&object->state);
    do
        swap = state_swap(view, change, operand, &state, &value);
    while (swap == SWAP_AGAIN);
    if (swap == SWAP_DONE) {
        if (ret_old != NULL)
            *ret_old = (uint32_t)(state & RG_STATE_VALUE);
        rg_object_sync_fd_locked(object, value);
        wake_waiters_locked(object, value, &batch);
    }
    pthread_mutex_unlock(&object->lock);
    batch_flush(&batch);
    return swap == SWAP_DONE;
}

bool rg_object_change(struct rg_object_view view, enum rg_change change, uint32_t operand,
                      uint32_t *ret_old)
{
    uint64_t state = atomic_load_explicit(&view.object->state, memory_order_relaxed);
    uint32_t value;
    enum swap swap;

    do {
        if ((state & RG_STATE_FLAGS) != 0)
            return change_slowly(view, change, operand, ret_old);
        swap = state_swap(view, change, operand, &state, &value);
    } while (swap == SWAP_AGAIN);
    if (swap == SWAP_DONE && ret_old != NULL)
        *ret_old = (uint32_t)(state & RG_STATE_VALUE);
    return swap == SWAP_DONE;
}

bool rg_object_pulse(struct rg_object_view view)
{
    struct rg_object *object = view.object;
    struct wake_batch batch = { .count = 0 };
    bool only_one = kind_of(object) == RG_HANDLE_EVENT_AUTO;
    struct rg_wait_node *node;

    if (!rg_object_change(view, RG_CHANGE_SET, 0, NULL))
        return false;
    pthread_mutex_lock(&object->lock);
    for (node = object->first_waiter; node != NULL; node = node->next) {
        uint32_t none = RG_GRANT_NONE;

        if (node->waiter->for_all ||
            !atomic_compare_exchange_strong(&node->waiter->granted, &none, node->index))
            continue;
        batch_wake(&batch, node->waiter);
        if (only_one)
            break;
    }
    pthread_mutex_unlock(&object->lock);
    batch_flush(&batch);
    return true;
}

/* --- consuming ------------------------------------------------------------------------ */

/* What a wait leaves behind.  False: not signalled for this thread. */
static bool state_consume(enum rg_handle_kind kind, uint64_t state, uint64_t *ret_next)
{
    uint32_t value = (uint32_t)(state & RG_STATE_VALUE);
    uint32_t left = value;

    switch (kind) {
    case RG_HANDLE_EVENT_AUTO:
    case RG_HANDLE_SEMAPHORE:
        if (value == 0)
            return false;
        left = value - 1;
        break;
    case RG_HANDLE_MUTEX:
        left = GetCurrentThreadId();
        if (value != 0 && value != left)
            return false;
        break;
    default:
        if (value == 0)
            return false;
        break;
    }
    *ret_next = (state & ~RG_STATE_VALUE) | left;
    return true;
}

/* Books what the state word already says; the caller holds a reference to a mutex. */
static enum rg_take taken(struct rg_object *object)
{
    if (kind_of(object) == RG_HANDLE_MUTEX && rg_mutex_taken(object))
        return RG_TAKE_ABANDONED;
    return RG_TAKE_YES;
}

static enum rg_take take_slowly(struct rg_object_view view, enum rg_handle_kind kind)
{
    struct rg_object *object = view.object;
    enum rg_take take = RG_TAKE_YES;
    uint64_t state, next = 0;

    pthread_mutex_lock(&object->lock);
    state = atomic_load(&object->state);
    do {
        if ((state & RG_STATE_GENERATION) != view.generation)
            take = RG_TAKE_BAD;
        else if (!state_consume(kind, state, &next))
            take = RG_TAKE_NO;
    } while (take == RG_TAKE_YES &&
             !atomic_compare_exchange_weak(&object->state, &state, next));
    if (take == RG_TAKE_YES)
        rg_object_sync_fd_locked(object, (uint32_t)(next & RG_STATE_VALUE));
    pthread_mutex_unlock(&object->lock);
    return take;
}

static enum rg_take take_state(struct rg_object_view view, enum rg_handle_kind kind)
{
    struct rg_object *object = view.object;
    uint64_t state = atomic_load_explicit(&object->state, memory_order_acquire);
    uint64_t next;

    for (;;) {
        if ((state & RG_STATE_GENERATION) != view.generation)
            return RG_TAKE_BAD;
        if (!state_consume(kind, state, &next))
            return RG_TAKE_NO;
        if (next == state)
            return RG_TAKE_YES;
        /* Those who sleep need no news of a signal that went away. */
        if ((state & (RG_STATE_FD | RG_STATE_FROZEN)) != 0)
            return take_slowly(view, kind);
        if (atomic_compare_exchange_weak_explicit(&object->state, &state, next,
                                                  memory_order_acq_rel, memory_order_acquire))
            return RG_TAKE_YES;
    }
}

static enum rg_take take_mutex(struct rg_object_view view)
{
    struct rg_object *object = rg_view_get(view);
    enum rg_take take;

    if (object == NULL)
        return RG_TAKE_BAD;
    take = take_state(view, RG_HANDLE_MUTEX);
    if (take == RG_TAKE_YES)
        take = taken(object);
    rg_object_release(object);
    return take;
}

enum rg_take rg_object_take(struct rg_object_view view)
{
    enum rg_handle_kind kind = kind_of(view.object);

    if (kind == RG_HANDLE_MUTEX)
        return take_mutex(view);
    return take_state(view, kind);
}

/* --- consuming several at one moment ------------------------------------------------------ */

static int compare_objects(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)(*(const struct rg_object_view *const *)a)->object;
    uintptr_t y = (uintptr_t)(*(const struct rg_object_view *const *)b)->object;

    return (x > y) - (x < y);
}

/* Under all locks: the objects' states stand still between the two walks. */
static enum rg_take take_all_frozen(const struct rg_object_view *views, uint32_t count,
                                    uint32_t *ret_index)
{
    enum rg_take take = RG_TAKE_YES;
    uint64_t next;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t state = atomic_load(&views[i].object->state);

        if ((state & RG_STATE_GENERATION) != views[i].generation)
            return RG_TAKE_BAD;
        if (!state_consume(kind_of(views[i].object), state, &next))
            return RG_TAKE_NO;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct rg_object *object = views[i].object;
        uint64_t state = atomic_load(&object->state);

        (void)state_consume(kind_of(object), state, &next);
        /* a waiter may come or go meanwhile, but not without the lock: the word is ours */
        atomic_store(&object->state, next);
        rg_object_sync_fd_locked(object, (uint32_t)(next & RG_STATE_VALUE));
        if (taken(object) == RG_TAKE_ABANDONED && take == RG_TAKE_YES) {
            take = RG_TAKE_ABANDONED;
            *ret_index = i;
        }
    }
    return take;
}

enum rg_take rg_object_take_all(const struct rg_object_view *views, uint32_t count,
                                uint32_t *ret_index)
{
    const struct rg_object_view *order[MAXIMUM_WAIT_OBJECTS];
    enum rg_take take;
    uint64_t next;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t state = atomic_load(&views[i].object->state);

        if (!state_consume(kind_of(views[i].object), state, &next))
            return RG_TAKE_NO;
        order[i] = &views[i];
    }
    qsort(order, count, sizeof(order[0]), compare_objects);
    for (uint32_t i = 0; i < count; i++) {
        pthread_mutex_lock(&order[i]->object->lock);
        atomic_fetch_or(&order[i]->object->state, RG_STATE_FROZEN);
    }
    take = take_all_frozen(views, count, ret_index);
    for (uint32_t i = count; i-- != 0;) {
        atomic_fetch_and(&order[i]->object->state, ~RG_STATE_FROZEN);
        pthread_mutex_unlock(&order[i]->object->lock);
    }
    return take;
}

/* --- the list of those who sleep -----------------------------------------------------------
 */

void rg_object_join(struct rg_wait_node *node)
{
    struct rg_object *object = node->object;

    pthread_mutex_lock(&object->lock);
    node->next = NULL;
    node->previous = object->last_waiter;
    if (node->previous != NULL)
        node->previous->next = node;
    else
        object->first_waiter = node;
    object->last_waiter = node;
    atomic_fetch_or(&object->state, RG_STATE_WAITERS);
    pthread_mutex_unlock(&object->lock);
}

void rg_object_leave(struct rg_wait_node *node)
{
    struct rg_object *object = node->object;
    struct wake_batch batch = { .count = 0 };

    pthread_mutex_lock(&object->lock);
    if (node->previous != NULL)
        node->previous->next = node->next;
    else
        object->first_waiter = node->next;
    if (node->next != NULL)
        node->next->previous = node->previous;
    else
        object->last_waiter = node->previous;
    if (object->first_waiter == NULL)
        atomic_fetch_and(&object->state, ~RG_STATE_WAITERS);
    else
        wake_waiters_locked(object, (uint32_t)(atomic_load(&object->state) & RG_STATE_VALUE),
                            &batch);
    pthread_mutex_unlock(&object->lock);
    batch_flush(&batch);
}
