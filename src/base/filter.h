/* SPDX-License-Identifier: MIT */
/* base/filter.h - the filter object under every base class: identity, state, clock, pins,
 * options, events.
 *
 * For the base classes in this folder alone; authors of filters never see it. Control
 * threads unless said otherwise.  Knows: COM, pins by their structs.  Must not know: media.
 */
#pragma once

#include <pthread.h>

#include "base/class.h"
#include "com/object.h"
#include "platform/room.h"

struct rg_filter;
struct rg_in_pin;
struct rg_out_pin;

#define RG_MAX_PINS 256 /* of each direction */
#define RG_FEW_PINS 2   /* room for so many is in the filter itself */
#define RG_PIN_NAME 32  /* characters, with the end; a longer name is cut */

/* What a base class keeps for IPersistStream beside the options, told as options are.  Control threads,
 * not under lock. */
struct rg_kept {
    struct rg_class
        fields; /* options and settings_size alone: a zeroed struct, and what is in it */
    HRESULT (*get)(struct rg_filter *filter, void *ret);
    /* All of it or nothing; before, the settings have become those that were saved with it. */
    HRESULT (*set)(struct rg_filter *filter, const void *fields);
};

/* What a base class adds.  All optional but destroy.  `lock` is the filter lock. */
struct rg_filter_ops {
    /* Frees everything but the filter part itself, pins included. */
    void (*destroy)(struct rg_filter *filter);
    /* stopped -> paused.  Under lock.  Pins are active already. */
    HRESULT (*start)(struct rg_filter *filter);
    /* Makes every streaming call that waits come back.  Not under lock; may come at any
     * time. */
    void (*wake)(struct rg_filter *filter);
    /* Any state -> stopped, pins inactive, nobody streams.  Under lock. */
    HRESULT (*stop)(struct rg_filter *filter);
    /* paused -> running and back; filter->state is the new one.  Under lock. */
    HRESULT (*run)(struct rg_filter *filter);
    HRESULT (*pause)(struct rg_filter *filter);
    /* After the state is known: waits for preroll.  Not under lock.  S_OK,
     * VFW_S_STATE_INTERMEDIATE, VFW_S_CANT_CUE. */
    HRESULT (*wait_state)(struct rg_filter *filter, DWORD timeout_ms);
    /* Media time of what was rendered last, for IMediaSeeking of a filter.  Any thread.  S_OK;
     * S_FALSE: ask upstream. */
    HRESULT (*position)(struct rg_filter *filter, REFERENCE_TIME *ret);
    /* An option changed.  Not under lock.  NULL: nothing to do but at the next frame. */
    void (*settings_changed)(struct rg_filter *filter);
    const struct rg_kept *kept;
};

/* A frozen copy of the settings for one streaming thread (or the control thread). */
struct rg_frozen {
    void *settings;
    unsigned version;
};

struct rg_filter {
    struct com_object object;
    COM_FACE(IBaseFilter) base_filter;
    COM_FACE(IAMFilterMiscFlags) misc;
    COM_FACE(IRgOptions) options;
    COM_FACE(IPersistStream) persist;

    /* set at creation */
    const struct rg_class *cls;
    const struct rg_filter_ops *ops;
    void *author_state;
    ULONG misc_flags;

    pthread_mutex_t lock; /* the filter lock: state and connections */
    /* under `lock`, read by any with atomic loads */
    _Atomic(FILTER_STATE) state;

    pthread_mutex_t info_lock; /* a leaf but for the graph's Notify */
    /* under `info_lock` */
    IReferenceClock *clock;
    REFERENCE_TIME start;
    IFilterGraph *graph;   /* weak */
    IMediaEventSink *sink; /* weak */
    WCHAR name[MAX_FILTER_NAME];

    /* a leaf, whatever the graph does in Notify: `graph` and `name` are written under it too,
     * so that a report needs no other lock */
    pthread_mutex_t name_lock;

    pthread_mutex_t settings_lock; /* a leaf */
    void *settings;                /* under `settings_lock` */
    unsigned saved_version; /* under `settings_lock`: what IPersistStream saved or loaded */
    atomic_uint settings_version;

    /* grown under `lock`, never shrunk while the filter lives; counts are published after
     * the entry */
    _Atomic(struct rg_in_pin **) in; /* few_in, or an array for as many as there can be */
    _Atomic(struct rg_out_pin **) out;
    atomic_uint n_in, n_out;
    struct rg_in_pin *few_in[RG_FEW_PINS];
    struct rg_out_pin *few_out[RG_FEW_PINS];
    atomic_uint pins_version;
};

/* Fills *filter and makes its identity.  more_map: further faces of the derived struct, or
 * NULL for none; it is the whole map then and must list the faces above too
 * (RG_FILTER_ENTRIES).  Leaves one reference with the caller. S_OK; E_OUTOFMEMORY: *filter
 * is as freed but for its memory. */
HRESULT rg_filter_init(struct rg_filter *filter, const struct rg_class *cls,
                       const struct rg_filter_ops *ops, IUnknown *outer,
                       const struct com_entry *map);

#define RG_FILTER_ENTRIES(type, member)                                                        \
    { &IID_IBaseFilter, offsetof(type, member.base_filter) },                                  \
        { &IID_IMediaFilter, offsetof(type, member.base_filter) },                             \
        { &IID_IPersist, offsetof(type, member.base_filter) },                                 \
        { &IID_IAMFilterMiscFlags, offsetof(type, member.misc) },                              \
        { &IID_IPersistStream, offsetof(type, member.persist) },                               \
    {                                                                                          \
        &IID_IRgOptions, offsetof(type, member.options)                                        \
    }

/* Under the filter lock, or before the filter is seen: room for one more pin of that direction, if
 * there may be one.  S_OK; E_OUTOFMEMORY. */
HRESULT rg_filter_make_room(struct rg_filter *filter, PIN_DIRECTION direction);

/* From destroy: everything that rg_filter_init made. */
void rg_filter_fini(struct rg_filter *filter);

/* Any thread; index below n_in, n_out. */
static inline struct rg_in_pin *rg_filter_in(struct rg_filter *filter, unsigned index)
{
    return atomic_load_explicit(&filter->in, memory_order_acquire)[index];
}

static inline struct rg_out_pin *rg_filter_out(struct rg_filter *filter, unsigned index)
{
    return atomic_load_explicit(&filter->out, memory_order_acquire)[index];
}

/* Any thread.  Posts to the graph, if there is one. */
void rg_filter_notify(struct rg_filter *filter, LONG code, LONG_PTR param1, LONG_PTR param2);

/* Any thread. */
static inline FILTER_STATE rg_filter_state(struct rg_filter *filter)
{
    return atomic_load_explicit(&filter->state, memory_order_acquire);
}

/* Stream time now; VFW_E_NO_CLOCK.  Any thread. */
HRESULT rg_filter_stream_time(struct rg_filter *filter, REFERENCE_TIME *ret);
/* The clock with a reference, or NULL; *ret_start gets the start time.  Any thread. */
IReferenceClock *rg_filter_clock(struct rg_filter *filter, REFERENCE_TIME *ret_start);

/* Slow half of rg_filter_settings. */
void rg_frozen_renew(struct rg_filter *filter, struct rg_frozen *frozen);
/* Streaming or control thread: brings the frozen copy up to date; one load if nothing
 * changed. */
static inline const void *rg_filter_settings(struct rg_filter *filter, struct rg_frozen *frozen)
{
    if (atomic_load_explicit(&filter->settings_version, memory_order_acquire) !=
        frozen->version)
        rg_frozen_renew(filter, frozen);
    return frozen->settings;
}
/* S_OK; E_OUTOFMEMORY. */
HRESULT rg_frozen_init(struct rg_frozen *frozen, struct rg_filter *filter);
void rg_frozen_fini(struct rg_frozen *frozen);

/* options.c */
extern const IRgOptionsVtbl rg_options_vtbl;
/* Fills settings with every option's default. */
void rg_options_defaults(const struct rg_class *cls, void *settings);
/* NULL: the class has none of that name. */
const struct rg_option *rg_option_named(const struct rg_class *cls, const char *name);
/* Into settings, or from it as snprintf does.  S_OK; E_INVALIDARG: not a value of this option. */
HRESULT rg_option_parse(const struct rg_option *o, const char *text, void *settings);
int rg_option_print(const struct rg_option *o, const void *settings, char *text, size_t size);
/* May an option that is fixed be set?  S_OK; VFW_E_NOT_STOPPED; VFW_E_ALREADY_CONNECTED. */
HRESULT rg_option_fixed_now(struct rg_filter *filter);

/* persist.c */
extern const IPersistStreamVtbl rg_persist_vtbl;
/* Any thread: what the base class keeps has changed, and is to be saved. */
void rg_filter_changed(struct rg_filter *filter);

/* enum_pins.c: IEnumPins over a filter. */
HRESULT rg_filter_enum_pins(struct rg_filter *filter, IEnumPins **ret);

/* Where a thread waits: a pin, which is told as "filter.pin"; pin.c. */
struct rg_pin_place {
    struct rg_place place; /* first */
    struct rg_filter *filter;
    const WCHAR *name; /* the pin's */
};
void rg_pin_place_init(struct rg_pin_place *place, struct rg_filter *filter, const WCHAR *name);

/* Is any pin connected? */
bool rg_filter_is_connected(struct rg_filter *filter);
