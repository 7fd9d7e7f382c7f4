/* SPDX-License-Identifier: MIT */
/* test_file_type.c - check-bytes entries: what holds, what does not, what makes no sense. */
#include "support.h"

#include <string.h>

#include "media/file_type.h"

struct bytes {
    const char *data;
    LONGLONG length;
};

static HRESULT bytes_get(void *context, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    const struct bytes *b = context;

    assert_true(at >= 0);
    *ret_bytes = 0;
    if (at < b->length)
        *ret_bytes = at + bytes > b->length ? (ULONG)(b->length - at) : bytes;
    memcpy(to, b->data + at, *ret_bytes);
    return *ret_bytes == bytes ? S_OK : S_FALSE;
}

static bool holds(const char *data, size_t n, bool has_length, const char *quads)
{
    struct bytes b = { data, (LONGLONG)n };
    struct rg_file_bytes file = { &b, bytes_get, has_length ? b.length : -1 };

    return rg_file_matches(&file, quads);
}

static void test_quads(void **state)
{
    static const struct {
        const char *quads;
        bool holds;
    } cases[] = {
        { "0,4,,61626364", true },
        { "0,4,,61626365", false },
        { " 0 , 4 , , 61626364 ", true },
        { "0,4,FFFFFF00,61626399", true },
        { "0,4,,61626364,4,2,,6566", true },
        { "0,4,,61626364,4,2,,6567", false },
        { "-2,2,,6768", true }, /* from the end */
        { "-8,1,,61", true },
        { "-9,1,,61", false },  /* in front of the beginning */
        { "7,2,,6800", false }, /* beyond the end */
        { "100,1,,00", false },
        /* nonsense */
        { "", false },
        { "0", false },
        { "0,4,", false },
        { "0,4,,", false },
        { "0,4,,616263", false },
        { "0,4,ff,61626364", false },
        { "0,4,,6162636g", false },
        { "0,0,,", false },
        { "0,65,,61", false },
        { "0,-1,,61", false },
        { "x,1,,61", false },
        { "99999999999999999999,1,,61", false },
        { "0,1,,61,", false },
        { "0,1,,61;", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (holds("abcdefgh", 8, true, cases[i].quads) != cases[i].holds)
            fail_msg("\"%s\" should %s", cases[i].quads, cases[i].holds ? "hold" : "not hold");
    assert_false(holds("abcdefgh", 8, false, "-2,2,,6768")); /* nobody knows where it ends */
}

static void test_subtypes(void **state)
{
    static const struct {
        const char *data;
        size_t n;
        const GUID *subtype;
    } cases[] = {
        { "RIFF\0\0\0\0AVI LIST", 16, &MEDIASUBTYPE_Avi },
        { "RIFF\0\0\0\0WAVEfmt ", 16, &MEDIASUBTYPE_WAVE },
        { "RIFF\0\0\0\0WEBPVP8 ", 16, NULL },
        { "FORM\0\0\0\0AIFFCOMM", 16, &MEDIASUBTYPE_AIFF },
        { "OggS\0\2", 6, &rg_subtype_ogg },
        { "\x1a\x45\xdf\xa3", 4, &rg_subtype_matroska },
        { "\0\0\0\x20"
          "ftypisom",
          12, &rg_subtype_mp4 },
        { "\0\0\0\x14"
          "ftypqt  ",
          12, &MEDIASUBTYPE_QTMovie },
        { "\0\0\1\xba\x44\0\4\0\4\1", 10, &MEDIASUBTYPE_MPEG2_PROGRAM },
        { "\0\0\1\xba\x21\0\1\0\1\x80", 10, &MEDIASUBTYPE_MPEG1System },
        { "ID3\4\0\0", 6, &MEDIASUBTYPE_MPEG1Audio },
        { "\xff\xfb\x90\x64", 4, &MEDIASUBTYPE_MPEG1Audio },
        { "\xff\xfe"
          "h\0i\0",
          6, NULL }, /* text */
        { "plain text", 10, NULL },
        { "", 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bytes b = { cases[i].data, (LONGLONG)cases[i].n };
        struct rg_file_bytes file = { &b, bytes_get, b.length };

        assert_ptr_equal(rg_file_subtype(&file), cases[i].subtype);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quads),
        cmocka_unit_test(test_subtypes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
