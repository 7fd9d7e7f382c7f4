/* SPDX-License-Identifier: MIT */
/* Annotations of generated headers: nothing here. */
#pragma once

#define __RPC__in
#define __RPC__in_opt
#define __RPC__out
#define __RPC__out_opt
#define __RPC__inout
#define __RPC__inout_opt
#define __RPC__deref_out
#define __RPC__deref_out_opt
#define __RPC__in_ecount(n)
#define __RPC__in_ecount_full(n)
#define __RPC__out_ecount_full(n)
#define __RPC__in_string
#define __RPC_FAR
