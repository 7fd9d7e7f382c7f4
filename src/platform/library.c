/* SPDX-License-Identifier: MIT */
/* library.c - LoadLibrary and its kin, and what the machine is like.
 *
 * Any thread.  Libraries that were loaded here are listed, so that a wrong HMODULE is found out.
 * Knows: the dynamic loader.  Must not know: what libraries hold.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include <windows.h>

#include "platform/memory.h"
#include "platform/text.h"

struct library {
    struct library *next;
    void *loaded;
    unsigned count;
};

static pthread_mutex_t libraries_lock = PTHREAD_MUTEX_INITIALIZER;
static struct library *first_library; /* under libraries_lock */

static struct library **library_place_locked(const void *loaded)
{
    struct library **place = &first_library;

    while (*place != NULL && (*place)->loaded != loaded)
        place = &(*place)->next;
    return place;
}

HMODULE WINAPI LoadLibraryA(LPCSTR name)
{
    struct library *library;
    struct library **place;
    void *loaded;

    if (name == NULL || name[0] == '\0') {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    library = rg_alloc(sizeof(*library));
    if (library == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    loaded = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (loaded == NULL) {
        rg_free(library);
        SetLastError(ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    pthread_mutex_lock(&libraries_lock);
    place = library_place_locked(loaded);
    if (*place != NULL) {
        (*place)->count++;
        rg_free(library);
    } else {
        *library = (struct library){ .loaded = loaded, .count = 1 };
        *place = library;
    }
    pthread_mutex_unlock(&libraries_lock);
    return (HMODULE)loaded;
}

HMODULE WINAPI LoadLibraryW(LPCWSTR name)
{
    char *path RG_AUTO_FREE = NULL;
    HRESULT hr = rg_utf8_from_wide(name, &path);

    if (FAILED(hr)) {
        SetLastError(hr == E_OUTOFMEMORY ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return LoadLibraryA(path);
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    struct library **place;
    struct library *library;

    pthread_mutex_lock(&libraries_lock);
    place = library_place_locked(module);
    library = *place;
    if (library != NULL && --library->count == 0) {
        *place = library->next;
        rg_free(library);
    }
    pthread_mutex_unlock(&libraries_lock);
    if (library == NULL) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    dlclose(module); /* may run the library's own code: not under the lock */
    return TRUE;
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    union {
        void *symbol;
        FARPROC function;
    } found;
    bool is_ours;

    if ((uintptr_t)name <= UINT16_MAX) { /* NULL, or an ordinal, which nothing here has */
        SetLastError(ERROR_PROC_NOT_FOUND);
        return NULL;
    }
    pthread_mutex_lock(&libraries_lock);
    is_ours = *library_place_locked(module) != NULL;
    pthread_mutex_unlock(&libraries_lock);
    if (!is_ours) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    found.symbol = dlsym(module, name);
    if (found.symbol == NULL)
        SetLastError(ERROR_PROC_NOT_FOUND);
    return found.function;
}

void WINAPI GetSystemInfo(LPSYSTEM_INFO info)
{
    long page = sysconf(_SC_PAGESIZE);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    *info = (SYSTEM_INFO){ 0 };
    info->dwPageSize = page > 0 ? (DWORD)page : 4096;
    info->dwAllocationGranularity = info->dwPageSize;
    info->dwNumberOfProcessors = processors > 0 ? (DWORD)processors : 1;
    info->dwActiveProcessorMask = info->dwNumberOfProcessors >= sizeof(DWORD_PTR) * 8
                                      ? ~(DWORD_PTR)0
                                      : ((DWORD_PTR)1 << info->dwNumberOfProcessors) - 1;
    info->lpMinimumApplicationAddress = (LPVOID)(uintptr_t)info->dwPageSize;
    info->lpMaximumApplicationAddress = (LPVOID)(UINTPTR_MAX >> 17); /* user half, 47 bits */
#if defined(__x86_64__)
    info->dwProcessorType = 8664;
#endif
}
