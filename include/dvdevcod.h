/* SPDX-License-Identifier: MIT */
/* Event codes of DVD playback.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#define EC_DVD_DOMAIN_CHANGE            0x0101
#define EC_DVD_TITLE_CHANGE             0x0102
#define EC_DVD_CHAPTER_START            0x0103
#define EC_DVD_AUDIO_STREAM_CHANGE      0x0104
#define EC_DVD_SUBPICTURE_STREAM_CHANGE 0x0105
#define EC_DVD_ANGLE_CHANGE             0x0106
#define EC_DVD_BUTTON_CHANGE            0x0107
#define EC_DVD_VALID_UOPS_CHANGE        0x0108
#define EC_DVD_STILL_ON                 0x0109
#define EC_DVD_STILL_OFF                0x010a
#define EC_DVD_CURRENT_TIME             0x010b
#define EC_DVD_ERROR                    0x010c
#define EC_DVD_WARNING                  0x010d
#define EC_DVD_CHAPTER_AUTOSTOP         0x010e
#define EC_DVD_NO_FP_PGC                0x010f
#define EC_DVD_PLAYBACK_RATE_CHANGE     0x0110
#define EC_DVD_PARENTAL_LEVEL_CHANGE    0x0111
#define EC_DVD_PLAYBACK_STOPPED         0x0112
#define EC_DVD_ANGLES_AVAILABLE         0x0113
#define EC_DVD_PLAYPERIOD_AUTOSTOP      0x0114
#define EC_DVD_BUTTON_AUTO_ACTIVATED    0x0115
#define EC_DVD_CMD_START                0x0116
#define EC_DVD_CMD_END                  0x0117
#define EC_DVD_DISC_EJECTED             0x0118
#define EC_DVD_DISC_INSERTED            0x0119
#define EC_DVD_CURRENT_HMSF_TIME        0x011a
#define EC_DVD_KARAOKE_MODE             0x011b
