/* SPDX-License-Identifier: MIT */
/* sched_internal.h - what the scheduler's files share.
 *
 * Whoever holds the baton owns all of `sched`; handing the baton over is a release, taking it an acquire.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "sched_test.h"

#define SCHED_NEVER       INT64_MAX
#define SCHED_THREADS_MAX 256
#define SCHED_NS          INT64_C(1000000000)
#define SCHED_EPOCH_NS    (1000 * SCHED_NS) /* so that a time minus a bit is no negative one */
/* CLOCK_REALTIME is that far ahead: whoever mixes the clocks up is found out. */
#define SCHED_REALTIME_AHEAD (1700000000 * SCHED_NS)

/* Visible to the libraries that the test loads, so that they come here instead of to libc. */
#define SCHED_INTERPOSE __attribute__((visibility("default")))

enum sched_what {
    SCHED_BEGIN = 1,
    SCHED_LOCK,
    SCHED_UNLOCK,
    SCHED_COND_WAIT,
    SCHED_COND_SIGNAL,
    SCHED_CREATE,
    SCHED_JOIN,
    SCHED_END,
    SCHED_ONCE,
    SCHED_FUTEX_WAIT,
    SCHED_FUTEX_WAKE,
    SCHED_BARRIER,
    SCHED_YIELD,
    SCHED_SLEEP,
    SCHED_CLOCK,
    SCHED_ATOMIC,
    SCHED_PLAIN,
    SCHED_HERE,
    SCHED_WHATS,
};

enum sched_state {
    SCHED_RUNNABLE = 1,
    SCHED_BLOCKED,
    SCHED_ENDED,
};

struct sched_thread {
    /* set at creation */
    unsigned number; /* in order of creation; 0: who called sched_start */
    void *(*start)(void *);
    void *arg;
    pthread_t handle;
    pid_t tid;

    /* atomic */
    _Atomic(uint32_t) baton; /* futex: 1: it may run */
    _Atomic(uint32_t) here;  /* futex: 1: it has come up and waits for its first turn */

    /* with the baton */
    enum sched_state state;
    enum sched_what what; /* where it waits, if blocked */
    const void *object;   /* for what */
    int64_t deadline;
    bool timed_out;
    bool is_detached;
    int64_t rank;
    unsigned rounds;         /* of destructors of thread-specific data */
    const void *called_from; /* who came to the last point */
};

struct sched {
    uint64_t seed, dice;
    struct sched_options options;
    int64_t now; /* CLOCK_MONOTONIC */
    uint64_t steps, switches;
    uint64_t trace;

    struct sched_thread
        *threads[SCHED_THREADS_MAX]; /* in order of creation; ended ones until joined */
    unsigned n_threads, n_created;
    struct sched_thread *current;
    struct sched_thread
        *leaving; /* has handed over for the last time; may not be quite gone yet */

    uint64_t next_look;   /* step: not before then anything has to be decided */
    uint64_t next_change; /* step */
    int64_t next_deadline;
    int64_t lowest; /* the lowest rank so far */
    unsigned
        hurry; /* one in so many changes lets time jump, though somebody could run; 0: none */
    unsigned mutter; /* one in so many waits for a condition ends for no reason; 0: none */
    bool is_quiet;   /* a report is being written: no more points */
};
extern struct sched sched;

/* NULL: a thread that is not scheduled, or the scheduler is off. */
extern _Thread_local struct sched_thread *sched_self __attribute__((tls_model("initial-exec")));

/* The calling thread if this call is a point. */
static inline struct sched_thread *sched_enter(const void *called_from)
{
    struct sched_thread *self = sched_self;

    if (__builtin_expect(self == NULL, 0) || sched.is_quiet)
        return NULL;
    self->called_from = called_from;
    return self;
}
#define SCHED_ENTER() sched_enter(__builtin_return_address(0))

/* sched.c: the calling thread has the baton, and has it again afterwards. */
void sched_point(enum sched_what what);
/* Until sched_wake on the same object, false: until the deadline. */
bool sched_block(enum sched_what what, const void *object, int64_t deadline);
/* Up to `count` of those who wait there, any; how many. */
unsigned sched_wake(const void *object, unsigned count);
void sched_yield_now(void);
bool sched_chance(unsigned one_in);
uint64_t sched_roll(void);

/* sched_threads.c and sched.c */
void sched_wait_for_baton(struct sched_thread *self);
void sched_leave(struct sched_thread *self);
struct sched_thread *sched_thread_add(void);
void sched_thread_remove(struct sched_thread *thread);
void sched_futex_wait(_Atomic(uint32_t) *word, uint32_t expected, int64_t timeout_ns);
void sched_futex_wake(_Atomic(uint32_t) *word);
void sched_threads_init(void);

/* sched_report.c */
const char *sched_name_of(enum sched_what what);
extern bool sched_is_logging;
void sched_log(const struct sched_thread *thread, enum sched_what what);
void sched_report_init(const void *called_from);
__attribute__((noreturn, format(printf, 1, 2))) void sched_fail(const char *format, ...);

/* sched_symbols.c: "function+0x12 (file+0x345)", the same in every run. */
void sched_print_address(int fd, const void *address);

/* sched_objects.c: mutexes and conditions that were made with pthread_*_init, for reports. */
void sched_object_made(const void *address, const void *made_at);
void sched_object_gone(const void *address);
/* Its number and where it was made; false: not known. */
bool sched_object_find(const void *address, unsigned *ret_number, const void **ret_made_at);

/* interpose_*.c: the functions that come behind ours; resolved at the first use. */
struct sched_real {
    int (*mutex_init)(pthread_mutex_t *, const pthread_mutexattr_t *);
    int (*mutex_destroy)(pthread_mutex_t *);
    int (*mutex_lock)(pthread_mutex_t *);
    int (*mutex_trylock)(pthread_mutex_t *);
    int (*mutex_timedlock)(pthread_mutex_t *, const struct timespec *);
    int (*mutex_clocklock)(pthread_mutex_t *, clockid_t, const struct timespec *);
    int (*mutex_unlock)(pthread_mutex_t *);
    int (*cond_init)(pthread_cond_t *, const pthread_condattr_t *);
    int (*cond_destroy)(pthread_cond_t *);
    int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *);
    int (*cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    int (*cond_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t,
                          const struct timespec *);
    int (*cond_signal)(pthread_cond_t *);
    int (*cond_broadcast)(pthread_cond_t *);
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int (*join)(pthread_t, void **);
    int (*detach)(pthread_t);
    int (*once)(pthread_once_t *, void (*)(void));
    int (*yield)(void);
    int (*clock_gettime)(clockid_t, struct timespec *);
    int (*clock_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);
    int (*nanosleep)(const struct timespec *, struct timespec *);
    int (*usleep)(unsigned);
    ssize_t (*getrandom)(void *, size_t, unsigned);
    long (*syscall)(long, ...);
};
const struct sched_real *sched_real(void);

/* What an absolute time of that clock is on ours. */
int64_t sched_deadline(clockid_t clock, const struct timespec *time);
