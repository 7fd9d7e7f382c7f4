/* SPDX-License-Identifier: MIT */
/* dispatch.c - late binding: from a number, a name and VARIANTs to a typed call.
 *
 * Any thread; no state.
 * Knows: VARIANTs, the shape of a member.  Must not know: which members there are
 * (dispatch_rows.c), what they do.
 */
#include "graph/dispatch.h"

#include <string.h>
#include <wctype.h>

#include "platform/memory.h"

#define PARAMETERS_MOST 4

static const struct graph_interface *interface_of(REFIID iid)
{
    const struct graph_interface *one = graph_interfaces;

    while (one->iid != NULL && !IsEqualIID(one->iid, iid))
        one++;
    return one->iid != NULL ? one : NULL;
}

static VARTYPE type_of(char letter)
{
    switch (letter) {
    case 'l':
        return VT_I4;
    case 'd':
        return VT_R8;
    case 's':
        return VT_BSTR;
    case 'p':
        return VT_I8;
    default:
        return VT_DISPATCH;
    }
}

/* ---- names ------------------------------------------------------------------------------- */

static bool is_named(const char *name, const WCHAR *asked)
{
    for (; *name != '\0' && *asked != 0; name++, asked++)
        if (towlower((wint_t)*asked) != towlower((wint_t)*name))
            return false;
    return *name == '\0' && *asked == 0;
}

static DISPID id_of(const struct graph_interface *one, const WCHAR *name)
{
    for (unsigned i = 0; one != NULL && name != NULL && i < one->count; i++)
        if (is_named(one->members[i].name, name))
            return one->members[i].id;
    return DISPID_UNKNOWN;
}

HRESULT graph_dispatch_ids(REFIID iid, LPOLESTR *names, UINT count, DISPID *ret_ids)
{
    const struct graph_interface *one = interface_of(iid);
    HRESULT hr = S_OK;

    if (names == NULL || ret_ids == NULL)
        return E_POINTER;
    for (UINT i = 0; i < count; i++) { /* behind the first: parameters, which have no names */
        ret_ids[i] = i == 0 ? id_of(one, names[0]) : DISPID_UNKNOWN;
        if (ret_ids[i] == DISPID_UNKNOWN)
            hr = DISP_E_UNKNOWNNAME;
    }
    return hr;
}

/* ---- calls ------------------------------------------------------------------------------- */

struct call {
    const struct graph_member *member;
    unsigned n_in, n_out;
    bool gives_result; /* the one parameter that goes out is the result */
    VARIANT in[PARAMETERS_MOST];
};

static void call_clear(struct call *call)
{
    for (unsigned i = 0; i < PARAMETERS_MOST; i++)
        (void)VariantClear(&call->in[i]);
}

/* rgvarg has the last argument first. */
static VARIANT *argument(const DISPPARAMS *arguments, unsigned i, UINT *ret_index)
{
    UINT index = arguments->cArgs - 1 - i;

    if (ret_index != NULL)
        *ret_index = index;
    return &arguments->rgvarg[index];
}

static HRESULT arguments_take(struct call *call, const DISPPARAMS *arguments,
                              UINT *bad_argument)
{
    const struct graph_member *member = call->member;
    HRESULT hr;

    for (unsigned i = 0; i < call->n_in; i++) {
        const VARIANT *given = argument(arguments, i, bad_argument);

        hr = VariantChangeType(&call->in[i], given, 0, type_of(member->in[i]));
        if (FAILED(hr))
            return hr;
    }
    for (unsigned i = 0; i < call->n_out && !call->gives_result; i++) {
        const VARIANT *given = argument(arguments, call->n_in + i, bad_argument);

        if (given->vt != (VT_BYREF | type_of(member->out[i])) || given->byref == NULL)
            return DISP_E_TYPEMISMATCH;
    }
    return S_OK;
}

static const struct graph_member *member_of(REFIID iid, DISPID id, WORD flags)
{
    const struct graph_interface *one = interface_of(iid);

    for (unsigned i = 0; one != NULL && i < one->count; i++)
        if (one->members[i].id == id && (one->members[i].kind & flags) != 0)
            return &one->members[i];
    return NULL;
}

/* On success call_clear it. */
static HRESULT call_prepare(struct call *ret, REFIID iid, DISPID id, WORD flags,
                            const DISPPARAMS *arguments, UINT *bad_argument)
{
    unsigned wanted;
    HRESULT hr;

    *ret = (struct call){ .member = member_of(iid, id, flags) };
    if (arguments == NULL || (arguments->cArgs != 0 && arguments->rgvarg == NULL))
        return E_POINTER;
    if (ret->member == NULL)
        return DISP_E_MEMBERNOTFOUND;
    ret->n_in = (unsigned)strlen(ret->member->in);
    ret->n_out = (unsigned)strlen(ret->member->out);
    wanted = ret->n_in + ret->n_out;
    /* a value that is asked for comes as the result, or into the last argument */
    if (ret->n_out == 1 && arguments->cArgs + 1 == wanted) {
        ret->gives_result = true;
        wanted--;
    }
    if (arguments->cArgs != wanted)
        return DISP_E_BADPARAMCOUNT;
    hr = arguments_take(ret, arguments, bad_argument);
    if (FAILED(hr))
        call_clear(ret);
    return hr;
}

static void give(const VARIANT *value, const VARIANT *into)
{
    switch (value->vt) {
    case VT_I4:
        *into->plVal = value->lVal;
        break;
    case VT_R8:
        *into->pdblVal = value->dblVal;
        break;
    case VT_I8:
        *into->pllVal = value->llVal;
        break;
    case VT_BSTR:
        *into->pbstrVal = value->bstrVal;
        break;
    default:
        *into->ppdispVal = value->pdispVal;
        break;
    }
}

static void results_give(const struct call *call, const DISPPARAMS *arguments, VARIANT *out,
                         VARIANT *result)
{
    for (unsigned i = 0; i < call->n_out; i++) {
        if (!call->gives_result)
            give(&out[i], argument(arguments, call->n_in + i, NULL));
        else if (result != NULL)
            *result = out[i];
        else
            (void)VariantClear(&out[i]);
    }
}

HRESULT graph_dispatch_invoke(REFIID iid, void *face, DISPID id, WORD flags,
                              const DISPPARAMS *arguments, VARIANT *result, UINT *bad_argument)
{
    VARIANT out[PARAMETERS_MOST] = { 0 };
    struct call call;
    HRESULT hr = call_prepare(&call, iid, id, flags, arguments, bad_argument);

    if (FAILED(hr))
        return hr;
    if (result != NULL)
        VariantInit(result);
    for (unsigned i = 0; i < call.n_out; i++)
        out[i].vt = type_of(call.member->out[i]);
    hr = call.member->call(face, call.in, out);
    if (SUCCEEDED(hr))
        results_give(&call, arguments, out, result);
    call_clear(&call);
    return hr;
}

HRESULT graph_dispatch_check(REFIID iid, DISPID id, WORD flags, const DISPPARAMS *arguments,
                             UINT *bad_argument)
{
    struct call call;
    HRESULT hr = call_prepare(&call, iid, id, flags, arguments, bad_argument);

    if (SUCCEEDED(hr))
        call_clear(&call);
    return hr;
}
