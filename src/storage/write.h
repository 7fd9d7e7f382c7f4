/* SPDX-License-Identifier: MIT */
/* write.h - a tree to a compound file of version 3 in memory.
 *
 * Under the document's lock.  Knows: the tree.  Must not know: paths.
 */
#pragma once

#include "storage/tree.h"

/* The whole file, which the caller frees.  S_OK; a damaged stream's damage; STG_E_DOCFILETOOLARGE;
 * STG_E_INSUFFICIENTMEMORY. */
HRESULT stg_write(struct stg_node *root, uint8_t **ret_file, size_t *ret_size);
