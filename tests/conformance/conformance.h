/* SPDX-License-Identifier: MIT */
/* conformance.h - what the statements of the contract are tested with: samples fed by hand, calls made elsewhere, probes.
 *
 * Beside the kit (ours, made with the base classes) and the fakes (foreign ones).  The statements are listed with their
 * programs in statements.tsv; each is one test function, c_NN_and_words.
 */
#pragma once

#include "rewire_test.h"
#include "support.h"

/* Runs all tests; with an argument like "C-07", the one of that statement.  2: there is no such test. */
int conformance_run(int argc, char **argv, const struct CMUnitTest *tests, size_t count);
#define CONFORMANCE_MAIN(tests)                                                                \
    int main(int argc, char **argv)                                                            \
    {                                                                                          \
        return conformance_run(argc, argv, tests, COUNT_OF(tests));                            \
    }

/* ---- faces, types, gates ----------------------------------------------------------------------- */

/* An interface of a pin or filter; borrowed: its filter keeps it alive. */
void *face_of(void *object, REFIID iid);
#define CONNECTION(pin) ((IPinConnection *)face_of((pin), &IID_IPinConnection))
#define FLOW(pin)       ((IPinFlowControl *)face_of((pin), &IID_IPinFlowControl))
#define MEMORY(pin)     ((IMemInputPin *)face_of((pin), &IID_IMemInputPin))

/* Sound of 16 bits, one channel, as kit sources give it but for the rate; the caller clears it. */
void sound_type(AM_MEDIA_TYPE *ret, DWORD rate);
/* The letter of a connected pin's type; 0 for other types. */
char letter_of(IPin *pin);

/* Synchronously; each wants S_OK. */
void block(IPin *pin);
void unblock(IPin *pin);
/* What the documented interface says of it; the state is left as found.  From the thread that blocked, or any. */
bool is_blocked(IPin *pin);
HRESULT block_flags(IPin *pin, DWORD flags, HANDLE event);

/* Events that are there now: how many of them have this code; the others are thrown away. */
unsigned count_events(struct test_graph *g, LONG code);

/* ---- samples fed by hand ------------------------------------------------------------------------ */

struct feed {
    IMemAllocator *pool;
};
void feed_open(struct feed *feed);
void feed_close(struct feed *feed);
/* What Receive said to a sample with this number; type may be NULL. */
HRESULT feed_typed(struct feed *feed, IPin *in, int64_t number, const AM_MEDIA_TYPE *type);
HRESULT feed_send(struct feed *feed, IPin *in, int64_t number);
void feed_range(struct feed *feed, IPin *in, int64_t from, int64_t to); /* each wants S_OK */

/* A running road whose source has nothing to say: the test feeds what follows it. */
struct fed_road {
    struct road r;
    struct feed feed;
    IPin *in;  /* what is fed */
    IPin *out; /* of the middle, or of the source where there is none */
};
/* source ! middle ! sink, both given away; middle may be NULL. */
void fed_open(struct fed_road *f, IBaseFilter *middle, IBaseFilter *sink);
/* The same without running it. */
void fed_prepare(struct fed_road *f, IBaseFilter *middle, IBaseFilter *sink);
void fed_close(struct fed_road *f);

/* ---- calls on another thread ---------------------------------------------------------------------- */

struct elsewhere {
    pthread_t thread;
    HRESULT (*call)(void *context);
    void *context;
    HRESULT hr;
    atomic_int task; /* the kernel's number of the thread */
    HANDLE back;
};
void elsewhere_start(struct elsewhere *e, HRESULT (*call)(void *context), void *context);
bool elsewhere_is_back(struct elsewhere *e);
/* Until it waits for something, or is back. */
void elsewhere_rests(struct elsewhere *e);
void elsewhere_all_rest(struct elsewhere *e, unsigned count);
/* What the call said; a call that does not come back fails the test. */
HRESULT elsewhere_join(struct elsewhere *e);

/* Calls in the form that elsewhere_start wants. */
struct block_call {
    IPin *pin;
    DWORD flags;
    HANDLE event;
};
HRESULT call_block(void *block_call);
HRESULT block_elsewhere(IPin *pin, DWORD flags, HANDLE event); /* and wait for it */

struct pin_call {
    struct feed *feed;
    IPin *in;
    int64_t number;
};
HRESULT call_receive(void *pin_call);
HRESULT call_end(void *pin_call);
HRESULT call_segment(void *pin_call); /* from `number` on */
HRESULT call_stop(void *filter);      /* IBaseFilter */
HRESULT call_graph_stop(void *control);

/* ---- a probe: what reaches a foreign input, in its order ------------------------------------------- */

struct probe {
    IPinVtbl pin_vtbl, pin_was;
    IMemInputPinVtbl memory_vtbl, memory_was;
    pthread_mutex_t lock;
    char text[256]; /* "s10 0 1 e ": a segment from 10 on, two samples, the end; under lock */
    unsigned calls;
};
/* Before anything flows; the probe outlives the filter. */
void probe_attach(struct probe *probe, struct fake_filter *filter);
unsigned probe_calls(struct probe *probe);
void probe_wait(struct probe *probe, unsigned calls);
void probe_expect(struct probe *probe, const char *text); /* and forget it */

/* ---- spans: a road between two ends that are all ours or all foreign ------------------------------- */

struct span {
    struct road r;
    IPin *out, *in;           /* of the source and the sink */
    struct fake_filter *sink; /* NULL: ours, and it writes into kit_recorder[0] */
};
extern const struct fake_config foreign_source, foreign_sink, foreign_pass;

void span_open(struct span *s, bool foreign, IBaseFilter *middle);
void span_run(struct span *s);
uint64_t span_count(struct span *s); /* samples that the sink has */
void span_wait(struct span *s, uint64_t count);
void span_is_whole(struct span *s); /* no number is missing or in a wrong place */
void span_flows(struct span *s);    /* twenty more come, and none is missing */
void span_close(struct span *s);
/* Four kinds of filter for the middle: ours and foreign, holding samples back and not. */
#define MIDDLES 4
IBaseFilter *middle_new(unsigned i);
/* Eight combinations: ends ours or foreign, times the middles. */
#define SPANS 8
void span_open_nth(struct span *s, unsigned i);

/* ---- every kind of pin of ours --------------------------------------------------------------------- */

enum ours {
    OURS_END = 0, /* the source's or the renderer's own: nothing stands in the middle */
    OURS_PASS,
    OURS_IN_PLACE, /* carries sound, which foreign pins do not take */
    OURS_TEE,
    OURS_QUEUE,
    OURS_HOLD, /* keeps three samples back */
    OURS_CONVERTER,
    OURS_COUNT,
    OURS_GATES = OURS_HOLD, /* those before it let go at once of what they take */
};
IBaseFilter *ours_new(enum ours kind); /* NULL: OURS_END */
bool ours_hands_on(enum ours kind); /* samples as they are: it takes what the next one takes */
/* Stopped: an endless source, such a filter, a renderer. */
void ours_open(struct road *r, enum ours kind);
IPin *ours_out(struct road *r); /* the output of that filter, or the source's */

/* A type that its input takes while it runs: another than it has, if it goes over to one.  The caller clears it. */
void ours_acceptable(enum ours kind, AM_MEDIA_TYPE *ret);
bool ours_goes_over(enum ours kind);
/* The same, but a renderer that takes two letters only. */
void ours_fed(struct fed_road *f, enum ours kind);

/* A road of its own in the same graph, which tells that time has passed: whatever would move meanwhile has moved. */
void add_metronome(struct road *r);
void some_time_passes(void);

/* ---- filters of ours that the kit lacks: conformance_filters.c -------------------------------------- */

/* One letter becomes another; option `also`: a second letter that it takes. */
IBaseFilter *converter_new(char from, char to);
/* A renderer that takes two letters, and goes over from one to the other while it runs. */
IBaseFilter *strict_sink_new(char one, char other);
/* Letter 'a' from two pins, each with a thread and numbers of its own, without end. */
IBaseFilter *twin_source_new(void);
/* One such pin, and no data while paused. */
IBaseFilter *live_source_new(void);
IPin *nth_pin(IBaseFilter *filter, PIN_DIRECTION direction, unsigned n); /* borrowed */

/* ---- classes that intelligent connect finds: conformance_classes.c ----------------------------------- */

/* From -> to: b a, a x (ours), a y; G H of the highest merit; I J and M N (ours), never to be chosen; K L and O P (ours),
 * just good enough; U V with a hidden input, W X with a hidden output. */
unsigned registered_made(char from, char to); /* how many were made */
/* One like them, that is not registered. */
IBaseFilter *changer_new(char from, char to, bool ours);
/* The first pin of a foreign filter is not to be used by intelligent connect. */
void hide_pin(IBaseFilter *foreign, PIN_DIRECTION direction);
/* A foreign source and a foreign renderer that have these letters, and nothing between them yet. */
void letters_open(struct road *r, const char *from, const char *to);
HRESULT letters_connect(struct road *r); /* by way of others */
