/* SPDX-License-Identifier: MIT */
/* resources.c - IResourceManager of the graph.
 *
 * Any thread.  A consumer is called without the lock, so what it holds is looked up again afterwards.
 * Knows: names, counts, who waits.  Must not know: what a resource is.
 *
 * There is no focus: nobody can say here which of several applications the user looks at, so nobody is made to give up
 * what it has, and who asked first is served first.
 */
#include "graph/resources.h"

#include <stdbool.h>
#include <wchar.h>

#include "graph/graph_internal.h"
#include "platform/memory.h"

enum claim_state {
    CLAIM_WAITS = 1,
    CLAIM_OFFERED, /* AcquireResource was called: NotifyAcquire tells what became of it */
    CLAIM_HOLDS,
};

struct claim {
    struct claim *next;
    IResourceConsumer *consumer; /* reference */
    enum claim_state state;
};

struct graph_resource {
    struct graph_resource *next;
    WCHAR *name;
    LONG id, most;
    LONG used;           /* claims that hold it or are offered it */
    struct claim *first; /* in the order in which they asked */
};

void graph_resources_init(struct graph_resources *all)
{
    pthread_mutex_init(&all->lock, NULL);
}

static void claim_free(struct claim *claim)
{
    if (claim == NULL)
        return;
    claim->consumer->lpVtbl->Release(claim->consumer);
    rg_free(claim);
}

void graph_resources_free(struct graph_resources *all)
{
    while (all->first != NULL) {
        struct graph_resource *one = all->first;

        all->first = one->next;
        while (one->first != NULL) {
            struct claim *claim = one->first;

            one->first = claim->next;
            claim_free(claim);
        }
        rg_free(one->name);
        rg_free(one);
    }
    pthread_mutex_destroy(&all->lock);
}

/* ---- under the lock ---------------------------------------------------------------------- */

static struct graph_resource *resource_of(struct graph_resources *all, LONG id)
{
    struct graph_resource *one = all->first;

    while (one != NULL && one->id != id)
        one = one->next;
    return one;
}

static struct claim **claim_place(struct graph_resource *resource, IResourceConsumer *consumer)
{
    struct claim **at = &resource->first;

    while (*at != NULL && (*at)->consumer != consumer)
        at = &(*at)->next;
    return at;
}

static void claim_append(struct graph_resource *resource, struct claim *claim)
{
    struct claim **at = &resource->first;

    while (*at != NULL)
        at = &(*at)->next;
    claim->next = NULL;
    *at = claim;
}

/* Out of the list; what it held is free.  NULL: there is none. */
static struct claim *claim_take(struct graph_resource *resource, IResourceConsumer *consumer)
{
    struct claim **at = claim_place(resource, consumer);
    struct claim *claim = *at;

    if (claim == NULL)
        return NULL;
    *at = claim->next;
    if (claim->state != CLAIM_WAITS)
        resource->used--;
    return claim;
}

static IResourceConsumer *offer_next(struct graph_resource *resource)
{
    struct claim *claim = resource->first;

    while (claim != NULL && claim->state != CLAIM_WAITS)
        claim = claim->next;
    if (claim == NULL || resource->used >= resource->most)
        return NULL;
    claim->state = CLAIM_OFFERED;
    resource->used++;
    claim->consumer->lpVtbl->AddRef(claim->consumer);
    return claim->consumer;
}

/* What became of an offer.  The claim that it ends, for the caller to free, or NULL. */
static struct claim *offer_settle(struct graph_resource *resource, IResourceConsumer *consumer,
                                  HRESULT result)
{
    struct claim *claim = *claim_place(resource, consumer);

    if (claim == NULL || claim->state != CLAIM_OFFERED || result == S_FALSE)
        return NULL; /* S_FALSE: NotifyAcquire comes later */
    if (FAILED(result))
        return claim_take(resource, consumer);
    claim->state = CLAIM_HOLDS;
    return NULL;
}

/* ---- without the lock -------------------------------------------------------------------- */

/* Offers what is free to those who wait. */
static void serve(struct graph_resources *all, struct graph_resource *resource)
{
    for (;;) {
        IResourceConsumer *consumer;
        struct claim *over;
        HRESULT hr;

        pthread_mutex_lock(&all->lock);
        consumer = offer_next(resource);
        pthread_mutex_unlock(&all->lock);
        if (consumer == NULL)
            return;
        hr = consumer->lpVtbl->AcquireResource(consumer, resource->id);
        pthread_mutex_lock(&all->lock);
        over = offer_settle(resource, consumer, hr);
        pthread_mutex_unlock(&all->lock);
        claim_free(over);
        consumer->lpVtbl->Release(consumer);
    }
}

static struct graph_resources *home(IResourceManager *face)
{
    return &graph_home(face)->resources;
}

static struct graph_resource *resource_new(struct graph_resources *all, LPCWSTR name,
                                           LONG count)
{
    struct graph_resource *one = rg_calloc(1, sizeof(*one));

    if (one == NULL)
        return NULL;
    one->name = rg_memory_dup(name, (wcslen(name) + 1) * sizeof(*name));
    if (one->name == NULL) {
        rg_free(one);
        return NULL;
    }
    one->id = ++all->count;
    one->most = count;
    one->next = all->first;
    all->first = one;
    return one;
}

static HRESULT STDMETHODCALLTYPE resources_register(IResourceManager *face, LPCWSTR name,
                                                    LONG count, LONG *ret_id)
{
    struct graph_resources *all = home(face);
    struct graph_resource *one;
    HRESULT hr = S_FALSE;

    if (name == NULL || ret_id == NULL)
        return E_POINTER;
    if (count <= 0)
        return E_INVALIDARG;
    pthread_mutex_lock(&all->lock);
    for (one = all->first; one != NULL && wcscmp(one->name, name) != 0;)
        one = one->next;
    if (one == NULL) {
        one = resource_new(all, name, count);
        hr = one != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (one != NULL)
        *ret_id = one->id;
    pthread_mutex_unlock(&all->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE resources_request(IResourceManager *face, LONG id,
                                                   IUnknown *focus, IResourceConsumer *consumer)
{
    struct graph_resources *all = home(face);
    struct graph_resource *resource;
    struct claim *claim, *fresh;
    HRESULT hr = E_INVALIDARG;

    (void)focus; /* there is none, see above */
    if (consumer == NULL)
        return E_POINTER;
    fresh = rg_calloc(1, sizeof(*fresh));
    if (fresh == NULL)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&all->lock);
    resource = resource_of(all, id);
    if (resource != NULL) {
        claim = *claim_place(resource, consumer);
        if (claim == NULL) {
            claim = fresh;
            fresh = NULL;
            claim->consumer = consumer;
            consumer->lpVtbl->AddRef(consumer);
            claim->state = resource->used < resource->most ? CLAIM_HOLDS : CLAIM_WAITS;
            resource->used += claim->state == CLAIM_HOLDS;
            claim_append(resource, claim);
        }
        hr = claim->state == CLAIM_HOLDS ? S_OK : S_FALSE;
    }
    pthread_mutex_unlock(&all->lock);
    rg_free(fresh);
    return hr;
}

static HRESULT STDMETHODCALLTYPE resources_acquired(IResourceManager *face, LONG id,
                                                    IResourceConsumer *consumer, HRESULT result)
{
    struct graph_resources *all = home(face);
    struct graph_resource *resource;
    struct claim *over = NULL;

    if (consumer == NULL)
        return E_POINTER;
    pthread_mutex_lock(&all->lock);
    resource = resource_of(all, id);
    if (resource != NULL)
        over = offer_settle(resource, consumer, result);
    pthread_mutex_unlock(&all->lock);
    if (resource == NULL)
        return E_INVALIDARG;
    claim_free(over);
    serve(all, resource);
    return S_OK;
}

/* The claim ends, or goes to the end of the line.  S_FALSE: there was none. */
static HRESULT claim_end(struct graph_resources *all, LONG id, IResourceConsumer *consumer,
                         bool still_wants)
{
    struct graph_resource *resource;
    struct claim *claim = NULL;
    bool found = false;

    if (consumer == NULL)
        return E_POINTER;
    pthread_mutex_lock(&all->lock);
    resource = resource_of(all, id);
    if (resource != NULL)
        claim = claim_take(resource, consumer);
    found = claim != NULL;
    if (found && still_wants) {
        claim->state = CLAIM_WAITS;
        claim_append(resource, claim);
        claim = NULL;
    }
    pthread_mutex_unlock(&all->lock);
    if (resource == NULL)
        return E_INVALIDARG;
    claim_free(claim);
    serve(all, resource);
    return found ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE resources_released(IResourceManager *face, LONG id,
                                                    IResourceConsumer *consumer,
                                                    BOOL still_wants)
{
    return claim_end(home(face), id, consumer, still_wants != FALSE);
}

static HRESULT STDMETHODCALLTYPE resources_cancel(IResourceManager *face, LONG id,
                                                  IResourceConsumer *consumer)
{
    return claim_end(home(face), id, consumer, false);
}

static HRESULT STDMETHODCALLTYPE resources_register_group(IResourceManager *face, LPCWSTR name,
                                                          LONG count, LONG *ids, LONG *ret_id)
{
    (void)face, (void)count;
    return name == NULL || ids == NULL || ret_id == NULL ? E_POINTER : E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE resources_focus(IResourceManager *face, IUnknown *focus)
{
    (void)face;
    return focus == NULL ? E_POINTER : E_NOTIMPL;
}

const IResourceManagerVtbl graph_resources_vtbl = {
    COM_UNKNOWN(IResourceManager),
    .Register = resources_register,
    .RegisterGroup = resources_register_group,
    .RequestResource = resources_request,
    .NotifyAcquire = resources_acquired,
    .NotifyRelease = resources_released,
    .CancelRequest = resources_cancel,
    .SetFocus = resources_focus,
    .ReleaseFocus = resources_focus,
};
