/* SPDX-License-Identifier: MIT */
/* sched_stub.c - the scheduler where there is none: says so.
 *
 * Any thread.  Knows: nothing.  Must not know: libc's insides.
 */
#include "sched_test.h"

#include <stdio.h>
#include <stdlib.h>

bool sched_available(const char **ret_why_not)
{
    if (ret_why_not != NULL)
        *ret_why_not = SCHED_WHY_NOT;
    return false;
}

void sched_start(uint64_t seed, const struct sched_options *options)
{
    (void)seed, (void)options;
    (void)fprintf(stderr, "sched_start: %s\n", SCHED_WHY_NOT);
    exit(77);
}

void sched_quit(int code)
{
    exit(code);
}

void sched_here(void)
{
}
