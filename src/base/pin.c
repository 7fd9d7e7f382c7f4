/* SPDX-License-Identifier: MIT */
/* pin.c - what input and output pins answer alike: name, direction, owner, connection type,
 * and what a report calls them.
 *
 * Any thread.  Knows: a pin's name and link lock.  Must not know: which way data goes.
 */
#include <stdio.h>
#include <string.h>

#include "base/in_pin_internal.h"
#include "platform/text.h"

HRESULT rg_pin_connection_type(pthread_mutex_t *link_lock, IPin *const *peer,
                               const AM_MEDIA_TYPE *type, AM_MEDIA_TYPE *ret)
{
    HRESULT hr = VFW_E_NOT_CONNECTED;

    if (ret == NULL)
        return E_POINTER;
    pthread_mutex_lock(link_lock);
    if (*peer != NULL)
        hr = rg_type_copy(ret, type);
    else
        memset(ret, 0, sizeof(*ret));
    pthread_mutex_unlock(link_lock);
    return hr;
}

HRESULT rg_pin_info(struct rg_filter *filter, PIN_DIRECTION direction, const WCHAR *name,
                    PIN_INFO *ret)
{
    if (ret == NULL)
        return E_POINTER;
    ret->pFilter = &filter->base_filter.i;
    IBaseFilter_AddRef(ret->pFilter);
    ret->dir = direction;
    memcpy(ret->achName, name, (wcslen(name) + 1) * sizeof(*name));
    return S_OK;
}

HRESULT rg_pin_direction(PIN_DIRECTION direction, PIN_DIRECTION *ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = direction;
    return S_OK;
}

HRESULT rg_pin_id(const WCHAR *name, LPWSTR *ret)
{
    size_t bytes = (wcslen(name) + 1) * sizeof(WCHAR);

    if (ret == NULL)
        return E_POINTER;
    *ret = CoTaskMemAlloc(bytes);
    if (*ret == NULL)
        return E_OUTOFMEMORY;
    memcpy(*ret, name, bytes);
    return S_OK;
}

void rg_pin_name(WCHAR *to, const char *name)
{
    (void)rg_text_to_wide(to, RG_PIN_NAME, name); /* a longer name is cut */
}

/* A filter that is in no graph goes by the name of its class. */
static void place_tell(const struct rg_place *place, struct rg_place_name *ret)
{
    const struct rg_pin_place *here = (const struct rg_pin_place *)place;
    struct rg_filter *filter = here->filter;
    char owner[sizeof(ret->text) / 2], pin[sizeof(ret->text) / 2];

    pthread_mutex_lock(&filter->name_lock);
    (void)rg_text_to_utf8(owner, sizeof(owner), filter->name);
    ret->graph = filter->graph;
    pthread_mutex_unlock(&filter->name_lock);
    (void)rg_text_to_utf8(pin, sizeof(pin), here->name);
    snprintf(ret->text, sizeof(ret->text), "%s.%s", owner[0] != 0 ? owner : filter->cls->name,
             pin);
}

void rg_pin_place_init(struct rg_pin_place *place, struct rg_filter *filter, const WCHAR *name)
{
    place->place.tell = place_tell;
    place->filter = filter;
    place->name = name;
}
