/* SPDX-License-Identifier: MIT */
/* branch.h - a branch of a running graph, as steps of a transaction: what hangs on one output.
 *
 * Control threads, one at a time.
 * Knows: parts, pins, IGraphTransaction.  Must not know: when edits happen.
 */
#pragma once

#include "app/graph.h"

/* A free output of the filter, with a reference; NULL: it has none. */
IPin *app_branch_leg(IBaseFilter *fork);

/* The output that the branch with this filter in it hangs on: the nearest one upstream whose
 * filter has others too.  With a reference; NULL: there is no fork above. */
IPin *app_branch_root(IBaseFilter *filter);

/* A name of a part that another filter of the graph has; NULL: all are free. */
const char *app_branch_taken(const struct app_graph *graph, const struct app_parts *parts);

/* Stages the parts and their joins behind `leg`.  S_OK, or failure says why. */
HRESULT app_branch_stage(const struct app_graph *graph, const struct app_text_graph *text,
                         const struct app_parts *parts, IPin *leg, IGraphTransaction *edit,
                         struct app_failure *failure);

/* Forgets the places of filters that are in the graph no more. */
void app_branch_forget(struct app_graph *graph);
