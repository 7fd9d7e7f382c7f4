/* SPDX-License-Identifier: MIT */
/* room.c - the record that each thread keeps about itself, and the list of all records.
 *
 * Any thread.  A record is thread-local; others read it under records_lock, and its thread
 * takes it off the list before it ends. Knows: threads.  Must not know: what is done in the
 * rooms.
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
    /* atomic */
    _Atomic(uint32_t) room;
    _Atomic(const char *) waits_for;
    _Atomic(int64_t) since_ns;

    /* under records_lock */
    struct record *next, **place;
    uint32_t id;
    char name[16];
};

static RG_TLS struct record record;
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

const char *rg_thread_waits_for(const char *what)
{
    struct record *here = record_here();
    const char *before = atomic_load_explicit(&here->waits_for, memory_order_relaxed);

    if (what != NULL && before == NULL)
        atomic_store_explicit(&here->since_ns, rg_time_now_ns(), memory_order_relaxed);
    atomic_store_explicit(&here->waits_for, what, memory_order_relaxed);
    return before;
}

void rg_thread_each(void (*report)(const struct rg_thread_info *info, void *context),
                    void *context)
{
    pthread_mutex_lock(&records_lock);
    for (struct record *r = first_record; r != NULL; r = r->next) {
        struct rg_thread_info info = {
            .name = r->name,
            .id = r->id,
            .room = (enum rg_room)atomic_load(&r->room),
            .waits_for = atomic_load(&r->waits_for),
            .since_ns = atomic_load(&r->since_ns),
        };

        report(&info, context);
    }
    pthread_mutex_unlock(&records_lock);
}
