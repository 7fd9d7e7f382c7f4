/* SPDX-License-Identifier: MIT */
/* bad_world.c - a subject with all that calls may be given: its graph and neighbours, another graph, loose objects.
 *
 * The test's thread.
 * Knows: classes by name for the neighbours.  Must not know: what the subject is.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "bad.h"
#include "com/object.h"

const char *bad_folder;

/* ---- filters ------------------------------------------------------------------------------------- */

static HRESULT make_class(const char *name, REFIID iid, void *ret)
{
    struct rg_class_info info;
    HRESULT hr = rg_class_by_name(name, &info);

    return SUCCEEDED(hr) ? CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, iid, ret)
                         : hr;
}

static void set_option(IBaseFilter *filter, const char *name, const char *value)
{
    RG_AUTO(IRgOptions) options = NULL;

    if (SUCCEEDED(IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options)))
        (void)IRgOptions_Set(options, name, value);
}

/* Small and quick: the one of a class that has such a setting takes it. */
static void make_small(IBaseFilter *filter)
{
    set_option(filter, "width", "80");
    set_option(filter, "height", "32");
    set_option(filter, "codec", "mjpeg");
}

static HRESULT make_filter(IFilterGraph3 *graph, const char *name, IBaseFilter **ret)
{
    HRESULT hr = make_class(name, &IID_IBaseFilter, ret);

    if (FAILED(hr))
        return hr;
    make_small(*ret);
    return graph != NULL ? IFilterGraph3_AddFilter(graph, *ret, NULL) : S_OK;
}

static IPin *pin_at(IBaseFilter *filter, PIN_DIRECTION direction, unsigned n, bool free_only)
{
    RG_AUTO(IEnumPins) pins = NULL;
    IPin *pin;

    if (FAILED(IBaseFilter_EnumPins(filter, &pins)))
        return NULL;
    while (IEnumPins_Next(pins, 1, &pin, NULL) == S_OK) {
        RG_AUTO(IPin) peer = NULL;
        PIN_DIRECTION d;

        if (IPin_QueryDirection(pin, &d) == S_OK && d == direction &&
            !(free_only && SUCCEEDED(IPin_ConnectedTo(pin, &peer))) && n-- == 0)
            return pin;
        IPin_Release(pin);
    }
    return NULL;
}

IPin *bad_pin(IBaseFilter *filter, PIN_DIRECTION direction)
{
    IPin *pin = pin_at(filter, direction, 0, true);

    return pin != NULL ? pin : pin_at(filter, direction, 0, false);
}

static void drop(void *where)
{
    IUnknown **face = where;

    if (*face != NULL)
        IUnknown_Release(*face);
    *face = NULL;
}

/* ---- connections --------------------------------------------------------------------------------- */

static bool join(struct bad_world *w, IBaseFilter *from, IBaseFilter *to)
{
    RG_AUTO(IPin) out = pin_at(from, PINDIR_OUTPUT, 0, true);
    RG_AUTO(IPin) in = pin_at(to, PINDIR_INPUT, 0, true);

    return out != NULL && in != NULL && SUCCEEDED(IFilterGraph3_Connect(w->graph, out, in));
}

/* source ! via ! filter; via may be NULL. */
static bool feed(struct bad_world *w, const char *source, const char *via, IBaseFilter *filter)
{
    RG_AUTO(IBaseFilter) between = NULL;
    bool fed;

    if (FAILED(make_filter(w->graph, source, &w->source))) {
        drop(&w->source);
        return false;
    }
    if (via == NULL)
        fed = join(w, w->source, filter);
    else
        fed = SUCCEEDED(make_filter(w->graph, via, &between)) && join(w, w->source, between) &&
              join(w, between, filter);
    if (fed)
        return true;
    if (between != NULL)
        (void)IFilterGraph3_RemoveFilter(w->graph, between);
    (void)IFilterGraph3_RemoveFilter(w->graph, w->source);
    drop(&w->source);
    return false;
}

static void give_file(IBaseFilter *filter)
{
    RG_AUTO(IFileSinkFilter) sink = NULL;
    RG_AUTO(IFileSourceFilter) source = NULL;
    WCHAR path[256];

    swprintf(path, 256, L"%s/out-%d.mkv", bad_folder, (int)getpid());
    if (SUCCEEDED(IBaseFilter_QueryInterface(filter, &IID_IFileSinkFilter, (void **)&sink)))
        (void)IFileSinkFilter_SetFileName(sink, path, NULL);
    swprintf(path, 256, L"%s/clip.mkv", bad_folder);
    if (SUCCEEDED(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&source)))
        (void)IFileSourceFilter_Load(source, path, NULL);
}

/* Whatever fits in front of the subject, and null behind it. */
static void connect_subject(struct bad_world *w, IBaseFilter *filter)
{
    static const char *const fits[][2] = { { "testsrc", NULL },
                                           { "tone", NULL },
                                           { "testsrc", "encode" } };
    RG_AUTO(IPin) in = pin_at(filter, PINDIR_INPUT, 0, true);
    RG_AUTO(IPin) out = NULL;

    give_file(filter);
    w->is_connected = in == NULL;
    for (size_t i = 0; i < 3 && !w->is_connected; i++)
        w->is_connected = feed(w, fits[i][0], fits[i][1], filter);
    out = pin_at(filter, PINDIR_OUTPUT, 0, true);
    if (out != NULL && SUCCEEDED(make_filter(w->graph, "null", &w->sink)))
        w->is_connected = join(w, filter, w->sink); /* a source's input may well be free */
}

bool bad_make_clip(void)
{
    struct bad_world w = { 0 };
    RG_AUTO(IBaseFilter) encode = NULL;
    RG_AUTO(IBaseFilter) mux = NULL;
    RG_AUTO(IFileSinkFilter) file = NULL;
    RG_AUTO(IMediaEvent) event = NULL;
    WCHAR path[256];
    LONG code = 0;

    swprintf(path, 256, L"%s/clip.mkv", bad_folder);
    if (FAILED(make_class("graph", &IID_IFilterGraph3, &w.graph)))
        return false;
    if (SUCCEEDED(make_filter(w.graph, "testsrc", &w.source)) &&
        SUCCEEDED(make_filter(w.graph, "encode", &encode)) &&
        SUCCEEDED(make_filter(w.graph, "mux", &mux)) &&
        SUCCEEDED(IBaseFilter_QueryInterface(mux, &IID_IFileSinkFilter, (void **)&file)) &&
        SUCCEEDED(IFileSinkFilter_SetFileName(file, path, NULL))) {
        set_option(w.source, "frames", "10");
        if (join(&w, w.source, encode) && join(&w, encode, mux) &&
            SUCCEEDED(IFilterGraph3_QueryInterface(w.graph, &IID_IMediaControl,
                                                   (void **)&w.control)) &&
            SUCCEEDED(
                IFilterGraph3_QueryInterface(w.graph, &IID_IMediaEvent, (void **)&event)) &&
            SUCCEEDED(IMediaControl_Run(w.control)))
            (void)IMediaEvent_WaitForCompletion(event, 20000, &code);
    }
    if (w.control != NULL)
        (void)IMediaControl_Stop(w.control);
    drop(&w.control);
    drop(&w.source);
    drop(&w.graph);
    return code == EC_COMPLETE;
}

/* testsrc ! null */
static void fill_graph(struct bad_world *w)
{
    w->is_connected = SUCCEEDED(make_filter(w->graph, "testsrc", &w->source)) &&
                      SUCCEEDED(make_filter(w->graph, "null", &w->sink)) &&
                      join(w, w->source, w->sink);
}

/* ---- birth ------------------------------------------------------------------------------------------ */

static HRESULT open_others(struct bad_world *w)
{
    ALLOCATOR_PROPERTIES wish = { 3, 64, 1, 0 }, got;
    HRESULT hr = make_class("graph", &IID_IFilterGraph3, &w->other);

    if (SUCCEEDED(hr))
        hr = make_filter(w->other, "testsrc", &w->other_source);
    if (SUCCEEDED(hr))
        hr = make_filter(w->other, "null", &w->other_sink);
    if (SUCCEEDED(hr))
        hr = make_filter(NULL, "testsrc", &w->loose_source);
    if (SUCCEEDED(hr))
        hr = make_filter(NULL, "null", &w->loose_sink);
    if (SUCCEEDED(hr))
        hr = make_class("system-clock", &IID_IReferenceClock, &w->clock);
    if (SUCCEEDED(hr))
        hr = make_class("allocator", &IID_IMemAllocator, &w->allocator);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_SetProperties(w->allocator, &wish, &got);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_Commit(w->allocator);
    if (SUCCEEDED(hr))
        hr = IMemAllocator_GetBuffer(w->allocator, &w->sample, NULL, NULL, 0);
    w->signalled = CreateEventW(NULL, TRUE, TRUE, NULL);
    w->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    w->semaphore = CreateSemaphoreW(NULL, 0, 1000, NULL);
    return hr;
}

static HRESULT open_graph(struct bad_world *w)
{
    RG_AUTO(IFilterGraph3) own = NULL;
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr;

    if (SUCCEEDED(IUnknown_QueryInterface(w->subject, &IID_IFilterGraph3, (void **)&own))) {
        w->graph = RG_STEAL(&own);
        if (w->state != BAD_ALONE)
            fill_graph(w);
    } else {
        hr = make_class("graph", &IID_IFilterGraph3, &w->graph);
        if (FAILED(hr))
            return hr;
        if (FAILED(IUnknown_QueryInterface(w->subject, &IID_IBaseFilter, (void **)&filter)))
            return S_FALSE;
        if (w->state != BAD_ALONE) {
            hr = IFilterGraph3_AddFilter(w->graph, filter, NULL);
            if (FAILED(hr))
                return hr;
            connect_subject(w, filter);
        }
    }
    hr = IFilterGraph3_QueryInterface(w->graph, &IID_IMediaControl, (void **)&w->control);
    if (SUCCEEDED(hr))
        hr = make_filter(w->graph, "testsrc", &w->free_source);
    if (SUCCEEDED(hr))
        hr = make_filter(w->graph, "null", &w->free_sink);
    return hr;
}

HRESULT bad_world_open(struct bad_world *w, const struct rg_class_info *info,
                       enum bad_state state)
{
    OAFilterState now;
    HRESULT hr;

    memset(w, 0, sizeof(*w));
    w->info = *info;
    w->state = state;
    hr = open_others(w);
    if (FAILED(hr))
        return hr;
    if (state == BAD_FACTORY)
        return CoGetClassObject(&info->clsid, CLSCTX_INPROC_SERVER, NULL, &IID_IUnknown,
                                (void **)&w->subject);
    hr = CoCreateInstance(&info->clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                          (void **)&w->subject);
    if (SUCCEEDED(hr))
        hr = open_graph(w);
    if (hr == S_FALSE)
        return state == BAD_ALONE ? S_OK : S_FALSE;
    if (hr != S_OK)
        return hr;
    if (state == BAD_RUNNING) {
        if (!w->is_connected || FAILED(IMediaControl_Run(w->control)))
            return S_FALSE;
        /* a multiplexer alone waits for who writes its file: it never runs */
        if (IMediaControl_GetState(w->control, 5000, &now) == VFW_S_STATE_INTERMEDIATE)
            return S_FALSE;
    }
    return S_OK;
}

/* ---- use, and the end ------------------------------------------------------------------------------- */

void bad_world_try(struct bad_world *w)
{
    OAFilterState now;

    if (w->control == NULL)
        return;
    (void)IMediaControl_Stop(w->control);
    if (SUCCEEDED(IMediaControl_Run(w->control)))
        (void)IMediaControl_GetState(w->control, 0, &now);
    (void)IMediaControl_Stop(w->control);
}

static bool is_graph(struct bad_world *w)
{
    RG_AUTO(IFilterGraph3) own = NULL;

    return SUCCEEDED(IUnknown_QueryInterface(w->subject, &IID_IFilterGraph3, (void **)&own));
}

void bad_world_part(struct bad_world *w)
{
    RG_AUTO(IBaseFilter) self = NULL;

    if (w->control != NULL)
        (void)IMediaControl_Stop(w->control);
    drop(&w->source);
    drop(&w->sink);
    if (!is_graph(w) && w->graph != NULL &&
        SUCCEEDED(IUnknown_QueryInterface(w->subject, &IID_IBaseFilter, (void **)&self)))
        (void)IFilterGraph3_RemoveFilter(w->graph, self);
    drop(&w->free_source);
    drop(&w->free_sink);
    drop(&w->control);
    drop(&w->graph);
}

static void disconnect(IBaseFilter *filter)
{
    RG_AUTO(IEnumPins) pins = NULL;
    IPin *pin;

    if (FAILED(IBaseFilter_EnumPins(filter, &pins)))
        return;
    while (IEnumPins_Next(pins, 1, &pin, NULL) == S_OK) {
        RG_AUTO(IPin) peer = NULL;

        if (SUCCEEDED(IPin_ConnectedTo(pin, &peer)))
            (void)IPin_Disconnect(peer);
        (void)IPin_Disconnect(pin);
        IPin_Release(pin);
    }
}

/* An allocator that is committed holds itself, and connected filters hold each other. */
void bad_calm(IUnknown *object)
{
    RG_AUTO(IMemAllocator) allocator = NULL;
    RG_AUTO(IBaseFilter) filter = NULL;

    if (object != NULL &&
        SUCCEEDED(IUnknown_QueryInterface(object, &IID_IBaseFilter, (void **)&filter))) {
        (void)IBaseFilter_Stop(filter);
        disconnect(filter);
    }
    if (object != NULL &&
        SUCCEEDED(IUnknown_QueryInterface(object, &IID_IMemAllocator, (void **)&allocator)))
        (void)IMemAllocator_Decommit(allocator);
}

void bad_world_close(struct bad_world *w, bool graph_first)
{
    bad_calm(w->subject);
    bad_calm((IUnknown *)w->allocator);
    bad_calm((IUnknown *)w->loose_source);
    bad_calm((IUnknown *)w->loose_sink);
    if (w->control != NULL)
        (void)IMediaControl_Stop(w->control);
    bad_world_take_back(w);
    drop(&w->control);
    if (graph_first)
        drop(&w->graph);
    drop(&w->subject);
    drop(&w->source);
    drop(&w->sink);
    drop(&w->free_source);
    drop(&w->free_sink);
    drop(&w->graph);
    drop(&w->other);
    drop(&w->other_source);
    drop(&w->other_sink);
    drop(&w->loose_source);
    drop(&w->loose_sink);
    drop(&w->clock);
    drop(&w->sample);
    drop(&w->allocator);
    CloseHandle(w->signalled);
    CloseHandle(w->event);
    CloseHandle(w->semaphore);
}

/* ---- what calls are given ------------------------------------------------------------------------------ */

IUnknown *bad_world_root(struct bad_world *w, unsigned n)
{
    RG_AUTO(IBaseFilter) filter = NULL;

    if (n == 0) {
        IUnknown_AddRef(w->subject);
        return w->subject;
    }
    if (w->state == BAD_FACTORY ||
        FAILED(IUnknown_QueryInterface(w->subject, &IID_IBaseFilter, (void **)&filter)))
        return NULL;
    return n == 1   ? (IUnknown *)pin_at(filter, PINDIR_INPUT, 0, false)
           : n == 2 ? (IUnknown *)pin_at(filter, PINDIR_OUTPUT, 0, false)
                    : NULL;
}

static bool is_input_wanted(const char *name)
{
    return strcmp(name, "receiver") == 0 || strcmp(name, "input") == 0;
}

/* For the length of a call. */
static void *lend(struct bad_world *w, IPin *pin)
{
    if (pin != NULL)
        w->parts[w->n_parts++] = (IUnknown *)pin;
    return pin;
}

void bad_world_take_back(struct bad_world *w)
{
    while (w->n_parts != 0)
        drop(&w->parts[--w->n_parts]);
}

static IBaseFilter *filter_for(struct bad_world *w, bool source, enum bad_wrong wrong)
{
    if (wrong == BAD_FOREIGN)
        return source ? w->other_source : w->other_sink;
    if (wrong == BAD_LOOSE || w->graph == NULL)
        return source ? w->loose_source : w->loose_sink;
    return source ? w->free_source : w->free_sink;
}

static void *own_face(struct bad_world *w, const struct bad_parameter *p, IUnknown *self)
{
    const IID *iid = bad_interfaces[p->face].iid;
    RG_AUTO(IBaseFilter) filter = NULL;
    void *own = NULL;

    if (SUCCEEDED(IUnknown_QueryInterface(self, iid, &own)))
        return lend(w, own);
    if (w->subject != NULL && IsEqualIID(iid, &IID_IPin) &&
        SUCCEEDED(IUnknown_QueryInterface(w->subject, &IID_IBaseFilter, (void **)&filter)))
        return lend(w,
                    bad_pin(filter, is_input_wanted(p->name) ? PINDIR_INPUT : PINDIR_OUTPUT));
    return NULL;
}

/* The face of an input pin. */
static void *connection_for(struct bad_world *w, enum bad_wrong wrong)
{
    RG_AUTO(IPin) pin = bad_pin(filter_for(w, false, wrong), PINDIR_INPUT);
    void *face = NULL;

    if (pin != NULL && SUCCEEDED(IPin_QueryInterface(pin, &IID_IPinConnection, &face)))
        return lend(w, face);
    return NULL;
}

void *bad_world_face(struct bad_world *w, const struct bad_parameter *p, IUnknown *self,
                     enum bad_wrong wrong)
{
    const IID *iid = bad_interfaces[p->face].iid;
    void *own = wrong == BAD_SELF ? own_face(w, p, self) : NULL;

    if (own != NULL)
        return own;
    if (wrong == BAD_STUB || wrong == BAD_SELF)
        return bad_interfaces[p->face].stub;
    if (IsEqualIID(iid, &IID_IPin)) {
        bool input = is_input_wanted(p->name) != (wrong == BAD_DIRECTION);

        return lend(
            w, bad_pin(filter_for(w, !input, wrong), input ? PINDIR_INPUT : PINDIR_OUTPUT));
    }
    if (IsEqualIID(iid, &IID_IPinConnection))
        return connection_for(w, wrong);
    if (IsEqualIID(iid, &IID_IBaseFilter))
        return filter_for(w, wrong == BAD_DIRECTION, wrong);
    if (IsEqualIID(iid, &IID_IFilterGraph) || IsEqualIID(iid, &IID_IGraphBuilder))
        return wrong == BAD_FOREIGN || w->graph == NULL ? w->other : w->graph;
    if (IsEqualIID(iid, &IID_IReferenceClock))
        return w->clock;
    if (IsEqualIID(iid, &IID_IMemAllocator))
        return w->allocator;
    if (IsEqualIID(iid, &IID_IMediaSample))
        return w->sample;
    if (IsEqualIID(iid, &IID_IUnknown))
        return w->loose_sink;
    return bad_interfaces[p->face].stub;
}
