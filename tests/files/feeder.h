/* SPDX-License-Identifier: MIT */
/* feeder.h - an output pin that does nothing, to connect an input whose samples the test sends itself. */
#pragma once

#include <stdbool.h>
#include <string.h>

#include <dshow.h>

static HRESULT STDMETHODCALLTYPE feeder_query(IPin *face, REFIID iid, void **out)
{
    bool is_pin = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IPin);

    *out = is_pin ? face : NULL;
    return is_pin ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE feeder_count(IPin *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE feeder_direction(IPin *face, PIN_DIRECTION *ret)
{
    (void)face;
    *ret = PINDIR_OUTPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE feeder_disconnect(IPin *face)
{
    (void)face;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE feeder_peer(IPin *face, IPin **ret)
{
    (void)face;
    *ret = NULL;
    return VFW_E_NOT_CONNECTED;
}

static HRESULT STDMETHODCALLTYPE feeder_info(IPin *face, PIN_INFO *ret)
{
    (void)face;
    memset(ret, 0, sizeof(*ret));
    ret->dir = PINDIR_OUTPUT;
    return S_OK;
}

static const IPinVtbl feeder_vtbl = {
    .QueryInterface = feeder_query,
    .AddRef = feeder_count,
    .Release = feeder_count,
    .Disconnect = feeder_disconnect,
    .ConnectedTo = feeder_peer,
    .QueryPinInfo = feeder_info,
    .QueryDirection = feeder_direction,
};
static IPin feeder = { (IPinVtbl *)&feeder_vtbl };
