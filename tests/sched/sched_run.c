/* SPDX-License-Identifier: MIT */
/* sched_run.c - one scheduled run in a process of its own; see sched_run.h.
 *
 * A process with one thread.  Knows: processes.  Must not know: what is run.
 */
#include "sched_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    abort();
}

void sched_run_here(void (*fn)(bool), bool argument, uint64_t seed,
                    const struct sched_options *options)
{
    sched_start(seed, options);
    fn(argument);
    sched_quit(0);
}

struct sched_outcome sched_run(void (*fn)(bool), bool argument, uint64_t seed,
                               const struct sched_options *options)
{
    struct sched_outcome outcome = { 0 };
    int fd = memfd_create("outcome", MFD_CLOEXEC);
    pid_t child;

    must(fd >= 0, "memfd_create");
    (void)fflush(NULL);
    child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        sched_run_here(fn, argument, seed, options);
    }
    must(waitpid(child, &outcome.code, 0) == child, "waitpid");
    must(pread(fd, outcome.text, sizeof(outcome.text) - 1, 0) >= 0, "pread");
    close(fd);
    return outcome;
}

struct sched_outcome sched_run_all(void (*fn)(bool), bool argument, unsigned first,
                                   unsigned last, const struct sched_options *options,
                                   unsigned *ret_seed)
{
    struct sched_outcome outcome = { 0 };

    *ret_seed = 0;
    for (unsigned seed = first; seed <= last; seed++) {
        outcome = sched_run(fn, argument, seed, options);
        if (outcome.code == 0)
            continue;
        *ret_seed = seed;
        break;
    }
    return outcome;
}
