/* SPDX-License-Identifier: MIT */
/* options.c - makes one filter as its text says: class, options by name, and its argument.
 *
 * Control threads; app_filter_set any thread.
 * Knows: classes by name, IRgOptions, file interfaces.  Must not know: graphs.
 */
#include "app/graph.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- which words are filters ---------------------------------------------------------------
 */

static bool class_is_filter(const struct rg_class_info *info)
{
    return strcmp(info->kind, "object") != 0;
}

static bool vocabulary_is_filter(void *context, const char *name)
{
    struct rg_class_info info;

    (void)context;
    if (!strcmp(name, "file"))
        return true;
    return rg_class_by_name(name, &info) == S_OK && class_is_filter(&info);
}

static void vocabulary_suggest(void *context, struct app_nearest *nearest)
{
    struct rg_class_info info;

    (void)context;
    app_nearest_try(nearest, "file");
    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++)
        if (class_is_filter(&info))
            app_nearest_try(nearest, info.name);
}

const struct app_vocabulary *app_graph_vocabulary(void)
{
    static const struct app_vocabulary vocabulary = {
        .is_filter = vocabulary_is_filter,
        .suggest = vocabulary_suggest,
    };

    return &vocabulary;
}

/* ---- options -------------------------------------------------------------------------------
 */

/* What the option takes.  A text that is short enough was refused for what it says: the option's
 * own help knows the words. */
static void range_text(struct app_text *text, const RG_OPTION_INFO *info, const char *value)
{
    switch (info->type) {
    case RG_OPTION_BOOL:
        app_text_add(text, "it takes true or false");
        break;
    case RG_OPTION_INT:
        app_text_add(text, "it takes a whole number from %.0f to %.0f", info->minimum,
                     info->maximum);
        break;
    case RG_OPTION_DOUBLE:
        app_text_add(text, "it takes a number from %g to %g", info->minimum, info->maximum);
        break;
    case RG_OPTION_TEXT:
        if (info->help && *info->help && (double)strlen(value) < info->maximum)
            app_text_add(text, "it takes: %s", info->help);
        else
            app_text_add(text, "it takes text shorter than %.0f bytes", info->maximum);
        break;
    case RG_OPTION_CHOICE:
        app_text_add(text, "it takes one of %s", info->choices ? info->choices : "?");
        break;
    }
    if (info->initial && *info->initial)
        app_text_add(text, "; the default is %s", info->initial);
}

static void unknown_option(struct app_text *text, IRgOptions *options, const char *name)
{
    struct app_nearest nearest = { .wanted = name };
    RG_OPTION_INFO info;
    ULONG count = 0;

    app_text_add(text, "this filter has no option \"%s\"", name);
    for (; IRgOptions_Describe(options, count, &info) == S_OK; count++)
        app_nearest_try(&nearest, info.name);
    if (app_nearest_get(&nearest)) {
        app_text_add(text, "; did you mean \"%s\"?", app_nearest_get(&nearest));
        return;
    }
    app_text_add(text, count ? "; it has" : "; it has none");
    for (ULONG i = 0; i < count; i++)
        if (IRgOptions_Describe(options, i, &info) == S_OK)
            app_text_add(text, "%s %s", i ? "," : "", info.name);
}

static void bad_value(struct app_text *text, IRgOptions *options, const char *name,
                      const char *value, HRESULT hr)
{
    RG_OPTION_INFO info;

    for (ULONG i = 0; IRgOptions_Describe(options, i, &info) == S_OK; i++) {
        if (strcmp(info.name, name))
            continue;
        if (hr == VFW_E_ALREADY_CONNECTED || hr == VFW_E_NOT_STOPPED) {
            app_text_add(text,
                         "%s can't change while the filter is connected; swap the filter "
                         "for one that has %s=%s",
                         name, name, value);
            return;
        }
        app_text_add(text, "%s can't be \"%s\": ", name, value);
        if (hr == E_INVALIDARG)
            range_text(text, &info, value);
        else
            app_text_hresult(text, hr);
        return;
    }
    app_text_add(text, "%s=%s: ", name, value);
    app_text_hresult(text, hr);
}

static void failure_place(struct app_failure *failure, const char *source, struct app_span span)
{
    if (source)
        app_text_caret(&failure->text, source, span);
}

HRESULT app_filter_set(IBaseFilter *filter, const struct app_setting *settings, size_t count,
                       const char *source, struct app_failure *failure)
{
    APP_AUTO(IRgOptions) options = app_query(filter, &IID_IRgOptions);

    for (size_t i = 0; i < count; i++) {
        HRESULT hr = E_NOINTERFACE;

        if (options)
            hr = IRgOptions_Set(options, settings[i].name, settings[i].value);
        if (SUCCEEDED(hr))
            continue;
        failure->code = APP_EXIT_USAGE;
        if (!options)
            app_text_add(&failure->text, "this filter takes no options by name");
        else if (hr == VFW_E_NOT_FOUND)
            unknown_option(&failure->text, options, settings[i].name);
        else
            bad_value(&failure->text, options, settings[i].name, settings[i].value, hr);
        failure_place(failure, source, settings[i].span);
        return hr;
    }
    return S_OK;
}

void app_filter_options(IBaseFilter *filter, struct app_text *text)
{
    APP_AUTO(IRgOptions) options = app_query(filter, &IID_IRgOptions);
    RG_OPTION_INFO info;
    char value[256];
    bool any = false;

    for (ULONG i = 0; options && IRgOptions_Describe(options, i, &info) == S_OK; i++) {
        if (FAILED(IRgOptions_Get(options, info.name, value, sizeof(value))) ||
            !strcmp(value, info.initial ? info.initial : ""))
            continue;
        app_text_add(text, "%s%s=", any ? " " : "", info.name);
        app_text_quote(text, value);
        any = true;
    }
}

/* ---- the free word -------------------------------------------------------------------------
 */

static bool is_local_path(const char *path)
{
    return !strstr(path, "://") && strcmp(path, "-") != 0 && strncmp(path, "pipe:", 5) != 0;
}

static void file_failure(struct app_failure *failure, const char *what, const char *path,
                         int error, HRESULT hr)
{
    bool is_url = !is_local_path(path);

    failure->code = APP_EXIT_FAILED;
    app_text_add(&failure->text, "can't %s %s: ", what, path);
    if (error)
        app_text_add(&failure->text, "%s", strerrordesc_np(error));
    else if (hr == VFW_E_CANNOT_LOAD_SOURCE_FILTER && is_url)
        app_text_add(&failure->text, "nothing here knows addresses of this kind");
    else if (hr == E_FAIL && is_url)
        app_text_add(&failure->text, "no answer; check the address, and that its server runs");
    else if (hr == VFW_E_UNKNOWN_FILE_TYPE && !strcmp(what, "read"))
        app_text_add(&failure->text, "this is no media file, or of a kind that is not known");
    else
        app_text_hresult(&failure->text, hr);
}

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int app_read_error(const char *path)
{
    if (!is_local_path(path))
        return 0;
    if (access(path, R_OK))
        return errno;
    return is_folder(path) ? EISDIR : 0;
}

static HRESULT source_load(IFileSourceFilter *file, const char *path,
                           struct app_failure *failure)
{
    wchar_t *wide = app_wide_dup(strcmp(path, "-") ? path : "pipe:0");
    int error = app_read_error(path);
    HRESULT hr = error ? VFW_E_NOT_FOUND : IFileSourceFilter_Load(file, wide, NULL);

    free(wide);
    if (FAILED(hr))
        file_failure(failure, "read", path, error, hr);
    return hr;
}

int app_write_error(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int error = 0;

    if (!is_local_path(path))
        return 0;
    if (is_folder(path))
        return EISDIR;
    if (access(path, F_OK) == 0)
        return access(path, W_OK) ? errno : 0;
    folder = slash ? app_dup_part(path, (size_t)(slash - path) + 1) : app_dup(".");
    if (access(folder, W_OK))
        error = errno;
    free(folder);
    return error;
}

/* The file's name or the option "format" says the container, and it is none. */
static void unknown_container(struct app_failure *failure, IFileSinkFilter *file,
                              const char *path)
{
    APP_AUTO(IRgOptions) options = app_query(file, &IID_IRgOptions);
    char format[64] = "";

    if (options && FAILED(IRgOptions_Get(options, "format", format, sizeof(format))))
        format[0] = '\0';
    failure->code = APP_EXIT_FAILED;
    app_text_add(&failure->text, "can't write %s: ", path);
    if (format[0])
        app_text_add(&failure->text, "there is no container \"%s\"", format);
    else
        app_text_add(&failure->text, "%s",
                     strcmp(path, "-") ? "its ending is no container's"
                                       : "it has no ending that says the container");
    app_text_add(&failure->text, "; mp4, mkv, webm, ts, mov, avi, wav, mp3 and others are");
    if (!format[0])
        app_text_add(&failure->text, ", and format=NAME says it whatever the file is called");
}

static HRESULT sink_set(IFileSinkFilter *file, const char *path, struct app_failure *failure)
{
    wchar_t *wide = app_wide_dup(strcmp(path, "-") ? path : "pipe:1");
    int error = app_write_error(path);
    HRESULT hr = error ? HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)
                       : IFileSinkFilter_SetFileName(file, wide, NULL);

    free(wide);
    if (FAILED(hr) && hr != VFW_E_UNKNOWN_FILE_TYPE)
        file_failure(failure, "write", path, error, hr);
    if (hr == VFW_E_UNKNOWN_FILE_TYPE)
        unknown_container(failure, file, path);
    return hr;
}

/* A file's path; else the option "location"; else the first option. */
static HRESULT argument_set(IBaseFilter *filter, const struct app_element *element,
                            const char *source, struct app_failure *failure)
{
    APP_AUTO(IFileSourceFilter) from = app_query(filter, &IID_IFileSourceFilter);
    APP_AUTO(IFileSinkFilter) to = app_query(filter, &IID_IFileSinkFilter);
    APP_AUTO(IRgOptions) options = NULL;
    RG_OPTION_INFO info;
    const char *name = NULL;
    HRESULT hr;

    if (from || to) {
        hr = from ? source_load(from, element->argument, failure)
                  : sink_set(to, element->argument, failure);
        if (FAILED(hr))
            failure_place(failure, source, element->argument_span);
        return hr;
    }
    options = app_query(filter, &IID_IRgOptions);
    for (ULONG i = 0; options && IRgOptions_Describe(options, i, &info) == S_OK; i++)
        if (!name || !strcmp(info.name, "location"))
            name = info.name;
    if (!name) {
        failure->code = APP_EXIT_USAGE;
        app_text_add(&failure->text, "%s takes no argument", element->class_name);
        failure_place(failure, source, element->argument_span);
        return E_INVALIDARG;
    }
    struct app_setting setting = {
        .name = (char *)name,
        .value = element->argument,
        .span = element->argument_span,
    };

    return app_filter_set(filter, &setting, 1, source, failure);
}

/* ---- one filter ----------------------------------------------------------------------------
 */

/* "file" is what reads or writes files: a demux or a mux where there is one. */
static HRESULT class_find(const char *name, bool is_sink, struct rg_class_info *ret_info)
{
    if (!strcmp(name, "file") && rg_class_by_name(is_sink ? "mux" : "demux", ret_info) == S_OK)
        return S_OK;
    return rg_class_by_name(name, ret_info);
}

HRESULT app_filter_create(const struct app_element *element, bool is_sink, const char *source,
                          IBaseFilter **ret_filter, struct app_failure *failure)
{
    APP_AUTO(IBaseFilter) filter = NULL;
    struct rg_class_info info;
    HRESULT hr = class_find(element->class_name, is_sink, &info);

    *ret_filter = NULL;
    if (hr == S_OK)
        hr = CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                              (void **)&filter);
    if (FAILED(hr)) {
        const char *file;
        const char *why;

        failure->code = APP_EXIT_FAILED;
        if (!strcmp(element->class_name, "file") && hr == VFW_E_NOT_FOUND) {
            app_text_add(&failure->text,
                         "no filter that %s files is there: the ffmpeg module is missing",
                         is_sink ? "writes" : "reads");
        } else {
            app_text_add(&failure->text, "can't make a \"%s\" filter: ", element->class_name);
            app_text_hresult(&failure->text, hr);
        }
        for (unsigned i = 0; rg_module_error_at(i, &file, &why) == S_OK; i++)
            app_text_add(&failure->text, "\n  module %s did not load: %s", file, why);
        failure_place(failure, source, element->span);
        return hr;
    }
    hr = app_filter_set(filter, element->settings, element->n_settings, source, failure);
    if (SUCCEEDED(hr) && element->argument)
        hr = argument_set(filter, element, source, failure);
    if (FAILED(hr))
        return hr;
    *ret_filter = filter;
    filter = NULL;
    return S_OK;
}
