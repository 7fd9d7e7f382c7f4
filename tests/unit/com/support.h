/* SPDX-License-Identifier: MIT */
/* support.h - what the tests of this folder share: cmocka's includes, objects that count. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dshow.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* How many references there are, without changing that. */
static inline ULONG references_of(IUnknown *unknown)
{
    IUnknown_AddRef(unknown);
    return IUnknown_Release(unknown);
}
