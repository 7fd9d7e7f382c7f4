/* SPDX-License-Identifier: MIT */
/* VIDEOINFOHEADER2, MPEG2VIDEOINFO and the flags in them.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#include <amvideo.h>

#define AMINTERLACE_IsInterlaced          0x00000001
#define AMINTERLACE_1FieldPerSample       0x00000002
#define AMINTERLACE_Field1First           0x00000004
#define AMINTERLACE_UNUSED                0x00000008
#define AMINTERLACE_FieldPatternMask      0x00000030
#define AMINTERLACE_FieldPatField1Only    0x00000000
#define AMINTERLACE_FieldPatField2Only    0x00000010
#define AMINTERLACE_FieldPatBothRegular   0x00000020
#define AMINTERLACE_FieldPatBothIrregular 0x00000030
#define AMINTERLACE_DisplayModeMask       0x000000c0
#define AMINTERLACE_DisplayModeBobOnly    0x00000000
#define AMINTERLACE_DisplayModeWeaveOnly  0x00000040
#define AMINTERLACE_DisplayModeBobOrWeave 0x00000080

#define AMCOPYPROTECT_RestrictDuplication 0x00000001
#define AMCONTROL_USED                    0x00000001
#define AMCONTROL_PAD_TO_4x3              0x00000002
#define AMCONTROL_PAD_TO_16x9             0x00000004
#define AMCONTROL_COLORINFO_PRESENT       0x00000080

#define AMMPEG2_DoPanScan           0x00000001
#define AMMPEG2_DVDLine21Field1     0x00000002
#define AMMPEG2_DVDLine21Field2     0x00000004
#define AMMPEG2_SourceIsLetterboxed 0x00000008
#define AMMPEG2_FilmCameraMode      0x00000010
#define AMMPEG2_LetterboxAnalogOut  0x00000020
#define AMMPEG2_DSS_UserData        0x00000040
#define AMMPEG2_DVB_UserData        0x00000080
#define AMMPEG2_27MhzTimebase       0x00000100
#define AMMPEG2_WidescreenAnalogOut 0x00000200

typedef struct tagVIDEOINFOHEADER2 {
    RECT rcSource;
    RECT rcTarget;
    DWORD dwBitRate;
    DWORD dwBitErrorRate;
    REFERENCE_TIME AvgTimePerFrame;
    DWORD dwInterlaceFlags;
    DWORD dwCopyProtectFlags;
    DWORD dwPictAspectRatioX; /* of the picture, not of a pixel */
    DWORD dwPictAspectRatioY;
    __extension__ union {
        DWORD dwControlFlags;
        DWORD dwReserved1;
    };
    DWORD dwReserved2;
    BITMAPINFOHEADER bmiHeader;
} VIDEOINFOHEADER2;

/* H.264 and HEVC in length-prefixed form use it too: dwFlags is the length of a length field
 * (1, 2 or 4), dwSequenceHeader the parameter sets, each behind a 16-bit big-endian length. */
typedef struct tagMPEG2VIDEOINFO {
    VIDEOINFOHEADER2 hdr;
    DWORD dwStartTimeCode;
    DWORD cbSequenceHeader;
    DWORD dwProfile;
    DWORD dwLevel;
    DWORD dwFlags;
    DWORD dwSequenceHeader[1];
} MPEG2VIDEOINFO;
#define SIZE_MPEG2VIDEOINFO(p)                                                                 \
    (FIELD_OFFSET(MPEG2VIDEOINFO, dwSequenceHeader[0]) + (p)->cbSequenceHeader)

enum AM_MPEG2Level {
    AM_MPEG2Level_Low = 1,
    AM_MPEG2Level_Main = 2,
    AM_MPEG2Level_High1440 = 3,
    AM_MPEG2Level_High = 4,
};

enum AM_MPEG2Profile {
    AM_MPEG2Profile_Simple = 1,
    AM_MPEG2Profile_Main = 2,
    AM_MPEG2Profile_SNRScalable = 3,
    AM_MPEG2Profile_SpatiallyScalable = 4,
    AM_MPEG2Profile_High = 5,
};

/* AM_KSPROPSETID_FrameStep of IKsPropertySet: all through Set.  STEP takes an AM_FRAMESTEP_STEP;
 * the two questions answer S_OK or S_FALSE. */
typedef enum {
    AM_PROPERTY_FRAMESTEP_STEP = 0x01,
    AM_PROPERTY_FRAMESTEP_CANCEL = 0x02,
    AM_PROPERTY_FRAMESTEP_CANSTEP = 0x03,
    AM_PROPERTY_FRAMESTEP_CANSTEPMULTIPLE = 0x04,
} AM_PROPERTY_FRAMESTEP;

typedef struct _AM_FRAMESTEP_STEP {
    DWORD dwFramesToStep;
} AM_FRAMESTEP_STEP;
