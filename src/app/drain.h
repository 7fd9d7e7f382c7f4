/* SPDX-License-Identifier: MIT */
/* drain.h - ends every stream of a running graph properly: sources held, end of stream sent.
 *
 * Control thread.  Knows: IPinFlowControl, pins.  Must not know: signals or files.
 */
#pragma once

#include "app/graph.h"

struct app_drain;

/* Starts one thread for each connected output pin of each source: it holds the pin and then
 * sends end of stream to the peer.  NULL: no source can be held; stopping is all there is. */
struct app_drain *app_drain_start(struct app_graph *graph);

/* After the graph has stopped: joins the threads.  NULL is fine. */
void app_drain_end(struct app_drain *drain);
