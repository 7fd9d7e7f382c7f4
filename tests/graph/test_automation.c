/* SPDX-License-Identifier: MIT */
/* test_automation.c - the graph as automation objects: collections, filters, pins, types, registered classes. */
#include "graph_test.h"

#include <stdlib.h>
#include <wchar.h>

#include "com/registry.h"

/* ---- a registered fake that reads files -------------------------------------------------- */

static const CLSID clsid_reader = { 0x66616b67, 1, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 3 } };
static const struct fake_config reader_config = {
    .clsid = &clsid_reader, .outputs = 1, .out_types = "A", .file = "some.file"
};

static const struct rg_class_entry reader_class = {
    .clsid = &clsid_reader,
    .name = "fake-reader",
    .help = "a fake",
    .category = RG_CLASS_SOURCE,
    .merit = 0x600000u,
    .create = fake_class_create,
    .detail = &reader_config,
};
static const struct rg_class_entry *const fakes[] = { &reader_class };
RG_CLASSES(fakes)

/* ---- helpers ----------------------------------------------------------------------------- */

#define AS(object, I, ret)                                                                     \
    assert_hr((object)->lpVtbl->QueryInterface((object), &IID_##I, (void **)(ret)), S_OK)

static void assert_text(BSTR text, const WCHAR *wanted)
{
    assert_non_null(text);
    if (wcscmp(text, wanted) != 0)
        fail_msg("\"%ls\" is not \"%ls\"", text, wanted);
    SysFreeString(text);
}

/* The i-th item of a collection as I; the collection stays the caller's. */
static void item_of(IDispatch *collection, LONG i, REFIID iid, void *ret)
{
    IAMCollection *all;
    IUnknown *item;

    AS(collection, IAMCollection, &all);
    assert_hr(CALL(all, Item, i, &item), S_OK);
    assert_hr(CALL(item, QueryInterface, iid, ret), S_OK);
    LET_GO(item);
    LET_GO(all);
}

static LONG count_of(IDispatch *collection)
{
    IAMCollection *all;
    LONG count = -1;

    AS(collection, IAMCollection, &all);
    assert_hr(CALL(all, get_Count, &count), S_OK);
    LET_GO(all);
    return count;
}

struct pair {
    struct fake_filter *source, *sink;
    IFilterInfo *source_info, *sink_info;
};

static void pair_open(struct test_graph *g, struct pair *p)
{
    IDispatch *filters;

    graph_open(g);
    p->source = graph_put(
        g, &(struct fake_config){ .name = "source", .outputs = 1, .out_types = "AB" });
    p->sink =
        graph_put(g, &(struct fake_config){ .name = "sink", .inputs = 1, .in_types = "AB" });
    assert_hr(CALL(g->control, get_FilterCollection, &filters), S_OK);
    assert_int_equal(count_of(filters), 2);
    item_of(filters, 0, &IID_IFilterInfo, &p->sink_info); /* newest first, as EnumFilters */
    item_of(filters, 1, &IID_IFilterInfo, &p->source_info);
    LET_GO(filters);
}

static void pair_close(struct test_graph *g, struct pair *p)
{
    LET_GO(p->source_info);
    LET_GO(p->sink_info);
    graph_close(g);
}

static IPinInfo *pin_info(IFilterInfo *filter, const WCHAR *id)
{
    BSTR text = SysAllocString(id);
    IDispatch *found;
    IPinInfo *pin;

    assert_hr(CALL(filter, FindPin, text, &found), S_OK);
    SysFreeString(text);
    AS(found, IPinInfo, &pin);
    LET_GO(found);
    return pin;
}

/* ---- collections ------------------------------------------------------------------------- */

static void test_collection(void **state)
{
    struct test_graph g;
    struct pair p;
    IDispatch *filters;
    IAMCollection *all;
    IUnknown *item = (void *)1;

    (void)state;
    pair_open(&g, &p);
    assert_hr(CALL(g.control, get_FilterCollection, &filters), S_OK);
    AS(filters, IAMCollection, &all);
    assert_hr(CALL(all, get_Count, NULL), E_POINTER);
    assert_hr(CALL(all, Item, 0, NULL), E_POINTER);
    assert_hr(CALL(all, Item, -1, &item), E_INVALIDARG);
    assert_null(item);
    assert_hr(CALL(all, Item, 2, &item), E_INVALIDARG);
    assert_hr(CALL(all, get__NewEnum, NULL), E_POINTER);
    /* it is a snapshot */
    assert_hr(CALL(g.builder, RemoveFilter, &p.sink->base), S_OK);
    assert_int_equal(count_of(filters), 2);
    LET_GO(all);
    LET_GO(filters);
    pair_close(&g, &p);
}

static void test_enumerator(void **state)
{
    struct test_graph g;
    struct pair p;
    IDispatch *filters;
    IAMCollection *all;
    IUnknown *unknown;
    IEnumVARIANT *list, *copy;
    VARIANT values[3];
    ULONG got = 9;

    (void)state;
    pair_open(&g, &p);
    assert_hr(CALL(g.control, get_FilterCollection, &filters), S_OK);
    AS(filters, IAMCollection, &all);
    assert_hr(CALL(all, get__NewEnum, &unknown), S_OK);
    AS(unknown, IEnumVARIANT, &list);
    assert_hr(CALL(list, Next, 1, NULL, NULL), E_POINTER);
    assert_hr(CALL(list, Next, 1, values, NULL), S_OK);
    assert_int_equal(values[0].vt, VT_DISPATCH);
    assert_hr(VariantClear(&values[0]), S_OK);
    assert_hr(CALL(list, Clone, &copy), S_OK);
    assert_hr(CALL(copy, Next, 3, values, &got), S_FALSE);
    assert_int_equal(got, 1);
    assert_hr(VariantClear(&values[0]), S_OK);
    assert_hr(CALL(list, Skip, 1), S_OK);
    assert_hr(CALL(list, Skip, 1), S_FALSE);
    assert_hr(CALL(list, Reset), S_OK);
    assert_hr(CALL(list, Next, 2, values, &got), S_OK);
    assert_hr(VariantClear(&values[0]), S_OK);
    assert_hr(VariantClear(&values[1]), S_OK);
    assert_hr(CALL(list, Clone, NULL), E_POINTER);
    LET_GO(copy);
    LET_GO(list);
    LET_GO(unknown);
    LET_GO(all);
    LET_GO(filters);
    pair_close(&g, &p);
}

/* ---- filters ----------------------------------------------------------------------------- */

static void test_filter(void **state)
{
    struct test_graph g;
    struct pair p;
    IDispatch *pins, *none = (void *)1;
    BSTR text = NULL;
    IUnknown *inside;
    LONG is_source = 5;

    (void)state;
    pair_open(&g, &p);
    assert_hr(CALL(p.source_info, get_Name, &text), S_OK);
    assert_text(text, L"source");
    assert_hr(CALL(p.source_info, get_Filter, &inside), S_OK);
    assert_ptr_equal(inside, &p.source->base);
    LET_GO(inside);
    assert_hr(CALL(p.source_info, get_VendorInfo, &text), E_NOTIMPL);
    assert_hr(CALL(p.source_info, get_Pins, &pins), S_OK);
    assert_int_equal(count_of(pins), 1);
    LET_GO(pins);
    text = SysAllocString(L"no such pin");
    assert_hr(CALL(p.source_info, FindPin, text, &none), VFW_E_NOT_FOUND);
    assert_null(none);
    assert_hr(CALL(p.source_info, get_IsFileSource, &is_source), S_OK);
    assert_int_equal(is_source, OAFALSE);
    assert_hr(CALL(p.source_info, put_Filename, text), E_NOINTERFACE);
    SysFreeString(text);
    assert_hr(CALL(p.source_info, get_Filename, &text), E_NOINTERFACE);
    assert_hr(CALL(p.source_info, get_Name, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, get_VendorInfo, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, get_Filter, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, get_Pins, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, get_IsFileSource, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, get_Filename, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, put_Filename, NULL), E_POINTER);
    assert_hr(CALL(p.source_info, FindPin, NULL, &none), E_POINTER);
    assert_hr(CALL(p.source_info, FindPin, NULL, NULL), E_POINTER);
    pair_close(&g, &p);
}

static void test_file_source(void **state)
{
    struct test_graph g;
    IDispatch *added = NULL;
    IFilterInfo *info;
    BSTR path = SysAllocString(L"some.file"), text;
    LONG is_source;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.control, AddSourceFilter, path, &added), S_OK);
    AS(added, IFilterInfo, &info);
    assert_hr(CALL(info, get_Name, &text), S_OK);
    assert_text(text, L"some.file");
    assert_hr(CALL(info, get_IsFileSource, &is_source), S_OK);
    assert_int_equal(is_source, OATRUE);
    assert_hr(CALL(info, get_Filename, &text), S_OK);
    assert_text(text, L"some.file");
    SysFreeString(path);
    path = SysAllocString(L"bad");
    assert_hr(CALL(info, put_Filename, path), VFW_E_UNKNOWN_FILE_TYPE);
    LET_GO(info);
    LET_GO(added);
    added = (void *)1;
    assert_true(FAILED(CALL(g.control, AddSourceFilter, path, &added)));
    assert_null(added);
    assert_int_equal(graph_count(&g), 1);
    SysFreeString(path);
    graph_close(&g);
}

/* ---- pins -------------------------------------------------------------------------------- */

static void test_pin(void **state)
{
    struct test_graph g;
    struct pair p;
    IPinInfo *out;
    IDispatch *other, *none = (void *)1;
    IUnknown *inside;
    BSTR text;
    LONG direction = 9;

    (void)state;
    pair_open(&g, &p);
    out = pin_info(p.source_info, L"out0");
    assert_hr(CALL(out, get_Pin, &inside), S_OK);
    assert_ptr_equal(inside, fake_out(p.source, 0));
    LET_GO(inside);
    assert_hr(CALL(out, get_Name, &text), S_OK);
    assert_text(text, L"out0");
    assert_hr(CALL(out, get_PinID, &text), S_OK);
    assert_text(text, L"out0");
    assert_hr(CALL(out, get_Direction, &direction), S_OK);
    assert_int_equal(direction, PINDIR_OUTPUT);
    assert_hr(CALL(out, get_FilterInfo, &other), S_OK);
    LET_GO(other);
    assert_hr(CALL(out, get_ConnectedTo, &none), VFW_E_NOT_CONNECTED);
    assert_null(none);
    assert_hr(CALL(out, get_ConnectionMediaType, &none), VFW_E_NOT_CONNECTED);
    assert_hr(CALL(out, get_Pin, NULL), E_POINTER);
    assert_hr(CALL(out, get_Name, NULL), E_POINTER);
    assert_hr(CALL(out, get_PinID, NULL), E_POINTER);
    assert_hr(CALL(out, get_Direction, NULL), E_POINTER);
    assert_hr(CALL(out, get_FilterInfo, NULL), E_POINTER);
    assert_hr(CALL(out, get_ConnectedTo, NULL), E_POINTER);
    assert_hr(CALL(out, get_ConnectionMediaType, NULL), E_POINTER);
    assert_hr(CALL(out, get_MediaTypes, NULL), E_POINTER);
    LET_GO(out);
    pair_close(&g, &p);
}

static void test_connecting(void **state)
{
    struct test_graph g;
    struct pair p;
    IPinInfo *out, *in;
    IDispatch *peer;
    IUnknown *same;

    (void)state;
    pair_open(&g, &p);
    out = pin_info(p.source_info, L"out0");
    in = pin_info(p.sink_info, L"in0");
    assert_hr(CALL(out, Connect, NULL), E_POINTER);
    assert_hr(CALL(out, ConnectDirect, NULL), E_POINTER);
    assert_hr(CALL(out, Connect, (IUnknown *)&p.sink->base), E_NOINTERFACE);
    /* a pin's description will do, and so does a pin */
    assert_hr(CALL(out, Connect, (IUnknown *)in), S_OK);
    assert_true(is_connected(fake_in(p.sink, 0)));
    assert_hr(CALL(out, get_ConnectedTo, &peer), S_OK);
    assert_hr(CALL((IPinInfo *)peer, get_Pin, &same), S_OK);
    assert_ptr_equal(same, fake_in(p.sink, 0));
    LET_GO(same);
    LET_GO(peer);
    assert_hr(CALL(out, Disconnect), S_OK);
    assert_true(is_connected(fake_in(p.sink, 0))); /* one side only */
    assert_hr(CALL(out, Disconnect), S_FALSE);
    assert_hr(CALL(in, Disconnect), S_OK);
    assert_hr(CALL(in, ConnectDirect, (IUnknown *)fake_out(p.source, 0)), S_OK);
    assert_hr(CALL(out, Render), VFW_E_ALREADY_CONNECTED);
    LET_GO(out);
    LET_GO(in);
    pair_close(&g, &p);
}

/* ---- types ------------------------------------------------------------------------------- */

/* Somebody else's IMediaTypeInfo, which tells what ours tells. */
struct foreign_type {
    IMediaTypeInfo face;
    IMediaTypeInfo *inside;
};

static HRESULT STDMETHODCALLTYPE foreign_query(IMediaTypeInfo *face, REFIID iid, void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE foreign_ref(IMediaTypeInfo *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE foreign_type_text(IMediaTypeInfo *face, BSTR *ret)
{
    struct foreign_type *self = (struct foreign_type *)face;

    return CALL(self->inside, get_Type, ret);
}

static HRESULT STDMETHODCALLTYPE foreign_subtype(IMediaTypeInfo *face, BSTR *ret)
{
    struct foreign_type *self = (struct foreign_type *)face;

    return CALL(self->inside, get_Subtype, ret);
}

static const IMediaTypeInfoVtbl foreign_vtbl = {
    .QueryInterface = foreign_query,
    .AddRef = foreign_ref,
    .Release = foreign_ref,
    .get_Type = foreign_type_text,
    .get_Subtype = foreign_subtype,
};

static void test_types(void **state)
{
    struct foreign_type foreign = { { (IMediaTypeInfoVtbl *)&foreign_vtbl }, NULL };
    struct test_graph g;
    struct pair p;
    IPinInfo *out;
    IMediaTypeInfo *b;
    IDispatch *types;
    AM_MEDIA_TYPE type;
    WCHAR subtype[39];
    BSTR text;

    (void)state;
    pair_open(&g, &p);
    out = pin_info(p.source_info, L"out0");
    assert_hr(CALL(out, get_MediaTypes, &types), S_OK);
    assert_int_equal(count_of(types), 2);
    item_of(types, 1, &IID_IMediaTypeInfo, &b);
    fake_type(&type, 'B');
    assert_int_equal(StringFromGUID2(&type.subtype, subtype, 39), 39);
    assert_hr(CALL(b, get_Subtype, &text), S_OK);
    assert_text(text, subtype);
    assert_int_equal(StringFromGUID2(&type.majortype, subtype, 39), 39);
    assert_hr(CALL(b, get_Type, &text), S_OK);
    assert_text(text, subtype);
    assert_hr(CALL(b, get_Type, NULL), E_POINTER);
    assert_hr(CALL(b, get_Subtype, NULL), E_POINTER);
    assert_hr(CALL(out, ConnectWithType, (IUnknown *)fake_in(p.sink, 0), NULL), E_POINTER);
    assert_hr(CALL(out, ConnectWithType, (IUnknown *)fake_in(p.sink, 0), (IDispatch *)out),
              E_NOINTERFACE);
    assert_hr(CALL(out, ConnectWithType, (IUnknown *)fake_in(p.sink, 0), (IDispatch *)b), S_OK);
    assert_int_equal(fake_letter(&p.sink->pins[0].type), 'B');
    assert_hr(CALL(out, Disconnect), S_OK);
    assert_hr(CALL(g.builder, Disconnect, fake_in(p.sink, 0)), S_OK);
    foreign.inside = b;
    assert_hr(
        CALL(out, ConnectWithType, (IUnknown *)fake_in(p.sink, 0), (IDispatch *)&foreign.face),
        S_OK);
    assert_int_equal(fake_letter(&p.sink->pins[0].type), 'B');
    LET_GO(b);
    LET_GO(types);
    LET_GO(out);
    pair_close(&g, &p);
}

/* ---- registered classes ------------------------------------------------------------------ */

static void test_registered(void **state)
{
    struct test_graph g;
    IDispatch *classes, *added;
    LONG count, found = -1;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.control, get_RegFilterCollection, &classes), S_OK);
    count = count_of(classes);
    for (LONG i = 0; i < count; i++) {
        IRegFilterInfo *info;
        BSTR name;

        item_of(classes, i, &IID_IRegFilterInfo, &info);
        assert_hr(CALL(info, get_Name, &name), S_OK);
        if (wcscmp(name, L"fake-reader") == 0) {
            found = i;
            assert_hr(CALL(info, Filter, &added), S_OK);
            assert_hr(CALL(info, Filter, NULL), E_POINTER);
            assert_hr(CALL(info, get_Name, NULL), E_POINTER);
        }
        SysFreeString(name);
        LET_GO(info);
    }
    assert_true(found >= 0);
    LET_GO(classes);
    assert_int_equal(graph_count(&g), 1);
    LET_GO(added);
    graph_close(&g);
}

/* ---- they keep what they speak for ------------------------------------------------------- */

static void test_outlives_the_graph(void **state)
{
    struct test_graph g;
    struct pair p;
    BSTR name;

    (void)state;
    pair_open(&g, &p);
    LET_GO(p.source_info);
    assert_hr(CALL(g.builder, RemoveFilter, &p.sink->base), S_OK);
    LET_GO(g.control);
    LET_GO(g.event);
    LET_GO(g.filter);
    LET_GO(g.seeking);
    LET_GO(g.position);
    LET_GO(g.version);
    LET_GO(g.report);
    assert_int_equal(LET_GO(g.builder), 1); /* the description's */
    assert_hr(CALL(p.sink_info, get_Name, &name), S_OK);
    assert_text(name, L"");
    assert_int_equal(LET_GO(p.sink_info), 0);
    assert_int_equal(fake_filters_alive(), 0);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collection),
        cmocka_unit_test(test_enumerator),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_file_source),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_connecting),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_registered),
        cmocka_unit_test(test_outlives_the_graph),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1); /* the fakes alone */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
