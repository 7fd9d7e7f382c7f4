/* SPDX-License-Identifier: MIT */
/* checks_identity.c - what each class can be asked for, and that it is one object whoever asks; aggregation.
 *
 * Knows: IUnknown's rules.  Must not know: what the interfaces do.
 */
#include "checks.h"
#include "oracle.h"

#include <qedit.h>
#include <stdio.h>

/* No object has this one. */
static const IID iid_of_nobody = {
    0x5b0f3b3a, 0x0c11, 0x4c59, { 0x9c, 0x6a, 0x21, 0x77, 0x0e, 0x5d, 0x1f, 0x10 }
};

struct face {
    const IID *iid;
    const char *name;
};

#define FACE(I)                                                                                \
    {                                                                                          \
        &IID_##I, #I                                                                           \
    }

static IUnknown *identity_of(IUnknown *any)
{
    IUnknown *identity = NULL;

    if (SUCCEEDED(IUnknown_QueryInterface(any, &IID_IUnknown, (void **)&identity)))
        IUnknown_Release(identity);
    return identity;
}

/* Is there, is the same object, and leads to the first face of the list. */
static void face_check(IUnknown *object, const struct face *face, const struct face *first)
{
    IUnknown *other = NULL, *back = NULL;
    BOOL same = FALSE, leads = FALSE;
    char check[64];
    HRESULT hr = IUnknown_QueryInterface(object, face->iid, (void **)&other);

    answer_hr(face->name, hr, "S_OK", "an interface that the documentation lists");
    if (SUCCEEDED(hr)) {
        same = identity_of(other) == identity_of(object);
        leads = SUCCEEDED(IUnknown_QueryInterface(other, first->iid, (void **)&back));
        if (back != NULL)
            IUnknown_Release(back);
        IUnknown_Release(other);
    }
    snprintf(check, sizeof(check), "%s, the same object", face->name);
    answer_yes(check, same, "one IUnknown for each object");
    if (face == first)
        return;
    snprintf(check, sizeof(check), "%s, and back", face->name);
    answer_yes(check, leads, "what one interface leads to, all lead to");
}

/* ---- aggregation ------------------------------------------------------------------------- */

struct outer {
    IUnknown unknown;
    LONG refs;
};

static HRESULT STDMETHODCALLTYPE outer_query(IUnknown *self, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown))
        return E_NOINTERFACE;
    InterlockedIncrement(&CONTAINING_RECORD(self, struct outer, unknown)->refs);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE outer_addref(IUnknown *self)
{
    return (ULONG)InterlockedIncrement(&CONTAINING_RECORD(self, struct outer, unknown)->refs);
}

static ULONG STDMETHODCALLTYPE outer_release(IUnknown *self)
{
    return (ULONG)InterlockedDecrement(&CONTAINING_RECORD(self, struct outer, unknown)->refs);
}

static IUnknownVtbl outer_vtbl = {
    .QueryInterface = outer_query,
    .AddRef = outer_addref,
    .Release = outer_release,
};

static void aggregation_check(REFCLSID clsid, const struct face *first)
{
    struct outer outer = { { &outer_vtbl }, 1 };
    IUnknown *inner = NULL, *face = NULL;
    LONG before;
    HRESULT hr = CoCreateInstance(clsid, &outer.unknown, CLSCTX_INPROC_SERVER, first->iid,
                                  (void **)&face);

    answer_hr("aggregated, asked for another interface than IUnknown", hr,
              "E_NOINTERFACE|CLASS_E_NOAGGREGATION|E_INVALIDARG",
              "the outer object needs the inner IUnknown");
    hr = CoCreateInstance(clsid, &outer.unknown, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                          (void **)&inner);
    answer_hr("aggregated", hr, "S_OK", "the class can be part of another object");
    if (FAILED(hr))
        return;
    answer_yes("aggregated, the inner IUnknown is its own", inner != &outer.unknown,
               "the outer object holds it");
    if (FAILED(IUnknown_QueryInterface(inner, first->iid, (void **)&face)))
        return;
    answer_yes("aggregated, the identity is the outer one", identity_of(face) == &outer.unknown,
               "QueryInterface goes to the outer object");
    before = outer.refs;
    IUnknown_AddRef(face);
    answer_value("aggregated, counts are the outer one's", outer.refs - before, "1",
                 "AddRef goes to the outer object");
    IUnknown_Release(face);
    IUnknown_Release(face);
    answer_value("aggregated, the end", (LONGLONG)IUnknown_Release(inner), "0",
                 "the inner IUnknown counts for itself");
}

/* The first face is one that every object of the class has. */
static void class_check(REFCLSID clsid, const char *name, const struct face *faces,
                        size_t count, BOOL whole)
{
    IUnknown *object, *none = (IUnknown *)&object;
    HRESULT hr;

    if (!make(clsid, name, faces[0].iid, (void **)&object))
        return;
    for (size_t i = 0; i < count; i++)
        face_check(object, &faces[i], &faces[0]);
    if (whole) {
        answer_yes("one IUnknown", identity_of(object) == identity_of(object),
                   "the same each time");
        hr = IUnknown_QueryInterface(object, &iid_of_nobody, (void **)&none);
        answer_hr("an interface that nobody has", hr, "E_NOINTERFACE", "IUnknown's rules");
        answer_yes("NULL then", none == NULL, "IUnknown's rules");
        IUnknown_AddRef(object);
        answer_value("Release", (LONGLONG)IUnknown_Release(object), "1",
                     "nobody else has a reference");
        answer_value("the last Release", (LONGLONG)IUnknown_Release(object), "0",
                     "nobody else has a reference");
        aggregation_check(clsid, &faces[0]);
    } else {
        IUnknown_Release(object);
    }
}

#define CLASS_CHECK(clsid, faces, whole)                                                       \
    class_check(&clsid, #clsid, faces, ARRAYSIZE(faces), whole)

/* ---- the classes ------------------------------------------------------------------------- */

void group_identity_graph(void)
{
    static const struct face faces[] = {
        FACE(IGraphBuilder), FACE(IFilterGraph),  FACE(IFilterGraph2), FACE(IMediaControl),
        FACE(IMediaEvent),   FACE(IMediaEventEx), FACE(IMediaSeeking), FACE(IMediaPosition),
        FACE(IMediaFilter),  FACE(IPersist),      FACE(IGraphVersion), FACE(IMediaEventSink),
    };

    CLASS_CHECK(CLSID_FilterGraph, faces, TRUE);
}

void group_identity_graph_parts(void)
{
    static const struct face faces[] = {
        FACE(IGraphBuilder), FACE(IDispatch),    FACE(IObjectWithSite), FACE(IGraphConfig),
        FACE(IFilterChain),  FACE(IVideoWindow), FACE(IBasicVideo),     FACE(IBasicAudio),
    };

    CLASS_CHECK(CLSID_FilterGraph, faces, FALSE);
}

void group_identity_graph_no_thread(void)
{
    static const struct face faces[] = {
        FACE(IGraphBuilder),
        FACE(IMediaControl),
        FACE(IMediaEvent),
        FACE(IMediaSeeking),
    };

    CLASS_CHECK(CLSID_FilterGraphNoThread, faces, TRUE);
}

void group_identity_allocator(void)
{
    static const struct face faces[] = { FACE(IMemAllocator) };

    CLASS_CHECK(CLSID_MemoryAllocator, faces, TRUE);
}

void group_identity_clock(void)
{
    static const struct face faces[] = { FACE(IReferenceClock) };

    CLASS_CHECK(CLSID_SystemClock, faces, TRUE);
}

void group_identity_seeking_passthru(void)
{
    static const struct face faces[] = { FACE(ISeekingPassThru) };

    CLASS_CHECK(CLSID_SeekingPassThru, faces, TRUE);
}

void group_identity_mapper(void)
{
    static const struct face faces[] = { FACE(IFilterMapper2), FACE(IFilterMapper3) };

    CLASS_CHECK(CLSID_FilterMapper2, faces, TRUE);
}

void group_identity_device_enum(void)
{
    static const struct face faces[] = { FACE(ICreateDevEnum) };

    CLASS_CHECK(CLSID_SystemDeviceEnum, faces, FALSE);
}

void group_identity_sample_grabber(void)
{
    static const struct face faces[] = { FACE(ISampleGrabber), FACE(IBaseFilter),
                                         FACE(IMediaFilter), FACE(IPersist) };

    CLASS_CHECK(clsid_sample_grabber, faces, TRUE);
}

void group_identity_null_renderer(void)
{
    static const struct face faces[] = { FACE(IBaseFilter), FACE(IMediaFilter),
                                         FACE(IPersist) };

    CLASS_CHECK(clsid_null_renderer, faces, TRUE);
}

void group_identity_smart_tee(void)
{
    static const struct face faces[] = { FACE(IBaseFilter), FACE(IMediaFilter),
                                         FACE(IPersist) };

    CLASS_CHECK(CLSID_SmartTee, faces, TRUE);
}

void group_identity_capture_builder(void)
{
    static const struct face faces[] = { FACE(ICaptureGraphBuilder2) };

    CLASS_CHECK(CLSID_CaptureGraphBuilder2, faces, FALSE);
}

void group_identity_async_reader(void)
{
    static const struct face faces[] = { FACE(IBaseFilter), FACE(IMediaFilter), FACE(IPersist),
                                         FACE(IFileSourceFilter) };

    CLASS_CHECK(CLSID_AsyncReader, faces, TRUE);
}

/* ---- COM itself -------------------------------------------------------------------------- */

void group_com_objects(void)
{
    IClassFactory *factory = NULL;
    IUnknown *object = NULL;
    WCHAR text[40];
    CLSID clsid;

    answer_hr("CoCreateInstance of nobody's class",
              CoCreateInstance(&iid_of_nobody, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                               (void **)&object),
              "REGDB_E_CLASSNOTREG", "no such class");
    answer_yes("NULL then", object == NULL, "a failure gives NULL");
    answer_hr("CoCreateInstance for an interface it has not",
              CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &iid_of_nobody,
                               (void **)&object),
              "E_NOINTERFACE", "the class is there, the interface is not");
    answer_hr("CoGetClassObject",
              CoGetClassObject(&CLSID_FilterGraph, CLSCTX_INPROC_SERVER, NULL,
                               &IID_IClassFactory, (void **)&factory),
              "S_OK", "every class has a factory");
    if (factory == NULL)
        return;
    answer_hr("LockServer", IClassFactory_LockServer(factory, TRUE), "S_OK",
              "keeps the module");
    (void)IClassFactory_LockServer(factory, FALSE);
    answer_hr("CreateInstance",
              IClassFactory_CreateInstance(factory, NULL, &IID_IGraphBuilder, (void **)&object),
              "S_OK", "as CoCreateInstance does");
    if (object != NULL)
        IUnknown_Release(object);
    object = (IUnknown *)factory;
    answer_hr("CreateInstance for an interface it has not",
              IClassFactory_CreateInstance(factory, NULL, &iid_of_nobody, (void **)&object),
              "E_NOINTERFACE", "the object goes again");
    answer_yes("NULL after that", object == NULL, "a failure gives NULL");
    IClassFactory_Release(factory);
    answer_value("StringFromGUID2", StringFromGUID2(&iid_of_nobody, text, 40), "39",
                 "with braces and the final zero");
    answer_wide("its text", text, "{5B0F3B3A-0C11-4C59-9C6A-21770E5D1F10}", "in capitals");
    answer_value("StringFromGUID2 without room", StringFromGUID2(&iid_of_nobody, text, 38), "0",
                 "39 characters are needed");
    (void)StringFromGUID2(&iid_of_nobody, text, 40);
    answer_hr("CLSIDFromString", CLSIDFromString(text, &clsid), "S_OK", "the same text");
    answer_yes("the same GUID", IsEqualGUID(&clsid, &iid_of_nobody), "there and back");
}
