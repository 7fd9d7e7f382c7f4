/* SPDX-License-Identifier: MIT */
/* automation.h - the graph as automation objects: collections, filters, pins, types, classes.
 *
 * Any thread.  Each object keeps what it speaks for and the graph alive, tells what was true when it was asked, and
 * takes the graph lock only for what changes the graph.
 * Knows: IMediaControl's collections.  Must not know: how a graph is built.
 */
#pragma once

#include "graph/graph_internal.h"

struct rg_class_entry;

/* What an automation object begins with. */
struct graph_part {
    struct com_object object; /* first */
    struct graph *graph;      /* reference; NULL: needs none */
    IUnknown *of;             /* reference to what it speaks for, or NULL */
};
/* A zeroed block of `size` bytes that begins with a graph_part, with one reference; NULL without memory. */
void *graph_part_new(size_t size, const char *name, const struct com_entry *map,
                     struct graph *graph, void *of);

/* One reference for the caller each.  S_OK; E_OUTOFMEMORY. */
HRESULT graph_filter_info_create(struct graph *graph, IBaseFilter *filter, IDispatch **ret);
HRESULT graph_pin_info_create(struct graph *graph, IPin *pin, IDispatch **ret);
HRESULT graph_type_info_create(const AM_MEDIA_TYPE *type, IDispatch **ret);
HRESULT graph_class_info_create(struct graph *graph, const struct rg_class_entry *entry,
                                IDispatch **ret);

/* The whole type of one of our IMediaTypeInfo, major type and subtype of a foreign one.
 * S_OK: rg_type_clear it; E_NOINTERFACE: it is none; CO_E_CLASSSTRING: a foreign one names no GUIDs; E_OUTOFMEMORY. */
HRESULT graph_type_of_info(IDispatch *unknown, AM_MEDIA_TYPE *ret);

/* The snapshot that a collection shows. */
struct graph_items {
    IDispatch **list;
    size_t count, room;
};
/* Takes the reference over, also on failure.  S_OK; E_OUTOFMEMORY. */
HRESULT graph_items_add(struct graph_items *items, IDispatch *item);
/* A collection of them: takes them over, and frees them where hr (how collecting went) or making it fails.  S_OK;
 * hr; E_OUTOFMEMORY. */
HRESULT graph_collection_create(struct graph_items *items, HRESULT hr, IDispatch **ret);

/* IMediaControl's two. */
HRESULT graph_filter_collection(struct graph *graph, IDispatch **ret);
HRESULT graph_class_collection(struct graph *graph, IDispatch **ret);

/* A BSTR of the caller's.  S_OK; E_OUTOFMEMORY. */
HRESULT graph_bstr(const WCHAR *text, BSTR *ret);
