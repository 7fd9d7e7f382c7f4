/* SPDX-License-Identifier: MIT */
/* regraft.h - regraft's own functions, beside DirectShow's (dshow.h) and its interfaces
 * (regraft_if.h, made from idl/regraft_if.idl: IGraphEdit, IGraphTransaction,
 * IGraphReport, IRgOptions, IRgLink, IRgVisitor).
 */
#pragma once

#include <dshow.h>
#include <regraft_if.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One class that CoCreateInstance can make.  Every pointer stays valid for the life of the
 * process. */
struct rg_class_info {
    const char *name;   /* short and stable: "invert" */
    const char *help;   /* one line */
    const char *kind;   /* "source", "transform", "sink", "object" */
    const char *module; /* "regraft" for the library itself, else the module's file name */
    GUID clsid;
    DWORD merit;
};

/* Any thread.  Classes by index from 0, in a fixed order; loads all modules.
 * S_OK; S_FALSE past the end; E_POINTER. */
RG_API HRESULT rg_class_at(unsigned index, struct rg_class_info *ret_info);

/* Any thread.  S_OK; VFW_E_NOT_FOUND; E_POINTER. */
RG_API HRESULT rg_class_by_name(const char *name, struct rg_class_info *ret_info);

/* Any thread.  One module that did not load, by index from 0: which and why.
 * S_OK; S_FALSE past the end; E_POINTER. */
RG_API HRESULT rg_module_error_at(unsigned index, const char **ret_file, const char **ret_why);

/* Any thread.  One thing that is wrong with the file of this user's registered filters
 * ($XDG_DATA_HOME/regraft/filters.txt), by index from 0: a line that could not be read and was
 * skipped.  UTF-8.  S_OK: the caller frees *ret_text with CoTaskMemFree; S_FALSE past the end;
 * E_POINTER; E_OUTOFMEMORY. */
RG_API HRESULT rg_registration_error_at(unsigned index, char **ret_text);

/* Any thread.  A descriptor that polls readable while handle is signalled; for event loops.
 * S_OK: the caller closes *ret_fd; E_HANDLE; E_POINTER; an HRESULT of the system's error. */
RG_API HRESULT rg_handle_fd(HANDLE handle, int *ret_fd);

/* Any thread.  A media type in words: "video I420 1280x720 25 fps", "audio PCM s16 48000 Hz
 * 2 ch". Always ends in NUL if size > 0.  Returns the length the whole text has. */
RG_API unsigned rg_media_type_text(const AM_MEDIA_TYPE *type, char *text, unsigned size);

/* Any thread.  How many objects of the library are alive now; with report, tells each.
 * Counted in debug builds, 0 otherwise. */
RG_API unsigned rg_live_objects(void (*report)(const char *name, unsigned references,
                                               void *context),
                                void *context);

/* Any thread, at any time: why is it stuck?  One line for each thread that is the library's or
 * waits inside it: what for, where, since when, and who holds it; then what is held (gates that
 * are not open, graph locks).  UTF-8 for people.  IGraphReport::GetWaits puts one graph first.
 * S_OK: the caller frees *ret_text with CoTaskMemFree; E_POINTER; E_OUTOFMEMORY. */
RG_API HRESULT rg_report_waits(char **ret_text);

/* "0.1.0" */
RG_API const char *rg_version(void);

#ifdef __cplusplus
}
#endif
