/* SPDX-License-Identifier: MIT */
/* describe.c - media types, pins, classes and files as JSON.
 *
 * Control threads.  Knows: COM interfaces of filters and pins, jansson.  Must not know: verbs.
 */
#include "app/describe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPES_MAX 64 /* of one pin; more than that says nothing more */

/* ---- media types ------------------------------------------------------------------------- */

static void frame_describe(json_t *object, const BITMAPINFOHEADER *header,
                           REFERENCE_TIME per_frame)
{
    json_object_set_new(object, "width", json_integer(header->biWidth));
    json_object_set_new(object, "height", json_integer(abs(header->biHeight)));
    if (per_frame > 0) /* times are rounded to 100 ns, so that rates are round to 1/1000 */
        json_object_set_new(object, "fps", json_real(round(1e10 / (double)per_frame) / 1e3));
}

static void format_describe(json_t *object, const AM_MEDIA_TYPE *type)
{
    if (!type->pbFormat)
        return;
    if (IsEqualGUID(&type->formattype, &FORMAT_VideoInfo) &&
        type->cbFormat >= sizeof(VIDEOINFOHEADER)) {
        const VIDEOINFOHEADER *v = (const VIDEOINFOHEADER *)type->pbFormat;

        frame_describe(object, &v->bmiHeader, v->AvgTimePerFrame);
    } else if ((IsEqualGUID(&type->formattype, &FORMAT_VideoInfo2) ||
                IsEqualGUID(&type->formattype, &FORMAT_MPEG2Video)) &&
               type->cbFormat >= sizeof(VIDEOINFOHEADER2)) {
        const VIDEOINFOHEADER2 *v = (const VIDEOINFOHEADER2 *)type->pbFormat;

        frame_describe(object, &v->bmiHeader, v->AvgTimePerFrame);
    } else if (IsEqualGUID(&type->formattype, &FORMAT_WaveFormatEx) &&
               type->cbFormat >= sizeof(PCMWAVEFORMAT)) {
        const WAVEFORMATEX *w = (const WAVEFORMATEX *)type->pbFormat;

        json_object_set_new(object, "rate", json_integer(w->nSamplesPerSec));
        json_object_set_new(object, "channels", json_integer(w->nChannels));
        if (w->wBitsPerSample)
            json_object_set_new(object, "bits", json_integer(w->wBitsPerSample));
    }
}

json_t *app_describe_media_type(const AM_MEDIA_TYPE *type)
{
    json_t *object = json_object();
    const char *kind = "other";
    char text[512];

    if (IsEqualGUID(&type->majortype, &MEDIATYPE_Video))
        kind = "video";
    else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Audio))
        kind = "audio";
    else if (IsEqualGUID(&type->majortype, &MEDIATYPE_Stream))
        kind = "stream";
    rg_media_type_text(type, text, sizeof(text));
    json_object_set_new(object, "type", json_string(text));
    json_object_set_new(object, "kind", json_string(kind));
    format_describe(object, type);
    return object;
}

/* ---- pins -------------------------------------------------------------------------------- */

static void interface_try(json_t *list, void *object, REFIID iid, const char *name)
{
    APP_AUTO(IUnknown) face = app_query(object, iid);

    if (face)
        json_array_append_new(list, json_string(name));
}

#define TRY(list, object, name) interface_try(list, object, &IID_##name, #name)

static json_t *pin_interfaces(IPin *pin)
{
    json_t *list = json_array();

    TRY(list, pin, IMemInputPin);
    TRY(list, pin, IPinConnection);
    TRY(list, pin, IPinFlowControl);
    TRY(list, pin, IRgLink);
    TRY(list, pin, IMediaSeeking);
    TRY(list, pin, IQualityControl);
    TRY(list, pin, IAsyncReader);
    TRY(list, pin, IAMPushSource);
    TRY(list, pin, IAMStreamConfig);
    TRY(list, pin, IAMStreamControl);
    TRY(list, pin, IAMBufferNegotiation);
    return list;
}

static json_t *pin_types(IPin *pin)
{
    APP_AUTO(IEnumMediaTypes) types = NULL;
    json_t *list = json_array();
    AM_MEDIA_TYPE *type;

    if (FAILED(IPin_EnumMediaTypes(pin, &types)) || !types)
        return list;
    for (int i = 0; i < TYPES_MAX && IEnumMediaTypes_Next(types, 1, &type, NULL) == S_OK; i++) {
        json_array_append_new(list, app_describe_media_type(type));
        app_media_type_delete(type);
    }
    return list;
}

static json_t *filter_pins(IBaseFilter *filter)
{
    json_t *list = json_array();
    struct app_pins pins;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        json_t *pin = json_object();
        bool is_input = app_pin_direction(pins.items[i]) == PINDIR_INPUT;
        char name[512];

        app_pin_name(pins.items[i], name, sizeof(name));
        json_object_set_new(pin, "name", json_string(name));
        json_object_set_new(pin, "direction", json_string(is_input ? "input" : "output"));
        json_object_set_new(pin, "types", pin_types(pins.items[i]));
        json_object_set_new(pin, "interfaces", pin_interfaces(pins.items[i]));
        json_array_append_new(list, pin);
    }
    app_pins_release(&pins);
    return list;
}

static json_t *filter_interfaces(IBaseFilter *filter)
{
    json_t *list = json_array();

    TRY(list, filter, IFileSourceFilter);
    TRY(list, filter, IFileSinkFilter);
    TRY(list, filter, IFileSinkFilter2);
    TRY(list, filter, IRgOptions);
    TRY(list, filter, IMediaSeeking);
    TRY(list, filter, IMediaPosition);
    TRY(list, filter, IReferenceClock);
    TRY(list, filter, IQualityControl);
    TRY(list, filter, IAMFilterMiscFlags);
    TRY(list, filter, IPersistStream);
    return list;
}

/* ---- classes ----------------------------------------------------------------------------- */

json_t *app_describe_option_value(const RG_OPTION_INFO *info, const char *value)
{
    char *end;

    if (!value)
        return json_null();
    if (info->type == RG_OPTION_BOOL)
        return json_boolean(!strcmp(value, "true") || !strcmp(value, "1"));
    if (info->type == RG_OPTION_INT) {
        long long number = strtoll(value, &end, 0);

        if (*value && !*end)
            return json_integer(number);
    }
    if (info->type == RG_OPTION_DOUBLE) {
        double number = strtod(value, &end);

        if (*value && !*end)
            return json_real(number);
    }
    return json_string(value);
}

static json_t *option_describe(const RG_OPTION_INFO *info)
{
    static const char *const types[] = { "?", "bool", "int", "double", "text", "choice" };
    json_t *option = json_object();
    bool is_number = info->type == RG_OPTION_INT || info->type == RG_OPTION_DOUBLE;

    json_object_set_new(option, "name", json_string(info->name));
    json_object_set_new(option, "help", json_string(info->help ? info->help : ""));
    json_object_set_new(option, "type", json_string(types[info->type <= 5 ? info->type : 0]));
    json_object_set_new(option, "default", app_describe_option_value(info, info->initial));
    if (info->type == RG_OPTION_INT) {
        json_object_set_new(option, "minimum", json_integer((json_int_t)info->minimum));
        json_object_set_new(option, "maximum", json_integer((json_int_t)info->maximum));
    } else if (is_number) {
        json_object_set_new(option, "minimum", json_real(info->minimum));
        json_object_set_new(option, "maximum", json_real(info->maximum));
    }
    if (info->type == RG_OPTION_CHOICE && info->choices) {
        json_t *list = json_array();

        for (const char *p = info->choices; *p;) {
            size_t length = strcspn(p, "|");

            json_array_append_new(list, json_stringn(p, length));
            p += length + (p[length] == '|');
        }
        json_object_set_new(option, "choices", list);
    }
    json_object_set_new(option, "live", json_boolean(!(info->flags & RG_OPTION_FIXED)));
    return option;
}

static json_t *filter_options(IBaseFilter *filter)
{
    APP_AUTO(IRgOptions) options = app_query(filter, &IID_IRgOptions);
    json_t *list = json_array();
    RG_OPTION_INFO info;

    for (ULONG i = 0; options && IRgOptions_Describe(options, i, &info) == S_OK; i++)
        json_array_append_new(list, option_describe(&info));
    return list;
}

static json_t *class_describe(const struct rg_class_info *info)
{
    json_t *object = json_object();

    json_object_set_new(object, "name", json_string(info->name));
    json_object_set_new(object, "help", json_string(info->help ? info->help : ""));
    json_object_set_new(object, "kind", json_string(info->kind));
    json_object_set_new(object, "module", json_string(info->module));
    return object;
}

json_t *app_describe_classes(void)
{
    json_t *list = json_array();
    struct rg_class_info info;

    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++)
        json_array_append_new(list, class_describe(&info));
    return list;
}

json_t *app_describe_module_errors(void)
{
    json_t *list = json_array();
    const char *file;
    const char *why;

    for (unsigned i = 0; rg_module_error_at(i, &file, &why) == S_OK; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "file", file, "why", why));
    return list;
}

static void class_id(json_t *object, const GUID *id)
{
    char text[64];

    app_guid_text(id, text, sizeof(text));
    json_object_set_new(object, "clsid", json_string(text));
}

json_t *app_describe_class(const char *name, struct app_failure *failure)
{
    APP_AUTO(IBaseFilter) filter = NULL;
    const struct app_vocabulary *words = app_graph_vocabulary();
    struct app_nearest nearest = { .wanted = name };
    struct rg_class_info info;
    HRESULT hr = rg_class_by_name(name, &info);

    if (hr != S_OK || !words->is_filter(words->context, name)) {
        words->suggest(words->context, &nearest);
        failure->code = APP_EXIT_USAGE;
        app_text_add(&failure->text, "there is no filter \"%s\"", name);
        if (!strcmp(name, "file"))
            app_text_add(&failure->text, " of that name: \"file\" in a graph is a demux that "
                                         "reads, or a mux that writes");
        else if (app_nearest_get(&nearest))
            app_text_add(&failure->text, "; did you mean \"%s\"?", app_nearest_get(&nearest));
        else
            app_text_add(&failure->text, "; \"regraft inspect\" lists them");
        return NULL;
    }
    hr = CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                          (void **)&filter);
    if (FAILED(hr)) {
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "can't make a \"%s\" filter: ", name);
        app_text_hresult(&failure->text, hr);
        return NULL;
    }
    json_t *object = class_describe(&info);

    class_id(object, &info.clsid);
    json_object_set_new(object, "merit", json_integer(info.merit));
    json_object_set_new(object, "interfaces", filter_interfaces(filter));
    json_object_set_new(object, "pins", filter_pins(filter));
    json_object_set_new(object, "options", filter_options(filter));
    return object;
}

/* ---- files ------------------------------------------------------------------------------- */

/* The filter itself, else its first pin that can seek, knows how long the file is. */
static void file_times(json_t *object, IBaseFilter *filter)
{
    APP_AUTO(IMediaSeeking) seeking = app_query(filter, &IID_IMediaSeeking);
    struct app_pins pins;
    LONGLONG duration = 0;
    DWORD wants = AM_SEEKING_CanSeekAbsolute;

    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count && !seeking; i++)
        seeking = app_query(pins.items[i], &IID_IMediaSeeking);
    app_pins_release(&pins);
    if (seeking && SUCCEEDED(IMediaSeeking_GetDuration(seeking, &duration)) && duration > 0)
        json_object_set_new(object, "duration_ns", json_integer(duration * 100));
    else
        json_object_set_new(object, "duration_ns", json_null());
    json_object_set_new(
        object, "seekable",
        json_boolean(seeking && IMediaSeeking_CheckCapabilities(seeking, &wants) == S_OK));
}

json_t *app_describe_file(const char *path, struct app_failure *failure)
{
    APP_AUTO(IBaseFilter) filter = NULL;
    struct app_element element = { .class_name = (char *)"file", .argument = (char *)path };
    json_t *streams = json_array();
    json_t *object;
    struct app_pins pins;

    if (FAILED(app_filter_create(&element, false, NULL, &filter, failure))) {
        json_decref(streams);
        return NULL;
    }
    object = json_object();
    json_object_set_new(object, "file", json_string(path));
    file_times(object, filter);
    app_pins_get(filter, &pins);
    for (size_t i = 0; i < pins.count; i++) {
        json_t *types;
        json_t *first;
        char name[512];

        if (app_pin_direction(pins.items[i]) != PINDIR_OUTPUT)
            continue;
        types = pin_types(pins.items[i]);
        first = json_array_size(types) ? json_incref(json_array_get(types, 0)) : json_object();
        app_pin_name(pins.items[i], name, sizeof(name));
        json_object_set_new(first, "pin", json_string(name));
        json_array_append_new(streams, first);
        json_decref(types);
    }
    app_pins_release(&pins);
    json_object_set_new(object, "streams", streams);
    return object;
}
