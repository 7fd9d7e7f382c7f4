/* SPDX-License-Identifier: MIT */
/* test_registry_default.c - without REGRAFT_MODULE_PATH, a build finds its own modules. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <regraft.h>

#include "com/module.h"
#include "com/registry.h"

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

static bool is_mapped(const char *module)
{
    char line[1024];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");

    assert_non_null(maps);
    while (!found && fgets(line, sizeof(line), maps) != NULL)
        found = strstr(line, module) != NULL;
    fclose(maps);
    return found;
}

/* A class is found by the list of its module, and no other module is opened. */
static void one_module_for_one_class(void **state)
{
    static const GUID invert = {
        0x79681ca4, 0xef58, 0x4377, { 0x89, 0x12, 0xb9, 0xcc, 0xc2, 0xab, 0x61, 0xa9 }
    };
    IBaseFilter *filter = NULL;
    struct rg_class_info info;

    (void)state;
    assert_null(rg_class_row_loaded(&invert));
    assert_int_equal(CoCreateInstance(&invert, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                      (void **)&filter),
                     S_OK);
    IBaseFilter_Release(filter);
    assert_non_null(rg_class_row_loaded(&invert));
    assert_int_equal(rg_class_by_name("testsrc", &info), S_OK);
    assert_true(is_mapped("/plain.so"));
    assert_false(is_mapped("/ffmpeg.so"));
}

/* Each class of a module stands in its list. */
static void lists_are_true(void **state)
{
    const char *build = getenv("REGRAFT_TEST_BUILD");
    const struct rg_class_row *row;
    unsigned listed = 0;

    (void)state;
    for (unsigned i = 0; (row = rg_class_row_at(i)) != NULL; i++) {
        char path[1024];

        if (strcmp(row->module, "regraft") == 0)
            continue;
        snprintf(path, sizeof(path), "%s/src/filters/%s", build, row->module);
        assert_int_equal(rg_module_lists(path, NULL, row->entry->name), S_OK);
        assert_int_equal(rg_module_lists(path, row->entry->clsid, NULL), S_OK);
        listed++;
    }
    assert_true(listed >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_module_for_one_class),
        cmocka_unit_test(build_finds_its_own_modules),
        cmocka_unit_test(lists_are_true),
    };

    unsetenv("REGRAFT_MODULE_PATH");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
