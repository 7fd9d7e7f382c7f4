/* SPDX-License-Identifier: MIT */
/* test_registry_default.c - without REGRAFT_MODULE_PATH, a build finds its own modules. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <regraft.h>

static void build_finds_its_own_modules(void **state)
{
    const char *build = getenv("REGRAFT_TEST_BUILD");
    const char *file, *why;
    struct rg_class_info info;
    char path[1024];

    (void)state;
    assert_non_null(build);
    assert_null(getenv("REGRAFT_MODULE_PATH"));
    snprintf(path, sizeof(path), "%s/src/filters/plain.so", build);
    if (access(path, R_OK) != 0)
        skip();
    assert_int_equal(rg_class_by_name("invert", &info), S_OK);
    assert_string_equal(info.module, "plain.so");
    assert_int_equal(rg_module_error_at(0, &file, &why), S_FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(build_finds_its_own_modules),
    };

    unsetenv("REGRAFT_MODULE_PATH");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
