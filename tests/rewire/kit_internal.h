/* SPDX-License-Identifier: MIT */
/* kit_internal.h - what the kit's files share. */
#pragma once

#include <stdatomic.h>

#include "base/sink.h"
#include "kit.h"

/* What a sample says, and when it starts; -1: no time. */
HRESULT kit_read_sample(IMediaSample *sample, struct kit_sample *ret,
                        REFERENCE_TIME *ret_start);

/* A source comes to a number: waits while it may not go on.  false: interrupted. */
bool kit_may_pass(int64_t number, const atomic_bool *interrupted);
void kit_wake_sources(void);

/* Until the next kit_unhang; for so long, at most. */
void kit_hang(void);
void kit_take_time(int microseconds);

/* A program may have its own. */
void kit_missed(unsigned slot, int64_t number, int64_t due);

extern const struct rg_sink_class kit_recorder_class, kit_free_recorder_class, kit_merge_class;
