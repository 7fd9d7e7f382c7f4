/* SPDX-License-Identifier: MIT */
/* Kernel streaming's property support flags and IKsPropertySet: as much as filters use.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#include <windows.h>

#include <strmif.h>

#define KSPROPERTY_TYPE_GET          0x00000001
#define KSPROPERTY_TYPE_SET          0x00000002
#define KSPROPERTY_TYPE_SETSUPPORT   0x00000100
#define KSPROPERTY_TYPE_BASICSUPPORT 0x00000200

typedef struct {
    __extension__ union {
        struct {
            ULONG FormatSize;
            ULONG Flags;
            ULONG SampleSize;
            ULONG Reserved;
            GUID MajorFormat;
            GUID SubFormat;
            GUID Specifier;
        };
        LONGLONG Alignment;
    };
} KSDATAFORMAT, *PKSDATAFORMAT;
