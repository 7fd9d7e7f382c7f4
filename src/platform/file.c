/* SPDX-License-Identifier: MIT */
/* file.c - Win32 files over file descriptors: synchronous, offsets of 64 bits.
 *
 * Any thread.  A file in use stays open until the call ends, even if its handle is closed.
 * Knows: handles, paths.  Must not know: what is in a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/error.h"
#include "platform/handle.h"
#include "platform/memory.h"
#include "platform/text.h"

#define IO_AT_ONCE ((size_t)1 << 30) /* below what one system call takes */

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static BOOL fail_errno(void)
{
    return fail(rg_error_from_errno(errno));
}

/* A reference to a file's object, or NULL and ERROR_INVALID_HANDLE. */
static struct rg_object *file_get(HANDLE file)
{
    struct rg_object *object = rg_handle_get(file);

    if (object != NULL && atomic_load(&object->kind) == RG_HANDLE_FILE)
        return object;
    if (object != NULL)
        rg_object_release(object);
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

/* --- opening ------------------------------------------------------------------------- */

/* Opens or creates; *ret_existed tells which. */
static int open_always(const char *path, int flags, bool *ret_existed)
{
    for (;;) {
        int fd = open(path, flags | O_CREAT | O_EXCL, 0666);

        *ret_existed = fd < 0;
        if (fd >= 0 || errno != EEXIST)
            return fd;
        fd = open(path, flags & ~O_CREAT);
        if (fd >= 0 || errno != ENOENT)
            return fd; /* else it went away between the two: again */
    }
}

static int open_flags(DWORD access, DWORD flags)
{
    bool reads = (access & (GENERIC_READ | GENERIC_ALL)) != 0;
    bool writes = (access & (GENERIC_WRITE | GENERIC_ALL)) != 0;
    int how = O_CLOEXEC | O_NOCTTY;

    if (reads && writes)
        how |= O_RDWR;
    else
        how |= writes ? O_WRONLY : O_RDONLY;
    if ((flags & FILE_FLAG_WRITE_THROUGH) != 0)
        how |= O_DSYNC;
    return how;
}

static int open_path(const char *path, DWORD access, DWORD disposition, DWORD flags,
                     bool *ret_existed)
{
    int how = open_flags(access, flags);

    *ret_existed = false;
    switch (disposition) {
    case CREATE_NEW:
        return open(path, how | O_CREAT | O_EXCL, 0666);
    case CREATE_ALWAYS:
        return open_always(path, how | O_TRUNC, ret_existed);
    case OPEN_EXISTING:
        return open(path, how);
    case OPEN_ALWAYS:
        return open_always(path, how, ret_existed);
    case TRUNCATE_EXISTING:
        return open(path, how | O_TRUNC);
    default:
        errno = EINVAL;
        return -1;
    }
}

/* Takes over the descriptor. */
static HANDLE file_wrap(int fd, DWORD flags)
{
    struct rg_object *object;
    struct stat status;
    HANDLE handle;

    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        SetLastError(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }
    object = rg_object_new(RG_HANDLE_FILE, 1);
    if (object == NULL) {
        close(fd);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    object->u.file_fd = fd;
    if ((flags & FILE_FLAG_SEQUENTIAL_SCAN) != 0)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    else if ((flags & FILE_FLAG_RANDOM_ACCESS) != 0)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    handle = rg_handle_new(object);
    return handle != NULL ? handle : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share,
                          LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags,
                          HANDLE template_file)
{
    HANDLE handle;
    bool existed;
    int fd;

    (void)share; /* files are shared by all here, as the system has it */
    (void)attributes;
    (void)template_file;
    if (name == NULL || name[0] == '\0') {
        SetLastError(name == NULL ? ERROR_INVALID_PARAMETER : ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (disposition == TRUNCATE_EXISTING && (access & (GENERIC_WRITE | GENERIC_ALL)) == 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    fd = open_path(name, access, disposition, flags, &existed);
    if (fd < 0) {
        SetLastError(rg_error_from_errno(errno));
        return INVALID_HANDLE_VALUE;
    }
    handle = file_wrap(fd, flags);
    if (handle != INVALID_HANDLE_VALUE)
        SetLastError(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return handle;
}

/* The path in bytes, or NULL and the last error. */
static char *path_from_wide(LPCWSTR name)
{
    char *path = NULL;
    HRESULT hr = rg_utf8_from_wide(name, &path);

    if (hr == E_OUTOFMEMORY)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    else if (FAILED(hr))
        SetLastError(name == NULL ? ERROR_INVALID_PARAMETER : ERROR_INVALID_NAME);
    return path;
}

HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share,
                          LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags,
                          HANDLE template_file)
{
    char *path RG_AUTO_FREE = path_from_wide(name);

    if (path == NULL)
        return INVALID_HANDLE_VALUE;
    return CreateFileA(path, access, share, attributes, disposition, flags, template_file);
}

BOOL WINAPI DeleteFileA(LPCSTR name)
{
    if (name == NULL)
        return fail(ERROR_INVALID_PARAMETER);
    return unlink(name) == 0 ? TRUE : fail_errno();
}

BOOL WINAPI DeleteFileW(LPCWSTR name)
{
    char *path RG_AUTO_FREE = path_from_wide(name);

    return path != NULL && DeleteFileA(path);
}

/* --- reading and writing ---------------------------------------------------------------- */

static off_t overlapped_offset(const OVERLAPPED *overlapped)
{
    return (off_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
}

/* The call is over: tells whom `overlapped` says. */
static void overlapped_done(OVERLAPPED *overlapped, DWORD error, size_t bytes)
{
    overlapped->Internal = error;
    overlapped->InternalHigh = bytes;
    if (overlapped->hEvent != NULL)
        (void)SetEvent(overlapped->hEvent);
}

/* As much as there is, up to `bytes`; a pipe gives what it has.  -1: errno. */
static ssize_t read_some(int fd, char *buffer, size_t bytes, const OVERLAPPED *overlapped)
{
    size_t done = 0;

    while (done < bytes) {
        size_t now = bytes - done < IO_AT_ONCE ? bytes - done : IO_AT_ONCE;
        ssize_t got = overlapped != NULL ? pread(fd, buffer + done, now,
                                                 overlapped_offset(overlapped) + (off_t)done)
                                         : read(fd, buffer + done, now);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return done != 0 ? (ssize_t)done : -1;
        done += (size_t)got;
        if ((size_t)got < now)
            break;
    }
    return (ssize_t)done;
}

static ssize_t write_all(int fd, const char *buffer, size_t bytes, const OVERLAPPED *overlapped)
{
    size_t done = 0;

    while (done < bytes) {
        size_t now = bytes - done < IO_AT_ONCE ? bytes - done : IO_AT_ONCE;
        ssize_t put = overlapped != NULL ? pwrite(fd, buffer + done, now,
                                                  overlapped_offset(overlapped) + (off_t)done)
                                         : write(fd, buffer + done, now);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        done += (size_t)put;
    }
    return (ssize_t)done;
}

static BOOL io_result(ssize_t done, DWORD wanted, bool is_read, LPDWORD ret_bytes,
                      LPOVERLAPPED overlapped)
{
    DWORD error = ERROR_SUCCESS;

    if (done < 0)
        error = errno == EBADF ? ERROR_ACCESS_DENIED : rg_error_from_errno(errno);
    else if (is_read && done == 0 && wanted != 0 && overlapped != NULL)
        error = ERROR_HANDLE_EOF; /* at an explicit offset, the end is an error */
    if (ret_bytes != NULL)
        *ret_bytes = done > 0 ? (DWORD)done : 0;
    if (overlapped != NULL)
        overlapped_done(overlapped, error, done > 0 ? (size_t)done : 0);
    return error == ERROR_SUCCESS ? TRUE : fail(error);
}

BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD bytes, LPDWORD ret_bytes,
                     LPOVERLAPPED overlapped)
{
    struct rg_object *object = file_get(file);
    BOOL done;

    if (object == NULL)
        return FALSE;
    if (buffer == NULL && bytes != 0)
        done = fail(ERROR_NOACCESS);
    else
        done = io_result(read_some(object->u.file_fd, buffer, bytes, overlapped), bytes, true,
                         ret_bytes, overlapped);
    rg_object_release(object);
    return done;
}

BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD bytes, LPDWORD ret_bytes,
                      LPOVERLAPPED overlapped)
{
    struct rg_object *object = file_get(file);
    BOOL done;

    if (object == NULL)
        return FALSE;
    if (buffer == NULL && bytes != 0)
        done = fail(ERROR_NOACCESS);
    else
        done = io_result(write_all(object->u.file_fd, buffer, bytes, overlapped), bytes, false,
                         ret_bytes, overlapped);
    rg_object_release(object);
    return done;
}

BOOL WINAPI FlushFileBuffers(HANDLE file)
{
    struct rg_object *object = file_get(file);
    BOOL done;

    if (object == NULL)
        return FALSE;
    done = fsync(object->u.file_fd) == 0 || errno == EINVAL ? TRUE : fail_errno();
    rg_object_release(object);
    return done;
}

/* --- position and size -------------------------------------------------------------------- */

static BOOL file_seek(HANDLE file, int64_t distance, DWORD method, int64_t *ret_position)
{
    static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
    struct rg_object *object;
    off_t position;

    if (method > FILE_END)
        return fail(ERROR_INVALID_PARAMETER);
    object = file_get(file);
    if (object == NULL)
        return FALSE;
    position = lseek(object->u.file_fd, (off_t)distance, whence[method]);
    rg_object_release(object);
    if (position < 0)
        return fail(errno == EINVAL ? ERROR_NEGATIVE_SEEK : rg_error_from_errno(errno));
    *ret_position = position;
    return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, PLONG distance_high, DWORD method)
{
    int64_t where = distance;
    int64_t position;

    if (distance_high != NULL)
        where = (int64_t)((uint64_t)(ULONG)*distance_high << 32 | (ULONG)distance);
    if (!file_seek(file, where, method, &position))
        return INVALID_SET_FILE_POINTER;
    if (distance_high != NULL)
        *distance_high = (LONG)(position >> 32);
    SetLastError(ERROR_SUCCESS); /* the low half may look like INVALID_SET_FILE_POINTER */
    return (DWORD)position;
}

BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER ret_position,
                             DWORD method)
{
    int64_t position;

    if (!file_seek(file, distance.QuadPart, method, &position))
        return FALSE;
    if (ret_position != NULL)
        ret_position->QuadPart = position;
    return TRUE;
}

BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER ret_bytes)
{
    struct rg_object *object;
    struct stat status;
    BOOL done;

    if (ret_bytes == NULL)
        return fail(ERROR_INVALID_PARAMETER);
    object = file_get(file);
    if (object == NULL)
        return FALSE;
    done = fstat(object->u.file_fd, &status) == 0 ? TRUE : fail_errno();
    rg_object_release(object);
    if (done)
        ret_bytes->QuadPart = status.st_size;
    return done;
}

DWORD WINAPI GetFileSize(HANDLE file, LPDWORD ret_high)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(file, &size))
        return INVALID_FILE_SIZE;
    if (ret_high != NULL)
        *ret_high = (DWORD)((uint64_t)size.QuadPart >> 32);
    SetLastError(ERROR_SUCCESS);
    return (DWORD)size.QuadPart;
}

BOOL WINAPI SetEndOfFile(HANDLE file)
{
    struct rg_object *object = file_get(file);
    off_t position;
    BOOL done;

    if (object == NULL)
        return FALSE;
    position = lseek(object->u.file_fd, 0, SEEK_CUR);
    done = position >= 0 && ftruncate(object->u.file_fd, position) == 0;
    if (!done)
        (void)fail(errno == EINVAL || errno == EBADF ? ERROR_ACCESS_DENIED
                                                     : rg_error_from_errno(errno));
    rg_object_release(object);
    return done;
}
