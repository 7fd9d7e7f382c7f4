/* SPDX-License-Identifier: MIT */
/* files_test.h - what the tests of files share: clips, a sink that hashes, graphs that are played.
 *
 * One thread drives; the sink runs on streaming threads.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <regraft.h>

#include "com/object.h"
#include "media/type.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The test fails unless the call says that. */
#define is_hr(call, wanted) assert_int_equal((unsigned)(call), (unsigned)(wanted))

/* ---- files ------------------------------------------------------------------------------- */

/* A name in the test's own directory; one of a few buffers. */
const char *file_path(const char *name);
void file_write(const char *path, const void *data, size_t bytes);
/* The caller frees it. */
uint8_t *file_read(const char *path, size_t *ret_bytes);
const wchar_t *wide(const char *text); /* one of a few buffers */

/* A second or two, made once: "avi", "wav", "mpg", "mp4". */
const char *clip_of(const char *kind);

/* ---- what arrived ------------------------------------------------------------------------ */

struct heard {
    atomic_uint samples;
    uint64_t hash; /* of all data and start times; after the end */
    _Atomic(int64_t) first;
    AM_MEDIA_TYPE type;
};

#define MOST_HEARD 8
struct hearing {
    unsigned n;
    struct heard input[MOST_HEARD];
};

/* Of the hasher that was made last. */
extern struct hearing heard;

/* A renderer of raw pictures and sound, as many inputs as are wanted, never waiting for a clock. */
IBaseFilter *hasher_new(void);
/* The same for compressed data: whatever comes. */
IBaseFilter *taker_new(void);

/* ---- graphs ------------------------------------------------------------------------------ */

struct player {
    IFilterGraph3 *graph;
    IMediaControl *control;
    IMediaEventEx *event;
    IMediaSeeking *seeking;
    IBaseFilter *hasher;
};

/* A graph with a sink in it, whose reference it takes. */
void player_open(struct player *p, IBaseFilter *sink);
/* Everything is let go, and nothing of the library is left. */
void player_close(struct player *p);
IBaseFilter *player_add(struct player *p, const CLSID *clsid, const wchar_t *name);
/* File Source (Async) with that file. */
IBaseFilter *player_add_reader(struct player *p, const char *path);
/* Runs to the end, then stops. */
void player_play(struct player *p);
/* Runs; the code of the first event out of EC_COMPLETE, EC_ERRORABORT, and its parameter. */
LONG player_wait(struct player *p, LONG_PTR *ret_param);

/* A borrowed pin; NULL: there are not so many. */
IPin *pin_of(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index);
/* Connects one output after another with whatever the graph finds for it. */
void render_all(struct player *p, IBaseFilter *source);
IBaseFilter *filter_named(const CLSID *clsid);

/* ---- a disk that hangs --------------------------------------------------------------------- */

/* A source of bytes with that file, in the graph: reads that reach beyond a position wait.  At first
 * none does. */
IBaseFilter *player_add_disk(struct player *p, const char *path);
LONGLONG disk_bytes(void);
void disk_hang_from(LONGLONG at);
void disk_wait_inside(void); /* until one waits */
