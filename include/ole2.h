/* SPDX-License-Identifier: MIT */
/* COM and automation in one include. */
#pragma once

#include <objbase.h>
#include <oleauto.h>

WINOLEAPI OleInitialize(LPVOID reserved);
WINOLEAPI_(void) OleUninitialize(void);
