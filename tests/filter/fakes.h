/* SPDX-License-Identifier: MIT */
/* fakes.h - birth and end of a harness's fakes; for harness.c alone.
 *
 * Runs: the test's thread.
 */
#pragma once

#include "harness.h"

void fakes_open(struct harness *h);
/* Checks that nobody but the harness holds a fake. */
void fakes_close(struct harness *h);
