/* SPDX-License-Identifier: MIT */
/* checks_null.c - NULL where a graph needs something: E_POINTER, one group each, for it may be a crash elsewhere.
 *
 * Knows: IFilterGraph2.  Must not know: what the calls do otherwise.
 */
#include "checks.h"
#include "oracle.h"

/* One call on a graph with an output and an input that fit each other. */
#define NULL_GROUP(name, check, call, words)                                                   \
    void group_null_##name(void)                                                               \
    {                                                                                          \
        struct nulls n;                                                                        \
                                                                                               \
        if (!nulls_make(&n))                                                                   \
            return;                                                                            \
        answer_hr(check, call, "E_POINTER", words);                                            \
        nulls_end(&n);                                                                         \
    }

struct nulls {
    IGraphBuilder *builder;
    IFilterGraph2 *graph;
    struct fake *s, *r;
    IPin *output, *input;
    IBaseFilter *filter;
};

static BOOL nulls_make(struct nulls *n)
{
    ZeroMemory(n, sizeof(*n));
    if (!graph_make(&n->builder))
        return FALSE;
    n->graph = graph_face(n->builder, &IID_IFilterGraph2);
    n->s = fake_new('s', "o");
    n->r = fake_new('r', "i");
    n->output = &n->s->pins[0].pin;
    n->input = &n->r->pins[0].pin;
    (void)IFilterGraph2_AddFilter(n->graph, &n->s->filter, L"s");
    (void)IFilterGraph2_AddFilter(n->graph, &n->r->filter, L"r");
    return TRUE;
}

static void nulls_end(struct nulls *n)
{
    IGraphBuilder_Release(n->builder);
    fake_release(n->s);
    fake_release(n->r);
}

NULL_GROUP(enum, "EnumFilters", IFilterGraph2_EnumFilters(n.graph, NULL),
           "an address is needed")
NULL_GROUP(output, "ConnectDirect without an output",
           IFilterGraph2_ConnectDirect(n.graph, NULL, n.input, NULL), "two pins are needed")
NULL_GROUP(input, "ConnectDirect without an input",
           IFilterGraph2_ConnectDirect(n.graph, n.output, NULL, NULL), "two pins are needed")
NULL_GROUP(connect, "Connect without an output", IFilterGraph2_Connect(n.graph, NULL, n.input),
           "two pins are needed")
NULL_GROUP(connect_input, "Connect without an input",
           IFilterGraph2_Connect(n.graph, n.output, NULL), "two pins are needed")
NULL_GROUP(reconnect, "Reconnect", IFilterGraph2_Reconnect(n.graph, NULL), "a pin is needed")
NULL_GROUP(reconnect_ex, "ReconnectEx", IFilterGraph2_ReconnectEx(n.graph, NULL, NULL),
           "a pin is needed")
NULL_GROUP(render, "Render", IFilterGraph2_Render(n.graph, NULL), "a pin is needed")
NULL_GROUP(render_ex, "RenderEx", IFilterGraph2_RenderEx(n.graph, NULL, 0, NULL),
           "a pin is needed")
NULL_GROUP(render_file, "RenderFile", IFilterGraph2_RenderFile(n.graph, NULL, NULL),
           "a name is needed")
NULL_GROUP(source, "AddSourceFilter",
           IFilterGraph2_AddSourceFilter(n.graph, NULL, L"x", &n.filter), "a name is needed")
NULL_GROUP(moniker, "AddSourceFilterForMoniker",
           IFilterGraph2_AddSourceFilterForMoniker(n.graph, NULL, NULL, L"x", &n.filter),
           "a moniker is needed")

/* Not an error: it takes the site back. */
void group_null_site(void)
{
    IObjectWithSite *face;
    struct nulls n;
    LONG before;

    if (!nulls_make(&n))
        return;
    face = graph_face(n.builder, &IID_IObjectWithSite);
    before = fake_refs(n.s);
    (void)IObjectWithSite_SetSite(face, (IUnknown *)&n.s->filter);
    answer_hr("SetSite", IObjectWithSite_SetSite(face, NULL), "S_OK", "the site is let go");
    answer_value("its references", fake_refs(n.s) - before, "0", "the site is let go");
    nulls_end(&n);
}
