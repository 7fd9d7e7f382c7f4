/* SPDX-License-Identifier: MIT */
/* gate_internal.h - what gate.c and gate_report.c share; all of it under the gate's lock. */
#pragma once

#include "base/gate.h"

/* After each change of what the report tells: who keeps others out, and how. */
void rg_gate_tell_locked(struct rg_gate *gate);
/* A sample in front of the gate sleeps until something changes.  Takes and returns since when. */
int64_t rg_gate_sleep_outside_locked(struct rg_gate *gate, REFERENCE_TIME start, int64_t since);
/* Who wants the gate for himself sleeps while samples or a visit are inside.  until may be NULL.  Keeps
 * since when (0 at first); returns what the condition said. */
int rg_gate_sleep_inside_locked(struct rg_gate *gate, int64_t *since,
                                const struct timespec *until);
