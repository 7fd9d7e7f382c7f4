/* SPDX-License-Identifier: MIT */
/* COM: the runtime and the basic interfaces.
 *
 * Runs: any thread.
 */
#pragma once

#include <combaseapi.h>

#include <cguid.h>
#include <objidl.h>

/* Bind contexts and moniker helpers.  *ret_context: the caller owns the reference.  S_OK;
 * E_INVALIDARG: reserved is not 0; E_POINTER; E_OUTOFMEMORY. */
WINOLEAPI CreateBindCtx(DWORD reserved, IBindCtx **ret_context);
/* Of names, those of devices are known: "@device:sw:{category}\instance".  *ret_eaten: how many
 * characters were understood, all of them or none.  S_OK: the caller owns the moniker, whose
 * device need not be there; MK_E_SYNTAX; E_POINTER; E_OUTOFMEMORY.  context may be NULL. */
WINOLEAPI MkParseDisplayName(IBindCtx *context, LPCOLESTR name, ULONG *ret_eaten,
                             IMoniker **ret_moniker);

/* How a storage or stream is opened. */
#define STGM_DIRECT           0x00000000
#define STGM_READ             0x00000000
#define STGM_FAILIFTHERE      0x00000000
#define STGM_WRITE            0x00000001
#define STGM_READWRITE        0x00000002
#define STGM_SHARE_EXCLUSIVE  0x00000010
#define STGM_SHARE_DENY_WRITE 0x00000020
#define STGM_SHARE_DENY_READ  0x00000030
#define STGM_SHARE_DENY_NONE  0x00000040
#define STGM_CREATE           0x00001000
#define STGM_TRANSACTED       0x00010000
#define STGM_CONVERT          0x00020000
#define STGM_PRIORITY         0x00040000
#define STGM_NOSCRATCH        0x00100000
#define STGM_NOSNAPSHOT       0x00200000
#define STGM_DIRECT_SWMR      0x00400000
#define STGM_DELETEONRELEASE  0x04000000
#define STGM_SIMPLE           0x08000000

/* Compound files: a file that holds streams and storages by name.  Versions 3 and 4 are read, 3 is
 * written.  Any thread; *ret_storage belongs to the caller, NULL on failure.
 *
 * The file is replaced as a whole when the root is committed (STGM_TRANSACTED), or else also when its
 * last reference goes; until then it is as it was, and nobody else is locked out.  STG_E_INVALIDNAME,
 * STG_E_INVALIDFLAG, STG_E_INVALIDPOINTER, STG_E_PATHNOTFOUND, STG_E_ACCESSDENIED,
 * STG_E_INSUFFICIENTMEMORY; create: STG_E_FILEALREADYEXISTS (without STGM_CREATE); open:
 * STG_E_FILENOTFOUND, STG_E_FILEALREADYEXISTS: it is no compound file, STG_E_INVALIDHEADER,
 * STG_E_OLDFORMAT, STG_E_DOCFILECORRUPT, STG_E_DOCFILETOOLARGE (2 GB). */
WINOLEAPI StgCreateDocfile(const WCHAR *path, DWORD mode, DWORD reserved,
                           IStorage **ret_storage);
WINOLEAPI StgOpenStorage(const WCHAR *path, IStorage *priority, DWORD mode, SNB exclude,
                         DWORD reserved, IStorage **ret_storage);
/* S_OK; S_FALSE: it is another kind of file; STG_E_FILENOTFOUND, STG_E_INVALIDNAME. */
WINOLEAPI StgIsStorageFile(const WCHAR *path);

/* A stream in memory that grows as it is written.  There are no memory handles here: memory has to be
 * NULL (E_INVALIDARG).  E_POINTER, E_OUTOFMEMORY. */
WINOLEAPI CreateStreamOnHGlobal(HGLOBAL memory, BOOL free_on_release, IStream **ret_stream);
