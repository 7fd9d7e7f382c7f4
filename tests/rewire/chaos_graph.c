/* SPDX-License-Identifier: MIT */
/* chaos_graph.c - the graph of a round: built, played once more at the end, torn down. */
#include "chaos.h"

#include <stdio.h>
#include <string.h>

static IBaseFilter *put(struct chaos *c, IBaseFilter *filter, const WCHAR *name)
{
    check(filter != NULL && SUCCEEDED(IFilterGraph3_AddFilter(c->builder, filter, name)),
          "no filter");
    IBaseFilter_Release(filter);
    c->fixtures[c->n_fixtures++] = filter;
    return filter;
}

static void join(struct chaos *c, IPin *out, IPin *in)
{
    check(IFilterGraph3_ConnectDirect(c->builder, out, in, NULL) == S_OK, "no connection");
}

IPin *chaos_free_pin(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    IEnumPins *list;
    IPin *pin, *found = NULL;
    HRESULT hr;

    check(IBaseFilter_EnumPins(filter, &list) == S_OK, "no pins");
    while (found == NULL && (hr = IEnumPins_Next(list, 1, &pin, NULL)) != S_FALSE) {
        PIN_DIRECTION direction;

        if (hr == VFW_E_ENUM_OUT_OF_SYNC) { /* another thread has got the free one */
            IEnumPins_Reset(list);
            continue;
        }
        check(hr == S_OK, "no next pin");
        IPin_QueryDirection(pin, &direction);
        if (direction == wanted && !kit_connected(pin))
            found = pin;
        IPin_Release(pin);
    }
    IEnumPins_Release(list);
    return found;
}

const struct chaos_road *chaos_some_road(const struct chaos *c)
{
    return &c->roads[roll(c->n_roads)];
}

static IBaseFilter *sink_for(unsigned slot)
{
    char options[16];

    (void)snprintf(options, sizeof(options), "slot=%u", slot);
    return kit_filter_with(KIT_SINK, options);
}

static struct chaos_road *road_from(struct chaos *c, IBaseFilter *at)
{
    struct chaos_road *road = &c->roads[c->n_roads];

    memset(road, 0, sizeof(*road));
    road->at = at;
    road->out = kit_out(at);
    road->slot = c->n_roads++;
    return road;
}

static void road_to_recorder(struct chaos *c, IBaseFilter *at)
{
    struct chaos_road *road = road_from(c, at);

    join(c, road->out, kit_in(put(c, sink_for(road->slot), L"sink")));
}

static IBaseFilter *queue_behind(struct chaos *c, IPin *out)
{
    IBaseFilter *queue = put(c, kit_filter_with(KIT_QUEUE, "size=30"), L"queue");

    join(c, out, kit_in(queue));
    return queue;
}

/* Its format changes while it runs, more often than edits are made. */
static IBaseFilter *chaos_source(const struct chaos *c)
{
    return kit_filter_with(KIT_SOURCE, c->has_formats ? "formats=50" : "");
}

static void build_tee(struct chaos *c)
{
    IBaseFilter *source = put(c, chaos_source(c), L"source");

    c->tee = put(c, kit_filter(KIT_TEE), L"tee");
    join(c, kit_out(source), kit_in(c->tee));
    for (unsigned i = 0; i < 2; i++)
        road_to_recorder(c, queue_behind(c, chaos_free_pin(c->tee, PINDIR_OUTPUT)));
}

static void build_chains(struct chaos *c)
{
    for (unsigned i = 0; i < CHAOS_ROADS; i++)
        road_to_recorder(c, put(c, chaos_source(c), L"source"));
}

static void build_merge(struct chaos *c)
{
    c->merge = put(c, kit_filter(KIT_MERGE), L"merge");
    for (unsigned i = 0; i < CHAOS_ROADS; i++) {
        struct chaos_road *road = road_from(c, put(c, chaos_source(c), L"source"));

        road->end = chaos_free_pin(c->merge, PINDIR_INPUT);
        IPin_AddRef(road->end);
        join(c, road->out, road->end);
    }
}

static void build_foreign(struct chaos *c)
{
    struct fake_config source = { .name = "foreign source",
                                  .outputs = 1,
                                  .out_types = "a",
                                  .samples = -1,
                                  .flow_control = true,
                                  .dynamic_connect = true };

    road_to_recorder(c, put(c, &fake_filter_new(&source)->base, L"source"));
    /* this one can't block: edits directly behind it would be refused */
    source.flow_control = source.dynamic_connect = false;
    road_to_recorder(
        c, queue_behind(c, kit_out(put(c, &fake_filter_new(&source)->base, L"source"))));
}

static void ask(struct chaos *c, REFIID iid, void **face)
{
    check(SUCCEEDED(IFilterGraph3_QueryInterface(c->builder, iid, face)), "no face");
}

void chaos_build(struct chaos *c)
{
    c->n_fixtures = c->n_roads = 0;
    c->tee = c->merge = NULL;
    memset(c->branches, 0, sizeof(c->branches));
    for (unsigned i = 0; i < CHAOS_BRANCHES; i++)
        c->branches[i].slot = CHAOS_ROADS + i;
    atomic_store(&c->over, false);
    check(SUCCEEDED(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                     &IID_IFilterGraph3, (void **)&c->builder)),
          "no graph");
    ask(c, &IID_IMediaControl, (void **)&c->control);
    ask(c, &IID_IMediaSeeking, (void **)&c->seeking);
    ask(c, &IID_IGraphEdit, (void **)&c->edit);
    ask(c, &IID_IGraphConfig, (void **)&c->config);
    c->call_off = CreateEventW(NULL, TRUE, FALSE, NULL);
    c->never = CreateEventW(NULL, TRUE, FALSE, NULL);
    switch (c->shape) {
    case CHAOS_TEE:
        build_tee(c);
        break;
    case CHAOS_CHAINS:
        build_chains(c);
        break;
    case CHAOS_MERGE:
        build_merge(c);
        break;
    case CHAOS_FOREIGN:
        build_foreign(c);
        break;
    }
}

void chaos_take_record(struct chaos *c, unsigned slot)
{
    struct kit_recorder *r = &kit_recorder[slot];

    pthread_mutex_lock(&c->lock);
    pthread_mutex_lock(&r->lock);
    if (r->lost + r->duplicated + r->reordered + r->mistyped != 0)
        fprintf(stderr,
                "chaos: recorder %u: lost=%llu duplicated=%llu reordered=%llu mistyped=%llu\n",
                slot, (unsigned long long)r->lost, (unsigned long long)r->duplicated,
                (unsigned long long)r->reordered, (unsigned long long)r->mistyped);
    c->samples += r->count;
    c->lost += r->lost;
    c->duplicated += r->duplicated;
    c->reordered += r->reordered;
    c->mistyped += r->mistyped;
    pthread_mutex_unlock(&r->lock);
    pthread_mutex_unlock(&c->lock);
    kit_recorder_reset(slot);
}

/* An input of the merge that was left and joined again may have another slot: what goes in counts. */
static bool arrives(const struct chaos *c, const struct chaos_road *road)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);
    uint64_t goal = kit_ledger(road->out).samples + 100;
    unsigned waited = 0;

    if (c->shape != CHAOS_MERGE)
        return CloseHandle(never) && kit_wait_more(road->slot, 100);
    while (kit_connected(road->out) && kit_ledger(road->out).samples < goal &&
           waited++ < KIT_WAIT_MS)
        (void)WaitForSingleObject(never, 1);
    CloseHandle(never);
    return waited < KIT_WAIT_MS;
}

void chaos_play_once_more(struct chaos *c)
{
    OAFilterState state;

    chaos_doing = "last stop";
    (void)IMediaControl_Stop(c->control);
    chaos_doing = "last run";
    check(SUCCEEDED(IMediaControl_Run(c->control)), "does not run again");
    check(IMediaControl_GetState(c->control, KIT_WAIT_MS, &state) == S_OK &&
              state == State_Running,
          "is not running again");
    chaos_doing = "last flow";
    for (unsigned i = 0; i < c->n_roads; i++)
        check(arrives(c, &c->roads[i]), "a road is dead");
    chaos_doing = "end";
    (void)IMediaControl_Stop(c->control);
}

static void tell_object(const char *name, unsigned references, void *context)
{
    (void)context;
    fprintf(stderr, "chaos: %s, %u references\n", name, references);
}

/* A helper keeps the graph while a filter that was given up comes back from its Stop: nothing hangs any more, but
 * it may not have had the processor yet. */
static void let_helpers_go(struct chaos *c)
{
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    for (unsigned waited = 0; waited < KIT_WAIT_MS; waited++) {
        IFilterGraph3_AddRef(c->builder);
        if (IFilterGraph3_Release(c->builder) == 1)
            break;
        (void)WaitForSingleObject(never, 1);
    }
    CloseHandle(never);
}

void chaos_tear_down(struct chaos *c)
{
    for (unsigned i = 0; i < CHAOS_BRANCHES; i++)
        if (c->branches[i].output != NULL) {
            IPin_Release(c->branches[i].output);
            IBaseFilter_Release(c->branches[i].sink);
        }
    for (unsigned i = 0; i < c->n_roads; i++)
        if (c->roads[i].end != NULL)
            IPin_Release(c->roads[i].end);
    IMediaControl_Release(c->control);
    IMediaSeeking_Release(c->seeking);
    IGraphEdit_Release(c->edit);
    IGraphConfig_Release(c->config);
    let_helpers_go(c);
    check(IFilterGraph3_Release(c->builder) == 0, "the graph is still held");
    CloseHandle(c->call_off);
    CloseHandle(c->never);
    check(fake_filters_alive() == 0, "a foreign filter is still held");
    check(rg_live_objects(tell_object, NULL) == 0, "an object is still held");
    for (unsigned i = 0; i < KIT_RECORDERS; i++)
        chaos_take_record(c, i);
}

/* ---- for the log ------------------------------------------------------------------------------------------ */

static bool has(IPin *pin, REFIID iid)
{
    IUnknown *face;

    if (pin == NULL || FAILED(IPin_QueryInterface(pin, iid, (void **)&face)))
        return false;
    IUnknown_Release(face);
    return true;
}

static char letter_of(IBaseFilter *filter)
{
    CLSID clsid = { 0 };

    (void)IBaseFilter_GetClassID(filter, &clsid);
    switch (clsid.Data1) {
    case 0x6b697402:
        return 'p';
    case 0x6b697403:
        return 'h';
    default:
        if (has(kit_in(filter), &IID_IRgLink))
            return 'q';
        return has(kit_in(filter), &IID_IPinConnection) ? 'F' : 'f';
    }
}

/* Its letter and the digits of its name, at most 12 characters. */
static size_t describe_filter(IBaseFilter *filter, char *ret)
{
    FILTER_INFO info;
    size_t n = 0;

    ret[n++] = letter_of(filter);
    if (FAILED(IBaseFilter_QueryFilterInfo(filter, &info)))
        return n;
    for (unsigned i = 0; info.achName[i] != 0 && n < 12; i++)
        if (info.achName[i] >= '0' && info.achName[i] <= '9')
            ret[n++] = (char)info.achName[i];
    if (info.pGraph != NULL)
        IFilterGraph_Release(info.pGraph);
    return n;
}

void chaos_describe(const struct chaos *c, char *ret, size_t size)
{
    size_t n = 0;

    for (unsigned i = 0; i < c->n_roads && n + 40 < size; i++) {
        IBaseFilter *at =
            c->roads[i].at; /* keeps its pins alive; others may take it out meanwhile */
        IPin *out = c->roads[i].out, *in;

        IBaseFilter_AddRef(at);
        ret[n++] = ' ';
        while (out != NULL && n + 30 < size && IPin_ConnectedTo(out, &in) == S_OK) {
            PIN_INFO info;
            bool known = SUCCEEDED(IPin_QueryPinInfo(in, &info));

            IPin_Release(in);
            if (!known)
                break;
            IBaseFilter_Release(at);
            at = info.pFilter;
            out = kit_out(at);
            if (out != NULL)
                n += describe_filter(at, ret + n);
        }
        IBaseFilter_Release(at);
        ret[n++] = out == NULL ? '.' : '-'; /* -: nothing hangs there */
    }
    ret[n] = 0;
}
