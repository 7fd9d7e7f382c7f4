/* SPDX-License-Identifier: MIT */
/* source_reader.c - the input of a source that gets its bytes from upstream: a splitter.
 *
 * Control threads under the filter lock.
 * Knows: the class's load_reader, IAsyncReader.  Must not know: formats.
 */
#include "base/out_pin_internal.h"
#include "base/source_internal.h"

static const struct rg_type_pair any_stream[] = {
    { &MEDIATYPE_Stream, NULL },
    { NULL, NULL },
};

/* Which byte streams the class takes. */
static const struct rg_type_pair *reader_pairs(struct rg_in_pin *pin)
{
    const struct rg_source *source = pin->user;

    return source->cls->input_types != NULL ? source->cls->input_types : any_stream;
}

/* Bytes of no known kind may be of the right one: load_reader looks at them. */
static HRESULT reader_accept(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    bool is_unknown = IsEqualGUID(&type->subtype, &GUID_NULL) ||
                      IsEqualGUID(&type->subtype, &MEDIASUBTYPE_None);

    for (const struct rg_type_pair *pair = reader_pairs(pin); pair->major != NULL; pair++)
        if (IsEqualGUID(&type->majortype, pair->major) &&
            (is_unknown || pair->subtype == NULL || IsEqualGUID(&type->subtype, pair->subtype)))
            return S_OK;
    return VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT reader_accept_dynamic(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type)
{
    (void)pin;
    (void)type;
    return VFW_E_TYPE_NOT_ACCEPTED; /* another file is another set of streams */
}

static HRESULT reader_type(struct rg_in_pin *pin, unsigned index, AM_MEDIA_TYPE *ret)
{
    const struct rg_type_pair *pairs = reader_pairs(pin);

    for (unsigned i = 0; i <= index; i++)
        if (pairs[i].major == NULL)
            return VFW_S_NO_MORE_ITEMS;
    return rg_type_make(ret, pairs[index].major,
                        pairs[index].subtype != NULL ? pairs[index].subtype : &GUID_NULL,
                        &FORMAT_None, NULL, 0);
}

/* Roads that stand since other bytes came go on with the same types alone. */
static HRESULT check_roads(struct rg_source *source)
{
    for (unsigned i = 0; i < rg_source_pins_in_use(source); i++) {
        struct rg_out_pin *out = &rg_stream_at(source, i)->out;

        if (out->link.peer != NULL && rg_out_pin_accepts(out, &out->link.type) != S_OK)
            return VFW_E_TYPE_NOT_ACCEPTED;
    }
    return S_OK;
}

static HRESULT reader_connected(struct rg_in_pin *pin)
{
    struct rg_source *source = pin->user;
    RG_AUTO(IAsyncReader) reader = NULL;
    HRESULT hr;

    if (rg_filter_state(&source->filter) != State_Stopped)
        return VFW_E_NOT_STOPPED;
    hr = IPin_QueryInterface(pin->link.peer, &IID_IAsyncReader, (void **)&reader);
    if (FAILED(hr))
        return hr; /* bytes are pulled: whoever only pushes cannot serve */
    rg_source_let_work(source);
    hr = source->cls->load_reader(source->filter.author_state, rg_source_settings(source),
                                  reader);
    if (FAILED(hr))
        return hr;
    hr = check_roads(source);
    if (SUCCEEDED(hr))
        hr = rg_source_make_pins(source);
    if (FAILED(hr) && source->cls->unload != NULL)
        source->cls->unload(
            source->filter.author_state); /* the reader goes with the connection */
    return hr;
}

static void reader_disconnected(struct rg_in_pin *pin)
{
    struct rg_source *source = pin->user;

    if (source->cls->unload != NULL)
        source->cls->unload(source->filter.author_state);
    (void)rg_source_make_pins(source); /* fewer pins only: nothing that can fail */
}

static HRESULT reader_receive(struct rg_in_pin *pin, IMediaSample *sample,
                              const struct rg_sample_info *info)
{
    (void)pin;
    (void)sample;
    (void)info;
    return E_UNEXPECTED;
}

static HRESULT reader_end(struct rg_in_pin *pin)
{
    (void)pin;
    return E_UNEXPECTED;
}

const struct rg_in_pin_ops rg_source_reader_ops = {
    .accept = reader_accept,
    .accept_dynamic = reader_accept_dynamic,
    .get_type = reader_type,
    .connected = reader_connected,
    .disconnected = reader_disconnected,
    .receive = reader_receive,
    .end_of_stream = reader_end,
    .is_end_pin = true,
    .is_static = true, /* its threads read through it */
};
