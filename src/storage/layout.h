/* SPDX-License-Identifier: MIT */
/* layout.h - the compound file format in numbers, and its integers (MS-CFB).
 *
 * Constants.  Knows: where what lies.  Must not know: what is in the streams.
 */
#pragma once

#include <stdint.h>
#include <string.h>

/* the header: 512 bytes, the first sector */
#define CFB_HEADER_BYTES   512
#define CFB_SIGNATURE      "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#define CFB_SIGNATURE_SIZE 8
#define CFB_AT_MINOR       0x18
#define CFB_AT_MAJOR       0x1a
#define CFB_AT_BYTE_ORDER  0x1c
#define CFB_AT_SHIFT       0x1e
#define CFB_AT_MINI_SHIFT  0x20
#define CFB_AT_FAT_COUNT   0x2c
#define CFB_AT_DIRECTORY   0x30
#define CFB_AT_CUTOFF      0x38
#define CFB_AT_MINI_FAT    0x3c
#define CFB_AT_MINI_COUNT  0x40
#define CFB_AT_DIFAT       0x44
#define CFB_AT_DIFAT_COUNT 0x48
#define CFB_AT_FIRST_FATS  0x4c
#define CFB_FIRST_FATS     109

#define CFB_LITTLE_ENDIAN 0xfffe
#define CFB_SHIFT_3       9 /* sectors of 512 bytes in version 3 */
#define CFB_SHIFT_4       12
#define CFB_MINI_SHIFT    6
#define CFB_CUTOFF        4096 /* smaller streams lie in the mini stream */

#define CFB_MAX_SECTOR   0xfffffffau
#define CFB_DIFAT_SECTOR 0xfffffffcu
#define CFB_FAT_SECTOR   0xfffffffdu
#define CFB_END_OF_CHAIN 0xfffffffeu
#define CFB_FREE_SECTOR  0xffffffffu

/* an entry of the directory */
#define CFB_ENTRY_BYTES   128
#define CFB_AT_NAME_BYTES 0x40
#define CFB_AT_TYPE       0x42
#define CFB_AT_COLOUR     0x43
#define CFB_AT_LEFT       0x44
#define CFB_AT_RIGHT      0x48
#define CFB_AT_CHILD      0x4c
#define CFB_AT_CLSID      0x50
#define CFB_AT_STATE      0x60
#define CFB_AT_CREATED    0x64
#define CFB_AT_MODIFIED   0x6c
#define CFB_AT_START      0x74
#define CFB_AT_SIZE       0x78
#define CFB_NO_ENTRY      0xffffffffu

#define CFB_TYPE_STORAGE 1
#define CFB_TYPE_STREAM  2
#define CFB_TYPE_ROOT    5

static inline uint16_t cfb_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t cfb_get32(const uint8_t *at)
{
    return cfb_get16(at) | (uint32_t)cfb_get16(at + 2) << 16;
}

static inline void cfb_put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void cfb_put32(uint8_t *at, uint32_t value)
{
    cfb_put16(at, value & 0xffff);
    cfb_put16(at + 2, value >> 16);
}
