/* SPDX-License-Identifier: MIT */
/* com/module.h - finding and loading the shared objects that hold filters.  For registry.c.
 *
 * One thread at a time, under the registry's lock.
 * Knows: directories, the dynamic loader.  Must not know: what the classes are.
 */
#pragma once

#include <stddef.h>

#include <objbase.h>

#include "platform/export.h"

/* The module files of all module directories, in the order to load them. */
struct rg_module_files {
    char **paths;
    size_t count, room;
};

/* S_OK; E_OUTOFMEMORY.  A directory that can't be read holds nothing. */
HRESULT rg_module_files_find(struct rg_module_files *files);
void rg_module_files_clear(struct rg_module_files *files);

/* The last part of a path. */
const char *rg_module_file_name(const char *path);

/* A list of a module's classes may lie beside it, as `ffmpeg.classes` beside `ffmpeg.so`: a line
 * "NAME {CLSID}" each.  clsid or name, the other NULL.  It is a hint, so that a look-up need not load
 * all modules to find the one.  S_OK: it names that class; S_FALSE: no, or there is no list;
 * E_OUTOFMEMORY. */
RG_API HRESULT rg_module_lists(const char *path, const CLSID *clsid, const char *name);

struct rg_module;

/* Loads one module for good.  S_OK; else *ret_why says why not, rg_free it (NULL when memory
 * ran out). */
HRESULT rg_module_load(const char *path, const struct rg_module **ret_module, char **ret_why);
