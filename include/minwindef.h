/* SPDX-License-Identifier: MIT */
/* Another name for windef.h. */
#pragma once

#include <windef.h>
