/* SPDX-License-Identifier: MIT */
/* type_difference.c - the first field in which two media types differ, in words.
 *
 * Any thread.  Knows: formats as numbers.  Must not know: who asks.
 */
#include "media/type.h"

#include <stdio.h>
#include <string.h>

#include "media/format.h"

struct writer {
    char *text;
    unsigned size;
};

static bool differ_text(struct writer *w, const char *field, const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return false;
    (void)snprintf(w->text, w->size, "%s: %s against %s", field, a, b);
    return true;
}

static bool differ_number(struct writer *w, const char *field, long long a, long long b)
{
    if (a == b)
        return false;
    (void)snprintf(w->text, w->size, "%s: %lld against %lld", field, a, b);
    return true;
}

static const char *or_unknown(const char *name)
{
    return name != NULL ? name : "unknown";
}

static bool differ_video(struct writer *w, const struct rg_format *a, const struct rg_format *b)
{
    return differ_text(w, "pixels", or_unknown(rg_pixels_name(a->pixels)),
                       or_unknown(rg_pixels_name(b->pixels))) ||
           differ_number(w, "width", a->width, b->width) ||
           differ_number(w, "height", a->height, b->height) ||
           differ_number(w, "row length in pixels", a->coded_width, b->coded_width) ||
           differ_number(w, "rows in memory", a->coded_height, b->coded_height) ||
           differ_text(w, "row order", a->bottom_up ? "bottom-up" : "top-down",
                       b->bottom_up ? "bottom-up" : "top-down") ||
           differ_number(w, "time per frame (100 ns)", a->frame_time, b->frame_time);
}

static bool differ_audio(struct writer *w, const struct rg_format *a, const struct rg_format *b)
{
    return differ_text(w, "sound", or_unknown(rg_sound_name(a->sound)),
                       or_unknown(rg_sound_name(b->sound))) ||
           differ_number(w, "sample rate (Hz)", a->sample_rate, b->sample_rate) ||
           differ_number(w, "channels", a->channels, b->channels);
}

/* A kind of stream in words; a subtype as people know it: its FourCC if it is one, else the
 * number. */
static void guid_text(const GUID *guid, char *text, size_t size)
{
    unsigned d = guid->Data1;
    GUID as_fourcc = MEDIATYPE_Video; /* ends as every FourCC GUID does */

    as_fourcc.Data1 = d;
    if (IsEqualGUID(guid, &MEDIATYPE_Video))
        (void)snprintf(text, size, "video");
    else if (IsEqualGUID(guid, &MEDIATYPE_Audio))
        (void)snprintf(text, size, "audio");
    else if (IsEqualGUID(guid, &MEDIATYPE_Stream))
        (void)snprintf(text, size, "bytes of a file");
    else if (IsEqualGUID(guid, &as_fourcc) && (d & 0xff) > 0x20 && (d >> 24) >= 0x20 &&
             (d >> 24) < 0x7f)
        (void)snprintf(text, size, "%c%c%c%c", (int)(d & 0xff), (int)(d >> 8 & 0xff),
                       (int)(d >> 16 & 0xff), (int)(d >> 24));
    else
        (void)snprintf(text, size, "{%08x-%04x-%04x-...}", d, guid->Data2, guid->Data3);
}

static bool differ_guid(struct writer *w, const char *field, const GUID *a, const GUID *b)
{
    char x[32], y[32];

    if (IsEqualGUID(a, b))
        return false;
    guid_text(a, x, sizeof(x));
    guid_text(b, y, sizeof(y));
    (void)snprintf(w->text, w->size, "%s: %s against %s", field, x, y);
    return true;
}

bool rg_type_difference(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b, char *text,
                        unsigned size)
{
    struct writer w = { text, size };
    struct rg_format fa, fb;

    if (size > 0)
        text[0] = '\0';
    if (differ_guid(&w, "kind of stream", &a->majortype, &b->majortype))
        return true;
    if (SUCCEEDED(rg_format_from_type(a, &fa)) && SUCCEEDED(rg_format_from_type(b, &fb)) &&
        fa.kind == fb.kind &&
        (fa.kind == RG_KIND_VIDEO ? differ_video(&w, &fa, &fb) : differ_audio(&w, &fa, &fb)))
        return true;
    if (differ_guid(&w, "subtype", &a->subtype, &b->subtype) ||
        differ_guid(&w, "format type", &a->formattype, &b->formattype))
        return true;
    if (rg_type_equal(a, b))
        return false;
    (void)snprintf(text, size, "the format block (%u bytes against %u)", a->cbFormat,
                   b->cbFormat);
    return true;
}
