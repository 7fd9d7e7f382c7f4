/* SPDX-License-Identifier: MIT */
/* filter_data.c - the bytes of the property "FilterData", written and read.
 *
 * Any thread; no state.
 * Knows: registrations.  Must not know: COM objects.
 */
#include "mapper/filter_data.h"

#include <string.h>

#include "platform/memory.h"

#define HEADER_SIZE 16
#define PIN_SIZE    24
#define TYPE_SIZE   16
#define GUID_SIZE   16
#define MEDIUM_SIZE 24

/* ---- writing ----------------------------------------------------------------------------- */

/* Two parts: what is read in order, and behind it what offsets point to.  Memory for the largest
 * that can be is there from the beginning. */
struct writer {
    BYTE *data;
    size_t at;    /* the first part grows here */
    size_t begin; /* of the second part */
    size_t end;   /* of what is written of it */
};

static void word_put(BYTE *at, DWORD word)
{
    at[0] = (BYTE)word;
    at[1] = (BYTE)(word >> 8);
    at[2] = (BYTE)(word >> 16);
    at[3] = (BYTE)(word >> 24);
}

static void word_add(struct writer *w, DWORD word)
{
    word_put(w->data + w->at, word);
    w->at += 4;
}

static void signature_add(struct writer *w, size_t index, const char *kind)
{
    w->data[w->at] = (BYTE)('0' + index);
    memcpy(w->data + w->at + 1, kind, 3);
    w->at += 4;
}

static void guid_bytes(const GUID *guid, BYTE bytes[GUID_SIZE])
{
    word_put(bytes, guid->Data1);
    word_put(bytes + 4, (DWORD)guid->Data3 << 16 | guid->Data2);
    memcpy(bytes + 8, guid->Data4, 8);
}

/* The offset of what is there already, or is put there now. */
static void offset_add(struct writer *w, const BYTE *bytes, size_t size)
{
    size_t at = w->begin;

    while (at + size <= w->end && memcmp(w->data + at, bytes, size) != 0)
        at += 4;
    if (at + size > w->end) {
        at = w->end;
        memcpy(w->data + at, bytes, size);
        w->end += size;
    }
    word_add(w, (DWORD)at);
}

static void guid_add(struct writer *w, const GUID *guid)
{
    BYTE bytes[GUID_SIZE];

    guid_bytes(guid, bytes);
    offset_add(w, bytes, sizeof(bytes));
}

static void medium_add(struct writer *w, const REGPINMEDIUM *medium)
{
    BYTE bytes[MEDIUM_SIZE];

    guid_bytes(&medium->clsMedium, bytes);
    word_put(bytes + GUID_SIZE, medium->dw1);
    word_put(bytes + GUID_SIZE + 4, medium->dw2);
    offset_add(w, bytes, sizeof(bytes));
}

static void pin_add(struct writer *w, const struct reg_pin *pin, size_t index)
{
    bool has_category = !IsEqualGUID(&pin->category, &GUID_NULL);

    signature_add(w, index, "pi3");
    word_add(w, pin->flags);
    word_add(w, pin->instances);
    word_add(w, (DWORD)pin->type_count);
    word_add(w, (DWORD)pin->medium_count);
    word_add(w, has_category);
    if (has_category)
        guid_add(w, &pin->category);
    for (size_t i = 0; i < pin->type_count; i++) {
        signature_add(w, i, "ty3");
        word_add(w, 0);
        guid_add(w, &pin->types[i].major);
        guid_add(w, &pin->types[i].subtype);
    }
    for (size_t i = 0; i < pin->medium_count; i++)
        medium_add(w, &pin->mediums[i]);
}

HRESULT filter_data_write(const struct reg_filter *filter, BYTE **ret_data, size_t *ret_size)
{
    struct writer w = { .begin = HEADER_SIZE };
    size_t more = 0;

    for (size_t i = 0; i < filter->pin_count; i++) {
        const struct reg_pin *pin = &filter->pins[i];
        bool has_category = !IsEqualGUID(&pin->category, &GUID_NULL);

        w.begin += PIN_SIZE + pin->type_count * TYPE_SIZE + pin->medium_count * 4 +
                   (has_category ? 4 : 0);
        more += pin->type_count * 2 * GUID_SIZE + pin->medium_count * MEDIUM_SIZE + GUID_SIZE;
    }
    w.end = w.begin;
    w.data = rg_calloc(1, w.begin + more);
    if (w.data == NULL)
        return E_OUTOFMEMORY;
    word_add(&w, 2);
    word_add(&w, filter->merit);
    word_add(&w, (DWORD)filter->pin_count);
    word_add(&w, 0);
    for (size_t i = 0; i < filter->pin_count; i++)
        pin_add(&w, &filter->pins[i], i);
    *ret_data = w.data;
    *ret_size = w.end;
    return S_OK;
}

/* ---- reading ----------------------------------------------------------------------------- */

struct reader {
    const BYTE *data;
    size_t size, at;
    bool is_bad; /* it asked for what is not there; zeros since */
};

static DWORD word_get(const BYTE *at)
{
    return at[0] | (DWORD)at[1] << 8 | (DWORD)at[2] << 16 | (DWORD)at[3] << 24;
}

static DWORD word_take(struct reader *r)
{
    if (r->is_bad || r->size - r->at < 4) {
        r->is_bad = true;
        return 0;
    }
    r->at += 4;
    return word_get(r->data + r->at - 4);
}

static void signature_take(struct reader *r, const char *kind)
{
    (void)word_take(r);
    r->is_bad = r->is_bad || memcmp(r->data + r->at - 3, kind, 3) != 0;
}

/* What the next word points to. */
static const BYTE *offset_take(struct reader *r, size_t size)
{
    size_t at = word_take(r);

    r->is_bad = r->is_bad || at > r->size || r->size - at < size;
    return r->is_bad ? NULL : r->data + at;
}

static GUID guid_get(const BYTE *bytes)
{
    GUID guid = GUID_NULL;

    if (bytes == NULL)
        return guid;
    guid.Data1 = word_get(bytes);
    guid.Data2 = (unsigned short)word_get(bytes + 4);
    guid.Data3 = (unsigned short)(word_get(bytes + 4) >> 16);
    memcpy(guid.Data4, bytes + 8, 8);
    return guid;
}

static HRESULT type_read(struct reader *r, struct reg_pin *pin)
{
    struct reg_type type;

    signature_take(r, "ty3");
    (void)word_take(r);
    type.major = guid_get(offset_take(r, GUID_SIZE));
    type.subtype = guid_get(offset_take(r, GUID_SIZE));
    return r->is_bad ? E_INVALIDARG : reg_pin_add_type(pin, &type.major, &type.subtype);
}

static HRESULT medium_read(struct reader *r, struct reg_pin *pin)
{
    const BYTE *bytes = offset_take(r, MEDIUM_SIZE);
    REGPINMEDIUM medium = { .clsMedium = guid_get(bytes) };

    if (bytes == NULL)
        return E_INVALIDARG;
    medium.dw1 = word_get(bytes + GUID_SIZE);
    medium.dw2 = word_get(bytes + GUID_SIZE + 4);
    return reg_pin_add_medium(pin, &medium);
}

static HRESULT pin_read(struct reader *r, struct reg_filter *filter)
{
    struct reg_pin *pin;
    DWORD types, mediums;
    HRESULT hr = S_OK;

    signature_take(r, "pi3");
    pin = !r->is_bad ? reg_filter_add_pin(filter, word_take(r), NULL) : NULL;
    if (pin == NULL)
        return r->is_bad ? E_INVALIDARG : E_OUTOFMEMORY;
    pin->instances = word_take(r);
    types = word_take(r);
    mediums = word_take(r);
    if (word_take(r) != 0)
        pin->category = guid_get(offset_take(r, GUID_SIZE));
    for (DWORD i = 0; i < types && SUCCEEDED(hr); i++)
        hr = type_read(r, pin);
    for (DWORD i = 0; i < mediums && SUCCEEDED(hr); i++)
        hr = medium_read(r, pin);
    return SUCCEEDED(hr) && r->is_bad ? E_INVALIDARG : hr;
}

HRESULT filter_data_read(struct reg_filter *filter, const BYTE *data, size_t size)
{
    struct reader r = { .data = data, .size = size };
    DWORD version = word_take(&r), merit = word_take(&r), pins = word_take(&r);
    HRESULT hr = S_OK;

    (void)word_take(&r);
    if (r.is_bad || version != 2)
        return E_INVALIDARG;
    filter->merit = merit;
    for (DWORD i = 0; i < pins && SUCCEEDED(hr); i++)
        hr = pin_read(&r, filter);
    return hr;
}
