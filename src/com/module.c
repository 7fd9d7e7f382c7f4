/* SPDX-License-Identifier: MIT */
/* module.c - finding and loading the shared objects that hold filters.
 *
 * One thread at a time, under the registry's lock.
 * Knows: directories, the dynamic loader.  Must not know: what the classes are.
 */
#include "com/module.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "com/registry.h"
#include "platform/memory.h"
#include "platform/text.h"

#define GUID_CHARS 39 /* in braces, and the final zero */

#ifndef RG_MODULE_DIR
#define RG_MODULE_DIR "/usr/lib/regraft"
#endif

/* --- finding ------------------------------------------------------------------------- */

const char *rg_module_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

void rg_module_files_clear(struct rg_module_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        rg_free(files->paths[i]);
    rg_free(files->paths);
    *files = (struct rg_module_files){ 0 };
}

static char *path_join(const char *folder, size_t length, const char *name)
{
    size_t size = length + strlen(name) + 2;
    char *path = rg_alloc(size);

    if (path != NULL)
        snprintf(path, size, "%.*s/%s", (int)length, folder, name);
    return path;
}

/* Takes over `path`, also on failure. */
static HRESULT files_add(struct rg_module_files *files, char *path)
{
    if (path == NULL)
        return E_OUTOFMEMORY;
    if (files->count == files->room) {
        size_t room = files->room != 0 ? files->room * 2 : 8;
        char **paths = rg_realloc(files->paths, room * sizeof(*paths));

        if (paths == NULL) {
            rg_free(path);
            return E_OUTOFMEMORY;
        }
        files->paths = paths;
        files->room = room;
    }
    files->paths[files->count++] = path;
    return S_OK;
}

static bool is_module_name(const char *name)
{
    size_t length = strlen(name);

    return length > 3 && name[0] != '.' && strcmp(name + length - 3, ".so") == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The directory's modules, sorted, behind those found so far. */
static HRESULT files_add_folder(struct rg_module_files *files, const char *folder,
                                size_t length)
{
    size_t first = files->count;
    char *path RG_AUTO_FREE = path_join(folder, length, "");
    struct dirent *entry;
    HRESULT hr = S_OK;
    DIR *dir;

    if (path == NULL)
        return E_OUTOFMEMORY;
    dir = opendir(path);
    if (dir == NULL)
        return S_OK;
    /* the stream is this thread's own, which is what readdir asks for */
    while (SUCCEEDED(hr) && (entry = readdir(dir)) != NULL) // NOLINT(concurrency-mt-unsafe)
        if (is_module_name(entry->d_name))
            hr = files_add(files, path_join(folder, length, entry->d_name));
    closedir(dir);
    if (files->count - first > 1)
        qsort(files->paths + first, files->count - first, sizeof(*files->paths), compare_paths);
    return hr;
}

static HRESULT files_add_list(struct rg_module_files *files, const char *list)
{
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && *list != '\0') {
        size_t length = strcspn(list, ":");

        if (length != 0)
            hr = files_add_folder(files, list, length);
        list += length;
        list += *list == ':';
    }
    return hr;
}

/* Where this library lies; false if the loader does not say. */
static bool library_folder(const char **ret_folder, size_t *ret_length)
{
    const char *slash;
    Dl_info info;

    if (dladdr((const void *)&rg_module_files_find, &info) == 0 || info.dli_fname == NULL)
        return false;
    slash = strrchr(info.dli_fname, '/');
    if (slash == NULL)
        return false;
    *ret_folder = info.dli_fname;
    *ret_length = (size_t)(slash - info.dli_fname);
    return true;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

HRESULT rg_module_files_find(struct rg_module_files *files)
{
    static const char *const beside[] = { "src/filters", "modules", "regraft" };
    const char *list = secure_getenv("REGRAFT_MODULE_PATH");
    const char *folder;
    size_t length;

    *files = (struct rg_module_files){ 0 };
    if (list != NULL)
        return files_add_list(files, list);
    if (library_folder(&folder, &length)) {
        for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
            char *path RG_AUTO_FREE = path_join(folder, length, beside[i]);

            if (path == NULL)
                return E_OUTOFMEMORY;
            if (is_folder(path))
                return files_add_folder(files, path, strlen(path));
        }
    }
    return files_add_folder(files, RG_MODULE_DIR, strlen(RG_MODULE_DIR));
}

/* --- lists of classes --------------------------------------------------------------------- */

static bool line_names(char *line, const char *clsid, const char *name)
{
    char *brace = strchr(line, '{');

    if (brace == NULL || brace == line)
        return false;
    brace[-1] = '\0';
    return name != NULL ? strcmp(line, name) == 0 : strncmp(brace, clsid, GUID_CHARS - 1) == 0;
}

HRESULT rg_module_lists(const char *path, const CLSID *clsid, const char *name)
{
    size_t stem = strlen(path) - strlen(".so"), size = stem + sizeof(".classes");
    char *list RG_AUTO_FREE = rg_alloc(size);
    OLECHAR wide[GUID_CHARS] = { 0 };
    char line[256], text[GUID_CHARS] = "";
    bool found = false;
    FILE *file;

    if (list == NULL)
        return E_OUTOFMEMORY;
    snprintf(list, size, "%.*s.classes", (int)stem, path);
    file = fopen(list, "re");
    if (file == NULL)
        return S_FALSE;
    if (clsid != NULL && StringFromGUID2(clsid, wide, GUID_CHARS) != 0)
        (void)rg_text_to_utf8(text, sizeof(text), wide);
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = line_names(line, text, name);
    fclose(file);
    return found ? S_OK : S_FALSE;
}

/* --- loading ------------------------------------------------------------------------------ */

typedef const struct rg_module *(*module_entry)(void);

/* What is wrong with an entry table, or NULL. */
static const char *module_complaint(const struct rg_module *module)
{
    if (module == NULL)
        return "rg_module_entry gave nothing";
    if (module->abi != RG_MODULE_ABI)
        return "built for another version of the library";
    if (module->count != 0 && module->entries == NULL)
        return "its class table is missing";
    for (unsigned i = 0; i < module->count; i++) {
        const struct rg_class_entry *entry = module->entries[i];

        if (entry == NULL || entry->clsid == NULL || entry->name == NULL ||
            entry->create == NULL)
            return "a class of its table has no name, CLSID or way to create it";
    }
    return NULL;
}

HRESULT rg_module_load(const char *path, const struct rg_module **ret_module, char **ret_why)
{
    /* loading takes the loader's own memory and can run foreign code: as if it could fail */
    void *library = rg_fault_now() ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct rg_module *module = NULL;
    const char *complaint;

    *ret_why = NULL;
    if (library == NULL) {
        const char *why = dlerror();

        *ret_why = why != NULL ? rg_text_dup(why) : NULL;
        return *ret_why != NULL ? CO_E_ERRORINDLL : E_OUTOFMEMORY;
    }
    union {
        void *symbol;
        module_entry call;
    } entry = { .symbol = dlsym(library, "rg_module_entry") };

    if (entry.symbol == NULL) {
        complaint = "no module: it has no rg_module_entry";
    } else {
        module = entry.call();
        complaint = module_complaint(module);
    }
    if (complaint == NULL) {
        *ret_module = module;
        return S_OK;
    }
    *ret_why = rg_text_dup(complaint);
    dlclose(library);
    return *ret_why != NULL ? CO_E_ERRORINDLL : E_OUTOFMEMORY;
}
