/* SPDX-License-Identifier: MIT */
/* test_registry.c - classes of the process and of modules: finding, creating, refusing. */
#include "support.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <regraft.h>

#include "modules/thing.h"

static const GUID first_clsid = THING_CLSID(1);
static const GUID second_clsid = THING_CLSID(2);
static const GUID unknown_clsid = THING_CLSID(0xffff);
static const GUID local_clsid = THING_CLSID(0x10);
static const GUID single_clsid = THING_CLSID(0x11);
static const GUID source_clsid = THING_CLSID(0x12);
static const GUID sink_clsid = THING_CLSID(0x13);
static const GUID host_clsid = THING_CLSID(0x20);

static const GUID red = THING_CLSID(0x100); /* types, as far as these tests go */
static const GUID blue = THING_CLSID(0x101);

static const struct rg_class_type red_blue[] = { { &red, &blue } };

static const struct rg_class_entry local = {
    .clsid = &local_clsid,
    .name = "test local",
    .help = "In the process from the start",
    .category = RG_CLASS_TRANSFORM,
    .merit = 0x700000,
    .create = thing_create,
    .inputs = red_blue,
    .input_count = 1,
};
static const struct rg_class_entry single = {
    .clsid = &single_clsid,
    .name = "test alone",
    .category = RG_CLASS_OBJECT,
    .flags = RG_CLASS_NO_AGGREGATION,
    .merit = 0x700000,
    .create = thing_create,
};
static const struct rg_class_entry source = {
    .clsid = &source_clsid,
    .name = "test source",
    .category = RG_CLASS_SOURCE,
    .merit = 0x700000,
    .create = thing_create,
    .outputs = red_blue,
    .output_count = 1,
};
static const struct rg_class_entry sink = {
    .clsid = &sink_clsid,
    .name = "test sink",
    .category = RG_CLASS_SINK,
    .merit = MERIT_DO_NOT_USE,
    .create = thing_create,
    .inputs = red_blue,
    .input_count = 1,
};

static const struct rg_class_entry *const test_classes[] = { &local, &single, &source, &sink };

RG_CLASSES(test_classes)

/* --- creating ---------------------------------------------------------------------------- */

static void class_of_the_process_is_created(void **state)
{
    IUnknown *thing = NULL;

    (void)state;
    assert_int_equal(CoCreateInstance(&local_clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                                      (void **)&thing),
                     S_OK);
    assert_non_null(thing);
    assert_int_equal(IUnknown_Release(thing), 0);
}

static void class_of_a_module_is_created(void **state)
{
    IUnknown *thing = NULL;

    (void)state;
    assert_int_equal(
        CoCreateInstance(&first_clsid, NULL, CLSCTX_ALL, &IID_IUnknown, (void **)&thing), S_OK);
    assert_int_equal(IUnknown_Release(thing), 0);
}

static void unknown_class_is_not_registered(void **state)
{
    void *thing = state;

    assert_int_equal(
        CoCreateInstance(&unknown_clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown, &thing),
        REGDB_E_CLASSNOTREG);
    assert_null(thing);
    thing = state;
    assert_int_equal(CoGetClassObject(&unknown_clsid, CLSCTX_INPROC_SERVER, NULL,
                                      &IID_IClassFactory, &thing),
                     REGDB_E_CLASSNOTREG);
    assert_null(thing);
}

static void missing_interface_is_refused(void **state)
{
    void *thing = state;

    assert_int_equal(
        CoCreateInstance(&local_clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, &thing),
        E_NOINTERFACE);
    assert_null(thing);
}

static void other_contexts_have_no_classes(void **state)
{
    void *thing = NULL;

    (void)state;
    assert_int_equal(
        CoCreateInstance(&local_clsid, NULL, CLSCTX_LOCAL_SERVER, &IID_IUnknown, &thing),
        REGDB_E_CLASSNOTREG);
    assert_int_equal(CoCreateInstance(&local_clsid, NULL, 0, &IID_IUnknown, &thing),
                     REGDB_E_CLASSNOTREG);
}

static void null_arguments_are_refused(void **state)
{
    void *thing = state;
    DWORD cookie;

    assert_int_equal(CoCreateInstance(&local_clsid, NULL, 1, &IID_IUnknown, NULL), E_POINTER);
    assert_int_equal(CoCreateInstance(NULL, NULL, 1, &IID_IUnknown, &thing), E_POINTER);
    assert_null(thing);
    thing = state;
    assert_int_equal(CoCreateInstance(&local_clsid, NULL, 1, NULL, &thing), E_POINTER);
    assert_null(thing);
    assert_int_equal(CoGetClassObject(&local_clsid, 1, NULL, &IID_IUnknown, NULL), E_POINTER);
    assert_int_equal(CoGetClassObject(NULL, 1, NULL, &IID_IUnknown, &thing), E_POINTER);
    assert_int_equal(CoGetClassObject(&local_clsid, 1, state, &IID_IUnknown, &thing),
                     E_INVALIDARG);
    assert_int_equal(CoRegisterClassObject(&local_clsid, NULL, 1, 1, &cookie), E_POINTER);
    assert_int_equal(rg_class_at(0, NULL), E_POINTER);
    assert_int_equal(rg_class_by_name(NULL, NULL), E_POINTER);
    assert_int_equal(rg_module_error_at(0, NULL, NULL), E_POINTER);
    assert_null(rg_class_row_by_clsid(NULL));
    assert_null(rg_class_row_by_name(NULL));
}

/* --- aggregation -------------------------------------------------------------------------- */

static HRESULT outer_query(IUnknown *face, REFIID iid, void **out)
{
    (void)iid;
    *out = face;
    return S_OK;
}

static ULONG outer_count(IUnknown *face)
{
    (void)face;
    return 1;
}

static IUnknownVtbl outer_vtbl = { outer_query, outer_count, outer_count };
static IUnknown outer = { &outer_vtbl };

static void aggregation_asks_for_iunknown(void **state)
{
    void *thing = state;
    IUnknown *inner = NULL;

    assert_int_equal(CoCreateInstance(&local_clsid, &outer, 1, &IID_IBaseFilter, &thing),
                     CLASS_E_NOAGGREGATION);
    assert_null(thing);
    assert_int_equal(CoCreateInstance(&local_clsid, &outer, 1, &IID_IUnknown, (void **)&inner),
                     S_OK);
    assert_ptr_not_equal(inner, &outer);
    assert_int_equal(IUnknown_Release(inner), 0);
}

static void class_may_refuse_aggregation(void **state)
{
    void *thing = state;

    assert_int_equal(CoCreateInstance(&single_clsid, &outer, 1, &IID_IUnknown, &thing),
                     CLASS_E_NOAGGREGATION);
    assert_null(thing);
}

/* --- factories ------------------------------------------------------------------------------ */

static void factory_creates_too(void **state)
{
    IClassFactory *factory = NULL;
    IUnknown *thing = NULL;
    void *none = state;

    assert_int_equal(CoGetClassObject(&first_clsid, CLSCTX_INPROC_SERVER, NULL,
                                      &IID_IClassFactory, (void **)&factory),
                     S_OK);
    assert_int_equal(
        IClassFactory_CreateInstance(factory, NULL, &IID_IUnknown, (void **)&thing), S_OK);
    assert_int_equal(IUnknown_Release(thing), 0);
    assert_int_equal(IClassFactory_CreateInstance(factory, NULL, &IID_IPin, &none),
                     E_NOINTERFACE);
    assert_null(none);
    assert_int_equal(IClassFactory_CreateInstance(factory, NULL, &IID_IPin, NULL), E_POINTER);
    assert_int_equal(IClassFactory_LockServer(factory, TRUE), S_OK);
    assert_int_equal(IClassFactory_LockServer(factory, FALSE), S_OK);
    assert_int_equal(IClassFactory_Release(factory), 0);
}

static void factory_answers_for_its_interfaces(void **state)
{
    void *factory = state;

    assert_int_equal(CoGetClassObject(&local_clsid, 1, NULL, &IID_IBaseFilter, &factory),
                     E_NOINTERFACE);
    assert_null(factory);
    assert_int_equal(CoGetClassObject(&local_clsid, 1, NULL, &IID_IUnknown, &factory), S_OK);
    assert_int_equal(IUnknown_Release((IUnknown *)factory), 0);
}

static void module_exports_its_factories(void **state)
{
    char path[512];
    void *factory = NULL;
    void *module;
    union {
        void *symbol;
        LPFNGETCLASSOBJECT call;
    } get;

    (void)state;
    snprintf(path, sizeof(path), "%s/good.so", strrchr(getenv("REGRAFT_MODULE_PATH"), ':') + 1);
    module = dlopen(path, RTLD_NOW);
    assert_non_null(module);
    get.symbol = dlsym(module, "DllGetClassObject");
    assert_non_null(get.symbol);
    assert_int_equal(get.call(&first_clsid, &IID_IClassFactory, &factory), S_OK);
    assert_int_equal(IClassFactory_Release((IClassFactory *)factory), 0);
    assert_int_equal(get.call(&local_clsid, &IID_IClassFactory, &factory),
                     CLASS_E_CLASSNOTAVAILABLE);
    assert_null(factory);
    assert_int_equal(get.call(&first_clsid, &IID_IClassFactory, NULL), E_POINTER);
    dlclose(module);
}

/* --- class objects of the host ---------------------------------------------------------------- */

static IUnknown *any_factory(void)
{
    IUnknown *factory = NULL;

    assert_int_equal(CoGetClassObject(&local_clsid, 1, NULL, &IID_IUnknown, (void **)&factory),
                     S_OK);
    return factory;
}

static void registered_factory_serves_its_class(void **state)
{
    IUnknown *factory = any_factory();
    IUnknown *thing = NULL;
    DWORD cookie = 0;

    (void)state;
    assert_int_equal(CoRegisterClassObject(&host_clsid, factory, CLSCTX_INPROC_SERVER,
                                           REGCLS_MULTIPLEUSE, &cookie),
                     S_OK);
    assert_int_not_equal(cookie, 0);
    assert_int_equal(references_of(factory), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(CoCreateInstance(&host_clsid, NULL, 1, &IID_IUnknown, (void **)&thing),
                         S_OK);
        assert_int_equal(IUnknown_Release(thing), 0);
    }
    assert_int_equal(CoCreateInstance(&host_clsid, NULL, CLSCTX_LOCAL_SERVER, &IID_IUnknown,
                                      (void **)&thing),
                     REGDB_E_CLASSNOTREG);
    assert_int_equal(CoRevokeClassObject(cookie), S_OK);
    assert_int_equal(references_of(factory), 1);
    assert_int_equal(CoCreateInstance(&host_clsid, NULL, 1, &IID_IUnknown, (void **)&thing),
                     REGDB_E_CLASSNOTREG);
    assert_int_equal(IUnknown_Release(factory), 0);
}

static void class_is_registered_once(void **state)
{
    IUnknown *factory = any_factory();
    DWORD cookie = 0, other = 99;

    (void)state;
    assert_int_equal(CoRegisterClassObject(&host_clsid, factory, 1, 1, &cookie), S_OK);
    assert_int_equal(CoRegisterClassObject(&host_clsid, factory, 1, 1, &other), CO_E_OBJISREG);
    assert_int_equal(other, 99);
    assert_int_equal(CoRevokeClassObject(cookie), S_OK);
    assert_int_equal(CoRevokeClassObject(cookie), CO_E_OBJNOTREG);
    assert_int_equal(CoRegisterClassObject(&host_clsid, factory, 0, 1, &cookie), E_INVALIDARG);
    assert_int_equal(IUnknown_Release(factory), 0);
}

static void single_use_is_used_once(void **state)
{
    IUnknown *factory = any_factory();
    void *thing = NULL;
    DWORD cookie = 0;

    (void)state;
    assert_int_equal(CoRegisterClassObject(&host_clsid, factory, 1, REGCLS_SINGLEUSE, &cookie),
                     S_OK);
    assert_int_equal(CoGetClassObject(&host_clsid, 1, NULL, &IID_IUnknown, &thing), S_OK);
    IUnknown_Release((IUnknown *)thing);
    assert_int_equal(CoGetClassObject(&host_clsid, 1, NULL, &IID_IUnknown, &thing),
                     REGDB_E_CLASSNOTREG);
    assert_int_equal(CoRevokeClassObject(cookie), S_OK);
    assert_int_equal(IUnknown_Release(factory), 0);
}

/* --- looking up -------------------------------------------------------------------------------- */

static void classes_are_found_by_name(void **state)
{
    struct rg_class_info info;

    (void)state;
    assert_int_equal(rg_class_by_name("test local", &info), S_OK);
    assert_string_equal(info.name, "test local");
    assert_string_equal(info.help, "In the process from the start");
    assert_string_equal(info.kind, "transform");
    assert_string_equal(info.module, "regraft");
    assert_int_equal(info.merit, 0x700000);
    assert_true(IsEqualGUID(&info.clsid, &local_clsid));
    assert_int_equal(rg_class_by_name("test first", &info), S_OK);
    assert_string_equal(info.module, "good.so");
    assert_string_equal(info.kind, "object");
    assert_string_equal(info.help, "");
    assert_int_equal(rg_class_by_name("test nobody", &info), VFW_E_NOT_FOUND);
    assert_string_equal(info.name, "test first");
}

/* The index of a class, which must be there. */
static unsigned index_of(const char *name)
{
    struct rg_class_info info;

    for (unsigned i = 0;; i++) {
        assert_int_equal(rg_class_at(i, &info), S_OK);
        if (strcmp(info.name, name) == 0)
            return i;
    }
}

static void order_is_fixed(void **state)
{
    struct rg_class_info info;
    unsigned index = 0;

    (void)state;
    assert_true(index_of("test alone") < index_of("test local"));   /* own classes: by name */
    assert_true(index_of("test source") < index_of("test second")); /* then the modules' */
    assert_int_equal(index_of("test second") + 1, index_of("test first")); /* in their order */
    assert_true(index_of("test first") < index_of("test own")); /* good.so before twin.so */
    while (rg_class_at(index, &info) == S_OK)
        index++;
    assert_int_equal(rg_class_at(index, &info), S_FALSE);
    assert_int_equal(rg_class_at(0xffffffff, &info), S_FALSE);
    assert_null(rg_class_row_at(index));
}

static bool error_about(const char *file, const char *word)
{
    const char *found, *why;

    for (unsigned i = 0; rg_module_error_at(i, &found, &why) == S_OK; i++)
        if (strcmp(found, file) == 0 && strstr(why, word) != NULL)
            return true;
    return false;
}

static void broken_modules_are_listed_and_harm_nobody(void **state)
{
    const char *file, *why;
    unsigned count = 0;

    (void)state;
    assert_true(error_about("garbage.so", "garbage.so")); /* the loader's own words */
    assert_true(error_about("old.so", "version"));
    assert_true(error_about("nameless.so", "name"));
    assert_true(error_about("stranger.so", "rg_module_entry"));
    while (rg_module_error_at(count, &file, &why) == S_OK)
        count++;
    assert_int_equal(count, 6);
    assert_int_equal(rg_module_error_at(count, &file, &why), S_FALSE);
    assert_non_null(rg_class_row_by_clsid(&second_clsid));
}

static void second_of_its_kind_is_left_out(void **state)
{
    (void)state;
    assert_null(rg_class_row_by_name("test impostor"));
    assert_true(error_about("twin.so", "good.so has its CLSID"));
    assert_true(error_about("twin.so", "good.so has its name"));
    assert_string_equal(rg_class_row_by_clsid(&first_clsid)->module, "good.so");
    assert_string_equal(rg_class_row_by_name("test own")->module, "twin.so");
}

/* --- intelligent connect's question --------------------------------------------------------------- */

static int place_of(const struct rg_class_row **rows, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(rows[i]->entry->name, name) == 0)
            return (int)i;
    return -1;
}

static void find_sorts_by_merit(void **state)
{
    const struct rg_class_query all = { 0 };
    const struct rg_class_row *rows[200];
    unsigned count = rg_class_find(&all, rows, COUNT_OF(rows));

    (void)state;
    assert_true(count >= 3 && count <= COUNT_OF(rows));
    for (unsigned i = 1; i < count; i++)
        assert_true(rows[i - 1]->entry->merit >= rows[i]->entry->merit);
    assert_true(place_of(rows, count, "test local") >= 0);
    assert_true(place_of(rows, count, "test local") < place_of(rows, count, "test second"));
    assert_int_equal(place_of(rows, count, "test sink"), -1);  /* not by itself */
    assert_int_equal(place_of(rows, count, "test alone"), -1); /* no filter */
}

static void find_matches_types(void **state)
{
    struct rg_class_query query = { .input = { &red, &blue } };
    const struct rg_class_row *rows[200];
    unsigned count;

    (void)state;
    count = rg_class_find(&query, rows, COUNT_OF(rows));
    assert_true(place_of(rows, count, "test local") >= 0);
    assert_true(place_of(rows, count, "test second") >= 0); /* says nothing: may be any */
    assert_int_equal(place_of(rows, count, "test source"), -1);
    query.input.subtype = &red;
    count = rg_class_find(&query, rows, COUNT_OF(rows));
    assert_int_equal(place_of(rows, count, "test local"), -1);
    query.input.subtype = &GUID_NULL;
    count = rg_class_find(&query, rows, COUNT_OF(rows));
    assert_true(place_of(rows, count, "test local") >= 0);
    query.merit_min = 1;
    query.categories = RG_CATEGORY_BIT(RG_CLASS_SINK);
    count = rg_class_find(&query, rows, COUNT_OF(rows));
    assert_true(place_of(rows, count, "test sink") >= 0);
    assert_int_equal(place_of(rows, count, "test local"), -1);
    query.output = (struct rg_class_type){ &red, &blue };
    assert_int_equal(rg_class_find(&query, rows, COUNT_OF(rows)), 0);
}

static void find_keeps_the_best_in_little_room(void **state)
{
    const struct rg_class_query all = { 0 };
    const struct rg_class_row *rows[200];
    const struct rg_class_row *best[2] = { NULL, NULL };
    unsigned count = rg_class_find(&all, rows, COUNT_OF(rows));

    (void)state;
    assert_int_equal(rg_class_find(&all, best, 2), count);
    assert_ptr_equal(best[0], rows[0]);
    assert_ptr_equal(best[1], rows[1]);
    assert_int_equal(rg_class_find(&all, NULL, 0), count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(class_of_the_process_is_created),
        cmocka_unit_test(class_of_a_module_is_created),
        cmocka_unit_test(unknown_class_is_not_registered),
        cmocka_unit_test(missing_interface_is_refused),
        cmocka_unit_test(other_contexts_have_no_classes),
        cmocka_unit_test(null_arguments_are_refused),
        cmocka_unit_test(aggregation_asks_for_iunknown),
        cmocka_unit_test(class_may_refuse_aggregation),
        cmocka_unit_test(factory_creates_too),
        cmocka_unit_test(factory_answers_for_its_interfaces),
        cmocka_unit_test(module_exports_its_factories),
        cmocka_unit_test(registered_factory_serves_its_class),
        cmocka_unit_test(class_is_registered_once),
        cmocka_unit_test(single_use_is_used_once),
        cmocka_unit_test(classes_are_found_by_name),
        cmocka_unit_test(order_is_fixed),
        cmocka_unit_test(broken_modules_are_listed_and_harm_nobody),
        cmocka_unit_test(second_of_its_kind_is_left_out),
        cmocka_unit_test(find_sorts_by_merit),
        cmocka_unit_test(find_matches_types),
        cmocka_unit_test(find_keeps_the_best_in_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
