/* SPDX-License-Identifier: MIT */
/* What generated headers ask of rpcndr.h: `interface`, byte and hyper.  There is no RPC. */
#pragma once

#include <basetyps.h>
#include <windef.h>

#ifndef __RPCNDR_H_VERSION__
#define __RPCNDR_H_VERSION__ 500
#endif

typedef unsigned char byte;
typedef long long hyper;
typedef unsigned long long MIDL_uhyper;
typedef unsigned char boolean;
