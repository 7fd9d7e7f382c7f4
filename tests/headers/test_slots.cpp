/* SPDX-License-Identifier: MIT */
/* test_slots.cpp - the C++ view: slot of every method, __uuidof of every interface.
 *
 * Runs: main thread.
 */
#include <cstdio>

#include "slots.h"

static int check_slots()
{
    int wrong = 0;

    for (size_t i = 0; i < slot_row_count; i++) {
        const struct slot_row &row = slot_rows[i];

        if (row.slot == row.expected)
            continue;
        printf("%s::%s is in slot %zu, not %zu\n", row.interface_name, row.method, row.slot,
               row.expected);
        wrong++;
    }
    return wrong;
}

static int check_iids()
{
    int wrong = 0;

    for (size_t i = 0; i < iid_row_count; i++) {
        const GUID &id = *iid_rows[i].iid;
        char text[48];

        snprintf(text, sizeof(text), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
                 id.Data1, id.Data2, id.Data3, id.Data4[0], id.Data4[1], id.Data4[2],
                 id.Data4[3], id.Data4[4], id.Data4[5], id.Data4[6], id.Data4[7]);
        if (strcmp(text, iid_rows[i].text) == 0)
            continue;
        printf("__uuidof(%s) is %s, not %s\n", iid_rows[i].name, text, iid_rows[i].text);
        wrong++;
    }
    return wrong;
}

int main()
{
    int wrong = check_slots() + check_iids();

    printf("%zu slots, %zu identifiers, %d wrong\n", slot_row_count, iid_row_count, wrong);
    return wrong == 0 ? 0 : 1;
}
