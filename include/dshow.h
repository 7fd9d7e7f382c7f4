/* SPDX-License-Identifier: MIT */
/* All of DirectShow in one include.
 *
 * Runs: nowhere, declarations only.
 */
#pragma once

#include <objbase.h>
#include <oleauto.h>
#include <olectl.h>
#include <windows.h>

#include <strmif.h>

#include <amvideo.h>
#include <audevcod.h>
#include <control.h>
#include <dvdevcod.h>
#include <dvdmedia.h>
#include <errors.h>
#include <evcode.h>
#include <mmreg.h>
#include <uuids.h>
