/* SPDX-License-Identifier: MIT */
/* run.c - runs a built graph to its end.
 *
 * The calling thread sleeps in poll until the graph, a signal or the progress line calls.
 * Knows: graph, schedule, ledger, IMediaControl.  Must not know: terminals or verbs.
 */
#include "app/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/drain.h"
#include "app/waits.h"

struct run {
    const struct app_run_setup *setup;
    struct app_failure *failure;
    IMediaControl *control;
    IMediaEventEx *events;
    int event_fd;
    struct app_schedule *schedule;
    struct app_drain *drain;
    int64_t start_ns;
    int64_t duration;
    int64_t position;
    bool is_over;
    bool is_cut_short; /* a second signal, or nothing that could drain */
    unsigned signals;
    /* for the rate: where the last window began */
    int64_t window_ns;
    uint64_t window_samples;
    double rate;
};

static void message(struct run *run, const char *line, bool is_detail)
{
    if (run->setup->message)
        run->setup->message(run->setup->context, line, is_detail);
}

static HRESULT run_fail(struct run *run, HRESULT hr, const char *what)
{
    if (run->failure->text.length) /* the first failure is the one that says most */
        return hr;
    run->failure->code = APP_EXIT_FAILED;
    app_text_add(&run->failure->text, "%s: ", what);
    app_text_report(&run->failure->text, run->setup->graph->builder, hr);
    if (hr == VFW_E_TYPE_NOT_ACCEPTED)
        app_text_add(&run->failure->text, "\n  Perhaps a file's container does not hold the "
                                          "codec, or not so many streams.");
    return hr;
}

/* ---- progress ---------------------------------------------------------------------------- */

#define WINDOW_NS INT64_C(1000000000)

static void progress_tell(struct run *run)
{
    struct app_progress now;
    int64_t time = app_now_ns();
    double window = (double)(time - run->window_ns) / 1e9;

    if (!run->setup->progress)
        return;
    app_ledger_progress(run->setup->ledger, &now);
    if (now.position > run->position)
        run->position = now.position;
    if (now.samples < run->window_samples) /* an end of the graph has left */
        run->window_samples = now.samples;
    if (window > 0.1)
        run->rate = (double)(now.samples - run->window_samples) / window;
    if (time - run->window_ns >= WINDOW_NS) {
        run->window_ns = time;
        run->window_samples = now.samples;
    }
    struct app_run_progress progress = {
        .position = run->position,
        .duration = run->duration,
        .elapsed_ns = time - run->start_ns,
        .samples_per_second = run->rate,
        .drops = now.drops,
        .is_draining = run->drain != NULL,
    };

    run->setup->progress(run->setup->context, &progress);
}

/* ---- what comes in ----------------------------------------------------------------------- */

static void events_read(struct run *run)
{
    LONG code;
    LONG_PTR one;
    LONG_PTR two;

    while (IMediaEventEx_GetEvent(run->events, &code, &one, &two, 0) == S_OK) {
        if (code == EC_COMPLETE || code == EC_USERABORT)
            run->is_over = true;
        if (code == EC_ERRORABORT || code == EC_STREAM_ERROR_STOPPED) {
            run->is_over = true;
            if (!run->failure->text.length && !run->is_cut_short) {
                run->failure->code = APP_EXIT_FAILED;
                app_text_add(&run->failure->text, "the run failed: ");
                app_text_hresult(&run->failure->text, (HRESULT)one);
            }
        }
        IMediaEventEx_FreeEventParams(run->events, code, one, two);
    }
}

static void signal_read(struct run *run)
{
    char byte;

    if (read(run->setup->signal_fd, &byte, 1) != 1)
        return;
    if (run->signals++) {
        message(run, "stopping now", false);
        run->is_over = run->is_cut_short = true;
        return;
    }
    message(run, "finishing: what is under way is written out; once more stops now", false);
    app_schedule_close(run->schedule);
    run->schedule = NULL;
    run->drain = app_drain_start(run->setup->graph);
    if (!run->drain)
        run->is_over = run->is_cut_short = true;
}

static HRESULT run_wait(struct run *run)
{
    struct pollfd fds[2] = {
        { .fd = run->event_fd, .events = POLLIN },
        { .fd = run->setup->signal_fd, .events = POLLIN },
    };
    int timeout = run->setup->progress_ms ? (int)run->setup->progress_ms : -1;

    while (!run->is_over) {
        int ready = poll(fds, 2, timeout);

        if (ready < 0 && errno != EINTR)
            return run_fail(run, E_FAIL, "can't wait for the graph");
        if (ready < 0)
            continue;
        if (fds[0].revents)
            events_read(run);
        if (fds[1].revents && !run->is_over)
            signal_read(run);
        if (run->setup->progress_ms)
            progress_tell(run);
    }
    return S_OK;
}

/* ---- start and end ----------------------------------------------------------------------- */

static HRESULT run_open(struct run *run)
{
    struct app_graph *graph = run->setup->graph;
    HANDLE event = NULL;
    HRESULT hr;

    run->control = app_query(graph->builder, &IID_IMediaControl);
    run->events = app_query(graph->builder, &IID_IMediaEventEx);
    if (!run->control || !run->events)
        return run_fail(run, E_NOINTERFACE, "this graph can't be run");
    hr = IMediaEventEx_GetEventHandle(run->events, (OAEVENT *)&event);
    if (SUCCEEDED(hr))
        hr = rg_handle_fd(event, &run->event_fd);
    if (FAILED(hr))
        return run_fail(run, hr, "can't wait for the graph's events");
    if (run->setup->is_free) {
        APP_AUTO(IMediaFilter) filter = app_query(graph->builder, &IID_IMediaFilter);

        hr = filter ? IMediaFilter_SetSyncSource(filter, NULL) : E_NOINTERFACE;
        if (FAILED(hr))
            return run_fail(run, hr, "can't take the clock off");
    }
    APP_AUTO(IMediaSeeking) seeking = app_query(graph->builder, &IID_IMediaSeeking);
    LONGLONG duration;

    run->duration = -1;
    if (seeking && SUCCEEDED(IMediaSeeking_GetDuration(seeking, &duration)) && duration > 0)
        run->duration = duration;
    return S_OK;
}

static HRESULT run_start(struct run *run)
{
    const struct app_run_setup *setup = run->setup;
    HRESULT hr = S_OK;

    app_ledger_open(setup->ledger, setup->graph);
    if (setup->n_edits) {
        struct app_schedule_setup wish = {
            .graph = setup->graph,
            .ledger = setup->ledger,
            .edits = setup->edits,
            .n_edits = setup->n_edits,
            .say = setup->message,
            .context = setup->context,
        };

        hr = app_schedule_open(&wish, &run->schedule, run->failure);
        if (FAILED(hr))
            return hr;
    }
    run->start_ns = run->window_ns = app_now_ns();
    /* The schedule goes first: a gate may close before Run has come back. */
    if (run->schedule)
        hr = app_schedule_start(run->schedule);
    if (FAILED(hr))
        return run_fail(run, hr, "can't start the thread for edits");
    hr = IMediaControl_Run(run->control);
    if (FAILED(hr))
        return run_fail(run, hr, "can't start the graph");
    if (run->schedule)
        app_schedule_running(run->schedule);
    message(run, "running", true);
    return S_OK;
}

HRESULT app_run(const struct app_run_setup *setup, struct app_failure *failure)
{
    struct run run = { .setup = setup, .failure = failure, .event_fd = -1, .position = -1 };
    struct app_waits *waits =
        app_waits_open(setup->graph, setup->waits_fd, setup->message, setup->context);
    HRESULT hr = run_open(&run);

    if (SUCCEEDED(hr))
        hr = run_start(&run);
    if (SUCCEEDED(hr))
        hr = run_wait(&run);
    app_schedule_close(run.schedule);
    if (run.control) {
        HRESULT stopped = IMediaControl_Stop(run.control);

        if (SUCCEEDED(hr) && FAILED(stopped))
            hr = run_fail(&run, stopped, "the graph did not stop cleanly");
    }
    app_drain_end(run.drain);
    app_waits_close(waits);
    if (run.events)
        events_read(&run); /* what went wrong while files were closed */
    app_ledger_finish(setup->ledger);
    if (run.event_fd >= 0)
        close(run.event_fd);
    app_release(&run.control);
    app_release(&run.events);
    if (SUCCEEDED(hr) && failure->text.length)
        hr = VFW_E_RUNTIME_ERROR;
    if (SUCCEEDED(hr))
        hr = run.is_cut_short ? S_FALSE : S_OK;
    return hr;
}
