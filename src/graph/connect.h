/* SPDX-License-Identifier: MIT */
/* connect.h - pins, walks over the graph, and connecting with a search.
 *
 * The last part of graph_internal.h, which includes it.  Control threads; _locked: under the graph lock.
 * Knows: pins and filters through COM interfaces.  Must not know: what flows through them.
 */
#pragma once

/* ---- pins: pins.c.  No lock needed, control threads. ------------------------------------- */

/* A filter's pins as they are at one moment, each with a reference.  On failure the set is
 * empty. */
#define GRAPH_PINS_AT_ONCE 8
struct graph_pins {
    IPin **list;
    size_t count;
    IPin *few[GRAPH_PINS_AT_ONCE];
};
HRESULT graph_pins_open(struct graph_pins *pins, IBaseFilter *filter);
void graph_pins_close(struct graph_pins *pins);

IBaseFilter *graph_pin_filter(IPin *pin); /* reference, or NULL */
IPin *graph_pin_peer(IPin *pin);          /* reference, or NULL if not connected */
bool graph_pin_is_output(IPin *pin);
bool graph_pin_is_hidden(IPin *pin);     /* its name begins with '~' */
IUnknown *graph_identity(void *unknown); /* a key, no reference; NULL if there is none */
/* One side.  IPin::Disconnect, and where the filter is active
 * IPinConnection::DynamicDisconnect. */
HRESULT graph_pin_disconnect(IPin *pin);
/* Both sides, output first.  S_OK; S_FALSE: was not connected; the first failure. */
HRESULT graph_pin_disconnect_both(IPin *pin);
/* "filter.pin" in UTF-8. */
void graph_pin_text(IPin *pin, char *text, size_t size);
/* A filter's name in its graph in UTF-8; "?" if it does not say. */
void graph_filter_text(IBaseFilter *filter, char *text, size_t size);
void graph_text_from_wide(const WCHAR *wide, char *text, size_t size);

/* ---- walks: walk.c ----------------------------------------------------------------------- */

/* Does data that leaves `from` reach `to`?  Iterative; costs what the smaller side of the
 * graph has. */
HRESULT graph_walk_reaches_locked(struct graph *graph, struct graph_node *from,
                                  struct graph_node *to);
/* All members, renderers first, then upstream.  O(filters + connections), iterative. */
HRESULT graph_snapshot_locked(struct graph *graph, struct graph_snapshot *ret);
/* The same as EnumFilters names them, newest first: asks nobody anything. */
HRESULT graph_members_locked(struct graph *graph, struct graph_snapshot *ret);
void graph_snapshot_free(struct graph_snapshot *snapshot);

/* ---- connecting: connect.c, search.c, render.c, source_rules.c, candidates.c -------------- */

/* What a connection did, so that it can be taken back.  Zeroed: empty. */
struct graph_step {
    struct graph_node *added; /* a filter that joined; NULL: a connection */
    bool from_cache;          /* it goes back there */
    IPin *output;             /* a connection: its output pin, reference */
    IStreamBuilder *builder;  /* output has rendered itself: who takes it back, reference */
};
struct graph_trail {
    struct graph_step *steps;
    size_t count, room;
};
/* Takes back everything after the first `keep` steps, newest first. */
void graph_trail_undo_locked(struct graph *graph, struct graph_trail *trail, size_t keep);
/* Room for one more step, so that what follows can't fail for want of memory.  trail may be
 * NULL. */
HRESULT graph_trail_reserve(struct graph_trail *trail);
/* Forgets; what was done stays. */
void graph_trail_free(struct graph_trail *trail);

/* IPin::Connect, version, renderers, trail (may be NULL).  No search, no report. */
HRESULT graph_join_locked(struct graph *graph, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, struct graph_trail *trail);

#define GRAPH_CONNECT_DIRECT 0x1 /* AM_GRAPH_CONFIG_RECONNECT_DIRECTCONNECT */
#define GRAPH_CONNECT_CACHED 0x4 /* AM_GRAPH_CONFIG_RECONNECT_USE_ONLY_CACHED_FILTERS */
#define GRAPH_CONNECT_NO_MEMBER                                                                \
    0x100 /* don't lead through free inputs of filters in the graph */
#define GRAPH_CONNECT_EXISTING_RENDERERS 0x200 /* AM_RENDEREX_RENDERTOEXISTINGRENDERERS */

/* output -> input, by way of via (a member with a free input and a free output; may be
 * NULL), with more filters in between as flags allow.  type (may be NULL) binds the first
 * connection only. On failure nothing stays of it, the report says why:
 * VFW_E_CANNOT_CONNECT, E_ABORT, or the pins' own error where only a direct connection was
 * allowed.  The trail tells what was added (nodes with by_connect). */
HRESULT graph_connect_between(struct graph *graph, IPin *output, IPin *input,
                              const AM_MEDIA_TYPE *type, IBaseFilter *via, unsigned flags,
                              struct graph_trail *trail);

/* Candidate filters for one output pin, in the order of spec 8.2: cached, members, preferred for
 * a type of the pin (IAMPluginControl), registered by merit. */
struct graph_candidate {
    IBaseFilter *filter; /* reference; NULL: to be made from entry */
    const struct rg_class_entry
        *entry; /* from the registry; NULL: a filter that is there already */
    bool from_cache;
    bool is_sink; /* registry: has no outputs */
};
struct graph_candidates {
    struct graph_candidate *list;
    size_t count, room;
    struct rg_mapper_view *view; /* its entries live in it; reference, NULL: nobody asked */
};
/* Is it that class?  Two moments have two entries for one class.  entry may be NULL. */
bool graph_same_class(const struct rg_class_entry *entry, const CLSID *clsid);
HRESULT graph_candidates_of(struct graph *graph, IPin *output, unsigned flags,
                            struct graph_candidates *ret);
void graph_candidates_free(struct graph_candidates *all);
/* Makes sure that candidate->filter is there and a member; adds to the trail where it was
 * not. */
HRESULT graph_candidate_join_locked(struct graph *graph, struct graph_candidate *candidate,
                                    struct graph_trail *trail);

HRESULT graph_connect(struct graph *graph, IPin *output, IPin *input);
HRESULT graph_connect_direct(struct graph *graph, IPin *output, IPin *input,
                             const AM_MEDIA_TYPE *type);
/* One side only, as documented.  S_OK; S_FALSE: was not connected; E_POINTER; what the pin says. */
HRESULT graph_disconnect(struct graph *graph, IPin *pin);
HRESULT graph_render(struct graph *graph, IPin *output, unsigned flags);
/* No other attempt would help. */
static inline bool graph_is_final(HRESULT hr)
{
    return hr == E_ABORT || hr == E_OUTOFMEMORY;
}
/* source_rules.c: who gives its bytes, and as what; subtype NULL: they say it themselves. */
void graph_source_rule(const WCHAR *path, const CLSID **ret_source, const GUID **ret_subtype);
HRESULT graph_render_file(struct graph *graph, const WCHAR *path);
HRESULT graph_add_source(struct graph *graph, const WCHAR *path, const WCHAR *name,
                         IBaseFilter **ret);
HRESULT graph_reconnect(struct graph *graph, IPin *pin, const AM_MEDIA_TYPE *type);
/* Executes what graph_reconnect queued. */
void graph_reconnects_run_locked(struct graph *graph);
/* Forgets it. */
void graph_reconnects_drop(struct graph *graph);
