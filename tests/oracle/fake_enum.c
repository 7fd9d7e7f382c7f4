/* SPDX-License-Identifier: MIT */
/* fake_enum.c - the lists of a fake's pins and of a pin's only type.
 *
 * Any thread, one at a time for each list.  Knows: pins.  Must not know: graphs.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

struct list {
    IEnumPins pins;
    IEnumMediaTypes types;
    LONG refs;
    struct fake *fake;    /* reference; of pins */
    struct fake_pin *pin; /* reference; of types */
    ULONG at;
};

static HRESULT list_query(struct list *list, REFIID iid, void **out)
{
    BOOL of_pins = list->fake != NULL;

    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, of_pins ? &IID_IEnumPins : &IID_IEnumMediaTypes))
        return E_NOINTERFACE;
    *out = of_pins ? (void *)&list->pins : (void *)&list->types;
    InterlockedIncrement(&list->refs);
    return S_OK;
}

static ULONG list_addref(struct list *list)
{
    return (ULONG)InterlockedIncrement(&list->refs);
}

static ULONG list_release(struct list *list)
{
    ULONG left = (ULONG)InterlockedDecrement(&list->refs);

    if (left == 0) {
        if (list->fake != NULL)
            fake_let_go(list->fake);
        else
            fake_pin_let_go(list->pin);
        free(list);
    }
    return left;
}

FAKE_UNKNOWN(IEnumPins, pins, struct list, pins, list_query, list_addref, list_release)
FAKE_UNKNOWN(IEnumMediaTypes, types, struct list, types, list_query, list_addref, list_release)

static struct list *list_new(struct fake *fake, struct fake_pin *pin, ULONG at);

/* ---- IEnumPins --------------------------------------------------------------------------- */

static struct list *of_pins(IEnumPins *self)
{
    return CONTAINING_RECORD(self, struct list, pins);
}

static HRESULT STDMETHODCALLTYPE pins_next(IEnumPins *self, ULONG count, IPin **out,
                                           ULONG *ret_count)
{
    struct list *list = of_pins(self);
    ULONG got = 0;

    for (; got < count && list->at < (ULONG)list->fake->n_pins; got++) {
        out[got] = &list->fake->pins[list->at++].pin;
        IPin_AddRef(out[got]);
    }
    if (ret_count != NULL)
        *ret_count = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pins_skip(IEnumPins *self, ULONG count)
{
    of_pins(self)->at += count;
    return of_pins(self)->at <= (ULONG)of_pins(self)->fake->n_pins ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pins_reset(IEnumPins *self)
{
    of_pins(self)->at = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pins_clone(IEnumPins *self, IEnumPins **out)
{
    *out = &list_new(of_pins(self)->fake, NULL, of_pins(self)->at)->pins;
    return S_OK;
}

static IEnumPinsVtbl pins_vtbl = {
    FAKE_UNKNOWN_SLOTS(pins), .Next = pins_next,   .Skip = pins_skip,
    .Reset = pins_reset,      .Clone = pins_clone,
};

/* ---- IEnumMediaTypes --------------------------------------------------------------------- */

static struct list *of_types(IEnumMediaTypes *self)
{
    return CONTAINING_RECORD(self, struct list, types);
}

static HRESULT STDMETHODCALLTYPE types_next(IEnumMediaTypes *self, ULONG count,
                                            AM_MEDIA_TYPE **out, ULONG *ret_count)
{
    struct list *list = of_types(self);
    ULONG got = 0;

    if (count != 0 && list->at == 0) {
        out[0] = CoTaskMemAlloc(sizeof(AM_MEDIA_TYPE));
        if (out[0] == NULL)
            return E_OUTOFMEMORY;
        fake_type(out[0], &list->pin->major, &list->pin->subtype);
        list->at = got = 1;
    }
    if (ret_count != NULL)
        *ret_count = got;
    return got == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE types_skip(IEnumMediaTypes *self, ULONG count)
{
    of_types(self)->at += count;
    return of_types(self)->at <= 1 ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE types_reset(IEnumMediaTypes *self)
{
    of_types(self)->at = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE types_clone(IEnumMediaTypes *self, IEnumMediaTypes **out)
{
    *out = &list_new(NULL, of_types(self)->pin, of_types(self)->at)->types;
    return S_OK;
}

static IEnumMediaTypesVtbl types_vtbl = {
    FAKE_UNKNOWN_SLOTS(types), .Next = types_next,   .Skip = types_skip,
    .Reset = types_reset,      .Clone = types_clone,
};

/* ---- making ------------------------------------------------------------------------------ */

static struct list *list_new(struct fake *fake, struct fake_pin *pin, ULONG at)
{
    struct list *list = calloc(1, sizeof(*list));

    if (list == NULL)
        abort();
    list->pins.lpVtbl = &pins_vtbl;
    list->types.lpVtbl = &types_vtbl;
    list->refs = 1;
    list->fake = fake;
    list->pin = pin;
    list->at = at;
    if (fake != NULL)
        fake_addref(fake);
    else
        fake_pin_addref(pin);
    return list;
}

HRESULT fake_enum_pins(struct fake *fake, IEnumPins **out)
{
    *out = &list_new(fake, NULL, 0)->pins;
    return S_OK;
}

HRESULT fake_enum_types(struct fake_pin *pin, IEnumMediaTypes **out)
{
    *out = &list_new(NULL, pin, 0)->types;
    return S_OK;
}
