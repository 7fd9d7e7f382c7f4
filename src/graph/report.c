/* SPDX-License-Identifier: MIT */
/* report.c - IGraphReport: why a connection or an edit failed, in words for people.
 *
 * Any thread; the text is under a leaf lock.
 * Knows: pins' names and types.  Must not know: what was tried (who failed says so).
 */
#include "graph/graph_internal.h"

#include <errors.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <regraft.h>

#include "com/registry.h"
#include "mapper/connect.h"
#include "media/type.h"
#include "platform/memory.h"

#define TYPES_SHOWN 8

/* ---- the text ---------------------------------------------------------------------------- */

/* A line grows on the heap; without memory it stays as it is. */
static void text_vadd(char **text, const char *format, va_list arguments)
{
    size_t old = *text != NULL ? strlen(*text) : 0;
    va_list again;
    char *bigger;
    int more;

    va_copy(again, arguments);
    more = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (more < 0)
        return;
    bigger = rg_realloc(*text, old + (size_t)more + 1);
    if (bigger == NULL)
        return;
    vsnprintf(bigger + old, (size_t)more + 1, format, arguments);
    *text = bigger;
}

__attribute__((format(printf, 2, 3))) static void text_add(char **text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vadd(text, format, arguments);
    va_end(arguments);
}

/* Takes the text over.  A log that was asked for gets it too. */
static void report_take(struct graph *graph, char *text)
{
    char *old;

    if (text != NULL)
        graph_log_text(graph, text);
    pthread_mutex_lock(&graph->report_lock);
    old = graph->report_text;
    graph->report_text = text;
    pthread_mutex_unlock(&graph->report_lock);
    rg_free(old);
}

void graph_report_clear(struct graph *graph)
{
    report_take(graph, NULL);
}

void graph_report_set(struct graph *graph, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text_vadd(&text, format, arguments);
    va_end(arguments);
    report_take(graph, text);
}

void graph_report_set_if_none(struct graph *graph, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    bool has_one;

    pthread_mutex_lock(&graph->report_lock);
    has_one = graph->report_text != NULL;
    pthread_mutex_unlock(&graph->report_lock);
    if (has_one)
        return;
    va_start(arguments, format);
    text_vadd(&text, format, arguments);
    va_end(arguments);
    report_take(graph, text);
}

void graph_report_add(struct graph *graph, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    pthread_mutex_lock(&graph->report_lock);
    text_vadd(&graph->report_text, format, arguments);
    pthread_mutex_unlock(&graph->report_lock);
    va_end(arguments);
}

/* ---- types ------------------------------------------------------------------------------- */

struct type_list {
    AM_MEDIA_TYPE *types[TYPES_SHOWN];
    unsigned count;
    bool more;
};

static void types_read(IPin *pin, struct type_list *ret)
{
    RG_AUTO(IEnumMediaTypes) list = NULL;

    *ret = (struct type_list){ 0 };
    if (FAILED(pin->lpVtbl->EnumMediaTypes(pin, &list)) || list == NULL)
        return;
    for (;;) {
        AM_MEDIA_TYPE *type = NULL;

        if (list->lpVtbl->Next(list, 1, &type, NULL) != S_OK || type == NULL)
            return;
        if (ret->count == TYPES_SHOWN) {
            rg_type_delete(type);
            ret->more = true;
            return;
        }
        ret->types[ret->count++] = type;
    }
}

/* A pin that waits to be offered something names nothing; what its class was registered with
 * says more. */
static void types_of_class(IPin *pin, struct type_list *ret)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(pin);
    const struct rg_class_row *row = NULL;
    CLSID clsid;

    if (filter != NULL && SUCCEEDED(filter->lpVtbl->GetClassID(filter, &clsid)))
        row = rg_class_row_loaded(&clsid);
    for (unsigned i = 0; row != NULL && i < row->entry->input_count; i++) {
        const struct rg_class_type *pair = &row->entry->inputs[i];
        AM_MEDIA_TYPE partial = { 0 };

        if (ret->count == TYPES_SHOWN) {
            ret->more = true;
            return;
        }
        if (pair->major != NULL)
            partial.majortype = *pair->major;
        if (pair->subtype != NULL)
            partial.subtype = *pair->subtype;
        ret->types[ret->count] = rg_type_new(&partial);
        if (ret->types[ret->count] == NULL)
            return;
        ret->count++;
    }
}

static void sides_read(IPin *output, IPin *input, struct type_list *given,
                       struct type_list *wanted)
{
    types_read(output, given);
    types_read(input, wanted);
    if (wanted->count == 0)
        types_of_class(input, wanted);
}

static void types_free(struct type_list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        rg_type_delete(list->types[i]);
}

static void types_tell(char **text, const char *who, const char *verb,
                       const struct type_list *list)
{
    text_add(text, "\n  %s %s: ", who, verb);
    if (list->count == 0)
        text_add(text, "(names no types)");
    for (unsigned i = 0; i < list->count; i++) {
        char words[256];

        rg_media_type_text(list->types[i], words, sizeof(words));
        text_add(text, "%s%s", i != 0 ? "; " : "", words);
    }
    if (list->more)
        text_add(text, "; ...");
}

/* The pair that fits best: same major type before same subtype before anything else. */
static void closest_pair(const struct type_list *a, const struct type_list *b,
                         const AM_MEDIA_TYPE **ret_a, const AM_MEDIA_TYPE **ret_b)
{
    int best = -1;

    for (unsigned i = 0; i < a->count; i++) {
        for (unsigned j = 0; j < b->count; j++) {
            int score = IsEqualGUID(&a->types[i]->majortype, &b->types[j]->majortype) ? 2 : 0;

            if (score != 0 && IsEqualGUID(&a->types[i]->subtype, &b->types[j]->subtype))
                score++;
            if (score > best) {
                best = score;
                *ret_a = a->types[i];
                *ret_b = b->types[j];
            }
        }
    }
}

/* ---- what would help --------------------------------------------------------------------- */

static bool is_kind(const AM_MEDIA_TYPE *type, const GUID *major)
{
    return type != NULL && IsEqualGUID(&type->majortype, major);
}

static bool video_size(const AM_MEDIA_TYPE *type, LONG *ret_width, LONG *ret_height)
{
    const BITMAPINFOHEADER *header;

    if (type->pbFormat == NULL)
        return false;
    if (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo) &&
        type->cbFormat >= sizeof(VIDEOINFOHEADER))
        header = &((const VIDEOINFOHEADER *)(const void *)type->pbFormat)->bmiHeader;
    else if (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo2) &&
             type->cbFormat >= sizeof(VIDEOINFOHEADER2))
        header = &((const VIDEOINFOHEADER2 *)(const void *)type->pbFormat)->bmiHeader;
    else
        return false;
    *ret_width = header->biWidth;
    *ret_height = header->biHeight < 0 ? -header->biHeight : header->biHeight;
    return *ret_width > 0 && *ret_height > 0;
}

static bool sound_shape(const AM_MEDIA_TYPE *type, WAVEFORMATEX *ret)
{
    if (type->pbFormat == NULL || !IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx) ||
        type->cbFormat < sizeof(WAVEFORMATEX))
        return false;
    memcpy(ret, type->pbFormat, sizeof(*ret));
    return ret->nSamplesPerSec != 0;
}

static void help_tell(char **text, const AM_MEDIA_TYPE *given, const AM_MEDIA_TYPE *wanted)
{
    WAVEFORMATEX wave;
    LONG width, height;

    if (!IsEqualGUID(&given->majortype, &wanted->majortype)) {
        text_add(text,
                 "\n  what would help: connect a pin that carries the same kind of stream");
        return;
    }
    if (is_kind(wanted, &MEDIATYPE_Video) && video_size(wanted, &width, &height))
        text_add(text, "\n  what would help: put `scale width=%d height=%d` between them",
                 width, height);
    else if (is_kind(wanted, &MEDIATYPE_Video))
        text_add(text, "\n  what would help: put `decode` or `scale` between them");
    else if (is_kind(wanted, &MEDIATYPE_Audio) && sound_shape(wanted, &wave))
        text_add(text, "\n  what would help: put `resample rate=%u channels=%u` between them",
                 (unsigned)wave.nSamplesPerSec, (unsigned)wave.nChannels);
    else if (is_kind(wanted, &MEDIATYPE_Audio))
        text_add(text, "\n  what would help: put `decode` or `resample` between them");
    else
        text_add(text,
                 "\n  what would help: a filter between them that turns one into the other");
}

static void difference_tell(char **text, const struct type_list *a, const struct type_list *b)
{
    const AM_MEDIA_TYPE *given = NULL, *wanted = NULL;
    char words[256];

    closest_pair(a, b, &given, &wanted);
    if (given == NULL || wanted == NULL)
        return;
    if (rg_type_difference(given, wanted, words, sizeof(words))) {
        text_add(text, "\n  first difference: %s", words);
        help_tell(text, given, wanted);
    }
}

static const char *reason_of(HRESULT result)
{
    switch (result) {
    case VFW_E_ALREADY_CONNECTED:
        return "one of them is connected already";
    case VFW_E_NOT_STOPPED:
        return "one of the filters is active and can't connect while it is";
    case VFW_E_NOT_IN_GRAPH:
        return "one of them belongs to no filter of this graph";
    case VFW_E_CIRCULAR_GRAPH:
        return "data would run in a circle";
    case VFW_E_NO_ALLOCATOR:
        return "they found no memory allocator";
    case VFW_E_INVALID_DIRECTION:
        return "both pins have the same direction";
    case E_ABORT:
        return "it was aborted";
    case E_OUTOFMEMORY:
        return "memory is out";
    default:
        return NULL;
    }
}

void graph_report_connect(struct graph *graph, IPin *output, IPin *input,
                          const AM_MEDIA_TYPE *type, HRESULT result)
{
    char from[256], to[256], words[256];
    const char *reason = reason_of(result);
    struct type_list given, wanted;
    char *text = NULL;

    graph_pin_text(output, from, sizeof(from));
    graph_pin_text(input, to, sizeof(to));
    text_add(&text, "%s does not connect to %s (0x%08x)", from, to, (unsigned)result);
    if (reason != NULL) {
        text_add(&text, ": %s", reason);
        report_take(graph, text);
        return;
    }
    if (type != NULL) {
        rg_media_type_text(type, words, sizeof(words));
        text_add(&text, " with the type %s", words);
    }
    sides_read(output, input, &given, &wanted);
    types_tell(&text, from, "gives", &given);
    types_tell(&text, to, "takes", &wanted);
    difference_tell(&text, &given, &wanted);
    types_free(&given);
    types_free(&wanted);
    report_take(graph, text);
}

void graph_log_join(struct graph *graph, IPin *output, IPin *input, HRESULT result)
{
    AM_MEDIA_TYPE type = { 0 };
    struct type_list given, wanted;
    char from[256], to[256], words[256];
    char *text = NULL;

    if (!graph_has_log(&graph->build))
        return;
    graph_pin_text(output, from, sizeof(from));
    graph_pin_text(input, to, sizeof(to));
    if (SUCCEEDED(result)) {
        (void)output->lpVtbl->ConnectionMediaType(output, &type);
        rg_media_type_text(&type, words, sizeof(words));
        rg_type_clear(&type);
        graph_log(graph, "%s -> %s: connected, %s", from, to, words);
        return;
    }
    (void)AMGetErrorTextA(result, words, sizeof(words));
    graph_log(graph, "%s -> %s: refused, 0x%08x %s", from, to, (unsigned)result, words);
    sides_read(output, input, &given, &wanted);
    types_tell(&text, from, "gives", &given);
    types_tell(&text, to, "takes", &wanted);
    types_free(&given);
    types_free(&wanted);
    if (text != NULL)
        graph_log_text(graph, text + 1); /* it begins with a new line */
    rg_free(text);
}

void graph_log_candidate(struct graph *graph, const struct graph_candidate *candidate)
{
    char name[256];

    if (!graph_has_log(&graph->build))
        return;
    if (candidate->entry != NULL) {
        graph_log(graph, "try %s: registered, merit 0x%08x", candidate->entry->name,
                  (unsigned)candidate->entry->merit);
        return;
    }
    graph_filter_text(candidate->filter, name, sizeof(name));
    graph_log(graph, "try %s: %s", name, candidate->from_cache ? "cached" : "in the graph");
}

void graph_log_undo(struct graph *graph, const struct graph_step *step)
{
    char name[256];

    if (!graph_has_log(&graph->build))
        return;
    if (step->output != NULL) {
        graph_pin_text(step->output, name, sizeof(name));
        graph_log(graph, "taken back: what was connected to %s", name);
    } else if (step->added != NULL) {
        graph_filter_text(step->added->filter, name, sizeof(name));
        graph_log(graph, "taken back: %s", name);
    }
}

static void registered_tell(char **text, const struct type_list *given)
{
    struct rg_class_query query = {
        .categories = RG_CATEGORY_BIT(RG_CLASS_TRANSFORM) | RG_CATEGORY_BIT(RG_CLASS_SINK),
    };
    const struct rg_class_entry *entry;
    struct rg_mapper_view *view;
    char words[256];
    unsigned i = 0;

    if (given->count == 0 || FAILED(rg_mapper_view_get(&view)))
        return;
    query.input =
        (struct rg_class_type){ &given->types[0]->majortype, &given->types[0]->subtype };
    rg_media_type_text(given->types[0], words, sizeof(words));
    while ((entry = rg_mapper_view_at(view, i)) != NULL && !rg_class_fits(entry, &query))
        i++;
    if (entry == NULL)
        text_add(text, "\n  no registered decoder or renderer takes %s", words);
    else
        text_add(text,
                 "\n  the registered filters that take %s (first: `%s`) lead to no renderer",
                 words, entry->name);
    rg_mapper_view_release(view);
}

void graph_report_render(struct graph *graph, IPin *output, HRESULT result)
{
    struct type_list given;
    char from[256];
    char *text = NULL;

    graph_pin_text(output, from, sizeof(from));
    text_add(&text, "%s can't be rendered (0x%08x)", from, (unsigned)result);
    if (reason_of(result) != NULL)
        text_add(&text, ": %s", reason_of(result));
    types_read(output, &given);
    types_tell(&text, from, "gives", &given);
    registered_tell(&text, &given);
    types_free(&given);
    report_take(graph, text);
}

/* ---- IGraphReport ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE report_get_last(IGraphReport *face, char **ret_text)
{
    struct graph *graph = graph_home(face);
    const char *from;
    char *copy;
    HRESULT hr;

    if (ret_text == NULL)
        return E_POINTER;
    pthread_mutex_lock(&graph->report_lock);
    hr = graph->report_text != NULL ? S_OK : S_FALSE;
    from = hr == S_OK ? graph->report_text : "";
    copy = CoTaskMemAlloc((ULONG)strlen(from) + 1);
    if (copy != NULL)
        memcpy(copy, from, strlen(from) + 1);
    pthread_mutex_unlock(&graph->report_lock);
    if (copy == NULL)
        return E_OUTOFMEMORY;
    *ret_text = copy;
    return hr;
}

const IGraphReportVtbl graph_report_vtbl = {
    COM_UNKNOWN(IGraphReport),
    .GetLastReport = report_get_last,
    .GetWaits = graph_get_waits,
};
