/* SPDX-License-Identifier: MIT */
/* bad.h - bad use, made from the IDL: what a call is, what it is given, and the world it is made in.
 *
 * One process per subject, forked by bad_run.c; the calls run on its main thread or on a second one.
 * Knows: public interfaces.  Must not know: the insides of any object.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <qedit.h>
#include <regraft.h>

/* ---- calls: gen_calls.py makes the tables ---------------------------------------------------- */

enum bad_kind {
    BAD_NUMBER = 1,
    BAD_REAL,
    BAD_RECORD, /* a struct by value */
    BAD_HANDLE,
    BAD_GUID,
    BAD_TEXT,  /* wide */
    BAD_TEXT8, /* UTF-8 */
    BAD_FACE,  /* an interface */
    BAD_FACES, /* an array of one */
    BAD_MEMORY,
    BAD_OUT,
    BAD_INOUT,
    BAD_OUT_FACE,
    BAD_OUT_TASK, /* task memory of the caller */
    BAD_OUT_TYPE, /* AM_MEDIA_TYPE ** */
};

/* What an interface that is passed in can have wrong. */
enum bad_wrong {
    BAD_RIGHT = 0,
    BAD_DIRECTION, /* an output pin for an input pin, and the other way round */
    BAD_FOREIGN,   /* of another graph */
    BAD_LOOSE,     /* of no graph */
    BAD_SELF,      /* the subject's own */
    BAD_STUB,      /* refuses everything */
    BAD_WRONGS
};

#define BAD_PARAMETERS_MOST 16
#define BAD_END             0x7fffffff
extern const HRESULT bad_any[]; /* a list that fits every code */

union bad_value {
    void *pointer;
    int64_t number;
    double real;
};

struct bad_parameter {
    const char *name, *type;
    enum bad_kind kind;
    unsigned face;                    /* index of its interface; 0: none */
    const HRESULT *null;              /* what NULL may give; NULL: E_POINTER */
    const HRESULT *wrong[BAD_WRONGS]; /* NULL: anything */
    bool is_never[BAD_WRONGS];        /* the caller's own trouble */
    bool is_fixed;
    bool is_written; /* also on failure */
    bool is_hidden;  /* the object that comes out is known */
    int64_t fixed;
};

struct bad_method {
    const char *name; /* "IPin.Connect" */
    HRESULT (*call)(void *face, const union bad_value *values);
    const struct bad_parameter *parameters;
    unsigned count;
    bool is_plain;   /* what it returns is no HRESULT */
    bool is_skipped; /* with good values it waits for somebody */
};

struct bad_interface {
    const char *name;
    const IID *iid;
    unsigned base; /* index; 0: none */
    const struct bad_method *methods;
    unsigned count;
    void *stub; /* constant: its references are not counted */
};

/* From 1, bases first. */
extern const struct bad_interface bad_interfaces[];
extern const unsigned bad_interface_count;

/* QueryInterface of a stub. */
HRESULT bad_stub_query(void *face, const IID *own, const IID *iid, void **out);

#define BAD_NONSENSE 2

/* One call: which method of which interface, and what is wrong with it. */
struct bad_call {
    const struct bad_interface *row;
    const struct bad_method *method;
    int null;     /* the parameter that is NULL, or -1 */
    int wrong_at; /* the parameter that is wrong, or -1 */
    enum bad_wrong wrong;
    unsigned number; /* what numbers, settings and texts are given: 0, 1 or nonsense */
};

/* ---- the world ------------------------------------------------------------------------------- */

enum bad_state {
    BAD_ALONE = 1, /* just made, in no graph */
    BAD_STOPPED,   /* in a graph, connected where something fits */
    BAD_RUNNING,
    BAD_PARTED, /* was stopped; graph, neighbours and connections are gone */
    BAD_FACTORY /* its class object */
};

/* Where files go; clip.mkv in it is what a source is given. */
extern const char *bad_folder;
bool bad_make_clip(void);

struct bad_world {
    struct rg_class_info info;
    enum bad_state state;
    IUnknown *subject;
    bool is_connected;
    /* the graph and who is in it: references */
    IFilterGraph3 *graph;
    IMediaControl *control;
    IBaseFilter *source, *sink; /* connected with the subject; NULL: nothing fits */
    IBaseFilter *free_source, *free_sink;
    /* another graph */
    IFilterGraph3 *other;
    IBaseFilter *other_source, *other_sink;
    /* no graph */
    IBaseFilter *loose_source, *loose_sink;
    IReferenceClock *clock;
    IMemAllocator *allocator;
    IMediaSample *sample;
    HANDLE signalled, event, semaphore;
    IUnknown *parts[BAD_PARAMETERS_MOST]; /* references that values lent out */
    unsigned n_parts;
};

/* S_OK; S_FALSE: this class has no such state. */
HRESULT bad_world_open(struct bad_world *world, const struct rg_class_info *info,
                       enum bad_state state);
/* Everything but the subject goes: peers first, then the graph. */
void bad_world_part(struct bad_world *world);
/* The graph stops, runs and stops once more: what happened before must not have broken it. */
void bad_world_try(struct bad_world *world);
/* Before the last reference to an object that a call may have set going. */
void bad_calm(IUnknown *object);
/* graph_first: the graph's references are dropped before those to its filters. */
void bad_world_close(struct bad_world *world, bool graph_first);

/* The n-th thing to begin with: the subject, then its pins; a reference, or NULL. */
IUnknown *bad_world_root(struct bad_world *world, unsigned n);

/* An object for a parameter, borrowed from the world. */
void *bad_world_face(struct bad_world *world, const struct bad_parameter *parameter,
                     IUnknown *self, enum bad_wrong wrong);

/* After the call. */
void bad_world_take_back(struct bad_world *world);

/* The first pin of a direction that is free, or any if none is; a reference, or NULL. */
IPin *bad_pin(IBaseFilter *filter, PIN_DIRECTION direction);

/* ---- one call ----------------------------------------------------------------------------------- */

/* Its values before and after. */
struct bad_frame {
    union bad_value values[BAD_PARAMETERS_MOST];
    _Alignas(16) uint8_t memory[BAD_PARAMETERS_MOST][2048], before[BAD_PARAMETERS_MOST][2048];
};

/* Makes the call and judges it: the code, and the outputs.  *ret_found, where it is not NULL: what
 * came out of parameter `wanted`, a reference.  Returns what was wrong, or NULL. */
const char *bad_make(struct bad_world *world, IUnknown *self, void *face,
                     const struct bad_call *call, int wanted, HRESULT *ret_hr,
                     IUnknown **ret_found);

/* "IPin.Connect, receiver is NULL, numbers are 1" */
void bad_call_text(const struct bad_call *call, char *text, size_t size);
