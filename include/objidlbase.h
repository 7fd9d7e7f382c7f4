/* SPDX-License-Identifier: MIT */
/* Another name for objidl.h. */
#pragma once

#include <objidl.h>
