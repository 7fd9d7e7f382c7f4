/* SPDX-License-Identifier: MIT */
/* pins.c - what the graph asks pins and filters, and how it lets two pins go.
 *
 * Control threads.  Knows: IPin, IBaseFilter, IPinConnection.
 * Must not know: the graph they belong to.
 */
#include "graph/graph_internal.h"

#include <stdio.h>
#include <string.h>

#include "platform/memory.h"

#define PINS_TRIES 8 /* how often a filter may change its pins while it is asked for them */

/* ---- all pins of a filter ---------------------------------------------------------------- */

void graph_pins_close(struct graph_pins *pins)
{
    for (size_t i = 0; i < pins->count; i++)
        pins->list[i]->lpVtbl->Release(pins->list[i]);
    if (pins->list != pins->few)
        rg_free(pins->list);
    pins->list = pins->few;
    pins->count = 0;
}

static HRESULT pins_grow(struct graph_pins *pins, size_t room)
{
    IPin **bigger = rg_calloc(room, sizeof(*bigger));

    if (bigger == NULL)
        return E_OUTOFMEMORY;
    memcpy(bigger, pins->list, pins->count * sizeof(*bigger));
    if (pins->list != pins->few)
        rg_free(pins->list);
    pins->list = bigger;
    return S_OK;
}

/* S_OK; VFW_E_ENUM_OUT_OF_SYNC: try again; a failure. */
static HRESULT pins_read(struct graph_pins *pins, IEnumPins *list)
{
    size_t room = GRAPH_PINS_AT_ONCE;

    for (;;) {
        ULONG got = 0;
        HRESULT hr;

        if (pins->count == room) {
            room *= 2;
            hr = pins_grow(pins, room);
            if (FAILED(hr))
                return hr;
        }
        hr = list->lpVtbl->Next(list, (ULONG)(room - pins->count), pins->list + pins->count,
                                &got);
        if (FAILED(hr))
            return hr;
        pins->count += got <= room - pins->count ? got : 0;
        if (hr != S_OK || got == 0)
            return S_OK;
    }
}

HRESULT graph_pins_open(struct graph_pins *pins, IBaseFilter *filter)
{
    RG_AUTO(IEnumPins) list = NULL;
    HRESULT hr;

    pins->list = pins->few;
    pins->count = 0;
    hr = filter->lpVtbl->EnumPins(filter, &list);
    if (FAILED(hr))
        return hr;
    for (int i = 0; i < PINS_TRIES; i++) {
        hr = pins_read(pins, list);
        if (hr != VFW_E_ENUM_OUT_OF_SYNC)
            break;
        graph_pins_close(pins);
        list->lpVtbl->Reset(list);
    }
    if (FAILED(hr))
        graph_pins_close(pins);
    return hr;
}

/* ---- one pin ----------------------------------------------------------------------------- */

IUnknown *graph_identity(void *unknown)
{
    IUnknown *face = unknown, *identity = NULL;

    if (face == NULL ||
        FAILED(face->lpVtbl->QueryInterface(face, &IID_IUnknown, (void **)&identity)) ||
        identity == NULL)
        return NULL;
    identity->lpVtbl->Release(identity);
    return identity;
}

IBaseFilter *graph_pin_filter(IPin *pin)
{
    PIN_INFO info; /* 528 bytes that nobody reads */

    info.pFilter = NULL;
    return SUCCEEDED(pin->lpVtbl->QueryPinInfo(pin, &info)) ? info.pFilter : NULL;
}

IPin *graph_pin_peer(IPin *pin)
{
    IPin *peer = NULL;

    return SUCCEEDED(pin->lpVtbl->ConnectedTo(pin, &peer)) ? peer : NULL;
}

bool graph_pin_is_output(IPin *pin)
{
    PIN_DIRECTION direction = PINDIR_INPUT;

    return SUCCEEDED(pin->lpVtbl->QueryDirection(pin, &direction)) &&
           direction == PINDIR_OUTPUT;
}

bool graph_pin_is_hidden(IPin *pin)
{
    PIN_INFO info = { 0 };

    if (FAILED(pin->lpVtbl->QueryPinInfo(pin, &info)))
        return false;
    if (info.pFilter != NULL)
        info.pFilter->lpVtbl->Release(info.pFilter);
    return info.achName[0] == L'~';
}

HRESULT graph_pin_disconnect(IPin *pin)
{
    HRESULT hr = pin->lpVtbl->Disconnect(pin);
    RG_AUTO(IPinConnection) dynamic = NULL;

    if (hr != VFW_E_NOT_STOPPED)
        return hr;
    if (FAILED(pin->lpVtbl->QueryInterface(pin, &IID_IPinConnection, (void **)&dynamic)))
        return hr;
    return dynamic->lpVtbl->DynamicDisconnect(dynamic);
}

static bool is_peer_of(IPin *pin, IPin *other)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);

    return peer != NULL && graph_identity(peer) == graph_identity(other);
}

HRESULT graph_pin_disconnect_both(IPin *pin)
{
    RG_AUTO(IPin) peer = graph_pin_peer(pin);
    IPin *output, *input;
    HRESULT first, second;

    if (peer == NULL)
        return S_FALSE;
    if (!is_peer_of(peer, pin)) /* it has another one already */
        return graph_pin_disconnect(pin);
    output = graph_pin_is_output(pin) ? pin : peer;
    input = output == pin ? peer : pin;
    first = graph_pin_disconnect(output);
    if (FAILED(first))
        return first;
    second = graph_pin_disconnect(input);
    return FAILED(second) ? second : S_OK;
}

/* ---- names ------------------------------------------------------------------------------- */

static size_t encode_utf8(uint32_t c, char out[4])
{
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

void graph_text_from_wide(const WCHAR *wide, char *text, size_t size)
{
    size_t at = 0;

    if (size == 0)
        return;
    for (; *wide != 0; wide++) {
        char bytes[4];
        size_t n = encode_utf8((uint32_t)*wide, bytes);

        if (at + n >= size)
            break;
        memcpy(text + at, bytes, n);
        at += n;
    }
    text[at] = 0;
}

void graph_filter_text(IBaseFilter *filter, char *text, size_t size)
{
    FILTER_INFO info = { 0 };

    snprintf(text, size, "?");
    if (SUCCEEDED(filter->lpVtbl->QueryFilterInfo(filter, &info)))
        graph_text_from_wide(info.achName, text, size);
    if (info.pGraph != NULL)
        info.pGraph->lpVtbl->Release(info.pGraph);
}

void graph_pin_text(IPin *pin, char *text, size_t size)
{
    PIN_INFO pin_info = { 0 };
    char filter_name[128] = "?", pin_name[128] = "?";

    if (SUCCEEDED(pin->lpVtbl->QueryPinInfo(pin, &pin_info)))
        graph_text_from_wide(pin_info.achName, pin_name, sizeof(pin_name));
    if (pin_info.pFilter != NULL) {
        graph_filter_text(pin_info.pFilter, filter_name, sizeof(filter_name));
        pin_info.pFilter->lpVtbl->Release(pin_info.pFilter);
    }
    snprintf(text, size, "%s.%s", filter_name, pin_name);
}
