/* SPDX-License-Identifier: MIT */
/* storage_test.h - what the tests of compound files share: paths, patterns, sizes.
 *
 * Runs: the test's thread.  Knows: objbase.h.  Must not know: src/storage.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#ifndef COBJMACROS
#define COBJMACROS
#endif
#include <objbase.h>
#include <regraft.h>

#define ROOT_WRITE    (STGM_CREATE | STGM_TRANSACTED | STGM_READWRITE | STGM_SHARE_EXCLUSIVE)
#define ROOT_READ     (STGM_READ | STGM_SHARE_DENY_WRITE)
#define ELEMENT_WRITE (STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE)
#define ELEMENT_READ  (STGM_READ | STGM_SHARE_EXCLUSIVE)

/* compound.py has the same. */
static const unsigned test_sizes[] = { 0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 20000 };
#define TEST_SIZES (sizeof(test_sizes) / sizeof(test_sizes[0]))

static inline uint8_t content_at(unsigned i, unsigned seed)
{
    return (uint8_t)(i * 7 + seed);
}

static inline void stream_fill(IStream *stream, unsigned size, unsigned seed)
{
    uint8_t part[1000];
    unsigned at = 0;

    while (at < size) {
        unsigned n = size - at < sizeof(part) ? size - at : (unsigned)sizeof(part);
        ULONG put = 0;

        for (unsigned i = 0; i < n; i++)
            part[i] = content_at(at + i, seed);
        assert_int_equal(IStream_Write(stream, part, n, &put), S_OK);
        assert_int_equal(put, n);
        at += n;
    }
}

static inline void stream_hold(IStream *stream, unsigned size, unsigned seed)
{
    uint8_t *data = malloc(size + 1);
    ULONG got = 0;

    assert_int_equal(IStream_Read(stream, data, size + 1, &got), S_OK);
    assert_int_equal(got, size);
    for (unsigned i = 0; i < size; i++)
        if (data[i] != content_at(i, seed))
            fail_msg("byte %u of %u is %u", i, size, data[i]);
    free(data);
}

static inline void add_stream(IStorage *storage, const WCHAR *name, unsigned size,
                              unsigned seed)
{
    IStream *stream = NULL;

    assert_int_equal(IStorage_CreateStream(storage, name, ELEMENT_WRITE, 0, 0, &stream), S_OK);
    stream_fill(stream, size, seed);
    IStream_Release(stream);
}

static inline void hold_stream(IStorage *storage, const WCHAR *name, unsigned size,
                               unsigned seed)
{
    IStream *stream = NULL;

    assert_int_equal(IStorage_OpenStream(storage, name, NULL, ELEMENT_READ, 0, &stream), S_OK);
    stream_hold(stream, size, seed);
    IStream_Release(stream);
}

static inline void add_sample(IStorage *root)
{
    IStorage *storage = NULL, *deeper = NULL;

    for (unsigned i = 0; i < TEST_SIZES; i++) {
        WCHAR name[32];

        swprintf(name, 32, L"size %u", test_sizes[i]);
        add_stream(root, name, test_sizes[i], test_sizes[i] & 255);
    }
    assert_int_equal(IStorage_CreateStorage(root, L"Storage", ELEMENT_WRITE, 0, 0, &storage),
                     S_OK);
    add_stream(storage, L"inner", 100, 1);
    assert_int_equal(IStorage_CreateStorage(storage, L"deeper", ELEMENT_WRITE, 0, 0, &deeper),
                     S_OK);
    add_stream(deeper, L"\u00c9cole \U0001d11e", 5000, 2);
    IStorage_Release(deeper);
    IStorage_Release(storage);
    assert_int_equal(IStorage_CreateStorage(root, L"empty", ELEMENT_WRITE, 0, 0, &storage),
                     S_OK);
    IStorage_Release(storage);
}

static inline void hold_sample(IStorage *root)
{
    IStorage *storage = NULL, *deeper = NULL;

    for (unsigned i = 0; i < TEST_SIZES; i++) {
        WCHAR name[32];

        swprintf(name, 32, L"SIZE %u", test_sizes[i]); /* whatever the case */
        hold_stream(root, name, test_sizes[i], test_sizes[i] & 255);
    }
    assert_int_equal(
        IStorage_OpenStorage(root, L"Storage", NULL, ELEMENT_READ, NULL, 0, &storage), S_OK);
    hold_stream(storage, L"inner", 100, 1);
    assert_int_equal(
        IStorage_OpenStorage(storage, L"deeper", NULL, ELEMENT_READ, NULL, 0, &deeper), S_OK);
    hold_stream(deeper, L"\u00e9cole \U0001d11e", 5000, 2);
    IStorage_Release(deeper);
    IStorage_Release(storage);
}

/* A folder of this test's own; files in it by name. */
static char test_folder[64];
static WCHAR test_path_room[4][128];

static inline int folder_make(void **state)
{
    (void)state;
    snprintf(test_folder, sizeof(test_folder), "/tmp/rg-storage-XXXXXX");
    return mkdtemp(test_folder) != NULL ? 0 : -1;
}

static inline const WCHAR *path_of(const char *name)
{
    static unsigned turn;
    WCHAR *path = test_path_room[turn++ % 4];

    swprintf(path, 128, L"%s/%s", test_folder, name);
    return path;
}

static inline const char *narrow_path(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", test_folder, name);
    return path;
}

/* The folder goes; no object of the library may be left, and no file beside the ones named. */
static inline int folder_remove(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", test_folder);
    return system(command) == 0 && rg_live_objects(NULL, NULL) == 0 ? 0 : -1;
}
