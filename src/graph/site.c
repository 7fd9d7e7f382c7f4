/* SPDX-License-Identifier: MIT */
/* site.c - IObjectWithSite of the graph, the builder callback it leads to, and IServiceProvider.
 *
 * Any thread; the callback comes on the building thread, under the graph lock, which is its contract.
 * Knows: whom the host has given.  Must not know: who chooses filters.
 */
#include "graph/site.h"

#include "com/registry.h"
#include "graph/graph_internal.h"
#include "mapper/connect.h"
#include "platform/memory.h"

struct graph_service {
    struct graph_service *next;
    GUID id;
    IUnknown *object; /* reference */
};

static void service_free(struct graph_service *service)
{
    if (service == NULL)
        return;
    service->object->lpVtbl->Release(service->object);
    rg_free(service);
}

void graph_site_init(struct graph_site *site)
{
    pthread_mutex_init(&site->lock, NULL);
}

void graph_site_free(struct graph_site *site)
{
    if (site->object != NULL)
        site->object->lpVtbl->Release(site->object);
    while (site->services != NULL) {
        struct graph_service *service = site->services;

        site->services = service->next;
        service_free(service);
    }
    pthread_mutex_destroy(&site->lock);
}

/* ---- IObjectWithSite --------------------------------------------------------------------- */

static IUnknown *site_object(struct graph_site *site)
{
    IUnknown *object;

    pthread_mutex_lock(&site->lock);
    object = site->object;
    if (object != NULL)
        object->lpVtbl->AddRef(object);
    pthread_mutex_unlock(&site->lock);
    return object;
}

static HRESULT STDMETHODCALLTYPE site_set(IObjectWithSite *face, IUnknown *object)
{
    struct graph_site *site = &graph_home(face)->site;
    IUnknown *old;

    if (object != NULL)
        object->lpVtbl->AddRef(object);
    pthread_mutex_lock(&site->lock);
    old = site->object;
    site->object = object;
    pthread_mutex_unlock(&site->lock);
    if (old != NULL)
        old->lpVtbl->Release(old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE site_get(IObjectWithSite *face, REFIID iid, void **out)
{
    RG_AUTO(IUnknown) object = NULL;

    if (out == NULL || iid == NULL)
        return E_POINTER;
    *out = NULL;
    object = site_object(&graph_home(face)->site);
    return object != NULL ? object->lpVtbl->QueryInterface(object, iid, out) : E_FAIL;
}

const IObjectWithSiteVtbl graph_site_vtbl = {
    COM_UNKNOWN(IObjectWithSite),
    .SetSite = site_set,
    .GetSite = site_get,
};

/* ---- services ---------------------------------------------------------------------------- */

static IUnknown *service_find(struct graph_site *site, REFGUID id)
{
    IUnknown *object = NULL;

    pthread_mutex_lock(&site->lock);
    for (struct graph_service *one = site->services; one != NULL; one = one->next) {
        if (IsEqualGUID(&one->id, id)) {
            object = one->object;
            object->lpVtbl->AddRef(object);
            break;
        }
    }
    pthread_mutex_unlock(&site->lock);
    return object;
}

static struct graph_service *service_take_locked(struct graph_site *site, REFGUID id)
{
    for (struct graph_service **at = &site->services; *at != NULL; at = &(*at)->next) {
        struct graph_service *one = *at;

        if (IsEqualGUID(&one->id, id)) {
            *at = one->next;
            return one;
        }
    }
    return NULL;
}

static HRESULT STDMETHODCALLTYPE service_register(IRegisterServiceProvider *face, REFGUID id,
                                                  IUnknown *object)
{
    struct graph_site *site = &graph_home(face)->site;
    struct graph_service *old, *service = NULL;

    if (id == NULL)
        return E_POINTER;
    if (object != NULL) {
        service = rg_calloc(1, sizeof(*service));
        if (service == NULL)
            return E_OUTOFMEMORY;
        service->id = *id;
        service->object = object;
        object->lpVtbl->AddRef(object);
    }
    pthread_mutex_lock(&site->lock);
    old = service_take_locked(site, id);
    if (service != NULL) {
        service->next = site->services;
        site->services = service;
    }
    pthread_mutex_unlock(&site->lock);
    service_free(old);
    return S_OK;
}

const IRegisterServiceProviderVtbl graph_register_service_vtbl = {
    COM_UNKNOWN(IRegisterServiceProvider),
    .RegisterService = service_register,
};

static HRESULT ask_provider(IUnknown *object, REFGUID id, REFIID iid, void **out)
{
    RG_AUTO(IServiceProvider) provider = NULL;

    if (object == NULL || FAILED(object->lpVtbl->QueryInterface(object, &IID_IServiceProvider,
                                                                (void **)&provider)))
        return E_NOINTERFACE;
    return provider->lpVtbl->QueryService(provider, id, iid, out);
}

static HRESULT STDMETHODCALLTYPE service_query(IServiceProvider *face, REFGUID id, REFIID iid,
                                               void **out)
{
    struct graph_site *site = &graph_home(face)->site;
    RG_AUTO(IUnknown) object = NULL;

    if (out == NULL)
        return E_POINTER;
    *out = NULL;
    if (id == NULL || iid == NULL)
        return E_POINTER;
    object = service_find(site, id);
    if (object != NULL)
        return object->lpVtbl->QueryInterface(object, iid, out);
    object = site_object(site);
    return ask_provider(object, id, iid, out);
}

const IServiceProviderVtbl graph_service_provider_vtbl = {
    COM_UNKNOWN(IServiceProvider),
    .QueryService = service_query,
};

/* ---- IAMGraphBuilderCallback ------------------------------------------------------------- */

/* The site itself, or what it names as a service.  A reference, or NULL. */
static IAMGraphBuilderCallback *callback_of(struct graph *graph)
{
    RG_AUTO(IUnknown) object = site_object(&graph->site);
    IAMGraphBuilderCallback *callback = NULL;

    if (object == NULL)
        return NULL;
    if (SUCCEEDED(object->lpVtbl->QueryInterface(object, &IID_IAMGraphBuilderCallback,
                                                 (void **)&callback)) ||
        SUCCEEDED(ask_provider(object, &IID_IAMGraphBuilderCallback,
                               &IID_IAMGraphBuilderCallback, (void **)&callback)))
        return callback;
    return NULL;
}

/* S_OK; VFW_E_CANNOT_CONNECT: the host said no, whatever its reason, and others are tried. */
static HRESULT verdict(struct graph *graph, const char *about, HRESULT said)
{
    if (SUCCEEDED(said))
        return S_OK;
    graph_log(graph, "the host refuses %s: 0x%08x", about, (unsigned)said);
    return VFW_E_CANNOT_CONNECT;
}

static HRESULT ask_about_class(struct graph *graph, IAMGraphBuilderCallback *callback,
                               const struct rg_class_entry *entry)
{
    RG_AUTO(IMoniker) moniker = NULL;
    HRESULT hr = rg_mapper_moniker(entry, &moniker);

    if (FAILED(hr))
        return hr;
    return verdict(graph, entry->name, callback->lpVtbl->SelectedFilter(callback, moniker));
}

HRESULT graph_class_make_locked(struct graph *graph, const struct rg_class_entry *entry,
                                IBaseFilter **ret)
{
    RG_AUTO(IAMGraphBuilderCallback) callback = callback_of(graph);
    RG_AUTO(IBaseFilter) filter = NULL;
    HRESULT hr = callback != NULL ? ask_about_class(graph, callback, entry) : S_OK;

    if (SUCCEEDED(hr))
        hr = rg_class_make(entry, NULL, &IID_IBaseFilter, (void **)&filter);
    if (SUCCEEDED(hr) && callback != NULL)
        hr = verdict(graph, "the filter", callback->lpVtbl->CreatedFilter(callback, filter));
    if (FAILED(hr))
        return hr;
    *ret = RG_STEAL(&filter);
    return S_OK;
}
