/* SPDX-License-Identifier: MIT */
/* sched_report.c - what is printed: the line at the end, and who waits where when nothing goes on any more.
 *
 * The thread with the baton, at exit, or the monitor: an unscheduled thread that sees a thread run on without ever coming to
 * a point.  Stacks are printed by the threads themselves, one after the other, in a signal handler.
 * Knows: all threads.  Must not know: how threads are chosen.
 */
#include "sched_internal.h"

#include <execinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STALL_S    30
#define FRAMES_MAX 64

bool sched_is_logging;
static FILE *log_file;

static struct sched_thread *told;    /* whose stack is asked for */
static _Atomic(uint32_t) is_printed; /* futex */

static pid_t first_tid; /* who called sched_start */
static int n_below;     /* frames of that thread below that call's */

const char *sched_name_of(enum sched_what what)
{
    static const char *const names[SCHED_WHATS] = {
        [SCHED_BEGIN] = "begin",
        [SCHED_LOCK] = "pthread_mutex_lock",
        [SCHED_UNLOCK] = "pthread_mutex_unlock",
        [SCHED_COND_WAIT] = "pthread_cond_wait",
        [SCHED_COND_SIGNAL] = "pthread_cond_signal",
        [SCHED_CREATE] = "pthread_create",
        [SCHED_JOIN] = "pthread_join",
        [SCHED_END] = "end",
        [SCHED_ONCE] = "pthread_once",
        [SCHED_FUTEX_WAIT] = "futex wait",
        [SCHED_FUTEX_WAKE] = "futex wake",
        [SCHED_BARRIER] = "membarrier",
        [SCHED_YIELD] = "sched_yield",
        [SCHED_SLEEP] = "sleep",
        [SCHED_CLOCK] = "clock",
        [SCHED_ATOMIC] = "atomic",
        [SCHED_PLAIN] = "memory",
        [SCHED_HERE] = "sched_here",
    };

    return names[what];
}

/* ---- every point as a line ------------------------------------------------------------------------------ */

void sched_log(const struct sched_thread *thread, enum sched_what what)
{
    (void)fprintf(log_file, "%llu %u %s\n", (unsigned long long)sched.steps, thread->number,
                  sched_name_of(what));
}

static void open_log(void)
{
    const char *path = getenv("SCHED_LOG");

    if (path != NULL && *path != 0)
        log_file = fopen(path, "w");
    sched_is_logging = log_file != NULL;
}

/* ---- the last line -------------------------------------------------------------------------------------- */

static void print_summary(int fd)
{
    dprintf(fd,
            "sched: seed=%llu strategy=%s interval=%u hurry=%u mutter=%u steps=%llu "
            "switches=%llu threads=%u "
            "virtual_ms=%lld trace=%016llx\n",
            (unsigned long long)sched.seed,
            sched.options.strategy == SCHED_RANDOM ? "random" : "ranked",
            sched.options.interval, sched.hurry, sched.mutter, (unsigned long long)sched.steps,
            (unsigned long long)sched.switches, sched.n_created,
            (long long)(sched.now - SCHED_EPOCH_NS) / 1000000, (unsigned long long)sched.trace);
    if (log_file != NULL)
        (void)fflush(log_file);
}

static void at_exit(void)
{
    if (sched.is_quiet)
        return;
    sched.is_quiet = true;
    (void)fflush(stdout);
    print_summary(STDOUT_FILENO);
    sched_self =
        NULL; /* what comes now is not the program's: a leak checker stops all threads, say */
}

void sched_quit(int code)
{
    at_exit();
    _exit(code);
}

/* ---- who waits where ------------------------------------------------------------------------------------- */

static const struct sched_thread *by_tid(pid_t tid)
{
    for (unsigned i = 0; i < sched.n_threads; i++)
        if (sched.threads[i]->tid == tid)
            return sched.threads[i];
    return NULL;
}

static void print_object(const struct sched_thread *t)
{
    unsigned number;
    const void *made_at;

    if (t->what == SCHED_JOIN) {
        dprintf(2, " of thread %u", ((const struct sched_thread *)t->object)->number);
    } else if (sched_object_find(t->object, &number, &made_at)) {
        dprintf(2, " on object %u, made in ", number);
        sched_print_address(2, made_at);
    } else if (t->what == SCHED_LOCK || t->what == SCHED_COND_WAIT || t->what == SCHED_ONCE) {
        dprintf(2, " on ");
        sched_print_address(2, t->object);
    }
    if (t->what == SCHED_LOCK) {
        const pthread_mutex_t *mutex = t->object;
        const struct sched_thread *owner = by_tid(mutex->__data.__owner);

        if (owner != NULL)
            dprintf(2, ", held by thread %u", owner->number);
        else if (mutex->__data.__owner != 0)
            dprintf(2, ", held by a thread that is no more");
    }
}

static void print_state(const struct sched_thread *t)
{
    char name[16] = "";

    (void)pthread_getname_np(t->handle, name, sizeof(name));
    dprintf(2, "  thread %u \"%s\" ", t->number, name);
    if (t->state == SCHED_RUNNABLE) {
        dprintf(2, "%s\n", t == sched.current ? "runs" : "could run");
        return;
    }
    dprintf(2, "in %s", sched_name_of(t->what));
    print_object(t);
    if (t->deadline != SCHED_NEVER)
        dprintf(2, ", for another %.3f ms", (double)(t->deadline - sched.now) / 1e6);
    dprintf(2, "\n");
}

/* Down from the frame with that address, if there is one; not below who called sched_start. */
static void print_frames(const void *from)
{
    void *frames[FRAMES_MAX];
    int n = backtrace(frames, FRAMES_MAX), first = 0;

    if (gettid() == first_tid && n < FRAMES_MAX)
        n -= n_below;

    for (int i = 0; i < n; i++)
        if (frames[i] == from)
            first = i;
    for (int i = first; i < n; i++) {
        dprintf(2, "      ");
        sched_print_address(2, (const char *)frames[i] - 1);
        dprintf(2, "\n");
    }
}

static void on_ask(int signal_number)
{
    (void)signal_number;
    if (told == NULL || told->tid != gettid())
        return;
    print_frames(told->called_from);
    atomic_store(&is_printed, 1);
    sched_futex_wake(&is_printed);
}

static void ask_for_stack(struct sched_thread *t)
{
    if (t->tid == gettid()) {
        print_frames(t->called_from);
        return;
    }
    told = t;
    atomic_store(&is_printed, 0);
    if (sched_real()->syscall(SYS_tgkill, getpid(), t->tid, SIGRTMIN + 5) != 0)
        return;
    for (unsigned i = 0; i < 10 && atomic_load(&is_printed) == 0; i++)
        sched_futex_wait(&is_printed, 0, SCHED_NS);
}

void sched_fail(const char *format, ...)
{
    va_list list;

    sched.is_quiet = true;
    (void)fflush(stdout);
    dprintf(2, "sched: ");
    va_start(list, format);
    (void)vdprintf(2, format, list);
    va_end(list);
    dprintf(2, "; seed %llu\n", (unsigned long long)sched.seed);
    for (unsigned i = 0; i < sched.n_threads; i++) {
        if (sched.threads[i]->state == SCHED_ENDED)
            continue;
        print_state(sched.threads[i]);
        ask_for_stack(sched.threads[i]);
    }
    print_summary(STDOUT_FILENO);
    _exit(1);
}

/* ---- what comes from outside ------------------------------------------------------------------------------ */

/* Points come every microsecond or so: who does not come to one for long is blocked where nobody knows of, or in a loop. */
static void *monitor_main(void *arg)
{
    const struct timespec second = { .tv_sec = 1 };
    uint64_t last = 0;

    (void)arg;
    for (unsigned quiet = 0; quiet < STALL_S; quiet++) {
        uint64_t steps = __atomic_load_n(&sched.steps, __ATOMIC_RELAXED);

        if (steps != last)
            quiet = 0;
        last = steps;
        (void)sched_real()->nanosleep(&second, NULL);
    }
    sched_fail("thread %u runs for %d s without coming to a point", sched.current->number,
               STALL_S);
}

static void start_monitor(void)
{
    pthread_t monitor;

    if (sched_real()->create(&monitor, NULL, monitor_main, NULL) == 0)
        (void)sched_real()->detach(monitor);
}

/* assert, a crash: the seed has to be known. */
static void on_crash(int signal_number)
{
    const struct sched_thread *self = sched_self;

    sched.is_quiet = true;
    (void)signal(signal_number, SIG_DFL);
    dprintf(2, "sched: signal %d in thread %u; seed %llu\n", signal_number,
            self != NULL ? self->number : 0, (unsigned long long)sched.seed);
    print_frames(NULL);
    print_summary(STDOUT_FILENO);
    (void)raise(signal_number);
}

static void find_bottom(const void *called_from)
{
    void *frames[FRAMES_MAX];
    int n = backtrace(frames, FRAMES_MAX);

    first_tid = gettid();
    for (int i = 0; i < n && n < FRAMES_MAX; i++)
        if (frames[i] == called_from)
            n_below = n - i - 1;
}

void sched_report_init(const void *called_from)
{
    static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    struct sigaction action = { .sa_handler = on_ask, .sa_flags = SA_RESTART };

    open_log();
    find_bottom(called_from); /* and loads what backtrace needs */
    (void)sigaction(SIGRTMIN + 5, &action, NULL);
    for (unsigned i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
        struct sigaction old;

        /* a sanitizer may have its own */
        if (sigaction(crashes[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL &&
            (old.sa_flags & SA_SIGINFO) == 0)
            (void)signal(crashes[i], on_crash);
    }
    (void)atexit(at_exit);
    start_monitor();
}
