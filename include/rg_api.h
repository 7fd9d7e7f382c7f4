/* SPDX-License-Identifier: MIT */
/* Visibility and linkage of what the library exports.
 *
 * Runs: nowhere, declarations only.
 * Knows: the compiler.  Must not know: COM, DirectShow.
 */
#pragma once

#define RG_API __attribute__((visibility("default")))

#ifdef __cplusplus
#define RG_EXTERN_C       extern "C"
#define RG_EXTERN_C_BEGIN extern "C" {
#define RG_EXTERN_C_END   }
#else
#define RG_EXTERN_C extern
#define RG_EXTERN_C_BEGIN
#define RG_EXTERN_C_END
#endif
