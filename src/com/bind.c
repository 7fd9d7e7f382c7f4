/* SPDX-License-Identifier: MIT */
/* bind.c - IBindCtx: what a binding of monikers remembers while it goes on.
 *
 * Any thread, under a lock of its own (a leaf); objects are released outside of it.
 * Knows: COM.  Must not know: what is bound.
 */
#include <pthread.h>
#include <string.h>
#include <wchar.h>

#include <objbase.h>

#include "com/object.h"
#include "platform/memory.h"

/* One thing that is remembered. */
struct bound {
    struct bound *next;
    IUnknown *object; /* reference */
    WCHAR key[];      /* of a parameter; empty: an object that was bound */
};

struct bind_context {
    struct com_object object; /* first */
    COM_FACE(IBindCtx) face;
    pthread_mutex_t lock;
    /* under lock */
    BIND_OPTS options;
    struct bound *objects, *parameters;
};

static struct bind_context *home(IBindCtx *face)
{
    return COM_HOME(face, struct bind_context);
}

/* ---- lists ------------------------------------------------------------------------------- */

static struct bound *bound_new(const WCHAR *key, IUnknown *object)
{
    size_t size = wcslen(key) + 1;
    struct bound *one = rg_alloc(sizeof(*one) + size * sizeof(*key));

    if (one == NULL)
        return NULL;
    wmemcpy(one->key, key, size);
    IUnknown_AddRef(object);
    one->object = object;
    return one;
}

static void bound_free(struct bound *first)
{
    while (first != NULL) {
        struct bound *one = first;

        first = one->next;
        IUnknown_Release(one->object);
        rg_free(one);
    }
}

/* Its place, or NULL.  object NULL: by key. */
static struct bound **bound_place(struct bound **place, const WCHAR *key, IUnknown *object)
{
    while (*place != NULL &&
           (object != NULL ? (*place)->object != object : wcscmp((*place)->key, key) != 0))
        place = &(*place)->next;
    return *place != NULL ? place : NULL;
}

/* Takes it out of the list and lets it go.  S_OK; `missing`: it was not there. */
static HRESULT bound_drop(struct bind_context *self, struct bound **list, const WCHAR *key,
                          IUnknown *object, HRESULT missing)
{
    struct bound *gone = NULL, **place;

    pthread_mutex_lock(&self->lock);
    place = bound_place(list, key, object);
    if (place != NULL) {
        gone = *place;
        *place = gone->next;
        gone->next = NULL;
    }
    pthread_mutex_unlock(&self->lock);
    bound_free(gone);
    return gone != NULL ? S_OK : missing;
}

/* ---- objects that were bound ------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE context_register(IBindCtx *face, IUnknown *object)
{
    struct bind_context *self = home(face);
    struct bound *one;

    if (object == NULL)
        return E_INVALIDARG;
    one = bound_new(L"", object);
    if (one == NULL)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&self->lock);
    one->next = self->objects;
    self->objects = one;
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE context_revoke(IBindCtx *face, IUnknown *object)
{
    struct bind_context *self = home(face);

    if (object == NULL)
        return E_INVALIDARG;
    return bound_drop(self, &self->objects, L"", object, MK_E_NOTBOUND);
}

static HRESULT STDMETHODCALLTYPE context_release_all(IBindCtx *face)
{
    struct bind_context *self = home(face);
    struct bound *gone;

    pthread_mutex_lock(&self->lock);
    gone = self->objects;
    self->objects = NULL;
    pthread_mutex_unlock(&self->lock);
    bound_free(gone);
    return S_OK;
}

/* ---- options ----------------------------------------------------------------------------- */

/* Shorter and longer ones are those of other versions: what both know is copied. */
static HRESULT STDMETHODCALLTYPE context_set_options(IBindCtx *face, BIND_OPTS *options)
{
    struct bind_context *self = home(face);

    if (options == NULL)
        return E_POINTER;
    if (options->cbStruct < sizeof(options->cbStruct))
        return E_INVALIDARG;
    pthread_mutex_lock(&self->lock);
    memcpy(&self->options, options,
           options->cbStruct < sizeof(*options) ? options->cbStruct : sizeof(*options));
    self->options.cbStruct = sizeof(self->options);
    pthread_mutex_unlock(&self->lock);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE context_get_options(IBindCtx *face, BIND_OPTS *options)
{
    struct bind_context *self = home(face);
    DWORD size;

    if (options == NULL)
        return E_POINTER;
    size = options->cbStruct;
    if (size < sizeof(options->cbStruct))
        return E_INVALIDARG;
    pthread_mutex_lock(&self->lock);
    memcpy(options, &self->options, size < sizeof(*options) ? size : sizeof(*options));
    pthread_mutex_unlock(&self->lock);
    options->cbStruct = size;
    return S_OK;
}

/* Nothing runs that could be found by its name. */
static HRESULT STDMETHODCALLTYPE context_running(IBindCtx *face, IRunningObjectTable **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return E_NOTIMPL;
}

/* ---- parameters -------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE context_set(IBindCtx *face, LPOLESTR key, IUnknown *object)
{
    struct bind_context *self = home(face);
    struct bound *one, *gone = NULL, **place;

    if (key == NULL || object == NULL)
        return E_INVALIDARG;
    one = bound_new(key, object);
    if (one == NULL)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&self->lock);
    place = bound_place(&self->parameters, key, NULL);
    if (place != NULL) { /* another object under the same key */
        gone = *place;
        *place = gone->next;
        gone->next = NULL;
    }
    one->next = self->parameters;
    self->parameters = one;
    pthread_mutex_unlock(&self->lock);
    bound_free(gone);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE context_get(IBindCtx *face, LPOLESTR key, IUnknown **ret)
{
    struct bind_context *self = home(face);
    struct bound **place;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (key == NULL)
        return E_INVALIDARG;
    pthread_mutex_lock(&self->lock);
    place = bound_place(&self->parameters, key, NULL);
    if (place != NULL) {
        *ret = (*place)->object;
        IUnknown_AddRef(*ret);
    }
    pthread_mutex_unlock(&self->lock);
    return *ret != NULL ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE context_enum(IBindCtx *face, IEnumString **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE context_drop(IBindCtx *face, LPOLESTR key)
{
    struct bind_context *self = home(face);

    if (key == NULL)
        return E_INVALIDARG;
    return bound_drop(self, &self->parameters, key, NULL, S_FALSE);
}

static const IBindCtxVtbl context_vtbl = {
    COM_UNKNOWN(IBindCtx),
    .RegisterObjectBound = context_register,
    .RevokeObjectBound = context_revoke,
    .ReleaseBoundObjects = context_release_all,
    .SetBindOptions = context_set_options,
    .GetBindOptions = context_get_options,
    .GetRunningObjectTable = context_running,
    .RegisterObjectParam = context_set,
    .GetObjectParam = context_get,
    .EnumObjectParam = context_enum,
    .RevokeObjectParam = context_drop,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry context_map[] = {
    COM_ENTRY(IBindCtx, struct bind_context, face),
    COM_MAP_END,
};

static void context_destroy(struct com_object *object)
{
    struct bind_context *self = (struct bind_context *)object;

    bound_free(self->objects);
    bound_free(self->parameters);
    pthread_mutex_destroy(&self->lock);
    com_object_fini(object);
    rg_free(self);
}

HRESULT STDAPICALLTYPE CreateBindCtx(DWORD reserved, IBindCtx **ret_context)
{
    struct bind_context *self;

    if (ret_context == NULL)
        return E_POINTER;
    *ret_context = NULL;
    if (reserved != 0)
        return E_INVALIDARG;
    self = rg_calloc(1, sizeof(*self));
    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "bind context", context_map, NULL, context_destroy);
    COM_FACE_INIT(&self->object, self->face, &context_vtbl);
    pthread_mutex_init(&self->lock, NULL);
    self->options = (BIND_OPTS){
        .cbStruct = sizeof(self->options), .grfMode = 2, /* STGM_READWRITE, as documented */
    };
    *ret_context = &self->face.i;
    return S_OK;
}
