/* SPDX-License-Identifier: MIT */
/* build.c - IGraphBuilder's Abort, ShouldOperationContinue and SetLogFile, and IAMOpenProgress of the graph.
 *
 * Any thread, while another one builds under the graph lock: these wait for no building to end.
 * Knows: when a building begins and ends, and the source it opens.  Must not know: what it tries.
 */
#include "graph/build.h"

#include <errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "graph/graph_internal.h"
#include "platform/memory.h"

#define LINE_MOST   4096 /* longer lines are cut */
#define INDENT_MOST 16

void graph_build_init(struct graph_build *build)
{
    pthread_mutex_init(&build->lock, NULL);
    pthread_mutex_init(&build->log_lock, NULL);
}

void graph_build_free(struct graph_build *build)
{
    pthread_mutex_destroy(&build->lock);
    pthread_mutex_destroy(&build->log_lock);
}

/* ---- the log ----------------------------------------------------------------------------- */

static void log_write(struct graph_build *build, const char *text, size_t length)
{
    DWORD written;

    pthread_mutex_lock(&build->log_lock);
    if (build->log != NULL)
        (void)WriteFile(build->log, text, (DWORD)length, &written, NULL);
    pthread_mutex_unlock(&build->log_lock);
}

void graph_log(struct graph *graph, const char *format, ...)
{
    struct graph_build *build = &graph->build;
    unsigned indent = atomic_load_explicit(&build->indent, memory_order_relaxed);
    char line[LINE_MOST];
    va_list arguments;
    size_t at, length;

    if (!graph_has_log(build))
        return;
    at = 2 * (size_t)(indent < INDENT_MOST ? indent : INDENT_MOST);
    memset(line, ' ', at);
    va_start(arguments, format);
    (void)vsnprintf(line + at, sizeof(line) - at - 1, format, arguments);
    va_end(arguments);
    length = strlen(line);
    line[length] = '\n';
    log_write(build, line, length + 1);
}

void graph_log_text(struct graph *graph, const char *text)
{
    if (!graph_has_log(&graph->build))
        return;
    while (*text != 0) {
        size_t length = strcspn(text, "\n");

        graph_log(graph, "%.*s", (int)length, text);
        text += length + (text[length] != 0);
    }
}

void graph_log_deeper(struct graph *graph, bool deeper)
{
    atomic_fetch_add_explicit(&graph->build.indent, deeper ? 1 : -1u, memory_order_relaxed);
}

HRESULT STDMETHODCALLTYPE graph_set_log(IFilterGraph3 *face, DWORD_PTR file)
{
    struct graph_build *build = &graph_home(face)->build;

    pthread_mutex_lock(&build->log_lock);
    build->log = (HANDLE)file != INVALID_HANDLE_VALUE ? (HANDLE)file : NULL;
    atomic_store(&build->has_log, build->log != NULL);
    pthread_mutex_unlock(&build->log_lock);
    return S_OK;
}

/* ---- one building ------------------------------------------------------------------------ */

void graph_build_begin_locked(struct graph *graph, const char *what, IPin *output, IPin *input)
{
    char from[256] = "", to[256] = "";

    if (graph->build.depth++ == 0)
        atomic_store(&graph->build.aborted, false);
    if (graph_has_log(&graph->build)) {
        if (output != NULL)
            graph_pin_text(output, from, sizeof(from));
        if (input != NULL)
            graph_pin_text(input, to, sizeof(to));
        graph_log(graph, "%s%s%s%s%s", what, output != NULL ? " " : "", from,
                  input != NULL ? " to " : "", to);
    }
    graph_log_deeper(graph, true);
}

void graph_build_end_locked(struct graph *graph, HRESULT result)
{
    char words[MAX_ERROR_TEXT_LEN];

    graph_log_deeper(graph, false);
    if (graph_has_log(&graph->build)) {
        (void)AMGetErrorTextA(result, words, sizeof(words));
        graph_log(graph, "result: 0x%08x %s", (unsigned)result, words);
    }
    if (--graph->build.depth == 0)
        graph_build_opens_locked(graph, NULL);
}

bool graph_build_goes_on_locked(struct graph *graph)
{
    return graph->build.depth == 0 || !atomic_load(&graph->build.aborted);
}

void graph_build_opens_locked(struct graph *graph, IBaseFilter *source)
{
    IAMOpenProgress *opening = NULL, *old;

    if (source != NULL &&
        FAILED(source->lpVtbl->QueryInterface(source, &IID_IAMOpenProgress, (void **)&opening)))
        opening = NULL;
    pthread_mutex_lock(&graph->build.lock);
    old = graph->build.opening;
    graph->build.opening = opening;
    pthread_mutex_unlock(&graph->build.lock);
    if (old != NULL)
        old->lpVtbl->Release(old);
}

/* A reference, or NULL. */
static IAMOpenProgress *opening_now(struct graph *graph)
{
    IAMOpenProgress *opening;

    pthread_mutex_lock(&graph->build.lock);
    opening = graph->build.opening;
    if (opening != NULL)
        opening->lpVtbl->AddRef(opening);
    pthread_mutex_unlock(&graph->build.lock);
    return opening;
}

void graph_build_abort(struct graph *graph)
{
    RG_AUTO(IAMOpenProgress) opening = NULL;

    atomic_store(&graph->build.aborted, true);
    opening = opening_now(graph);
    if (opening != NULL)
        (void)opening->lpVtbl->AbortOperation(opening);
}

HRESULT STDMETHODCALLTYPE graph_abort(IFilterGraph3 *face)
{
    graph_build_abort(graph_home(face));
    return S_OK;
}

HRESULT STDMETHODCALLTYPE graph_should_continue(IFilterGraph3 *face)
{
    return atomic_load(&graph_home(face)->build.aborted) ? S_FALSE : S_OK;
}

/* ---- IAMOpenProgress --------------------------------------------------------------------- */

/* Whoever builds has the graph lock for as long as that takes, so it is not waited for. */
static HRESULT members_now(struct graph *graph, struct graph_snapshot *ret)
{
    HRESULT hr = graph_lock(graph, NULL, 0);

    *ret = (struct graph_snapshot){ 0 };
    if (FAILED(hr))
        return hr;
    hr = graph_members_locked(graph, ret);
    graph_unlock(graph);
    return hr;
}

/* All sources of the graph together.  E_NOTIMPL: none of them tells. */
static HRESULT query_members(const struct graph_snapshot *all, LONGLONG *total,
                             LONGLONG *current)
{
    HRESULT result = E_NOTIMPL;

    for (size_t i = 0; i < all->count; i++) {
        RG_AUTO(IAMOpenProgress) progress = NULL;
        LONGLONG one_total = 0, one_current = 0;
        HRESULT hr = all->filters[i]->lpVtbl->QueryInterface(
            all->filters[i], &IID_IAMOpenProgress, (void **)&progress);

        if (SUCCEEDED(hr))
            hr = progress->lpVtbl->QueryProgress(progress, &one_total, &one_current);
        if (FAILED(hr))
            continue;
        *total += one_total;
        *current += one_current;
        if (FAILED(result) || hr == VFW_S_ESTIMATED)
            result = hr;
    }
    return result;
}

static HRESULT STDMETHODCALLTYPE progress_query(IAMOpenProgress *face, LONGLONG *ret_total,
                                                LONGLONG *ret_current)
{
    struct graph *graph = graph_home(face);
    RG_AUTO(IAMOpenProgress) opening = NULL;
    LONGLONG total = 0, current = 0;
    struct graph_snapshot all;
    HRESULT hr;

    if (ret_total == NULL || ret_current == NULL)
        return E_POINTER;
    opening = opening_now(graph);
    if (opening != NULL)
        return opening->lpVtbl->QueryProgress(opening, ret_total, ret_current);
    hr = members_now(graph, &all);
    if (SUCCEEDED(hr))
        hr = query_members(&all, &total, &current);
    graph_snapshot_free(&all);
    if (SUCCEEDED(hr)) {
        *ret_total = total;
        *ret_current = current;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE progress_abort(IAMOpenProgress *face)
{
    struct graph *graph = graph_home(face);
    struct graph_snapshot all;

    graph_build_abort(graph);
    if (FAILED(members_now(graph, &all)))
        return S_OK; /* the building that has the lock was told */
    for (size_t i = 0; i < all.count; i++) {
        RG_AUTO(IAMOpenProgress) progress = NULL;

        if (SUCCEEDED(all.filters[i]->lpVtbl->QueryInterface(
                all.filters[i], &IID_IAMOpenProgress, (void **)&progress)))
            (void)progress->lpVtbl->AbortOperation(progress);
    }
    graph_snapshot_free(&all);
    return S_OK;
}

const IAMOpenProgressVtbl graph_progress_vtbl = {
    COM_UNKNOWN(IAMOpenProgress),
    .QueryProgress = progress_query,
    .AbortOperation = progress_abort,
};
