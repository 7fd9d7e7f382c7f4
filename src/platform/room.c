/* SPDX-License-Identifier: MIT */
/* room.c - the record that each thread keeps about itself, and the list of all records.
 *
 * Any thread.  A record is thread-local; others read it under records_lock, and its thread
 * takes it off the list before it ends.  What a wait names may go as soon as the wait is over:
 * the thread takes the wait off under the record's own lock, which nobody else waits for but a
 * report.
 * Knows: threads.  Must not know: what is done in the rooms.
 */
#include "platform/room.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <windows.h>

#include "platform/handle.h"
#include "platform/text.h"
#include "platform/thread.h"
#include "platform/time.h"
#include "platform/tls.h"

struct record {
    _Atomic(uint32_t) room;

    pthread_mutex_t wait_lock;      /* taken to look at waits, and to take one off */
    _Atomic(struct rg_wait *) wait; /* the innermost one; its own thread alone stores it */

    /* under records_lock */
    struct record *next, **place;
    uint32_t id;
    char name[16];
};

static RG_TLS struct record record = { .wait_lock = PTHREAD_MUTEX_INITIALIZER };
static RG_TLS bool is_listed;
static RG_TLS bool is_watched;
static RG_TLS bool has_ended; /* what runs now are destructors of others: no record any more */

static pthread_mutex_t records_lock = PTHREAD_MUTEX_INITIALIZER;
static struct record *first_record; /* under records_lock */

static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

/* --- the end of a thread --------------------------------------------------------------- */

static void record_remove(void)
{
    if (!is_listed)
        return;
    is_listed = false;
    pthread_mutex_lock(&records_lock);
    *record.place = record.next;
    if (record.next != NULL)
        record.next->place = record.place;
    pthread_mutex_unlock(&records_lock);
}

/* Destructors of thread-specific data run in rounds: the first call asks for another, so that
 * the handle is signalled after the other destructors had their turn. */
static char first_round, second_round;

static void thread_ends(void *round)
{
    if (round == &first_round) {
        pthread_setspecific(exit_key, &second_round);
        return;
    }
    has_ended = true;
    record_remove();
    rg_mutex_abandon_all();
    rg_thread_signal_end();
}

static void exit_key_create(void)
{
    /* Fails only if the process used up all keys: then threads end unnoticed. */
    (void)pthread_key_create(&exit_key, thread_ends);
}

void rg_thread_exit_watch(void)
{
    if (is_watched || has_ended)
        return;
    is_watched = true;
    pthread_once(&exit_once, exit_key_create);
    pthread_setspecific(exit_key, &first_round);
}

/* --- records ----------------------------------------------------------------------------- */

static struct record *record_here(void)
{
    if (!is_listed && !has_ended) {
        is_listed = true;
        rg_thread_exit_watch();
        pthread_mutex_lock(&records_lock);
        record.id = GetCurrentThreadId();
        record.next = first_record;
        record.place = &first_record;
        if (first_record != NULL)
            first_record->place = &record.next;
        first_record = &record;
        pthread_mutex_unlock(&records_lock);
    }
    return &record;
}

void rg_thread_set_name(const char *name)
{
    struct record *here = record_here();
    char kept[sizeof(here->name)];

    (void)rg_text_copy(kept, sizeof(kept), name);
    pthread_mutex_lock(&records_lock);
    memcpy(here->name, kept, sizeof(kept));
    pthread_mutex_unlock(&records_lock);
    pthread_setname_np(pthread_self(), kept);
}

enum rg_room rg_room_enter(enum rg_room room)
{
    struct record *here = record_here();
    enum rg_room before = (enum rg_room)atomic_load_explicit(&here->room, memory_order_relaxed);

    atomic_store_explicit(&here->room, (uint32_t)room, memory_order_relaxed);
    return before;
}

void rg_room_leave(enum rg_room before)
{
    atomic_store_explicit(&record.room, (uint32_t)before, memory_order_relaxed);
}

enum rg_room rg_room_now(void)
{
    return (enum rg_room)atomic_load_explicit(&record.room, memory_order_relaxed);
}

/* --- waits -------------------------------------------------------------------------------- */

static void fixed_tell(const struct rg_place *place, struct rg_place_name *ret)
{
    *ret = ((const struct rg_fixed_place *)place)->name;
}

void rg_fixed_place_init(struct rg_fixed_place *place, const void *graph, const char *text)
{
    place->place.tell = fixed_tell;
    place->name.graph = graph;
    (void)rg_text_copy(place->name.text, sizeof(place->name.text), text);
}

void rg_wait_begin(struct rg_wait *wait)
{
    struct record *here = record_here();
    struct rg_wait *outer = atomic_load_explicit(&here->wait, memory_order_relaxed);

    wait->is_noted = !wait->is_vague || outer == NULL || outer->is_task;
    if (!wait->is_noted)
        return;
    if (wait->since_ns == 0)
        wait->since_ns = rg_time_now_ns();
    wait->outer = outer;
    atomic_store_explicit(&here->wait, wait, memory_order_release);
}

void rg_wait_end(struct rg_wait *wait)
{
    if (!wait->is_noted)
        return;
    assert(atomic_load_explicit(&record.wait, memory_order_relaxed) == wait);
    pthread_mutex_lock(&record.wait_lock);
    atomic_store_explicit(&record.wait, wait->outer, memory_order_relaxed);
    pthread_mutex_unlock(&record.wait_lock);
}

int64_t rg_wait_cond(struct rg_wait *wait, pthread_cond_t *changed, pthread_mutex_t *lock)
{
    rg_wait_begin(wait);
    pthread_cond_wait(changed, lock);
    rg_wait_end(wait);
    return wait->since_ns;
}

bool rg_thread_carries_for(const void *graph)
{
    struct rg_place_name name;

    for (const struct rg_wait *w = atomic_load_explicit(&record.wait, memory_order_relaxed);
         w != NULL; w = w->outer) {
        if (!w->carries || w->where == NULL)
            continue;
        w->where->tell(w->where, &name);
        if (name.graph == graph)
            return true;
    }
    return false;
}

static void note_copy(struct rg_note *to, const struct rg_wait *from)
{
    *to = (struct rg_note){
        .what = from->what,
        .is_task = from->is_task,
        .is_idle = from->is_idle,
        .is_for_hold = from->is_for_hold,
        .place = from->where,
        .holder = from->holder,
        .detail = from->detail,
        .number = from->number,
        .since_ns = from->since_ns,
    };
    if (from->holder_now != NULL)
        to->holder = atomic_load_explicit(from->holder_now, memory_order_relaxed);
    if (from->where != NULL)
        from->where->tell(from->where, &to->where);
}

static void record_read_locked(struct record *r, struct rg_thread_info *ret)
{
    memcpy(ret->name, r->name, sizeof(ret->name));
    ret->id = r->id;
    ret->room = (enum rg_room)atomic_load_explicit(&r->room, memory_order_relaxed);
    ret->n_notes = 0;
    pthread_mutex_lock(&r->wait_lock);
    for (const struct rg_wait *w = atomic_load_explicit(&r->wait, memory_order_acquire);
         w != NULL && ret->n_notes < RG_NOTES_TOLD; w = w->outer)
        note_copy(&ret->notes[ret->n_notes++], w);
    pthread_mutex_unlock(&r->wait_lock);
}

void rg_thread_each(void (*report)(const struct rg_thread_info *info, void *context),
                    void *context)
{
    struct rg_thread_info info;

    pthread_mutex_lock(&records_lock);
    for (struct record *r = first_record; r != NULL; r = r->next) {
        record_read_locked(r, &info);
        report(&info, context);
    }
    pthread_mutex_unlock(&records_lock);
}
