/* SPDX-License-Identifier: MIT */
/* conformance_filters.c - filters of ours that the kit lacks: a converter, a strict renderer, a source with two pins. */
#include <string.h>

#include "base/sink.h"
#include "base/source.h"
#include "base/transform.h"
#include "conformance.h"

static HRESULT one_sample(ALLOCATOR_PROPERTIES *props)
{
    props->cbBuffer = sizeof(struct kit_sample);
    return S_OK;
}

/* ---- a converter: one letter becomes another ------------------------------------------------------ */

struct converter_settings {
    int from, to, also;
};

static const struct rg_option converter_options[] = {
    RG_INT(struct converter_settings, from, 97, 0, 255, "letter taken"),
    RG_INT(struct converter_settings, to, 98, 0, 255, "letter given"),
    RG_INT(struct converter_settings, also, 0, 0, 255, "another letter taken"),
    RG_OPTIONS_END,
};

static HRESULT converter_accept(const void *settings, const AM_MEDIA_TYPE *in)
{
    const struct converter_settings *s = settings;
    char letter = fake_letter(in);

    return letter != 0 && (letter == s->from || letter == s->also) ? S_OK
                                                                   : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT converter_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                              AM_MEDIA_TYPE *ret)
{
    (void)in;
    if (index != 0)
        return VFW_S_NO_MORE_ITEMS;
    fake_type(ret, (char)((const struct converter_settings *)settings)->to);
    return S_OK;
}

static HRESULT converter_buffers(const void *settings, const AM_MEDIA_TYPE *in,
                                 const AM_MEDIA_TYPE *out, ALLOCATOR_PROPERTIES *props)
{
    (void)settings, (void)in, (void)out;
    return one_sample(props);
}

static HRESULT converter_start(void *state, const void *settings, const AM_MEDIA_TYPE *in,
                               const AM_MEDIA_TYPE *out, struct rg_output *output)
{
    (void)state, (void)settings, (void)in, (void)out, (void)output;
    return S_OK;
}

static HRESULT converter_send(void *state, const void *settings, IMediaSample *sample,
                              struct rg_output *output)
{
    struct rg_sample_info info;
    IMediaSample *made;
    BYTE *data;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)state, (void)settings;
    if (SUCCEEDED(hr))
        hr = rg_output_get(output, info.bytes, info.start, &made);
    if (FAILED(hr))
        return hr;
    IMediaSample_GetPointer(made, &data);
    memcpy(data, info.data, info.bytes);
    IMediaSample_SetActualDataLength(made, (LONG)info.bytes);
    IMediaSample_SetTime(made, &info.start, &info.stop);
    return rg_output_deliver(output, made);
}

static const struct rg_transform_class converter = {
    .name = "converter",
    .help = "Another letter",
    .clsid = { 0x6b697410, 1, 1, { 1 } },
    .settings_size = sizeof(struct converter_settings),
    .options = converter_options,
    .accept_type = converter_accept,
    .output_type = converter_type,
    .buffers = converter_buffers,
    .start_stream = converter_start,
    .send = converter_send,
};

IBaseFilter *converter_new(char from, char to)
{
    IBaseFilter *filter = NULL;

    (void)rg_transform_create(&converter, NULL, &IID_IBaseFilter, (void **)&filter);
    if (filter != NULL &&
        (FAILED(kit_set(filter, "from", from)) || FAILED(kit_set(filter, "to", to))))
        abort();
    return filter;
}

/* ---- a renderer that takes two letters ------------------------------------------------------------ */

struct strict_settings {
    int one, other;
};

static const struct rg_option strict_options[] = {
    RG_INT(struct strict_settings, one, 97, 0, 255, "letter"),
    RG_INT(struct strict_settings, other, 98, 0, 255, "another"),
    RG_OPTIONS_END,
};

static HRESULT strict_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    const struct strict_settings *s = settings;
    char letter = fake_letter(type);

    return letter != 0 && (letter == s->one || letter == s->other) ? S_OK
                                                                   : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT strict_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                             const AM_MEDIA_TYPE *to)
{
    (void)state, (void)input, (void)from, (void)to;
    return S_OK;
}

static HRESULT strict_render(void *state, const void *settings, unsigned input,
                             IMediaSample *sample)
{
    (void)state, (void)settings, (void)input, (void)sample;
    return S_OK;
}

static const struct rg_sink_class strict_sink = {
    .name = "strict sink",
    .help = "Takes two letters",
    .clsid = { 0x6b697411, 1, 1, { 1 } },
    .settings_size = sizeof(struct strict_settings),
    .options = strict_options,
    .accept_type = strict_accept,
    .accept_change = strict_change,
    .render = strict_render,
};

IBaseFilter *strict_sink_new(char one, char other)
{
    IBaseFilter *filter = NULL;

    (void)rg_sink_create(&strict_sink, NULL, &IID_IBaseFilter, (void **)&filter);
    if (filter != NULL &&
        (FAILED(kit_set(filter, "one", one)) || FAILED(kit_set(filter, "other", other))))
        abort();
    return filter;
}

/* ---- sources: two pins; live ------------------------------------------------------------------------ */

struct twin_state {
    int64_t next[2]; /* each owned by its stream's thread */
};

static unsigned twin_streams(void *state, const void *settings)
{
    (void)state, (void)settings;
    return 2;
}

static HRESULT twin_type(void *state, const void *settings, unsigned stream, unsigned index,
                         AM_MEDIA_TYPE *ret)
{
    (void)state, (void)settings, (void)stream;
    if (index != 0)
        return VFW_S_NO_MORE_ITEMS;
    fake_type(ret, 'a');
    return S_OK;
}

static HRESULT twin_buffers(void *state, const void *settings, unsigned stream,
                            const AM_MEDIA_TYPE *type, ALLOCATOR_PROPERTIES *props)
{
    (void)state, (void)settings, (void)stream, (void)type;
    return one_sample(props);
}

static HRESULT twin_fetch(void *state, const void *settings, unsigned stream,
                          struct rg_fetch *ret)
{
    const struct twin_state *self = state;

    (void)settings;
    ret->bytes = sizeof(struct kit_sample);
    ret->start = self->next[stream] * KIT_SAMPLE_TIME;
    return S_OK;
}

static HRESULT twin_fill(void *state, const void *settings, unsigned stream,
                         const AM_MEDIA_TYPE *type, IMediaSample *sample)
{
    struct twin_state *self = state;
    struct kit_sample content = { .number = self->next[stream]++ };
    REFERENCE_TIME start = content.number * KIT_SAMPLE_TIME, stop = start + KIT_SAMPLE_TIME;
    BYTE *data;

    (void)settings, (void)type;
    IMediaSample_GetPointer(sample, &data);
    memcpy(data, &content, sizeof(content));
    IMediaSample_SetActualDataLength(sample, sizeof(content));
    return IMediaSample_SetTime(sample, &start, &stop);
}

static const struct rg_source_class twin_source = {
    .name = "twin source",
    .help = "Numbers from two pins",
    .clsid = { 0x6b697412, 1, 1, { 1 } },
    .state_size = sizeof(struct twin_state),
    .streams = twin_streams,
    .stream_type = twin_type,
    .buffers = twin_buffers,
    .fetch = twin_fetch,
    .fill = twin_fill,
};

static const struct rg_source_class live_source = {
    .name = "live source",
    .help = "Numbers, while it runs",
    .clsid = { 0x6b697413, 1, 1, { 1 } },
    .state_size = sizeof(struct twin_state),
    .is_live = true,
    .stream_type = twin_type,
    .buffers = twin_buffers,
    .fetch = twin_fetch,
    .fill = twin_fill,
};

static IBaseFilter *source_new(const struct rg_source_class *cls)
{
    IBaseFilter *filter = NULL;

    (void)rg_source_create(cls, NULL, &IID_IBaseFilter, (void **)&filter);
    return filter;
}

IBaseFilter *twin_source_new(void)
{
    return source_new(&twin_source);
}

IBaseFilter *live_source_new(void)
{
    return source_new(&live_source);
}

IPin *nth_pin(IBaseFilter *filter, PIN_DIRECTION direction, unsigned n)
{
    IPin *pin, *found = NULL;
    IEnumPins *list;

    assert_hr(CALL(filter, EnumPins, &list), S_OK);
    while (found == NULL && CALL(list, Next, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION is;

        CALL(pin, QueryDirection, &is);
        if (is == direction && n-- == 0)
            found = pin;
        LET_GO(pin);
    }
    LET_GO(list);
    assert_non_null(found);
    return found;
}
