/* SPDX-License-Identifier: MIT */
/* road.c - see road.h. */
#include "road.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 60000

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void check(HRESULT hr, const char *what)
{
    if (FAILED(hr))
        die("%s: 0x%08x", what, (unsigned)hr);
}

/* ---- filters ------------------------------------------------------------------------------------- */

static void set_options(IBaseFilter *filter, const char *text)
{
    char words[512], *rest = words, *word;
    IRgOptions *options;

    check(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options), "IRgOptions");
    snprintf(words, sizeof(words), "%s", text);
    while ((word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '=');

        if (value == NULL)
            continue;
        *value++ = 0;
        check(IRgOptions_Set(options, word, value), word);
    }
    IRgOptions_Release(options);
}

IBaseFilter *road_filter(const char *class_name, const char *options)
{
    struct rg_class_info info;
    IBaseFilter *filter;

    if (rg_class_by_name(class_name, &info) != S_OK)
        die("there is no filter %s", class_name);
    check(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                           (void **)&filter),
          class_name);
    set_options(filter, options);
    return filter;
}

static void widen(const char *path, WCHAR *wide, size_t room)
{
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, (int)room) <= 0)
        die("%s: the path is too long", path);
}

IBaseFilter *road_demux(const char *path)
{
    IBaseFilter *filter = road_filter("demux", "");
    IFileSourceFilter *file;
    WCHAR wide[1024];

    widen(path, wide, sizeof(wide) / sizeof(wide[0]));
    check(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file), "demux");
    check(IFileSourceFilter_Load(file, wide, NULL), path);
    IFileSourceFilter_Release(file);
    return filter;
}

IBaseFilter *road_mux(const char *path)
{
    IBaseFilter *filter = road_filter("mux", "");
    IFileSinkFilter *file;
    WCHAR wide[1024];

    widen(path, wide, sizeof(wide) / sizeof(wide[0]));
    check(IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)&file), "mux");
    check(IFileSinkFilter_SetFileName(file, wide, NULL), path);
    IFileSinkFilter_Release(file);
    return filter;
}

/* ---- the road ------------------------------------------------------------------------------------ */

static IPin *first_pin(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    IEnumPins *list;
    IPin *pin, *found = NULL;

    check(IBaseFilter_EnumPins(filter, &list), "EnumPins");
    while (found == NULL && IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        if (IPin_QueryDirection(pin, &direction) == S_OK && direction == wanted)
            found = pin;
        else
            IPin_Release(pin);
    }
    IEnumPins_Release(list);
    return found;
}

void road_open(struct road *road)
{
    memset(road, 0, sizeof(*road));
    check(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IFilterGraph3,
                           (void **)&road->graph),
          "graph");
    check(
        IFilterGraph3_QueryInterface(road->graph, &IID_IMediaControl, (void **)&road->control),
        "IMediaControl");
    check(IFilterGraph3_QueryInterface(road->graph, &IID_IGraphEdit, (void **)&road->edit),
          "IGraphEdit");
}

static void connect_direct(struct road *road, IPin *out, IPin *in)
{
    HRESULT hr = IFilterGraph3_ConnectDirect(road->graph, out, in, NULL);
    IGraphReport *report;
    char *words = NULL;

    if (SUCCEEDED(hr))
        return;
    check(IFilterGraph3_QueryInterface(road->graph, &IID_IGraphReport, (void **)&report),
          "IGraphReport");
    (void)IGraphReport_GetLastReport(report, &words);
    die("ConnectDirect: 0x%08x %s", (unsigned)hr, words != NULL ? words : "");
}

void road_add(struct road *road, IBaseFilter *filter)
{
    if (filter == NULL || road->n == ROAD_MOST)
        die("the road has no place for that");
    check(IFilterGraph3_AddFilter(road->graph, filter, NULL), "AddFilter");
    road->filters[road->n++] = filter;
    if (road->n > 1) {
        IPin *out = first_pin(road->filters[road->n - 2], PINDIR_OUTPUT);
        IPin *in = first_pin(filter, PINDIR_INPUT);

        if (out == NULL || in == NULL)
            die("filter %u of the road has no pin", road->n);
        connect_direct(road, out, in);
        IPin_Release(out);
        IPin_Release(in);
    }
}

void road_set_memory(struct road *road, uint64_t bytes, unsigned samples)
{
    for (unsigned i = 0; i + 1 < road->n; i++) {
        IPin *out = first_pin(road->filters[i], PINDIR_OUTPUT);
        IRgLink *link;

        check(IPin_QueryInterface(out, &IID_IRgLink, (void **)&link), "IRgLink");
        check(IRgLink_SetMemory(link, bytes, samples), "SetMemory");
        IRgLink_Release(link);
        IPin_Release(out);
    }
}

/* As fast as it goes: no clock. */
void road_run(struct road *road)
{
    IMediaFilter *filter;

    check(IFilterGraph3_QueryInterface(road->graph, &IID_IMediaFilter, (void **)&filter),
          "IMediaFilter");
    check(IMediaFilter_SetSyncSource(filter, NULL), "SetSyncSource");
    IMediaFilter_Release(filter);
    check(IMediaControl_Run(road->control), "Run");
}

static void note(struct road *road, unsigned index, IBaseFilter *filter,
                 const RG_CERTIFICATE *done, struct edits *edits)
{
    IBaseFilter_Release(road->filters[index]);
    road->filters[index] = filter;
    edits->n++;
    edits->in_stream += (done->flags & RG_CUT_IN_STREAM) != 0;
    edits->unprimed += (done->flags & RG_CUT_UNPRIMED) != 0;
    edits->primed += done->primed;
    edits->drained += done->drained;
    edits->dropped += done->dropped;
    if (done->closed_ns > edits->closed_most_ns)
        edits->closed_most_ns = done->closed_ns;
}

void road_swap(struct road *road, unsigned index, IBaseFilter *filter, struct edits *edits)
{
    RG_CERTIFICATE done = { .size = sizeof(done) };
    char name[16];
    HRESULT hr;

    snprintf(name, sizeof(name), "place %u", index);
    hr = IGraphEdit_Swap(road->edit, road->filters[index], filter, name, NULL, &done);
    if (FAILED(hr))
        die("swap %u: 0x%08x %s", edits->n, (unsigned)hr, done.reason);
    note(road, index, filter, &done, edits);
}

void road_swap_prepared(struct road *road, unsigned index, IBaseFilter *filter,
                        struct edits *edits, void (*prepared)(void))
{
    RG_CERTIFICATE done = { .size = sizeof(done) };
    IGraphTransaction *edit;

    check(IGraphEdit_Begin(road->edit, NULL, &edit), "Begin");
    check(IGraphTransaction_Swap(edit, road->filters[index], filter, NULL), "Swap");
    check(IGraphTransaction_Prepare(edit), "Prepare");
    prepared();
    check(IGraphTransaction_Commit(edit, -1, NULL), "Commit");
    check(IGraphTransaction_GetCertificate(edit, 0, &done), "GetCertificate");
    IGraphTransaction_Release(edit);
    note(road, index, filter, &done, edits);
}

void road_finish(struct road *road)
{
    IMediaEvent *events;
    LONG code = 0;

    check(IFilterGraph3_QueryInterface(road->graph, &IID_IMediaEvent, (void **)&events),
          "IMediaEvent");
    check(IMediaEvent_WaitForCompletion(events, PATIENCE_MS, &code), "WaitForCompletion");
    if (code != EC_COMPLETE)
        die("the graph ended with event %d", (int)code);
    IMediaEvent_Release(events);
    check(IMediaControl_Stop(road->control), "Stop");
    for (unsigned i = 0; i < road->n; i++)
        IBaseFilter_Release(road->filters[i]);
    IGraphEdit_Release(road->edit);
    IMediaControl_Release(road->control);
    IFilterGraph3_Release(road->graph);
}
