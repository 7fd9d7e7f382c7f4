/* SPDX-License-Identifier: MIT */
/* stack.c - how much stack a thread has left, and further stretches of it.
 *
 * Any thread.
 * Knows: pthreads, ucontext; what the sanitizers have to be told.  Must not know: what is called.
 */
#include "platform/stack.h"

#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "platform/membarrier.h"
#include "platform/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifdef UNDER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if RG_UNDER_TSAN
#include <sanitizer/tsan_interface.h>
/* its own frames belong to two stacks; gcc's word leaves out their entries and exits as well */
#if defined(__clang__)
#define SWITCHES __attribute__((disable_sanitizer_instrumentation))
#else
#define SWITCHES __attribute__((no_sanitize("thread")))
#endif
#else
#define SWITCHES
#endif

#define STRETCH_BYTES  ((size_t)4 << 20)
#define STRETCHES_MOST 512 /* 2 GiB: a road of millions, or one that goes in a circle */
#define GUARD_BYTES    ((size_t)64 << 10)
#define SPARE_BYTES    ((size_t)256 << 10) /* what is left when a stretch is called short */

/* A stretch of stack and the way back; lies at its own lower end, above the guard. */
struct stretch {
    struct stretch *next; /* the one after it, once there is one */
    unsigned number;
    ucontext_t back, here;
    HRESULT (*fn)(void *arg);
    void *arg;
    HRESULT result;
    /* of the stretch that called */
    const void *caller_bottom;
    size_t caller_bytes;
#if RG_UNDER_TSAN
    void *fiber, *caller_fiber;
#endif
};

RG_TLS uintptr_t rg_stack_low = UINTPTR_MAX;
static RG_TLS uintptr_t bottom, top;     /* of the present stretch */
static RG_TLS struct stretch *present;   /* NULL: the thread's own stack */
static RG_TLS struct stretch *stretches; /* the first one */

static pthread_key_t key; /* the first one as well, for the end of the thread */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static bool has_key;

/* ---- how much is left ---------------------------------------------------------------------- */

static void set_present(uintptr_t from, uintptr_t to)
{
    size_t bytes = to - from;

    bottom = from;
    top = to;
    rg_stack_low = from + (bytes / 2 < SPARE_BYTES ? bytes / 2 : SPARE_BYTES);
}

bool rg_stack_look(uintptr_t at)
{
    if (top == 0) {
        pthread_attr_t attributes;
        void *from = NULL;
        size_t bytes = 0;

        if (pthread_getattr_np(pthread_self(), &attributes) != 0)
            return false;
        (void)pthread_attr_getstack(&attributes, &from, &bytes);
        pthread_attr_destroy(&attributes);
        set_present((uintptr_t)from, (uintptr_t)from + bytes);
    }
    /* elsewhere: the host has switched stacks, and knows how large they are */
    return at >= bottom && at < top && at < rg_stack_low;
}

/* ---- stretches ------------------------------------------------------------------------------ */

static void stretches_free(void *first)
{
    for (struct stretch *s = first; s != NULL;) {
        struct stretch *next = s->next;

#if RG_UNDER_TSAN
        __tsan_destroy_fiber(s->fiber);
#endif
        munmap((char *)s - GUARD_BYTES, STRETCH_BYTES);
        s = next;
    }
}

static void key_make(void)
{
    has_key = pthread_key_create(&key, stretches_free) == 0;
}

static struct stretch *stretch_new(unsigned number)
{
    struct stretch *s;
    char *memory;

    pthread_once(&key_once, key_make);
    if (!has_key || number >= STRETCHES_MOST || rg_fault_now())
        return NULL;
    memory = mmap(NULL, STRETCH_BYTES, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)mprotect(memory, GUARD_BYTES, PROT_NONE);
    s = (struct stretch *)(void *)(memory + GUARD_BYTES);
    s->number = number;
#if RG_UNDER_TSAN
    s->fiber = __tsan_create_fiber(0);
#endif
    return s;
}

/* The one after the present one; NULL: there is none, and no memory. */
static struct stretch *stretch_next(void)
{
    struct stretch **where = present != NULL ? &present->next : &stretches;

    if (*where == NULL) {
        *where = stretch_new(present != NULL ? present->number + 1 : 0);
        if (*where != NULL && present == NULL)
            (void)pthread_setspecific(key, *where);
    }
    return *where;
}

/* ---- there and back ------------------------------------------------------------------------- */

SWITCHES static void arrive(void)
{
    struct stretch *s = present;

#ifdef UNDER_ASAN
    __sanitizer_finish_switch_fiber(NULL, &s->caller_bottom, &s->caller_bytes);
#endif
    s->result = s->fn(s->arg);
#ifdef UNDER_ASAN
    __sanitizer_start_switch_fiber(NULL, s->caller_bottom, s->caller_bytes);
#endif
#if RG_UNDER_TSAN
    __tsan_switch_to_fiber(s->caller_fiber, 0);
#endif
}

SWITCHES static void leave(struct stretch *s)
{
#ifdef UNDER_ASAN
    void *fake = NULL;

    __sanitizer_start_switch_fiber(&fake, s->here.uc_stack.ss_sp, s->here.uc_stack.ss_size);
#endif
#if RG_UNDER_TSAN
    s->caller_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(s->fiber, 0);
#endif
    (void)swapcontext(&s->back, &s->here);
#ifdef UNDER_ASAN
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
}

/* False: it can't be. */
static bool prepare(struct stretch *s)
{
    if (getcontext(&s->here) != 0)
        return false;
    s->here.uc_stack.ss_sp = s + 1;
    s->here.uc_stack.ss_size = STRETCH_BYTES - GUARD_BYTES - sizeof(*s);
    s->here.uc_link = &s->back;
    makecontext(&s->here, arrive, 0);
    return true;
}

HRESULT rg_stack_go_on(HRESULT (*fn)(void *arg), void *arg)
{
    struct stretch *s = stretch_next(), *caller = present;
    uintptr_t from = bottom, to = top;

    if (s == NULL || !prepare(s))
        return E_OUTOFMEMORY;
    s->fn = fn;
    s->arg = arg;
    present = s;
    set_present((uintptr_t)(s + 1), (uintptr_t)s + STRETCH_BYTES - GUARD_BYTES);
    leave(s);
    present = caller;
    set_present(from, to);
    return s->result;
}
