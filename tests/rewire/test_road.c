/* SPDX-License-Identifier: MIT */
/* test_road.c - what a road costs while nobody edits it: no lock that an edit, a report or a state change holds, and no memory.
 *
 * The locks of gates, links, filters and settings are held here while samples flow: a thread that took the slow path of
 * a gate, looked at a link as control does or asked for settings under their lock, would stand still.  Memory is counted
 * in two ways: uses of the library's heap, which its fault counter sees, and calls of libc's.
 */
#include "transaction_test.h"

#include <errno.h>
#include <stdlib.h>

#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/memory.h"

#define SAMPLES 20000
#define PASSES  4

/* ---- libc's heap --------------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_HEAP 0 /* a sanitizer has its own */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_HEAP 0
#else
#define OWN_HEAP 1
#endif
#else
#define OWN_HEAP 1
#endif

static atomic_bool is_counted;
static atomic_uint heap_calls;
static __thread bool is_test_thread; /* waits may do as they like */

#if OWN_HEAP
#define SEEN __attribute__((visibility("default"))) /* by the library, in the place of libc's */

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names of what is behind malloc
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
// NOLINTEND(bugprone-reserved-identifier)

static void note_call(void)
{
    if (atomic_load(&is_counted) && !is_test_thread)
        atomic_fetch_add(&heap_calls, 1);
}

SEEN void *malloc(size_t size)
{
    note_call();
    return __libc_malloc(size);
}

SEEN void *calloc(size_t nmemb, size_t size)
{
    note_call();
    return __libc_calloc(nmemb, size);
}

SEEN void *realloc(void *ptr, size_t size)
{
    note_call();
    return __libc_realloc(ptr, size);
}

SEEN int posix_memalign(void **memptr, size_t alignment, size_t size)
{
    note_call();
    *memptr = __libc_memalign(alignment, size);
    return *memptr != NULL ? 0 : ENOMEM;
}
#endif

/* ---- the road ------------------------------------------------------------------------------------ */

struct works {
    struct road r;
    IBaseFilter *passes[PASSES];
};

/* source ! in place ! copy ! in place ! ... ! sink */
static void works_open(struct works *w)
{
    IBaseFilter *last;

    road_open_empty(&w->r);
    last = w->r.source = road_put(&w->r, kit_filter(KIT_SOURCE), L"source");
    for (int i = 0; i < PASSES; i++) {
        w->passes[i] = road_put(&w->r, kit_filter(i % 3 == 1 ? KIT_PASS : KIT_IN_PLACE), NULL);
        road_join(&w->r, kit_out(last), kit_in(w->passes[i]));
        last = w->passes[i];
    }
    w->r.sink = road_put(&w->r, kit_filter(KIT_FREE_SINK), L"sink");
    road_join(&w->r, kit_out(last), kit_in(w->r.sink));
    road_run(&w->r);
    assert_true(kit_wait_more(0, SAMPLES / 10));
}

static struct rg_out_pin *out_of(IBaseFilter *filter)
{
    return COM_HOME(kit_out(filter), struct rg_out_pin);
}

static struct rg_in_pin *in_of(IBaseFilter *filter)
{
    return COM_HOME(kit_in(filter), struct rg_in_pin);
}

/* Of one kind after the other, in the order in which control takes them. */
static void hold_all(struct works *w, bool on)
{
    int (*change)(pthread_mutex_t *) = on ? pthread_mutex_lock : pthread_mutex_unlock;
    struct rg_filter *filters[PASSES + 2] = { out_of(w->r.source)->filter };

    for (int i = 0; i < PASSES; i++)
        filters[i + 1] = out_of(w->passes[i])->filter;
    filters[PASSES + 1] = in_of(w->r.sink)->filter;
    for (int i = 0; i < PASSES + 2; i++)
        assert_int_equal(change(&filters[i]->lock), 0);
    for (int i = 0; i < PASSES + 2; i++) {
        assert_int_equal(change(&filters[i]->info_lock), 0);
        assert_int_equal(change(&filters[i]->name_lock), 0);
        assert_int_equal(change(&filters[i]->settings_lock), 0);
    }
    for (int i = 0; i < PASSES + 2; i++) {
        if (i > 0) {
            assert_int_equal(change(&filters[i]->in[0]->link_lock), 0);
            assert_int_equal(change(&filters[i]->in[0]->marker_lock), 0);
        }
        if (i < PASSES + 1) {
            assert_int_equal(change(&filters[i]->out[0]->link_lock), 0);
            assert_int_equal(change(&filters[i]->out[0]->gate.lock), 0);
        }
    }
}

/* ---- what it costs ------------------------------------------------------------------------------- */

static void an_open_road_takes_no_lock_of_control(void **state)
{
    struct works w;
    uintptr_t owner;
    bool flows;

    (void)state;
    works_open(&w);
    hold_all(&w, true);
    flows = kit_wait_more(0, SAMPLES);
    hold_all(&w, false);
    assert_true(flows);
    /* one thread, the fast path's owner all along the road, and nobody calls for its attention */
    owner = atomic_load(&out_of(w.r.source)->gate.owner);
    assert_true(owner != 0);
    for (int i = 0; i < PASSES; i++) {
        assert_true(atomic_load(&out_of(w.passes[i])->gate.owner) == owner);
        assert_false(atomic_load(&out_of(w.passes[i])->gate.attention));
        assert_int_equal(out_of(w.passes[i])->gate.closings, 0);
    }
    /* and the ledger is kept */
    assert_true(kit_ledger(kit_out(w.passes[PASSES - 1])).samples >= SAMPLES);
    assert_true(kit_ledger(kit_in(w.passes[0])).samples >= SAMPLES);
    road_close(&w.r);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

/* The fast path comes back: what an edit asked of the gate does not stay. */
static void an_edited_road_takes_none_either(void **state)
{
    struct works w;
    bool flows;

    (void)state;
    works_open(&w);
    for (int i = 0; i < PASSES; i++) {
        IBaseFilter *newcomer = kit_filter(i % 3 == 1 ? KIT_PASS : KIT_IN_PLACE);

        assert_hr(CALL(w.r.edit, Swap, w.passes[i], newcomer, NULL, NULL, NULL), S_OK);
        LET_GO(newcomer);
        w.passes[i] = newcomer;
    }
    assert_true(kit_wait_more(0, 100));
    hold_all(&w, true);
    flows = kit_wait_more(0, SAMPLES);
    hold_all(&w, false);
    assert_true(flows);
    road_close(&w.r);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

static void assert_no_memory_in(void)
{
    uint32_t left;

    is_test_thread = true;
    assert_true(kit_wait_more(0, SAMPLES / 10)); /* what is made once is made */
    rg_fault_arm(UINT32_MAX); /* counts down at each use, and never comes to 0 */
    atomic_store(&heap_calls, 0);
    atomic_store(&is_counted, true);
    assert_true(kit_wait_more(0, SAMPLES));
    atomic_store(&is_counted, false);
    left = atomic_load(&rg_fault_countdown);
    (void)rg_fault_disarm();
    is_test_thread = false;
    assert_int_equal(UINT32_MAX - left, 0);
    assert_int_equal(atomic_load(&heap_calls), 0);
}

static void an_open_road_takes_no_memory(void **state)
{
    struct works w;

    (void)state;
    works_open(&w);
    assert_no_memory_in();
    road_close(&w.r);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

/* source ! tee, both legs with a queue and a sink */
static void branches_and_queues_take_no_memory(void **state)
{
    IBaseFilter *tee, *queue, *sink;
    struct road r;

    (void)state;
    road_open_empty(&r);
    r.source = road_put(&r, kit_filter(KIT_SOURCE), L"source");
    tee = road_put(&r, kit_filter(KIT_TEE), L"tee");
    road_join(&r, kit_out(r.source), kit_in(tee));
    for (int i = 0; i < 2; i++) {
        IPin *leg = free_pin(tee, PINDIR_OUTPUT);

        queue = road_put(&r, kit_filter(KIT_QUEUE), NULL);
        sink = road_put(&r, kit_filter_with(KIT_FREE_SINK, i == 0 ? "slot=0" : "slot=1"), NULL);
        road_join(&r, leg, kit_in(queue));
        road_join(&r, kit_out(queue), kit_in(sink));
    }
    road_run(&r);
    assert_no_memory_in();
    road_close(&r);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_road_takes_no_lock_of_control),
        cmocka_unit_test(an_edited_road_takes_none_either),
        cmocka_unit_test(an_open_road_takes_no_memory),
        cmocka_unit_test(branches_and_queues_take_no_memory),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
