/* SPDX-License-Identifier: MIT */
/* persist.c - IPersistStream of every filter: the options that are not at their defaults, as text.
 *
 * Control threads.  "regraft options 23", a line end, and so many bytes of lines name=value, in which a
 * backslash is \\ and a line end \n.  A blank in front of the first line end makes all of it even, so that
 * UTF-16 around it stays in step.  Loading replaces the settings whole, or not at all.
 * Knows: the option table.  Must not know: what the settings mean.
 */
#include <stdio.h>
#include <string.h>

#include "base/filter.h"
#include "platform/memory.h"

#define TITLE       "regraft options "
#define HEADER_ROOM 64
#define TEXT_MAX    0x100000u /* no filter has so many options */

static struct rg_filter *filter_of(IPersistStream *face)
{
    return COM_HOME(face, struct rg_filter);
}

/* ---- text that grows --------------------------------------------------------------------- */

struct text {
    char *data;
    size_t size, room;
};

static HRESULT text_add(struct text *text, const char *from, size_t size)
{
    if (size == 0)
        return S_OK;
    if (size > text->room - text->size) {
        size_t room = (text->size + size) * 2;
        char *bigger = rg_realloc(text->data, room);

        if (bigger == NULL)
            return E_OUTOFMEMORY;
        text->data = bigger;
        text->room = room;
    }
    memcpy(text->data + text->size, from, size);
    text->size += size;
    return S_OK;
}

static HRESULT text_add_escaped(struct text *text, const char *value)
{
    HRESULT hr = S_OK;

    for (; *value != '\0' && SUCCEEDED(hr); value++) {
        if (*value == '\n')
            hr = text_add(text, "\\n", 2);
        else if (*value == '\\')
            hr = text_add(text, "\\\\", 2);
        else
            hr = text_add(text, value, 1);
    }
    return hr;
}

/* ---- settings to text -------------------------------------------------------------------- */

static char *value_print(const struct rg_option *o, const void *settings)
{
    int length = rg_option_print(o, settings, NULL, 0);
    char *value = length >= 0 ? rg_alloc((size_t)length + 1) : NULL;

    if (value != NULL)
        (void)rg_option_print(o, settings, value, (size_t)length + 1);
    return value;
}

static HRESULT option_tell(const struct rg_option *o, const void *settings,
                           const void *defaults, struct text *text)
{
    char *value RG_AUTO_FREE = value_print(o, settings);
    char *usual RG_AUTO_FREE = value_print(o, defaults);
    HRESULT hr;

    if (value == NULL || usual == NULL)
        return E_OUTOFMEMORY;
    if (strcmp(value, usual) == 0)
        return S_OK;
    hr = text_add(text, o->info.name, strlen(o->info.name));
    if (SUCCEEDED(hr))
        hr = text_add(text, "=", 1);
    if (SUCCEEDED(hr))
        hr = text_add_escaped(text, value);
    return SUCCEEDED(hr) ? text_add(text, "\n", 1) : hr;
}

/* A copy of the settings as they are now; NULL: no memory. */
static void *settings_copy(struct rg_filter *filter, unsigned *ret_version)
{
    void *copy;

    pthread_mutex_lock(&filter->settings_lock);
    copy = rg_memory_dup(filter->settings, filter->cls->settings_size);
    *ret_version = atomic_load(&filter->settings_version);
    pthread_mutex_unlock(&filter->settings_lock);
    return copy;
}

static HRESULT options_tell(struct rg_filter *filter, struct text *text, unsigned *ret_version)
{
    const struct rg_class *cls = filter->cls;
    void *settings RG_AUTO_FREE = settings_copy(filter, ret_version);
    void *defaults RG_AUTO_FREE = rg_calloc(1, cls->settings_size);
    HRESULT hr = S_OK;

    if (settings == NULL || defaults == NULL)
        return E_OUTOFMEMORY;
    rg_options_defaults(cls, defaults);
    for (const struct rg_option *o = cls->options;
         o != NULL && o->info.name != NULL && SUCCEEDED(hr); o++)
        hr = option_tell(o, settings, defaults, text);
    return hr;
}

/* ---- text to settings -------------------------------------------------------------------- */

/* In place, up to the line end, which becomes a zero; the next line, or NULL: there is no line end. */
static char *line_take(char *line)
{
    char *to = line;

    for (; *line != '\0' && *line != '\n'; line++) {
        if (line[0] == '\\' && line[1] == 'n') {
            *to++ = '\n';
            line++;
        } else if (line[0] == '\\' && line[1] == '\\') {
            *to++ = '\\';
            line++;
        } else {
            *to++ = *line;
        }
    }
    if (*line == '\0')
        return NULL;
    *to = '\0';
    return line + 1;
}

static HRESULT line_apply(const struct rg_class *cls, char *line, void *settings)
{
    char *value = strchr(line, '=');
    const struct rg_option *o;

    if (value == NULL)
        return VFW_E_INVALID_FILE_FORMAT;
    *value++ = '\0';
    o = rg_option_named(cls, line);
    return o != NULL ? rg_option_parse(o, value, settings) : VFW_E_NOT_FOUND;
}

static HRESULT options_read(const struct rg_class *cls, char *text, void *settings)
{
    HRESULT hr = S_OK;

    rg_options_defaults(cls, settings);
    while (SUCCEEDED(hr) && *text != '\0') {
        char *next = line_take(text);

        hr = next != NULL ? line_apply(cls, text, settings) : VFW_E_INVALID_FILE_FORMAT;
        text = next;
    }
    if (SUCCEEDED(hr) && cls->check != NULL)
        hr = cls->check(settings);
    return hr;
}

static bool fixed_changes(const struct rg_class *cls, const void *before, const void *after)
{
    for (const struct rg_option *o = cls->options; o != NULL && o->info.name != NULL; o++) {
        size_t size = o->info.type == RG_OPTION_TEXT     ? o->size
                      : o->info.type == RG_OPTION_BOOL   ? sizeof(bool)
                      : o->info.type == RG_OPTION_DOUBLE ? sizeof(double)
                                                         : sizeof(int);

        if ((o->info.flags & RG_OPTION_FIXED) != 0 &&
            memcmp((const char *)before + o->offset, (const char *)after + o->offset, size) !=
                0)
            return true;
    }
    return false;
}

static HRESULT settings_replace(struct rg_filter *filter, const void *settings)
{
    const struct rg_class *cls = filter->cls;
    HRESULT fixed = rg_option_fixed_now(filter);
    HRESULT hr = S_OK;

    pthread_mutex_lock(&filter->settings_lock);
    if (FAILED(fixed) && fixed_changes(cls, filter->settings, settings)) {
        hr = fixed;
    } else {
        memcpy(filter->settings, settings, cls->settings_size);
        filter->saved_version =
            atomic_fetch_add_explicit(&filter->settings_version, 1, memory_order_release) + 1;
    }
    pthread_mutex_unlock(&filter->settings_lock);
    if (SUCCEEDED(hr) && filter->ops->settings_changed != NULL)
        filter->ops->settings_changed(filter);
    return hr;
}

/* ---- streams ----------------------------------------------------------------------------- */

static HRESULT stream_get(IStream *stream, char *to, size_t size)
{
    ULONG got = 0;
    HRESULT hr = S_OK;

    if (size != 0)
        hr = IStream_Read(stream, to, (ULONG)size, &got);
    return FAILED(hr) ? hr : got == size ? S_OK : VFW_E_FILE_TOO_SHORT;
}

static HRESULT stream_put(IStream *stream, const char *from, size_t size)
{
    ULONG put = 0;
    HRESULT hr = S_OK;

    if (size != 0)
        hr = IStream_Write(stream, from, (ULONG)size, &put);
    return FAILED(hr) ? hr : put == size ? S_OK : STG_E_MEDIUMFULL;
}

/* One byte at a time: what is behind the text is not ours. */
static HRESULT header_get(IStream *stream, unsigned *ret_size)
{
    char line[HEADER_ROOM] = "";
    unsigned size = 0;
    HRESULT hr = S_OK;
    int end = 0;

    for (size_t at = 0; SUCCEEDED(hr); at++) {
        if (at == sizeof(line) - 1)
            return VFW_E_INVALID_FILE_FORMAT;
        hr = stream_get(stream, line + at, 1);
        if (line[at] == '\n')
            break;
    }
    if (FAILED(hr))
        return hr;
    if (sscanf(line, TITLE "%8u%n", &size, &end) != 1 || size > TEXT_MAX)
        return VFW_E_INVALID_FILE_FORMAT;
    end += line[end] == ' ';
    if (line[end] != '\n')
        return VFW_E_INVALID_FILE_FORMAT;
    *ret_size = size;
    return S_OK;
}

/* ---- slots ------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE persist_class_id(IPersistStream *face, CLSID *ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = filter_of(face)->cls->clsid;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE persist_is_dirty(IPersistStream *face)
{
    struct rg_filter *filter = filter_of(face);
    bool is_dirty;

    pthread_mutex_lock(&filter->settings_lock);
    is_dirty = atomic_load(&filter->settings_version) != filter->saved_version;
    pthread_mutex_unlock(&filter->settings_lock);
    return is_dirty ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE persist_load(IPersistStream *face, IStream *stream)
{
    struct rg_filter *filter = filter_of(face);
    void *settings RG_AUTO_FREE = NULL;
    char *text RG_AUTO_FREE = NULL;
    unsigned size = 0;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    hr = header_get(stream, &size);
    if (FAILED(hr))
        return hr;
    text = rg_calloc((size_t)size + 1, 1);
    settings = rg_calloc(1, filter->cls->settings_size);
    if (text == NULL || settings == NULL)
        return E_OUTOFMEMORY;
    hr = stream_get(stream, text, size);
    if (SUCCEEDED(hr))
        hr = options_read(filter->cls, text, settings);
    return FAILED(hr) ? hr : settings_replace(filter, settings);
}

static HRESULT STDMETHODCALLTYPE persist_save(IPersistStream *face, IStream *stream,
                                              BOOL clear_dirty)
{
    struct rg_filter *filter = filter_of(face);
    struct text text = { 0 };
    char header[HEADER_ROOM];
    unsigned version = 0;
    int length;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    hr = options_tell(filter, &text, &version);
    length = snprintf(header, sizeof(header) - 1, TITLE "%zu\n", text.size);
    if (((size_t)length + text.size) % 2 != 0)
        (void)snprintf(header + length - 1, 3, " \n");
    if (SUCCEEDED(hr))
        hr = stream_put(stream, header, strlen(header));
    if (SUCCEEDED(hr))
        hr = stream_put(stream, text.data, text.size);
    rg_free(text.data);
    if (SUCCEEDED(hr) && clear_dirty) {
        pthread_mutex_lock(&filter->settings_lock);
        filter->saved_version = version;
        pthread_mutex_unlock(&filter->settings_lock);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE persist_size(IPersistStream *face, ULARGE_INTEGER *ret)
{
    struct text text = { 0 };
    unsigned version;
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = options_tell(filter_of(face), &text, &version);
    if (SUCCEEDED(hr))
        ret->QuadPart = text.size + HEADER_ROOM;
    rg_free(text.data);
    return hr;
}

const IPersistStreamVtbl rg_persist_vtbl = {
    COM_UNKNOWN(IPersistStream), .GetClassID = persist_class_id, .IsDirty = persist_is_dirty,
    .Load = persist_load,        .Save = persist_save,           .GetSizeMax = persist_size,
};
