/* SPDX-License-Identifier: MIT */
/* What generated headers ask of rpc.h: the basic types.  There is no RPC. */
#pragma once

#include <basetyps.h>
#include <windef.h>
