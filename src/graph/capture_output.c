/* SPDX-License-Identifier: MIT */
/* capture_output.c - ICaptureGraphBuilder2::SetOutputFileName: a multiplexer and a file behind it.
 *
 * Control threads.
 * Knows: classes by CLSID, graphs through IGraphBuilder; `mux` by name.  Must not know: containers.
 */
#include "com/registry.h"
#include "graph/capture.h"

/* A kind of file by its media subtype.  Where DirectShow's class is not there, ours writes it. */
struct kind {
    const GUID *subtype, *clsid;
    const char *format; /* mux's option */
};

static const struct kind kinds[] = {
    { &MEDIASUBTYPE_Avi, &CLSID_AviDest, "avi" },
    { &MEDIASUBTYPE_Asf, &CLSID_WMAsfWriter, "asf" },
};

/* What the caller gets, and what goes into the graph. */
struct output {
    IBaseFilter *multiplexer;
    IBaseFilter *writer; /* NULL: the multiplexer writes by itself */
    IFileSinkFilter *sink;
};

static HRESULT make_filter(const GUID *clsid, IBaseFilter **ret)
{
    return CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, (void **)ret);
}

static HRESULT make_ours(const char *format, IBaseFilter **ret)
{
    const struct rg_class_row *row = rg_class_row_by_name("mux");
    RG_AUTO(IBaseFilter) filter = NULL;
    RG_AUTO(IRgOptions) options = NULL;
    HRESULT hr;

    if (row == NULL)
        return REGDB_E_CLASSNOTREG;
    hr = make_filter(row->entry->clsid, &filter);
    if (SUCCEEDED(hr))
        hr = IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options);
    if (SUCCEEDED(hr))
        hr = IRgOptions_Set(options, "format", format);
    if (SUCCEEDED(hr))
        *ret = RG_STEAL(&filter);
    return hr;
}

static HRESULT make_multiplexer(const GUID *type, IBaseFilter **ret)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        HRESULT hr;

        if (!IsEqualGUID(type, kinds[i].subtype))
            continue;
        hr = make_filter(kinds[i].clsid, ret);
        return hr == REGDB_E_CLASSNOTREG ? make_ours(kinds[i].format, ret) : hr;
    }
    return make_filter(type, ret);
}

static HRESULT set_name(IBaseFilter *filter, LPCOLESTR file, IFileSinkFilter **ret)
{
    HRESULT hr = IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)ret);

    return SUCCEEDED(hr) ? IFileSinkFilter_SetFileName(*ret, file, NULL) : hr;
}

static HRESULT connect_writer(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    const struct capture_wish out = { .direction = PINDIR_OUTPUT, .unconnected = true };
    const struct capture_wish in = { .direction = PINDIR_INPUT, .unconnected = true };
    RG_AUTO(IPin) output = NULL;
    RG_AUTO(IPin) input = NULL;
    HRESULT hr = capture_find_pin((IUnknown *)from, &out, 0, &output);

    if (SUCCEEDED(hr))
        hr = capture_find_pin((IUnknown *)to, &in, 0, &input);
    return SUCCEEDED(hr) ? IGraphBuilder_Connect(graph, output, input) : hr;
}

/* Behind a multiplexer that does not write by itself. */
static HRESULT add_writer(IGraphBuilder *graph, LPCOLESTR file, struct output *output)
{
    HRESULT hr = make_filter(&CLSID_FileWriter, &output->writer);

    if (SUCCEEDED(hr))
        hr = set_name(output->writer, file, &output->sink);
    if (SUCCEEDED(hr))
        hr = IGraphBuilder_AddFilter(graph, output->writer, L"File Writer");
    return SUCCEEDED(hr) ? connect_writer(graph, output->multiplexer, output->writer) : hr;
}

static HRESULT build(IGraphBuilder *graph, const GUID *type, LPCOLESTR file,
                     struct output *output)
{
    HRESULT hr = make_multiplexer(type, &output->multiplexer);

    if (SUCCEEDED(hr))
        hr = IGraphBuilder_AddFilter(graph, output->multiplexer, L"Mux");
    if (FAILED(hr))
        return hr;
    hr = set_name(output->multiplexer, file, &output->sink);
    return hr == E_NOINTERFACE ? add_writer(graph, file, output) : hr;
}

static void output_clear(struct output *output)
{
    if (output->sink != NULL)
        IFileSinkFilter_Release(output->sink);
    if (output->writer != NULL)
        IBaseFilter_Release(output->writer);
    if (output->multiplexer != NULL)
        IBaseFilter_Release(output->multiplexer);
}

HRESULT capture_set_output(struct capture_builder *builder, const GUID *type, LPCOLESTR file,
                           IBaseFilter **ret_multiplexer, IFileSinkFilter **ret_sink)
{
    RG_AUTO(IGraphBuilder) graph = NULL;
    struct output output = { 0 };
    HRESULT hr = capture_need_graph(builder, &graph);

    if (SUCCEEDED(hr))
        hr = build(graph, type, file, &output);
    if (SUCCEEDED(hr)) {
        *ret_multiplexer = RG_STEAL(&output.multiplexer);
        if (ret_sink != NULL)
            *ret_sink = RG_STEAL(&output.sink);
    } else {
        if (output.writer != NULL)
            (void)IGraphBuilder_RemoveFilter(graph, output.writer);
        if (output.multiplexer != NULL)
            (void)IGraphBuilder_RemoveFilter(graph, output.multiplexer);
    }
    output_clear(&output);
    return hr;
}
