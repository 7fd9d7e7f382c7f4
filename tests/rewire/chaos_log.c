/* SPDX-License-Identifier: MIT */
/* chaos_log.c - the last edits, told soon after a recorder first misses something: an edit is written down when
 * it is over. */
#include <stdarg.h>
#include <stdio.h>

#include "chaos.h"
#include "kit_internal.h"
#include "platform/time.h"

#define LINES       400
#define LINES_AFTER 40

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char lines[LINES][900];
static unsigned next, tell_at; /* 0: nothing to tell */

static void tell_locked(void)
{
    for (unsigned i = next < LINES ? 0 : next - LINES; i < next; i++)
        fprintf(stderr, "    %s\n", lines[i % LINES]);
    tell_at = 0;
}

void chaos_log(const char *format, ...)
{
    va_list args;
    char *line;
    int n;

    pthread_mutex_lock(&log_lock);
    line = lines[next++ % LINES];
    n = snprintf(line, sizeof(lines[0]), "%8.3f ms %lx ",
                 (double)(rg_time_now_ns() % 1000000000000) / 1e6,
                 (unsigned long)pthread_self() >> 8 & 0xffff);
    va_start(args, format);
    (void)vsnprintf(line + n, sizeof(lines[0]) - (size_t)n, format, args);
    va_end(args);
    if (tell_at != 0 && next >= tell_at)
        tell_locked();
    pthread_mutex_unlock(&log_lock);
}

void chaos_tell_log(void)
{
    pthread_mutex_lock(&log_lock);
    tell_locked();
    pthread_mutex_unlock(&log_lock);
}

void kit_note(const char *what, const void *state, int64_t number)
{
    chaos_log("%p %s: %lld", state, what, (long long)number);
}

void kit_missed(unsigned slot, const struct kit_sample *content, int64_t due, unsigned run)
{
    static atomic_uint told;

    if (atomic_fetch_add(&told, 1) > 2)
        return;
    chaos_log("recorder %u: number %lld of run %u, due was %lld of run %u", slot,
              (long long)content->number, content->run, (long long)due, run);
    pthread_mutex_lock(&log_lock);
    tell_at = next + LINES_AFTER;
    pthread_mutex_unlock(&log_lock);
}

void kit_mistyped(unsigned slot, const struct kit_sample *content, unsigned format)
{
    static atomic_uint told;

    if (atomic_fetch_add(&told, 1) > 2)
        return;
    chaos_log("recorder %u: number %lld is in format %u, its type is of %u", slot,
              (long long)content->number, content->format, format);
    chaos_tell_log();
}
