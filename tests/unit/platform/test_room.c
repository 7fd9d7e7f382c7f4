/* SPDX-License-Identifier: MIT */
/* test_room.c - which room a thread is in, and what it says that it waits for. */
#include "support.h"

#include <sched.h>
#include <string.h>

#include "platform/room.h"
#include "platform/thread.h"
#include "platform/time.h"

static void rooms_are_entered_and_left(void **state)
{
    enum rg_room before, inner;

    (void)state;
    assert_int_equal(rg_room_now(), RG_ROOM_NONE);
    before = rg_room_enter(RG_ROOM_CONTROL);
    assert_int_equal(before, RG_ROOM_NONE);
    inner = rg_room_enter(RG_ROOM_STREAMING);
    assert_int_equal(inner, RG_ROOM_CONTROL);
    rg_room_leave(inner);
    assert_int_equal(rg_room_now(), RG_ROOM_CONTROL);
    rg_room_leave(before);
    assert_int_equal(rg_room_now(), RG_ROOM_NONE);
}

static void control_is_any_thread_but_a_streaming_one(void **state)
{
    enum rg_room before;

    (void)state;
    assert_true(rg_room_allows(RG_ROOM_CONTROL));
    assert_false(rg_room_allows(RG_ROOM_STREAMING));
    before = rg_room_enter(RG_ROOM_STREAMING);
    assert_true(rg_room_allows(RG_ROOM_STREAMING));
    assert_false(rg_room_allows(RG_ROOM_CONTROL));
    rg_assert_room(RG_ROOM_STREAMING);
    rg_room_leave(before);
    rg_assert_room(RG_ROOM_CONTROL);
}

struct search {
    const char *name;
    struct rg_thread_info found;
    unsigned count;
};

static void look_for(const struct rg_thread_info *info, void *context)
{
    struct search *search = context;

    if (strcmp(info->name, search->name) != 0)
        return;
    search->found = *info;
    search->count++;
}

static struct search search_thread(const char *name)
{
    struct search search = { .name = name };

    rg_thread_each(look_for, &search);
    return search;
}

static void stream_until(void *arg)
{
    enum rg_room before = rg_room_enter(RG_ROOM_STREAMING);

    WaitForSingleObject(arg, SOON_MS);
    rg_room_leave(before);
}

static void report_tells_who_waits(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    int64_t before_ns = rg_time_now_ns();
    struct rg_thread thread;
    struct search search;

    (void)state;
    memset(&thread, 0, sizeof(thread));
    assert_int_equal(rg_thread_start(&thread, "stuck one", stream_until, event), S_OK);
    for (search = search_thread("stuck one"); search.count == 0 || search.found.n_notes == 0;
         search = search_thread("stuck one"))
        sched_yield();
    assert_int_equal(search.count, 1);
    assert_int_equal(search.found.room, RG_ROOM_STREAMING);
    assert_int_equal(search.found.n_notes, 1);
    assert_string_equal(search.found.notes[0].what, "a handle");
    assert_null(search.found.notes[0].place);
    assert_in_range(search.found.notes[0].since_ns, before_ns, rg_time_now_ns());
    assert_int_equal(search.found.id, rg_thread_id(&thread));
    assert_int_not_equal(search.found.id, GetCurrentThreadId());
    SetEvent(event);
    rg_thread_join(&thread);
    CloseHandle(event);
}

static void ended_thread_leaves_the_report(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    struct rg_thread thread;

    (void)state;
    memset(&thread, 0, sizeof(thread));
    assert_int_equal(rg_thread_start(&thread, "gone one", stream_until, event), S_OK);
    rg_thread_join(&thread);
    assert_int_equal(search_thread("gone one").count, 0);
    CloseHandle(event);
}

static void waits_nest(void **state)
{
    struct rg_fixed_place place;
    struct rg_wait outer = { .what = "a queue", .where = &place.place, .number = 7 };
    struct rg_wait inner = { .what = "the clock", .holder = 42 };
    struct search search;

    (void)state;
    rg_thread_set_name("test main");
    rg_fixed_place_init(&place, &place, "filter.pin");
    rg_wait_begin(&outer);
    rg_wait_begin(&inner);
    search = search_thread("test main");
    assert_int_equal(search.found.n_notes, 2);
    assert_string_equal(search.found.notes[0].what, "the clock");
    assert_int_equal(search.found.notes[0].holder, 42);
    assert_string_equal(search.found.notes[1].what, "a queue");
    assert_int_equal(search.found.notes[1].number, 7);
    assert_ptr_equal(search.found.notes[1].place, &place.place);
    assert_string_equal(search.found.notes[1].where.text, "filter.pin");
    assert_ptr_equal(search.found.notes[1].where.graph, &place);
    rg_wait_end(&inner);
    assert_int_equal(search_thread("test main").found.n_notes, 1);
    rg_wait_end(&outer);
    assert_int_equal(search_thread("test main").found.n_notes, 0);
}

static void wait_that_begins_again_keeps_its_time(void **state)
{
    struct rg_wait wait = { .what = "a change" };
    int64_t first;

    (void)state;
    rg_wait_begin(&wait);
    rg_wait_end(&wait);
    first = wait.since_ns;
    rg_wait_begin(&wait);
    assert_int_equal(search_thread("test main").found.notes[0].since_ns, first);
    rg_wait_end(&wait);
}

static void only_the_innermost_are_told(void **state)
{
    struct rg_wait waits[RG_NOTES_TOLD + 2];
    struct search search;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(waits); i++) {
        waits[i] = (struct rg_wait){ .what = "a thing", .number = i };
        rg_wait_begin(&waits[i]);
    }
    search = search_thread("test main");
    assert_int_equal(search.found.n_notes, RG_NOTES_TOLD);
    for (unsigned i = 0; i < RG_NOTES_TOLD; i++)
        assert_int_equal(search.found.notes[i].number, COUNT_OF(waits) - 1 - i);
    for (unsigned i = COUNT_OF(waits); i-- > 0;)
        rg_wait_end(&waits[i]);
}

/* A wait for a handle says nothing where who waits has said more already; inside a task it is
 * all there is. */
static void vague_waits_step_back(void **state)
{
    struct rg_wait task = { .what = "the stream of", .is_task = true };
    struct rg_wait exact = { .what = "the graph lock" };
    struct rg_wait vague = { .what = "a handle", .is_vague = true };
    struct search search;

    (void)state;
    rg_wait_begin(&task);
    rg_wait_begin(&vague);
    search = search_thread("test main");
    assert_int_equal(search.found.n_notes, 2);
    assert_string_equal(search.found.notes[0].what, "a handle");
    rg_wait_end(&vague);
    rg_wait_begin(&exact);
    rg_wait_begin(&vague);
    search = search_thread("test main");
    assert_int_equal(search.found.n_notes, 2);
    assert_string_equal(search.found.notes[0].what, "the graph lock");
    rg_wait_end(&vague);
    rg_wait_end(&exact);
    rg_wait_end(&task);
    assert_int_equal(search_thread("test main").found.n_notes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_are_entered_and_left),
        cmocka_unit_test(control_is_any_thread_but_a_streaming_one),
        cmocka_unit_test(report_tells_who_waits),
        cmocka_unit_test(ended_thread_leaves_the_report),
        cmocka_unit_test(waits_nest),
        cmocka_unit_test(wait_that_begins_again_keeps_its_time),
        cmocka_unit_test(only_the_innermost_are_told),
        cmocka_unit_test(vague_waits_step_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
