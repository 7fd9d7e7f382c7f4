/* SPDX-License-Identifier: MIT */
/* gate_internal.h - what the gate's files share; all of it under the gate's lock. */
#pragma once

#include "base/gate.h"

#define RG_GATE_NEVER INT64_MAX

bool rg_gate_in_use_locked(struct rg_gate *gate);
bool rg_gate_caller_is_inside_locked(struct rg_gate *gate);
/* Makes the fast path come to the lock, and every use begun before visible to in_use. */
void rg_gate_call_attention_locked(struct rg_gate *gate);
void rg_gate_settle_attention_locked(struct rg_gate *gate);

/* A pending block closes the gate if nobody is inside any more. */
void rg_gate_close_if_free_locked(struct rg_gate *gate);
/* An armed time has come, and the sample that brought it is outside: close before it. */
void rg_gate_fire_armed_locked(struct rg_gate *gate);
/* The time is over or taken back; who waits for its event is released. */
void rg_gate_disarm_locked(struct rg_gate *gate);

/* After each change of what the report tells: who keeps others out, and how. */
void rg_gate_tell_locked(struct rg_gate *gate);
/* A sample in front of the gate sleeps until something changes.  Takes and returns since when. */
int64_t rg_gate_sleep_outside_locked(struct rg_gate *gate, REFERENCE_TIME start, int64_t since);
/* Who wants the gate for himself sleeps while samples or a visit are inside.  until may be NULL.  Keeps
 * since when (0 at first); returns what the condition said. */
int rg_gate_sleep_inside_locked(struct rg_gate *gate, int64_t *since,
                                const struct timespec *until);
