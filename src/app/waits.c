/* SPDX-License-Identifier: MIT */
/* waits.c - sleeps until it is asked, asks the graph, says what it answered.
 *
 * Knows: IGraphReport.  Must not know: signals, terminals.
 */
#include "app/waits.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct app_waits {
    IGraphReport *report;
    int fd;
    int stop; /* readable: it is over */
    void (*say)(void *context, const char *line, bool is_detail);
    void *context;
    HANDLE thread;
};

static void answer(const struct app_waits *w)
{
    char *text = NULL;
    size_t length;

    if (FAILED(IGraphReport_GetWaits(w->report, &text)))
        return;
    length = strlen(text);
    if (length && text[length - 1] == '\n')
        text[length - 1] = '\0'; /* say ends the line */
    w->say(w->context, text, false);
    CoTaskMemFree(text);
}

static DWORD WINAPI waits_main(void *context)
{
    const struct app_waits *w = context;
    struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN },
                             { .fd = w->stop, .events = POLLIN } };
    char byte;

    pthread_setname_np(pthread_self(), "waits");
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            if (errno != EINTR)
                return 0;
            continue;
        }
        if (fds[1].revents)
            return 0;
        if (read(w->fd, &byte, 1) == 1)
            answer(w);
        else if (errno != EAGAIN && errno != EINTR)
            return 0; /* nobody can ask any more */
    }
}

struct app_waits *app_waits_open(struct app_graph *graph, int fd,
                                 void (*say)(void *context, const char *line, bool is_detail),
                                 void *context)
{
    struct app_waits *w;

    if (fd < 0 || !say)
        return NULL;
    w = app_alloc(1, sizeof(*w));
    w->report = app_query(graph->builder, &IID_IGraphReport);
    w->fd = fd;
    w->stop = eventfd(0, EFD_CLOEXEC);
    w->say = say;
    w->context = context;
    if (w->report && w->stop >= 0)
        w->thread = CreateThread(NULL, 0, waits_main, w, 0, NULL);
    if (w->thread)
        return w;
    app_waits_close(w);
    return NULL;
}

void app_waits_close(struct app_waits *w)
{
    if (!w)
        return;
    if (w->thread) {
        (void)eventfd_write(w->stop, 1);
        WaitForSingleObject(w->thread, INFINITE);
        CloseHandle(w->thread);
    }
    if (w->stop >= 0)
        close(w->stop);
    app_release(&w->report);
    free(w);
}
