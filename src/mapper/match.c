/* SPDX-License-Identifier: MIT */
/* match.c - which registered filters have pins like these?
 *
 * Any thread, no lock.
 * Knows: registrations.  Must not know: how the question came, who reads the answer.
 */
#include "mapper/match.h"

#include "platform/memory.h"

static bool is_any(const GUID *guid)
{
    return guid == NULL || IsEqualGUID(guid, &GUID_NULL);
}

/* `has` is registered, `wanted` was asked for. */
static bool guid_fits(const GUID *has, const GUID *wanted, bool is_exact)
{
    return is_any(wanted) || IsEqualGUID(has, wanted) || (!is_exact && is_any(has));
}

static bool types_fit(const struct reg_pin *pin, const struct mapper_side *side, bool is_exact)
{
    if (side->type_count == 0)
        return true;
    for (size_t i = 0; i < pin->type_count; i++)
        for (DWORD k = 0; k < side->type_count; k++)
            if (guid_fits(&pin->types[i].major, &side->types[2 * k], is_exact) &&
                guid_fits(&pin->types[i].subtype, &side->types[2 * k + 1], is_exact))
                return true;
    return pin->type_count == 0 && !is_exact;
}

static bool mediums_fit(const struct reg_pin *pin, const struct mapper_side *side,
                        bool is_exact)
{
    const REGPINMEDIUM *wanted = side->medium;

    if (wanted == NULL || is_any(&wanted->clsMedium))
        return true;
    for (size_t i = 0; i < pin->medium_count; i++) {
        const REGPINMEDIUM *has = &pin->mediums[i];

        if (is_any(&has->clsMedium) ? !is_exact
                                    : IsEqualGUID(&has->clsMedium, &wanted->clsMedium) &&
                                          has->dw1 == wanted->dw1 && has->dw2 == wanted->dw2)
            return true;
    }
    return pin->medium_count == 0 && !is_exact;
}

static bool pin_fits(const struct reg_pin *pin, const struct mapper_side *side, bool is_exact)
{
    if (side->must_render && (pin->flags & REG_PINFLAG_B_RENDERER) == 0)
        return false;
    return types_fit(pin, side, is_exact) && mediums_fit(pin, side, is_exact) &&
           guid_fits(&pin->category, side->category, is_exact);
}

static bool side_fits(const struct reg_filter *filter, const struct mapper_side *side,
                      bool is_output, bool is_exact)
{
    if (!side->is_needed)
        return true;
    for (size_t i = 0; i < filter->pin_count; i++)
        if (((filter->pins[i].flags & REG_PINFLAG_B_OUTPUT) != 0) == is_output &&
            pin_fits(&filter->pins[i], side, is_exact))
            return true;
    return false;
}

/* By merit; equals keep their order, which is why this is no qsort. */
static void answer_sort(struct mapper_answer *answer)
{
    for (size_t i = 1; i < answer->count; i++) {
        const struct reg_filter *filter = answer->list[i];
        size_t place = i;

        for (; place != 0 && answer->list[place - 1]->merit < filter->merit; place--)
            answer->list[place] = answer->list[place - 1];
        answer->list[place] = filter;
    }
}

/* Opens the view with room for all of its filters. */
static HRESULT answer_open(struct mapper_answer *ret, struct mapper_items *items)
{
    HRESULT hr;

    *ret = (struct mapper_answer){ 0 };
    hr = rg_mapper_view_get(&ret->view);
    if (SUCCEEDED(hr))
        hr = mapper_view_items(ret->view, items);
    if (SUCCEEDED(hr)) {
        ret->list = rg_calloc(items->count + 1, sizeof(*ret->list));
        hr = ret->list != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (FAILED(hr))
        mapper_answer_clear(ret);
    return hr;
}

HRESULT mapper_ask(const struct mapper_question *question, struct mapper_answer *ret)
{
    struct mapper_items items;
    HRESULT hr = answer_open(ret, &items);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < items.count; i++) {
        const struct reg_filter *filter = items.list[i];

        if (filter->merit >= question->merit &&
            side_fits(filter, &question->input, false, question->is_exact) &&
            side_fits(filter, &question->output, true, question->is_exact) &&
            mapper_category_is_open(ret->view, &filter->category))
            ret->list[ret->count++] = filter;
    }
    answer_sort(ret);
    return S_OK;
}

HRESULT mapper_list(const CLSID *category, unsigned flags, struct mapper_answer *ret)
{
    struct mapper_items items;
    HRESULT hr = answer_open(ret, &items);

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < items.count; i++)
        if (IsEqualCLSID(&items.list[i]->category, category) &&
            ((flags & MAPPER_ABOVE_ZERO) == 0 || items.list[i]->merit > MERIT_DO_NOT_USE))
            ret->list[ret->count++] = items.list[i];
    if ((flags & MAPPER_ONE_ONLY) != 0 && ret->count != 0) {
        answer_sort(ret);
        ret->count = 1;
    }
    return S_OK;
}

void mapper_answer_clear(struct mapper_answer *answer)
{
    rg_free(answer->list);
    rg_mapper_view_release(answer->view);
    *answer = (struct mapper_answer){ 0 };
}

HRESULT mapper_look_up(const CLSID *category, const char *instance,
                       struct mapper_lookup *ret_found)
{
    struct rg_mapper_view *view;
    struct mapper_items items = { 0 };
    HRESULT hr = rg_mapper_view_get(&view);

    if (FAILED(hr))
        return hr;
    hr = mapper_view_items(view, &items);
    ret_found->view = view;
    ret_found->filter = mapper_items_find(&items, category, instance);
    if (SUCCEEDED(hr) && ret_found->filter == NULL)
        hr = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (FAILED(hr))
        rg_mapper_view_release(view);
    return hr;
}
