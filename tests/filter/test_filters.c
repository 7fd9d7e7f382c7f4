/* SPDX-License-Identifier: MIT */
/* test_filters.c - every check over every filter of every module.
 *
 * Usage: test_filters [NAME]: all filters, or one.
 * Runs: the test's thread.
 * Knows: the class registry's table.  Must not know: what the filters do.
 */
#include <stdio.h>

#include "checks.h"

struct run {
    struct rg_class_info info;
    const struct check *check;
};

static void run_check(void **state)
{
    const struct run *run = *state;
    struct harness *h = calloc(1, sizeof(*h));

    assert_non_null(h);
    harness_open(h, &run->info);
    run->check->run(h);
    harness_close(h);
    free(h); /* not after a failure: threads of the filter may still look at it */
}

#define MOST_TESTS 4000

static struct CMUnitTest tests[MOST_TESTS];
static size_t n_tests;

static void add(const struct rg_class_info *info, const struct check *checks)
{
    for (; checks->name != NULL && n_tests < MOST_TESTS; checks++) {
        struct run *run = malloc(sizeof(*run));
        char *name = malloc(128);

        if (run == NULL || name == NULL)
            exit(1);
        run->info = *info;
        run->check = checks;
        snprintf(name, 128, "%s: %s", info->name, checks->name);
        tests[n_tests++] = (struct CMUnitTest){ name, run_check, NULL, NULL, run };
    }
}

int main(int argc, char **argv)
{
    const char *file, *why;
    struct rg_class_info info;
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++) {
        if (strcmp(info.kind, "object") == 0 || (argc > 1 && strcmp(argv[1], info.name) != 0))
            continue;
        add(&info, com_checks);
        add(&info, pin_checks);
        add(&info, flow_checks);
    }
    if (rg_module_error_at(0, &file, &why) == S_OK) {
        fprintf(stderr, "module %s did not load: %s\n", file, why);
        return 1;
    }
    if (n_tests == 0) {
        fprintf(stderr, "no filters: is REGRAFT_MODULE_PATH set?\n");
        return 1;
    }
    failed = _cmocka_run_group_tests("filters", tests, n_tests, NULL, NULL);
    for (size_t i = 0; i < n_tests; i++) {
        free(tests[i].initial_state);
        free((char *)(uintptr_t)tests[i].name);
    }
    CoUninitialize();
    return failed;
}
