/* SPDX-License-Identifier: MIT */
/* media/format_text.c - media types, pixel and sound layouts in words.
 *
 * Any thread; plain values, no state.
 * Knows: names that people use.  Must not know: what is done with a type.
 */
#include <regraft.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <dvdmedia.h>
#include <mmreg.h>

#include "media/format.h"
#include "media/layout.h"

static const char *const sound_names[] = {
    [RG_SOUND_U8] = "u8",   [RG_SOUND_S16] = "s16", [RG_SOUND_S24] = "s24",
    [RG_SOUND_S32] = "s32", [RG_SOUND_F32] = "f32",
};
#define N_SOUNDS ((int)(sizeof(sound_names) / sizeof(sound_names[0])))

const char *rg_pixels_name(enum rg_pixels pixels)
{
    const struct rg_layout *layout = rg_layout_of(pixels);

    return layout != NULL ? layout->name : NULL;
}

enum rg_pixels rg_pixels_by_name(const char *name)
{
    const struct rg_layout *layout;

    if (name == NULL)
        return RG_PIXELS_NONE;
    for (size_t i = 0; (layout = rg_layout_at(i)) != NULL; i++)
        if (strcmp(layout->name, name) == 0)
            return layout->pixels;
    return RG_PIXELS_NONE;
}

const char *rg_sound_name(enum rg_sound sound)
{
    return (int)sound > 0 && (int)sound < N_SOUNDS ? sound_names[sound] : NULL;
}

enum rg_sound rg_sound_by_name(const char *name)
{
    if (name == NULL)
        return RG_SOUND_NONE;
    for (int i = 1; i < N_SOUNDS; i++)
        if (strcmp(sound_names[i], name) == 0)
            return (enum rg_sound)i;
    return RG_SOUND_NONE;
}

/* ---- words one after another --------------------------------------------------------------
 */

/* Grows past the buffer's end, so that length is what the whole text needs. */
struct words {
    char *text;
    unsigned size, length;
};

__attribute__((format(printf, 2, 3))) static void put(struct words *w, const char *format, ...)
{
    bool fits = w->length < w->size;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(fits ? w->text + w->length : NULL, fits ? w->size - w->length : 0, format,
                  arguments);
    va_end(arguments);
    if (n > 0)
        w->length += (unsigned)n;
}

static void put_guid(struct words *w, const GUID *guid)
{
    put(w, " {%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", (unsigned)guid->Data1,
        guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2],
        guid->Data4[3], guid->Data4[4], guid->Data4[5], guid->Data4[6], guid->Data4[7]);
}

static void put_rate(struct words *w, REFERENCE_TIME time)
{
    int64_t milli = time > 0 ? (1000LL * RG_SECOND_HNS + time / 2) / time : 0;
    int rest = (int)(milli % 1000), digits = 3;

    if (milli == 0)
        return;
    /* by hand: printf's point is the locale's */
    put(w, " %lld", (long long)(milli / 1000));
    for (; rest != 0 && rest % 10 == 0; rest /= 10)
        digits--;
    if (rest != 0)
        put(w, ".%0*d", digits, rest);
    put(w, " fps");
}

/* ---- subtypes -------------------------------------------------------------------------------
 */

/* Wave format tags that people know by another name than their number. */
static const struct {
    uint32_t tag;
    const char *name;
} wave_names[] = {
    { WAVE_FORMAT_PCM, "PCM" }, { WAVE_FORMAT_IEEE_FLOAT, "PCM float" },
    { 0x0006, "A-law" },        { 0x0007, "mu-law" },
    { 0x0050, "MPEG" },         { 0x0055, "MP3" },
    { 0x00ff, "AAC" },          { 0x1600, "AAC ADTS" },
    { 0x2000, "AC3" },          { 0x2001, "DTS" },
    { 0x704f, "Opus" },         { 0xf1ac, "FLAC" },
};

static bool put_named_guid(struct words *w, const GUID *subtype)
{
    static const struct {
        const GUID *subtype;
        const char *name;
    } names[] = {
        { &MEDIASUBTYPE_RGB1, "RGB1" },
        { &MEDIASUBTYPE_RGB4, "RGB4" },
        { &MEDIASUBTYPE_RGB8, "RGB8" },
        { &MEDIASUBTYPE_RGB555, "RGB555" },
        { &MEDIASUBTYPE_RGB565, "RGB565" },
        { &MEDIASUBTYPE_RGB24, "RGB24" },
        { &MEDIASUBTYPE_RGB32, "RGB32" },
        { &MEDIASUBTYPE_ARGB32, "ARGB32" },
        { &MEDIASUBTYPE_MPEG1Payload, "MPEG-1" },
        { &MEDIASUBTYPE_MPEG1Packet, "MPEG-1" },
        { &MEDIASUBTYPE_MPEG1AudioPayload, "MPEG-1" },
        { &MEDIASUBTYPE_MPEG2_VIDEO, "MPEG-2" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (IsEqualGUID(names[i].subtype, subtype)) {
            put(w, " %s", names[i].name);
            return true;
        }
    return false;
}

static bool is_fourcc(uint32_t tag)
{
    for (int shift = 0; shift < 32; shift += 8) {
        int c = (int)(tag >> shift & 0xff);

        if (c < ' ' || c > '~')
            return false;
    }
    return true;
}

static void put_tag(struct words *w, uint32_t tag)
{
    if (is_fourcc(tag)) {
        put(w, " %c%c%c%c", (int)(tag & 0xff), (int)(tag >> 8 & 0xff), (int)(tag >> 16 & 0xff),
            (int)(tag >> 24));
        return;
    }
    for (size_t i = 0; i < sizeof(wave_names) / sizeof(wave_names[0]); i++)
        if (wave_names[i].tag == tag) {
            put(w, " %s", wave_names[i].name);
            return;
        }
    put(w, " tag 0x%x", (unsigned)tag);
}

static void put_subtype(struct words *w, const GUID *subtype)
{
    const struct rg_layout *layout = rg_layout_of_subtype(subtype);
    uint32_t tag;

    if (IsEqualGUID(subtype, &GUID_NULL))
        put(w, " any");
    else if (layout != NULL)
        put(w, " %s", layout->name);
    else if (put_named_guid(w, subtype))
        return;
    else if (rg_subtype_tag(subtype, &tag))
        put_tag(w, tag);
    else
        put_guid(w, subtype);
}

/* ---- format blocks
 * ---------------------------------------------------------------------------- */

static void put_picture(struct words *w, const BITMAPINFOHEADER *bitmap, REFERENCE_TIME time)
{
    int height = bitmap->biHeight;

    if (bitmap->biWidth > 0 && height != 0 && height > INT32_MIN)
        put(w, " %dx%d", bitmap->biWidth, height < 0 ? -height : height);
    put_rate(w, time);
}

/* Compressed video, or a raw one that rg_format_from_type refused: what can be read of it. */
static void put_video_block(struct words *w, const AM_MEDIA_TYPE *type)
{
    VIDEOINFOHEADER head;
    VIDEOINFOHEADER2 head2;

    if (type->pbFormat == NULL)
        return;
    if (type->cbFormat >= sizeof(head) && IsEqualGUID(&type->formattype, &FORMAT_VideoInfo)) {
        memcpy(&head, type->pbFormat, sizeof(head));
        put_picture(w, &head.bmiHeader, head.AvgTimePerFrame);
    } else if (type->cbFormat >= sizeof(head2) &&
               (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo2) ||
                IsEqualGUID(&type->formattype, &FORMAT_MPEG2Video))) {
        memcpy(&head2, type->pbFormat, sizeof(head2));
        put_picture(w, &head2.bmiHeader, head2.AvgTimePerFrame);
    }
}

static void put_audio_block(struct words *w, const AM_MEDIA_TYPE *type)
{
    WAVEFORMAT wave;

    if (type->pbFormat == NULL || type->cbFormat < sizeof(wave) ||
        !IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx))
        return;
    memcpy(&wave, type->pbFormat, sizeof(wave));
    put(w, " %u Hz %u ch", (unsigned)wave.nSamplesPerSec, wave.nChannels);
}

static void put_video(struct words *w, const AM_MEDIA_TYPE *type)
{
    struct rg_format f;

    put(w, "video");
    put_subtype(w, &type->subtype);
    if (FAILED(rg_format_from_type(type, &f))) {
        put_video_block(w, type);
        return;
    }
    put(w, " %dx%d", f.width, f.height);
    put_rate(w, f.frame_time);
    if (f.coded_width != f.width || f.coded_height != f.height)
        put(w, " in %dx%d", f.coded_width, f.coded_height);
    if (f.bottom_up)
        put(w, " bottom-up");
    if (!rg_format_is_square(&f))
        put(w, " aspect %d:%d", f.aspect_x, f.aspect_y);
}

static void put_audio(struct words *w, const AM_MEDIA_TYPE *type)
{
    struct rg_format f;

    put(w, "audio");
    if (FAILED(rg_format_from_type(type, &f))) {
        put_subtype(w, &type->subtype);
        put_audio_block(w, type);
        return;
    }
    put(w, " PCM %s %d Hz %d ch", rg_sound_name(f.sound), f.sample_rate, f.channels);
}

unsigned rg_media_type_text(const AM_MEDIA_TYPE *type, char *text, unsigned size)
{
    struct words w = { text, text != NULL ? size : 0, 0 };

    if (w.size > 0)
        w.text[0] = '\0';
    if (type == NULL) {
        put(&w, "any");
    } else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video)) {
        put_video(&w, type);
    } else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio)) {
        put_audio(&w, type);
    } else if (IsEqualGUID(&type->majortype, &GUID_NULL)) {
        put(&w, "any");
    } else {
        if (IsEqualGUID(&type->majortype, &MEDIATYPE_Stream))
            put(&w, "stream");
        else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Text))
            put(&w, "text");
        else
            put_guid(&w, &type->majortype);
        put_subtype(&w, &type->subtype);
    }
    return w.length;
}
