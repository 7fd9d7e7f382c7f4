/* SPDX-License-Identifier: MIT */
/* checks.h - the same checks for every listed filter; each gets a harness around a fresh one.
 *
 * Runs: the test's thread.
 */
#pragma once

#include "harness.h"

struct check {
    const char *name;
    void (*run)(struct harness *h);
};

/* Each ends with { NULL, NULL }. */
extern const struct check com_checks[];
extern const struct check pin_checks[];
extern const struct check flow_checks[];
