/* SPDX-License-Identifier: MIT */
/* test_schedule.c - when an edit that comes again and again is due next. */
#include "support.h"

#include "app/schedule_internal.h"

static void next_is_the_first_multiple_behind(void **state)
{
    static const struct {
        int64_t due, step, held, next;
    } table[] = {
        { 100, 100, 100, 200 }, /* the sample starts just then */
        { 100, 100, 120, 200 }, /* a little later */
        { 100, 100, 199, 200 },
        { 100, 100, 200, 300 }, /* one sample for two times: they count once */
        { 100, 100, 1050, 1100 },
        { 100, 100, 40, 200 }, /* a wall clock that came a little early */
        { 100, 30, 400, 430 },
        { 1, 1, 400000, 400001 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_int_equal(app_task_next(table[i].due, table[i].step, table[i].held),
                         table[i].next);
}

/* 25 frames a second, an edit each 100 ms: frames 3, 5, 8, 10, 13 … take the new effect. */
static void turns_follow_the_frames(void **state)
{
    static const int frames[] = { 3, 5, 8, 10, 13, 15, 18, 20 };
    int64_t due = 1000000;
    size_t turn = 0;

    (void)state;
    for (int frame = 0; frame < 21; frame++) {
        int64_t start = frame * INT64_C(400000);

        if (start < due)
            continue;
        assert_int_equal(frame, frames[turn++]);
        due = app_task_next(due, 1000000, start);
        assert_true(due > start);
    }
    assert_int_equal(turn, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_is_the_first_multiple_behind),
        cmocka_unit_test(turns_follow_the_frames),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
