/* SPDX-License-Identifier: MIT */
/* fake_filter.h - foreign filters: written on the raw interfaces, with nothing of the library's base.
 *
 * One struct plays source, transform, tee, multiplexer or renderer, as its configuration says; it can refuse whatever it
 * is told to refuse.  Sources deliver numbered samples from a thread of their own, renderers write the numbers down.
 * Any thread; every filter has one lock of its own, every pin's gate another.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <dshow.h>

#define FAKE_PINS_MOST    8
#define FAKE_TYPES_MOST   8
#define FAKE_HELD_MOST    16
#define FAKE_ADVISES_MOST 8

/* The order in which things happened, as one text: "sink:pause transform:pause ". */
struct fake_log {
    pthread_mutex_t lock;
    char text[4096];
};
void fake_log_add(struct fake_log *log, const char *who, const char *what);
void fake_log_clear(struct fake_log *log);
#define FAKE_LOG_INIT                                                                          \
    {                                                                                          \
        PTHREAD_MUTEX_INITIALIZER, ""                                                          \
    }

struct fake_filter;
struct fake_pin;

struct fake_config {
    const char *name; /* for the log; and, when it is set, the pins are "in0", "out0", ... */
    int inputs, outputs;
    /* each letter is a media type, of pictures if '1', of sound if '2'; '*' among the inputs takes any; "=" as outputs: the type of the first input */
    const char *in_types, *out_types;
    const char *more_out_types; /* of the outputs from the second on; NULL: as the first */
    const CLSID *clsid;         /* NULL: CLSID_NULL */
    struct fake_log *log;       /* may be NULL */

    bool hidden_inputs;   /* pin names begin with '~' */
    bool pin_connection;  /* inputs have IPinConnection */
    bool flow_control;    /* outputs have IPinFlowControl */
    bool dynamic_connect; /* pins connect while the filter is active */
    bool is_end_pin;      /* IPinConnection::IsEndPin says S_OK */
    bool says_renderer;   /* IAMFilterMiscFlags: IS_RENDERER */
    bool says_source;     /* IAMFilterMiscFlags: IS_SOURCE */
    bool live;            /* outputs have IAMPushSource; paused, GetState says VFW_S_CANT_CUE */
    ULONG push_flags;     /* AM_PUSHSOURCECAPS_..., with live */
    bool repaints;        /* outputs have IMediaEventSink and do EC_REPAINT themselves */
    bool has_clock;       /* IReferenceClock, stands still until fake_clock_set */
    bool prerolls;        /* a sink holds its first sample until Run; GetState waits for it */
    bool impatient;       /* GetState never waits */
    bool nameless_complete; /* EC_COMPLETE without the filter */
    bool no_types;          /* pins enumerate nothing */
    const GUID
        *categories[FAKE_PINS_MOST]; /* of the outputs: IKsPropertySet tells; NULL: has none */
    bool stream_control; /* pins have IAMStreamControl, and write down what it is told */

    HRESULT fail_join, fail_pause, fail_run, fail_connect, fail_receive_connection, fail_seek;
    HRESULT fail_stop;       /* Stop says so, and the filter is stopped all the same */
    HRESULT fail_disconnect; /* of pins, while the filter is active, whatever they offer */
    bool tolerates_refusal;  /* a source: tries again what was refused because of a stop */
    LONGLONG duration;       /* > 0: IMediaSeeking, 100 ns */
    int64_t
        samples; /* how many a source delivers before its end; < 0: no end; 0: none, and no end either */
    REFERENCE_TIME sample_time;      /* 100 ns per sample; 0: 10 ms */
    bool swallows_end;               /* a transform that passes no EndOfStream on */
    void (*on_pause)(void *context); /* called inside Pause */
    void *on_pause_context;
    void (*on_run)(void *context); /* called inside Run */
    void *on_run_context;
    void (*on_stop)(void *context); /* called inside Stop */
    void *on_stop_context;
    void (*on_info)(void *context); /* called inside QueryFilterInfo */
    void *on_info_context;
    const char *file;               /* IFileSourceFilter: Load takes this path alone */
    void (*on_load)(void *context); /* called inside Load */
    void *on_load_context;
    /* further interfaces: asked when no other fits.  S_OK with a reference, or E_NOINTERFACE */
    HRESULT (*more)(struct fake_filter *filter, REFIID iid, void **out);
    HRESULT (*pin_more)(struct fake_pin *pin, REFIID iid, void **out);
    REFERENCE_TIME latency, offset_most; /* live: what IAMPushSource says; 0: no limit */
    unsigned holds; /* a transform keeps that many samples back until the end of stream */
};

struct fake_pin {
    IPin pin; /* first */
    IMemInputPin memory;
    IPinConnection connection;
    IPinFlowControl flow;
    IAMPushSource push;
    IMediaEventSink event_sink;
    IKsPropertySet properties;
    IAMStreamControl control;
    struct fake_filter *filter; /* lives and dies with it */
    int index;
    bool is_output;
    WCHAR name[16];

    /* under the filter's lock */
    IPin *peer;                /* reference */
    AM_MEDIA_TYPE type;        /* valid while connected */
    IMemInputPin *peer_memory; /* output: reference */
    IMemAllocator *allocator;  /* reference */
    HANDLE end_event;          /* NotifyEndOfStream's, our duplicate */
    bool flushing, at_end;
    REFERENCE_TIME stream_offset; /* IAMPushSource::SetStreamOffset's */

    AM_STREAM_INFO told; /* by IAMStreamControl; a control thread's */

    pthread_mutex_t
        stream; /* an input's: Receive, EndOfStream, and EndFlush, which waits for them to be out */

    /* gate of an output: IPinFlowControl */
    pthread_mutex_t gate;
    pthread_cond_t gate_changed;
    unsigned users;
    enum { GATE_OPEN = 1, GATE_PENDING, GATE_BLOCKED } gate_state;
    HANDLE blocked_event;
    pthread_t blocker;
    bool gate_stop; /* stop or flush: nobody waits */
};

struct fake_filter {
    IBaseFilter base; /* first */
    IMediaSeeking seeking;
    IReferenceClock clock_face;
    IAMFilterMiscFlags misc;
    IFileSourceFilter file_face;
    bool has_loaded; /* under lock */
    atomic_uint refs;
    struct fake_config config;
    struct fake_pin pins[FAKE_PINS_MOST]; /* inputs first */
    int pin_count;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    FILTER_STATE state;
    REFERENCE_TIME start;
    IReferenceClock *clock; /* reference */
    IFilterGraph *graph;    /* weak */
    IMediaEventSink *sink;  /* weak */
    WCHAR name[128];
    bool cued, end_pending;
    int64_t *numbers; /* a sink: what arrived */
    size_t number_count, number_room;
    IMediaSample *held[FAKE_HELD_MOST];
    unsigned held_count;
    AM_MEDIA_TYPE taken; /* what came in last is of that type, connected or not */
    AM_MEDIA_TYPE given; /* what goes out next is; another one as long as samples are held */
    unsigned seeks, segments;
    LONGLONG position, stop_position;
    double rate;
    REFERENCE_TIME now; /* its own clock's */
    struct {
        REFERENCE_TIME due;
        HANDLE event; /* NULL: free */
    } advises[FAKE_ADVISES_MOST];

    pthread_t thread;
    bool thread_runs; /* under lock */
    bool quit;        /* under lock */
    int64_t next;     /* the source's next number, under lock */
};

struct rg_class_entry;
/* Makes a fake for the class registry: entry->detail is its struct fake_config. */
HRESULT fake_class_create(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid,
                          void **out);
/* One reference, the caller's. */
struct fake_filter *fake_filter_new(const struct fake_config *config);
/* Filters that are alive. */
unsigned fake_filters_alive(void);
/* How often filters and pins have been asked or told something so far. */
unsigned long fake_calls(void);
void fake_count_call(void);
/* Borrowed. */
IPin *fake_in(struct fake_filter *filter, int i);
IPin *fake_out(struct fake_filter *filter, int i);
void fake_release(struct fake_filter *filter);

/* Type of a letter; no format block. */
void fake_type(AM_MEDIA_TYPE *ret, char letter);
/* The letter of a type, or 0. */
char fake_letter(const AM_MEDIA_TYPE *type);

/* A sink that prerolls is ready from now on, as if its first sample had come. */
void fake_cue(struct fake_filter *filter);
/* Waits until a sink has `count` numbers; false after 10 seconds. */
bool fake_wait_numbers(struct fake_filter *filter, size_t count);
size_t fake_number_count(struct fake_filter *filter);
FILTER_STATE fake_state(struct fake_filter *filter);
void fake_clock_set(struct fake_filter *filter, REFERENCE_TIME now);
/* Until somebody waits for its clock. */
void fake_clock_wait_advised(struct fake_filter *filter);
/* What a filter posts. */
void fake_post(struct fake_filter *filter, LONG code, LONG_PTR p1, LONG_PTR p2);
/* Its input 0 sees an EndOfStream. */
void fake_end_of_stream(struct fake_filter *filter);

/* ---- between fake_*.c -------------------------------------------------------------------- */
void fake_pin_init(struct fake_filter *filter, struct fake_pin *pin, int index, bool is_output);
void fake_pin_fini(struct fake_pin *pin);
void fake_pin_stop(struct fake_pin *pin); /* its waits end */
void fake_pin_start(struct fake_pin *pin);
/* A source brackets GetBuffer and delivery with these: while it is inside, nobody blocks the pin. */
HRESULT fake_pin_begin(struct fake_pin *pin);
void fake_pin_end(struct fake_pin *pin);
HRESULT fake_pin_deliver(struct fake_pin *pin, IMediaSample *sample);
void fake_pin_deliver_end(struct fake_pin *pin);
HRESULT fake_enum_pins(struct fake_filter *filter, int from, IEnumPins **out);
HRESULT fake_enum_types(struct fake_pin *pin, int from, IEnumMediaTypes **out);
/* The i-th letter that a pin offers, 0 past the end. */
char fake_pin_letter(struct fake_pin *pin, int i);
void fake_pin_type(struct fake_pin *pin, int i, AM_MEDIA_TYPE *ret);
bool fake_pin_takes(struct fake_pin *pin, const AM_MEDIA_TYPE *type);
/* What comes in goes out: under the type of the input, and no other. */
bool fake_pin_fits_input(struct fake_pin *pin, const AM_MEDIA_TYPE *type);
/* Under the lock: the first input is connected with this type. */
void fake_takes_type(struct fake_pin *in, const AM_MEDIA_TYPE *type);
/* What is held goes out first, so that a sample would have to tell of another type: none does. */
bool fake_must_tell_before(struct fake_pin *in, const AM_MEDIA_TYPE *type);
void fake_thread_start(struct fake_filter *filter); /* under its lock */
void fake_thread_stop(struct fake_filter *filter);
HRESULT fake_receive(struct fake_pin *pin, IMediaSample *sample);
void fake_end(struct fake_pin *pin);
void fake_flush(struct fake_filter *filter, bool begin);
void fake_forget_held(struct fake_filter *filter);
ULONG fake_addref(struct fake_filter *filter);
ULONG fake_unref(struct fake_filter *filter);
#define PIN_OF(face, member) CONTAINING_RECORD(face, struct fake_pin, member)
HRESULT STDMETHODCALLTYPE fake_pin_query(IPin *face, REFIID iid, void **out);
void fake_disconnected(struct fake_pin *pin);             /* its own side only */
const char *fake_pin_letters(const struct fake_pin *pin); /* may be NULL */
bool fake_pin_is_stuck(struct fake_pin *pin);             /* fail_disconnect is in force */
void fake_gate_shut(struct fake_pin *pin);                /* under the gate's lock */
extern const IMediaSeekingVtbl fake_seeking_vtbl;
extern const IFileSourceFilterVtbl fake_file_vtbl;
extern const IMemInputPinVtbl fake_memory_vtbl;
extern const IPinConnectionVtbl fake_connection_vtbl;
extern const IPinFlowControlVtbl fake_flow_vtbl;
extern const IAMPushSourceVtbl fake_push_vtbl;
/* Under the lock: who waits for a time that has come. */
void fake_clock_signal_due(struct fake_filter *filter);
extern const IReferenceClockVtbl fake_clock_vtbl;
extern const IAMFilterMiscFlagsVtbl fake_misc_vtbl;
extern const IMediaEventSinkVtbl fake_event_sink_vtbl;
extern const IKsPropertySetVtbl fake_properties_vtbl;
extern const IAMStreamControlVtbl fake_control_vtbl;
