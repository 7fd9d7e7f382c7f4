/* SPDX-License-Identifier: MIT */
/* name.c - names of elements: which are allowed, how they are ordered, and as UTF-16.
 *
 * Any thread; no state.  Knows: Unicode's letters of two cases, as far as names of files go.
 * Must not know: what is named.
 */
#include "storage/tree.h"

#include <string.h>
#include <wchar.h>

static bool is_lead(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_trail(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

unsigned stg_name_units(const WCHAR *name, uint16_t units[STG_NAME_ROOM])
{
    unsigned count = 0;

    for (; *name != 0; name++) {
        uint32_t c = (uint32_t)*name;
        unsigned need = c > 0xffff ? 2 : 1;

        if (c > 0x10ffff || count + need > STG_NAME_ROOM - 1)
            return 0;
        if (need == 2) {
            units[count++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            units[count++] = (uint16_t)(0xdc00 + (c & 0x3ff));
        } else {
            units[count++] = (uint16_t)c;
        }
    }
    return count;
}

void stg_name_from_units(const uint16_t *units, unsigned count, WCHAR name[STG_NAME_ROOM])
{
    unsigned length = 0;

    for (unsigned i = 0; i < count && units[i] != 0 && length < STG_NAME_ROOM - 1; i++) {
        uint32_t c = units[i];

        if (is_lead(c) && i + 1 < count && is_trail(units[i + 1]))
            c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00u);
        name[length++] = (WCHAR)c;
    }
    name[length] = 0;
}

HRESULT stg_name_check(const WCHAR *name)
{
    uint16_t units[STG_NAME_ROOM];

    if (name == NULL || wcspbrk(name, L"/\\:!") != NULL || stg_name_units(name, units) == 0)
        return STG_E_INVALIDNAME;
    return S_OK;
}

/* Simple upper case of the letters that names are made of: Latin, Greek, Cyrillic. */
static uint16_t upper(uint16_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7) ||
        (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) || (c >= 0x430 && c <= 0x44f))
        return (uint16_t)(c - 0x20);
    if (c >= 0x450 && c <= 0x45f)
        return (uint16_t)(c - 0x50);
    if (c == 0xff)
        return 0x178;
    if (((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14a && c <= 0x177)) && c % 2 != 0)
        return (uint16_t)(c - 1);
    if (((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) && c % 2 == 0)
        return (uint16_t)(c - 1);
    return c;
}

int stg_name_compare(const WCHAR *a, const WCHAR *b)
{
    uint16_t units_a[STG_NAME_ROOM], units_b[STG_NAME_ROOM];
    unsigned count = stg_name_units(a, units_a);
    unsigned other = stg_name_units(b, units_b);

    if (count != other)
        return count < other ? -1 : 1;
    for (unsigned i = 0; i < count; i++) {
        int difference = (int)upper(units_a[i]) - (int)upper(units_b[i]);

        if (difference != 0)
            return difference;
    }
    return 0;
}
