/* SPDX-License-Identifier: MIT */
/* runtime.c - CoInitialize, task memory, class objects, CoCreateInstance.
 *
 * Any thread.  There are no apartments; class objects of the host are kept under objects_lock,
 * and no foreign code but AddRef is called under it.
 * Knows: the class registry.  Must not know: filters, pins, graphs.
 */
#include <pthread.h>

#include <ole2.h>

#include "com/registry_internal.h"
#include "platform/memory.h"
#include "platform/tls.h"

/* --- per thread ---------------------------------------------------------------------- */

static RG_TLS ULONG init_count;
static RG_TLS DWORD init_mode; /* of the first success that is still to be undone */

HRESULT STDAPICALLTYPE CoInitializeEx(LPVOID reserved, DWORD mode)
{
    DWORD apartment = mode & COINIT_APARTMENTTHREADED;

    if (reserved != NULL || (mode & ~(DWORD)(COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE |
                                             COINIT_SPEED_OVER_MEMORY)) != 0)
        return E_INVALIDARG;
    if (init_count != 0 && init_mode != apartment)
        return RPC_E_CHANGED_MODE;
    init_mode = apartment;
    return init_count++ == 0 ? S_OK : S_FALSE;
}

HRESULT STDAPICALLTYPE CoInitialize(LPVOID reserved)
{
    return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

void STDAPICALLTYPE CoUninitialize(void)
{
    if (init_count != 0)
        init_count--;
}

HRESULT STDAPICALLTYPE OleInitialize(LPVOID reserved)
{
    return CoInitialize(reserved);
}

void STDAPICALLTYPE OleUninitialize(void)
{
    CoUninitialize();
}

/* Modules stay loaded: their classes may be looked up again at any moment. */
void STDAPICALLTYPE CoFreeUnusedLibraries(void)
{
}

/* --- task memory -----------------------------------------------------------------------
 * A size of 0 gives a block of its own; CoTaskMemRealloc(p, 0) frees p and returns NULL, and
 * CoTaskMemRealloc(NULL, n) allocates: as COM documents them. */

LPVOID STDAPICALLTYPE CoTaskMemAlloc(SIZE_T bytes)
{
    return rg_alloc(bytes);
}

LPVOID STDAPICALLTYPE CoTaskMemRealloc(LPVOID memory, SIZE_T bytes)
{
    if (memory != NULL && bytes == 0) {
        rg_free(memory);
        return NULL;
    }
    return rg_realloc(memory, bytes);
}

void STDAPICALLTYPE CoTaskMemFree(LPVOID memory)
{
    rg_free(memory);
}

/* --- class objects that the host registered ------------------------------------------------
 */

struct class_object {
    struct class_object *next;
    CLSID clsid;
    IUnknown *factory;
    DWORD context, cookie;
    bool is_single, is_used;
};

static pthread_mutex_t objects_lock = PTHREAD_MUTEX_INITIALIZER;
/* under objects_lock */
static struct class_object *first_object;
static DWORD last_cookie;

static struct class_object *object_find_locked(REFCLSID clsid)
{
    struct class_object *object = first_object;

    while (object != NULL && !IsEqualCLSID(&object->clsid, clsid))
        object = object->next;
    return object;
}

static bool cookie_is_used_locked(DWORD cookie)
{
    for (const struct class_object *o = first_object; o != NULL; o = o->next)
        if (o->cookie == cookie)
            return true;
    return false;
}

HRESULT STDAPICALLTYPE CoRegisterClassObject(REFCLSID clsid, IUnknown *factory, DWORD context,
                                             DWORD flags, LPDWORD ret_cookie)
{
    struct class_object *object;

    if (clsid == NULL || factory == NULL || ret_cookie == NULL)
        return E_POINTER;
    if ((context & CLSCTX_ALL) == 0 ||
        (flags & ~(DWORD)(REGCLS_MULTIPLEUSE | REGCLS_MULTI_SEPARATE)) != 0)
        return E_INVALIDARG;
    object = rg_calloc(1, sizeof(*object));
    if (object == NULL)
        return E_OUTOFMEMORY;
    object->clsid = *clsid;
    object->factory = factory;
    object->context = context;
    object->is_single = flags == REGCLS_SINGLEUSE;
    IUnknown_AddRef(factory);

    pthread_mutex_lock(&objects_lock);
    if (object_find_locked(clsid) != NULL) {
        pthread_mutex_unlock(&objects_lock);
        IUnknown_Release(factory);
        rg_free(object);
        return CO_E_OBJISREG;
    }
    do
        object->cookie = ++last_cookie;
    while (object->cookie == 0 || cookie_is_used_locked(object->cookie));
    object->next = first_object;
    first_object = object;
    *ret_cookie = object->cookie;
    pthread_mutex_unlock(&objects_lock);
    return S_OK;
}

HRESULT STDAPICALLTYPE CoRevokeClassObject(DWORD cookie)
{
    struct class_object **place = &first_object;
    struct class_object *object;

    pthread_mutex_lock(&objects_lock);
    while (*place != NULL && (*place)->cookie != cookie)
        place = &(*place)->next;
    object = *place;
    if (object != NULL)
        *place = object->next;
    pthread_mutex_unlock(&objects_lock);
    if (object == NULL)
        return CO_E_OBJNOTREG;
    IUnknown_Release(object->factory);
    rg_free(object);
    return S_OK;
}

/* A reference to the host's factory for this class, or NULL. */
static IUnknown *object_get(REFCLSID clsid, DWORD context)
{
    struct class_object *object;
    IUnknown *factory = NULL;

    pthread_mutex_lock(&objects_lock);
    object = object_find_locked(clsid);
    if (object != NULL && (object->context & context) != 0 &&
        !(object->is_single && object->is_used)) {
        object->is_used = true;
        factory = object->factory;
        IUnknown_AddRef(factory);
    }
    pthread_mutex_unlock(&objects_lock);
    return factory;
}

/* --- creating
 * --------------------------------------------------------------------------------- */

static HRESULT row_find(REFCLSID clsid, DWORD context, const struct rg_class_row **ret_row)
{
    if ((context & CLSCTX_INPROC_SERVER) == 0)
        return REGDB_E_CLASSNOTREG;
    return rg_registry_find_clsid(clsid, ret_row);
}

HRESULT STDAPICALLTYPE CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID reserved,
                                        REFIID iid, LPVOID *ret_factory)
{
    const struct rg_class_row *row;
    IUnknown *factory;
    HRESULT hr;

    if (ret_factory == NULL)
        return E_POINTER;
    *ret_factory = NULL;
    if (clsid == NULL || iid == NULL)
        return E_POINTER;
    if (reserved != NULL)
        return E_INVALIDARG; /* another machine */
    factory = object_get(clsid, context);
    if (factory != NULL) {
        hr = IUnknown_QueryInterface(factory, iid, ret_factory);
        IUnknown_Release(factory);
        return hr;
    }
    hr = row_find(clsid, context, &row);
    return FAILED(hr) ? hr : rg_class_factory(row->entry, iid, ret_factory);
}

static HRESULT create_by_factory(IUnknown *unknown, IUnknown *outer, REFIID iid, void **out)
{
    void *face = NULL;
    IClassFactory *factory;
    HRESULT hr = IUnknown_QueryInterface(unknown, &IID_IClassFactory, &face);

    if (FAILED(hr))
        return hr;
    factory = face;
    hr = IClassFactory_CreateInstance(factory, outer, iid, out);
    IClassFactory_Release(factory);
    if (FAILED(hr))
        *out = NULL;
    return hr;
}

HRESULT STDAPICALLTYPE CoCreateInstance(REFCLSID clsid, IUnknown *outer, DWORD context,
                                        REFIID iid, LPVOID *ret_object)
{
    const struct rg_class_row *row;
    IUnknown *factory;
    HRESULT hr;

    if (ret_object == NULL)
        return E_POINTER;
    *ret_object = NULL;
    if (clsid == NULL || iid == NULL)
        return E_POINTER;
    factory = object_get(clsid, context);
    if (factory != NULL) {
        hr = create_by_factory(factory, outer, iid, ret_object);
        IUnknown_Release(factory);
        return hr;
    }
    hr = row_find(clsid, context, &row);
    return FAILED(hr) ? hr : rg_class_make(row->entry, outer, iid, ret_object);
}
