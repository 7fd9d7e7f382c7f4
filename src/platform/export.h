/* SPDX-License-Identifier: MIT */
/* export.h - the one mark that makes a symbol visible outside libregraft.so.
 *
 * The library is built with hidden visibility.  RG_API marks the public functions and those
 * internal ones that modules and tests need.
 * Knows: the compiler.  Does not know: anything else.
 */
#pragma once

#include <rg_api.h>
