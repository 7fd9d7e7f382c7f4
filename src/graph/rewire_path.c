/* SPDX-License-Identifier: MIT */
/* rewire_path.c - where an edit begins and ends, and what lies between.
 *
 * Control threads under the graph lock.  Costs what the road between the two pins has, never
 * the whole graph.
 * Knows: pins through COM.  Must not know: how the edit is carried out.
 */
#include "graph/rewire.h"

#include <string.h>

#include "platform/memory.h"

#define LONGEST_ROAD 1000000 /* a loop of pins ends here */

static HRESULT pick_pin(IBaseFilter *filter, PIN_DIRECTION direction, bool connected, bool only,
                        IPin **ret)
{
    struct graph_pins pins;
    size_t found = 0;
    HRESULT hr = graph_pins_open(&pins, filter);

    *ret = NULL;
    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IPin) peer = graph_pin_peer(pins.list[i]);

        if (graph_pin_is_output(pins.list[i]) != (direction == PINDIR_OUTPUT) ||
            (peer != NULL) != connected)
            continue;
        found++;
        if (*ret == NULL) {
            *ret = pins.list[i];
            IPin_AddRef(*ret);
        }
    }
    graph_pins_close(&pins);
    if (*ret != NULL && only && found > 1) {
        IPin_Release(*ret);
        *ret = NULL;
    }
    return *ret != NULL ? S_OK : VFW_E_NOT_FOUND;
}

/* The connected pin of a direction if there is exactly one, with a reference. */
static HRESULT only_connected_pin(IBaseFilter *filter, PIN_DIRECTION direction, IPin **ret)
{
    return pick_pin(filter, direction, true, true, ret);
}

HRESULT rewire_has_connection(IBaseFilter *filter)
{
    RG_AUTO(IPin) input = NULL;
    RG_AUTO(IPin) output = NULL;
    HRESULT hr = pick_pin(filter, PINDIR_INPUT, true, false, &input);

    if (hr == VFW_E_NOT_FOUND)
        hr = pick_pin(filter, PINDIR_OUTPUT, true, false, &output);
    return hr == VFW_E_NOT_FOUND ? S_FALSE : hr;
}

static bool is_removable(struct graph *graph, IBaseFilter *filter)
{
    struct graph_node *node = graph_node_of_filter(graph, filter);

    return node != NULL && (node->by_connect || (node->flags & AM_FILTER_FLAGS_REMOVABLE) != 0);
}

static HRESULT is_end_pin(IPin *input)
{
    RG_AUTO(IPinConnection) connection = NULL;

    if (FAILED(IPin_QueryInterface(input, &IID_IPinConnection, (void **)&connection)))
        return S_FALSE;
    return IPinConnection_IsEndPin(connection);
}

HRESULT rewire_find_end(struct graph *graph, IPin *out, IPin **ret_in, bool need_removable)
{
    RG_AUTO(IPin) output = out;

    *ret_in = NULL;
    IPin_AddRef(output);
    for (unsigned steps = 0; steps < LONGEST_ROAD; steps++) {
        RG_AUTO(IPin) input = graph_pin_peer(output);
        RG_AUTO(IBaseFilter) filter = NULL;
        IPin *next;
        HRESULT hr;

        if (input == NULL)
            return VFW_E_NOT_FOUND;
        if (is_end_pin(input) == S_OK) {
            *ret_in = RG_STEAL(&input);
            return S_OK;
        }
        filter = graph_pin_filter(input);
        if (filter == NULL || (need_removable && !is_removable(graph, filter)))
            return VFW_E_NOT_FOUND;
        hr = only_connected_pin(filter, PINDIR_OUTPUT, &next);
        if (FAILED(hr))
            return hr;
        IPin_Release(output);
        output = next;
    }
    return VFW_E_NOT_FOUND;
}

HRESULT rewire_find_begin(struct graph *graph, IPin *in, IPin **ret_out)
{
    RG_AUTO(IPin) input = in;

    *ret_out = NULL;
    IPin_AddRef(input);
    for (unsigned steps = 0; steps < LONGEST_ROAD; steps++) {
        RG_AUTO(IPin) output = graph_pin_peer(input);
        RG_AUTO(IPinFlowControl) flow = NULL;
        RG_AUTO(IBaseFilter) filter = NULL;
        IPin *next;
        HRESULT hr;

        if (output == NULL)
            return VFW_E_NOT_FOUND;
        if (SUCCEEDED(IPin_QueryInterface(output, &IID_IPinFlowControl, (void **)&flow))) {
            *ret_out = RG_STEAL(&output);
            return S_OK;
        }
        filter = graph_pin_filter(output);
        if (filter == NULL || !is_removable(graph, filter))
            return VFW_E_NOT_FOUND;
        hr = only_connected_pin(filter, PINDIR_INPUT, &next);
        if (FAILED(hr))
            return hr;
        IPin_Release(input);
        input = next;
    }
    return VFW_E_NOT_FOUND;
}

/* ---- between ------------------------------------------------------------------------------- */

static HRESULT path_grow(struct rewire_path *path)
{
    size_t room = path->room != 0 ? path->room * 2 : 4;
    void *filters = rg_realloc(path->filters, room * sizeof(*path->filters));
    void *inputs, *outputs;

    if (filters == NULL)
        return E_OUTOFMEMORY;
    path->filters = filters;
    inputs = rg_realloc(path->inputs, room * sizeof(*path->inputs));
    if (inputs == NULL)
        return E_OUTOFMEMORY;
    path->inputs = inputs;
    outputs = rg_realloc(path->outputs, room * sizeof(*path->outputs));
    if (outputs == NULL)
        return E_OUTOFMEMORY;
    path->outputs = outputs;
    path->room = room;
    return S_OK;
}

/* Takes over all three references on success. */
static HRESULT path_add(struct rewire_path *path, IBaseFilter *filter, IPin *input,
                        IPin *output)
{
    HRESULT hr = path->count == path->room ? path_grow(path) : S_OK;

    if (FAILED(hr))
        return hr;
    path->filters[path->count] = filter;
    path->inputs[path->count] = input;
    path->outputs[path->count++] = output;
    return S_OK;
}

HRESULT rewire_path_between(struct graph *graph, IPin *out, IPin *in, struct rewire_path *ret)
{
    IUnknown *goal = graph_identity(in);
    RG_AUTO(IPin) input = graph_pin_peer(out);
    HRESULT hr = S_OK;

    memset(ret, 0, sizeof(*ret));
    if (input == NULL) {
        RG_AUTO(IPin) other = graph_pin_peer(in);

        return other == NULL
                   ? S_OK
                   : VFW_E_NOT_FOUND; /* nothing there yet, or ends of different roads */
    }
    while (SUCCEEDED(hr) && graph_identity(input) != goal) {
        RG_AUTO(IBaseFilter) filter = graph_pin_filter(input);
        RG_AUTO(IPin) output = NULL;
        RG_AUTO(IPin) next = NULL;

        if (filter != NULL && graph_node_of_filter(graph, filter) != NULL)
            hr = only_connected_pin(filter, PINDIR_OUTPUT, &output);
        if (FAILED(hr))
            break;
        if (output != NULL)
            next = graph_pin_peer(output);
        if (next == NULL || ret->count > LONGEST_ROAD) {
            hr = VFW_E_NOT_FOUND;
            break;
        }
        hr = path_add(ret, filter, input, output);
        if (SUCCEEDED(hr)) {
            (void)RG_STEAL(&filter);
            (void)RG_STEAL(&output);
            input = RG_STEAL(&next);
        }
    }
    if (FAILED(hr))
        rewire_path_free(ret);
    return hr;
}

void rewire_path_free(struct rewire_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        IBaseFilter_Release(path->filters[i]);
        IPin_Release(path->inputs[i]);
        IPin_Release(path->outputs[i]);
    }
    rg_free(path->filters);
    rg_free(path->inputs);
    rg_free(path->outputs);
    memset(path, 0, sizeof(*path));
}
