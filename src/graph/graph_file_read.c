/* SPDX-License-Identifier: MIT */
/* graph_file_read.c - the text of a graph file to filters, connections and clock.
 *
 * Any thread.  States and formats have any number of bytes, so that words may begin at odd places.
 * Knows: the text.  Must not know: filters, the graph.
 */
#include "graph/graph_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "media/type.h"
#include "platform/memory.h"

#define WORD_ROOM       40 /* a GUID in braces, and the end */
#define GUID_UNITS      38
#define FORMAT_MAX      0x1000000u
#define OUT_OF_TURN_MAX 10000 /* they are looked for one by one */

struct reader {
    const uint8_t *data;
    size_t size, at;     /* bytes */
    bool is_out_of_turn; /* the filters' numbers do not just go up by one from 1 */
    struct graph_file *file;
    char *why;
    size_t why_size;
};

static HRESULT corrupt(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static HRESULT corrupt(struct reader *r, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(r->why, r->why_size, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < r->why_size)
        (void)snprintf(r->why + length, r->why_size - (size_t)length, " (at byte %zu)", r->at);
    return VFW_E_CORRUPT_GRAPH_FILE;
}

/* ---- words ------------------------------------------------------------------------------- */

/* The next UTF-16 unit, 0 at the end. */
static unsigned peek(const struct reader *r)
{
    return r->size - r->at >= 2 ? r->data[r->at] | (unsigned)r->data[r->at + 1] << 8 : 0;
}

static bool is_blank(unsigned unit)
{
    return unit == ' ' || unit == '\t' || unit == '\r' || unit == '\n';
}

static unsigned skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        r->at += 2;
    return peek(r);
}

static bool is_digit(unsigned unit)
{
    return unit >= '0' && unit <= '9';
}

/* Letters and digits up to anything else; what does not fit is no word of ours. */
static void word_read(struct reader *r, char word[WORD_ROOM])
{
    unsigned unit = skip_blanks(r);
    unsigned length = 0;

    while (is_digit(unit) || (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z')) {
        if (length < WORD_ROOM - 1)
            word[length++] = (char)unit;
        r->at += 2;
        unit = peek(r);
    }
    word[length] = 0;
}

static HRESULT number_read(struct reader *r, const char *what, uint32_t *ret)
{
    uint64_t value = 0;
    unsigned unit = skip_blanks(r);

    if (!is_digit(unit))
        return corrupt(r, "%s is missing", what);
    for (; is_digit(unit); r->at += 2, unit = peek(r)) {
        value = value * 10 + (unit - '0');
        if (value > UINT32_MAX)
            return corrupt(r, "%s is too large", what);
    }
    *ret = (uint32_t)value;
    return S_OK;
}

static HRESULT guid_read(struct reader *r, const char *what, GUID *ret)
{
    WCHAR text[WORD_ROOM] = { 0 };

    if (skip_blanks(r) != '{')
        return corrupt(r, "%s is missing", what);
    if (r->size - r->at < GUID_UNITS * 2)
        return corrupt(r, "the file ends before %s does", what);
    for (int i = 0; i < GUID_UNITS; i++, r->at += 2)
        text[i] = (WCHAR)peek(r);
    return SUCCEEDED(CLSIDFromString(text, ret)) ? S_OK : corrupt(r, "%s is no GUID", what);
}

/* "text", which may have anything but a quotation mark. */
static HRESULT text_read(struct reader *r, const char *what, WCHAR **ret)
{
    size_t end, count = 0;
    WCHAR *text;

    if (skip_blanks(r) != '"')
        return corrupt(r, "%s is missing", what);
    r->at += 2;
    for (end = r->at; r->size - end >= 2; end += 2)
        if (r->data[end] == '"' && r->data[end + 1] == 0)
            break;
    if (r->size - end < 2)
        return corrupt(r, "%s has no end", what);
    text = rg_calloc((end - r->at) / 2 + 1, sizeof(*text));
    if (text == NULL)
        return E_OUTOFMEMORY;
    for (; r->at < end; r->at += 2) {
        uint32_t c = peek(r);

        if (c >= 0xdc00 && c < 0xe000 && count != 0 && text[count - 1] >= 0xd800 &&
            text[count - 1] < 0xdc00) {
            text[count - 1] =
                (WCHAR)(0x10000 + (((uint32_t)text[count - 1] - 0xd800) << 10) + (c - 0xdc00));
            continue;
        }
        text[count++] = (WCHAR)c;
    }
    r->at += 2;
    *ret = text;
    return S_OK;
}

/* A length, one blank, and that many bytes. */
static HRESULT bytes_read(struct reader *r, const char *what, const uint8_t **ret,
                          uint32_t *ret_size)
{
    uint32_t size = 0;
    HRESULT hr = number_read(r, what, &size);

    if (FAILED(hr))
        return hr;
    if (size != 0 && !is_blank(peek(r)))
        return corrupt(r, "no blank behind %s", what);
    if (is_blank(peek(r)))
        r->at += 2;
    if (size > r->size - r->at)
        return corrupt(r, "the file ends before %s does", what);
    *ret = r->data + r->at;
    *ret_size = size;
    r->at += size;
    return S_OK;
}

static bool word_is_next(struct reader *r, const char *wanted)
{
    size_t before = r->at;
    char word[WORD_ROOM];

    word_read(r, word);
    if (strcmp(word, wanted) == 0)
        return true;
    r->at = before;
    return false;
}

/* ---- filters ----------------------------------------------------------------------------- */

static bool index_of(const struct reader *r, uint32_t number, size_t *ret)
{
    const struct graph_file *file = r->file;

    if (!r->is_out_of_turn) {
        *ret = (size_t)number - 1;
        return number != 0 && number <= file->filter_count;
    }
    for (size_t i = 0; i < file->filter_count; i++) {
        if (file->filters[i].number == number) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static HRESULT filter_read(struct reader *r)
{
    struct graph_file_filter *filter;
    const uint8_t *state = NULL;
    uint32_t number = 0;
    size_t other;
    HRESULT hr = number_read(r, "a filter's number", &number);

    if (FAILED(hr))
        return hr;
    if (index_of(r, number, &other))
        return corrupt(r, "two filters have the number %u", (unsigned)number);
    r->is_out_of_turn |= number != r->file->filter_count + 1;
    if (r->is_out_of_turn && r->file->filter_count >= OUT_OF_TURN_MAX)
        return corrupt(r, "there are too many filters, and they are not in order");
    filter = graph_file_add_filter(r->file);
    if (filter == NULL)
        return E_OUTOFMEMORY;
    filter->number = number;
    hr = text_read(r, "a filter's name", &filter->name);
    if (SUCCEEDED(hr))
        hr = guid_read(r, "a filter's class", &filter->clsid);
    if (SUCCEEDED(hr) && word_is_next(r, "SOURCE"))
        hr = text_read(r, "the path that a filter reads", &filter->source);
    if (SUCCEEDED(hr) && word_is_next(r, "SINK"))
        hr = text_read(r, "the path that a filter writes", &filter->sink);
    if (SUCCEEDED(hr))
        hr = bytes_read(r, "a filter's state", &state, &filter->state_bytes);
    if (FAILED(hr))
        return hr;
    filter->state = rg_memory_dup(state, filter->state_bytes);
    return filter->state != NULL ? S_OK : E_OUTOFMEMORY;
}

/* ---- connections ------------------------------------------------------------------------- */

static HRESULT end_read(struct reader *r, size_t *ret_filter, WCHAR **ret_pin)
{
    uint32_t number = 0;
    HRESULT hr = number_read(r, "the filter of a connection", &number);

    if (FAILED(hr))
        return hr;
    if (!index_of(r, number, ret_filter))
        return corrupt(r, "a connection has the filter %u, which is not there",
                       (unsigned)number);
    return text_read(r, "the pin of a connection", ret_pin);
}

static HRESULT flag_read(struct reader *r, BOOL *ret)
{
    uint32_t value = 0;
    HRESULT hr = number_read(r, "a flag of a media type", &value);

    if (SUCCEEDED(hr))
        *ret = value != 0;
    return hr;
}

/* A length may stand in front of the size of samples: skipped. */
static HRESULT sample_size_read(struct reader *r, ULONG *ret)
{
    uint32_t value = 0;
    HRESULT hr = number_read(r, "the size of samples", &value);

    if (SUCCEEDED(hr) && is_digit(skip_blanks(r)))
        hr = number_read(r, "the size of samples", &value);
    if (SUCCEEDED(hr))
        *ret = value;
    return hr;
}

static HRESULT type_read(struct reader *r, AM_MEDIA_TYPE *type)
{
    const uint8_t *format = NULL;
    uint32_t bytes = 0;
    HRESULT hr = S_OK;

    if (is_digit(skip_blanks(r))) /* here too */
        hr = number_read(r, "the length of a media type", &bytes);
    if (SUCCEEDED(hr))
        hr = guid_read(r, "a major type", &type->majortype);
    if (SUCCEEDED(hr))
        hr = guid_read(r, "a subtype", &type->subtype);
    if (SUCCEEDED(hr))
        hr = flag_read(r, &type->bFixedSizeSamples);
    if (SUCCEEDED(hr))
        hr = flag_read(r, &type->bTemporalCompression);
    if (SUCCEEDED(hr))
        hr = sample_size_read(r, &type->lSampleSize);
    if (SUCCEEDED(hr))
        hr = guid_read(r, "a format type", &type->formattype);
    if (SUCCEEDED(hr))
        hr = bytes_read(r, "a format", &format, &bytes);
    if (FAILED(hr) || bytes == 0 || format == NULL)
        return hr;
    if (bytes > FORMAT_MAX)
        return corrupt(r, "a format is too large");
    type->pbFormat = CoTaskMemAlloc(bytes);
    if (type->pbFormat == NULL)
        return E_OUTOFMEMORY;
    memcpy(type->pbFormat, format, bytes);
    type->cbFormat = bytes;
    return S_OK;
}

static HRESULT link_read(struct reader *r)
{
    struct graph_file_link *link = graph_file_add_link(r->file);
    HRESULT hr;

    if (link == NULL)
        return E_OUTOFMEMORY;
    hr = end_read(r, &link->from, &link->from_pin);
    if (SUCCEEDED(hr))
        hr = end_read(r, &link->to, &link->to_pin);
    return FAILED(hr) ? hr : type_read(r, &link->type);
}

/* ---- the whole --------------------------------------------------------------------------- */

static HRESULT clock_read(struct reader *r)
{
    struct graph_file *file = r->file;
    uint32_t required = 0, number = 0;
    HRESULT hr = number_read(r, "whether the clock is required", &required);

    if (FAILED(hr))
        return hr;
    if (skip_blanks(r) == '{') {
        hr = guid_read(r, "the clock's class", &file->clock_class);
        file->clock = IsEqualGUID(&file->clock_class, &GUID_NULL) ? GRAPH_FILE_CLOCK_NONE
                                                                  : GRAPH_FILE_CLOCK_CLASS;
    } else {
        hr = number_read(r, "the clock", &number);
        if (SUCCEEDED(hr) && !index_of(r, number, &file->clock_filter) && required != 0)
            return corrupt(r, "the clock is the filter %u, which is not there",
                           (unsigned)number);
        file->clock = GRAPH_FILE_CLOCK_FILTER;
    }
    if (required == 0)
        file->clock = GRAPH_FILE_CLOCK_ANY;
    return hr;
}

static HRESULT list_read(struct reader *r, const char *title, HRESULT (*read)(struct reader *))
{
    HRESULT hr = S_OK;

    if (!word_is_next(r, title))
        return corrupt(r, "%s is missing", title);
    while (SUCCEEDED(hr) && is_digit(skip_blanks(r)))
        hr = read(r);
    return hr;
}

static HRESULT version_read(struct reader *r)
{
    uint32_t version = 0;
    HRESULT hr;

    if (peek(r) == 0xfeff)
        r->at += 2;
    hr = number_read(r, "the version", &version);
    if (FAILED(hr))
        return hr;
    if (version >= 1 && version <= GRAPH_FILE_VERSION)
        return S_OK;
    (void)corrupt(r, "version %u is not known", (unsigned)version);
    return VFW_E_INVALID_FILE_VERSION;
}

HRESULT graph_file_read(const uint8_t *data, size_t size, struct graph_file *ret,
                        size_t *ret_used, char *why, size_t why_size)
{
    struct graph_file file = { 0 };
    struct reader r = {
        .data = data, .size = size, .file = &file, .why = why, .why_size = why_size
    };
    HRESULT hr = version_read(&r);

    if (SUCCEEDED(hr))
        hr = list_read(&r, "FILTERS", filter_read);
    if (SUCCEEDED(hr))
        hr = list_read(&r, "CONNECTIONS", link_read);
    if (SUCCEEDED(hr) && word_is_next(&r, "CLOCK"))
        hr = clock_read(&r);
    if (SUCCEEDED(hr) && !word_is_next(&r, "END"))
        hr = corrupt(&r, "END is missing");
    if (FAILED(hr)) {
        graph_file_free(&file);
        file = (struct graph_file){ 0 };
    }
    *ret = file;
    *ret_used = r.at;
    return hr;
}
