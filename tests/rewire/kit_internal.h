/* SPDX-License-Identifier: MIT */
/* kit_internal.h - what the kit's files share. */
#pragma once

#include "base/sink.h"
#include "kit.h"

/* What a sample says, and when it starts; -1: no time. */
HRESULT kit_read_sample(IMediaSample *sample, struct kit_sample *ret,
                        REFERENCE_TIME *ret_start);

extern const struct rg_sink_class kit_recorder_class, kit_free_recorder_class, kit_merge_class;
