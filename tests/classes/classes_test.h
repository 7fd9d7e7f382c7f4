/* SPDX-License-Identifier: MIT */
/* classes_test.h - what the tests of DirectShow's own classes share: making them, putting them into a
 * graph, and an ISampleGrabberCB that counts and can hold its thread.
 *
 * Runs: the test's thread; a watcher's callbacks on the streaming thread.
 * Knows: COM interfaces.  Must not know: base/.
 */
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <qedit.h>
#include <regraft.h>

#include "com/object.h"
#include "media/type.h"

#define assert_hr(call, wanted) assert_int_equal((unsigned)(call), (unsigned)(wanted))

#define WATCHER_MOST 1000

struct watcher {
    struct com_object object;
    COM_FACE(ISampleGrabberCB) face;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under `lock` */
    unsigned samples, buffers; /* calls of each method */
    double seconds[WATCHER_MOST];
    bool has_time[WATCHER_MOST]; /* SampleCB only */
    LONG bytes;                  /* of the last one */
    BYTE first_byte;             /* of the last one */
    bool scribbles;              /* writes into what it sees */
    bool holds; /* keeps the threads that come, but for the first `lets_pass` */
    unsigned lets_pass;
};

/* Before the scene opens, and closed behind it. */
void watcher_open(struct watcher *w);
/* Nobody has a reference any more. */
void watcher_close(struct watcher *w);
ISampleGrabberCB *watcher_face(struct watcher *w);
void watcher_hold(struct watcher *w, bool on);
/* Until so many calls of either method have begun; fails the test after a long time. */
void watcher_wait(struct watcher *w, unsigned n);
unsigned watcher_count(struct watcher *w);

/* One reference, the caller's. */
IBaseFilter *make_filter(const CLSID *clsid);
IBaseFilter *make_named(const char *name);
void set_option(IBaseFilter *filter, const char *name, const char *value);
ISampleGrabber *grabber_face(IBaseFilter *filter);
IPin *pin_named(IBaseFilter *filter, const WCHAR *name);
RG_LEDGER pin_ledger(IBaseFilter *filter, const WCHAR *name);

struct scene {
    unsigned live_before;
    IGraphBuilder *graph;
    IMediaControl *control;
    IMediaEvent *event;
};

void scene_open(struct scene *s);
/* Nothing of the library is alive that was not before. */
void scene_close(struct scene *s);
/* AddFilter; the scene's graph has the only reference then.  Borrowed. */
IBaseFilter *scene_add(struct scene *s, IBaseFilter *filter);
HRESULT scene_join(struct scene *s, IBaseFilter *from, const WCHAR *output, IBaseFilter *to,
                   const WCHAR *input);
void scene_run(struct scene *s);
void scene_wait_end(struct scene *s);
void scene_stop(struct scene *s);

/* An outer object can take it in; what it takes in has iid, counts on the outside, and nothing stays. */
void check_aggregation(const CLSID *clsid, REFIID iid);
