/* SPDX-License-Identifier: MIT */
/* bare_live.c - what the machine asks for where each of a thousand live sources has a thread: threads that wake so many times a
 * second and do nothing.
 *
 *   bare_live --graphs 1000 --rate 25 --seconds 4
 *
 * The same wait as in the sources of ours_live.c and gst_live.c.
 */
#include <pthread.h>
#include <stdlib.h>

#include "gauge.h"
#include "swap_meter.h"

#define STACK_BYTES (64 << 10)

static void *tick(void *context)
{
    struct meter_pacer *pacer = context;

    while (meter_pacer_wait(pacer)) {
        meter_pacer_took(pacer);
        meter_arrived_elsewhere();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int count = 1000, rate = 25, seconds = 4;
    const struct gauge_option options[] = {
        { "--graphs", &count },
        { "--rate", &rate },
        { "--seconds", &seconds },
        { NULL, NULL },
    };
    struct meter_pacer *pacers;
    pthread_t *all;
    pthread_attr_t attr;
    long kb, threads;

    gauge_read(options, argc, argv);
    pacers = calloc((size_t)count, sizeof(*pacers));
    all = calloc((size_t)count, sizeof(*all));
    if (pacers == NULL || all == NULL)
        meter_fail("no memory", 0);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    kb = gauge_status("VmRSS:");
    threads = gauge_status("Threads:");
    for (int i = 0; i < count; i++) {
        meter_pacer_init(&pacers[i], rate);
        if (pthread_create(&all[i], &attr, tick, &pacers[i]) != 0)
            meter_fail("no thread", (unsigned)i);
    }
    gauge_live("bare", count, seconds, kb, threads);
    for (int i = 0; i < count; i++)
        meter_pacer_interrupt(&pacers[i], true);
    for (int i = 0; i < count; i++) {
        pthread_join(all[i], NULL);
        meter_pacer_fini(&pacers[i]);
    }
    pthread_attr_destroy(&attr);
    free(all);
    free(pacers);
    return 0;
}
