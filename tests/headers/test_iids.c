/* SPDX-License-Identifier: MIT */
/* test_iids.c - every IID of interfaces.tsv, as the library exports it.  (The slots of the
 * C view are held while slots.c compiles.)
 *
 * Runs: main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "slots.h"

static void each_exported_iid_is_the_published_one(void **state)
{
    char text[48];

    (void)state;
    assert_true(iid_row_count > 100);
    for (size_t i = 0; i < iid_row_count; i++) {
        const GUID *id = iid_rows[i].iid;

        snprintf(text, sizeof(text), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
                 id->Data1, id->Data2, id->Data3, id->Data4[0], id->Data4[1], id->Data4[2],
                 id->Data4[3], id->Data4[4], id->Data4[5], id->Data4[6], id->Data4[7]);
        if (strcmp(text, iid_rows[i].text) != 0)
            fail_msg("IID_%s is %s, not %s", iid_rows[i].name, text, iid_rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_exported_iid_is_the_published_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
