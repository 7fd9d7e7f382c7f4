/* SPDX-License-Identifier: MIT */
/* test_capture_file.c - AllocCapFile and CopyCaptureFile, through ICaptureGraphBuilder.
 *
 * Runs: the test's thread.
 * Knows: DirectShow's interfaces, files.  Must not know: graph/.
 */
#include "classes_test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of its own, with two names in it. */
struct place {
    char folder[64], from[96], to[96];
    WCHAR wide_from[96], wide_to[96];
    ICaptureGraphBuilder *builder;
};

static void widen(WCHAR *to, const char *from)
{
    while ((*to++ = (unsigned char)*from++) != 0)
        continue;
}

static void place_open(struct place *p)
{
    snprintf(p->folder, sizeof(p->folder), "/tmp/regraft-capture-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->from, sizeof(p->from), "%s/from.avi", p->folder);
    snprintf(p->to, sizeof(p->to), "%s/to.avi", p->folder);
    widen(p->wide_from, p->from);
    widen(p->wide_to, p->to);
    assert_hr(CoCreateInstance(&CLSID_CaptureGraphBuilder, NULL, CLSCTX_INPROC_SERVER,
                               &IID_ICaptureGraphBuilder, (void **)&p->builder),
              S_OK);
}

static void place_close(struct place *p)
{
    assert_int_equal(ICaptureGraphBuilder_Release(p->builder), 0);
    (void)unlink(p->from);
    (void)unlink(p->to);
    assert_int_equal(rmdir(p->folder), 0);
}

static long size_of(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 ? (long)about.st_size : -1;
}

static void write_file(const char *path, const void *data, size_t bytes, size_t zeroes)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    for (size_t i = 0; i < zeroes; i++)
        assert_int_equal(fputc(0, f), 0);
    assert_int_equal(fclose(f), 0);
}

/* ---- progress ------------------------------------------------------------------------------ */

struct progress {
    struct com_object object;
    COM_FACE(IAMCopyCaptureFileProgress) face;
    int last;
    unsigned calls;
    HRESULT answer;
};

static HRESULT STDMETHODCALLTYPE on_progress(IAMCopyCaptureFileProgress *face, int percent)
{
    struct progress *p = COM_HOME(face, struct progress);

    assert_in_range(percent, p->last + 1, 100);
    p->last = percent;
    p->calls++;
    return p->answer;
}

static const IAMCopyCaptureFileProgressVtbl progress_vtbl = {
    COM_UNKNOWN(IAMCopyCaptureFileProgress),
    .Progress = on_progress,
};
static const struct com_entry progress_map[] = {
    COM_ENTRY(IAMCopyCaptureFileProgress, struct progress, face),
    COM_MAP_END,
};

static void progress_open(struct progress *p)
{
    memset(p, 0, sizeof(*p));
    p->last = -1;
    com_object_init(&p->object, "progress", progress_map, NULL, com_object_fini);
    COM_FACE_INIT(&p->object, p->face, &progress_vtbl);
}

/* ---- the tests ----------------------------------------------------------------------------- */

static void arguments_are_looked_at(void **state)
{
    struct place p;

    (void)state;
    place_open(&p);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, NULL, 1), E_POINTER);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, p.wide_to, ~(DWORDLONG)0),
              E_INVALIDARG);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, L"/no/such/folder/x", 1),
              HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    assert_hr(ICaptureGraphBuilder_CopyCaptureFile(p.builder, NULL, p.wide_to, FALSE, NULL),
              E_POINTER);
    assert_hr(ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, NULL, FALSE, NULL),
              E_POINTER);
    assert_hr(
        ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, FALSE, NULL),
        HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    assert_int_equal(size_of(p.to), -1);
    write_file(p.from, "abc", 3, 0);
    assert_hr(
        ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_from, FALSE, NULL),
        E_INVALIDARG);
    assert_int_equal(size_of(p.from), 3);
    place_close(&p);
}

static void room_is_made_and_taken(void **state)
{
    struct place p;

    (void)state;
    place_open(&p);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, p.wide_from, 3000000), S_OK);
    assert_int_equal(size_of(p.from), 3000000);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, p.wide_from, 1000), S_OK);
    assert_int_equal(size_of(p.from), 1000);
    assert_hr(ICaptureGraphBuilder_AllocCapFile(p.builder, p.wide_from, 0), S_OK);
    assert_int_equal(size_of(p.from), 0);
    place_close(&p);
}

/* Two RIFF chunks, one of them of odd size, and room that was not needed. */
static const unsigned char riff[] = {
    'R', 'I', 'F', 'F', 5,   0, 0, 0, 'A', 'V', 'I', ' ', 9,
    0,   'R', 'I', 'F', 'F', 4, 0, 0, 0,   'A', 'V', 'I', 'X'
};

static void what_was_not_used_is_left_behind(void **state)
{
    unsigned char back[sizeof(riff)];
    struct progress progress;
    struct place p;
    FILE *f;

    (void)state;
    place_open(&p);
    progress_open(&progress);
    write_file(p.from, riff, sizeof(riff), 5000);
    assert_hr(ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, TRUE,
                                                   &progress.face.i),
              S_OK);
    assert_int_equal(size_of(p.to), sizeof(riff));
    f = fopen(p.to, "rb");
    assert_non_null(f);
    assert_int_equal(fread(back, 1, sizeof(back), f), sizeof(back));
    fclose(f);
    assert_memory_equal(back, riff, sizeof(riff));
    assert_int_equal(progress.last, 100);
    assert_int_equal(IUnknown_Release(&progress.object.inner.i), 0);
    place_close(&p);
}

/* No AVI file, one that was never finished, an empty one: all of it. */
static void other_files_are_copied_whole(void **state)
{
    static const unsigned char unfinished[] = { 'R', 'I', 'F', 'F', 0,   0,
                                                0,   0,   'A', 'V', 'I', ' ' };
    struct place p;

    (void)state;
    place_open(&p);
    write_file(p.from, "something else", 14, 100);
    assert_hr(
        ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, FALSE, NULL),
        S_OK);
    assert_int_equal(size_of(p.to), 114);
    write_file(p.from, unfinished, sizeof(unfinished), 50);
    assert_hr(
        ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, FALSE, NULL),
        S_OK);
    assert_int_equal(size_of(p.to), sizeof(unfinished) + 50);
    write_file(p.from, "", 0, 0);
    assert_hr(
        ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, FALSE, NULL),
        S_OK);
    assert_int_equal(size_of(p.to), 0);
    place_close(&p);
}

static void the_caller_may_break_off(void **state)
{
    struct progress progress;
    struct place p;

    (void)state;
    place_open(&p);
    progress_open(&progress);
    progress.answer = S_FALSE;
    write_file(p.from, "", 0, 5000000);
    assert_hr(ICaptureGraphBuilder_CopyCaptureFile(p.builder, p.wide_from, p.wide_to, TRUE,
                                                   &progress.face.i),
              S_FALSE);
    assert_int_equal(progress.calls, 1);
    assert_int_equal(IUnknown_Release(&progress.object.inner.i), 0);
    place_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_looked_at),
        cmocka_unit_test(room_is_made_and_taken),
        cmocka_unit_test(what_was_not_used_is_left_behind),
        cmocka_unit_test(other_files_are_copied_whole),
        cmocka_unit_test(the_caller_may_break_off),
    };

    return cmocka_run_group_tests_name("capture files", tests, NULL, NULL);
}
