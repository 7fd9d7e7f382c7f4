/* SPDX-License-Identifier: MIT */
/* persist.c - IPersistStream of every filter: what is not at its default of the options, and of what
 * else the filter keeps, as text.
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

static HRESULT fields_tell(const struct rg_class *cls, const void *fields, struct text *text)
{
    void *defaults RG_AUTO_FREE = rg_calloc(1, cls->settings_size);
    HRESULT hr = S_OK;

    if (defaults == NULL)
        return E_OUTOFMEMORY;
    rg_options_defaults(cls, defaults);
    for (const struct rg_option *o = cls->options;
         o != NULL && o->info.name != NULL && SUCCEEDED(hr); o++)
        hr = option_tell(o, fields, defaults, text);
    return hr;
}

static HRESULT kept_tell(struct rg_filter *filter, struct text *text)
{
    const struct rg_kept *kept = filter->ops->kept;
    void *fields RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (kept == NULL)
        return S_OK;
    fields = rg_calloc(1, kept->fields.settings_size);
    if (fields == NULL)
        return E_OUTOFMEMORY;
    hr = kept->get(filter, fields);
    return SUCCEEDED(hr) ? fields_tell(&kept->fields, fields, text) : hr;
}

/* *ret_version is older than anything in the text: what changes meanwhile is dirty. */
static HRESULT filter_tell(struct rg_filter *filter, struct text *text, unsigned *ret_version)
{
    void *settings RG_AUTO_FREE = settings_copy(filter, ret_version);
    HRESULT hr;

    if (settings == NULL)
        return E_OUTOFMEMORY;
    hr = fields_tell(filter->cls, settings, text);
    return SUCCEEDED(hr) ? kept_tell(filter, text) : hr;
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

/* What a text says, before it becomes true. */
struct draft {
    void *settings;
    void *kept; /* NULL: the filter keeps nothing else */
};

static void draft_free(struct draft *draft)
{
    rg_free(draft->settings);
    rg_free(draft->kept);
}

static HRESULT draft_make(struct rg_filter *filter, struct draft *ret)
{
    const struct rg_kept *kept = filter->ops->kept;

    ret->settings = rg_calloc(1, filter->cls->settings_size);
    ret->kept = kept != NULL ? rg_calloc(1, kept->fields.settings_size) : NULL;
    if (ret->settings == NULL || (kept != NULL && ret->kept == NULL))
        return E_OUTOFMEMORY;
    rg_options_defaults(filter->cls, ret->settings);
    if (kept != NULL)
        rg_options_defaults(&kept->fields, ret->kept);
    return S_OK;
}

static HRESULT line_apply(struct rg_filter *filter, char *line, struct draft *draft)
{
    const struct rg_kept *kept = filter->ops->kept;
    char *value = strchr(line, '=');
    const struct rg_option *o;

    if (value == NULL)
        return VFW_E_INVALID_FILE_FORMAT;
    *value++ = '\0';
    o = rg_option_named(filter->cls, line);
    if (o != NULL)
        return rg_option_parse(o, value, draft->settings);
    o = kept != NULL ? rg_option_named(&kept->fields, line) : NULL;
    return o != NULL ? rg_option_parse(o, value, draft->kept) : VFW_E_NOT_FOUND;
}

static HRESULT text_read(struct rg_filter *filter, char *text, struct draft *draft)
{
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && *text != '\0') {
        char *next = line_take(text);

        hr = next != NULL ? line_apply(filter, text, draft) : VFW_E_INVALID_FILE_FORMAT;
        text = next;
    }
    if (SUCCEEDED(hr) && filter->cls->check != NULL)
        hr = filter->cls->check(draft->settings);
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
        atomic_fetch_add_explicit(&filter->settings_version, 1, memory_order_release);
    }
    pthread_mutex_unlock(&filter->settings_lock);
    if (SUCCEEDED(hr) && filter->ops->settings_changed != NULL)
        filter->ops->settings_changed(filter);
    return hr;
}

static bool is_saved(struct rg_filter *filter)
{
    bool is;

    pthread_mutex_lock(&filter->settings_lock);
    is = atomic_load(&filter->settings_version) == filter->saved_version;
    pthread_mutex_unlock(&filter->settings_lock);
    return is;
}

static void mark_saved(struct rg_filter *filter)
{
    pthread_mutex_lock(&filter->settings_lock);
    filter->saved_version = atomic_load(&filter->settings_version);
    pthread_mutex_unlock(&filter->settings_lock);
}

/* All of it or nothing: what is kept may depend on the settings. */
static HRESULT draft_apply(struct rg_filter *filter, const struct draft *draft)
{
    bool was_saved = is_saved(filter);
    unsigned version;
    void *before RG_AUTO_FREE = settings_copy(filter, &version);
    HRESULT hr = before != NULL ? settings_replace(filter, draft->settings) : E_OUTOFMEMORY;

    if (FAILED(hr))
        return hr;
    if (draft->kept != NULL)
        hr = filter->ops->kept->set(filter, draft->kept);
    if (FAILED(hr))
        (void)settings_replace(filter, before);
    if (SUCCEEDED(hr) || was_saved)
        mark_saved(filter);
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

void rg_filter_changed(struct rg_filter *filter)
{
    pthread_mutex_lock(&filter->settings_lock);
    atomic_fetch_add_explicit(&filter->settings_version, 1, memory_order_release);
    pthread_mutex_unlock(&filter->settings_lock);
}

static HRESULT STDMETHODCALLTYPE persist_is_dirty(IPersistStream *face)
{
    return is_saved(filter_of(face)) ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE persist_load(IPersistStream *face, IStream *stream)
{
    struct rg_filter *filter = filter_of(face);
    struct draft draft = { NULL, NULL };
    char *text RG_AUTO_FREE = NULL;
    unsigned size = 0;
    HRESULT hr;

    if (stream == NULL)
        return E_POINTER;
    hr = header_get(stream, &size);
    if (FAILED(hr))
        return hr;
    text = rg_calloc((size_t)size + 1, 1);
    if (text == NULL)
        return E_OUTOFMEMORY;
    hr = stream_get(stream, text, size);
    if (SUCCEEDED(hr))
        hr = draft_make(filter, &draft);
    if (SUCCEEDED(hr))
        hr = text_read(filter, text, &draft);
    if (SUCCEEDED(hr))
        hr = draft_apply(filter, &draft);
    draft_free(&draft);
    return hr;
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
    hr = filter_tell(filter, &text, &version);
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
    hr = filter_tell(filter_of(face), &text, &version);
    if (SUCCEEDED(hr))
        ret->QuadPart = text.size + HEADER_ROOM;
    rg_free(text.data);
    return hr;
}

const IPersistStreamVtbl rg_persist_vtbl = {
    COM_UNKNOWN(IPersistStream), .GetClassID = persist_class_id, .IsDirty = persist_is_dirty,
    .Load = persist_load,        .Save = persist_save,           .GetSizeMax = persist_size,
};
