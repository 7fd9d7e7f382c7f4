/* SPDX-License-Identifier: MIT */
/* mapper_first.c - IFilterMapper, the first one: a filter, its pins, their types, a call for each.
 *
 * Any thread; no state.  It sees CLSID_LegacyAmFilterCategory; the pin that a pin connects to
 * inside its filter is taken and not kept: nothing ever asked for it.
 * Knows: registrations, answers.  Must not know: files, graphs.
 */
#include "mapper/mapper.h"

#include "platform/memory.h"
#include "platform/text.h"

/* ---- filters ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE first_register(IFilterMapper *face, CLSID clsid, LPCWSTR name,
                                                DWORD merit)
{
    char *text RG_AUTO_FREE = NULL;
    HRESULT hr;

    (void)face;
    if (name == NULL)
        return E_POINTER;
    hr = rg_utf8_from_wide(name, &text);
    if (FAILED(hr))
        return hr;
    return mapper_put(reg_filter_new(&CLSID_LegacyAmFilterCategory, NULL, &clsid, text, merit));
}

/* One step of an edit: which filter, which of its pins, and what comes. */
struct edit {
    const CLSID *clsid;
    const char *pin;
    DWORD flags;
    struct reg_type type;
    const char *name;     /* of an instance */
    const char *instance; /* a new one */
};

static HRESULT edit_filter(struct reg_store *store, const struct edit *edit,
                           struct reg_filter **ret)
{
    char instance[REG_GUID_SIZE];

    reg_guid_text(edit->clsid, instance);
    return mapper_edit_filter(store, &CLSID_LegacyAmFilterCategory, instance, ret);
}

static HRESULT instance_put(struct reg_store *store, const struct edit *edit,
                            const struct reg_filter *filter)
{
    struct reg_filter *made = reg_filter_new(&CLSID_LegacyAmFilterCategory, edit->instance,
                                             edit->clsid, edit->name, filter->merit);
    HRESULT hr = made != NULL ? reg_filter_copy_pins(made, filter) : E_OUTOFMEMORY;

    if (FAILED(hr)) {
        reg_filter_free(made);
        return hr;
    }
    return reg_store_put(store, made);
}

/* An instance has the merit and the pins that its class has now. */
static HRESULT instance_edit(struct reg_store *store, void *context)
{
    const struct edit *edit = context;
    struct reg_filter *filter, *own = NULL;
    char instance[REG_GUID_SIZE];
    HRESULT hr = S_OK;

    reg_guid_text(edit->clsid, instance);
    filter = reg_store_find(store, &CLSID_LegacyAmFilterCategory, instance);
    if (filter == NULL) {
        hr = mapper_own_filter(&CLSID_LegacyAmFilterCategory, instance, &own);
        filter = own;
    }
    if (SUCCEEDED(hr) && (filter == NULL || filter->is_removed))
        hr = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (SUCCEEDED(hr))
        hr = instance_put(store, edit, filter);
    reg_filter_free(own);
    return hr;
}

static HRESULT STDMETHODCALLTYPE first_register_instance(IFilterMapper *face, CLSID clsid,
                                                         LPCWSTR name, CLSID *ret_instance)
{
    char *text RG_AUTO_FREE = NULL;
    char instance[REG_GUID_SIZE];
    struct edit edit = { .clsid = &clsid, .instance = instance };
    CLSID made;
    HRESULT hr;

    (void)face;
    if (name == NULL || ret_instance == NULL)
        return E_POINTER;
    hr = CoCreateGuid(&made);
    if (SUCCEEDED(hr))
        hr = rg_utf8_from_wide(name, &text);
    if (FAILED(hr))
        return hr;
    reg_guid_text(&made, instance);
    edit.name = text;
    hr = reg_file_change(instance_edit, &edit);
    if (SUCCEEDED(hr))
        *ret_instance = made;
    return hr;
}

static HRESULT STDMETHODCALLTYPE first_unregister(IFilterMapper *face, CLSID clsid)
{
    char instance[REG_GUID_SIZE];

    (void)face;
    reg_guid_text(&clsid, instance);
    return mapper_remove(&CLSID_LegacyAmFilterCategory, instance);
}

/* ---- pins -------------------------------------------------------------------------------- */

static HRESULT pin_edit(struct reg_store *store, void *context)
{
    const struct edit *edit = context;
    struct reg_filter *filter;
    struct reg_pin *pin;
    HRESULT hr = edit_filter(store, edit, &filter);

    if (FAILED(hr))
        return hr;
    pin = reg_filter_pin(filter, edit->pin);
    if (pin != NULL) /* registered anew: its types are gone, as it is with filters */
        reg_filter_drop_pin(filter, (size_t)(pin - filter->pins));
    return reg_filter_add_pin(filter, edit->flags, edit->pin) != NULL ? S_OK : E_OUTOFMEMORY;
}

/* The pin has to be there. */
static HRESULT edit_pin(struct reg_store *store, const struct edit *edit,
                        struct reg_filter **ret_filter, struct reg_pin **ret_pin)
{
    struct reg_filter *filter;
    HRESULT hr = edit_filter(store, edit, &filter);

    if (FAILED(hr))
        return hr;
    *ret_filter = filter;
    *ret_pin = reg_filter_pin(filter, edit->pin);
    return *ret_pin != NULL ? S_OK : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

static HRESULT type_edit(struct reg_store *store, void *context)
{
    const struct edit *edit = context;
    struct reg_filter *filter;
    struct reg_pin *pin;
    HRESULT hr = edit_pin(store, edit, &filter, &pin);

    return SUCCEEDED(hr) ? reg_pin_add_type(pin, &edit->type.major, &edit->type.subtype) : hr;
}

static HRESULT pin_drop_edit(struct reg_store *store, void *context)
{
    struct reg_filter *filter;
    struct reg_pin *pin;
    HRESULT hr = edit_pin(store, context, &filter, &pin);

    if (SUCCEEDED(hr))
        reg_filter_drop_pin(filter, (size_t)(pin - filter->pins));
    return hr;
}

static HRESULT change_pin(reg_edit change, struct edit *edit, LPCWSTR name)
{
    char *text RG_AUTO_FREE = NULL;
    HRESULT hr;

    if (name == NULL)
        return E_POINTER;
    hr = rg_utf8_from_wide(name, &text);
    if (FAILED(hr))
        return hr;
    edit->pin = text;
    return reg_file_change(change, edit);
}

static HRESULT STDMETHODCALLTYPE first_register_pin(IFilterMapper *face, CLSID clsid,
                                                    LPCWSTR name, BOOL is_rendered,
                                                    BOOL is_output, BOOL can_be_zero,
                                                    BOOL can_be_many, CLSID connects_to_filter,
                                                    LPCWSTR connects_to_pin)
{
    struct edit edit = { .clsid = &clsid };

    (void)face;
    (void)connects_to_filter;
    (void)connects_to_pin;
    edit.flags |= is_rendered ? REG_PINFLAG_B_RENDERER : 0;
    edit.flags |= is_output ? REG_PINFLAG_B_OUTPUT : 0;
    edit.flags |= can_be_zero ? REG_PINFLAG_B_ZERO : 0;
    edit.flags |= can_be_many ? REG_PINFLAG_B_MANY : 0;
    return change_pin(pin_edit, &edit, name);
}

static HRESULT STDMETHODCALLTYPE first_register_type(IFilterMapper *face, CLSID clsid,
                                                     LPCWSTR name, CLSID major_type,
                                                     CLSID sub_type)
{
    struct edit edit = { .clsid = &clsid, .type = { major_type, sub_type } };

    (void)face;
    return change_pin(type_edit, &edit, name);
}

static HRESULT STDMETHODCALLTYPE first_unregister_pin(IFilterMapper *face, CLSID clsid,
                                                      LPCWSTR name)
{
    struct edit edit = { .clsid = &clsid };

    (void)face;
    return change_pin(pin_drop_edit, &edit, name);
}

/* ---- the question ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE first_matching(IFilterMapper *face, IEnumRegFilters **ret,
                                                DWORD merit, BOOL input_needed,
                                                CLSID input_major, CLSID input_sub,
                                                BOOL must_render, BOOL output_needed,
                                                CLSID output_major, CLSID output_sub)
{
    const GUID input[] = { input_major, input_sub }, output[] = { output_major, output_sub };
    const struct mapper_question question = {
        .merit = merit,
        .input = { input_needed != FALSE, must_render != FALSE, 1, input, NULL, NULL },
        .output = { output_needed != FALSE, false, 1, output, NULL, NULL },
    };
    struct mapper_answer answer;
    HRESULT hr;

    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    hr = mapper_ask(&question, &answer);
    return SUCCEEDED(hr) ? filter_enum_new(&answer, ret) : hr;
}

const IFilterMapperVtbl mapper_first_vtbl = {
    COM_UNKNOWN(IFilterMapper),
    .RegisterFilter = first_register,
    .RegisterFilterInstance = first_register_instance,
    .RegisterPin = first_register_pin,
    .RegisterPinType = first_register_type,
    .UnregisterFilter = first_unregister,
    .UnregisterFilterInstance = first_unregister,
    .UnregisterPin = first_unregister_pin,
    .EnumMatchingFilters = first_matching,
};
