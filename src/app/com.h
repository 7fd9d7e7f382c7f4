/* SPDX-License-Identifier: MIT */
/* com.h - COM as the front ends use it: the call macros, and references that let themselves go.
 *
 * Any thread.  Knows: the public headers.  Must not know: the library's insides.
 */
#pragma once

#ifndef COBJMACROS
#define COBJMACROS
#endif
#include <regraft.h>

#include "app/text.h"

/* `RG_AUTO(IPin) pin = NULL;`: released when the scope ends, unless stolen before. */
static inline void app_auto_release(void *place)
{
    IUnknown *object = *(IUnknown **)place;

    if (object)
        IUnknown_Release(object);
}

#define APP_AUTO(type) __attribute__((cleanup(app_auto_release))) type *

/* Lets *place go and makes it NULL. */
static inline void app_release(void *place)
{
    app_auto_release(place);
    *(void **)place = NULL;
}

/* QueryInterface with NULL for failure. */
static inline void *app_query(void *object, REFIID iid)
{
    void *face = NULL;

    if (!object || FAILED(IUnknown_QueryInterface((IUnknown *)object, iid, &face)))
        return NULL;
    return face;
}

/* Same COM object? */
bool app_is_same(void *a, void *b);

/* What an HRESULT says, with its number: "not found (0x80040216)". */
void app_text_hresult(struct app_text *text, HRESULT hr);

/* The graph's own words for its last failure, else what hr says. */
void app_text_report(struct app_text *text, void *graph, HRESULT hr);

/* "{…}", 39 characters with the final zero. */
void app_guid_text(const GUID *id, char *ret_text, size_t size);

/* Text of pins; "?" where a filter does not answer. */
void app_pin_name(IPin *pin, char *ret_name, size_t size);
void app_filter_name(IBaseFilter *filter, char *ret_name, size_t size);

/* The bytes that IPersistStream of the filter saves; none where it has no such thing. */
HRESULT app_filter_state(IBaseFilter *filter, struct app_text *ret);

/* Pins of a filter, in order; the caller releases each and frees the array. */
struct app_pins {
    IPin **items;
    size_t count;
};

void app_pins_get(IBaseFilter *filter, struct app_pins *ret_pins);
void app_pins_release(struct app_pins *pins);
PIN_DIRECTION app_pin_direction(IPin *pin);
IPin *app_pin_peer(IPin *pin);          /* with a reference; NULL if unconnected */
IBaseFilter *app_pin_filter(IPin *pin); /* with a reference; NULL if unknown */

/* Filters of a graph, in the graph's order; the caller releases each and frees the array. */
struct app_filters {
    IBaseFilter **items;
    size_t count;
};

void app_filters_get(IFilterGraph *graph, struct app_filters *ret_filters);
void app_filters_release(struct app_filters *filters);

/* What a media type holds on to; the structure itself is the caller's. */
void app_media_type_clear(AM_MEDIA_TYPE *type);
void app_media_type_delete(AM_MEDIA_TYPE *type);
