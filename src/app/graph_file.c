/* SPDX-License-Identifier: MIT */
/* graph_file.c - a graph from a graph file and into one: the stream of the graph in a compound file; and a
 * graph from its JSON.
 *
 * Control threads, one at a time.  Knows: IStorage, IPersistStream.  Must not know: what stream and JSON say.
 */
#include "app/graph_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define STREAM_NAME L"ActiveMovieGraph"
#define ENDING      ".grf"

/* A file that can be read once only is none: its text will be looked at. */
static bool is_json_file(const char *path)
{
    struct stat info;
    FILE *file;
    int c = 0;

    if (stat(path, &info) || !S_ISREG(info.st_mode))
        return false;
    file = fopen(path, "re");
    if (!file)
        return false;
    while ((c = getc(file)) == ' ' || c == '\t' || c == '\r' || c == '\n')
        continue;
    fclose(file);
    return c == '{';
}

bool app_is_graph_file(const char *path)
{
    size_t length = strlen(path);
    wchar_t *wide;
    bool is_storage;

    if (length > strlen(ENDING) && !strcasecmp(path + length - strlen(ENDING), ENDING) &&
        !strpbrk(path, " \n"))
        return true;
    wide = app_wide_dup(path);
    is_storage = StgIsStorageFile(wide) == S_OK;
    free(wide);
    return is_storage || is_json_file(path);
}

/* what: "read", "write"; the graph's own words where there is a report. */
static HRESULT fail(struct app_failure *failure, const char *what, const char *path,
                    IGraphBuilder *reporter, HRESULT hr)
{
    failure->code = APP_EXIT_FAILED;
    app_text_add(&failure->text, "can't %s %s: ", what, path);
    if (reporter)
        app_text_report(&failure->text, reporter, hr);
    else if (hr == STG_E_FILEALREADYEXISTS)
        app_text_add(&failure->text, "it is no graph file");
    else if (hr == STG_E_FILENOTFOUND || hr == STG_E_PATHNOTFOUND)
        app_text_add(&failure->text, "%s", strerrordesc_np(ENOENT));
    else
        app_text_hresult(&failure->text, hr);
    return hr;
}

/* ---- reading ----------------------------------------------------------------------------- */

static HRESULT stream_open(const char *path, IStream **ret, struct app_failure *failure)
{
    APP_AUTO(IStorage) root = NULL;
    wchar_t *wide = app_wide_dup(path);
    HRESULT hr = StgOpenStorage(wide, NULL, STGM_READ | STGM_SHARE_DENY_WRITE, NULL, 0, &root);
    APP_AUTO(IStream) inside = NULL;
    ULARGE_INTEGER all = { .QuadPart = UINT64_MAX };
    LARGE_INTEGER beginning = { .QuadPart = 0 };

    free(wide);
    if (FAILED(hr))
        return fail(failure, "read", path, NULL, hr);
    hr = IStorage_OpenStream(root, STREAM_NAME, NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0,
                             &inside);
    if (hr == STG_E_FILENOTFOUND)
        hr = STG_E_FILEALREADYEXISTS; /* a compound file, but of somebody else */
    /* a copy: the storage goes */
    if (SUCCEEDED(hr))
        hr = CreateStreamOnHGlobal(NULL, TRUE, ret);
    if (SUCCEEDED(hr))
        hr = IStream_CopyTo(inside, *ret, all, NULL, NULL);
    if (SUCCEEDED(hr))
        hr = IStream_Seek(*ret, beginning, STREAM_SEEK_SET, NULL);
    return FAILED(hr) ? fail(failure, "read", path, NULL, hr) : S_OK;
}

/* The graph lists the newest first. */
static void filters_place(struct app_graph *graph)
{
    struct app_filters all;

    app_filters_get((IFilterGraph *)graph->builder, &all);
    for (size_t i = all.count; i-- != 0;) {
        char name[512];

        app_filter_name(all.items[i], name, sizeof(name));
        app_graph_place(graph, name, all.items[i]);
    }
    app_filters_release(&all);
}

static bool is_joined(IBaseFilter *filter)
{
    struct app_pins pins;
    bool is_any = false;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !is_any; i++) {
        APP_AUTO(IPin) peer = app_pin_peer(pins.items[i]);

        is_any = peer != NULL;
    }
    app_pins_release(&pins);
    return is_any;
}

/* A renderer that nothing flows into never comes to its end. */
static HRESULT joins_check(const struct app_graph *graph, const char *path,
                           struct app_failure *failure)
{
    for (size_t i = 0; i < graph->n_places; i++) {
        if (is_joined(graph->places[i].filter))
            continue;
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't run %s: its filter \"%s\" is joined to nothing",
                     path, graph->places[i].name);
        return E_INVALIDARG;
    }
    if (graph->n_places)
        return S_OK;
    failure->code = APP_EXIT_FAILED;
    app_text_add(&failure->text, "can't run %s: its graph is empty", path);
    return E_INVALIDARG;
}

/* is_json: what the stream says was written by people, who may name a pin that is not there. */
static HRESULT graph_load(IStream *stream, const char *path, bool is_json, bool will_run,
                          struct app_graph *graph, struct app_failure *failure)
{
    HRESULT hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_IGraphBuilder, (void **)&graph->builder);

    if (FAILED(hr))
        return fail(failure, "read", path, NULL, hr);
    APP_AUTO(IPersistStream) persist = app_query(graph->builder, &IID_IPersistStream);

    hr = persist ? IPersistStream_Load(persist, stream) : E_NOINTERFACE;
    if (FAILED(hr)) {
        fail(failure, "load", path, graph->builder, hr);
        if (is_json && (hr == VFW_E_NOT_FOUND || hr == VFW_E_INVALID_DIRECTION ||
                        hr == VFW_E_CIRCULAR_GRAPH))
            failure->code = APP_EXIT_USAGE;
    } else {
        filters_place(graph);
        if (will_run)
            hr = joins_check(graph, path, failure);
    }
    if (FAILED(hr))
        app_graph_free(graph);
    return hr;
}

HRESULT app_graph_load_json(const char *text, const char *where, bool will_run,
                            struct app_graph *ret_graph, struct app_failure *failure)
{
    APP_AUTO(IStream) stream = NULL;
    HRESULT hr = app_graph_json_stream(text, where, &stream, failure);

    *ret_graph = (struct app_graph){ 0 };
    if (FAILED(hr))
        return hr;
    return graph_load(stream, where, true, will_run, ret_graph, failure);
}

static HRESULT json_file_load(const char *path, bool will_run, struct app_graph *ret_graph,
                              struct app_failure *failure)
{
    FILE *file = fopen(path, "re");
    struct app_text text = { 0 };
    char part[4096];
    size_t got;
    HRESULT hr;

    if (!file)
        return fail(failure, "read", path, NULL, STG_E_FILENOTFOUND);
    while ((got = fread(part, 1, sizeof(part), file)) > 0)
        app_text_put(&text, part, got);
    fclose(file);
    hr = app_graph_load_json(app_text_get(&text), path, will_run, ret_graph, failure);
    app_text_clear(&text);
    return hr;
}

HRESULT app_graph_load(const char *path, bool will_run, struct app_graph *ret_graph,
                       struct app_failure *failure)
{
    APP_AUTO(IStream) stream = NULL;
    HRESULT hr;

    *ret_graph = (struct app_graph){ 0 };
    if (is_json_file(path))
        return json_file_load(path, will_run, ret_graph, failure);
    hr = stream_open(path, &stream, failure);
    if (FAILED(hr))
        return hr;
    return graph_load(stream, path, false, will_run, ret_graph, failure);
}

/* ---- writing ----------------------------------------------------------------------------- */

static HRESULT graph_write(const struct app_graph *graph, IStorage *root,
                           IGraphBuilder **ret_reporter)
{
    APP_AUTO(IPersistStream) persist = app_query(graph->builder, &IID_IPersistStream);
    APP_AUTO(IStream) stream = NULL;
    HRESULT hr = persist ? S_OK : E_NOINTERFACE;

    if (SUCCEEDED(hr))
        hr = IStorage_CreateStream(
            root, STREAM_NAME, STGM_CREATE | STGM_WRITE | STGM_SHARE_EXCLUSIVE, 0, 0, &stream);
    if (FAILED(hr))
        return hr;
    hr = IPersistStream_Save(persist, stream, TRUE);
    if (FAILED(hr))
        *ret_reporter = graph->builder;
    return FAILED(hr) ? hr : IStorage_Commit(root, STGC_DEFAULT);
}

HRESULT app_graph_save(const struct app_graph *graph, const char *path,
                       struct app_failure *failure)
{
    wchar_t *wide = app_wide_dup(path);
    IGraphBuilder *reporter = NULL;
    APP_AUTO(IStorage) root = NULL;
    HRESULT hr = StgCreateDocfile(
        wide, STGM_CREATE | STGM_TRANSACTED | STGM_READWRITE | STGM_SHARE_EXCLUSIVE, 0, &root);

    free(wide);
    if (SUCCEEDED(hr))
        hr = graph_write(graph, root, &reporter);
    return FAILED(hr) ? fail(failure, "write", path, reporter, hr) : hr;
}
