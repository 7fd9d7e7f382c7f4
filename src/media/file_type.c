/* SPDX-License-Identifier: MIT */
/* file_type.c - the check-bytes table, and how a file is held against it.
 *
 * Any thread.
 * Knows: containers by their first bytes.  Must not know: what is in them, filters.
 */
#include "media/file_type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const GUID rg_subtype_mp4 = {
    0x08e22ada, 0xb715, 0x45ed, { 0x9d, 0x20, 0x7b, 0x87, 0x75, 0x03, 0x01, 0xd4 }
};
const GUID rg_subtype_matroska = {
    0x1ac0bebd, 0x4d2b, 0x45ad, { 0xbc, 0xeb, 0xf2, 0xc4, 0x1c, 0x5e, 0x37, 0x88 }
};
const GUID rg_subtype_ogg = {
    0xd2855fa9, 0x61a7, 0x4db0, { 0xb9, 0x79, 0x71, 0xf2, 0x97, 0xc1, 0x7a, 0x04 }
};

#define COUNT_MOST 64 /* bytes that one quad compares */

/* The first row that holds says the subtype; several rows may say the same. */
static const struct {
    const GUID *subtype;
    const char *quads;
} table[] = {
    { &MEDIASUBTYPE_Avi, "0,4,,52494646,8,4,,41564920" },  /* RIFF .... AVI_ */
    { &MEDIASUBTYPE_Avi, "0,4,,52494646,8,4,,41564958" },  /* RIFF .... AVIX */
    { &MEDIASUBTYPE_WAVE, "0,4,,52494646,8,4,,57415645" }, /* RIFF .... WAVE */
    { &MEDIASUBTYPE_WAVE, "0,4,,52463634,8,4,,57415645" }, /* RF64 .... WAVE */
    { &MEDIASUBTYPE_AU, "0,4,,2e736e64" },                 /* .snd */
    { &MEDIASUBTYPE_AIFF, "0,4,,464f524d,8,4,,41494646" }, /* FORM .... AIFF */
    { &MEDIASUBTYPE_AIFF, "0,4,,464f524d,8,4,,41494643" }, /* FORM .... AIFC */
    /* a pack of MPEG-1: start code, then 0010 and the markers of its clock */
    { &MEDIASUBTYPE_MPEG1System, "0,9,fffffffff100010001,000001ba2100010001" },
    { &MEDIASUBTYPE_MPEG1VideoCD, "0,4,,52494646,8,8,,43445841666d7420" }, /* CDXAfmt_ */
    { &MEDIASUBTYPE_MPEG1Video, "0,4,,000001b3" },                         /* sequence header */
    { &MEDIASUBTYPE_MPEG2_PROGRAM, "0,5,ffffffffc0,000001ba40" }, /* a pack of MPEG-2 */
    { &MEDIASUBTYPE_QTMovie, "4,4,,66747970,8,4,,71742020" },     /* ftyp qt__ */
    { &rg_subtype_mp4, "4,4,,66747970" },                         /* ftyp */
    { &MEDIASUBTYPE_QTMovie, "4,4,,6d6f6f76" },                   /* moov */
    { &MEDIASUBTYPE_QTMovie, "4,4,,6d646174" },                   /* mdat */
    { &rg_subtype_ogg, "0,4,,4f676753" },                         /* OggS */
    { &rg_subtype_matroska, "0,4,,1a45dfa3" },                    /* EBML */
    { &MEDIASUBTYPE_Asf, "0,16,,3026b2758e66cf11a6d900aa0062ce6c" },
    { &MEDIASUBTYPE_MPEG1Audio, "0,3,,494433" },   /* ID3 */
    { &MEDIASUBTYPE_MPEG1Audio, "0,2,ffe6,ffe2" }, /* frames of layer III, */
    { &MEDIASUBTYPE_MPEG1Audio, "0,2,ffe6,ffe4" }, /* of layer II */
    { &MEDIASUBTYPE_MPEG2_TRANSPORT, "0,1,,47,188,1,,47,376,1,,47" },
};

struct quad {
    LONGLONG offset;
    ULONG count;
    BYTE mask[COUNT_MOST], value[COUNT_MOST];
};

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Up to the comma behind the field, or the end. */
static const char *field_end(const char *text)
{
    return text + strcspn(text, ",");
}

static const char *after_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* A decimal number that ends at a comma or the text's end. */
static bool read_number(const char **text, LONGLONG *ret)
{
    const char *from = after_blanks(*text);
    char *end;

    errno = 0;
    *ret = strtoll(from, &end, 10);
    if (end == from || errno != 0 || after_blanks(end) != field_end(end))
        return false;
    *text = field_end(end);
    return true;
}

/* Exactly count bytes in hexadecimal.  An empty field leaves `to` alone. */
static bool read_bytes(const char **text, ULONG count, BYTE *to, bool may_be_empty)
{
    const char *at = after_blanks(*text), *end = field_end(at);

    *text = end;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (end == at)
        return may_be_empty;
    if (end - at != (ptrdiff_t)count * 2)
        return false;
    for (; at < end; at += 2, to++) {
        int high = digit(at[0]), low = digit(at[1]);

        if (high < 0 || low < 0)
            return false;
        *to = (BYTE)(high << 4 | low);
    }
    return true;
}

static bool pass_comma(const char **text)
{
    if (**text != ',')
        return false;
    (*text)++;
    return true;
}

static bool read_quad(const char **text, struct quad *ret)
{
    LONGLONG count;

    memset(ret->mask, 0xff, sizeof(ret->mask));
    if (!read_number(text, &ret->offset) || !pass_comma(text) || !read_number(text, &count) ||
        count < 1 || count > COUNT_MOST)
        return false;
    ret->count = (ULONG)count;
    return pass_comma(text) && read_bytes(text, ret->count, ret->mask, true) &&
           pass_comma(text) && read_bytes(text, ret->count, ret->value, false);
}

static bool quad_holds(const struct rg_file_bytes *file, const struct quad *quad)
{
    BYTE there[COUNT_MOST];
    LONGLONG at = quad->offset;
    ULONG got = 0;

    if (at < 0) {
        if (file->length < 0 || at < -file->length)
            return false;
        at += file->length;
    }
    if (FAILED(file->get(file->context, at, quad->count, there, &got)) || got < quad->count)
        return false;
    for (ULONG i = 0; i < quad->count; i++)
        if ((there[i] & quad->mask[i]) != (quad->value[i] & quad->mask[i]))
            return false;
    return true;
}

bool rg_file_matches(const struct rg_file_bytes *file, const char *quads)
{
    struct quad quad = { 0 };

    do {
        if (!read_quad(&quads, &quad) || !quad_holds(file, &quad))
            return false;
    } while (pass_comma(&quads));
    return *quads == 0;
}

const GUID *rg_file_subtype(const struct rg_file_bytes *file)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (rg_file_matches(file, table[i].quads))
            return table[i].subtype;
    return NULL;
}
