/* SPDX-License-Identifier: MIT */
/* convert.c - VariantChangeType: numbers, truth, text and interfaces into one another.
 *
 * Any thread.  Text is written and read as in the C locale, whatever the process uses.  Dates
 * and decimals have no text here: DISP_E_TYPEMISMATCH.
 * Knows: VARIANT.  Must not know: who sends them.
 */
#include <errno.h>
#include <float.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oleauto.h>

#include "platform/memory.h"
#include "platform/text.h"

#define CURRENCY_SCALE 10000
#ifndef VARIANT_ALPHABOOL
#define VARIANT_ALPHABOOL 0x02
#endif

/* A value between two types. */
struct number {
    enum { NUMBER_SIGNED = 1, NUMBER_UNSIGNED, NUMBER_REAL } kind;
    int64_t i;  /* NUMBER_SIGNED */
    uint64_t u; /* NUMBER_UNSIGNED */
    double r;   /* NUMBER_REAL */
};

/* --- text, without the process's locale --------------------------------------------------- */

static locale_t c_locale; /* constant after the once; 0 if memory ran out: the process's then */
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t c_locale_enter(void)
{
    pthread_once(&c_locale_once, c_locale_make);
    return c_locale != (locale_t)0 ? uselocale(c_locale) : (locale_t)0;
}

static void c_locale_leave(locale_t before)
{
    if (before != (locale_t)0)
        (void)uselocale(before);
}

static bool only_blanks(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static HRESULT number_parse(const char *text, struct number *ret)
{
    const char *start = text + strspn(text, " \t\r\n");
    char *end;

    errno = 0;
    if (*start == '-') {
        ret->kind = NUMBER_SIGNED;
        ret->i = strtoll(start, &end, 10);
    } else {
        ret->kind = NUMBER_UNSIGNED;
        ret->u = strtoull(start, &end, 10);
    }
    if (end != start && errno == 0 && only_blanks(end))
        return S_OK;
    errno = 0;
    ret->kind = NUMBER_REAL;
    ret->r = strtod(start, &end);
    if (end == start || !only_blanks(end))
        return DISP_E_TYPEMISMATCH;
    return errno == ERANGE ? DISP_E_OVERFLOW : S_OK;
}

static HRESULT number_from_text(BSTR text, struct number *ret)
{
    char *utf8 RG_AUTO_FREE = NULL;
    locale_t before;
    HRESULT hr;

    if (text == NULL)
        return DISP_E_TYPEMISMATCH;
    hr = rg_utf8_from_wide(text, &utf8);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : DISP_E_TYPEMISMATCH;
    if (strcasecmp(utf8, "true") == 0 || strcasecmp(utf8, "false") == 0) {
        *ret = (struct number){ .kind = NUMBER_SIGNED,
                                .i = strcasecmp(utf8, "true") == 0 ? VARIANT_TRUE : 0 };
        return S_OK;
    }
    before = c_locale_enter();
    hr = number_parse(utf8, ret);
    c_locale_leave(before);
    return hr;
}

static HRESULT text_from_number(const struct number *number, int digits, BSTR *ret)
{
    locale_t before = c_locale_enter();
    OLECHAR wide[64];
    char text[64];

    if (number->kind == NUMBER_SIGNED)
        snprintf(text, sizeof(text), "%lld", (long long)number->i);
    else if (number->kind == NUMBER_UNSIGNED)
        snprintf(text, sizeof(text), "%llu", (unsigned long long)number->u);
    else
        snprintf(text, sizeof(text), "%.*G", digits, number->r);
    c_locale_leave(before);
    (void)rg_text_to_wide(wide, sizeof(wide) / sizeof(wide[0]), text);
    *ret = SysAllocString(wide);
    return *ret != NULL ? S_OK : E_OUTOFMEMORY;
}

/* --- numbers
 * ----------------------------------------------------------------------------------- */

static struct number signed_number(int64_t value)
{
    return (struct number){ .kind = NUMBER_SIGNED, .i = value };
}

static struct number unsigned_number(uint64_t value)
{
    return (struct number){ .kind = NUMBER_UNSIGNED, .u = value };
}

static struct number real_number(double value)
{
    return (struct number){ .kind = NUMBER_REAL, .r = value };
}

/* `from` is no reference any more. */
static HRESULT number_from_variant(const VARIANT *from, struct number *ret)
{
    switch (from->vt) {
    case VT_EMPTY:
        *ret = signed_number(0);
        return S_OK;
    case VT_I1:
        *ret = signed_number((signed char)from->cVal);
        return S_OK;
    case VT_UI1:
        *ret = unsigned_number(from->bVal);
        return S_OK;
    case VT_I2:
        *ret = signed_number(from->iVal);
        return S_OK;
    case VT_UI2:
        *ret = unsigned_number(from->uiVal);
        return S_OK;
    case VT_I4:
    case VT_INT:
    case VT_ERROR:
        *ret = signed_number(from->lVal);
        return S_OK;
    case VT_UI4:
    case VT_UINT:
        *ret = unsigned_number(from->ulVal);
        return S_OK;
    case VT_I8:
        *ret = signed_number(from->llVal);
        return S_OK;
    case VT_UI8:
        *ret = unsigned_number(from->ullVal);
        return S_OK;
    case VT_BOOL:
        *ret = signed_number(from->boolVal);
        return S_OK;
    case VT_R4:
        *ret = real_number(from->fltVal);
        return S_OK;
    case VT_R8:
    case VT_DATE:
        *ret = real_number(from->dblVal);
        return S_OK;
    case VT_CY:
        *ret = real_number((double)from->cyVal.int64 / CURRENCY_SCALE);
        return S_OK;
    case VT_BSTR:
        return number_from_text(from->bstrVal, ret);
    default:
        return DISP_E_TYPEMISMATCH;
    }
}

static double real_of(const struct number *number)
{
    if (number->kind == NUMBER_SIGNED)
        return (double)number->i;
    return number->kind == NUMBER_UNSIGNED ? (double)number->u : number->r;
}

/* To the nearest, halves to the even one, as automation rounds.  False above 64 bits. */
static bool real_round(double value, bool is_unsigned, struct number *ret)
{
    double limit = is_unsigned ? 18446744073709551616.0 : 9223372036854775808.0;
    double part;
    uint64_t whole;

    if (!(value < limit && value >= (is_unsigned ? -0.5 : -limit)))
        return false;
    whole = (uint64_t)(value < 0 ? -value : value);
    part = (value < 0 ? -value : value) - (double)whole;
    if (part > 0.5 || (part == 0.5 && (whole & 1) != 0))
        whole++;
    *ret = is_unsigned ? unsigned_number(whole)
                       : signed_number(value < 0 ? (int64_t)(0 - whole) : (int64_t)whole);
    return true;
}

static HRESULT number_to_signed(const struct number *number, int64_t low, int64_t high,
                                int64_t *ret)
{
    struct number whole = *number;

    if (number->kind == NUMBER_REAL && !real_round(number->r, false, &whole))
        return DISP_E_OVERFLOW;
    if (whole.kind == NUMBER_UNSIGNED) {
        if (whole.u > INT64_MAX)
            return DISP_E_OVERFLOW;
        whole.i = (int64_t)whole.u;
    }
    if (whole.i < low || whole.i > high)
        return DISP_E_OVERFLOW;
    *ret = whole.i;
    return S_OK;
}

static HRESULT number_to_unsigned(const struct number *number, uint64_t high, uint64_t *ret)
{
    struct number whole = *number;

    if (number->kind == NUMBER_REAL && !real_round(number->r, true, &whole))
        return DISP_E_OVERFLOW;
    if (whole.kind == NUMBER_SIGNED) {
        if (whole.i < 0)
            return DISP_E_OVERFLOW;
        whole.u = (uint64_t)whole.i;
    }
    if (whole.u > high)
        return DISP_E_OVERFLOW;
    *ret = whole.u;
    return S_OK;
}

static HRESULT number_to_real(const struct number *number, VARTYPE type, VARIANT *ret)
{
    double value = real_of(number);
    struct number scaled;

    if (type == VT_CY) {
        if (!real_round(value * CURRENCY_SCALE, false, &scaled))
            return DISP_E_OVERFLOW;
        ret->cyVal.int64 = scaled.i;
        return S_OK;
    }
    if (type != VT_R4) {
        ret->dblVal = value;
        return S_OK;
    }
    if (value > (double)FLT_MAX || value < -(double)FLT_MAX)
        return DISP_E_OVERFLOW;
    ret->fltVal = (float)value;
    return S_OK;
}

static HRESULT number_to_variant(const struct number *number, VARTYPE type, VARIANT *ret)
{
    int64_t i = 0;
    uint64_t u = 0;
    HRESULT hr;

    switch (type) {
    case VT_I1:
        hr = number_to_signed(number, INT8_MIN, INT8_MAX, &i);
        ret->cVal = (CHAR)i;
        return hr;
    case VT_I2:
        hr = number_to_signed(number, INT16_MIN, INT16_MAX, &i);
        ret->iVal = (SHORT)i;
        return hr;
    case VT_I4:
    case VT_INT:
    case VT_ERROR:
        hr = number_to_signed(number, INT32_MIN, INT32_MAX, &i);
        ret->lVal = (LONG)i;
        return hr;
    case VT_I8:
        hr = number_to_signed(number, INT64_MIN, INT64_MAX, &i);
        ret->llVal = i;
        return hr;
    case VT_UI1:
        hr = number_to_unsigned(number, UINT8_MAX, &u);
        ret->bVal = (BYTE)u;
        return hr;
    case VT_UI2:
        hr = number_to_unsigned(number, UINT16_MAX, &u);
        ret->uiVal = (USHORT)u;
        return hr;
    case VT_UI4:
    case VT_UINT:
        hr = number_to_unsigned(number, UINT32_MAX, &u);
        ret->ulVal = (ULONG)u;
        return hr;
    case VT_UI8:
        hr = number_to_unsigned(number, UINT64_MAX, &u);
        ret->ullVal = u;
        return hr;
    case VT_BOOL:
        ret->boolVal = real_of(number) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
        return S_OK;
    case VT_R4:
    case VT_R8:
    case VT_DATE:
    case VT_CY:
        return number_to_real(number, type, ret);
    default:
        return DISP_E_TYPEMISMATCH;
    }
}

/* --- the whole
 * ---------------------------------------------------------------------------------- */

/* What a reference refers to, still owned by its owner. */
static HRESULT variant_follow(const VARIANT *from, VARIANT *ret)
{
    static const struct {
        VARTYPE type;
        uint8_t bytes;
    } widths[] = {
        { VT_I1, 1 },
        { VT_UI1, 1 },
        { VT_I2, 2 },
        { VT_UI2, 2 },
        { VT_BOOL, 2 },
        { VT_I4, 4 },
        { VT_UI4, 4 },
        { VT_INT, 4 },
        { VT_UINT, 4 },
        { VT_R4, 4 },
        { VT_ERROR, 4 },
        { VT_I8, 8 },
        { VT_UI8, 8 },
        { VT_R8, 8 },
        { VT_DATE, 8 },
        { VT_CY, 8 },
        { VT_BSTR, sizeof(BSTR) },
        { VT_UNKNOWN, sizeof(IUnknown *) },
        { VT_DISPATCH, sizeof(IUnknown *) },
    };
    VARTYPE type = from->vt & (VARTYPE)~VT_BYREF;

    if ((from->vt & VT_BYREF) == 0) {
        *ret = *from;
        return S_OK;
    }
    if (from->byref == NULL)
        return E_INVALIDARG;
    if (type == VT_VARIANT) { /* one step: a reference to a reference is not allowed */
        if ((from->pvarVal->vt & VT_BYREF) != 0)
            return DISP_E_BADVARTYPE;
        *ret = *from->pvarVal;
        return S_OK;
    }
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        if (widths[i].type == type) {
            VariantInit(ret);
            ret->vt = type;
            memcpy(&ret->llVal, from->byref, widths[i].bytes);
            return S_OK;
        }
    }
    return DISP_E_BADVARTYPE;
}

static HRESULT interface_to_variant(const VARIANT *from, VARTYPE type, VARIANT *ret)
{
    void *face = NULL;
    HRESULT hr;

    if (from->vt != VT_UNKNOWN && from->vt != VT_DISPATCH)
        return DISP_E_TYPEMISMATCH;
    if (from->punkVal != NULL) {
        hr = IUnknown_QueryInterface(
            from->punkVal, type == VT_DISPATCH ? &IID_IDispatch : &IID_IUnknown, &face);
        if (FAILED(hr))
            return DISP_E_TYPEMISMATCH;
    }
    ret->punkVal = face;
    return S_OK;
}

static HRESULT text_to_variant(const VARIANT *from, USHORT flags, VARIANT *ret)
{
    struct number number;
    HRESULT hr;

    if (from->vt == VT_EMPTY) {
        ret->bstrVal = SysAllocString(L"");
        return ret->bstrVal != NULL ? S_OK : E_OUTOFMEMORY;
    }
    if (from->vt == VT_DATE)
        return DISP_E_TYPEMISMATCH;
    if (from->vt == VT_BOOL && (flags & VARIANT_ALPHABOOL) != 0) {
        ret->bstrVal = SysAllocString(from->boolVal != 0 ? L"True" : L"False");
        return ret->bstrVal != NULL ? S_OK : E_OUTOFMEMORY;
    }
    hr = number_from_variant(from, &number);
    return FAILED(hr) ? hr
                      : text_from_number(&number, from->vt == VT_R4 ? 7 : 15, &ret->bstrVal);
}

static HRESULT variant_convert(const VARIANT *from, USHORT flags, VARTYPE type, VARIANT *ret)
{
    struct number number;
    HRESULT hr;

    VariantInit(ret);
    if (from->vt == type) /* a VARIANT that only borrows its value is copied like any other */
        return VariantCopy(ret, from);
    ret->vt = type;
    switch (type) {
    case VT_EMPTY:
    case VT_NULL:
        return S_OK;
    case VT_BSTR:
        return text_to_variant(from, flags, ret);
    case VT_UNKNOWN:
    case VT_DISPATCH:
        return interface_to_variant(from, type, ret);
    default:
        hr = number_from_variant(from, &number);
        return FAILED(hr) ? hr : number_to_variant(&number, type, ret);
    }
}

HRESULT STDAPICALLTYPE VariantChangeType(VARIANTARG *to, const VARIANTARG *from, USHORT flags,
                                         VARTYPE type)
{
    VARIANT value, changed;
    HRESULT hr;

    if (to == NULL || from == NULL)
        return E_INVALIDARG;
    if ((type & (VT_BYREF | VT_ARRAY | VT_VECTOR | VT_RESERVED)) != 0)
        return DISP_E_BADVARTYPE;
    hr = variant_follow(from, &value);
    if (SUCCEEDED(hr))
        hr = variant_convert(&value, flags, type, &changed);
    if (FAILED(hr))
        return hr;
    hr = VariantClear(to);
    if (FAILED(hr)) {
        (void)VariantClear(&changed);
        return hr;
    }
    *to = changed;
    return S_OK;
}
