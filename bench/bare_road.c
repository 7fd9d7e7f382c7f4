/* SPDX-License-Identifier: MIT */
/* bare_road.c - what the machine itself asks for beside ours_road.c: an indirect call for each hop, the same with an
 * atomic reference taken and given back; a ring between two threads, a slot that a mutex and a condition guard.
 *
 *   bare_road --length 50 [--reference 1]
 *   bare_road --ring 256
 *   bare_road --slot 1        one by one, as ours_road --step 1
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "gauge.h"

/* ---- calls -------------------------------------------------------------------------------------- */

struct parcel {
    struct meter_sample content;
    atomic_uint references;
};

struct stage {
    int (*receive)(struct stage *stage, struct parcel *parcel);
    struct stage *next;
    uint64_t passed; /* a ledger of sorts; keeps the call from being a jump */
};

static int pass(struct stage *stage, struct parcel *parcel)
{
    int result = stage->next->receive(stage->next, parcel);

    stage->passed++;
    return result;
}

static int pass_reference(struct stage *stage, struct parcel *parcel)
{
    int result;

    atomic_fetch_add_explicit(&parcel->references, 1, memory_order_relaxed);
    result = stage->next->receive(stage->next, parcel);
    atomic_fetch_sub_explicit(&parcel->references, 1, memory_order_acq_rel);
    return result;
}

static int arrive(struct stage *stage, struct parcel *parcel)
{
    (void)stage, (void)parcel;
    gauge_arrived();
    return 0;
}

static void call_chain(int length, int reference)
{
    struct stage *stages = calloc((size_t)length + 1, sizeof(*stages));
    struct parcel parcel = { .references = 1 };

    if (stages == NULL)
        meter_fail("no memory", 0);
    for (int i = 0; i < length; i++) {
        stages[i].receive = reference ? pass_reference : pass;
        stages[i].next = &stages[i + 1];
    }
    stages[length].receive = arrive;
    while (gauge.next != UINT64_MAX) {
        parcel.content.number++;
        (void)stages[0].receive(&stages[0], &parcel);
    }
    free(stages);
}

/* ---- a ring ------------------------------------------------------------------------------------- */

#define RING_MOST 4096

static struct {
    _Alignas(64) atomic_uint put;
    _Alignas(64) atomic_uint taken;
    atomic_bool is_over;
    _Alignas(64) struct meter_sample samples[RING_MOST];
} ring;

static void *ring_give(void *context)
{
    unsigned size = *(unsigned *)context, put = 0;

    while (!atomic_load_explicit(&ring.is_over, memory_order_relaxed)) {
        if (put - atomic_load_explicit(&ring.taken, memory_order_acquire) == size)
            continue;
        ring.samples[put % RING_MOST].number = put;
        atomic_store_explicit(&ring.put, ++put, memory_order_release);
    }
    return NULL;
}

static void call_ring(unsigned size)
{
    unsigned taken = 0;
    pthread_t giver;

    if (size > RING_MOST || pthread_create(&giver, NULL, ring_give, &size) != 0)
        meter_fail("no ring of that size", size);
    while (gauge.next != UINT64_MAX) {
        if (atomic_load_explicit(&ring.put, memory_order_acquire) == taken)
            continue;
        if (ring.samples[taken % RING_MOST].number != taken)
            meter_fail("a sample was lost", taken);
        atomic_store_explicit(&ring.taken, ++taken, memory_order_release);
        gauge_arrived();
    }
    atomic_store(&ring.is_over, true);
    pthread_join(giver, NULL);
}

/* ---- a slot ------------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_full, is_over;
} slot = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void *slot_give(void *context)
{
    (void)context;
    while (gauge_step_wait()) {
        pthread_mutex_lock(&slot.lock);
        slot.is_full = true;
        pthread_cond_signal(&slot.changed);
        pthread_mutex_unlock(&slot.lock);
    }
    return NULL;
}

static void call_slot(void)
{
    pthread_t giver;

    if (pthread_create(&giver, NULL, slot_give, NULL) != 0)
        meter_fail("no thread", 0);
    while (gauge.next != UINT64_MAX) {
        pthread_mutex_lock(&slot.lock);
        while (!slot.is_full)
            pthread_cond_wait(&slot.changed, &slot.lock);
        slot.is_full = false;
        pthread_mutex_unlock(&slot.lock);
        gauge_step_arrived();
        gauge_arrived();
    }
    gauge_step_interrupt(true);
    pthread_join(giver, NULL);
}

int main(int argc, char **argv)
{
    int length = 10, reference = 0, ring_size = 0, is_slot = 0, warm = 20000, samples = 20000,
        blocks = 10;
    const struct gauge_option options[] = {
        { "--length", &length },  { "--reference", &reference },
        { "--ring", &ring_size }, { "--slot", &is_slot },
        { "--warm", &warm },      { "--samples", &samples },
        { "--blocks", &blocks },  { NULL, NULL },
    };

    gauge_read(options, argc, argv);
    gauge_arm(warm, samples, blocks);
    if (ring_size > 0)
        call_ring((unsigned)ring_size);
    else if (is_slot)
        call_slot();
    else
        call_chain(length, reference);
    gauge_print_begin("bare");
    gauge_print_blocks();
    gauge_print_steps();
    gauge_print_end();
    return 0;
}
