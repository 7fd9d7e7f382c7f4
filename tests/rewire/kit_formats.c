/* SPDX-License-Identifier: MIT */
/* kit_formats.c - formats of one and the same media: types that differ in a number, which a source of kit.h counts up while it
 * runs, and which each of its samples repeats.  Whoever comes to read a sample under another number has missed a change.
 *
 * Any thread.  Knows: the letters of the foreign filters.
 */
#include "kit_internal.h"

#include "fake_filter.h"

/* Stands in the type's format type, so that the types of foreign filters own nothing still. */
#define FORMAT_NUMBERED 0x6b697466

static atomic_ulong sent;

void kit_format_type(unsigned format, AM_MEDIA_TYPE *ret)
{
    fake_type(ret, 'a');
    if (format == 0)
        return;
    ret->formattype.Data1 = FORMAT_NUMBERED;
    ret->formattype.Data2 = (WORD)format;
}

int kit_format_of(const AM_MEDIA_TYPE *type)
{
    if (fake_letter(type) != 'a')
        return -1;
    return type->formattype.Data1 == FORMAT_NUMBERED ? type->formattype.Data2 : 0;
}

/* Not in step with anything else that is done every so often. */
bool kit_format_ends(int64_t number, int every)
{
    uint64_t mixed = (uint64_t)(number + 1) * 0x9e3779b97f4a7c15u;

    mixed ^= mixed >> 29;
    mixed *= 0xbf58476d1ce4e5b9u;
    return every > 0 && (mixed >> 33) % (uint64_t)every == 0;
}

HRESULT kit_format_attach(IMediaSample *sample, int format, const AM_MEDIA_TYPE *present)
{
    AM_MEDIA_TYPE type;

    if (format < 0 || kit_format_of(present) == format)
        return S_OK;
    kit_format_type((unsigned)format, &type);
    return IMediaSample_SetMediaType(sample, &type);
}

void kit_format_count(void)
{
    atomic_fetch_add(&sent, 1);
}

unsigned long kit_formats_sent(void)
{
    return atomic_load(&sent);
}
