/* SPDX-License-Identifier: MIT */
/* thread.c - rg_thread, CreateThread, thread ids, priorities, thread-local slots.
 *
 * Any thread.  Threads of CreateThread are detached: their handle tells when they end.
 * Knows: pthreads, handles.  Must not know: what the threads do.
 */
#include "platform/thread.h"

#include <assert.h>
#include <limits.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/futex.h"
#include "platform/handle.h"
#include "platform/memory.h"
#include "platform/room.h"
#include "platform/text.h"
#include "platform/tls.h"

/* --- the library's own -------------------------------------------------------------- */

static RG_TLS const struct rg_thread *own_thread; /* what the calling thread was started as */

static void *thread_main(void *context)
{
    struct rg_thread *thread = context;

    own_thread = thread;
    atomic_store_explicit(&thread->id, GetCurrentThreadId(), memory_order_relaxed);
    rg_thread_set_name(thread->name);
    thread->fn(thread->arg);
    return NULL;
}

HRESULT rg_thread_start(struct rg_thread *thread, const char *name, void (*fn)(void *arg),
                        void *arg)
{
    assert(!thread->is_started);
    if (rg_fault_now())
        return E_OUTOFMEMORY;
    (void)rg_text_copy(thread->name, sizeof(thread->name), name);
    thread->fn = fn;
    thread->arg = arg;
    atomic_store_explicit(&thread->id, 0, memory_order_relaxed);
    if (pthread_create(&thread->thread, NULL, thread_main, thread) != 0)
        return E_OUTOFMEMORY;
    thread->is_started = true;
    return S_OK;
}

void rg_thread_join(struct rg_thread *thread)
{
    struct rg_wait note = { .what = "a thread to end" };

    if (!thread->is_started)
        return;
    assert(!rg_thread_is_self(thread));
    note.holder = rg_thread_id(thread);
    rg_wait_begin(&note);
    pthread_join(thread->thread, NULL);
    rg_wait_end(&note);
    thread->is_started = false;
}

bool rg_thread_is_self(const struct rg_thread *thread)
{
    return own_thread == thread;
}

/* --- ids ------------------------------------------------------------------------------ */

static RG_TLS DWORD thread_id;

DWORD WINAPI GetCurrentThreadId(void)
{
    if (thread_id == 0)
        thread_id = (DWORD)gettid();
    return thread_id;
}

DWORD WINAPI GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

HANDLE WINAPI GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

HANDLE WINAPI GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

/* --- threads with a handle --------------------------------------------------------------- */

struct rg_thread_body {
    LPTHREAD_START_ROUTINE start;
    LPVOID parameter;
    struct rg_object *object;    /* the thread's own reference moves here to `current` */
    _Atomic(uint32_t) id;        /* futex: 0 until the thread said it */
    _Atomic(uint32_t) suspended; /* futex */
    _Atomic(uint32_t) exit_code;
    _Atomic(int) priority;
};

static RG_TLS struct rg_object *current; /* a reference; NULL until someone needs it */

void rg_thread_body_release(struct rg_thread_body *body)
{
    rg_free(body);
}

/* An object with a body and one reference; NULL when memory runs out. */
static struct rg_object *thread_object_new(void)
{
    struct rg_thread_body *body = rg_calloc(1, sizeof(*body));
    struct rg_object *object;

    if (body == NULL)
        return NULL;
    object = rg_object_new(RG_HANDLE_THREAD, 0);
    if (object == NULL) {
        rg_free(body);
        return NULL;
    }
    atomic_store(&body->exit_code, STILL_ACTIVE);
    object->u.thread = body;
    body->object = object;
    return object;
}

struct rg_object *rg_thread_current_object(void)
{
    if (current == NULL) {
        struct rg_object *object = thread_object_new();

        if (object == NULL)
            return NULL;
        atomic_store(&object->u.thread->id, GetCurrentThreadId());
        current = object;
        rg_thread_exit_watch();
    }
    atomic_fetch_add(&current->references, 1);
    return current;
}

void rg_thread_signal_end(void)
{
    struct rg_object *object = current;
    uint32_t running = STILL_ACTIVE;
    uint64_t state;

    if (object == NULL)
        return;
    current = NULL;
    (void)atomic_compare_exchange_strong(&object->u.thread->exit_code, &running, 0);
    state = atomic_load(&object->state);
    rg_object_change((struct rg_object_view){ object, state & RG_STATE_GENERATION },
                     RG_CHANGE_SET, 1, NULL);
    rg_object_release(object);
}

static void *win32_thread_main(void *context)
{
    struct rg_thread_body *body = context;
    DWORD exit_code;

    current = body->object;
    rg_thread_exit_watch();
    atomic_store(&body->id, GetCurrentThreadId());
    rg_futex_wake(&body->id, INT_MAX);
    for (;;) {
        uint32_t suspended = atomic_load(&body->suspended);

        if (suspended == 0)
            break;
        (void)rg_futex_wait(&body->suspended, suspended, RG_TIME_NEVER);
    }
    exit_code = body->start(body->parameter);
    atomic_store(&body->exit_code, exit_code);
    return NULL;
}

static bool thread_spawn(struct rg_thread_body *body, SIZE_T stack_bytes)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool done;

    if (rg_fault_now() || pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_bytes > (SIZE_T)PTHREAD_STACK_MIN)
        (void)pthread_attr_setstacksize(&attributes, (stack_bytes + 4095) & ~(SIZE_T)4095);
    done = pthread_create(&thread, &attributes, win32_thread_main, body) == 0;
    pthread_attr_destroy(&attributes);
    return done;
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_bytes,
                           LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags,
                           LPDWORD ret_id)
{
    struct rg_object *object;
    struct rg_thread_body *body;
    HANDLE handle;

    (void)attributes;
    if (start == NULL) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    object = thread_object_new();
    if (object == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    body = object->u.thread;
    body->start = start;
    body->parameter = parameter;
    atomic_store(&body->suspended, (flags & CREATE_SUSPENDED) != 0 ? 1 : 0);
    atomic_fetch_add(&object->references, 1); /* the thread's */
    handle = rg_handle_new(object);
    if (handle == NULL) {
        rg_object_release(object);
        return NULL;
    }
    if (!thread_spawn(body, stack_bytes)) {
        rg_object_release(object);
        CloseHandle(handle);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (ret_id != NULL)
        *ret_id = GetThreadId(handle);
    return handle;
}

void WINAPI ExitThread(DWORD exit_code)
{
    if (current != NULL)
        atomic_store(&current->u.thread->exit_code, exit_code);
    pthread_exit(NULL);
}

/* A reference to a thread's object, or NULL and ERROR_INVALID_HANDLE. */
static struct rg_object *thread_get(HANDLE thread)
{
    struct rg_object *object = rg_handle_get(thread);

    if (object != NULL && atomic_load(&object->kind) == RG_HANDLE_THREAD)
        return object;
    if (object != NULL)
        rg_object_release(object);
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
    struct rg_object *object = thread_get(thread);
    DWORD id;

    if (object == NULL)
        return 0;
    while ((id = atomic_load(&object->u.thread->id)) == 0)
        (void)rg_futex_wait(&object->u.thread->id, 0, RG_TIME_NEVER);
    rg_object_release(object);
    return id;
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD ret_code)
{
    struct rg_object *object = thread_get(thread);

    if (object == NULL)
        return FALSE;
    if (ret_code != NULL)
        *ret_code = (uint32_t)atomic_load(&object->state) != 0
                        ? atomic_load(&object->u.thread->exit_code)
                        : STILL_ACTIVE;
    rg_object_release(object);
    if (ret_code == NULL)
        SetLastError(ERROR_INVALID_PARAMETER);
    return ret_code != NULL;
}

DWORD WINAPI ResumeThread(HANDLE thread)
{
    struct rg_object *object = thread_get(thread);
    uint32_t suspended;

    if (object == NULL)
        return (DWORD)-1;
    suspended = atomic_load(&object->u.thread->suspended);
    while (suspended != 0 && !atomic_compare_exchange_weak(&object->u.thread->suspended,
                                                           &suspended, suspended - 1))
        continue;
    if (suspended == 1)
        rg_futex_wake(&object->u.thread->suspended, INT_MAX);
    rg_object_release(object);
    return suspended;
}

/* --- priorities: a wish, mapped to nice values; the system may not grant it --------------- */

static int nice_from_priority(int priority)
{
    if (priority >= THREAD_PRIORITY_TIME_CRITICAL)
        return -15;
    if (priority <= THREAD_PRIORITY_IDLE)
        return 19;
    return -5 * priority;
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority)
{
    struct rg_object *object = thread_get(thread);

    if (object == NULL)
        return FALSE;
    if ((priority < THREAD_PRIORITY_LOWEST || priority > THREAD_PRIORITY_HIGHEST) &&
        priority != THREAD_PRIORITY_IDLE && priority != THREAD_PRIORITY_TIME_CRITICAL) {
        rg_object_release(object);
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    atomic_store(&object->u.thread->priority, priority);
    if ((uint32_t)atomic_load(&object->state) == 0) /* it still runs: the id is still its own */
        (void)setpriority(PRIO_PROCESS, (id_t)GetThreadId(thread),
                          nice_from_priority(priority));
    rg_object_release(object);
    return TRUE;
}

int WINAPI GetThreadPriority(HANDLE thread)
{
    struct rg_object *object = thread_get(thread);
    int priority;

    if (object == NULL)
        return MAXLONG;
    priority = atomic_load(&object->u.thread->priority);
    rg_object_release(object);
    return priority;
}

BOOL WINAPI SwitchToThread(void)
{
    return sched_yield() == 0;
}

/* --- thread-local slots: one pthread key each ----------------------------------------------
 */

static _Atomic(bool) tls_used[PTHREAD_KEYS_MAX];

static bool tls_is_ours(DWORD index)
{
    if (index < PTHREAD_KEYS_MAX &&
        atomic_load_explicit(&tls_used[index], memory_order_relaxed))
        return true;
    SetLastError(ERROR_INVALID_PARAMETER);
    return false;
}

DWORD WINAPI TlsAlloc(void)
{
    pthread_key_t key;

    if (rg_fault_now() || pthread_key_create(&key, NULL) != 0) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return TLS_OUT_OF_INDEXES;
    }
    atomic_store(&tls_used[key], true);
    return key;
}

LPVOID WINAPI TlsGetValue(DWORD index)
{
    if (!tls_is_ours(index))
        return NULL;
    SetLastError(ERROR_SUCCESS);
    return pthread_getspecific(index);
}

BOOL WINAPI TlsSetValue(DWORD index, LPVOID value)
{
    if (!tls_is_ours(index))
        return FALSE;
    if (pthread_setspecific(index, value) == 0)
        return TRUE;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FALSE;
}

BOOL WINAPI TlsFree(DWORD index)
{
    if (!tls_is_ours(index))
        return FALSE;
    if (atomic_exchange(&tls_used[index], false))
        pthread_key_delete(index);
    return TRUE;
}
