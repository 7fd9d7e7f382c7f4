/* SPDX-License-Identifier: MIT */
/* enum_pins.c - IEnumPins over a filter's pins: inputs first, then outputs.
 *
 * Control threads.  A filter that gained pins makes its enumerators answer
 * VFW_E_ENUM_OUT_OF_SYNC until Reset.
 * Knows: the filter's pin arrays.  Must not know: connections.
 */
#include "base/filter.h"
#include "base/in_pin.h"
#include "base/out_pin.h"
#include "platform/memory.h"

struct pin_enum {
    struct com_object object;
    COM_FACE(IEnumPins) face;
    struct rg_filter *filter; /* a reference */
    atomic_uint position, version;
};

static const IEnumPinsVtbl pins_vtbl;

static struct pin_enum *enum_of(IEnumPins *face)
{
    return COM_HOME(face, struct pin_enum);
}

static unsigned total(struct rg_filter *filter)
{
    return atomic_load(&filter->n_in) + atomic_load(&filter->n_out);
}

static IPin *pin_at(struct rg_filter *filter, unsigned index)
{
    unsigned n_in = atomic_load(&filter->n_in);

    return index < n_in ? &rg_filter_in(filter, index)->pin.i
                        : &rg_filter_out(filter, index - n_in)->pin.i;
}

static bool is_stale(struct pin_enum *e)
{
    return atomic_load(&e->version) != atomic_load(&e->filter->pins_version);
}

static HRESULT STDMETHODCALLTYPE pins_next(IEnumPins *face, ULONG wanted, IPin **pins,
                                           ULONG *fetched)
{
    struct pin_enum *e = enum_of(face);
    ULONG done = 0;

    if (pins == NULL)
        return E_POINTER;
    if (fetched != NULL)
        *fetched = 0;
    else if (wanted != 1)
        return E_INVALIDARG;
    if (is_stale(e))
        return VFW_E_ENUM_OUT_OF_SYNC;
    while (done < wanted && atomic_load(&e->position) < total(e->filter)) {
        pins[done] = pin_at(e->filter, atomic_fetch_add(&e->position, 1));
        IPin_AddRef(pins[done]);
        done++;
    }
    if (fetched != NULL)
        *fetched = done;
    return done == wanted ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pins_skip(IEnumPins *face, ULONG skip)
{
    struct pin_enum *e = enum_of(face);
    unsigned left = total(e->filter) - atomic_load(&e->position);

    if (is_stale(e))
        return VFW_E_ENUM_OUT_OF_SYNC;
    if (skip > left) {
        atomic_fetch_add(&e->position, left);
        return S_FALSE;
    }
    atomic_fetch_add(&e->position, skip);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pins_reset(IEnumPins *face)
{
    struct pin_enum *e = enum_of(face);

    atomic_store(&e->version, atomic_load(&e->filter->pins_version));
    atomic_store(&e->position, 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pins_clone(IEnumPins *face, IEnumPins **ret)
{
    struct pin_enum *e = enum_of(face);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if (is_stale(e))
        return VFW_E_ENUM_OUT_OF_SYNC;
    hr = rg_filter_enum_pins(e->filter, ret);
    if (SUCCEEDED(hr))
        atomic_store(&enum_of(*ret)->position, atomic_load(&e->position));
    return hr;
}

static const IEnumPinsVtbl pins_vtbl = {
    COM_UNKNOWN(IEnumPins), .Next = pins_next,   .Skip = pins_skip,
    .Reset = pins_reset,    .Clone = pins_clone,
};

static const struct com_entry pins_map[] = {
    COM_ENTRY(IEnumPins, struct pin_enum, face),
    COM_MAP_END,
};

static void pins_destroy(struct com_object *object)
{
    struct pin_enum *e = (struct pin_enum *)object;

    com_object_release(&e->filter->object);
    com_object_fini(object);
    rg_free(e);
}

HRESULT rg_filter_enum_pins(struct rg_filter *filter, IEnumPins **ret)
{
    struct pin_enum *e = rg_calloc(1, sizeof(*e));

    *ret = NULL;
    if (e == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&e->object, "pin enumerator", pins_map, NULL, pins_destroy);
    COM_FACE_INIT(&e->object, e->face, &pins_vtbl);
    e->filter = filter;
    com_addref(&filter->base_filter); /* the outer object's life, if aggregated */
    atomic_init(&e->version, atomic_load(&filter->pins_version));
    *ret = &e->face.i;
    return S_OK;
}
