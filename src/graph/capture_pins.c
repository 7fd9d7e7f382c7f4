/* SPDX-License-Identifier: MIT */
/* capture_pins.c - which pin of a filter is meant: by direction, category, media type.
 *
 * Control threads.
 * Knows: pins through IPin and IKsPropertySet.  Must not know: graphs.
 */
#include "graph/capture.h"

#include "media/type.h"

static bool is_connected(IPin *pin)
{
    RG_AUTO(IPin) peer = NULL;

    return SUCCEEDED(IPin_ConnectedTo(pin, &peer)) && peer != NULL;
}

static bool is_of_category(IPin *pin, const GUID *category)
{
    RG_AUTO(IKsPropertySet) set = NULL;
    DWORD bytes = 0;
    GUID its;

    if (FAILED(IPin_QueryInterface(pin, &IID_IKsPropertySet, (void **)&set)) ||
        FAILED(IKsPropertySet_Get(set, &AMPROPSETID_Pin, AMPROPERTY_PIN_CATEGORY, NULL, 0, &its,
                                  sizeof(its), &bytes)))
        return false;
    return bytes == sizeof(its) && IsEqualGUID(&its, category);
}

/* As it is connected, or as it could be. */
static bool is_of_type(IPin *pin, const GUID *major)
{
    RG_AUTO(IEnumMediaTypes) list = NULL;
    AM_MEDIA_TYPE now, *type = NULL;
    bool is = false;

    if (SUCCEEDED(IPin_ConnectionMediaType(pin, &now))) {
        is = IsEqualGUID(&now.majortype, major);
        rg_type_clear(&now);
        return is;
    }
    if (FAILED(IPin_EnumMediaTypes(pin, &list)))
        return false;
    while (!is && IEnumMediaTypes_Next(list, 1, &type, NULL) == S_OK) {
        is = IsEqualGUID(&type->majortype, major);
        rg_type_delete(type);
    }
    return is;
}

bool capture_pin_fits(IPin *pin, const struct capture_wish *wish)
{
    PIN_DIRECTION direction = PINDIR_INPUT;

    if (FAILED(IPin_QueryDirection(pin, &direction)) || direction != wish->direction)
        return false;
    if (wish->unconnected && is_connected(pin))
        return false;
    if (wish->category != NULL && !is_of_category(pin, wish->category))
        return false;
    return wish->type == NULL || IsEqualGUID(wish->type, &GUID_NULL) ||
           is_of_type(pin, wish->type);
}

static HRESULT find_in_filter(IBaseFilter *filter, const struct capture_wish *wish, int index,
                              IPin **ret)
{
    RG_AUTO(IEnumPins) list = NULL;
    IPin *pin = NULL;
    HRESULT hr = IBaseFilter_EnumPins(filter, &list);

    while (SUCCEEDED(hr) && IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        if (capture_pin_fits(pin, wish) && index-- == 0) {
            *ret = pin;
            return S_OK;
        }
        IPin_Release(pin);
    }
    return FAILED(hr) ? hr : E_FAIL;
}

HRESULT capture_find_pin(IUnknown *source, const struct capture_wish *wish, int index,
                         IPin **ret)
{
    RG_AUTO(IBaseFilter) filter = NULL;
    RG_AUTO(IPin) pin = NULL;

    *ret = NULL;
    if (SUCCEEDED(IUnknown_QueryInterface(source, &IID_IBaseFilter, (void **)&filter)))
        return find_in_filter(filter, wish, index, ret);
    if (FAILED(IUnknown_QueryInterface(source, &IID_IPin, (void **)&pin)))
        return E_NOINTERFACE;
    if (index != 0 || !capture_pin_fits(pin, wish))
        return E_FAIL;
    *ret = RG_STEAL(&pin);
    return S_OK;
}

IBaseFilter *capture_filter_of(IPin *pin)
{
    PIN_INFO info;

    return SUCCEEDED(IPin_QueryPinInfo(pin, &info)) ? info.pFilter : NULL;
}
