/* SPDX-License-Identifier: MIT */
/* base/in_pin.h - an input pin: where samples enter a filter, and where it can be taken off
 * while it runs.
 *
 * For the base classes in this folder.  Receive, EndOfStream and NewSegment run on streaming
 * threads under the pin's streaming lock; connecting and flushing on control threads.
 * Knows: its filter, the connection's record.  Must not know: who is upstream.
 */
#pragma once

#include "base/filter.h"
#include "base/flow_type.h"
#include "platform/turn.h"

#define RG_MAX_DROPS 8

/* Drop names with counts, for the ledger. */
struct rg_drops {
    pthread_mutex_t lock; /* a leaf */
    unsigned n;
    RG_DROP drop[RG_MAX_DROPS];
};

void rg_drops_init(struct rg_drops *drops);
void rg_drops_fini(struct rg_drops *drops);
/* Any thread.  reason is copied. */
void rg_drops_add(struct rg_drops *drops, const char *reason, unsigned samples);
HRESULT rg_drops_get(struct rg_drops *drops, ULONG index, RG_DROP *ret);
uint64_t rg_drops_total(struct rg_drops *drops);

struct rg_in_pin_ops {
    /* Control thread.  Can the pin take this type?  S_OK or VFW_E_TYPE_NOT_ACCEPTED (or
     * S_FALSE). */
    HRESULT (*accept)(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);
    /* Any thread, connected and perhaps active: and while it runs?  S_OK or
     * VFW_E_TYPE_NOT_ACCEPTED. */
    HRESULT (*accept_dynamic)(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);
    /* Optional: types to propose. */
    HRESULT (*get_type)(struct rg_in_pin *pin, unsigned index, AM_MEDIA_TYPE *ret);
    /* Optional: a connection was made (its type is pin->link.type), or broken.  connected
     * may refuse. */
    HRESULT (*connected)(struct rg_in_pin *pin);
    void (*disconnected)(struct rg_in_pin *pin);
    /* The type of the connection changed while it stands.  Under the streaming lock. */
    HRESULT (*type_changed)(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);
    /* Optional, in its place: in the middle of a cut.  The gate of the filter's own output may be
     * closed, so nothing can be given now.  NULL: type_changed. */
    HRESULT (*type_exchanged)(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);

    /* Streaming thread, under the streaming lock. */
    HRESULT(*receive)
    (struct rg_in_pin *pin, IMediaSample *sample, const struct rg_sample_info *info);
    HRESULT (*end_of_stream)(struct rg_in_pin *pin);
    HRESULT(*new_segment)
    (struct rg_in_pin *pin, REFERENCE_TIME start, REFERENCE_TIME stop, double rate);
    /* Optional: a push-through marker; the pin queues samples and calls
     * rg_in_pin_signal_marker when it has worked through them.  NULL: everything is done
     * when Receive returns. */
    HRESULT (*marker)(struct rg_in_pin *pin);

    /* Control thread, not under the streaming lock: passes flush on.  end_flush runs with
     * data refused still. */
    HRESULT (*begin_flush)(struct rg_in_pin *pin);
    HRESULT (*end_flush)(struct rg_in_pin *pin);

    /* Optional: the pin is being taken off; a call that waits inside it comes back.  Any
     * thread. */
    void (*wake)(struct rg_in_pin *pin);

    /* Optional. */
    HRESULT (*receive_can_block)(struct rg_in_pin *pin);
    /* RG_LINK_... as things stand.  Any thread.  NULL: RG_LINK_HOLDS | RG_LINK_THREADED. */
    DWORD (*traits)(struct rg_in_pin *pin);
    /* With RG_LINK_PRIMES: a sample of the past.  Under the streaming lock. */
    HRESULT (*prime)(struct rg_in_pin *pin, IMediaSample *sample);
    /* Optional, beside it: IRgLink::TakeOver. */
    HRESULT (*take_over)(struct rg_in_pin *pin, REFERENCE_TIME given);
    /* IPinConnection::IsEndPin. */
    bool is_end_pin;
    /* cannot be taken off while active */
    bool is_static;
    /* buffers wanted beyond the connection's own, for pins that keep samples. */
    LONG (*extra_buffers)(struct rg_in_pin *pin);
};

/* What `next` of a pin stands for. */
enum rg_next {
    RG_NEXT_NONE = 0,
    RG_NEXT_EXPECTED, /* input pins: it may be made */
    RG_NEXT_READY,    /* it has been made; empty: the pin will be unconnected */
    RG_NEXT_FORMER,   /* it is the connection from before the cut */
};

/* The connection as its input end sees it. */
struct rg_in_link {
    IPin *peer;               /* NULL: not connected */
    IMemAllocator *allocator; /* NULL until notified */
    atomic_bool is_read_only;
    AM_MEDIA_TYPE type;
    struct rg_flow_type *flow; /* the same, for samples that are kept; a reference */
};

struct rg_in_pin {
    struct com_object object;
    COM_FACE(IPin) pin;
    COM_FACE(IMemInputPin) memory;
    COM_FACE(IPinConnection) connection;
    COM_FACE(IRgLink) link_face;
    COM_FACE(IQualityControl) quality;

    /* set at creation */
    struct rg_filter *filter;
    unsigned index;
    WCHAR name[RG_PIN_NAME];
    struct rg_pin_place place; /* for the report */

    /* --- what each sample needs, side by side --- */
    const struct rg_in_pin_ops *ops; /* set at creation */
    void *user;                      /* the base class's own number for this pin */
    atomic_bool is_active, is_flushing, has_failed;
    /* let go of while the filter was paused: takes nothing more but the end of its stream, once */
    atomic_bool may_end;
    /* the ledger; written in stream_turn, read by any */
    _Atomic(uint64_t) samples, bytes, refused, markers;
    _Atomic(int64_t) last_start;
    /* Receive, EndOfStream, NewSegment, and control that waits for them to be out */
    struct rg_turn stream_turn;
    /* --- */

    pthread_mutex_t
        link_lock; /* a leaf; `link` and `next` are written under it and the filter lock */
    struct rg_in_link link;
    struct rg_in_link next;
    enum rg_next next_is; /* as `next`; in a visit by the visitor */
    IPin *expected;       /* who may connect as the next one; a reference */
    IQualityControl
        *quality_sink; /* under link_lock; weak: whom quality messages go to instead */

    /* owned by the streaming thread (in stream_turn) */
    REFERENCE_TIME segment_start, segment_stop;
    double segment_rate;
    unsigned marker_in_hand; /* whose the marker is that came last: marker_serial of then */

    pthread_mutex_t marker_lock; /* a leaf */
    HANDLE marker;               /* ours: who waits for a push-through marker */
    unsigned marker_serial;      /* which wait that is */
    bool marker_has_come;        /* since it was asked for */
    /* so many that come without their tag (platform/marker.h) are no ends of streams: nobody waits
     * for them any more */
    unsigned late_markers;

    struct rg_drops drops; /* of the ledger */
};

/* Adds pin to its filter.  name is UTF-8.  Called once per pin. */
void rg_in_pin_init(struct rg_in_pin *pin, struct rg_filter *filter,
                    const struct rg_in_pin_ops *ops, const char *name);
void rg_in_pin_fini(struct rg_in_pin *pin);

/* Any thread. */
bool rg_in_pin_is_connected(struct rg_in_pin *pin);
/* quality.c, any thread: how the data that comes in fares, told to the sink that was set, else to
 * whoever is upstream now.  What they say; VFW_E_NOT_FOUND: nobody is there. */
HRESULT rg_in_pin_quality(struct rg_in_pin *pin, Quality quality);
extern const IQualityControlVtbl rg_in_quality_vtbl;
/* Takes stream_turn.  Any thread. */
void rg_in_pin_lock_stream(struct rg_in_pin *pin);
/* Under the filter lock: state changes. */
void rg_in_pin_activate(struct rg_in_pin *pin);
void rg_in_pin_refuse(
    struct rg_in_pin *pin); /* from now on Receive says VFW_E_WRONG_STATE; any thread */
void rg_in_pin_wait_out(struct rg_in_pin *pin); /* until no streaming call is inside */

/* Any thread: a marker has been worked through, and whoever waits for it hears so.  serial: the
 * pin's marker_in_hand as the marker came.  false: its wait was given up. */
bool rg_in_pin_signal_marker(struct rg_in_pin *pin, unsigned serial);
/* Stop and flush eat markers that are on their way. */
void rg_in_pin_expect_no_marker(struct rg_in_pin *pin);
