/* SPDX-License-Identifier: MIT */
/* test_storage.c - StgCreateDocfile, StgOpenStorage, IStorage and IEnumSTATSTG, as they are documented.
 *
 * Runs: one thread.  With --write FILE it writes what compound.py looks into.
 */
#include <sys/stat.h>

#include "storage_test.h"

static IStorage *create(const char *name, DWORD mode)
{
    IStorage *root = NULL;

    assert_int_equal(StgCreateDocfile(path_of(name), mode, 0, &root), S_OK);
    assert_non_null(root);
    return root;
}

static IStorage *open_root(const char *name, DWORD mode)
{
    IStorage *root = NULL;

    assert_int_equal(StgOpenStorage(path_of(name), NULL, mode, NULL, 0, &root), S_OK);
    assert_non_null(root);
    return root;
}

static bool is_there(const char *name)
{
    return access(narrow_path(name), F_OK) == 0;
}

/* ---- the file ---------------------------------------------------------------------------- */

static void what_is_committed_is_read_again(void **state)
{
    IStorage *root = create("commit", ROOT_WRITE);

    (void)state;
    add_sample(root);
    assert_false(is_there("commit"));
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    root = open_root("commit", ROOT_READ);
    hold_sample(root);
    IStorage_Release(root);
    assert_int_equal(StgIsStorageFile(path_of("commit")), S_OK);
}

static void a_transaction_that_is_not_committed_leaves_no_trace(void **state)
{
    IStorage *root = create("kept", ROOT_WRITE);

    (void)state;
    add_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    add_stream(root, L"a", 20, 2);
    add_stream(root, L"b", 30, 3);
    IStorage_Release(root);
    root = open_root("kept", ROOT_READ);
    hold_stream(root, L"a", 10, 1);
    IStorage_Release(root);
}

static void revert_goes_back_to_the_last_commit(void **state)
{
    IStorage *root = create("revert", ROOT_WRITE);
    IStream *stream = NULL;
    BYTE byte = 0;

    (void)state;
    add_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_Revert(root), S_OK);
    assert_int_equal(IStorage_OpenStream(root, L"a", NULL, ELEMENT_READ, 0, &stream),
                     STG_E_FILENOTFOUND);
    add_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    assert_int_equal(IStorage_OpenStream(root, L"a", NULL,
                                         STGM_READWRITE | STGM_SHARE_EXCLUSIVE, 0, &stream),
                     S_OK);
    stream_fill(stream, 500, 9);
    add_stream(root, L"b", 10, 1);
    assert_int_equal(IStorage_Revert(root), S_OK);
    assert_int_equal(IStream_Write(stream, &byte, 1, NULL), STG_E_REVERTED);
    assert_int_equal(IStream_Read(stream, &byte, 1, NULL), STG_E_REVERTED);
    IStream_Release(stream);
    hold_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_OpenStream(root, L"b", NULL, ELEMENT_READ, 0, &stream),
                     STG_E_FILENOTFOUND);
    IStorage_Release(root);
}

static void without_a_transaction_the_last_reference_saves(void **state)
{
    IStorage *root = create("direct", STGM_CREATE | STGM_READWRITE | STGM_SHARE_EXCLUSIVE);
    IStorage *inner = NULL;
    BYTE byte;
    IStream *stream = NULL;

    (void)state;
    add_stream(root, L"a", 5000, 1);
    assert_int_equal(IStorage_CreateStorage(root, L"s", ELEMENT_WRITE, 0, 0, &inner), S_OK);
    assert_int_equal(IStorage_CreateStream(inner, L"b", ELEMENT_WRITE, 0, 0, &stream), S_OK);
    stream_fill(stream, 100, 2);
    IStorage_Release(root);
    /* what was open is told */
    assert_int_equal(IStream_Read(stream, &byte, 1, NULL), STG_E_REVERTED);
    assert_int_equal(IStorage_DestroyElement(inner, L"b"), STG_E_REVERTED);
    IStream_Release(stream);
    IStorage_Release(inner);
    root = open_root("direct", STGM_READWRITE | STGM_SHARE_EXCLUSIVE);
    hold_stream(root, L"a", 5000, 1);
    add_stream(root, L"c", 7, 3);
    IStorage_Release(root);
    root = open_root("direct", ROOT_READ);
    hold_stream(root, L"c", 7, 3);
    assert_int_equal(IStorage_OpenStorage(root, L"s", NULL, ELEMENT_READ, NULL, 0, &inner),
                     S_OK);
    hold_stream(inner, L"b", 100, 2);
    IStorage_Release(inner);
    IStorage_Release(root);
}

static void the_file_keeps_its_mode_and_its_link(void **state)
{
    IStorage *root = create("moded", ROOT_WRITE);
    struct stat info;
    char link[200];

    (void)state;
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    assert_int_equal(chmod(narrow_path("moded"), 0640), 0);
    snprintf(link, sizeof(link), "%s/link", test_folder);
    assert_int_equal(symlink("moded", link), 0);
    root = create("link", ROOT_WRITE);
    add_stream(root, L"a", 10, 1);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(narrow_path("moded"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    root = open_root("moded", ROOT_READ);
    hold_stream(root, L"a", 10, 1);
    IStorage_Release(root);
}

static void delete_on_release_deletes(void **state)
{
    IStorage *root = create("gone", ROOT_WRITE | STGM_DELETEONRELEASE);

    (void)state;
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    assert_true(is_there("gone"));
    IStorage_Release(root);
    assert_false(is_there("gone"));
}

static void other_files_are_told_apart(void **state)
{
    IStorage *root = NULL;
    FILE *file = fopen(narrow_path("text"), "w");

    (void)state;
    assert_non_null(file);
    fputs("testsrc ! null\n", file);
    fclose(file);
    assert_int_equal(StgIsStorageFile(path_of("text")), S_FALSE);
    assert_int_equal(StgOpenStorage(path_of("text"), NULL, ROOT_READ, NULL, 0, &root),
                     STG_E_FILEALREADYEXISTS);
    assert_null(root);
    assert_int_equal(StgIsStorageFile(path_of("nothing")), STG_E_FILENOTFOUND);
    assert_int_equal(StgIsStorageFile(NULL), STG_E_INVALIDNAME);
    assert_int_equal(StgIsStorageFile(path_of(".")), S_FALSE);
    assert_int_equal(StgOpenStorage(path_of("nothing"), NULL, ROOT_READ, NULL, 0, &root),
                     STG_E_FILENOTFOUND);
    assert_int_equal(StgCreateDocfile(path_of("no/where"), ROOT_WRITE, 0, &root),
                     STG_E_PATHNOTFOUND);
    assert_int_equal(StgCreateDocfile(path_of("."), ROOT_WRITE, 0, &root), STG_E_ACCESSDENIED);
    assert_int_equal(
        StgCreateDocfile(path_of("text"), ROOT_WRITE & ~(DWORD)STGM_CREATE, 0, &root),
        STG_E_FILEALREADYEXISTS);
}

/* ---- modes and names --------------------------------------------------------------------- */

static void modes_that_do_not_fit_are_refused(void **state)
{
    IStorage *root = create("modes", ROOT_WRITE), *other = NULL;
    IStream *stream = NULL;

    (void)state;
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    assert_int_equal(StgCreateDocfile(path_of("x"), STGM_CREATE | STGM_READWRITE, 0, &other),
                     STG_E_INVALIDFLAG);
    assert_int_equal(StgCreateDocfile(path_of("x"), STGM_SHARE_EXCLUSIVE, 0, &other),
                     STG_E_INVALIDFLAG);
    assert_int_equal(StgCreateDocfile(path_of("x"), ROOT_WRITE | 3, 0, &other),
                     STG_E_INVALIDFLAG);
    assert_int_equal(StgOpenStorage(path_of("modes"), NULL, ROOT_WRITE, NULL, 0, &other),
                     STG_E_INVALIDFLAG);
    assert_int_equal(StgOpenStorage(path_of("modes"), NULL, STGM_READ | STGM_SHARE_DENY_NONE,
                                    NULL, 0, &other),
                     STG_E_INVALIDFLAG);
    assert_int_equal(StgOpenStorage(path_of("modes"), root, ROOT_READ, NULL, 0, &other),
                     STG_E_INVALIDPARAMETER);
    assert_int_equal(StgCreateDocfile(path_of("x"), ROOT_WRITE, 1, &other),
                     STG_E_INVALIDPARAMETER);
    assert_int_equal(StgCreateDocfile(path_of("x"), ROOT_WRITE, 0, NULL), STG_E_INVALIDPOINTER);
    assert_int_equal(StgCreateDocfile(NULL, ROOT_WRITE, 0, &other), STG_E_INVALIDNAME);
    assert_int_equal(
        IStorage_CreateStream(root, L"s", STGM_CREATE | STGM_READWRITE, 0, 0, &stream),
        STG_E_INVALIDFLAG);
    assert_int_equal(
        IStorage_CreateStream(root, L"s", ELEMENT_WRITE | STGM_TRANSACTED, 0, 0, &stream),
        STG_E_INVALIDFUNCTION);
    assert_int_equal(
        IStorage_CreateStorage(root, L"s", ELEMENT_WRITE | STGM_TRANSACTED, 0, 0, &other),
        STG_E_UNIMPLEMENTEDFUNCTION);
    IStorage_Release(root);
    root = open_root("modes", ROOT_READ);
    assert_int_equal(IStorage_CreateStream(root, L"s", ELEMENT_WRITE, 0, 0, &stream),
                     STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_DestroyElement(root, L"s"), STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_Commit(root, 0x100), STG_E_INVALIDFLAG);
    IStorage_Release(root);
    assert_null(stream);
    assert_null(other);
}

static void names_are_held_to_the_rules(void **state)
{
    IStorage *root = create("names", ROOT_WRITE);
    static const WCHAR *const bad[] = {
        NULL, L"", L"a/b", L"a\\b", L"a:b", L"a!b", L"12345678901234567890123456789012"
    };
    IStream *stream = NULL;

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(IStorage_CreateStream(root, bad[i], ELEMENT_WRITE, 0, 0, &stream),
                         STG_E_INVALIDNAME);
        assert_int_equal(IStorage_DestroyElement(root, bad[i]), STG_E_INVALIDNAME);
    }
    add_stream(root, L"1234567890123456789012345678901", 5, 1);
    add_stream(root, L"\u0434\u043e\u043c", 6, 2); /* Cyrillic */
    assert_int_equal(IStorage_CreateStream(root, L"\u0414\u041e\u041c",
                                           STGM_WRITE | STGM_SHARE_EXCLUSIVE, 0, 0, &stream),
                     STG_E_FILEALREADYEXISTS);
    hold_stream(root, L"\u0414\u041e\u041c", 6, 2);
    assert_int_equal(IStorage_RenameElement(root, L"\u0414\u041e\u041c", L"house"), S_OK);
    hold_stream(root, L"HOUSE", 6, 2);
    assert_int_equal(IStorage_RenameElement(root, L"house", L"House"), S_OK);
    assert_int_equal(IStorage_RenameElement(root, L"house", L"1234567890123456789012345678901"),
                     STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_RenameElement(root, L"castle", L"x"), STG_E_FILENOTFOUND);
    IStorage_Release(root);
}

/* ---- elements ---------------------------------------------------------------------------- */

static void elements_are_open_once_at_a_time(void **state)
{
    IStorage *root = create("once", ROOT_WRITE), *storage = NULL, *other = NULL;
    IStream *stream = NULL, *clone = NULL, *second = NULL;

    (void)state;
    assert_int_equal(IStorage_CreateStream(root, L"a", ELEMENT_WRITE, 0, 0, &stream), S_OK);
    assert_int_equal(IStream_Clone(stream, &clone), S_OK);
    IStream_Release(stream);
    assert_int_equal(IStorage_OpenStream(root, L"a", NULL, ELEMENT_READ, 0, &second),
                     STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_RenameElement(root, L"a", L"b"), STG_E_ACCESSDENIED);
    IStream_Release(clone);
    hold_stream(root, L"a", 0, 0);
    assert_int_equal(IStorage_CreateStorage(root, L"s", ELEMENT_WRITE, 0, 0, &storage), S_OK);
    assert_int_equal(IStorage_OpenStorage(root, L"s", NULL, ELEMENT_READ, NULL, 0, &other),
                     STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_OpenStream(root, L"s", NULL, ELEMENT_READ, 0, &second),
                     STG_E_FILENOTFOUND);
    assert_int_equal(IStorage_DestroyElement(root, L"s"), S_OK);
    assert_int_equal(IStorage_SetClass(storage, &CLSID_FilterGraph), STG_E_REVERTED);
    IStorage_Release(storage);
    IStorage_Release(root);
}

static void elements_are_listed_in_their_order(void **state)
{
    static const WCHAR *const order[] = { L"A", L"b", L"ab", L"B2", L"longest" };
    IStorage *root = create("list", ROOT_WRITE), *storage = NULL;
    IEnumSTATSTG *list = NULL, *copy = NULL;
    STATSTG stat[8] = { 0 };
    ULONG got = 0;

    (void)state;
    add_stream(root, L"longest", 9, 1);
    add_stream(root, L"B2", 8, 1);
    add_stream(root, L"A", 7, 1);
    add_stream(root, L"ab", 6, 1);
    assert_int_equal(IStorage_CreateStorage(root, L"b", ELEMENT_WRITE, 0, 0, &storage), S_OK);
    assert_int_equal(IStorage_SetClass(storage, &CLSID_FilterGraph), S_OK);
    assert_int_equal(IStorage_SetStateBits(storage, 0xff, 0x0f), S_OK);
    IStorage_Release(storage);
    assert_int_equal(IStorage_EnumElements(root, 0, NULL, 0, &list), S_OK);
    assert_int_equal(IEnumSTATSTG_Skip(list, 1), S_OK);
    assert_int_equal(IEnumSTATSTG_Clone(list, &copy), S_OK);
    assert_int_equal(IEnumSTATSTG_Reset(list), S_OK);
    assert_int_equal(IEnumSTATSTG_Next(list, 8, stat, &got), S_FALSE);
    assert_int_equal(got, 5);
    for (unsigned i = 0; i < got; i++) {
        assert_int_equal(wcscmp(stat[i].pwcsName, order[i]), 0);
        assert_int_equal(stat[i].type, i == 1 ? STGTY_STORAGE : STGTY_STREAM);
        CoTaskMemFree(stat[i].pwcsName);
    }
    assert_int_equal(stat[0].cbSize.QuadPart, 7);
    assert_true(IsEqualCLSID(&stat[1].clsid, &CLSID_FilterGraph));
    assert_int_equal(stat[1].grfStateBits, 0x0f);
    assert_int_equal(IEnumSTATSTG_Next(copy, 1, stat, NULL), S_OK);
    assert_int_equal(wcscmp(stat[0].pwcsName, L"b"), 0);
    CoTaskMemFree(stat[0].pwcsName);
    assert_int_equal(IEnumSTATSTG_Skip(copy, 4), S_FALSE);
    assert_int_equal(IEnumSTATSTG_Next(copy, 2, stat, NULL), STG_E_INVALIDPARAMETER);
    IEnumSTATSTG_Release(copy);
    IEnumSTATSTG_Release(list);
    IStorage_Release(root);
}

static void storages_tell_of_themselves(void **state)
{
    IStorage *root = create("stat", ROOT_WRITE);
    const FILETIME time = { 5, 6 };
    STATSTG stat = { 0 };

    (void)state;
    assert_int_equal(IStorage_SetClass(root, &CLSID_SystemClock), S_OK);
    assert_int_equal(IStorage_SetElementTimes(root, NULL, &time, NULL, NULL), S_OK);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    root = open_root("stat", ROOT_READ);
    assert_int_equal(IStorage_Stat(root, &stat, STATFLAG_DEFAULT), S_OK);
    assert_int_equal(wcscmp(stat.pwcsName, path_of("stat")), 0);
    assert_true(IsEqualCLSID(&stat.clsid, &CLSID_SystemClock));
    assert_memory_equal(&stat.ctime, &time, sizeof(time));
    assert_int_equal(stat.grfMode, ROOT_READ);
    CoTaskMemFree(stat.pwcsName);
    assert_int_equal(IStorage_Stat(root, &stat, STATFLAG_NONAME), S_OK);
    assert_null(stat.pwcsName);
    assert_int_equal(IStorage_Stat(root, &stat, 7), STG_E_INVALIDFLAG);
    assert_int_equal(IStorage_Stat(root, NULL, 0), STG_E_INVALIDPOINTER);
    IStorage_Release(root);
}

static void storages_are_copied_and_moved(void **state)
{
    IStorage *from = create("from", ROOT_WRITE), *to = create("to", ROOT_WRITE);
    IStorage *inner = NULL, *deeper = NULL;
    WCHAR empty[] = L"EMPTY";
    WCHAR *exclude[] = { empty, NULL };

    (void)state;
    add_sample(from);
    assert_int_equal(IStorage_CopyTo(from, 0, NULL, exclude, to), S_OK);
    hold_sample(to);
    assert_int_equal(IStorage_OpenStorage(to, L"empty", NULL, ELEMENT_READ, NULL, 0, &inner),
                     STG_E_FILENOTFOUND);
    assert_int_equal(IStorage_MoveElementTo(from, L"Storage", to, L"moved", STGMOVE_MOVE),
                     S_OK);
    assert_int_equal(
        IStorage_OpenStorage(from, L"Storage", NULL, ELEMENT_READ, NULL, 0, &inner),
        STG_E_FILENOTFOUND);
    assert_int_equal(IStorage_OpenStorage(to, L"moved", NULL,
                                          STGM_READWRITE | STGM_SHARE_EXCLUSIVE, NULL, 0,
                                          &inner),
                     S_OK);
    hold_stream(inner, L"inner", 100, 1);
    /* into itself, onto itself */
    assert_int_equal(IStorage_CopyTo(to, 0, NULL, NULL, inner), STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_CopyTo(to, 0, NULL, NULL, to), STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_MoveElementTo(to, L"moved", inner, NULL, STGMOVE_MOVE),
                     STG_E_ACCESSDENIED);
    assert_int_equal(IStorage_MoveElementTo(inner, L"inner", inner, L"INNER", STGMOVE_MOVE),
                     STG_E_ACCESSDENIED);
    hold_stream(inner, L"inner", 100, 1);
    assert_int_equal(IStorage_MoveElementTo(inner, L"inner", inner, L"x", STGMOVE_COPY), S_OK);
    hold_stream(inner, L"x", 100, 1);
    assert_int_equal(
        IStorage_OpenStorage(inner, L"deeper", NULL, ELEMENT_READ, NULL, 0, &deeper), S_OK);
    IStorage_Release(deeper);
    IStorage_Release(inner);
    IStorage_Release(from);
    IStorage_Release(to);
}

/* ---- streams ----------------------------------------------------------------------------- */

static void streams_have_a_place_of_their_own(void **state)
{
    IStream *stream = NULL, *clone = NULL;
    LARGE_INTEGER move = { .QuadPart = -3 };
    ULARGE_INTEGER at = { .QuadPart = 0 }, size = { .QuadPart = 7 };
    STATSTG stat = { 0 };
    char text[16] = "";
    ULONG n = 0;

    (void)state;
    assert_int_equal(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    assert_int_equal(IStream_Write(stream, "0123456789", 10, &n), S_OK);
    assert_int_equal(IStream_Seek(stream, move, STREAM_SEEK_END, &at), S_OK);
    assert_int_equal(at.QuadPart, 7);
    assert_int_equal(IStream_Clone(stream, &clone), S_OK);
    assert_int_equal(IStream_Read(stream, text, 9, &n), S_OK);
    assert_int_equal(n, 3);
    assert_int_equal(IStream_Read(clone, text, 1, &n), S_OK);
    assert_int_equal(text[0], '7');
    move.QuadPart = -9;
    assert_int_equal(IStream_Seek(clone, move, STREAM_SEEK_CUR, &at), STG_E_INVALIDFUNCTION);
    move.QuadPart = -8;
    assert_int_equal(IStream_Seek(clone, move, STREAM_SEEK_CUR, &at), S_OK);
    assert_int_equal(at.QuadPart, 0);
    move.QuadPart = INT64_MIN;
    assert_int_equal(IStream_Seek(clone, move, STREAM_SEEK_END, &at), STG_E_INVALIDFUNCTION);
    assert_int_equal(IStream_Seek(clone, move, 9, &at), STG_E_INVALIDFUNCTION);
    /* a clone that copies itself behind itself comes to an end */
    size.QuadPart = UINT64_MAX;
    assert_int_equal(IStream_CopyTo(clone, stream, size, &at, NULL), S_OK);
    assert_int_equal(at.QuadPart, 10);
    size.QuadPart = 12;
    assert_int_equal(IStream_SetSize(stream, size), S_OK);
    assert_int_equal(IStream_Stat(stream, &stat, STATFLAG_NONAME), S_OK);
    assert_int_equal(stat.cbSize.QuadPart, 12);
    assert_int_equal(stat.type, STGTY_STREAM);
    move.QuadPart = INT64_MAX;
    assert_int_equal(IStream_Seek(stream, move, STREAM_SEEK_SET, NULL), S_OK);
    assert_int_equal(IStream_Read(stream, text, 1, &n), S_OK);
    assert_int_equal(n, 0);
    assert_int_equal(IStream_Write(stream, text, 1, &n), STG_E_MEDIUMFULL);
    assert_int_equal(IStream_LockRegion(stream, at, at, LOCK_WRITE), STG_E_INVALIDFUNCTION);
    assert_int_equal(IStream_Read(stream, NULL, 1, &n), STG_E_INVALIDPOINTER);
    IStream_Release(stream);
    assert_int_equal(CreateStreamOnHGlobal(clone, TRUE, &stream), E_INVALIDARG);
    assert_null(stream);
    assert_int_equal(CreateStreamOnHGlobal(NULL, TRUE, NULL), E_POINTER);
    IStream_Release(clone);
}

static void a_stream_gives_what_it_was_opened_for(void **state)
{
    IStorage *root = create("access", ROOT_WRITE);
    ULARGE_INTEGER size = { .QuadPart = 0 };
    IStream *stream = NULL;
    STATSTG stat = { 0 };
    BYTE byte = 0;

    (void)state;
    assert_int_equal(IStorage_CreateStream(root, L"a",
                                           STGM_CREATE | STGM_WRITE | STGM_SHARE_EXCLUSIVE, 0,
                                           0, &stream),
                     S_OK);
    assert_int_equal(IStream_Write(stream, &byte, 1, NULL), S_OK);
    assert_int_equal(IStream_Read(stream, &byte, 1, NULL), STG_E_ACCESSDENIED);
    IStream_Release(stream);
    assert_int_equal(IStorage_OpenStream(root, L"a", NULL, ELEMENT_READ, 0, &stream), S_OK);
    assert_int_equal(IStream_Write(stream, &byte, 1, NULL), STG_E_ACCESSDENIED);
    assert_int_equal(IStream_SetSize(stream, size), STG_E_ACCESSDENIED);
    assert_int_equal(IStream_Stat(stream, &stat, STATFLAG_DEFAULT), S_OK);
    assert_int_equal(wcscmp(stat.pwcsName, L"a"), 0);
    CoTaskMemFree(stat.pwcsName);
    IStream_Release(stream);
    IStorage_Release(root);
}

/* ---- what compound.py looks into --------------------------------------------------------- */

static int write_all(const char *path)
{
    WCHAR wide[256], name[32];
    IStorage *root = NULL, *many = NULL;

    swprintf(wide, 256, L"%s", path);
    assert_int_equal(StgCreateDocfile(wide, ROOT_WRITE, 0, &root), S_OK);
    add_sample(root);
    add_stream(root, L"large", 8 << 20, 3);
    assert_int_equal(IStorage_CreateStorage(root, L"many", ELEMENT_WRITE, 0, 0, &many), S_OK);
    for (unsigned i = 0; i < 300; i++) {
        swprintf(name, 32, L"element %u", i);
        add_stream(many, name, i % 7, i);
    }
    IStorage_Release(many);
    assert_int_equal(IStorage_Commit(root, STGC_DEFAULT), S_OK);
    IStorage_Release(root);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_read_again),
        cmocka_unit_test(a_transaction_that_is_not_committed_leaves_no_trace),
        cmocka_unit_test(revert_goes_back_to_the_last_commit),
        cmocka_unit_test(without_a_transaction_the_last_reference_saves),
        cmocka_unit_test(the_file_keeps_its_mode_and_its_link),
        cmocka_unit_test(delete_on_release_deletes),
        cmocka_unit_test(other_files_are_told_apart),
        cmocka_unit_test(modes_that_do_not_fit_are_refused),
        cmocka_unit_test(names_are_held_to_the_rules),
        cmocka_unit_test(elements_are_open_once_at_a_time),
        cmocka_unit_test(elements_are_listed_in_their_order),
        cmocka_unit_test(storages_tell_of_themselves),
        cmocka_unit_test(storages_are_copied_and_moved),
        cmocka_unit_test(streams_have_a_place_of_their_own),
        cmocka_unit_test(a_stream_gives_what_it_was_opened_for),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_all(argv[2]);
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
