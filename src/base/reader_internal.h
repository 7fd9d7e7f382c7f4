/* SPDX-License-Identifier: MIT */
/* reader_internal.h - the filter around a reader class; shared by reader.c, reader_pin.c and
 * reader_queue.c. */
#pragma once

#include "base/out_pin.h"
#include "base/reader.h"
#include "platform/thread.h"

#define RG_READER_ALIGN 512 /* of positions, lengths and buffers, as on Windows */

/* Bytes that somebody wants. */
struct rg_request {
    struct rg_request *next;
    IMediaSample *sample; /* a reference; NULL: who asked waits for it */
    DWORD_PTR user;
    LONGLONG at;
    ULONG bytes, done;
    BYTE *to;
    HRESULT hr;
    bool is_done;
};

struct rg_request_list {
    struct rg_request *first, *last;
};

/* What is read goes through a block of the queue's own: a request can be given up at any moment,
 * and nobody writes into its buffer after that. */
struct rg_reader_queue {
    /* set at creation */
    const struct rg_reader_class *cls;
    void *state; /* the class's */
    const struct rg_place *where;
    BYTE *block;

    struct rg_thread thread; /* control threads */

    pthread_mutex_t
        class_lock; /* behind `lock`: the class's open against its length and interrupt */

    pthread_mutex_t lock; /* a leaf */
    pthread_cond_t work;  /* something to do, or the end */
    pthread_cond_t done;  /* something is finished, given up, or nobody shall wait */
    /* under `lock` */
    struct rg_request_list waiting, finished, spare;
    struct rg_request *current; /* NULL while the thread is in read: it was given up */
    unsigned outstanding;       /* samples asked for that WaitForNext has not handed out */
    unsigned stops;             /* who waits without anything outstanding shall come back */
    bool is_flushing;
    bool is_ending;
};

/* reader_queue.c.  Control threads: init (S_OK; E_OUTOFMEMORY), begin (the thread; once), end (gives
 * up everything and waits for the thread; a read that does not come back holds it up), fini. */
HRESULT rg_reader_queue_init(struct rg_reader_queue *queue, const struct rg_reader_class *cls,
                             void *state, const struct rg_place *where);
void rg_reader_queue_fini(struct rg_reader_queue *queue);
HRESULT rg_reader_queue_begin(struct rg_reader_queue *queue);
void rg_reader_queue_end(struct rg_reader_queue *queue);

/* Any thread.  Waits for the bytes: S_OK; S_FALSE: fewer, *ret_done of them; VFW_E_WRONG_STATE:
 * flushing. */
HRESULT rg_reader_queue_read(struct rg_reader_queue *queue, LONGLONG at, ULONG bytes, BYTE *to,
                             ULONG *ret_done);
/* Any thread; takes a reference to the sample on success.  S_OK; VFW_E_WRONG_STATE: flushing;
 * E_OUTOFMEMORY. */
HRESULT rg_reader_queue_add(struct rg_reader_queue *queue, const struct rg_request *request);
/* Any thread: the next that is finished, in order.  What IAsyncReader::WaitForNext says. */
HRESULT rg_reader_queue_next(struct rg_reader_queue *queue, DWORD timeout_ms,
                             struct rg_request *ret);
void rg_reader_queue_flush(struct rg_reader_queue *queue, bool on);
void rg_reader_queue_wake(struct rg_reader_queue *queue);

struct rg_reader {
    struct rg_filter filter;
    COM_FACE(IFileSourceFilter) file;

    /* set at creation */
    const struct rg_reader_class *cls;

    /* under the filter lock */
    struct rg_frozen frozen;
    bool is_loaded; /* the pin is there */
    WCHAR *location;
    AM_MEDIA_TYPE type; /* never changes while connected */

    struct rg_out_pin out;
    COM_FACE(IAsyncReader) face; /* of the pin */
    struct rg_reader_queue queue;
};

/* Any thread: the class's length. */
HRESULT rg_reader_queue_length(struct rg_reader_queue *queue, LONGLONG *ret_total,
                               LONGLONG *ret_available);

/* reader_pin.c: makes the pin, which begins the life of `out` and `face`. */
void rg_reader_pin_init(struct rg_reader *reader);
