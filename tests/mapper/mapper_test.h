/* SPDX-License-Identifier: MIT */
/* mapper_test.h - what the tests of the filter mapper share: a user's folder of their own, and short ways to ask. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#include <oleauto.h>
#include <regraft.h>

#include "platform/memory.h"

#define CALL(face, method, ...) (face)->lpVtbl->method((face), ##__VA_ARGS__)
#define LET_GO(face)            (face)->lpVtbl->Release(face)
#define assert_hr(call, wanted) assert_int_equal((unsigned)(call), (unsigned)(wanted))
#define NOT_THERE               HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)

/* {5A3C0000-0000-4000-8000-0000000000nn} */
#define TEST_GUID(nn)                                                                          \
    {                                                                                          \
        0x5a3c0000, 0, 0x4000,                                                                 \
        {                                                                                      \
            0x80, 0, 0, 0, 0, 0, 0, nn                                                         \
        }                                                                                      \
    }

static char test_folder[64]; /* $XDG_DATA_HOME */

static inline void path_of(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/regraft/%s", test_folder, name);
}

/* Each test begins with nothing registered. */
static inline int folder_begin(void **state)
{
    (void)state;
    snprintf(test_folder, sizeof(test_folder), "/tmp/regraft_mapper.XXXXXX");
    assert_non_null(mkdtemp(test_folder));
    assert_int_equal(setenv("XDG_DATA_HOME", test_folder, 1), 0);
    return 0;
}

static inline void tell_alive(const char *name, unsigned references, void *context)
{
    (void)context;
    print_error("alive: %s with %u references\n", name, references);
}

static inline int folder_end(void **state)
{
    static const char *const names[] = { "filters.txt", "filters.new", "filters.lock" };
    char path[128];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        path_of(names[i], path, sizeof(path));
        (void)unlink(path);
    }
    path_of("", path, sizeof(path));
    (void)rmdir(path);
    assert_int_equal(rmdir(test_folder), 0); /* nothing else was left there */
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
    return 0;
}

/* The file as it is; the caller frees it.  NULL: there is none. */
static inline char *file_text(void)
{
    char path[128];
    char *text;
    size_t size;
    FILE *file;

    path_of("filters.txt", path, sizeof(path));
    file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    text = calloc(1, 1 << 20);
    assert_non_null(text);
    size = fread(text, 1, (1 << 20) - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static inline IFilterMapper3 *mapper_open(void)
{
    IFilterMapper3 *mapper = NULL;

    assert_hr(CoCreateInstance(&CLSID_FilterMapper2, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IFilterMapper3, (void **)&mapper),
              S_OK);
    return mapper;
}

static inline ICreateDevEnum *lister_open(void)
{
    ICreateDevEnum *lister = NULL;

    assert_hr(CoCreateInstance(&CLSID_SystemDeviceEnum, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICreateDevEnum, (void **)&lister),
              S_OK);
    return lister;
}

/* A filter with one input and one output of these types, in the filters' category. */
static inline HRESULT register_plain(IFilterMapper3 *mapper, const CLSID *clsid,
                                     const WCHAR *name, DWORD merit, const GUID *major,
                                     const GUID *subtype)
{
    const REGPINTYPES type = { major, subtype };
    const REGFILTERPINS2 pins[] = {
        { .nMediaTypes = 1, .lpMediaType = &type },
        { .dwFlags = REG_PINFLAG_B_OUTPUT, .nMediaTypes = 1, .lpMediaType = &type },
    };
    const REGFILTER2 filter = {
        .dwVersion = 2, .dwMerit = merit, .cPins2 = 2, .rgPins2 = pins
    };

    return CALL(mapper, RegisterFilter, clsid, name, NULL, NULL, NULL, &filter);
}

static inline IPropertyBag *bag_of(IMoniker *moniker)
{
    IPropertyBag *bag = NULL;

    assert_hr(CALL(moniker, BindToStorage, NULL, NULL, &IID_IPropertyBag, (void **)&bag), S_OK);
    return bag;
}

/* Is a property this text? */
static inline bool has_text(IMoniker *moniker, const WCHAR *property, const WCHAR *text)
{
    IPropertyBag *bag = bag_of(moniker);
    VARIANT value = { .vt = VT_EMPTY };
    bool same;

    assert_hr(CALL(bag, Read, property, &value, NULL), S_OK);
    assert_int_equal(value.vt, VT_BSTR);
    same = wcscmp(value.bstrVal, text) == 0;
    VariantClear(&value);
    LET_GO(bag);
    return same;
}

/* The place of a name in an enumerator from 0, or -1; lets the enumerator go, which may be NULL. */
static inline int place_of(IEnumMoniker *list, const WCHAR *name)
{
    IMoniker *moniker;
    int place = -1;

    for (int i = 0; list != NULL && CALL(list, Next, 1, &moniker, NULL) == S_OK; i++) {
        if (place < 0 && has_text(moniker, L"FriendlyName", name))
            place = i;
        LET_GO(moniker);
    }
    if (list != NULL)
        LET_GO(list);
    return place;
}

static inline IEnumMoniker *category_list(const CLSID *category, DWORD flags)
{
    ICreateDevEnum *lister = lister_open();
    IEnumMoniker *list = NULL;
    HRESULT hr = CALL(lister, CreateClassEnumerator, category, &list, flags);

    assert_hr(hr, list != NULL ? S_OK : S_FALSE);
    LET_GO(lister);
    return list;
}

static inline bool is_in(const CLSID *category, const WCHAR *name)
{
    return place_of(category_list(category, 0), name) >= 0;
}

/* The moniker of a name in a category; the caller lets it go. */
static inline IMoniker *moniker_of(const CLSID *category, const WCHAR *name)
{
    IEnumMoniker *list = category_list(category, 0);
    IMoniker *moniker = NULL;

    while (list != NULL && CALL(list, Next, 1, &moniker, NULL) == S_OK) {
        if (has_text(moniker, L"FriendlyName", name))
            break;
        LET_GO(moniker);
        moniker = NULL;
    }
    if (list != NULL)
        LET_GO(list);
    return moniker;
}
