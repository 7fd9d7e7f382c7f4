/* SPDX-License-Identifier: MIT */
/* test_file.c - files in a folder of their own, and libraries. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/text.h"

static char folder[] = "/tmp/regraft-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* The path of a file in the folder; valid until the next call. */
static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static HANDLE open_file(const char *name, DWORD access, DWORD disposition)
{
    return CreateFileA(path_of(name), access, FILE_SHARE_READ, NULL, disposition,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}

static HANDLE file_with(const char *name, const char *text)
{
    HANDLE file = open_file(name, GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS);
    DWORD written = 0;

    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &written, NULL));
    assert_int_equal(written, strlen(text));
    return file;
}

static void what_was_written_is_read(void **state)
{
    HANDLE file = file_with("a", "hello");
    char text[16] = "";
    DWORD got = 0;

    (void)state;
    assert_int_equal(SetFilePointer(file, 1, NULL, FILE_BEGIN), 1);
    assert_true(ReadFile(file, text, sizeof(text), &got, NULL));
    assert_int_equal(got, 4);
    assert_memory_equal(text, "ello", 4);
    assert_true(ReadFile(file, text, sizeof(text), &got, NULL)); /* the end is no error */
    assert_int_equal(got, 0);
    assert_true(FlushFileBuffers(file));
    CloseHandle(file);
    assert_true(DeleteFileA(path_of("a")));
}

static void dispositions_do_what_they_say(void **state)
{
    HANDLE file;

    (void)state;
    assert_ptr_equal(open_file("d", GENERIC_READ, OPEN_EXISTING), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
    assert_ptr_equal(open_file("d", GENERIC_WRITE, TRUNCATE_EXISTING), INVALID_HANDLE_VALUE);
    CloseHandle(file = open_file("d", GENERIC_WRITE, CREATE_NEW));
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_ptr_equal(open_file("d", GENERIC_WRITE, CREATE_NEW), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_EXISTS);
    CloseHandle(file_with("d", "12345"));
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    file = open_file("d", GENERIC_READ, OPEN_ALWAYS);
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_int_equal(GetFileSize(file, NULL), 5);
    CloseHandle(file);
    file = open_file("d", GENERIC_WRITE, TRUNCATE_EXISTING);
    assert_int_equal(GetFileSize(file, NULL), 0);
    CloseHandle(file);
    assert_ptr_equal(open_file("d", GENERIC_READ, 99), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_true(DeleteFileA(path_of("d")));
    assert_false(DeleteFileA(path_of("d")));
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void positions_have_64_bits(void **state)
{
    HANDLE file = file_with("p", "x");
    LARGE_INTEGER far = { .QuadPart = 0x123456789 };
    LARGE_INTEGER position, size;
    LONG high = 1;

    (void)state;
    assert_true(SetFilePointerEx(file, far, &position, FILE_BEGIN));
    assert_true(position.QuadPart == 0x123456789);
    assert_true(SetEndOfFile(file));
    assert_true(GetFileSizeEx(file, &size));
    assert_true(size.QuadPart == 0x123456789);
    assert_int_equal(SetFilePointer(file, 0x10, &high, FILE_BEGIN), 0x10);
    assert_int_equal(high, 1);
    high = -1;
    assert_int_equal(SetFilePointer(file, -0x10, &high, FILE_CURRENT), 0);
    assert_int_equal(high, 1);
    CloseHandle(file);
    DeleteFileA(path_of("p"));
}

static void position_before_the_start_is_refused(void **state)
{
    HANDLE file = file_with("n", "abc");

    (void)state;
    assert_int_equal(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    assert_int_equal(GetLastError(), ERROR_NEGATIVE_SEEK);
    assert_int_equal(SetFilePointer(file, 0, NULL, 7), INVALID_SET_FILE_POINTER);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(file);
    DeleteFileA(path_of("n"));
}

static void overlapped_gives_the_offset(void **state)
{
    HANDLE file = file_with("o", "abcdef");
    OVERLAPPED at = { .Offset = 2 };
    char text[4];
    DWORD got = 0;

    (void)state;
    at.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    assert_true(ReadFile(file, text, 3, &got, &at));
    assert_int_equal(got, 3);
    assert_memory_equal(text, "cde", 3);
    assert_int_equal(at.InternalHigh, 3);
    assert_int_equal(WaitForSingleObject(at.hEvent, 0), WAIT_OBJECT_0);
    at.Offset = 100;
    assert_false(ReadFile(file, text, 3, &got, &at));
    assert_int_equal(GetLastError(), ERROR_HANDLE_EOF);
    CloseHandle(at.hEvent);
    CloseHandle(file);
    DeleteFileA(path_of("o"));
}

static void rights_are_kept(void **state)
{
    HANDLE file;
    char text[4];
    DWORD got;

    (void)state;
    CloseHandle(file_with("r", "abc"));
    file = open_file("r", GENERIC_READ, OPEN_EXISTING);
    assert_false(WriteFile(file, "x", 1, &got, NULL));
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(file);
    file = open_file("r", GENERIC_WRITE, OPEN_EXISTING);
    assert_false(ReadFile(file, text, 1, &got, NULL));
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    assert_false(WriteFile(file, NULL, 1, &got, NULL));
    assert_int_equal(GetLastError(), ERROR_NOACCESS);
    CloseHandle(file);
    DeleteFileA(path_of("r"));
}

static void wide_names_reach_any_file(void **state)
{
    wchar_t wide[128];
    HANDLE file;

    (void)state;
    CloseHandle(file_with("\xc3\xa9 \xff", "strange")); /* 0xff is no UTF-8 */
    assert_true(rg_text_to_wide(wide, COUNT_OF(wide), path_of("\xc3\xa9 \xff")));
    file = CreateFileW(wide, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_int_equal(GetFileSize(file, NULL), 7);
    CloseHandle(file);
    assert_true(DeleteFileW(wide));
}

static void bad_files_are_refused(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    LARGE_INTEGER size;
    DWORD got;

    (void)state;
    assert_ptr_equal(CreateFileA(NULL, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL),
                     INVALID_HANDLE_VALUE);
    assert_ptr_equal(CreateFileW(NULL, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL),
                     INVALID_HANDLE_VALUE);
    assert_ptr_equal(CreateFileA(folder, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL),
                     INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    assert_false(ReadFile(event, &got, 1, &got, NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_false(WriteFile(INVALID_HANDLE_VALUE, "x", 1, &got, NULL));
    assert_int_equal(GetFileSize(NULL, NULL), INVALID_FILE_SIZE);
    assert_false(GetFileSizeEx(event, &size));
    assert_false(SetEndOfFile(event));
    assert_false(FlushFileBuffers(event));
    CloseHandle(event);
}

/* --- libraries ------------------------------------------------------------------------ */

static void library_gives_its_functions(void **state)
{
    HMODULE library = LoadLibraryA("libc.so.6");
    HMODULE same = LoadLibraryW(L"libc.so.6");

    (void)state;
    assert_non_null(library);
    assert_ptr_equal(library, same);
    assert_true(GetProcAddress(library, "strlen") != NULL);
    assert_true(GetProcAddress(library, "no such function") == NULL);
    assert_int_equal(GetLastError(), ERROR_PROC_NOT_FOUND);
    assert_true(FreeLibrary(library));
    assert_true(FreeLibrary(same));
    assert_false(FreeLibrary(same));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
}

static void bad_libraries_are_refused(void **state)
{
    int local = 0;

    (void)state;
    assert_null(LoadLibraryA("/nowhere/nothing.so"));
    assert_int_equal(GetLastError(), ERROR_MOD_NOT_FOUND);
    assert_null(LoadLibraryA(NULL));
    assert_null(LoadLibraryW(NULL));
    assert_false(FreeLibrary(NULL));
    assert_false(FreeLibrary((HMODULE)(void *)&local));
    assert_true(GetProcAddress((HMODULE)(void *)&local, "x") == NULL);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(dispositions_do_what_they_say),
        cmocka_unit_test(positions_have_64_bits),
        cmocka_unit_test(position_before_the_start_is_refused),
        cmocka_unit_test(overlapped_gives_the_offset),
        cmocka_unit_test(rights_are_kept),
        cmocka_unit_test(wide_names_reach_any_file),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(library_gives_its_functions),
        cmocka_unit_test(bad_libraries_are_refused),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
