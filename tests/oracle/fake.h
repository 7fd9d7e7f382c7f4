/* SPDX-License-Identifier: MIT */
/* fake.h - filters that do what a check tells them and note what they are called for.
 *
 * Any thread; the log has a lock, the rest is set before and read after.
 * Knows: DirectShow's interfaces.  Must not know: whose graph they are in.
 *
 * A filter and its pins share one count; fake_new's caller owns one reference.
 */
#pragma once

#include <dshow.h>

#define FAKE_PINS 4

struct fake;

struct fake_pin {
    IPin pin;
    IMemInputPin mem;      /* answered by inputs */
    IMediaSeeking seeking; /* answered by outputs if can_seek */
    struct fake *filter;
    PIN_DIRECTION direction;
    WCHAR name[16];
    /* what it shall do */
    HRESULT connect_answer; /* of Connect or ReceiveConnection; a failure refuses */
    HRESULT disconnect_answer;
    HRESULT receive_answer;
    BOOL can_seek;
    /* what it is */
    IPin *peer; /* reference */
    GUID major, subtype;
    /* what it was asked */
    int connects, disconnects, ends, flushes;
    BOOL was_given_type;
    /* output only: see fake_flow.c */
    IMemInputPin *transport;
    IMemAllocator *allocator;
    /* input only: the first byte and the address of the last sample */
    int receives;
    BYTE last_byte;
};

struct fake {
    IBaseFilter filter;
    IMediaSeeking seeking;    /* answered if can_seek */
    IReferenceClock clock;    /* answered if has_clock */
    IAMFilterMiscFlags flags; /* answered if misc_flags is not 0 */
    LONG refs;
    char letter; /* in the log */
    struct fake_pin pins[FAKE_PINS];
    int n_pins;
    /* what it shall do */
    BOOL can_seek, has_clock;
    ULONG misc_flags;
    HRESULT stop_answer, pause_answer, run_answer, join_answer;
    volatile LONG state_answer; /* may change while the graph asks: fake_set_state_answer */
    REFERENCE_TIME clock_now;
    DWORD capabilities;
    LONGLONG duration, position, stop, preroll, earliest, latest;
    double rate;
    GUID format;
    HRESULT seek_answer;
    HANDLE when_stopped; /* signalled by Stop; the check's own, or NULL */
    /* what it is */
    volatile LONG state_now; /* fake_state; the graph's thread asks while another tells */
    IFilterGraph *graph;
    IReferenceClock *sync; /* reference */
    WCHAR name[128];
    /* what it was asked */
    int seeks, rates, joins, leaves, syncs;
    DWORD seek_flags, stop_flags;
    REFERENCE_TIME start_time;
    FILTER_STATE state_at_seek;
};

/* pins: "i" and "o" for each of them, in order. */
struct fake *fake_new(char letter, const char *pins);
void fake_release(struct fake *fake);
LONG fake_refs(struct fake *fake);
FILTER_STATE fake_state(struct fake *fake);
void fake_set_state_answer(struct fake *fake, HRESULT answer);
void fake_set_type(struct fake *fake, const GUID *major, const GUID *subtype);

/* Two letters for each call, with blanks: "Pr" Pause of r, "R" Run, "S" Stop, "K" a seek, "E" EndOfStream. */
void fake_log(char what, char letter);
/* What was noted since the last time; valid until the next call. */
const char *fake_log_take(void);

/* The type of a fake pin that was not told otherwise. */
extern const GUID fake_major, fake_subtype;
void fake_type(AM_MEDIA_TYPE *ret, const GUID *major, const GUID *subtype);

/* Tables, one for each file. */
extern IPinVtbl fake_pin_vtbl;
extern IMemInputPinVtbl fake_mem_vtbl;
extern IMediaSeekingVtbl fake_seeking_vtbl, fake_pin_seeking_vtbl;
extern IReferenceClockVtbl fake_clock_vtbl;
extern IAMFilterMiscFlagsVtbl fake_flags_vtbl;
HRESULT fake_query(struct fake *fake, REFIID iid, void **out);
void fake_pin_init(struct fake_pin *pin, struct fake *filter, PIN_DIRECTION direction);
HRESULT fake_enum_pins(struct fake *fake, IEnumPins **out);
HRESULT fake_enum_types(struct fake_pin *pin, IEnumMediaTypes **out);

/* What the C name of IUnknown's methods does for a face inside a struct with a count. */
#define FAKE_UNKNOWN(I, prefix, type, face, query, addref, release)                            \
    static HRESULT STDMETHODCALLTYPE prefix##_query(I *self, REFIID iid, void **out)           \
    {                                                                                          \
        return query(CONTAINING_RECORD(self, type, face), iid, out);                           \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE prefix##_addref(I *self)                                    \
    {                                                                                          \
        return addref(CONTAINING_RECORD(self, type, face));                                    \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE prefix##_release(I *self)                                   \
    {                                                                                          \
        return release(CONTAINING_RECORD(self, type, face));                                   \
    }
#define FAKE_UNKNOWN_SLOTS(prefix)                                                             \
    .QueryInterface = prefix##_query, .AddRef = prefix##_addref, .Release = prefix##_release
ULONG fake_addref(struct fake *fake);
ULONG fake_let_go(struct fake *fake);
HRESULT fake_pin_query(struct fake_pin *pin, REFIID iid, void **out);
ULONG fake_pin_addref(struct fake_pin *pin);
ULONG fake_pin_let_go(struct fake_pin *pin);

/* ---- samples from a fake output pin: fake_flow.c ----------------------------------------- */

/* After a connection: agrees on an allocator.  Every sample is of `bytes` bytes. */
HRESULT fake_flow_open(struct fake_pin *output, LONG bytes);
/* One sample with this byte everywhere, and these times. */
HRESULT fake_flow_push(struct fake_pin *output, BYTE value, REFERENCE_TIME start);
void fake_flow_close(struct fake_pin *output);
