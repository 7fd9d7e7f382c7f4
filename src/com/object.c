/* SPDX-License-Identifier: MIT */
/* object.c - identity, counting, interface map, aggregation; and who is alive, in debug builds.
 *
 * Any thread.  Knows: nothing about filters or pins.
 */
#include "com/object.h"

#include <assert.h>
#include <pthread.h>

#include <regraft.h>

static struct com_object *home(void *face)
{
    return ((struct com_face_any *)face)->self;
}

/* ---- the live list --------------------------------------------------------------------- */

#ifndef NDEBUG
static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;
static struct com_object *live_first;

static void live_add(struct com_object *object)
{
    pthread_mutex_lock(&live_lock);
    object->live_next = live_first;
    object->live_prev = &live_first;
    if (live_first != NULL)
        live_first->live_prev = &object->live_next;
    live_first = object;
    pthread_mutex_unlock(&live_lock);
}

static void live_remove(struct com_object *object)
{
    pthread_mutex_lock(&live_lock);
    if (object->live_prev != NULL) {
        *object->live_prev = object->live_next;
        if (object->live_next != NULL)
            object->live_next->live_prev = object->live_prev;
        object->live_prev = NULL;
    }
    pthread_mutex_unlock(&live_lock);
}

unsigned rg_live_objects(void (*report)(const char *name, unsigned references, void *context),
                         void *context)
{
    unsigned count = 0;

    pthread_mutex_lock(&live_lock);
    for (struct com_object *o = live_first; o != NULL; o = o->live_next) {
        count++;
        if (report != NULL)
            report(o->name, atomic_load(&o->refs), context);
    }
    pthread_mutex_unlock(&live_lock);
    return count;
}
#else
static void live_add(struct com_object *object)
{
    (void)object;
}

static void live_remove(struct com_object *object)
{
    (void)object;
}

unsigned rg_live_objects(void (*report)(const char *name, unsigned references, void *context),
                         void *context)
{
    (void)report;
    (void)context;
    return 0;
}
#endif

/* ---- counting -------------------------------------------------------------------------- */

static ULONG inner_addref(struct com_object *object)
{
    return atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed) + 1;
}

static ULONG inner_release(struct com_object *object)
{
    unsigned before = atomic_fetch_sub_explicit(&object->refs, 1, memory_order_release);

    assert(before != 0);
    if (before != 1)
        return before - 1;
    atomic_thread_fence(memory_order_acquire);
#if defined(__SANITIZE_THREAD__)
    atomic_load_explicit(&object->refs,
                         memory_order_acquire); /* the fence, as TSan can see it */
#endif
    /* calls made while it is taken down must not bring the count to 0 again */
    atomic_store_explicit(&object->refs, 1, memory_order_relaxed);
    object->destroy(object);
    return 0;
}

static bool is_part(const struct com_object *object)
{
    return object->lifetime != object;
}

static bool is_aggregated(const struct com_object *object)
{
    return object->outer != &object->inner.i;
}

ULONG com_addref(void *face)
{
    struct com_object *object = home(face);

    if (is_part(object))
        object = object->lifetime;
    return is_aggregated(object) ? object->outer->lpVtbl->AddRef(object->outer)
                                 : inner_addref(object);
}

ULONG com_release(void *face)
{
    struct com_object *object = home(face);

    if (is_part(object))
        object = object->lifetime;
    return is_aggregated(object) ? object->outer->lpVtbl->Release(object->outer)
                                 : inner_release(object);
}

void com_object_addref(struct com_object *object)
{
    com_addref(&object->inner);
}

void com_object_release(struct com_object *object)
{
    com_release(&object->inner);
}

/* ---- asking ---------------------------------------------------------------------------- */

HRESULT com_object_query(struct com_object *object, REFIID iid, void **out)
{
    if (out == NULL || iid == NULL)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IUnknown)) {
        *out = &object->inner.i;
        object->inner.i.lpVtbl->AddRef(&object->inner.i);
        return S_OK;
    }
    for (const struct com_entry *e = object->map; e->iid != NULL; e++) {
        if (IsEqualIID(iid, e->iid)) {
            void *face = (char *)object + e->offset;

            com_addref(face);
            *out = face;
            return S_OK;
        }
    }
    return object->query_more != NULL ? object->query_more(object, iid, out) : E_NOINTERFACE;
}

HRESULT com_query(void *face, REFIID iid, void **out)
{
    struct com_object *object = home(face);

    if (is_aggregated(object))
        return object->outer->lpVtbl->QueryInterface(object->outer, iid, out);
    return com_object_query(object, iid, out);
}

static HRESULT STDMETHODCALLTYPE inner_query_slot(IUnknown *face, REFIID iid, void **out)
{
    return com_object_query(home(face), iid, out);
}

static ULONG STDMETHODCALLTYPE inner_addref_slot(IUnknown *face)
{
    struct com_object *object = home(face);

    return is_part(object) ? com_addref(face) : inner_addref(object);
}

static ULONG STDMETHODCALLTYPE inner_release_slot(IUnknown *face)
{
    struct com_object *object = home(face);

    return is_part(object) ? com_release(face) : inner_release(object);
}

static const IUnknownVtbl inner_vtbl = {
    .QueryInterface = inner_query_slot,
    .AddRef = inner_addref_slot,
    .Release = inner_release_slot,
};

/* ---- birth and end --------------------------------------------------------------------- */

void com_object_init(struct com_object *object, const char *name, const struct com_entry *map,
                     IUnknown *outer, void (*destroy)(struct com_object *))
{
    /* the tables are constant; widl's C view declares the member without const */
    object->inner.i.lpVtbl = (IUnknownVtbl *)&inner_vtbl;
    object->inner.self = object;
    object->outer = outer != NULL ? outer : &object->inner.i;
    object->lifetime = object;
    atomic_init(&object->refs, 1);
    object->map = map;
    object->destroy = destroy;
    object->query_more = NULL;
    object->name = name;
    live_add(object);
}

void com_object_init_part(struct com_object *object, const char *name,
                          const struct com_entry *map, struct com_object *owner)
{
    com_object_init(object, name, map, NULL, NULL);
    object->lifetime = owner;
    atomic_store_explicit(&object->refs, 0, memory_order_relaxed);
}

void com_object_fini(struct com_object *object)
{
    live_remove(object);
}

HRESULT com_object_hand_out(struct com_object *object, IUnknown *outer, REFIID iid, void **out)
{
    HRESULT hr = CLASS_E_NOAGGREGATION;

    if (out != NULL)
        *out = NULL;
    if (outer == NULL || (iid != NULL && IsEqualIID(iid, &IID_IUnknown)))
        hr = com_object_query(object, iid, out);
    inner_release(object);
    return hr;
}
