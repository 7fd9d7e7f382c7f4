/* SPDX-License-Identifier: MIT */
/* Rows of the generated slot tables, shared by the C and the C++ test.
 *
 * Runs: main thread.
 */
#pragma once

#include <stddef.h>
#include <string.h>

#include <guiddef.h>

struct iid_row {
    const char *name;
    const GUID *iid;
    const char *text;
};

struct slot_row {
    const char *interface_name;
    const char *method;
    size_t slot;
    size_t expected;
};

#ifdef __cplusplus
/* The C++ ABI of this platform keeps 1 + byte offset in a pointer to a virtual member. */
template <typename F> static size_t slot_of(F member)
{
    size_t words[2] = { 0, 0 };

    static_assert(sizeof(member) == sizeof(words), "pointer to member has another shape");
    memcpy(words, &member, sizeof(words));
    return words[1] == 0 ? (words[0] - 1) / sizeof(void *) : ~static_cast<size_t>(0);
}
#endif

RG_EXTERN_C_BEGIN
extern const struct iid_row iid_rows[];
extern const size_t iid_row_count;
extern const struct slot_row slot_rows[];
extern const size_t slot_row_count;
RG_EXTERN_C_END
