/* SPDX-License-Identifier: MIT */
/* demo_ledger.h - the ledger of a run, as far as the demo needs it: when which effect began.
 *
 * Any thread.  Knows: the JSON that `regraft run --ledger` writes.  Must not know: frames.
 */
#pragma once

#include <dshow.h>

#include "demo_reel.h"

struct demo_cut {
    REFERENCE_TIME at; /* start of the first sample under the new effect, 100 ns */
    enum demo_effect effect;
    int64_t closed_ns; /* how long the gate was closed */
    int64_t held, drained, dropped;
};

struct demo_ledger {
    struct demo_cut *cuts; /* in order of time; the first is the effect the graph began with */
    size_t n_cuts;
    size_t n_refused; /* edits that failed */
};

/* first: the effect before any edit.  S_OK; E_FAIL: no such file or not a ledger, *ret_why says
 * it (a constant or *ret_ledger's own); E_OUTOFMEMORY.  *ret_ledger can be freed in either
 * case. */
HRESULT demo_ledger_read(const char *path, enum demo_effect first,
                         struct demo_ledger *ret_ledger, const char **ret_why);
void demo_ledger_free(struct demo_ledger *ledger);

/* The effect that a frame with this start time went through. */
enum demo_effect demo_ledger_effect(const struct demo_ledger *ledger, REFERENCE_TIME start);
