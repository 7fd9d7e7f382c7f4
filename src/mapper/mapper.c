/* SPDX-License-Identifier: MIT */
/* mapper.c - the filter mapper: IFilterMapper2 and IFilterMapper3, arguments in, registrations out.
 *
 * Any thread; no state.
 * Knows: registrations, answers.  Must not know: files, graphs.
 */
#include "mapper/mapper.h"

#include "platform/memory.h"
#include "platform/text.h"

/* ---- what was registered, as data -------------------------------------------------------- */

static HRESULT types_copy(struct reg_pin *pin, const REGPINTYPES *types, UINT count)
{
    HRESULT hr = count == 0 || types != NULL ? S_OK : E_POINTER;

    for (UINT i = 0; i < count && SUCCEEDED(hr); i++)
        hr = reg_pin_add_type(pin, types[i].clsMajorType, types[i].clsMinorType);
    return hr;
}

static HRESULT pin_copy_first(struct reg_filter *filter, const REGFILTERPINS *from)
{
    char *name RG_AUTO_FREE = NULL;
    struct reg_pin *pin;
    DWORD flags = 0;
    HRESULT hr = from->strName != NULL ? rg_utf8_from_wide(from->strName, &name) : S_OK;

    if (FAILED(hr))
        return hr;
    flags |= from->bRendered ? REG_PINFLAG_B_RENDERER : 0;
    flags |= from->bOutput ? REG_PINFLAG_B_OUTPUT : 0;
    flags |= from->bZero ? REG_PINFLAG_B_ZERO : 0;
    flags |= from->bMany ? REG_PINFLAG_B_MANY : 0;
    pin = reg_filter_add_pin(filter, flags, name);
    return pin != NULL ? types_copy(pin, from->lpMediaType, from->nMediaTypes) : E_OUTOFMEMORY;
}

static HRESULT pin_copy_second(struct reg_filter *filter, const REGFILTERPINS2 *from)
{
    struct reg_pin *pin = reg_filter_add_pin(filter, from->dwFlags, NULL);
    HRESULT hr = pin != NULL ? S_OK : E_OUTOFMEMORY;

    if (FAILED(hr))
        return hr;
    pin->instances = from->cInstances;
    if (from->clsPinCategory != NULL)
        pin->category = *from->clsPinCategory;
    hr = types_copy(pin, from->lpMediaType, from->nMediaTypes);
    if (SUCCEEDED(hr) && from->nMediums != 0 && from->lpMedium == NULL)
        hr = E_POINTER;
    for (UINT i = 0; i < from->nMediums && SUCCEEDED(hr); i++)
        hr = reg_pin_add_medium(pin, &from->lpMedium[i]);
    return hr;
}

static HRESULT pins_copy(struct reg_filter *filter, const REGFILTER2 *from)
{
    HRESULT hr = S_OK;

    if (from->dwVersion == 1) {
        if (from->cPins != 0 && from->rgPins == NULL)
            return E_POINTER;
        for (ULONG i = 0; i < from->cPins && SUCCEEDED(hr); i++)
            hr = pin_copy_first(filter, &from->rgPins[i]);
        return hr;
    }
    if (from->cPins2 != 0 && from->rgPins2 == NULL)
        return E_POINTER;
    for (ULONG i = 0; i < from->cPins2 && SUCCEEDED(hr); i++)
        hr = pin_copy_second(filter, &from->rgPins2[i]);
    return hr;
}

/* ---- writing it down --------------------------------------------------------------------- */

struct putting {
    struct reg_filter *filter; /* NULL: the store has taken it */
};

static HRESULT put_edit(struct reg_store *store, void *context)
{
    struct putting *putting = context;

    return reg_store_put(store, RG_STEAL(&putting->filter));
}

HRESULT mapper_put(struct reg_filter *filter)
{
    struct putting putting = { filter };
    HRESULT hr = filter != NULL ? reg_file_change(put_edit, &putting) : E_OUTOFMEMORY;

    reg_filter_free(putting.filter);
    return hr;
}

struct removing {
    const CLSID *category;
    const char *instance;
};

static HRESULT remove_edit(struct reg_store *store, void *context)
{
    const struct removing *removing = context;

    return mapper_edit_remove(store, removing->category, removing->instance);
}

HRESULT mapper_remove(const CLSID *category, const char *instance)
{
    struct removing removing = { category, instance };

    return reg_file_change(remove_edit, &removing);
}

/* ---- IFilterMapper2 ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE mapper_create_category(IFilterMapper3 *face, REFCLSID category,
                                                        DWORD merit, LPCWSTR description)
{
    char *name RG_AUTO_FREE = NULL;
    HRESULT hr;

    (void)face;
    if (category == NULL || description == NULL)
        return E_POINTER;
    hr = rg_utf8_from_wide(description, &name);
    if (FAILED(hr))
        return hr;
    return mapper_put(
        reg_filter_new(&CLSID_ActiveMovieCategories, NULL, category, name, merit));
}

/* NULL: the class in braces.  The caller frees *ret. */
static HRESULT instance_of(const CLSID *clsid, LPCOLESTR instance, char **ret)
{
    char text[REG_GUID_SIZE];

    if (instance != NULL && *instance != L'\0')
        return rg_utf8_from_wide(instance, ret);
    reg_guid_text(clsid, text);
    *ret = rg_text_dup(text);
    return *ret != NULL ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE mapper_unregister(IFilterMapper3 *face, const CLSID *category,
                                                   LPCOLESTR instance, REFCLSID filter)
{
    char *text RG_AUTO_FREE = NULL;
    HRESULT hr;

    (void)face;
    if (filter == NULL)
        return E_POINTER;
    hr = instance_of(filter, instance, &text);
    if (FAILED(hr))
        return hr;
    return mapper_remove(category != NULL ? category : &CLSID_LegacyAmFilterCategory, text);
}

/* Where it is to be registered: the moniker, if there is one, else category and instance. */
static HRESULT place_of(IMoniker **moniker, const CLSID *category, LPCOLESTR instance,
                        const CLSID *clsid, CLSID *ret_category, char **ret_instance)
{
    if (moniker != NULL && *moniker != NULL)
        return device_name_of(*moniker, ret_category, ret_instance);
    *ret_category = category != NULL ? *category : CLSID_LegacyAmFilterCategory;
    return instance_of(clsid, instance, ret_instance);
}

static HRESULT STDMETHODCALLTYPE mapper_register(IFilterMapper3 *face, REFCLSID clsid,
                                                 LPCWSTR name, IMoniker **moniker,
                                                 const CLSID *category, LPCOLESTR instance,
                                                 const REGFILTER2 *pins)
{
    char *text RG_AUTO_FREE = NULL, *place RG_AUTO_FREE = NULL;
    RG_AUTO(IMoniker) made = NULL;
    struct reg_filter *filter;
    CLSID in;
    HRESULT hr;

    (void)face;
    if (clsid == NULL || name == NULL || pins == NULL)
        return E_POINTER;
    if (pins->dwVersion != 1 && pins->dwVersion != 2)
        return E_INVALIDARG;
    hr = place_of(moniker, category, instance, clsid, &in, &place);
    if (SUCCEEDED(hr))
        hr = rg_utf8_from_wide(name, &text);
    if (SUCCEEDED(hr) && moniker != NULL && *moniker == NULL)
        hr = device_moniker_new(&in, place, &made);
    if (FAILED(hr))
        return hr;
    filter = reg_filter_new(&in, place, clsid, text, pins->dwMerit);
    hr = filter != NULL ? pins_copy(filter, pins) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        reg_filter_free(filter);
        return hr;
    }
    hr = mapper_put(filter);
    if (SUCCEEDED(hr) && made != NULL)
        *moniker = RG_STEAL(&made);
    return hr;
}

/* documented: the flags are reserved.  The arguments are the interface's. */
static HRESULT STDMETHODCALLTYPE // NOLINTNEXTLINE(readability-function-size)
mapper_matching(IFilterMapper3 *face, IEnumMoniker **ret, DWORD flags, BOOL exact, DWORD merit,
                BOOL input_needed, DWORD input_types, const GUID *input_type_pairs,
                const REGPINMEDIUM *input_medium, const CLSID *input_category, BOOL must_render,
                BOOL output_needed, DWORD output_types, const GUID *output_type_pairs,
                const REGPINMEDIUM *output_medium, const CLSID *output_category)
{
    const struct mapper_question question = {
        .is_exact = exact != FALSE,
        .merit = merit,
        .input = { input_needed != FALSE, must_render != FALSE, input_types, input_type_pairs,
                   input_medium, input_category },
        .output = { output_needed != FALSE, false, output_types, output_type_pairs,
                    output_medium, output_category },
    };
    struct mapper_answer answer;
    HRESULT hr;

    (void)face;
    (void)flags;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    if ((input_types != 0 && input_type_pairs == NULL) ||
        (output_types != 0 && output_type_pairs == NULL))
        return E_POINTER;
    hr = mapper_ask(&question, &answer);
    if (FAILED(hr))
        return hr;
    hr = device_enum_new(&answer, ret);
    mapper_answer_clear(&answer);
    return hr;
}

/* ---- IFilterMapper3 ---------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE mapper_get_lister(IFilterMapper3 *face, ICreateDevEnum **ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = NULL;
    return device_lister_create(NULL, &IID_ICreateDevEnum, (void **)ret);
}

static const IFilterMapper3Vtbl mapper_vtbl = {
    COM_UNKNOWN(IFilterMapper3),
    .CreateCategory = mapper_create_category,
    .UnregisterFilter = mapper_unregister,
    .RegisterFilter = mapper_register,
    .EnumMatchingFilters = mapper_matching,
    .GetICreateDevEnum = mapper_get_lister,
};

/* ---- life -------------------------------------------------------------------------------- */

static const struct com_entry mapper_map[] = {
    COM_ENTRY(IFilterMapper2, struct filter_mapper, face),
    COM_ENTRY(IFilterMapper3, struct filter_mapper, face),
    COM_ENTRY(IFilterMapper, struct filter_mapper, first),
    COM_MAP_END,
};

static void mapper_destroy(struct com_object *object)
{
    com_object_fini(object);
    rg_free(object);
}

HRESULT filter_mapper_create(IUnknown *outer, REFIID iid, void **out)
{
    struct filter_mapper *self = rg_calloc(1, sizeof(*self));

    if (self == NULL)
        return E_OUTOFMEMORY;
    com_object_init(&self->object, "filter mapper", mapper_map, outer, mapper_destroy);
    COM_FACE_INIT(&self->object, self->face, &mapper_vtbl);
    COM_FACE_INIT(&self->object, self->first, &mapper_first_vtbl);
    return com_object_hand_out(&self->object, outer, iid, out);
}
