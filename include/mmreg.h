/* SPDX-License-Identifier: MIT */
/* Wave formats: tags and the structures behind WAVEFORMATEX.
 *
 * Runs: nowhere, declarations only.
 * Byte-packed, as in files.
 */
#pragma once

#include <guiddef.h>
#include <rg_wave.h>
#include <wingdi.h>

#define WAVE_FORMAT_UNKNOWN          0x0000
#define WAVE_FORMAT_ADPCM            0x0002
#define WAVE_FORMAT_IEEE_FLOAT       0x0003
#define WAVE_FORMAT_ALAW             0x0006
#define WAVE_FORMAT_MULAW            0x0007
#define WAVE_FORMAT_DTS              0x0008
#define WAVE_FORMAT_DRM              0x0009
#define WAVE_FORMAT_DVI_ADPCM        0x0011
#define WAVE_FORMAT_IMA_ADPCM        0x0011
#define WAVE_FORMAT_GSM610           0x0031
#define WAVE_FORMAT_MPEG             0x0050
#define WAVE_FORMAT_MPEGLAYER3       0x0055
#define WAVE_FORMAT_DOLBY_AC3_SPDIF  0x0092
#define WAVE_FORMAT_RAW_AAC1         0x00ff
#define WAVE_FORMAT_MSAUDIO1         0x0160
#define WAVE_FORMAT_WMAUDIO2         0x0161
#define WAVE_FORMAT_WMAUDIO3         0x0162
#define WAVE_FORMAT_WMAUDIO_LOSSLESS 0x0163
#define WAVE_FORMAT_WMASPDIF         0x0164
#define WAVE_FORMAT_RAW_SPORT        0x0240
#define WAVE_FORMAT_MPEG_ADTS_AAC    0x1600
#define WAVE_FORMAT_MPEG_RAW_AAC     0x1601
#define WAVE_FORMAT_MPEG_LOAS        0x1602
#define WAVE_FORMAT_MPEG_HEAAC       0x1610
#define WAVE_FORMAT_DVM              0x2000 /* AC-3 in practice */
#define WAVE_FORMAT_DOLBY_AC3        0x2000 /* the same, the field's name */
#define WAVE_FORMAT_DTS2             0x2001
#define WAVE_FORMAT_OPUS             0x704f
#define WAVE_FORMAT_FLAC             0xf1ac
#define WAVE_FORMAT_EXTENSIBLE       0xfffe
#define WAVE_FORMAT_DEVELOPMENT      0xffff

#define SPEAKER_FRONT_LEFT            0x1
#define SPEAKER_FRONT_RIGHT           0x2
#define SPEAKER_FRONT_CENTER          0x4
#define SPEAKER_LOW_FREQUENCY         0x8
#define SPEAKER_BACK_LEFT             0x10
#define SPEAKER_BACK_RIGHT            0x20
#define SPEAKER_FRONT_LEFT_OF_CENTER  0x40
#define SPEAKER_FRONT_RIGHT_OF_CENTER 0x80
#define SPEAKER_BACK_CENTER           0x100
#define SPEAKER_SIDE_LEFT             0x200
#define SPEAKER_SIDE_RIGHT            0x400
#define SPEAKER_TOP_CENTER            0x800
#define SPEAKER_TOP_FRONT_LEFT        0x1000
#define SPEAKER_TOP_FRONT_CENTER      0x2000
#define SPEAKER_TOP_FRONT_RIGHT       0x4000
#define SPEAKER_TOP_BACK_LEFT         0x8000
#define SPEAKER_TOP_BACK_CENTER       0x10000
#define SPEAKER_TOP_BACK_RIGHT        0x20000
#define SPEAKER_RESERVED              0x7ffc0000
#define SPEAKER_ALL                   0x80000000

#define MPEGLAYER3_WFX_EXTRA_BYTES  12
#define MPEGLAYER3_ID_UNKNOWN       0
#define MPEGLAYER3_ID_MPEG          1
#define MPEGLAYER3_FLAG_PADDING_ISO 0x0
#define MPEGLAYER3_FLAG_PADDING_ON  0x1
#define MPEGLAYER3_FLAG_PADDING_OFF 0x2
#define ACM_MPEG_LAYER1             0x0001
#define ACM_MPEG_LAYER2             0x0002
#define ACM_MPEG_LAYER3             0x0004

#pragma pack(push, 1)
typedef struct {
    WAVEFORMATEX Format; /* wFormatTag WAVE_FORMAT_EXTENSIBLE, cbSize 22 or more */
    union {
        WORD wValidBitsPerSample; /* PCM: bits that count, from the top */
        WORD wSamplesPerBlock;    /* compressed */
        WORD wReserved;
    } Samples;
    DWORD dwChannelMask; /* SPEAKER_ */
    GUID SubFormat;
} WAVEFORMATEXTENSIBLE, *PWAVEFORMATEXTENSIBLE;

typedef struct adpcmcoef_tag {
    short iCoef1;
    short iCoef2;
} ADPCMCOEFSET;

typedef struct imaadpcmwaveformat_tag {
    WAVEFORMATEX wfx;
    WORD wSamplesPerBlock;
} IMAADPCMWAVEFORMAT;

typedef struct mpeg1waveformat_tag {
    WAVEFORMATEX wfx;
    WORD fwHeadLayer;
    DWORD dwHeadBitrate;
    WORD fwHeadMode;
    WORD fwHeadModeExt;
    WORD wHeadEmphasis;
    WORD fwHeadFlags;
    DWORD dwPTSLow;
    DWORD dwPTSHigh;
} MPEG1WAVEFORMAT;

typedef struct mpeglayer3waveformat_tag {
    WAVEFORMATEX wfx;
    WORD wID;
    DWORD fdwFlags;
    WORD nBlockSize;
    WORD nFramesPerBlock;
    WORD nCodecDelay;
} MPEGLAYER3WAVEFORMAT;

typedef struct heaacwaveinfo_tag {
    WAVEFORMATEX wfx;
    WORD wPayloadType; /* 0 raw, 1 ADTS, 2 ADIF, 3 LOAS */
    WORD wAudioProfileLevelIndication;
    WORD wStructType;
    WORD wReserved1;
    DWORD dwReserved2;
} HEAACWAVEINFO, *PHEAACWAVEINFO;
#pragma pack(pop)

/* A GUID made of a four-character code or a wave format tag. */
#define DEFINE_MEDIATYPE_GUID(name, code)                                                      \
    DEFINE_GUID(name, code, 0x0000, 0x0010, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71)
