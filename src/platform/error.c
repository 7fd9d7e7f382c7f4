/* SPDX-License-Identifier: MIT */
/* error.c - the last error of each thread, and errno in Win32's numbers.
 *
 * Any thread.
 * Knows: errno.  Must not know: who failed.
 */
#include "platform/error.h"

#include <errno.h>

#include "platform/tls.h"

static RG_TLS DWORD last_error;

DWORD WINAPI GetLastError(void)
{
    return last_error;
}

void WINAPI SetLastError(DWORD code)
{
    last_error = code;
}

DWORD rg_error_from_errno(int error)
{
    switch (error) {
    case 0:
        return ERROR_SUCCESS;
    case ENOENT:
        return ERROR_FILE_NOT_FOUND;
    case ENOTDIR:
        return ERROR_PATH_NOT_FOUND;
    case EMFILE:
    case ENFILE:
        return ERROR_TOO_MANY_OPEN_FILES;
    case EACCES:
    case EPERM:
    case EISDIR:
        return ERROR_ACCESS_DENIED;
    case EROFS:
        return ERROR_WRITE_PROTECT;
    case EBADF:
        return ERROR_INVALID_HANDLE;
    case ENOMEM:
        return ERROR_NOT_ENOUGH_MEMORY;
    case EEXIST:
        return ERROR_FILE_EXISTS;
    case EINVAL:
        return ERROR_INVALID_PARAMETER;
    case ENAMETOOLONG:
    case ELOOP:
        return ERROR_INVALID_NAME;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERROR_DISK_FULL;
    case EPIPE:
        return ERROR_BROKEN_PIPE;
    case ESPIPE:
        return ERROR_SEEK;
    case EBUSY:
    case ETXTBSY:
        return ERROR_BUSY;
    case EFAULT:
        return ERROR_NOACCESS;
    case ETIMEDOUT:
        return ERROR_TIMEOUT;
    case ECANCELED:
    case EINTR:
        return ERROR_OPERATION_ABORTED;
    case ENOSYS:
    case EOPNOTSUPP:
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_GEN_FAILURE;
    }
}

HRESULT rg_hresult_from_errno(int error)
{
    if (error == ENOMEM)
        return E_OUTOFMEMORY;
    return HRESULT_FROM_WIN32(rg_error_from_errno(error));
}
