/* SPDX-License-Identifier: MIT */
/* fake_capture.c - what a foreign pin tells of itself to who builds capture graphs: its category, and
 * when its stream is to start and stop.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <string.h>

/* ---- IKsPropertySet ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE set_query(IKsPropertySet *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, properties)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE set_addref(IKsPropertySet *face)
{
    return fake_addref(PIN_OF(face, properties)->filter);
}

static ULONG STDMETHODCALLTYPE set_release(IKsPropertySet *face)
{
    return fake_unref(PIN_OF(face, properties)->filter);
}

static HRESULT STDMETHODCALLTYPE set_set(IKsPropertySet *face, REFGUID set, DWORD id,
                                         LPVOID instance, DWORD instance_bytes, LPVOID data,
                                         DWORD bytes)
{
    (void)face, (void)set, (void)id, (void)instance, (void)instance_bytes;
    (void)data, (void)bytes;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_get(IKsPropertySet *face, REFGUID set, DWORD id,
                                         LPVOID instance, DWORD instance_bytes, LPVOID data,
                                         DWORD bytes, DWORD *returned)
{
    struct fake_pin *pin = PIN_OF(face, properties);

    (void)instance, (void)instance_bytes;
    if (!IsEqualGUID(set, &AMPROPSETID_Pin))
        return E_PROP_SET_UNSUPPORTED;
    if (id != AMPROPERTY_PIN_CATEGORY)
        return E_PROP_ID_UNSUPPORTED;
    if (bytes < sizeof(GUID))
        return E_UNEXPECTED;
    memcpy(data, pin->filter->config.categories[pin->index], sizeof(GUID));
    *returned = sizeof(GUID);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_supported(IKsPropertySet *face, REFGUID set, DWORD id,
                                               DWORD *ret)
{
    (void)face, (void)set, (void)id;
    *ret = KSPROPERTY_SUPPORT_GET;
    return S_OK;
}

const IKsPropertySetVtbl fake_properties_vtbl = {
    .QueryInterface = set_query,
    .AddRef = set_addref,
    .Release = set_release,
    .Set = set_set,
    .Get = set_get,
    .QuerySupported = set_supported,
};

/* ---- IAMStreamControl -------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE control_query(IAMStreamControl *face, REFIID iid, void **out)
{
    return fake_pin_query(&PIN_OF(face, control)->pin, iid, out);
}

static ULONG STDMETHODCALLTYPE control_addref(IAMStreamControl *face)
{
    return fake_addref(PIN_OF(face, control)->filter);
}

static ULONG STDMETHODCALLTYPE control_release(IAMStreamControl *face)
{
    return fake_unref(PIN_OF(face, control)->filter);
}

static HRESULT STDMETHODCALLTYPE control_start(IAMStreamControl *face,
                                               const REFERENCE_TIME *start, DWORD cookie)
{
    AM_STREAM_INFO *told = &PIN_OF(face, control)->told;

    told->tStart = start != NULL ? *start : -1;
    told->dwStartCookie = cookie;
    told->dwFlags |= AM_STREAM_INFO_START_DEFINED;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE control_stop(IAMStreamControl *face,
                                              const REFERENCE_TIME *stop, BOOL extra,
                                              DWORD cookie)
{
    AM_STREAM_INFO *told = &PIN_OF(face, control)->told;

    told->tStop = stop != NULL ? *stop : -1;
    told->dwStopCookie = cookie;
    told->dwFlags |= AM_STREAM_INFO_STOP_DEFINED | (extra ? AM_STREAM_INFO_STOP_SEND_EXTRA : 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE control_info(IAMStreamControl *face, AM_STREAM_INFO *ret)
{
    *ret = PIN_OF(face, control)->told;
    return S_OK;
}

const IAMStreamControlVtbl fake_control_vtbl = {
    .QueryInterface = control_query,
    .AddRef = control_addref,
    .Release = control_release,
    .StartAt = control_start,
    .StopAt = control_stop,
    .GetInfo = control_info,
};
