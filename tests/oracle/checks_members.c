/* SPDX-License-Identifier: MIT */
/* checks_members.c - filters join a graph, are found, and leave; the graph's version and site.
 *
 * Knows: IGraphBuilder with fake filters.  Must not know: pins' business (checks_connect.c).
 */
#include "checks.h"
#include "fake.h"
#include "oracle.h"

#include <wchar.h>

BOOL graph_make(IGraphBuilder **out)
{
    return make(&CLSID_FilterGraph, "CLSID_FilterGraph", &IID_IGraphBuilder, (void **)out);
}

void *graph_face(IGraphBuilder *graph, REFIID iid)
{
    void *face = NULL;

    if (FAILED(IGraphBuilder_QueryInterface(graph, iid, &face)))
        return NULL;
    IUnknown_Release((IUnknown *)face); /* the graph is held by the caller */
    return face;
}

static const WCHAR *name_in_graph(IBaseFilter *filter)
{
    static WCHAR name[128];
    FILTER_INFO info;

    name[0] = 0;
    if (SUCCEEDED(IBaseFilter_QueryFilterInfo(filter, &info))) {
        wcscpy(name, info.achName);
        if (info.pGraph != NULL)
            IFilterGraph_Release(info.pGraph);
    }
    return name;
}

void group_members_add(void)
{
    struct fake *f = fake_new('f', "i"), *bad = fake_new('b', "i");
    IBaseFilter *found = NULL;
    IGraphBuilder *graph;
    LONG before;

    if (!graph_make(&graph))
        return;
    answer_hr("AddFilter of NULL", IGraphBuilder_AddFilter(graph, NULL, L"x"), "E_POINTER",
              "a filter is needed");
    before = fake_refs(f);
    answer_hr("AddFilter", IGraphBuilder_AddFilter(graph, &f->filter, L"first"), "S_OK",
              "it joins");
    answer_value("one reference", fake_refs(f) - before, "1", "the graph holds the filter");
    answer_value("JoinFilterGraph", f->joins, "1", "the filter is told");
    answer_yes("the graph it is told", f->graph != NULL, "its graph");
    answer_wide("the name it is told", f->name, "first", "as AddFilter says");
    answer_hr("FindFilterByName", IGraphBuilder_FindFilterByName(graph, L"first", &found),
              "S_OK", "it is a member");
    answer_yes("the filter", found == &f->filter, "the one of that name");
    if (found != NULL)
        IBaseFilter_Release(found);
    answer_hr("FindFilterByName of another name",
              IGraphBuilder_FindFilterByName(graph, L"second", &found), "VFW_E_NOT_FOUND",
              "nobody is called so");
    answer_yes("NULL then", found == NULL, "there is none");
    answer_hr("FindFilterByName to NULL", IGraphBuilder_FindFilterByName(graph, L"first", NULL),
              "E_POINTER", "an address is needed");
    bad->join_answer = E_FAIL;
    answer_hr("AddFilter of one that does not want to",
              IGraphBuilder_AddFilter(graph, &bad->filter, L"bad"), "E_FAIL",
              "what JoinFilterGraph says");
    answer_hr("it is no member", IGraphBuilder_FindFilterByName(graph, L"bad", &found),
              "VFW_E_NOT_FOUND", "AddFilter failed");
    answer_value("its references", fake_refs(bad), "1", "the graph has let it go");
    IGraphBuilder_Release(graph);
    fake_release(f);
    fake_release(bad);
}

void group_members_names(void)
{
    struct fake *a = fake_new('a', "i"), *b = fake_new('b', "i"), *c = fake_new('c', "i"),
                *d = fake_new('d', "i");
    IBaseFilter *found = NULL;
    IGraphBuilder *graph;
    WCHAR first[128];

    if (!graph_make(&graph))
        return;
    (void)IGraphBuilder_AddFilter(graph, &a->filter, L"name");
    answer_hr("the same name twice", IGraphBuilder_AddFilter(graph, &b->filter, L"name"),
              "VFW_S_DUPLICATE_NAME", "added under another name");
    answer_yes("the second is called otherwise",
               wcscmp(name_in_graph(&b->filter), L"name") != 0, "names are unique");
    answer_hr("it can be found", IGraphBuilder_FindFilterByName(graph, b->name, &found), "S_OK",
              "by the name that it was told");
    answer_yes("it is the second", found == &b->filter, "by the name that it was told");
    if (found != NULL)
        IBaseFilter_Release(found);
    found = NULL;
    (void)IGraphBuilder_FindFilterByName(graph, L"name", &found);
    answer_yes("the first keeps its name", found == &a->filter, "it came first");
    if (found != NULL)
        IBaseFilter_Release(found);
    answer_hr("no name", IGraphBuilder_AddFilter(graph, &c->filter, NULL), "S_OK",
              "the graph makes one up");
    wcscpy(first, name_in_graph(&c->filter));
    answer_yes("a name is made up", first[0] != 0, "the filter is told it");
    answer_hr("no name twice", IGraphBuilder_AddFilter(graph, &d->filter, NULL), "S_OK",
              "the graph makes another one up");
    answer_yes("another name", wcscmp(first, name_in_graph(&d->filter)) != 0,
               "names are unique");
    IGraphBuilder_Release(graph);
    fake_release(a);
    fake_release(b);
    fake_release(c);
    fake_release(d);
}

void group_members_remove(void)
{
    struct fake *s = fake_new('s', "o"), *r = fake_new('r', "i"), *other = fake_new('x', "i");
    IBaseFilter *found = NULL;
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    answer_hr("RemoveFilter of NULL", IGraphBuilder_RemoveFilter(graph, NULL), "E_POINTER",
              "a filter is needed");
    answer_hr("RemoveFilter of a stranger", IGraphBuilder_RemoveFilter(graph, &other->filter),
              "any error", "it is no member");
    (void)IGraphBuilder_AddFilter(graph, &s->filter, L"s");
    (void)IGraphBuilder_AddFilter(graph, &r->filter, L"r");
    (void)IGraphBuilder_ConnectDirect(graph, &s->pins[0].pin, &r->pins[0].pin, NULL);
    answer_hr("RemoveFilter", IGraphBuilder_RemoveFilter(graph, &s->filter), "S_OK",
              "a member, and stopped");
    answer_yes("its pin is let go", s->pins[0].peer == NULL, "RemoveFilter disconnects");
    answer_yes("the other side too", r->pins[0].peer == NULL, "RemoveFilter disconnects both");
    answer_value("JoinFilterGraph", s->leaves, "1", "the filter is told that it leaves");
    answer_yes("no graph", s->graph == NULL, "JoinFilterGraph(NULL)");
    answer_value("its references", fake_refs(s), "1", "the graph has let it go");
    answer_hr("it is no member", IGraphBuilder_FindFilterByName(graph, L"s", &found),
              "VFW_E_NOT_FOUND", "removed");
    answer_hr("it may come again", IGraphBuilder_AddFilter(graph, &s->filter, L"s"), "S_OK",
              "its name is free too");
    answer_hr("RemoveFilter of one that is not connected",
              IGraphBuilder_RemoveFilter(graph, &r->filter), "S_OK", "nothing to disconnect");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
    fake_release(other);
}

void group_members_end(void)
{
    struct fake *s = fake_new('s', "o"), *r = fake_new('r', "i");
    IMediaControl *control;
    IGraphBuilder *graph;

    if (!graph_make(&graph))
        return;
    (void)IGraphBuilder_AddFilter(graph, &s->filter, L"s");
    (void)IGraphBuilder_AddFilter(graph, &r->filter, L"r");
    (void)IGraphBuilder_ConnectDirect(graph, &s->pins[0].pin, &r->pins[0].pin, NULL);
    control = graph_face(graph, &IID_IMediaControl);
    (void)IMediaControl_Run(control);
    answer_value("the last Release", (LONGLONG)IGraphBuilder_Release(graph), "0",
                 "filters hold no reference on their graph");
    answer_value("filters are stopped", (LONGLONG)fake_state(s), "0", "the graph stops them");
    answer_yes("filters are disconnected", s->pins[0].peer == NULL && r->pins[0].peer == NULL,
               "the graph takes them apart");
    answer_value("they are told", s->leaves, "1", "JoinFilterGraph(NULL)");
    answer_value("their references", fake_refs(s) + fake_refs(r), "2",
                 "the graph has let them go");
    fake_release(s);
    fake_release(r);
}

/* ---- lists of filters -------------------------------------------------------------------- */

static void release_all(IBaseFilter **filters, ULONG count)
{
    for (ULONG i = 0; i < count; i++)
        IBaseFilter_Release(filters[i]);
}

void group_enum_filters(void)
{
    struct fake *a = fake_new('a', "i"), *b = fake_new('b', "i");
    IBaseFilter *got[3] = { NULL, NULL, NULL }, *next[1] = { NULL };
    IEnumFilters *list = NULL, *copy = NULL;
    IGraphBuilder *graph;
    ULONG count = 9;

    if (!graph_make(&graph))
        return;
    answer_hr("EnumFilters of nothing", IGraphBuilder_EnumFilters(graph, &list), "S_OK",
              "an empty list is a list");
    answer_hr("Next of nothing", IEnumFilters_Next(list, 1, got, &count), "S_FALSE",
              "fewer than were asked for");
    answer_value("how many", count, "0", "none");
    IEnumFilters_Release(list);
    (void)IGraphBuilder_AddFilter(graph, &a->filter, L"a");
    (void)IGraphBuilder_AddFilter(graph, &b->filter, L"b");
    (void)IGraphBuilder_EnumFilters(graph, &list);
    answer_hr("Next of all", IEnumFilters_Next(list, 2, got, &count), "S_OK",
              "as many as were asked for");
    answer_value("how many of all", count, "2", "both");
    answer_yes("both, once each",
               (got[0] == &a->filter && got[1] == &b->filter) ||
                   (got[0] == &b->filter && got[1] == &a->filter),
               "every member is told once");
    release_all(got, count);
    answer_hr("Next at the end", IEnumFilters_Next(list, 1, got, &count), "S_FALSE",
              "all have been told");
    answer_hr("Reset", IEnumFilters_Reset(list), "S_OK", "from the start");
    answer_hr("Next of too many", IEnumFilters_Next(list, 3, got, &count), "S_FALSE",
              "fewer than were asked for");
    answer_value("how many of too many", count, "2", "both");
    release_all(got, count);
    (void)IEnumFilters_Reset(list);
    answer_hr("Next of one, no count", IEnumFilters_Next(list, 1, got, NULL), "S_OK",
              "the count may be NULL for one");
    answer_hr("Clone", IEnumFilters_Clone(list, &copy), "S_OK", "another list");
    answer_hr("Next of the clone", IEnumFilters_Next(copy, 1, next, &count), "S_OK",
              "it goes on at the same place");
    answer_yes("the clone's place", next[0] != NULL && next[0] != got[0], "after the first");
    release_all(got, 1);
    release_all(next, count);
    answer_hr("Next of the first one", IEnumFilters_Next(list, 1, got, &count), "S_OK",
              "the clone has a place of its own");
    release_all(got, count);
    IEnumFilters_Release(copy);
    (void)IEnumFilters_Reset(list);
    answer_hr("Skip", IEnumFilters_Skip(list, 1), "S_OK", "one of two");
    answer_hr("Skip of too many", IEnumFilters_Skip(list, 2), "S_FALSE", "one is left");
    IEnumFilters_Release(list);
    IGraphBuilder_Release(graph);
    fake_release(a);
    fake_release(b);
}

void group_enum_filters_sync(void)
{
    struct fake *a = fake_new('a', "i"), *b = fake_new('b', "i");
    IBaseFilter *got[2] = { NULL, NULL };
    IEnumFilters *list = NULL;
    IGraphBuilder *graph;
    ULONG count = 0;
    HRESULT hr;

    if (!graph_make(&graph))
        return;
    (void)IGraphBuilder_AddFilter(graph, &a->filter, L"a");
    (void)IGraphBuilder_EnumFilters(graph, &list);
    (void)IGraphBuilder_AddFilter(graph, &b->filter, L"b");
    hr = IEnumFilters_Next(list, 1, got, &count);
    answer_hr("Next after AddFilter", hr, "VFW_E_ENUM_OUT_OF_SYNC", "the graph has changed");
    if (SUCCEEDED(hr))
        release_all(got, count);
    answer_hr("Skip after AddFilter", IEnumFilters_Skip(list, 1), "VFW_E_ENUM_OUT_OF_SYNC",
              "the graph has changed");
    answer_hr("Reset after AddFilter", IEnumFilters_Reset(list), "S_OK", "in step again");
    hr = IEnumFilters_Next(list, 2, got, &count);
    answer_hr("Next after Reset", hr, "S_OK", "both are told");
    release_all(got, count);
    (void)IEnumFilters_Reset(list);
    (void)IGraphBuilder_RemoveFilter(graph, &a->filter);
    hr = IEnumFilters_Next(list, 1, got, &count);
    answer_hr("Next after RemoveFilter", hr, "VFW_E_ENUM_OUT_OF_SYNC", "the graph has changed");
    if (SUCCEEDED(hr))
        release_all(got, count);
    IEnumFilters_Release(list);
    IGraphBuilder_Release(graph);
    fake_release(a);
    fake_release(b);
}

/* ---- version and site -------------------------------------------------------------------- */

static LONG version_of(IGraphVersion *version)
{
    LONG number = -1;

    (void)IGraphVersion_QueryVersion(version, &number);
    return number;
}

void group_graph_version(void)
{
    struct fake *s = fake_new('s', "o"), *r = fake_new('r', "i");
    IGraphVersion *version;
    IGraphBuilder *graph;
    LONG before, after;

    if (!graph_make(&graph))
        return;
    version = graph_face(graph, &IID_IGraphVersion);
    if (version == NULL)
        return;
    answer_hr("QueryVersion to NULL", IGraphVersion_QueryVersion(version, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("QueryVersion", IGraphVersion_QueryVersion(version, &before), "S_OK", "a number");
    (void)IGraphBuilder_AddFilter(graph, &s->filter, L"s");
    after = version_of(version);
    answer_yes("after AddFilter", after > before, "C-76");
    (void)IGraphBuilder_AddFilter(graph, &r->filter, L"r");
    before = version_of(version);
    (void)IGraphBuilder_ConnectDirect(graph, &s->pins[0].pin, &r->pins[0].pin, NULL);
    after = version_of(version);
    answer_yes("after ConnectDirect", after > before, "C-76");
    before = after;
    (void)IGraphBuilder_Disconnect(graph, &s->pins[0].pin);
    after = version_of(version);
    answer_yes("after Disconnect", after > before, "connections count");
    (void)IGraphBuilder_Disconnect(graph, &r->pins[0].pin);
    before = version_of(version);
    answer_value("nothing has happened", version_of(version) - before, "0",
                 "asking changes nothing");
    (void)IGraphBuilder_RemoveFilter(graph, &r->filter);
    after = version_of(version);
    answer_yes("after RemoveFilter", after > before, "filters count");
    IGraphBuilder_Release(graph);
    fake_release(s);
    fake_release(r);
}

void group_graph_site(void)
{
    struct fake *site = fake_new('s', "o");
    IBaseFilter *got = (IBaseFilter *)site;
    IObjectWithSite *face;
    IGraphBuilder *graph;
    LONG before;

    if (!graph_make(&graph))
        return;
    face = graph_face(graph, &IID_IObjectWithSite);
    if (face == NULL)
        return;
    answer_hr("GetSite of none", IObjectWithSite_GetSite(face, &IID_IBaseFilter, (void **)&got),
              "E_FAIL", "no site was set");
    answer_yes("NULL then", got == NULL, "there is none");
    before = fake_refs(site);
    answer_hr("SetSite", IObjectWithSite_SetSite(face, (IUnknown *)&site->filter), "S_OK",
              "kept");
    answer_value("a reference", fake_refs(site) - before, "1", "kept");
    answer_hr("GetSite", IObjectWithSite_GetSite(face, &IID_IBaseFilter, (void **)&got), "S_OK",
              "the last that was set");
    answer_yes("the site", got == &site->filter, "the last that was set");
    if (got != NULL)
        IBaseFilter_Release(got);
    answer_hr("GetSite for an interface it has not",
              IObjectWithSite_GetSite(face, &IID_IMediaSeeking, (void **)&got), "E_NOINTERFACE",
              "the site is asked");
    IGraphBuilder_Release(graph);
    fake_release(site);
}
