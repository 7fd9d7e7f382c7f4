/* SPDX-License-Identifier: MIT */
/* transaction.h - what graph_edit.c and graph_transaction.c share. */
#pragma once

#include "graph/rewire.h"

/* graph_transaction.c.  S_OK: *ret is the caller's; E_INVALIDARG; E_OUTOFMEMORY. */
HRESULT transaction_create(struct graph *graph, const RG_EDIT_REQUEST *request,
                           IGraphTransaction **ret);

/* graph_edit.c.  S_OK; E_INVALIDARG. */
HRESULT rewire_request_check(const RG_EDIT_REQUEST *request);
void rewire_request_take(struct rewire *edit, const RG_EDIT_REQUEST *request);
/* Graph lock held.  Not: the graph is on its way to running, its renderers wait for samples. */
bool rewire_is_settled(const struct rewire *edit);
/* The graph lock, once a graph that is to run has arrived there.  VFW_E_TIMEOUT;
 * VFW_E_STATE_CHANGED. */
HRESULT rewire_lock_settled(struct rewire *edit);
/* A step with references of its own; name may be NULL. */
HRESULT rewire_step_make(struct rewire_step *step, enum rewire_step_kind kind,
                         IBaseFilter *filter, IBaseFilter *other, const char *name);
/* For a certificate: the report, or what usually is behind such an error. */
void rewire_reason(struct graph *graph, HRESULT hr, char *text, size_t size);
