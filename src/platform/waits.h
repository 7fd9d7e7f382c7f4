/* SPDX-License-Identifier: MIT */
/* waits.h - the report: who waits for what, since when, and who holds it, in words.
 *
 * Any thread, at any time: it is for when things hang, so it takes no lock that anybody holds
 * while he waits.
 * Knows: what threads and holds tell of themselves.  Must not know: any of it by itself.
 */
#pragma once

#include <windows.h>

#include "platform/export.h"

/* One line for each thread that is the library's or waits inside it, and for each thing that is
 * held (a gate, a lock).  graph: the key of a graph (struct rg_place_name), whose lines come
 * first, under headings; NULL: all alike.  S_OK: the caller frees *ret_text with rg_free or
 * CoTaskMemFree; E_OUTOFMEMORY. */
RG_API HRESULT rg_waits_report(const void *graph, char **ret_text);
