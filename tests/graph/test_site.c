/* SPDX-License-Identifier: MIT */
/* test_site.c - the host's say in building: the site's callback, services, progress and abort from other threads. */
#include "build_classes.h"

#include <oleauto.h>

/* ---- sources that take their time -------------------------------------------------------- */

static void (*while_loading)(void); /* called inside Load */

static void on_load(void *context)
{
    (void)context;
    if (while_loading != NULL)
        while_loading();
}

static unsigned progress_aborts;

static HRESULT STDMETHODCALLTYPE progress_query(IAMOpenProgress *face, REFIID iid, void **out)
{
    (void)face, (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE progress_ref(IAMOpenProgress *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE progress_get(IAMOpenProgress *face, LONGLONG *total,
                                              LONGLONG *current)
{
    (void)face;
    *total = 100;
    *current = 42;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE progress_abort(IAMOpenProgress *face)
{
    (void)face;
    progress_aborts++;
    return S_OK;
}

static const IAMOpenProgressVtbl progress_vtbl = {
    .QueryInterface = progress_query,
    .AddRef = progress_ref,
    .Release = progress_ref,
    .QueryProgress = progress_get,
    .AbortOperation = progress_abort,
};
static IAMOpenProgress progress_face = { (IAMOpenProgressVtbl *)&progress_vtbl };

static HRESULT progress_more(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter;
    if (!IsEqualIID(iid, &IID_IAMOpenProgress))
        return E_NOINTERFACE;
    *out = &progress_face;
    return S_OK;
}

FAKE_CLASS(teller, 30, RG_CLASS_SOURCE, NORMAL, NULL, .outputs = 1, .out_types = "B",
           .file = "tells", .on_load = on_load, .more = progress_more)
FAKE_CLASS(mute, 31, RG_CLASS_SOURCE, NORMAL, NULL, .outputs = 1, .out_types = "B",
           .file = "tells nothing", .on_load = on_load)

static const struct rg_class_entry *const fakes[] = {
    &class_better, &class_plain, &class_dead_end, &class_ab,   &class_sink_b,
    &class_deaf,   &class_split, &class_teller,   &class_mute,
};
RG_CLASSES(fakes)

static struct test_graph *loading; /* of the test that runs */

static bool has_filter(struct test_graph *g, const WCHAR *name)
{
    IBaseFilter *found = NULL;

    if (CALL(g->builder, FindFilterByName, name, &found) != S_OK)
        return false;
    LET_GO(found);
    return true;
}

/* ---- the host ---------------------------------------------------------------------------- */

struct host {
    IUnknown site; /* first; what it offers is up to the test */
    IAMGraphBuilderCallback callback;
    IServiceProvider provider;
    unsigned refs;
    bool is_callback;     /* QueryInterface leads to it, not QueryService alone */
    const WCHAR *refuses; /* a class that it does not want */
    bool refuses_first;   /* and the first filter that was made */
    unsigned selected, created;
};

static HRESULT host_query(struct host *host, REFIID iid, void **out)
{
    *out = NULL;
    if (IsEqualIID(iid, &IID_IUnknown))
        *out = &host->site;
    else if (IsEqualIID(iid, &IID_IAMGraphBuilderCallback) && host->is_callback)
        *out = &host->callback;
    else if (IsEqualIID(iid, &IID_IServiceProvider))
        *out = &host->provider;
    else
        return E_NOINTERFACE;
    host->refs++;
    return S_OK;
}

#define HOST_UNKNOWN(I, member)                                                                \
    static HRESULT STDMETHODCALLTYPE member##_query(I *face, REFIID iid, void **out)           \
    {                                                                                          \
        return host_query(CONTAINING_RECORD(face, struct host, member), iid, out);             \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE member##_addref(I *face)                                    \
    {                                                                                          \
        return ++CONTAINING_RECORD(face, struct host, member)->refs;                           \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE member##_release(I *face)                                   \
    {                                                                                          \
        return --CONTAINING_RECORD(face, struct host, member)->refs;                           \
    }
HOST_UNKNOWN(IUnknown, site)
HOST_UNKNOWN(IAMGraphBuilderCallback, callback)
HOST_UNKNOWN(IServiceProvider, provider)

static bool is_called(IMoniker *moniker, const WCHAR *name)
{
    IPropertyBag *bag;
    VARIANT value;
    bool same;

    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, &IID_IPropertyBag, (void **)&bag), S_OK);
    VariantInit(&value);
    assert_hr(CALL(bag, Read, L"FriendlyName", &value, NULL), S_OK);
    assert_int_equal(value.vt, VT_BSTR);
    same = wcscmp(value.bstrVal, name) == 0;
    VariantClear(&value);
    LET_GO(bag);
    return same;
}

static HRESULT STDMETHODCALLTYPE host_selected(IAMGraphBuilderCallback *face, IMoniker *moniker)
{
    struct host *host = CONTAINING_RECORD(face, struct host, callback);

    host->selected++;
    return host->refuses != NULL && is_called(moniker, host->refuses) ? E_ABORT : S_OK;
}

static HRESULT STDMETHODCALLTYPE host_created(IAMGraphBuilderCallback *face,
                                              IBaseFilter *filter)
{
    struct host *host = CONTAINING_RECORD(face, struct host, callback);

    assert_null(((struct fake_filter *)filter)->graph); /* before it joins */
    return host->created++ == 0 && host->refuses_first ? E_FAIL : S_OK;
}

static HRESULT STDMETHODCALLTYPE host_service(IServiceProvider *face, REFGUID service,
                                              REFIID iid, void **out)
{
    struct host *host = CONTAINING_RECORD(face, struct host, provider);

    *out = NULL;
    if (!IsEqualGUID(service, &IID_IAMGraphBuilderCallback) ||
        !IsEqualIID(iid, &IID_IAMGraphBuilderCallback))
        return E_NOINTERFACE;
    *out = &host->callback;
    host->refs++;
    return S_OK;
}

static const IUnknownVtbl site_vtbl = {
    .QueryInterface = site_query,
    .AddRef = site_addref,
    .Release = site_release,
};
static const IAMGraphBuilderCallbackVtbl callback_vtbl = {
    .QueryInterface = callback_query,
    .AddRef = callback_addref,
    .Release = callback_release,
    .SelectedFilter = host_selected,
    .CreatedFilter = host_created,
};
static const IServiceProviderVtbl provider_vtbl = {
    .QueryInterface = provider_query,
    .AddRef = provider_addref,
    .Release = provider_release,
    .QueryService = host_service,
};

static void host_open(struct test_graph *g, struct host *host)
{
    IObjectWithSite *with_site;

    host->site.lpVtbl = (IUnknownVtbl *)&site_vtbl;
    host->callback.lpVtbl = (IAMGraphBuilderCallbackVtbl *)&callback_vtbl;
    host->provider.lpVtbl = (IServiceProviderVtbl *)&provider_vtbl;
    host->refs = 1;
    graph_open(g);
    assert_hr(CALL(g->builder, QueryInterface, &IID_IObjectWithSite, (void **)&with_site),
              S_OK);
    assert_hr(CALL(with_site, SetSite, &host->site), S_OK);
    LET_GO(with_site);
}

static void host_close(struct test_graph *g, struct host *host)
{
    graph_close(g);
    assert_int_equal(host->refs, 1);
}

static struct fake_filter *put_source(struct test_graph *g, const char *types)
{
    return graph_put(g,
                     &(struct fake_config){ .name = "from", .outputs = 1, .out_types = types });
}

/* ---- IAMGraphBuilderCallback ------------------------------------------------------------- */

static void test_asked(void **state)
{
    struct host host = { .is_callback = true };
    struct test_graph g;

    (void)state;
    host_open(&g, &host);
    assert_hr(CALL(g.builder, Render, fake_out(put_source(&g, "M"), 0)), S_OK);
    assert_true(has_filter(&g, L"fake-better"));
    assert_int_equal(host.selected, 2); /* it, and the sink */
    assert_int_equal(host.created, 2);
    host_close(&g, &host);
}

static void test_refuses_class(void **state)
{
    struct host host = { .is_callback = true, .refuses = L"fake-better" };
    struct test_graph g;

    (void)state;
    host_open(&g, &host);
    assert_hr(CALL(g.builder, Render, fake_out(put_source(&g, "M"), 0)), S_OK);
    assert_true(has_filter(&g, L"fake-plain"));
    assert_int_equal(host.selected, 3);
    assert_int_equal(host.created, 2); /* what is not wanted is not made */
    host_close(&g, &host);
}

static void test_refuses_filter(void **state)
{
    struct host host = { .is_callback = true, .refuses_first = true };
    struct test_graph g;

    (void)state;
    host_open(&g, &host);
    assert_hr(CALL(g.builder, Render, fake_out(put_source(&g, "M"), 0)), S_OK);
    assert_true(has_filter(&g, L"fake-plain"));
    assert_int_equal(fake_filters_alive(), 3); /* it was let go of */
    host_close(&g, &host);
}

/* Connect asks too, and the callback may be a service of the site. */
static void test_connect_and_service(void **state)
{
    struct host host = { .refuses = L"fake-better" };
    struct fake_filter *to;
    struct test_graph g;

    (void)state;
    host_open(&g, &host);
    to = graph_put(&g, &(struct fake_config){ .name = "to", .inputs = 1, .in_types = "B" });
    assert_hr(CALL(g.builder, Connect, fake_out(put_source(&g, "M"), 0), fake_in(to, 0)), S_OK);
    assert_true(has_filter(&g, L"fake-plain"));
    host.refuses = L"fake-teller";
    assert_true(FAILED(CALL(g.builder, RenderFile, L"tells", NULL)));
    host_close(&g, &host);
}

/* What the callback is given: its names, its bag, and a filter of its class. */
static HRESULT STDMETHODCALLTYPE look_at_moniker(IAMGraphBuilderCallback *face,
                                                 IMoniker *moniker)
{
    struct host *host = CONTAINING_RECORD(face, struct host, callback);
    IBaseFilter *filter = NULL;
    LPOLESTR name = NULL;
    IPropertyBag *bag;
    VARIANT value;
    CLSID clsid;
    void *none = (void *)1;

    if (!is_called(moniker, L"fake-plain"))
        return E_FAIL;
    host->selected++;
    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, &IID_IPropertyBag, (void **)&bag), S_OK);
    VariantInit(&value);
    assert_hr(CALL(bag, Read, L"CLSID", &value, NULL), S_OK);
    assert_hr(CLSIDFromString(value.bstrVal, &clsid), S_OK);
    assert_true(IsEqualGUID(&clsid, &clsid_plain));
    VariantClear(&value);
    assert_hr(CALL(bag, Read, L"Colour", &value, NULL),
              HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    value.vt = VT_I4;
    assert_hr(CALL(bag, Read, L"CLSID", &value, NULL), DISP_E_TYPEMISMATCH);
    assert_hr(CALL(bag, Read, NULL, &value, NULL), E_POINTER);
    assert_hr(CALL(bag, Write, L"CLSID", &value), DISP_E_TYPEMISMATCH);
    LET_GO(bag);
    assert_hr(CALL(moniker, GetDisplayName, NULL, NULL, &name), S_OK);
    assert_non_null(wcsstr(name, L"@device:sw:{083863F1-70DE-11D0-BD40-00A0C911CE86}\\{"));
    CoTaskMemFree(name);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, (void **)&filter),
              S_OK);
    LET_GO(filter);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IPin, &none), E_NOINTERFACE);
    assert_null(none);
    assert_hr(CALL(moniker, IsEqual, moniker), S_OK);
    return S_OK;
}

static void test_moniker(void **state)
{
    static const IAMGraphBuilderCallbackVtbl looking = {
        .QueryInterface = callback_query,
        .AddRef = callback_addref,
        .Release = callback_release,
        .SelectedFilter = look_at_moniker,
        .CreatedFilter = host_created,
    };
    struct host host = { .is_callback = true };
    struct fake_filter *to;
    struct test_graph g;

    (void)state;
    host_open(&g, &host);
    host.callback.lpVtbl = (IAMGraphBuilderCallbackVtbl *)&looking;
    to = graph_put(&g, &(struct fake_config){ .name = "to", .inputs = 1, .in_types = "B" });
    assert_hr(CALL(g.builder, Connect, fake_out(put_source(&g, "M"), 0), fake_in(to, 0)), S_OK);
    assert_int_equal(host.selected, 1);
    host_close(&g, &host);
}

/* ---- services ---------------------------------------------------------------------------- */

static void test_services(void **state)
{
    static const GUID service = { 0x1234, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };
    struct host host = { .is_callback = true }, offered = { .refs = 1 };
    IRegisterServiceProvider *registry;
    IServiceProvider *provider;
    struct test_graph g;
    void *found = (void *)1;

    (void)state;
    offered.site.lpVtbl = (IUnknownVtbl *)&site_vtbl;
    offered.provider.lpVtbl = (IServiceProviderVtbl *)&provider_vtbl;
    host_open(&g, &host);
    assert_hr(
        CALL(g.builder, QueryInterface, &IID_IRegisterServiceProvider, (void **)&registry),
        S_OK);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IServiceProvider, (void **)&provider), S_OK);
    assert_hr(CALL(provider, QueryService, &service, &IID_IUnknown, &found), E_NOINTERFACE);
    assert_null(found);
    assert_hr(CALL(registry, RegisterService, &service, &offered.site), S_OK);
    assert_hr(CALL(registry, RegisterService, &service, &offered.site), S_OK); /* anew */
    assert_int_equal(offered.refs, 2);
    assert_hr(CALL(provider, QueryService, &service, &IID_IServiceProvider, &found), S_OK);
    assert_ptr_equal(found, &offered.provider);
    LET_GO((IUnknown *)found);
    assert_hr(CALL(provider, QueryService, &service, &IID_IPin, &found), E_NOINTERFACE);
    /* the site's services are the graph's too */
    assert_hr(CALL(provider, QueryService, &IID_IAMGraphBuilderCallback,
                   &IID_IAMGraphBuilderCallback, &found),
              S_OK);
    LET_GO((IUnknown *)found);
    assert_hr(CALL(registry, RegisterService, &service, NULL), S_OK);
    assert_int_equal(offered.refs, 1);
    assert_hr(CALL(registry, RegisterService, &service, NULL), S_OK);
    assert_hr(CALL(provider, QueryService, &service, &IID_IUnknown, &found), E_NOINTERFACE);
    assert_hr(CALL(registry, RegisterService, NULL, NULL), E_POINTER);
    assert_hr(CALL(provider, QueryService, NULL, &IID_IUnknown, &found), E_POINTER);
    assert_hr(CALL(provider, QueryService, &service, &IID_IUnknown, NULL), E_POINTER);
    assert_hr(CALL(registry, RegisterService, &service, &offered.site), S_OK);
    LET_GO(registry);
    LET_GO(provider);
    host_close(&g, &host);
    assert_int_equal(offered.refs, 1); /* went with the graph */
}

/* ---- progress and abort ------------------------------------------------------------------ */

static IAMOpenProgress *progress_of(struct test_graph *g)
{
    IAMOpenProgress *progress;

    assert_hr(CALL(g->builder, QueryInterface, &IID_IAMOpenProgress, (void **)&progress), S_OK);
    return progress;
}

static void in_a_thread(void *(*what)(void *), void *context)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, what, context), 0);
    pthread_join(thread, NULL);
}

static HRESULT seen_hr;
static LONGLONG seen_total, seen_current;

static void *look(void *context)
{
    IAMOpenProgress *progress = progress_of(context);

    seen_hr = CALL(progress, QueryProgress, &seen_total, &seen_current);
    LET_GO(progress);
    return NULL;
}

static void *give_up(void *context)
{
    IAMOpenProgress *progress = progress_of(context);

    seen_hr = CALL(progress, AbortOperation);
    LET_GO(progress);
    return NULL;
}

static void *press_abort(void *context)
{
    struct test_graph *g = context;

    seen_hr = CALL(g->builder, Abort);
    return NULL;
}

static void look_meanwhile(void)
{
    in_a_thread(look, loading);
}

static void give_up_meanwhile(void)
{
    in_a_thread(give_up, loading);
}

static void abort_meanwhile(void)
{
    in_a_thread(press_abort, loading);
}

static void test_progress(void **state)
{
    struct test_graph g;

    (void)state;
    graph_open(&g);
    loading = &g;
    look(&g);
    assert_hr(seen_hr, E_NOTIMPL);
    while_loading = look_meanwhile;
    assert_hr(CALL(g.builder, RenderFile, L"tells", NULL), S_OK);
    assert_hr(seen_hr, S_OK);
    assert_int_equal(seen_total, 100);
    assert_int_equal(seen_current, 42);
    assert_hr(CALL(g.builder, RenderFile, L"tells nothing", NULL), S_OK);
    assert_hr(seen_hr, VFW_E_TIMEOUT); /* who builds is not waited for */
    while_loading = NULL;
    look(&g); /* later the graph's sources are asked */
    assert_hr(seen_hr, S_OK);
    assert_int_equal(seen_current, 42);
    graph_close(&g);
}

static void assert_aborts(void (*how)(void), const WCHAR *path, unsigned told)
{
    struct test_graph g;

    graph_open(&g);
    loading = &g;
    progress_aborts = 0;
    while_loading = how;
    assert_hr(CALL(g.builder, RenderFile, path, NULL), E_ABORT);
    while_loading = NULL;
    assert_hr(seen_hr, S_OK);
    assert_int_equal(progress_aborts, told);
    assert_int_equal(graph_count(&g), 0);
    assert_int_equal(fake_filters_alive(), 0);
    assert_hr(CALL(g.builder, RenderFile, path, NULL), S_OK); /* that was for the other one */
    graph_close(&g);
}

static void test_abort(void **state)
{
    (void)state;
    assert_aborts(abort_meanwhile, L"tells", 1);
    assert_aborts(give_up_meanwhile, L"tells", 1);
    assert_aborts(abort_meanwhile, L"tells nothing", 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked),          cmocka_unit_test(test_refuses_class),
        cmocka_unit_test(test_refuses_filter), cmocka_unit_test(test_connect_and_service),
        cmocka_unit_test(test_moniker),        cmocka_unit_test(test_services),
        cmocka_unit_test(test_progress),       cmocka_unit_test(test_abort),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1); /* the fakes alone */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
