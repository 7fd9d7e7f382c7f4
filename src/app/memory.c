/* SPDX-License-Identifier: MIT */
/* memory.c - how much the links of a graph remember, for decoders that come in later.
 *
 * Control threads, one at a time.  Knows: IRgLink's memory.  Must not know: what it is for.
 */
#include "app/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool number_read(const char **text, uint64_t *ret)
{
    char *end;

    errno = 0;
    if (**text < '0' || **text > '9')
        return false;
    *ret = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

/* K, M, G: times 1024 each; may be left out. */
static bool unit_read(const char **text, uint64_t *bytes)
{
    static const char letters[] = "KMG";
    const char *letter = **text ? strchr(letters, **text) : NULL;

    if (!letter)
        return true;
    (*text)++;
    return !__builtin_mul_overflow(*bytes, UINT64_C(1) << 10 * (letter - letters + 1), bytes);
}

bool app_memory_parse(const char *text, struct app_memory *ret)
{
    struct app_memory memory = { .is_set = true, .samples = APP_MEMORY_SAMPLES };
    uint64_t samples = memory.samples;

    if (!number_read(&text, &memory.bytes) || !unit_read(&text, &memory.bytes))
        return false;
    if (*text == ',') {
        text++;
        if (!number_read(&text, &samples))
            return false;
    }
    if (*text || samples > UINT32_MAX)
        return false;
    memory.samples = memory.bytes ? (uint32_t)samples : 0;
    *ret = memory;
    return true;
}

void app_memory_set(const struct app_memory *memory, IBaseFilter *filter)
{
    struct app_pins pins;

    if (!memory->is_set || !filter)
        return;
    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        APP_AUTO(IRgLink) link = NULL;

        if (app_pin_direction(pins.items[i]) == PINDIR_OUTPUT &&
            SUCCEEDED(IPin_QueryInterface(pins.items[i], &IID_IRgLink, (void **)&link)))
            (void)IRgLink_SetMemory(link, memory->bytes, memory->samples);
    }
    app_pins_release(&pins);
}

void app_graph_remember(struct app_graph *graph, const struct app_memory *memory)
{
    APP_AUTO(IEnumFilters) list = NULL;
    IBaseFilter *filter;

    graph->memory = *memory;
    if (!memory->is_set || FAILED(IGraphBuilder_EnumFilters(graph->builder, &list)))
        return;
    while (IEnumFilters_Next(list, 1, &filter, NULL) == S_OK) {
        app_memory_set(memory, filter);
        IBaseFilter_Release(filter);
    }
}
