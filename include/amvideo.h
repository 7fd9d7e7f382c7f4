/* SPDX-License-Identifier: MIT */
/* Video format blocks: VIDEOINFOHEADER, VIDEOINFO, MPEG1VIDEOINFO, and their macros.
 *
 * Runs: nowhere, declarations only.
 * A format block is cbFormat bytes: the header, then palette or masks or codec data.
 */
#pragma once

#include <windows.h>

#include <strmif.h>

#define AMDDS_NONE    0x00
#define AMDDS_DCIPS   0x01
#define AMDDS_PS      0x02
#define AMDDS_RGBOVR  0x04
#define AMDDS_YUVOVR  0x08
#define AMDDS_RGBOFF  0x10
#define AMDDS_YUVOFF  0x20
#define AMDDS_RGBFLP  0x40
#define AMDDS_YUVFLP  0x80
#define AMDDS_ALL     0xff
#define AMDDS_DEFAULT AMDDS_ALL
#define AMDDS_YUV     (AMDDS_YUVOFF | AMDDS_YUVOVR | AMDDS_YUVFLP)
#define AMDDS_RGB     (AMDDS_RGBOFF | AMDDS_RGBOVR | AMDDS_RGBFLP)
#define AMDDS_PRIMARY (AMDDS_DCIPS | AMDDS_PS)

#define iPALETTE_COLORS 256
#define iEGA_COLORS     16
#define iMASK_COLORS    3
#define iTRUECOLOR      16
#define iRED            0
#define iGREEN          1
#define iBLUE           2
#define iPALETTE        8
#define iMAXBITS        8

typedef struct tag_TRUECOLORINFO {
    DWORD dwBitMasks[iMASK_COLORS];
    RGBQUAD bmiColors[iPALETTE_COLORS];
} TRUECOLORINFO;

typedef struct tagVIDEOINFOHEADER {
    RECT rcSource; /* empty: the whole picture */
    RECT rcTarget;
    DWORD dwBitRate; /* bits per second */
    DWORD dwBitErrorRate;
    REFERENCE_TIME AvgTimePerFrame; /* 100 ns, 0 unknown */
    BITMAPINFOHEADER bmiHeader;
} VIDEOINFOHEADER;

typedef struct tagVIDEOINFO {
    RECT rcSource;
    RECT rcTarget;
    DWORD dwBitRate;
    DWORD dwBitErrorRate;
    REFERENCE_TIME AvgTimePerFrame;
    BITMAPINFOHEADER bmiHeader;
    __extension__ union {
        RGBQUAD bmiColors[iPALETTE_COLORS];
        DWORD dwBitMasks[iMASK_COLORS];
        TRUECOLORINFO TrueColorInfo;
    };
} VIDEOINFO;

typedef struct tagMPEG1VIDEOINFO {
    VIDEOINFOHEADER hdr;
    DWORD dwStartTimeCode;
    DWORD cbSequenceHeader;
    BYTE bSequenceHeader[1];
} MPEG1VIDEOINFO;
#define MAX_SIZE_MPEG1_SEQUENCE_INFO 140
#define SIZE_MPEG1VIDEOINFO(p)                                                                 \
    (FIELD_OFFSET(MPEG1VIDEOINFO, bSequenceHeader[0]) + (p)->cbSequenceHeader)
#define MPEG1_SEQUENCE_INFO(p) ((const BYTE *)(p)->bSequenceHeader)

typedef struct tagAnalogVideoInfo {
    RECT rcSource;
    RECT rcTarget;
    DWORD dwActiveWidth;
    DWORD dwActiveHeight;
    REFERENCE_TIME AvgTimePerFrame;
} ANALOGVIDEOINFO;

#define TRUECOLOR(p)     ((TRUECOLORINFO *)((LPBYTE) & ((p)->bmiHeader) + (p)->bmiHeader.biSize))
#define COLORS(p)        ((RGBQUAD *)((LPBYTE) & ((p)->bmiHeader) + (p)->bmiHeader.biSize))
#define BITMASKS(p)      ((DWORD *)((LPBYTE) & ((p)->bmiHeader) + (p)->bmiHeader.biSize))
#define SIZE_EGA_PALETTE (iEGA_COLORS * sizeof(RGBQUAD))
#define SIZE_PALETTE     (iPALETTE_COLORS * sizeof(RGBQUAD))
#define SIZE_MASKS       (iMASK_COLORS * sizeof(DWORD))
#define SIZE_PREHEADER   (FIELD_OFFSET(VIDEOINFOHEADER, bmiHeader))
#define SIZE_VIDEOHEADER (sizeof(BITMAPINFOHEADER) + SIZE_PREHEADER)
#define HEADER(p)        (&(((VIDEOINFOHEADER *)(p))->bmiHeader))

#define WIDTHBYTES(bits)  ((DWORD)(((bits) + 31) & (~31)) / 8)
#define DIBWIDTHBYTES(bi) (DWORD) WIDTHBYTES((DWORD)(bi).biWidth *(DWORD)(bi).biBitCount)
#define _DIBSIZE(bi)      (DIBWIDTHBYTES(bi) * (DWORD)(bi).biHeight)
#define DIBSIZE(bi)       ((bi).biHeight < 0 ? (-1) * (LONG)(_DIBSIZE(bi)) : (LONG)_DIBSIZE(bi))

#define MAXCOLORS(p)       ((p)->bmiHeader.biClrUsed)
#define PALETTISED(p)      ((p)->bmiHeader.biBitCount <= iPALETTE)
#define PALETTE_ENTRIES(p) ((DWORD)1 << (p)->bmiHeader.biBitCount)
