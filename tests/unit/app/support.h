/* SPDX-License-Identifier: MIT */
/* support.h - cmocka, and a vocabulary that stands in for the modules' classes.
 *
 * Test threads.  Knows: app.  Must not know: COM.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/text_graph.h"

static const char *const test_filters[] = {
    "file",   "demux",   "decode", "encode", "mux", "invert", "flip",  "grayscale",
    "volume", "testsrc", "tone",   "queue",  "tee", "null",   "scale",
};

static inline bool test_is_filter(void *context, const char *name)
{
    (void)context;
    for (size_t i = 0; i < sizeof(test_filters) / sizeof(*test_filters); i++)
        if (!strcmp(test_filters[i], name))
            return true;
    return false;
}

static inline void test_suggest(void *context, struct app_nearest *nearest)
{
    (void)context;
    for (size_t i = 0; i < sizeof(test_filters) / sizeof(*test_filters); i++)
        app_nearest_try(nearest, test_filters[i]);
}

static const struct app_vocabulary test_vocabulary = {
    .is_filter = test_is_filter,
    .suggest = test_suggest,
};
