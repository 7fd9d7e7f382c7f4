/* SPDX-License-Identifier: MIT */
/* capture_builder.c - CLSID_CaptureGraphBuilder and CLSID_CaptureGraphBuilder2: one object with both
 * interfaces.
 *
 * Control threads.  Checks arguments; the other capture files do the work.
 * Knows: a graph through IGraphBuilder.  Must not know: struct graph.
 */
#include "graph/capture.h"

#include "platform/memory.h"

HRESULT capture_graph(struct capture_builder *builder, IGraphBuilder **ret)
{
    pthread_mutex_lock(&builder->lock);
    *ret = builder->graph;
    if (*ret != NULL)
        IGraphBuilder_AddRef(*ret);
    pthread_mutex_unlock(&builder->lock);
    return *ret != NULL ? S_OK : E_UNEXPECTED;
}

/* S_OK; E_UNEXPECTED: there is one already. */
static HRESULT keep_graph(struct capture_builder *builder, IGraphBuilder *graph)
{
    HRESULT hr = E_UNEXPECTED;

    pthread_mutex_lock(&builder->lock);
    if (builder->graph == NULL) {
        builder->graph = graph;
        IGraphBuilder_AddRef(graph);
        hr = S_OK;
    }
    pthread_mutex_unlock(&builder->lock);
    return hr;
}

HRESULT capture_need_graph(struct capture_builder *builder, IGraphBuilder **ret)
{
    RG_AUTO(IGraphBuilder) made = NULL;
    HRESULT hr;

    if (capture_graph(builder, ret) == S_OK)
        return S_OK;
    hr = CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IGraphBuilder,
                          (void **)&made);
    if (FAILED(hr))
        return hr;
    (void)keep_graph(builder, made); /* or another thread was quicker */
    return capture_graph(builder, ret);
}

/* ---- both interfaces, without their faces -------------------------------------------------- */

static HRESULT set_graph(struct capture_builder *builder, IGraphBuilder *graph)
{
    return graph != NULL ? keep_graph(builder, graph) : E_POINTER;
}

static HRESULT get_graph(struct capture_builder *builder, IGraphBuilder **ret)
{
    return ret != NULL ? capture_graph(builder, ret) : E_POINTER;
}

static HRESULT find_interface(const GUID *category, const GUID *type, IBaseFilter *filter,
                              REFIID iid, void **out)
{
    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    return filter != NULL && iid != NULL
               ? capture_find_interface(category, type, filter, iid, out)
               : E_POINTER;
}

static HRESULT render(struct capture_builder *builder, const GUID *category, const GUID *type,
                      IUnknown *source, IBaseFilter *compressor, IBaseFilter *renderer)
{
    return source != NULL
               ? capture_render(builder, category, type, source, compressor, renderer)
               : E_POINTER;
}

static HRESULT set_output(struct capture_builder *builder, const GUID *type, LPCOLESTR file,
                          IBaseFilter **ret_multiplexer, IFileSinkFilter **ret_sink)
{
    if (ret_multiplexer != NULL)
        *ret_multiplexer = NULL;
    if (ret_sink != NULL)
        *ret_sink = NULL;
    if (type == NULL || file == NULL || ret_multiplexer == NULL)
        return E_POINTER;
    return capture_set_output(builder, type, file, ret_multiplexer, ret_sink);
}

static HRESULT allocate_file(LPCOLESTR file, DWORDLONG bytes)
{
    return file != NULL ? capture_allocate_file(file, bytes) : E_POINTER;
}

/* There is no console whose escape key could be asked for. */
static HRESULT copy_file(LPOLESTR from, LPOLESTR to, IAMCopyCaptureFileProgress *progress)
{
    return from != NULL && to != NULL ? capture_copy_file(from, to, progress) : E_POINTER;
}

/* ---- ICaptureGraphBuilder2 ----------------------------------------------------------------- */

static struct capture_builder *of_second(ICaptureGraphBuilder2 *face)
{
    return COM_HOME(face, struct capture_builder);
}

static HRESULT STDMETHODCALLTYPE second_set_graph(ICaptureGraphBuilder2 *face,
                                                  IGraphBuilder *graph)
{
    return set_graph(of_second(face), graph);
}

static HRESULT STDMETHODCALLTYPE second_get_graph(ICaptureGraphBuilder2 *face,
                                                  IGraphBuilder **ret)
{
    return get_graph(of_second(face), ret);
}

static HRESULT STDMETHODCALLTYPE second_set_output(ICaptureGraphBuilder2 *face,
                                                   const GUID *type, LPCOLESTR file,
                                                   IBaseFilter **ret_multiplexer,
                                                   IFileSinkFilter **ret_sink)
{
    return set_output(of_second(face), type, file, ret_multiplexer, ret_sink);
}

static HRESULT STDMETHODCALLTYPE second_find(ICaptureGraphBuilder2 *face, const GUID *category,
                                             const GUID *type, IBaseFilter *filter, REFIID iid,
                                             void **out)
{
    (void)face;
    return find_interface(category, type, filter, iid, out);
}

static HRESULT STDMETHODCALLTYPE second_render(ICaptureGraphBuilder2 *face,
                                               const GUID *category, const GUID *type,
                                               IUnknown *source, IBaseFilter *compressor,
                                               IBaseFilter *renderer)
{
    return render(of_second(face), category, type, source, compressor, renderer);
}

static HRESULT STDMETHODCALLTYPE second_control(ICaptureGraphBuilder2 *face,
                                                const GUID *category, const GUID *type,
                                                IBaseFilter *filter, REFERENCE_TIME *start,
                                                REFERENCE_TIME *stop, WORD start_cookie,
                                                WORD stop_cookie)
{
    struct capture_span span = { start, stop, start_cookie, stop_cookie };

    return capture_control(of_second(face), category, type, filter, &span);
}

static HRESULT STDMETHODCALLTYPE second_allocate(ICaptureGraphBuilder2 *face, LPCOLESTR file,
                                                 DWORDLONG bytes)
{
    (void)face;
    return allocate_file(file, bytes);
}

static HRESULT STDMETHODCALLTYPE second_copy(ICaptureGraphBuilder2 *face, LPOLESTR from,
                                             LPOLESTR to, int allow_abort,
                                             IAMCopyCaptureFileProgress *progress)
{
    (void)face;
    (void)allow_abort;
    return copy_file(from, to, progress);
}

static HRESULT STDMETHODCALLTYPE second_find_pin(ICaptureGraphBuilder2 *face, IUnknown *source,
                                                 PIN_DIRECTION direction, const GUID *category,
                                                 const GUID *type, BOOL unconnected, int index,
                                                 IPin **ret)
{
    struct capture_wish wish = { direction, category, type, unconnected != FALSE };

    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (source == NULL)
        return E_POINTER;
    if (direction != PINDIR_INPUT && direction != PINDIR_OUTPUT)
        return E_INVALIDARG;
    return capture_find_pin(source, &wish, index, ret);
}

static const ICaptureGraphBuilder2Vtbl second_vtbl = {
    COM_UNKNOWN(ICaptureGraphBuilder2), .SetFiltergraph = second_set_graph,
    .GetFiltergraph = second_get_graph, .SetOutputFileName = second_set_output,
    .FindInterface = second_find,       .RenderStream = second_render,
    .ControlStream = second_control,    .AllocCapFile = second_allocate,
    .CopyCaptureFile = second_copy,     .FindPin = second_find_pin,
};

/* ---- ICaptureGraphBuilder: the same without media types ------------------------------------ */

static struct capture_builder *of_first(ICaptureGraphBuilder *face)
{
    return COM_HOME(face, struct capture_builder);
}

static HRESULT STDMETHODCALLTYPE first_set_graph(ICaptureGraphBuilder *face,
                                                 IGraphBuilder *graph)
{
    return set_graph(of_first(face), graph);
}

static HRESULT STDMETHODCALLTYPE first_get_graph(ICaptureGraphBuilder *face,
                                                 IGraphBuilder **ret)
{
    return get_graph(of_first(face), ret);
}

static HRESULT STDMETHODCALLTYPE first_set_output(ICaptureGraphBuilder *face, const GUID *type,
                                                  LPCOLESTR file, IBaseFilter **ret_multiplexer,
                                                  IFileSinkFilter **ret_sink)
{
    return set_output(of_first(face), type, file, ret_multiplexer, ret_sink);
}

static HRESULT STDMETHODCALLTYPE first_find(ICaptureGraphBuilder *face, const GUID *category,
                                            IBaseFilter *filter, REFIID iid, void **out)
{
    (void)face;
    return find_interface(category, NULL, filter, iid, out);
}

static HRESULT STDMETHODCALLTYPE first_render(ICaptureGraphBuilder *face, const GUID *category,
                                              IUnknown *source, IBaseFilter *compressor,
                                              IBaseFilter *renderer)
{
    return render(of_first(face), category, NULL, source, compressor, renderer);
}

static HRESULT STDMETHODCALLTYPE first_control(ICaptureGraphBuilder *face, const GUID *category,
                                               IBaseFilter *filter, REFERENCE_TIME *start,
                                               REFERENCE_TIME *stop, WORD start_cookie,
                                               WORD stop_cookie)
{
    struct capture_span span = { start, stop, start_cookie, stop_cookie };

    return capture_control(of_first(face), category, NULL, filter, &span);
}

static HRESULT STDMETHODCALLTYPE first_allocate(ICaptureGraphBuilder *face, LPCOLESTR file,
                                                DWORDLONG bytes)
{
    (void)face;
    return allocate_file(file, bytes);
}

static HRESULT STDMETHODCALLTYPE first_copy(ICaptureGraphBuilder *face, LPOLESTR from,
                                            LPOLESTR to, int allow_abort,
                                            IAMCopyCaptureFileProgress *progress)
{
    (void)face;
    (void)allow_abort;
    return copy_file(from, to, progress);
}

static const ICaptureGraphBuilderVtbl first_vtbl = {
    COM_UNKNOWN(ICaptureGraphBuilder), .SetFiltergraph = first_set_graph,
    .GetFiltergraph = first_get_graph, .SetOutputFileName = first_set_output,
    .FindInterface = first_find,       .RenderStream = first_render,
    .ControlStream = first_control,    .AllocCapFile = first_allocate,
    .CopyCaptureFile = first_copy,
};

/* ---- life ---------------------------------------------------------------------------------- */

static const struct com_entry builder_map[] = {
    COM_ENTRY(ICaptureGraphBuilder, struct capture_builder, first),
    COM_ENTRY(ICaptureGraphBuilder2, struct capture_builder, second),
    COM_MAP_END,
};

static void builder_destroy(struct com_object *object)
{
    struct capture_builder *builder = (struct capture_builder *)object;

    if (builder->graph != NULL)
        IGraphBuilder_Release(builder->graph);
    pthread_mutex_destroy(&builder->lock);
    com_object_fini(object);
    rg_free(builder);
}

HRESULT capture_builder_create(IUnknown *outer, REFIID iid, void **out)
{
    struct capture_builder *builder;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    builder = rg_calloc(1, sizeof(*builder));
    if (builder == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&builder->object, "CaptureGraphBuilder", builder_map, outer,
                    builder_destroy);
    COM_FACE_INIT(&builder->object, builder->first, &first_vtbl);
    COM_FACE_INIT(&builder->object, builder->second, &second_vtbl);
    pthread_mutex_init(&builder->lock, NULL);
    return com_object_hand_out(&builder->object, outer, iid, out);
}
