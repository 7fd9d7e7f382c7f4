/* SPDX-License-Identifier: MIT */
/* test_faults.c - a full disk and want of memory: the file that was there stays, and nothing leaks.
 *
 * Runs: one thread.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "platform/memory.h"
#include "storage_test.h"

static unsigned files_in_folder(void)
{
    DIR *folder = opendir(test_folder);
    unsigned count = 0;

    assert_non_null(folder);
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder))
        count += e->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void write_old(void)
{
    IStorage *root = NULL;

    assert_int_equal(StgCreateDocfile(path_of("old"), ROOT_WRITE, 0, &root), S_OK);
    add_stream(root, L"a", 100, 1);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
}

static void hold_old(void)
{
    IStorage *root = NULL;

    assert_int_equal(StgOpenStorage(path_of("old"), NULL, ROOT_READ, NULL, 0, &root), S_OK);
    hold_stream(root, L"a", 100, 1);
    IStorage_Release(root);
    assert_int_equal(files_in_folder(), 1);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    struct rlimit before, small = { .rlim_cur = 4096 };
    IStorage *root = NULL;

    (void)state;
    write_old();
    assert_int_equal(StgCreateDocfile(path_of("old"), ROOT_WRITE, 0, &root), S_OK);
    add_stream(root, L"a", 100000, 2);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), STG_E_MEDIUMFULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    hold_old();
    /* once there is room it goes on from where it was */
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    assert_int_equal(StgOpenStorage(path_of("old"), NULL, ROOT_READ, NULL, 0, &root), S_OK);
    hold_stream(root, L"a", 100000, 2);
    IStorage_Release(root);
}

static void a_full_device_says_so(void **state)
{
    IStorage *root = NULL;

    (void)state;
    assert_int_equal(StgCreateDocfile(L"/dev/full", ROOT_WRITE, 0, &root), S_OK);
    add_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), STG_E_MEDIUMFULL);
    IStorage_Release(root);
    assert_int_equal(access("/dev/full", W_OK), 0);
    assert_int_equal(StgOpenStorage(L"/dev/full", NULL, ROOT_READ, NULL, 0, &root),
                     STG_E_FILEALREADYEXISTS);
}

/* ---- memory ------------------------------------------------------------------------------ */

static HRESULT write_some(IStorage *root)
{
    static const BYTE data[5000];
    IStorage *storage = NULL;
    IStream *stream = NULL, *clone = NULL;
    HRESULT hr = IStorage_CreateStorage(root, L"s", ELEMENT_WRITE, 0, 0, &storage);

    if (SUCCEEDED(hr))
        hr = IStorage_CreateStream(storage, L"small", ELEMENT_WRITE, 0, 0, &stream);
    if (SUCCEEDED(hr))
        hr = IStream_Write(stream, data, 10, NULL);
    if (SUCCEEDED(hr))
        hr = IStream_Write(stream, data, sizeof(data), NULL);
    if (SUCCEEDED(hr))
        hr = IStream_Clone(stream, &clone);
    if (SUCCEEDED(hr))
        hr = IStorage_Commit(root, STGC_DEFAULT);
    if (clone != NULL)
        IStream_Release(clone);
    if (stream != NULL)
        IStream_Release(stream);
    if (storage != NULL)
        IStorage_Release(storage);
    return hr;
}

static HRESULT list_some(IStorage *root)
{
    IEnumSTATSTG *list = NULL, *copy = NULL;
    STATSTG stat[2] = { 0 };
    ULONG got = 0;
    HRESULT hr = IStorage_EnumElements(root, 0, NULL, 0, &list);

    if (SUCCEEDED(hr))
        hr = IEnumSTATSTG_Clone(list, &copy);
    if (SUCCEEDED(hr))
        hr = IEnumSTATSTG_Next(copy, 2, stat, &got);
    for (ULONG i = 0; i < got; i++)
        CoTaskMemFree(stat[i].pwcsName);
    if (copy != NULL)
        IEnumSTATSTG_Release(copy);
    if (list != NULL)
        IEnumSTATSTG_Release(list);
    if (SUCCEEDED(hr))
        hr = IStorage_Stat(root, stat, STATFLAG_DEFAULT);
    if (SUCCEEDED(hr))
        CoTaskMemFree(stat[0].pwcsName);
    return hr;
}

static HRESULT all_at_once(void)
{
    IStorage *root = NULL, *copy = NULL;
    HRESULT hr = StgCreateDocfile(path_of("new"), ROOT_WRITE, 0, &root);

    if (SUCCEEDED(hr))
        hr = write_some(root);
    if (root != NULL)
        IStorage_Release(root);
    root = NULL;
    if (SUCCEEDED(hr))
        hr = StgOpenStorage(path_of("new"), NULL, ROOT_READ | STGM_TRANSACTED, NULL, 0, &root);
    if (SUCCEEDED(hr))
        hr = list_some(root);
    if (SUCCEEDED(hr))
        hr = StgCreateDocfile(path_of("copy"), ROOT_WRITE, 0, &copy);
    if (SUCCEEDED(hr))
        hr = IStorage_CopyTo(root, 0, NULL, NULL, copy);
    if (SUCCEEDED(hr))
        hr = IStorage_Revert(root);
    if (copy != NULL)
        IStorage_Release(copy);
    if (root != NULL)
        IStorage_Release(root);
    return hr;
}

static void want_of_memory_is_told_and_leaks_nothing(void **state)
{
    bool has_failed = true;

    (void)state;
    for (uint32_t n = 1; has_failed; n++) {
        HRESULT hr;

        (void)unlink(narrow_path("new"));
        rg_fault_arm(n);
        hr = all_at_once();
        has_failed = rg_fault_disarm();
        if (has_failed ? hr != STG_E_INSUFFICIENTMEMORY && hr != S_OK : hr != S_OK)
            fail_msg("use %u of memory: 0x%08x", n, (unsigned)hr);
        assert_int_equal(rg_live_objects(NULL, NULL), 0);
    }
}

static int folder_empty(void **state)
{
    (void)unlink(narrow_path("new"));
    (void)unlink(narrow_path("old"));
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(a_full_device_says_so),
        cmocka_unit_test(want_of_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_empty);
}
