/* SPDX-License-Identifier: MIT */
/* options.c - IRgOptions: a filter's settings by name, as text.
 *
 * Any thread.  A value is parsed into a copy of the whole settings, which then replaces the
 * former set, so the streaming thread never sees half a change.
 * Knows: the option table.  Must not know: what the settings mean.
 */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/filter.h"
#include "platform/memory.h"

static const struct rg_option *option_at(const struct rg_class *cls, ULONG index)
{
    if (cls->options == NULL)
        return NULL;
    for (const struct rg_option *o = cls->options; o->info.name != NULL; o++)
        if (index-- == 0)
            return o;
    return NULL;
}

const struct rg_option *rg_option_named(const struct rg_class *cls, const char *name)
{
    if (cls->options == NULL)
        return NULL;
    for (const struct rg_option *o = cls->options; o->info.name != NULL; o++)
        if (strcmp(o->info.name, name) == 0)
            return o;
    return NULL;
}

/* ---- text to value --------------------------------------------------------------------- */

static HRESULT parse_bool(const char *text, bool *ret)
{
    static const char *const yes[] = { "true", "1", "yes", "on" };
    static const char *const no[] = { "false", "0", "no", "off" };

    for (unsigned i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *ret = strcmp(text, yes[i]) == 0;
            return S_OK;
        }
    }
    return E_INVALIDARG;
}

static bool is_hexadecimal(const char *text)
{
    text += *text == '-' || *text == '+';
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

static HRESULT parse_int(const struct rg_option *o, const char *text, int *ret)
{
    char *end = NULL;
    long long value;

    errno = 0;
    value = strtoll(text, &end, is_hexadecimal(text) ? 16 : 10); /* 010 is ten */
    if (errno != 0 || end == text || *end != '\0')
        return E_INVALIDARG;
    if ((double)value < o->info.minimum || (double)value > o->info.maximum)
        return E_INVALIDARG;
    *ret = (int)value;
    return S_OK;
}

/* The C locale, whatever the process has set; 0 if memory is out. */
static locale_t plain_locale(void)
{
    static locale_t c_locale;
    locale_t known = __atomic_load_n(&c_locale, __ATOMIC_ACQUIRE);

    if (known == (locale_t)0) {
        locale_t fresh = newlocale(LC_ALL_MASK, "C", (locale_t)0);

        if (fresh == (locale_t)0)
            return fresh;
        if (!__atomic_compare_exchange_n(&c_locale, &known, fresh, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE))
            freelocale(fresh);
        else
            known = fresh;
    }
    return known;
}

static double parse_number(const char *text, char **end)
{
    locale_t plain = plain_locale();

    return plain != (locale_t)0 ? strtod_l(text, end, plain) : strtod(text, end);
}

static int print_number(double value, char *text, size_t size)
{
    locale_t plain = plain_locale();
    locale_t before = plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
    int length = snprintf(text, size, "%.15g", value);

    if (before != (locale_t)0)
        (void)uselocale(before);
    return length;
}

static HRESULT parse_double(const struct rg_option *o, const char *text, double *ret)
{
    char *end = NULL;
    double value = parse_number(text, &end);

    if (end == text || *end != '\0' || !isfinite(value))
        return E_INVALIDARG;
    if (value < o->info.minimum || value > o->info.maximum)
        return E_INVALIDARG;
    *ret = value;
    return S_OK;
}

/* The n-th word of "a|b|c"; returns its length, -1 past the end. */
static int choice_word(const char *choices, int n, const char **ret)
{
    while (n-- > 0) {
        choices = strchr(choices, '|');
        if (choices == NULL)
            return -1;
        choices++;
    }
    *ret = choices;
    return (int)strcspn(choices, "|");
}

static HRESULT parse_choice(const struct rg_option *o, const char *text, int *ret)
{
    const char *word = NULL;
    int length;

    for (int i = 0; (length = choice_word(o->info.choices, i, &word)) >= 0; i++) {
        if ((size_t)length == strlen(text) && strncmp(word, text, (size_t)length) == 0) {
            *ret = i;
            return S_OK;
        }
    }
    return E_INVALIDARG;
}

HRESULT rg_option_parse(const struct rg_option *o, const char *text, void *settings)
{
    char *field = (char *)settings + o->offset;

    switch (o->info.type) {
    case RG_OPTION_BOOL:
        return parse_bool(text, (bool *)field);
    case RG_OPTION_INT:
        return parse_int(o, text, (int *)(void *)field);
    case RG_OPTION_DOUBLE:
        return parse_double(o, text, (double *)(void *)field);
    case RG_OPTION_CHOICE:
        return parse_choice(o, text, (int *)(void *)field);
    case RG_OPTION_TEXT:
        if (strlen(text) >= o->size)
            return E_INVALIDARG;
        memset(field, 0, o->size);
        memcpy(field, text, strlen(text));
        return S_OK;
    }
    return E_INVALIDARG;
}

void rg_options_defaults(const struct rg_class *cls, void *settings)
{
    if (cls->options == NULL)
        return;
    for (const struct rg_option *o = cls->options; o->info.name != NULL; o++)
        (void)rg_option_parse(o, o->info.initial,
                              settings); /* held by a test over every class */
}

/* ---- value to text --------------------------------------------------------------------- */

int rg_option_print(const struct rg_option *o, const void *settings, char *text, size_t size)
{
    const char *field = (const char *)settings + o->offset;
    const char *word = "";
    int length;

    switch (o->info.type) {
    case RG_OPTION_BOOL:
        return snprintf(text, size, "%s", *(const bool *)field ? "true" : "false");
    case RG_OPTION_INT:
        return snprintf(text, size, "%d", *(const int *)(const void *)field);
    case RG_OPTION_DOUBLE:
        return print_number(*(const double *)(const void *)field, text, size);
    case RG_OPTION_CHOICE:
        length = choice_word(o->info.choices, *(const int *)(const void *)field, &word);
        return snprintf(text, size, "%.*s", length > 0 ? length : 0, word);
    case RG_OPTION_TEXT:
        return snprintf(text, size, "%s", field);
    }
    return -1;
}

/* ---- the interface --------------------------------------------------------------------- */

static struct rg_filter *filter_of(IRgOptions *face)
{
    return COM_HOME(face, struct rg_filter);
}

static HRESULT STDMETHODCALLTYPE options_describe(IRgOptions *face, ULONG index,
                                                  RG_OPTION_INFO *ret)
{
    const struct rg_option *o = option_at(filter_of(face)->cls, index);

    if (ret == NULL)
        return E_POINTER;
    if (o == NULL)
        return S_FALSE;
    *ret = o->info;
    return S_OK;
}

HRESULT rg_option_fixed_now(struct rg_filter *filter)
{
    if (rg_filter_state(filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    return rg_filter_is_connected(filter) ? VFW_E_ALREADY_CONNECTED : S_OK;
}

/* Under settings_lock.  On failure the settings are as before. */
static HRESULT set_locked(struct rg_filter *filter, const struct rg_option *o,
                          const char *value)
{
    void *before RG_AUTO_FREE = rg_memory_dup(filter->settings, filter->cls->settings_size);
    HRESULT hr;

    if (before == NULL)
        return E_OUTOFMEMORY;
    hr = rg_option_parse(o, value, filter->settings);
    if (SUCCEEDED(hr) && filter->cls->check != NULL)
        hr = filter->cls->check(filter->settings);
    if (SUCCEEDED(hr))
        atomic_fetch_add_explicit(&filter->settings_version, 1, memory_order_release);
    else
        memcpy(filter->settings, before, filter->cls->settings_size);
    return hr;
}

static HRESULT STDMETHODCALLTYPE options_set(IRgOptions *face, const char *name,
                                             const char *value)
{
    struct rg_filter *filter = filter_of(face);
    const struct rg_option *o;
    HRESULT hr;

    if (name == NULL || value == NULL)
        return E_POINTER;
    o = rg_option_named(filter->cls, name);
    if (o == NULL)
        return VFW_E_NOT_FOUND;
    if ((o->info.flags & RG_OPTION_FIXED) != 0) {
        hr = rg_option_fixed_now(filter);
        if (FAILED(hr))
            return hr;
    }
    pthread_mutex_lock(&filter->settings_lock);
    hr = set_locked(filter, o, value);
    pthread_mutex_unlock(&filter->settings_lock);
    if (SUCCEEDED(hr) && filter->ops->settings_changed != NULL)
        filter->ops->settings_changed(filter);
    return hr;
}

static HRESULT STDMETHODCALLTYPE options_get(IRgOptions *face, const char *name, char *value,
                                             ULONG size)
{
    struct rg_filter *filter = filter_of(face);
    const struct rg_option *o;
    int length;

    if (name == NULL || value == NULL)
        return E_POINTER;
    o = rg_option_named(filter->cls, name);
    if (o == NULL)
        return VFW_E_NOT_FOUND;
    pthread_mutex_lock(&filter->settings_lock);
    length = rg_option_print(o, filter->settings, NULL, 0);
    if (length >= 0 && (ULONG)length < size)
        (void)rg_option_print(o, filter->settings, value, size);
    pthread_mutex_unlock(&filter->settings_lock);
    return length >= 0 && (ULONG)length < size ? S_OK : E_INVALIDARG;
}

const IRgOptionsVtbl rg_options_vtbl = {
    COM_UNKNOWN(IRgOptions),
    .Describe = options_describe,
    .Set = options_set,
    .Get = options_get,
};
