/* SPDX-License-Identifier: MIT */
/* store_read.c - the text of the registrations' file to registrations.
 *
 * One thread for each store.  A line is read whole or not at all: one that is no good is named,
 * kept as a comment, and skipped together with the lines that belong to it.
 * Knows: the form of the lines.  Must not know: where the text comes from.
 */
#include "mapper/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/memory.h"

/* The part of a line that is still to be read. */
struct scan {
    const char *at;
};

struct reading {
    struct reg_store *store;
    struct reg_filter *filter; /* pins belong to it; NULL: it was no good */
    bool has_pin;              /* types belong to its last pin */
};

/* ---- words of a line --------------------------------------------------------------------- */

static void scan_blanks(struct scan *s)
{
    s->at += strspn(s->at, " \t");
}

static bool scan_end(struct scan *s)
{
    scan_blanks(s);
    return *s->at == '\0';
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t length = strlen(word);

    scan_blanks(s);
    if (strncmp(s->at, word, length) != 0 || strchr(" \t", s->at[length]) == NULL)
        return false;
    s->at += length;
    return true;
}

static bool scan_guid(struct scan *s, GUID *ret_guid)
{
    char text[REG_GUID_SIZE];

    scan_blanks(s);
    if (strlen(s->at) < REG_GUID_SIZE - 1)
        return false;
    memcpy(text, s->at, REG_GUID_SIZE - 1);
    text[REG_GUID_SIZE - 1] = '\0';
    s->at += REG_GUID_SIZE - 1;
    return reg_guid_read(text, ret_guid);
}

static bool scan_number(struct scan *s, DWORD *ret_number)
{
    unsigned long long number;
    char *end;

    scan_blanks(s);
    if (*s->at < '0' || *s->at > '9')
        return false;
    number = strtoull(s->at, &end, 0);
    s->at = end;
    *ret_number = (DWORD)number;
    return number <= UINT32_MAX;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* One character of a quoted text, which a backslash may begin; 0: no good. */
static char scan_character(struct scan *s)
{
    int high, low;

    if (*s->at != '\\')
        return *s->at++;
    s->at++;
    if (*s->at == '"' || *s->at == '\\')
        return *s->at++;
    if (*s->at != 'x')
        return '\0';
    high = hex_value(s->at[1]);
    low = high >= 0 ? hex_value(s->at[2]) : -1;
    if (low < 0)
        return '\0';
    s->at += 3;
    return (char)(high << 4 | low);
}

/* A quoted text.  S_OK: the caller frees it; S_FALSE: there is none; E_OUTOFMEMORY. */
static HRESULT scan_text(struct scan *s, char **ret_text)
{
    char *text, *end;

    scan_blanks(s);
    if (*s->at != '"')
        return S_FALSE;
    s->at++;
    text = rg_alloc(strlen(s->at) + 1);
    if (text == NULL)
        return E_OUTOFMEMORY;
    for (end = text; *s->at != '"'; end++) {
        *end = *s->at != '\0' ? scan_character(s) : '\0';
        if (*end == '\0') {
            rg_free(text);
            return S_FALSE;
        }
    }
    *end = '\0';
    s->at++;
    *ret_text = text;
    return S_OK;
}

/* ---- lines: S_OK; S_FALSE: no good; E_OUTOFMEMORY ---------------------------------------- */

/* filter {CLSID} category {GUID} instance "…" merit 0x… name "…" */
static HRESULT read_filter(struct reading *r, struct scan *s)
{
    char *instance RG_AUTO_FREE = NULL, *name RG_AUTO_FREE = NULL;
    struct reg_filter *filter;
    GUID clsid, category;
    DWORD merit;
    HRESULT hr;

    if (!scan_guid(s, &clsid) || !scan_word(s, "category") || !scan_guid(s, &category) ||
        !scan_word(s, "instance"))
        return S_FALSE;
    hr = scan_text(s, &instance);
    if (hr == S_OK &&
        (!scan_word(s, "merit") || !scan_number(s, &merit) || !scan_word(s, "name")))
        hr = S_FALSE;
    if (hr == S_OK)
        hr = scan_text(s, &name);
    if (hr == S_OK && (!scan_end(s) || *instance == '\0'))
        hr = S_FALSE;
    if (hr != S_OK)
        return hr;
    filter = reg_filter_new(&category, instance, &clsid, name, merit);
    hr = reg_store_put(r->store, filter);
    r->filter = SUCCEEDED(hr) ? filter : NULL;
    return hr;
}

/* removed {CLSID} category {GUID} */
static HRESULT read_removed(struct reading *r, struct scan *s)
{
    struct reg_filter *filter;
    GUID clsid, category;

    if (!scan_guid(s, &clsid) || !scan_word(s, "category") || !scan_guid(s, &category) ||
        !scan_end(s))
        return S_FALSE;
    filter = reg_filter_new(&category, NULL, &clsid, "", 0);
    if (filter != NULL)
        filter->is_removed = true;
    return reg_store_put(r->store, filter);
}

/* pin flags 0x… instances N category {GUID} [name "…"] */
static HRESULT read_pin(struct reading *r, struct scan *s)
{
    char *name RG_AUTO_FREE = NULL;
    DWORD flags, instances;
    struct reg_pin *pin;
    GUID category;
    HRESULT hr = S_OK;

    if (r->filter == NULL || !scan_word(s, "flags") || !scan_number(s, &flags) ||
        !scan_word(s, "instances") || !scan_number(s, &instances) ||
        !scan_word(s, "category") || !scan_guid(s, &category))
        return S_FALSE;
    if (scan_word(s, "name"))
        hr = scan_text(s, &name);
    if (hr == S_OK && !scan_end(s))
        hr = S_FALSE;
    if (hr != S_OK)
        return hr;
    pin = reg_filter_add_pin(r->filter, flags, name);
    if (pin == NULL)
        return E_OUTOFMEMORY;
    pin->instances = instances;
    pin->category = category;
    r->has_pin = true;
    return S_OK;
}

static struct reg_pin *last_pin(struct reading *r)
{
    return r->filter != NULL && r->has_pin ? &r->filter->pins[r->filter->pin_count - 1] : NULL;
}

/* type {MAJOR} {SUBTYPE} */
static HRESULT read_type(struct reading *r, struct scan *s)
{
    struct reg_type type;

    if (last_pin(r) == NULL || !scan_guid(s, &type.major) || !scan_guid(s, &type.subtype) ||
        !scan_end(s))
        return S_FALSE;
    return reg_pin_add_type(last_pin(r), &type.major, &type.subtype);
}

/* medium {GUID} N N */
static HRESULT read_medium(struct reading *r, struct scan *s)
{
    REGPINMEDIUM medium;

    if (last_pin(r) == NULL || !scan_guid(s, &medium.clsMedium) ||
        !scan_number(s, &medium.dw1) || !scan_number(s, &medium.dw2) || !scan_end(s))
        return S_FALSE;
    return reg_pin_add_medium(last_pin(r), &medium);
}

static HRESULT read_line(struct reading *r, const char *line)
{
    struct scan s = { line };
    bool is_filter = scan_word(&s, "filter");

    if (is_filter || scan_word(&s, "removed")) {
        r->filter = NULL; /* what follows belongs to this line, or to nobody */
        r->has_pin = false;
        return is_filter ? read_filter(r, &s) : read_removed(r, &s);
    }
    if (scan_word(&s, "pin")) {
        r->has_pin = false;
        return read_pin(r, &s);
    }
    if (scan_word(&s, "type"))
        return read_type(r, &s);
    return scan_word(&s, "medium") ? read_medium(r, &s) : S_FALSE;
}

/* ---- the text ---------------------------------------------------------------------------- */

static char *text_make(const char *format, unsigned number, const char *words)
{
    int size = snprintf(NULL, 0, format, number, words) + 1;
    char *text = rg_alloc((size_t)size);

    if (text != NULL)
        snprintf(text, (size_t)size, format, number, words);
    return text;
}

static HRESULT line_complain(struct reg_store *store, unsigned number, const char *line)
{
    HRESULT hr = reg_lines_add(&store->complaints,
                               text_make("line %u is no registration: %.200s", number, line));

    return SUCCEEDED(hr)
               ? reg_lines_add(&store->comments, text_make("# line %u was: %s", number, line))
               : hr;
}

static HRESULT text_line(struct reading *r, unsigned number, const char *line)
{
    HRESULT hr;

    if (strncmp(line, REG_HEADING, strlen(REG_HEADING)) == 0 ||
        line[strspn(line, " \t")] == '\0')
        return S_OK;
    if (*line == '#')
        return reg_lines_add(&r->store->comments, rg_text_dup(line));
    hr = read_line(r, line);
    return hr == S_FALSE ? line_complain(r->store, number, line) : hr;
}

HRESULT reg_store_read(struct reg_store *store, char *text, size_t size)
{
    struct reading r = { .store = store };
    char *end = text + size;
    unsigned number = 1;
    HRESULT hr = S_OK;

    for (char *line = text, *next; line < end && SUCCEEDED(hr); line = next, number++) {
        char *stop = memchr(line, '\n', (size_t)(end - line));

        stop = stop != NULL ? stop : end;
        *stop = '\0';
        next = stop + 1;
        hr = strlen(line) == (size_t)(stop - line)
                 ? text_line(&r, number, line)
                 : line_complain(store, number, line); /* there is a zero in it */
    }
    if (FAILED(hr))
        reg_store_clear(store);
    return hr;
}
