/* SPDX-License-Identifier: MIT */
/* The Win32 subset in one include.
 *
 * Runs: nowhere, declarations only.
 * Without min and max macros, as with NOMINMAX: they break C++ headers.
 */
#pragma once

#include <winbase.h>
#include <windef.h>
#include <winerror.h>
#include <wingdi.h>
#include <winnt.h>
#include <winuser.h>
#ifndef WIN32_LEAN_AND_MEAN
#include <mmsystem.h>
#endif
