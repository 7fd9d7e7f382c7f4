/* SPDX-License-Identifier: MIT */
/* capture.h - the capture graph builder, as its files see it.
 *
 * Control threads.
 * Knows: graphs, filters and pins through COM interfaces alone.  Must not know: struct graph.
 */
#pragma once

#include "graph/graph_internal.h"

struct capture_builder {
    struct com_object object;
    COM_FACE(ICaptureGraphBuilder) first;
    COM_FACE(ICaptureGraphBuilder2) second;

    pthread_mutex_t lock; /* a leaf */
    /* under `lock` */
    IGraphBuilder *graph; /* a reference; once set, it stays */
};

/* The graph with a reference.  S_OK; E_UNEXPECTED: there is none. */
HRESULT capture_graph(struct capture_builder *builder, IGraphBuilder **ret);
/* The same, but makes a graph where there is none.  Whatever CoCreateInstance says. */
HRESULT capture_need_graph(struct capture_builder *builder, IGraphBuilder **ret);

/* Which pins of a filter are meant.  category and type: NULL for any. */
struct capture_wish {
    PIN_DIRECTION direction;
    const GUID *category; /* as AMPROPSETID_Pin tells; a pin that does not tell is of none */
    const GUID *type;     /* a major type */
    bool unconnected;
};

/* capture_pins.c */
bool capture_pin_fits(IPin *pin, const struct capture_wish *wish);
/* The index-th such pin of source, a filter or the pin itself.  S_OK: the caller owns a reference;
 * E_FAIL: there is none; E_NOINTERFACE: neither filter nor pin; what the filter says. */
HRESULT capture_find_pin(IUnknown *source, const struct capture_wish *wish, int index,
                         IPin **ret);
/* The filter that a pin belongs to, or that its peer belongs to, with a reference; NULL. */
IBaseFilter *capture_filter_of(IPin *pin);

/* capture_find.c: ICaptureGraphBuilder2::FindInterface. */
HRESULT capture_find_interface(const GUID *category, const GUID *type, IBaseFilter *filter,
                               REFIID iid, void **out);

/* capture_render.c: ICaptureGraphBuilder2::RenderStream. */
HRESULT capture_render(struct capture_builder *builder, const GUID *category, const GUID *type,
                       IUnknown *source, IBaseFilter *compressor, IBaseFilter *renderer);

/* capture_control.c: ICaptureGraphBuilder2::ControlStream. */
struct capture_span {
    const REFERENCE_TIME *start, *stop;
    WORD start_cookie, stop_cookie;
};
HRESULT capture_control(struct capture_builder *builder, const GUID *category, const GUID *type,
                        IBaseFilter *filter, const struct capture_span *span);

/* capture_output.c: ICaptureGraphBuilder2::SetOutputFileName. */
HRESULT capture_set_output(struct capture_builder *builder, const GUID *type, LPCOLESTR file,
                           IBaseFilter **ret_multiplexer, IFileSinkFilter **ret_sink);

/* capture_file.c: AllocCapFile and CopyCaptureFile. */
HRESULT capture_allocate_file(LPCOLESTR file, DWORDLONG bytes);
HRESULT capture_copy_file(LPCOLESTR from, LPCOLESTR to, IAMCopyCaptureFileProgress *progress);
