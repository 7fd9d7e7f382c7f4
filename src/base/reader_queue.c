/* SPDX-License-Identifier: MIT */
/* reader_queue.c - requests for bytes, and the one thread that reads.
 *
 * Requests from any thread; the reader's thread works them off in order.  Who waits comes back on
 * flush at once, even where the thread is stuck in a read.
 * Knows: the class's read.  Must not know: pins, what the bytes are.
 */
#include "base/reader_internal.h"

#include <string.h>
#include <time.h>

#include "platform/memory.h"
#include "platform/time.h"

#define BLOCK_BYTES (128u << 10) /* read at once */

static void list_put(struct rg_request_list *list, struct rg_request *request)
{
    request->next = NULL;
    if (list->last != NULL)
        list->last->next = request;
    else
        list->first = request;
    list->last = request;
}

static struct rg_request *list_take(struct rg_request_list *list)
{
    struct rg_request *request = list->first;

    if (request == NULL)
        return NULL;
    list->first = request->next;
    if (list->first == NULL)
        list->last = NULL;
    return request;
}

static void list_free(struct rg_request_list *list)
{
    struct rg_request *request;

    while ((request = list_take(list)) != NULL) {
        if (request->sample != NULL)
            IMediaSample_Release(request->sample);
        rg_free(request);
    }
}

/* One that waits on the stack of who asked must not be looked at after this. */
static void finish_locked(struct rg_reader_queue *queue, struct rg_request *request, HRESULT hr)
{
    request->hr = hr;
    request->is_done = true;
    if (request->sample != NULL)
        list_put(&queue->finished, request);
    pthread_cond_broadcast(&queue->done);
}

static void give_up_locked(struct rg_reader_queue *queue)
{
    struct rg_request *request;

    if (queue->current != NULL)
        finish_locked(queue, queue->current, VFW_E_WRONG_STATE);
    queue->current = NULL;
    while ((request = list_take(&queue->waiting)) != NULL)
        finish_locked(queue, request, VFW_E_WRONG_STATE);
}

static void interrupt_locked(struct rg_reader_queue *queue, bool on)
{
    if (queue->cls->interrupt == NULL)
        return;
    pthread_mutex_lock(&queue->class_lock);
    queue->cls->interrupt(queue->state, on);
    pthread_mutex_unlock(&queue->class_lock);
}

HRESULT rg_reader_queue_length(struct rg_reader_queue *queue, LONGLONG *ret_total,
                               LONGLONG *ret_available)
{
    HRESULT hr;

    pthread_mutex_lock(&queue->class_lock);
    hr = queue->cls->length(queue->state, ret_total, ret_available);
    pthread_mutex_unlock(&queue->class_lock);
    return hr;
}

/* ---- the reader's thread ----------------------------------------------------------------- */

/* A part of the current request.  false: it is done, or was given up.  Caller holds lock, which is
 * open meanwhile. */
static bool read_part_locked(struct rg_reader_queue *queue)
{
    struct rg_request *request = queue->current;
    LONGLONG at = request->at + request->done;
    ULONG bytes = request->bytes - request->done, got = 0;
    struct rg_wait note = { .what = "the file to be read", .where = queue->where };
    HRESULT hr;

    if (bytes > BLOCK_BYTES)
        bytes = BLOCK_BYTES;
    pthread_mutex_unlock(&queue->lock);
    rg_wait_begin(&note);
    hr = queue->cls->read(queue->state, at, bytes, queue->block, &got);
    rg_wait_end(&note);
    pthread_mutex_lock(&queue->lock);
    if (queue->current == NULL)
        return false;
    if (FAILED(hr)) {
        finish_locked(queue, request, hr == VFW_E_STATE_CHANGED ? VFW_E_WRONG_STATE : hr);
        return false;
    }
    memcpy(request->to + request->done, queue->block, got);
    request->done += got;
    if (got == bytes && request->done < request->bytes)
        return true;
    finish_locked(queue, request, got == bytes ? S_OK : S_FALSE);
    return false;
}

static void reader_main(void *arg)
{
    struct rg_reader_queue *queue = arg;
    struct rg_wait task = { .what = "reading for", .where = queue->where, .is_task = true };

    rg_wait_begin(&task);
    pthread_mutex_lock(&queue->lock);
    for (;;) {
        while (queue->waiting.first == NULL && !queue->is_ending)
            (void)rg_wait_cond(&(struct rg_wait){ .what = "somebody to ask for bytes",
                                                  .where = queue->where,
                                                  .is_idle = true },
                               &queue->work, &queue->lock);
        if (queue->is_ending)
            break;
        queue->current = list_take(&queue->waiting);
        while (read_part_locked(queue))
            ;
        queue->current = NULL;
    }
    pthread_mutex_unlock(&queue->lock);
    rg_wait_end(&task);
}

/* ---- who asks ---------------------------------------------------------------------------- */

HRESULT rg_reader_queue_read(struct rg_reader_queue *queue, LONGLONG at, ULONG bytes, BYTE *to,
                             ULONG *ret_done)
{
    struct rg_request request = { .at = at, .bytes = bytes, .to = to };
    int64_t since_ns = 0;

    *ret_done = 0;
    if (bytes == 0)
        return S_OK;
    pthread_mutex_lock(&queue->lock);
    if (queue->is_flushing || queue->is_ending) {
        pthread_mutex_unlock(&queue->lock);
        return VFW_E_WRONG_STATE;
    }
    list_put(&queue->waiting, &request);
    pthread_cond_signal(&queue->work);
    while (!request.is_done)
        since_ns = rg_wait_cond(&(struct rg_wait){ .what = "bytes of the file",
                                                   .where = queue->where,
                                                   .holder = rg_thread_id(&queue->thread),
                                                   .since_ns = since_ns },
                                &queue->done, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
    *ret_done = request.done;
    return request.hr;
}

HRESULT rg_reader_queue_add(struct rg_reader_queue *queue, const struct rg_request *request)
{
    struct rg_request *mine;
    HRESULT hr = S_OK;

    IMediaSample_AddRef(request->sample); /* somebody else's code: not under the lock */
    pthread_mutex_lock(&queue->lock);
    mine = list_take(&queue->spare);
    if (queue->is_flushing || queue->is_ending)
        hr = VFW_E_WRONG_STATE;
    else if (mine == NULL && (mine = rg_calloc(1, sizeof(*mine))) == NULL)
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr)) {
        *mine = *request;
        queue->outstanding++;
        list_put(&queue->waiting, mine);
        pthread_cond_signal(&queue->work);
    } else if (mine != NULL) {
        list_put(&queue->spare, mine);
    }
    pthread_mutex_unlock(&queue->lock);
    if (FAILED(hr))
        IMediaSample_Release(request->sample);
    return hr;
}

/* false: the time is over. */
static bool wait_done_locked(struct rg_reader_queue *queue, int64_t deadline, int64_t *since_ns)
{
    struct rg_wait note = { .what = "bytes of the file",
                            .where = queue->where,
                            .holder = rg_thread_id(&queue->thread),
                            .since_ns = *since_ns };
    struct timespec until;

    if (deadline == RG_TIME_NEVER) {
        *since_ns = rg_wait_cond(&note, &queue->done, &queue->lock);
        return true;
    }
    if (rg_time_now_ns() >= deadline)
        return false;
    until = rg_time_spec(deadline);
    rg_wait_begin(&note);
    (void)pthread_cond_timedwait(&queue->done, &queue->lock, &until);
    rg_wait_end(&note);
    *since_ns = note.since_ns;
    return true;
}

HRESULT rg_reader_queue_next(struct rg_reader_queue *queue, DWORD timeout_ms,
                             struct rg_request *ret)
{
    int64_t deadline = rg_time_deadline_ns(timeout_ms), since_ns = 0;
    struct rg_request *request;
    HRESULT hr = S_OK;
    unsigned stops;

    pthread_mutex_lock(&queue->lock);
    stops = queue->stops;
    while ((request = list_take(&queue->finished)) == NULL && hr == S_OK) {
        if (queue->is_flushing || (queue->stops != stops && queue->outstanding == 0))
            hr = VFW_E_WRONG_STATE;
        else if (!wait_done_locked(queue, deadline, &since_ns))
            hr = VFW_E_TIMEOUT;
    }
    if (request != NULL) {
        *ret = *request;
        hr = request->hr;
        queue->outstanding--;
        request->sample = NULL; /* its reference went along */
        list_put(&queue->spare, request);
    }
    pthread_mutex_unlock(&queue->lock);
    return hr;
}

void rg_reader_queue_flush(struct rg_reader_queue *queue, bool on)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_flushing = on;
    if (on)
        give_up_locked(queue);
    pthread_cond_broadcast(&queue->done);
    interrupt_locked(queue, on);
    pthread_mutex_unlock(&queue->lock);
}

void rg_reader_queue_wake(struct rg_reader_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->stops++;
    pthread_cond_broadcast(&queue->done);
    pthread_mutex_unlock(&queue->lock);
}

/* ---- birth and end ----------------------------------------------------------------------- */

HRESULT rg_reader_queue_init(struct rg_reader_queue *queue, const struct rg_reader_class *cls,
                             void *state, const struct rg_place *where)
{
    queue->cls = cls;
    queue->state = state;
    queue->where = where;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_mutex_init(&queue->class_lock, NULL);
    pthread_cond_init(&queue->work, NULL);
    rg_cond_init(&queue->done);
    queue->block = rg_alloc(BLOCK_BYTES);
    return queue->block != NULL ? S_OK : E_OUTOFMEMORY;
}

HRESULT rg_reader_queue_begin(struct rg_reader_queue *queue)
{
    HRESULT hr;

    pthread_mutex_lock(&queue->lock);
    queue->is_ending = false;
    pthread_mutex_unlock(&queue->lock);
    hr = rg_thread_start(&queue->thread, queue->cls->name, reader_main, queue);
    if (FAILED(hr))
        rg_reader_queue_end(queue); /* nobody waits for a thread that there is not */
    return hr;
}

void rg_reader_queue_end(struct rg_reader_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_ending = true;
    give_up_locked(queue);
    pthread_cond_signal(&queue->work);
    interrupt_locked(queue, true);
    pthread_mutex_unlock(&queue->lock);
    rg_thread_join(&queue->thread);
    pthread_mutex_lock(&queue->lock);
    interrupt_locked(queue, queue->is_flushing);
    pthread_mutex_unlock(&queue->lock);
}

void rg_reader_queue_fini(struct rg_reader_queue *queue)
{
    if (queue->cls == NULL)
        return;
    rg_reader_queue_end(queue);
    list_free(&queue->finished);
    list_free(&queue->spare);
    rg_free(queue->block);
    pthread_cond_destroy(&queue->done);
    pthread_cond_destroy(&queue->work);
    pthread_mutex_destroy(&queue->class_lock);
    pthread_mutex_destroy(&queue->lock);
}
