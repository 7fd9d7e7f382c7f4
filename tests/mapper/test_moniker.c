/* SPDX-License-Identifier: MIT */
/* test_moniker.c - device monikers: bound, named, compared, saved and loaded. */
#include "mapper_test.h"

#include <stdatomic.h>

static const CLSID mine = TEST_GUID(1), shelf = TEST_GUID(9);

static void put(const CLSID *clsid, const WCHAR *name, DWORD merit)
{
    const REGFILTER2 filter = { .dwVersion = 2, .dwMerit = merit };
    IFilterMapper3 *mapper = mapper_open();

    assert_hr(CALL(mapper, RegisterFilter, clsid, name, NULL, &shelf, NULL, &filter), S_OK);
    LET_GO(mapper);
}

/* ---- monikers ---------------------------------------------------------------------------- */

static void a_moniker_makes_its_filter(void **state)
{
    IMoniker *moniker = moniker_of(&CLSID_LegacyAmFilterCategory, L"invert");
    IBaseFilter *filter = NULL;
    IFilterGraph2 *graph;
    CLSID clsid;
    void *none = &clsid;

    (void)state;
    assert_non_null(moniker);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, (void **)&filter),
              S_OK);
    LET_GO(filter);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IFilterGraph, &none), E_NOINTERFACE);
    assert_null(none);
    assert_hr(CALL(moniker, BindToObject, NULL, moniker, &IID_IBaseFilter, &none),
              E_INVALIDARG);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, NULL, &none), E_POINTER);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, NULL), E_POINTER);
    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, &IID_IStream, &none), E_NOINTERFACE);
    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, NULL, &none), E_POINTER);
    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, &IID_IPropertyBag, NULL), E_POINTER);

    assert_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IFilterGraph2, (void **)&graph),
              S_OK);
    assert_hr(CALL(graph, AddSourceFilterForMoniker, moniker, NULL, L"by moniker", &filter),
              S_OK);
    LET_GO(filter);
    assert_hr(CALL(graph, FindFilterByName, L"by moniker", &filter), S_OK);
    LET_GO(filter);
    LET_GO(graph);
    assert_int_equal(LET_GO(moniker), 0);
}

/* A class that wants to see what was registered for it. */
struct reader {
    IPersistPropertyBag persist; /* first */
    IClassFactory factory;
    atomic_uint refs;
    WCHAR name[64]; /* what it saw */
    HRESULT result; /* of Load */
};

static HRESULT reader_query(struct reader *self, REFIID iid, void **out)
{
    bool is_factory = IsEqualIID(iid, &IID_IClassFactory);

    *out = NULL;
    if (!is_factory && !IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IPersistPropertyBag))
        return E_NOINTERFACE;
    *out = is_factory ? (void *)&self->factory : (void *)&self->persist;
    atomic_fetch_add(&self->refs, 1);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE persist_query(IPersistPropertyBag *face, REFIID iid,
                                               void **out)
{
    return reader_query((struct reader *)face, iid, out);
}

static ULONG STDMETHODCALLTYPE persist_add(IPersistPropertyBag *face)
{
    return atomic_fetch_add(&((struct reader *)face)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE persist_release(IPersistPropertyBag *face)
{
    return atomic_fetch_sub(&((struct reader *)face)->refs, 1) - 1;
}

static HRESULT STDMETHODCALLTYPE persist_load(IPersistPropertyBag *face, IPropertyBag *bag,
                                              IErrorLog *log)
{
    struct reader *self = (struct reader *)face;
    VARIANT value = { .vt = VT_EMPTY };

    (void)log;
    assert_hr(CALL(bag, Read, L"FriendlyName", &value, NULL), S_OK);
    wcsncpy(self->name, value.bstrVal, 63);
    VariantClear(&value);
    return self->result;
}

static const IPersistPropertyBagVtbl persist_vtbl = {
    .QueryInterface = persist_query,
    .AddRef = persist_add,
    .Release = persist_release,
    .Load = persist_load,
};

static struct reader *reader_of(IClassFactory *face)
{
    return CONTAINING_RECORD(face, struct reader, factory);
}

static HRESULT STDMETHODCALLTYPE factory_query(IClassFactory *face, REFIID iid, void **out)
{
    return reader_query(reader_of(face), iid, out);
}

static ULONG STDMETHODCALLTYPE factory_add(IClassFactory *face)
{
    return persist_add(&reader_of(face)->persist);
}

static ULONG STDMETHODCALLTYPE factory_release(IClassFactory *face)
{
    return persist_release(&reader_of(face)->persist);
}

/* There is one object, itself. */
static HRESULT STDMETHODCALLTYPE factory_create(IClassFactory *face, IUnknown *outer,
                                                REFIID iid, void **out)
{
    (void)outer;
    return reader_query(reader_of(face), iid, out);
}

static const IClassFactoryVtbl factory_vtbl = {
    .QueryInterface = factory_query,
    .AddRef = factory_add,
    .Release = factory_release,
    .CreateInstance = factory_create,
};

static void a_filter_sees_its_registration(void **state)
{
    struct reader reader = { .persist = { (IPersistPropertyBagVtbl *)&persist_vtbl },
                             .factory = { (IClassFactoryVtbl *)&factory_vtbl } };
    IUnknown *object = NULL;
    IMoniker *moniker;
    DWORD cookie;

    (void)state;
    put(&mine, L"Read me", 1);
    assert_hr(CoRegisterClassObject(&mine, (IUnknown *)&reader.persist, CLSCTX_INPROC_SERVER,
                                    REGCLS_MULTIPLEUSE, &cookie),
              S_OK);
    moniker = moniker_of(&shelf, L"Read me");
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IUnknown, (void **)&object), S_OK);
    assert_ptr_equal(object, &reader.persist);
    assert_int_equal(wcscmp(reader.name, L"Read me"), 0);
    LET_GO(object);
    reader.result = E_ABORT; /* it does not want to live with that */
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IUnknown, (void **)&object),
              E_ABORT);
    assert_null(object);
    LET_GO(moniker);
    assert_hr(CoRevokeClassObject(cookie), S_OK);
    assert_int_equal(reader.refs, 0);
}

static void what_is_gone_can_not_be_bound(void **state)
{
    IMoniker *moniker;
    IPropertyBag *bag;
    VARIANT value = { .vt = VT_EMPTY };
    void *none = &value;
    IFilterMapper3 *mapper = mapper_open();

    (void)state;
    put(&mine, L"one", 1);
    moniker = moniker_of(&shelf, L"one");
    bag = bag_of(moniker);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, &none),
              REGDB_E_CLASSNOTREG); /* registered, and no code for it */
    assert_null(none);
    assert_hr(CALL(mapper, UnregisterFilter, &shelf, NULL, &mine), S_OK);
    assert_hr(CALL(moniker, BindToObject, NULL, NULL, &IID_IBaseFilter, &none), NOT_THERE);
    assert_hr(CALL(bag, Read, L"FriendlyName", &value, NULL), NOT_THERE);
    value.vt = VT_I4;
    assert_hr(CALL(bag, Write, L"Merit", &value), NOT_THERE);
    assert_int_equal(LET_GO(bag), 0);
    assert_int_equal(LET_GO(moniker), 0);
    LET_GO(mapper);
}

static IMoniker *parsed(const WCHAR *name)
{
    IMoniker *moniker = NULL;
    ULONG eaten = 0;

    assert_hr(MkParseDisplayName(NULL, name, &eaten, &moniker), S_OK);
    assert_int_equal(eaten, wcslen(name));
    return moniker;
}

static void names_are_taken_apart_and_put_together(void **state)
{
    static const WCHAR *const wrong[] = {
        L"",
        L"@device:sw:",
        L"@device:pnp:\\\\?\\usb",
        L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}",
        L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\",
        L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE8x}\\a",
        L"device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\a",
    };
    IMoniker *moniker, *other, *none = (IMoniker *)wrong;
    WCHAR *name = NULL;
    DWORD hash, other_hash;
    ULONG eaten = 5;

    (void)state;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_hr(MkParseDisplayName(NULL, wrong[i], &eaten, &none), MK_E_SYNTAX);
        assert_null(none);
        assert_int_equal(eaten, 0);
    }
    assert_hr(MkParseDisplayName(NULL, NULL, &eaten, &none), E_POINTER);
    assert_hr(MkParseDisplayName(NULL, L"x", NULL, &none), E_POINTER);
    assert_hr(MkParseDisplayName(NULL, L"x", &eaten, NULL), E_POINTER);

    moniker = parsed(L"@DEVICE:sw:{33d9a760-90c8-11d0-bd43-00a0c911ce86}\\\u00e4 one");
    other = parsed(L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\\u00e4 ONE");
    assert_hr(CALL(moniker, IsEqual, other), S_OK);
    assert_hr(CALL(moniker, Hash, &hash), S_OK);
    assert_hr(CALL(other, Hash, &other_hash), S_OK);
    assert_int_equal(hash, other_hash);
    assert_hr(CALL(moniker, GetDisplayName, NULL, NULL, &name), S_OK);
    assert_int_equal(
        wcscmp(name, L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\\u00e4 one"), 0);
    CoTaskMemFree(name);
    LET_GO(other);
    assert_hr(CALL(moniker, ParseDisplayName, NULL, NULL,
                   (LPOLESTR)L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\two", &eaten,
                   &other),
              S_OK);
    assert_hr(CALL(moniker, IsEqual, other), S_FALSE);
    LET_GO(other);
    LET_GO(moniker);
}

static void the_rest_of_the_slots_answers(void **state)
{
    IMoniker *moniker = moniker_of(&CLSID_LegacyAmFilterCategory, L"invert");
    IMoniker *other = moniker_of(&CLSID_LegacyAmFilterCategory, L"null");
    IMoniker *out = NULL;
    IEnumMoniker *list = (IEnumMoniker *)moniker;
    FILETIME time;
    CLSID clsid;
    DWORD kind = 9;

    (void)state;
    assert_hr(CALL(moniker, GetClassID, &clsid), S_OK);
    assert_true(IsEqualCLSID(&clsid, &CLSID_CDeviceMoniker));
    assert_hr(CALL(moniker, GetClassID, NULL), E_POINTER);
    assert_hr(CALL(moniker, IsDirty), S_FALSE);
    assert_hr(CALL(moniker, Reduce, NULL, 0, NULL, &out), MK_S_REDUCED_TO_SELF);
    assert_ptr_equal(out, moniker);
    LET_GO(out);
    assert_hr(CALL(moniker, Reduce, NULL, 0, NULL, NULL), E_POINTER);
    assert_hr(CALL(moniker, ComposeWith, other, TRUE, &out), MK_E_NEEDGENERIC);
    assert_hr(CALL(moniker, ComposeWith, other, FALSE, &out), E_NOTIMPL);
    assert_hr(CALL(moniker, ComposeWith, NULL, FALSE, &out), E_POINTER);
    assert_hr(CALL(moniker, ComposeWith, other, FALSE, NULL), E_POINTER);
    assert_hr(CALL(moniker, Enum, TRUE, &list), S_OK);
    assert_null(list);
    assert_hr(CALL(moniker, Enum, TRUE, NULL), E_POINTER);
    assert_hr(CALL(moniker, IsEqual, NULL), E_POINTER);
    assert_hr(CALL(moniker, IsEqual, other), S_FALSE);
    assert_hr(CALL(moniker, Hash, NULL), E_POINTER);
    assert_hr(CALL(moniker, IsRunning, NULL, NULL, NULL), S_FALSE);
    assert_hr(CALL(moniker, GetTimeOfLastChange, NULL, NULL, &time), MK_E_UNAVAILABLE);
    assert_hr(CALL(moniker, GetTimeOfLastChange, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(moniker, Inverse, &out), MK_E_NOINVERSE);
    assert_hr(CALL(moniker, Inverse, NULL), E_POINTER);
    assert_hr(CALL(moniker, CommonPrefixWith, other, &out), MK_E_NOPREFIX);
    assert_hr(CALL(moniker, CommonPrefixWith, NULL, &out), E_POINTER);
    assert_hr(CALL(moniker, CommonPrefixWith, other, NULL), E_POINTER);
    assert_hr(CALL(moniker, CommonPrefixWith, moniker, &out), MK_S_US);
    LET_GO(out);
    assert_hr(CALL(moniker, RelativePathTo, other, &out), MK_S_HIM);
    assert_ptr_equal(out, other);
    LET_GO(out);
    assert_hr(CALL(moniker, RelativePathTo, NULL, &out), E_POINTER);
    assert_hr(CALL(moniker, RelativePathTo, other, NULL), E_POINTER);
    assert_hr(CALL(moniker, GetDisplayName, NULL, NULL, NULL), E_POINTER);
    assert_hr(CALL(moniker, IsSystemMoniker, &kind), S_FALSE);
    assert_int_equal(kind, 0);
    assert_hr(CALL(moniker, IsSystemMoniker, NULL), E_POINTER);
    assert_hr(CALL(moniker, Load, NULL), E_POINTER);
    assert_hr(CALL(moniker, Save, NULL, TRUE), E_POINTER);
    assert_hr(CALL(moniker, GetSizeMax, NULL), E_POINTER);
    assert_int_equal(LET_GO(other), 0);
    assert_int_equal(LET_GO(moniker), 0);
}

/* ---- saved and loaded -------------------------------------------------------------------- */

/* As much of a stream as a moniker needs. */
struct test_stream {
    IStream face; /* first */
    BYTE bytes[512];
    ULONG size, at;
};

static HRESULT STDMETHODCALLTYPE stream_read(IStream *face, void *to, ULONG bytes, ULONG *got)
{
    struct test_stream *self = (struct test_stream *)face;
    ULONG left = self->size - self->at;

    *got = bytes < left ? bytes : left;
    memcpy(to, self->bytes + self->at, *got);
    self->at += *got;
    return *got == bytes ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE stream_write(IStream *face, const void *from, ULONG bytes,
                                              ULONG *put_bytes)
{
    struct test_stream *self = (struct test_stream *)face;

    assert_true(self->size + bytes <= sizeof(self->bytes));
    memcpy(self->bytes + self->size, from, bytes);
    self->size += bytes;
    *put_bytes = bytes;
    return S_OK;
}

static const IStreamVtbl stream_vtbl = { .Read = stream_read, .Write = stream_write };

static void monikers_are_saved_and_loaded(void **state)
{
    static const WCHAR name[] =
        L"@device:sw:{33D9A760-90C8-11D0-BD43-00A0C911CE86}\\\u00e4 \U0001f600";
    struct test_stream stream = { .face = { (IStreamVtbl *)&stream_vtbl } };
    IMoniker *moniker = parsed(name), *loaded = NULL;
    ULARGE_INTEGER size = { .QuadPart = 0 };
    WCHAR *text = NULL;
    void *none = NULL;

    (void)state;
    assert_hr(CALL(moniker, GetSizeMax, &size), S_OK);
    assert_hr(CALL(moniker, Save, &stream.face, TRUE), S_OK);
    assert_int_equal(stream.size, size.QuadPart);
    assert_int_equal(stream.bytes[4], '@');
    assert_int_equal(stream.bytes[5], 0);

    assert_hr(CoCreateInstance(&CLSID_CDeviceMoniker, NULL, CLSCTX_INPROC_SERVER, &IID_IMoniker,
                               (void **)&loaded),
              S_OK);
    assert_hr(CALL(loaded, GetDisplayName, NULL, NULL, &text), E_UNEXPECTED);
    assert_hr(CALL(loaded, BindToObject, NULL, NULL, &IID_IUnknown, &none), E_UNEXPECTED);
    assert_hr(CALL(loaded, BindToStorage, NULL, NULL, &IID_IPropertyBag, &none), E_UNEXPECTED);
    assert_hr(CALL(loaded, Save, &stream.face, TRUE), E_UNEXPECTED);
    assert_hr(CALL(loaded, IsEqual, moniker), S_FALSE);
    assert_hr(CALL(loaded, Load, &stream.face), S_OK);
    assert_hr(CALL(loaded, IsEqual, moniker), S_OK);
    assert_hr(CALL(loaded, GetDisplayName, NULL, NULL, &text), S_OK);
    assert_int_equal(wcscmp(text, name), 0);
    CoTaskMemFree(text);

    for (stream.size = 0; stream.size < size.QuadPart; stream.size++) { /* cut off */
        stream.at = 0;
        assert_true(FAILED(CALL(loaded, Load, &stream.face)));
    }
    stream.size = 8;
    memcpy(stream.bytes, "\4\0\0\0a\0b", 8); /* no name */
    stream.at = 0;
    assert_hr(CALL(loaded, Load, &stream.face), MK_E_SYNTAX);
    memcpy(stream.bytes, "\377\377\377\177", 4); /* no size */
    stream.at = 0;
    assert_hr(CALL(loaded, Load, &stream.face), MK_E_SYNTAX);
    assert_hr(CALL(loaded, IsEqual, moniker), S_OK); /* it is what it was */
    assert_int_equal(LET_GO(loaded), 0);
    assert_int_equal(LET_GO(moniker), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_moniker_makes_its_filter),    TEST(a_filter_sees_its_registration),
        TEST(what_is_gone_can_not_be_bound), TEST(names_are_taken_apart_and_put_together),
        TEST(the_rest_of_the_slots_answers), TEST(monikers_are_saved_and_loaded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
