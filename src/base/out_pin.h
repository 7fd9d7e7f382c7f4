/* SPDX-License-Identifier: MIT */
/* base/out_pin.h - an output pin: the gate, and behind it the link as one record.
 *
 * For the base classes in this folder.  begin, get, deliver, end: streaming thread.  The
 * rest: control threads.
 * Knows: its filter, the gate, the connection's record.  Must not know: who is downstream.
 */
#pragma once

#include "base/filter.h"
#include "base/gate.h"
#include "base/in_pin.h"
#include "base/recall.h"

/* What a source does for IMediaSeeking.  Control threads.  Times in 100 ns. */
struct rg_seek_ops {
    HRESULT (*duration)(struct rg_filter *filter, REFERENCE_TIME *ret);
    HRESULT(*positions)
    (struct rg_filter *filter, REFERENCE_TIME *ret_current, REFERENCE_TIME *ret_stop);
    /* Either pointer may be NULL: unchanged.  *current becomes the point reached.  flags:
     * AM_SEEKING_NoFlush, AM_SEEKING_Segment. */
    HRESULT(*set_positions)
    (struct rg_out_pin *pin, REFERENCE_TIME *current, REFERENCE_TIME *stop, DWORD flags);
    HRESULT (*set_rate)(struct rg_out_pin *pin, double rate);
    double (*rate)(struct rg_filter *filter);
};

struct rg_out_pin_ops {
    /* Control thread.  S_OK; VFW_S_NO_MORE_ITEMS. */
    HRESULT (*get_type)(struct rg_out_pin *pin, unsigned index, AM_MEDIA_TYPE *ret);
    /* Optional: beyond the list above, what else is accepted. */
    HRESULT (*accept)(struct rg_out_pin *pin, const AM_MEDIA_TYPE *type);
    /* Optional: how many and how large buffers; *props comes with a default. */
    HRESULT(*buffers)
    (struct rg_out_pin *pin, const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props);
    /* Optional: a connection was made or broken.  Under the filter lock. */
    HRESULT (*connected)(struct rg_out_pin *pin);
    void (*disconnected)(struct rg_out_pin *pin);
    /* Optional: an edit has taken the connection away, and put none in its place. */
    void (*left)(struct rg_out_pin *pin);
    /* Optional: pin->next is ready to take the place of pin->link; what can fail in `connected`
     * is done now.  Under the filter lock. */
    HRESULT (*prepared)(struct rg_out_pin *pin);
    /* Optional: another road stands, nobody is inside.  Any thread, perhaps in the middle of a
     * stream: leaf locks only. */
    void (*exchanged)(struct rg_out_pin *pin);
    /* Optional: quality message from downstream.  NULL: handed upstream through the filter's
     * first input. */
    HRESULT (*quality)(struct rg_out_pin *pin, Quality q);
    /* Sources: IRgLink::BeginAt. */
    HRESULT (*begin_at)(struct rg_out_pin *pin, REFERENCE_TIME time);
    /* Sources: who carries out IMediaSeeking; NULL: upstream of the filter's first input. */
    const struct rg_seek_ops *seek;
    /* Nothing is sent: the peer asks for data through an interface of the pin's (was_asked).  Such a
     * link has neither input nor allocator. */
    bool is_pulled;
};

/* The connection as its output end sees it.  One record: whoever is inside the gate sees all
 * of the old or all of the new. */
struct rg_link {
    IPin *peer; /* NULL: not connected */
    IMemInputPin *input;
    IMemAllocator *allocator;
    bool is_read_only;
    atomic_bool owes_type;  /* the peer has not heard of `type`; also set by a state change */
    atomic_bool is_retyped; /* `type` is not the one that was connected with */
    /* nothing has passed yet: segment and discontinuity go first.  Also set by a state change,
     * while a segment may pass through the stopped filter; either order does. */
    atomic_bool is_fresh;
    AM_MEDIA_TYPE
    type; /* changes inside the gate where a sample brings another (flow_type.h) */
};

#define RG_HAD_MOST 4

/* Types of a connection that was taken off: its own, and what came in then (NULL: no input). */
struct rg_had {
    struct rg_flow_type *out, *in;
};

struct rg_out_pin {
    struct com_object object;
    COM_FACE(IPin) pin;
    COM_FACE(IPinFlowControl) flow;
    COM_FACE(IRgLink) link_face;
    COM_FACE(IQualityControl) quality;
    COM_FACE(IMediaSeeking) seeking;

    /* set at creation */
    struct rg_filter *filter;
    const struct rg_out_pin_ops *ops;
    bool passes_on; /* what comes in goes out: samples of its own are needed for copies only */
    unsigned index;
    WCHAR name[RG_PIN_NAME];
    struct rg_pin_place place; /* for the report */

    /* --- what each sample needs, side by side --- */
    /* the ledger; written inside the gate, read by any */
    _Atomic(uint64_t) samples, bytes, refused, markers;
    _Atomic(int64_t) last_start;
    _Atomic(int64_t) segment_offset; /* segment_start, for the gate's times */
    atomic_bool visits_at_sync;      /* before the next sync point, by deliver itself */
    /* owned by the streaming thread, inside the gate: EndOfStream calls since the last sample,
     * push-through markers not forgotten */
    atomic_uint ends;
    struct rg_recall recall; /* what passed, where it is compressed */
    struct rg_link
        link; /* written under the filter lock, link_lock and a gate hold; read inside the gate */
    struct rg_gate gate;
    /* --- */

    pthread_mutex_t link_lock;      /* a leaf: control threads that look at the link */
    struct rg_flow_type *forwarded; /* what has been told last, on link forwarded_link */
    unsigned forwarded_link;
    struct rg_flow_type *offered;   /* rg_out_pin_offer_type; under link_lock, as the others */
    struct rg_had had[RG_HAD_MOST]; /* under link_lock; rg_out_pin_remember_types */
    unsigned next_had;
    struct rg_link next; /* under the filter lock; in a visit by the visitor */
    enum rg_next next_is;
    atomic_uint type_changes; /* of the link, by samples that brought another */
    unsigned next_changes;    /* so many when `next` was agreed on */
    unsigned
        link_serial; /* as `link`; another one for each link, also where is_fresh is used up already */
    struct rg_gate_visit visit; /* its place for `visitor` */
    IRgVisitor *visitor;        /* a reference; under link_lock */

    /* owned by the streaming thread, inside the gate */
    REFERENCE_TIME segment_start, segment_stop;
    double segment_rate;

    struct rg_drops drops; /* of the ledger */
    atomic_bool is_active;

    atomic_bool
        was_asked; /* is_pulled: the peer has the interface, since it began to connect */

    void *user;
};

/* Adds pin to its filter.  *pin is zeroed but for user, and the segment (its rate not 0) if
 * it joins a stream under way. */
void rg_out_pin_init(struct rg_out_pin *pin, struct rg_filter *filter,
                     const struct rg_out_pin_ops *ops, const char *name);
void rg_out_pin_fini(struct rg_out_pin *pin);
bool rg_out_pin_is_connected(struct rg_out_pin *pin);

/* ---- streaming thread ------------------------------------------------------------------ */

/* Waits at the gate.  S_OK: the link stands still until rg_out_pin_end.
 * VFW_E_NOT_CONNECTED; VFW_E_STATE_CHANGED. */
HRESULT rg_out_pin_begin(struct rg_out_pin *pin, REFERENCE_TIME start);
void rg_out_pin_end(struct rg_out_pin *pin);

/* Inside the gate, or nobody streams: the peer's RG_LINK_... traits, 0 without IRgLink; and a
 * sample of the past for it (IRgLink::Prime). */
DWORD rg_out_pin_peer_traits(struct rg_out_pin *pin);
HRESULT rg_out_pin_prime_peer(struct rg_out_pin *pin, IMediaSample *sample);

/* Inside the gate: a buffer of the link's allocator. */
HRESULT rg_out_pin_get(struct rg_out_pin *pin, ULONG bytes, IMediaSample **ret);
/* Inside the gate: down the road; borrows sample.  What Receive said. */
HRESULT rg_out_pin_deliver(struct rg_out_pin *pin, IMediaSample *sample);

/* So speaks a filter that is stopped, or was while it had the sample.  It may be started again
 * without a word to those upstream (IFilterChain), so this refusal is not for good. */
static inline bool rg_refusal_is_stop(HRESULT hr)
{
    return hr == VFW_E_WRONG_STATE || hr == VFW_E_NOT_COMMITTED || hr == VFW_E_STATE_CHANGED;
}

/* Bracket by themselves. */
HRESULT rg_out_pin_end_of_stream(struct rg_out_pin *pin);
HRESULT rg_out_pin_new_segment(struct rg_out_pin *pin, REFERENCE_TIME start,
                               REFERENCE_TIME stop, double rate);

/* ---- control threads ------------------------------------------------------------------- */

/* Not bracketed: runs against the stream.  S_OK also if unconnected. */
HRESULT rg_out_pin_begin_flush(struct rg_out_pin *pin);
HRESULT rg_out_pin_end_flush(struct rg_out_pin *pin);

/* State changes, under the filter lock (stopping: before it, any thread). */
HRESULT rg_out_pin_activate(struct rg_out_pin *pin);
void rg_out_pin_stopping(struct rg_out_pin *pin);

/* The link's peer, input, allocator with a reference, or NULL.  Any thread. */
IPin *rg_out_pin_peer(struct rg_out_pin *pin);
IMemInputPin *rg_out_pin_input(struct rg_out_pin *pin);
IMemAllocator *rg_out_pin_allocator(struct rg_out_pin *pin);

/* out_pin_link.c: what the peer says of ReceiveCanBlock, S_OK without one; and how many buffers it
 * wants for itself, 0 where it does not say: a filter that hands samples on needs them from its own
 * upstream's pool.  Any thread.  input may be NULL. */
HRESULT rg_out_pin_peer_can_block(struct rg_out_pin *pin);
LONG rg_out_pin_peer_wants(struct rg_out_pin *pin);
LONG rg_input_wants(IMemInputPin *input);

/* out_pin_connect.c: type and allocator agreement with peer into *ret.  Under the filter
 * lock. */
HRESULT rg_out_pin_negotiate(struct rg_out_pin *pin, IPin *peer, const AM_MEDIA_TYPE *type,
                             struct rg_link *ret);
void rg_link_clear(struct rg_link *link);
/* Undo towards a peer that has accepted. */
void rg_peer_disconnect(IPin *peer);

/* quality.c */
extern const IQualityControlVtbl rg_out_quality_vtbl;
/* Past this filter: through its first input. */
HRESULT rg_out_pin_quality_up(struct rg_out_pin *pin, Quality quality);
/* out_pin_link.c */
extern const IRgLinkVtbl rg_out_link_vtbl;
extern const IPinFlowControlVtbl rg_out_flow_vtbl;
/* seek.c: the same table serves output pins and sinks' filter faces */
extern const IMediaSeekingVtbl rg_seek_vtbl;
