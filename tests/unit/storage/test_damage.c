/* SPDX-License-Identifier: MIT */
/* test_damage.c - compound files that another writer made: read whole, and with every kind of damage.
 *
 * Runs: one thread.  Arguments: the files of compound.py.  Damage is dealt from a seed.
 * A damaged file gives STG_E_ codes or the right bytes; never a crash, never a walk without end.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include "storage_test.h"

#define FLIPS 3000

static char **files;

/* A file in memory that has a path. */
struct image {
    uint8_t *data;
    size_t size;
    int fd;
    WCHAR path[64];
};

static void image_open(struct image *image, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &info), 0);
    image->size = (size_t)info.st_size;
    image->data = malloc(image->size);
    assert_int_equal(fread(image->data, 1, image->size, file), image->size);
    fclose(file);
    image->fd = memfd_create("damaged", MFD_CLOEXEC);
    assert_true(image->fd >= 0);
    swprintf(image->path, 64, L"/proc/self/fd/%d", image->fd);
}

static void image_put(const struct image *image, size_t size)
{
    assert_int_equal(ftruncate(image->fd, (off_t)size), 0);
    assert_int_equal(pwrite(image->fd, image->data, size, 0), (ssize_t)size);
}

static void image_close(struct image *image)
{
    close(image->fd);
    free(image->data);
}

/* ---- reading all there is ---------------------------------------------------------------- */

static bool is_expected(HRESULT hr)
{
    return hr == S_OK || ((DWORD)hr & 0xffff0000) == 0x80030000;
}

static bool read_stream(IStorage *from, const WCHAR *name, uint64_t size)
{
    static uint8_t part[65536];
    IStream *stream = NULL;
    uint64_t sum = 0;
    ULONG got = 0;
    HRESULT hr = IStorage_OpenStream(from, name, NULL, ELEMENT_READ, 0, &stream);

    assert_true(is_expected(hr));
    if (FAILED(hr))
        return false;
    do {
        assert_int_equal(IStream_Read(stream, part, sizeof(part), &got), S_OK);
        sum += got;
    } while (got != 0);
    assert_int_equal(sum, size);
    IStream_Release(stream);
    return true;
}

/* Nested as deep as the file has it: a list of storages that are still to be read. */
static bool read_everything(IStorage *root)
{
    IStorage *waiting[4096] = { root };
    unsigned count = 1;
    bool is_whole = true;

    while (count != 0) {
        IStorage *storage = waiting[--count];
        IEnumSTATSTG *list = NULL;
        STATSTG stat;

        assert_int_equal(IStorage_EnumElements(storage, 0, NULL, 0, &list), S_OK);
        while (IEnumSTATSTG_Next(list, 1, &stat, NULL) == S_OK) {
            HRESULT hr = S_OK;

            if (stat.type == STGTY_STREAM)
                is_whole &= read_stream(storage, stat.pwcsName, stat.cbSize.QuadPart);
            else if (count < 4096)
                hr = IStorage_OpenStorage(storage, stat.pwcsName, NULL, ELEMENT_READ, NULL, 0,
                                          &waiting[count]);
            if (stat.type != STGTY_STREAM && hr == S_OK)
                count++;
            is_whole &= hr == S_OK;
            assert_true(is_expected(hr));
            CoTaskMemFree(stat.pwcsName);
        }
        IEnumSTATSTG_Release(list);
        if (storage != root)
            IStorage_Release(storage);
    }
    return is_whole;
}

static bool opens_whole(const struct image *image)
{
    IStorage *root = NULL;
    bool is_whole = false;
    HRESULT hr = StgOpenStorage(image->path, NULL, ROOT_READ, NULL, 0, &root);

    assert_true(is_expected(hr));
    if (hr == S_OK) {
        is_whole = read_everything(root);
        IStorage_Release(root);
    }
    return is_whole;
}

/* ---- tests ------------------------------------------------------------------------------- */

static void files_of_another_writer_are_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct image image;
        IStorage *root = NULL;

        image_open(&image, files[i]);
        image_put(&image, image.size);
        assert_int_equal(StgOpenStorage(image.path, NULL, ROOT_READ, NULL, 0, &root), S_OK);
        if (i < 2)
            hold_sample(root);
        else
            hold_stream(root, L"large", 8 << 20, 3);
        IStorage_Release(root);
        image_close(&image);
    }
}

/* Each length near a border of sectors, and some in between. */
static void files_that_were_cut_are_not_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct image image;

        image_open(&image, files[i]);
        for (size_t size = 0; size < image.size; size += size % 128 == 1 ? 61 : 1) {
            image_put(&image, size);
            if (opens_whole(&image))
                fail_msg("%zu of %zu bytes are a whole file", size, image.size);
            if (size > 600 && size % 128 > 2)
                size += 60;
        }
        image_close(&image);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void flipped_bytes_do_no_harm(void **state)
{
    uint32_t seed = 20261126;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct image image;

        image_open(&image, files[i]);
        for (unsigned flip = 0; flip < FLIPS; flip++) {
            size_t place[4];
            uint8_t old[4];
            unsigned n = 1 + next_random(&seed) % 4;

            for (unsigned k = 0; k < n; k++) {
                /* the header as often as all the rest */
                place[k] = next_random(&seed) % (flip % 2 != 0 ? 512 : image.size);
                old[k] = image.data[place[k]];
                image.data[place[k]] = (uint8_t)next_random(&seed);
            }
            image_put(&image, image.size);
            (void)opens_whole(&image);
            while (n-- != 0)
                image.data[place[n]] = old[n];
        }
        image_close(&image);
    }
}

/* Every entry of the directory and every number of the first FAT sector, each with a value that leads
 * astray. */
static void links_that_lead_astray_end(void **state)
{
    static const uint32_t astray[] = {
        0, 1, 2, 0x7fffffff, 0xfffffffa, 0xfffffffe, 0xffffffff
    };
    struct image image;

    (void)state;
    image_open(&image, files[0]);
    for (size_t at = 40; at + 4 <= image.size; at += at < 512 ? 4 : 32) {
        uint8_t old[4];

        memcpy(old, image.data + at, 4);
        for (unsigned i = 0; i < sizeof(astray) / sizeof(astray[0]); i++) {
            memcpy(image.data + at, &astray[i], 4);
            image_put(&image, image.size);
            (void)opens_whole(&image);
        }
        memcpy(image.data + at, old, 4);
    }
    image_close(&image);
}

static void a_stream_that_is_damaged_spoils_no_other(void **state)
{
    struct image image;
    IStorage *root = NULL;
    IStream *stream = NULL;
    size_t entry = 0;

    (void)state;
    image_open(&image, files[0]);
    for (size_t at = 512; at + 128 <= image.size; at += 128)
        if (memcmp(image.data + at, "s\0i\0z\0e\0 \0002\0000\0000\0000\0000\0\0", 22) == 0)
            entry = at;
    assert_int_not_equal(entry, 0);
    image.data[entry + 0x7a] = 0xff; /* 16 MB long, it says */
    image_put(&image, image.size);
    assert_int_equal(StgOpenStorage(image.path, NULL, ROOT_READ, NULL, 0, &root), S_OK);
    assert_int_equal(IStorage_OpenStream(root, L"size 20000", NULL, ELEMENT_READ, 0, &stream),
                     STG_E_DOCFILECORRUPT);
    assert_null(stream);
    hold_stream(root, L"size 4097", 4097, 1);
    IStorage_Release(root);
    image_close(&image);
}

static int end(void **state)
{
    (void)state;
    return rg_live_objects(NULL, NULL) == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_another_writer_are_read),
        cmocka_unit_test(files_that_were_cut_are_not_whole),
        cmocka_unit_test(flipped_bytes_do_no_harm),
        cmocka_unit_test(links_that_lead_astray_end),
        cmocka_unit_test(a_stream_that_is_damaged_spoils_no_other),
    };

    if (argc != 4)
        return 2;
    files = argv + 1;
    return cmocka_run_group_tests(tests, NULL, end);
}
