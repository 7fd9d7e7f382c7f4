/* SPDX-License-Identifier: MIT */
/* graph_json.c - the JSON of a graph, as describe_graph.c writes it, to the stream of a graph file.
 *
 * Control threads.  A filter is made once for its options to become the state that such a stream keeps; then
 * graph and JSON have one way of being loaded.
 * Knows: jansson, classes, options.  Must not know: pins of filters, how a graph is loaded.
 */
#include "app/graph_file.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define PLACE_ROOM 64 /* "filters[12].options" */

struct reader {
    const char *where; /* what the failure calls the file */
    struct app_failure *failure;
    struct app_text out; /* UTF-16, with bytes in between */
    json_t *names;       /* of filters: their numbers */
};

static bool refuse(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct reader *r, const char *format, ...)
{
    va_list args;

    r->failure->code = APP_EXIT_USAGE;
    app_text_add(&r->failure->text, "can't read %s: ", r->where);
    va_start(args, format);
    app_text_addv(&r->failure->text, format, args);
    va_end(args);
    return false;
}

/* ---- the stream -------------------------------------------------------------------------- */

static void unit_put(struct app_text *out, uint32_t unit)
{
    char bytes[2] = { (char)unit, (char)(unit >> 8) };

    app_text_put(out, bytes, sizeof(bytes));
}

static void put(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Plain ASCII. */
static void put(struct reader *r, const char *format, ...)
{
    struct app_text text = { 0 };
    va_list args;

    va_start(args, format);
    app_text_addv(&text, format, args);
    va_end(args);
    for (size_t i = 0; i < text.length; i++)
        unit_put(&r->out, (unsigned char)text.data[i]);
    app_text_clear(&text);
}

/* The stream has no word for a quotation mark: an apostrophe in its place, as when a graph is saved. */
static void put_quoted(struct reader *r, const char *text)
{
    wchar_t *wide = app_wide_dup(text);

    unit_put(&r->out, '"');
    for (const wchar_t *c = wide; *c; c++) {
        uint32_t point = (uint32_t)*c;

        if (point > 0xffff) {
            unit_put(&r->out, 0xd800 + ((point - 0x10000) >> 10));
            unit_put(&r->out, 0xdc00 + (point & 0x3ff));
        } else {
            unit_put(&r->out, point != '"' ? point : '\'');
        }
    }
    unit_put(&r->out, '"');
    unit_put(&r->out, ' ');
    free(wide);
}

static void put_guid(struct reader *r, const GUID *id)
{
    char text[40];

    app_guid_text(id, text, sizeof(text));
    put(r, "%s ", text);
}

static void put_bytes(struct reader *r, const struct app_text *bytes)
{
    put(r, "%010zu ", bytes->length);
    app_text_put(&r->out, app_text_get(bytes), bytes->length);
    put(r, "\r\n");
}

/* ---- members of objects ------------------------------------------------------------------ */

/* NULL where it is missing, which is told if it is_needed; false: told. */
static bool text_get(struct reader *r, const char *place, const json_t *object, const char *key,
                     bool is_needed, const char **ret)
{
    const json_t *value = json_object_get(object, key);

    *ret = json_string_value(value);
    if (*ret || (!is_needed && (!value || json_is_null(value))))
        return true;
    return refuse(r, "%s has to have \"%s\", a text", place, key);
}

static bool list_get(struct reader *r, const json_t *object, const char *key, json_t **ret)
{
    *ret = json_object_get(object, key);
    if (json_is_array(*ret))
        return true;
    return refuse(r,
                  "it has to have a list \"%s\"; a graph is written as JSON by: regraft graph "
                  "GRAPH --json",
                  key);
}

static bool guid_get(struct reader *r, const char *place, const json_t *object, const char *key,
                     GUID *ret)
{
    const char *text;
    wchar_t *wide;
    bool ok;

    if (!text_get(r, place, object, key, false, &text))
        return false;
    *ret = GUID_NULL;
    if (!text)
        return true;
    wide = app_wide_dup(text);
    ok = SUCCEEDED(CLSIDFromString(wide, ret));
    free(wide);
    if (ok)
        return true;
    return refuse(r, "%s: \"%s\" has to be as in {73646976-0000-0010-8000-00AA00389B71}", place,
                  key);
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9'         ? c - '0'
           : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
                                        : -1;
}

static bool bytes_get(struct reader *r, const char *place, const json_t *object,
                      const char *key, struct app_text *ret)
{
    const char *text;

    if (!text_get(r, place, object, key, false, &text))
        return false;
    for (; text && *text; text += 2) {
        int high = digit_of(text[0]), low = high < 0 ? -1 : digit_of(text[1]);
        char byte = (char)(high * 16 + low);

        if (low < 0)
            return refuse(r, "%s: \"%s\" has to be bytes of two hexadecimal digits each", place,
                          key);
        app_text_put(ret, &byte, 1);
    }
    return true;
}

/* ---- filters ----------------------------------------------------------------------------- */

static bool class_get(struct reader *r, const char *place, const json_t *object, GUID *ret)
{
    struct app_nearest nearest = { 0 };
    struct rg_class_info info;
    const char *name;

    if (!guid_get(r, place, object, "clsid", ret))
        return false;
    if (!IsEqualGUID(ret, &GUID_NULL))
        return true;
    if (!text_get(r, place, object, "class", true, &name))
        return false;
    if (rg_class_by_name(name, &info) == S_OK) {
        *ret = info.clsid;
        return true;
    }
    nearest.wanted = name;
    app_graph_vocabulary()->suggest(NULL, &nearest);
    if (app_nearest_get(&nearest))
        return refuse(r, "%s: there is no filter \"%s\"; did you mean \"%s\"?", place, name,
                      app_nearest_get(&nearest));
    return refuse(r, "%s: there is no filter \"%s\"; \"regraft inspect\" lists them", place,
                  name);
}

/* The value as IRgOptions takes it; false: it is of no such kind. */
static bool value_text(const json_t *value, struct app_text *ret)
{
    if (json_is_string(value))
        app_text_add(ret, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        app_text_add(ret, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        app_text_add(ret, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        app_text_add(ret, "%.17g", json_real_value(value));
    else
        return false;
    return true;
}

static bool options_set(struct reader *r, const char *place, json_t *options,
                        IBaseFilter *filter)
{
    struct app_failure why = { 0 };
    const char *key;
    json_t *value;

    if (options && !json_is_object(options))
        return refuse(r, "%s: \"options\" has to be an object: {\"name\": value}", place);
    json_object_foreach(options, key, value)
    {
        struct app_text text = { 0 };
        struct app_setting setting = { .name = (char *)key };
        HRESULT hr = S_OK;

        if (!value_text(value, &text))
            return refuse(r, "%s: the option \"%s\" has to be a text, a number, true or false",
                          place, key);
        setting.value = text.data;
        hr = app_filter_set(filter, &setting, 1, NULL, &why);
        app_text_clear(&text);
        if (SUCCEEDED(hr))
            continue;
        refuse(r, "%s: %s", place, app_text_get(&why.text));
        app_text_clear(&why.text);
        return false;
    }
    return true;
}

static bool path_put(struct reader *r, const char *place, const json_t *object, const char *key,
                     const char *word)
{
    bool is_read = !strcmp(key, "source");
    const char *path;
    int error;

    if (!text_get(r, place, object, key, false, &path))
        return false;
    if (!path)
        return true;
    if (strchr(path, '"'))
        return refuse(r, "%s: \"%s\" must not have a quotation mark in it", place, key);
    error = is_read ? app_read_error(path) : app_write_error(path);
    if (error) {
        r->failure->code = APP_EXIT_FAILED;
        app_text_add(&r->failure->text, "can't %s %s: %s", is_read ? "read" : "write", path,
                     strerrordesc_np(error));
        return false;
    }
    put(r, "%s ", word);
    put_quoted(r, path);
    return true;
}

/* As bytes, or as options of which the filter makes them. */
static bool state_get(struct reader *r, const char *place, const json_t *object,
                      IBaseFilter *filter, struct app_text *ret)
{
    json_t *options = json_object_get(object, "options");

    if (!bytes_get(r, place, object, "state", ret) || !options_set(r, place, options, filter))
        return false;
    if (ret->length || !json_object_size(options))
        return true;
    return SUCCEEDED(app_filter_state(filter, ret)) ||
           refuse(r, "%s: its options can't be kept", place);
}

static bool filter_put(struct reader *r, size_t index, const json_t *object)
{
    APP_AUTO(IBaseFilter) filter = NULL;
    struct app_text state = { 0 };
    char place[PLACE_ROOM];
    const char *name;
    GUID clsid;
    bool ok;

    (void)snprintf(place, sizeof(place), "filters[%zu]", index);
    if (!text_get(r, place, object, "name", true, &name) ||
        !class_get(r, place, object, &clsid))
        return false;
    if (json_object_get(r->names, name))
        return refuse(r, "%s: two filters are named \"%s\"", place, name);
    json_object_set_new(r->names, name, json_integer((json_int_t)index + 1));
    if (FAILED(CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                                (void **)&filter))) {
        char text[40];

        app_guid_text(&clsid, text, sizeof(text));
        return refuse(r,
                      "%s: \"%s\" is of the class %s, which is not there; \"regraft inspect\" "
                      "lists those that are",
                      place, name, text);
    }
    put(r, "%04zu ", index + 1);
    put_quoted(r, name);
    put_guid(r, &clsid);
    ok = path_put(r, place, object, "source", "SOURCE") &&
         path_put(r, place, object, "sink", "SINK") &&
         state_get(r, place, object, filter, &state);
    if (ok)
        put_bytes(r, &state);
    app_text_clear(&state);
    return ok;
}

/* ---- connections ------------------------------------------------------------------------- */

static bool end_put(struct reader *r, const char *place, const json_t *object, const char *end)
{
    char pin_key[16], id_key[16];
    const char *name, *pin = NULL;
    const json_t *number;

    (void)snprintf(pin_key, sizeof(pin_key), "%s_pin", end);
    (void)snprintf(id_key, sizeof(id_key), "%s_pin_id", end);
    if (!text_get(r, place, object, end, true, &name) ||
        !text_get(r, place, object, id_key, false, &pin) ||
        (!pin && !text_get(r, place, object, pin_key, true, &pin)))
        return false;
    number = json_object_get(r->names, name);
    if (!number)
        return refuse(r, "%s: no filter is named \"%s\"; \"%s\" has to be one of \"filters\"",
                      place, name, end);
    put(r, "%04" JSON_INTEGER_FORMAT " ", json_integer_value(number));
    put_quoted(r, pin);
    return true;
}

static bool type_put(struct reader *r, const char *place, const json_t *link)
{
    const json_t *media = json_object_get(link, "media");
    const json_t *size = json_object_get(media, "sample_size");
    struct app_text format = { 0 };
    GUID major, subtype, kind;
    bool ok;

    if (media && !json_is_object(media))
        return refuse(r, "%s: \"media\" has to be an object", place);
    if (size && (!json_is_integer(size) || json_integer_value(size) < 0 ||
                 json_integer_value(size) > UINT32_MAX))
        return refuse(r, "%s: \"sample_size\" has to be a number of bytes", place);
    ok = guid_get(r, place, media, "major", &major) &&
         guid_get(r, place, media, "subtype", &subtype) &&
         guid_get(r, place, media, "format", &kind) &&
         bytes_get(r, place, media, "format_data", &format);
    if (ok) {
        put_guid(r, &major);
        put_guid(r, &subtype);
        put(r, "%d %d %010" JSON_INTEGER_FORMAT " ",
            json_is_true(json_object_get(media, "fixed_size")),
            json_is_true(json_object_get(media, "temporal_compression")),
            json_integer_value(size));
        put_guid(r, &kind);
        put_bytes(r, &format);
    }
    app_text_clear(&format);
    return ok;
}

static bool link_put(struct reader *r, size_t index, const json_t *object)
{
    char place[PLACE_ROOM];

    (void)snprintf(place, sizeof(place), "links[%zu]", index);
    return end_put(r, place, object, "from") && end_put(r, place, object, "to") &&
           type_put(r, place, object);
}

/* ---- the whole --------------------------------------------------------------------------- */

static bool graph_put(struct reader *r, const json_t *root)
{
    json_t *filters, *links, *item;
    size_t i;

    if (!list_get(r, root, "filters", &filters) || !list_get(r, root, "links", &links))
        return false;
    put(r, "0003\r\nFILTERS\r\n");
    json_array_foreach(filters, i, item)
    {
        if (!filter_put(r, i, item))
            return false;
    }
    put(r, "CONNECTIONS\r\n");
    json_array_foreach(links, i, item)
    {
        if (!link_put(r, i, item))
            return false;
    }
    put(r, "CLOCK 0 ");
    put_guid(r, &GUID_NULL);
    put(r, "\r\nEND");
    return true;
}

static HRESULT stream_make(const struct app_text *text, IStream **ret)
{
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    HRESULT hr = CreateStreamOnHGlobal(NULL, TRUE, ret);

    if (SUCCEEDED(hr))
        hr = IStream_Write(*ret, text->data, (ULONG)text->length, NULL);
    return SUCCEEDED(hr) ? IStream_Seek(*ret, beginning, STREAM_SEEK_SET, NULL) : hr;
}

bool app_is_graph_json(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '{';
}

HRESULT app_graph_json_stream(const char *text, const char *where, IStream **ret,
                              struct app_failure *failure)
{
    struct reader r = { .where = where, .failure = failure, .names = json_object() };
    json_error_t error = { 0 };
    json_t *root = json_loads(text, 0, &error);
    HRESULT hr = E_INVALIDARG;

    if (!root)
        refuse(&r,
               "line %d, column %d: %s; mend it there, or write it anew with: regraft graph "
               "GRAPH --json",
               error.line, error.column, error.text);
    else if (graph_put(&r, root))
        hr = stream_make(&r.out, ret);
    json_decref(root);
    json_decref(r.names);
    app_text_clear(&r.out);
    return hr;
}
