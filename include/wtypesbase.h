/* SPDX-License-Identifier: MIT */
/* Another name for wtypes.h. */
#pragma once

#include <wtypes.h>
