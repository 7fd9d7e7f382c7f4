/* SPDX-License-Identifier: MIT */
/* test_room.c - which room a thread is in, and the report of who waits for what. */
#include "support.h"

#include <string.h>

#include "platform/room.h"
#include "platform/thread.h"

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
    struct rg_thread thread;
    struct search search;

    (void)state;
    memset(&thread, 0, sizeof(thread));
    assert_int_equal(rg_thread_start(&thread, "stuck one", stream_until, event), S_OK);
    do
        search = search_thread("stuck one");
    while (search.count == 0 || search.found.waits_for == NULL);
    assert_int_equal(search.count, 1);
    assert_int_equal(search.found.room, RG_ROOM_STREAMING);
    assert_string_equal(search.found.waits_for, "handle");
    assert_true(search.found.since_ns > 0);
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

static void noted_wait_is_put_back(void **state)
{
    const char *outer;

    (void)state;
    rg_thread_set_name("test main");
    outer = rg_thread_waits_for("queue");
    assert_null(outer);
    assert_string_equal(rg_thread_waits_for("clock"), "queue");
    assert_string_equal(search_thread("test main").found.waits_for, "clock");
    (void)rg_thread_waits_for(outer);
    assert_null(search_thread("test main").found.waits_for);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_are_entered_and_left),
        cmocka_unit_test(control_is_any_thread_but_a_streaming_one),
        cmocka_unit_test(report_tells_who_waits),
        cmocka_unit_test(ended_thread_leaves_the_report),
        cmocka_unit_test(noted_wait_is_put_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
