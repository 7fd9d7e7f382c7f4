/* SPDX-License-Identifier: MIT */
/* bad_values.c - the values of a call, the call, and the judgement on what it left behind.
 *
 * Any thread.
 * Knows: kinds of parameters.  Must not know: interfaces by name.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bad.h"
#include "media/type.h"

const HRESULT bad_any[] = { BAD_END };

#define FILL      0xa5
#define POISON    ((void *)(uintptr_t)0xa5a5a5a5a5a5a5a5u)
#define FILE_NAME L"/nonexistent/bad-use.none"

/* ---- stubs --------------------------------------------------------------------------------------- */

HRESULT bad_stub_query(void *face, const IID *own, const IID *iid, void **out)
{
    if (out == NULL || iid == NULL)
        return E_POINTER;
    *out = IsEqualIID(iid, own) || IsEqualIID(iid, &IID_IUnknown) ? face : NULL;
    return *out != NULL ? S_OK : E_NOINTERFACE;
}

/* ---- before the call ----------------------------------------------------------------------------- */

/* Longer than any name may be. */
static const WCHAR *long_text(void)
{
    static WCHAR text[6000];

    for (size_t i = 0; i < 5999; i++)
        text[i] = L'x';
    return text;
}

static void fill_nonsense(const char *type, uint8_t *memory)
{
    static BYTE three[3] = { 1, 2, 3 };

    if (strcmp(type, "AM_MEDIA_TYPE") == 0) {
        AM_MEDIA_TYPE *t = (AM_MEDIA_TYPE *)(void *)memory;

        t->majortype = MEDIATYPE_Video;
        t->subtype = MEDIASUBTYPE_RGB32;
        t->formattype = FORMAT_VideoInfo; /* of which these are not even the beginning */
        t->cbFormat = sizeof(three);
        t->pbFormat = three;
        t->lSampleSize = UINT32_MAX;
    } else if (strcmp(type, "ALLOCATOR_PROPERTIES") == 0) {
        *(ALLOCATOR_PROPERTIES *)(void *)memory =
            (ALLOCATOR_PROPERTIES){ INT32_MAX, -1, 3, INT32_MAX };
    } else if (strcmp(type, "RG_EDIT_REQUEST") == 0) {
        *(RG_EDIT_REQUEST *)(void *)memory =
            (RG_EDIT_REQUEST){ .size = sizeof(RG_EDIT_REQUEST), .flags = UINT32_MAX };
    } else if (strcmp(type, "LPOLESTR") == 0) {
        *(const WCHAR **)(void *)memory = long_text();
    } else {
        *(int64_t *)(void *)memory = INT64_MIN;
    }
}

/* What is behind a pointer that is read.  0: nothing set; 1: something plausible. */
static void fill_memory(const char *type, unsigned number, uint8_t *memory, size_t size)
{
    memset(memory, 0, size);
    if (number == BAD_NONSENSE)
        fill_nonsense(type, memory);
    else if (strcmp(type, "AM_MEDIA_TYPE") == 0 && number != 0) {
        AM_MEDIA_TYPE *t = (AM_MEDIA_TYPE *)(void *)memory;

        t->majortype = MEDIATYPE_Video;
        t->subtype = MEDIASUBTYPE_RGB32;
        t->bFixedSizeSamples = TRUE;
    } else if (strcmp(type, "ALLOCATOR_PROPERTIES") == 0) {
        *(ALLOCATOR_PROPERTIES *)(void *)memory = (ALLOCATOR_PROPERTIES){ 2, 64, 1, 0 };
    } else if (strcmp(type, "RG_EDIT_REQUEST") == 0 && number != 0) {
        *(RG_EDIT_REQUEST *)(void *)memory =
            (RG_EDIT_REQUEST){ .size = sizeof(RG_EDIT_REQUEST), .timeout_ms = 500 };
    } else if (strcmp(type, "RG_CERTIFICATE") == 0 && number != 0) {
        ((RG_CERTIFICATE *)(void *)memory)->size = sizeof(RG_CERTIFICATE);
    } else if (strcmp(type, "LPOLESTR") == 0) {
        *(const WCHAR **)(void *)memory = L"Run";
    } else if (number != 0) {
        *(int64_t *)(void *)memory = 1;
    }
}

static HANDLE handle_of(struct bad_world *world, const struct bad_parameter *p)
{
    if (strcmp(p->type, "HSEMAPHORE") == 0)
        return world->semaphore;
    return strcmp(p->name, "abort") == 0 ? world->signalled : world->event;
}

static void set_value(struct bad_world *world, IUnknown *self, const struct bad_call *call,
                      int at, struct bad_frame *frame)
{
    const struct bad_parameter *p = &call->method->parameters[at];
    union bad_value *value = &frame->values[at];
    uint8_t *memory = frame->memory[at];
    const size_t size = sizeof(frame->memory[at]);

    memset(memory, FILL, size);
    value->pointer = p->is_fixed ? NULL : memory; /* nothing else can stand there */
    if (p->is_fixed && p->kind != BAD_NUMBER)
        return;
    switch (p->kind) {
    case BAD_NUMBER:
        value->number = p->is_fixed ? p->fixed : call->number != 0;
        break;
    case BAD_REAL:
        value->real = call->number == BAD_NONSENSE ? NAN : (double)call->number;
        break;
    case BAD_HANDLE:
        value->pointer = handle_of(world, p);
        break;
    case BAD_GUID:
        /* one that everybody has, and one that says something elsewhere */
        value->pointer =
            (void *)(uintptr_t)(strstr(p->name, "format") != NULL ? &TIME_FORMAT_MEDIA_TIME
                                                                  : &IID_IUnknown);
        break;
    case BAD_TEXT:
        value->pointer = (void *)(uintptr_t)(call->number == BAD_NONSENSE   ? long_text()
                                             : strcmp(p->name, "file") == 0 ? FILE_NAME
                                                                            : L"In");
        break;
    case BAD_TEXT8:
        value->pointer = (void *)(uintptr_t) "size";
        break;
    case BAD_FACE:
        value->pointer =
            bad_world_face(world, p, self, call->wrong_at == at ? call->wrong : BAD_RIGHT);
        break;
    case BAD_FACES:
        *(void **)(void *)memory = bad_world_face(world, p, self, BAD_RIGHT);
        break;
    case BAD_RECORD:
    case BAD_MEMORY:
    case BAD_INOUT:
        fill_memory(p->type, call->number, memory, size);
        break;
    default:
        break;
    }
    if (call->null == at)
        value->pointer = NULL;
}

/* ---- after it -------------------------------------------------------------------------------------- */

static bool fits(const HRESULT *list, HRESULT hr)
{
    if (list == bad_any)
        return true;
    for (; *list != BAD_END; list++)
        if (*list == hr)
            return true;
    return false;
}

/* A method that is not there at all says so whatever it is given. */
static bool null_fits(const struct bad_parameter *p, HRESULT hr)
{
    if (p->null != NULL)
        return fits(p->null, hr);
    return hr == E_POINTER || hr == E_NOTIMPL || p->kind == BAD_HANDLE;
}

static const char *judge_failure(const struct bad_parameter *p, const uint8_t *memory,
                                 const uint8_t *before)
{
    if (p->kind == BAD_OUT_FACE) {
        void *face = *(void *const *)(const void *)memory;

        return face == NULL || face == POISON ? NULL : "it failed and left an interface";
    }
    if (p->kind < BAD_OUT || p->is_written)
        return NULL;
    if (p->kind == BAD_OUT_TASK || p->kind == BAD_OUT_TYPE)
        return *(void *const *)(const void *)memory == NULL ||
                       *(void *const *)(const void *)memory == POISON
                   ? NULL
                   : "it failed and left memory";
    return memcmp(memory, before, sizeof(((struct bad_frame *)0)->memory[0])) == 0
               ? NULL
               : "it failed and wrote an output";
}

/* Gives back what came out of a call that succeeded. */
static void let_go(const struct bad_parameter *p, uint8_t *memory)
{
    void *first = *(void **)(void *)memory;

    if (p->kind == BAD_OUT_FACE && first != NULL && first != POISON)
        IUnknown_Release((IUnknown *)first);
    else if (p->kind == BAD_OUT_TASK && strcmp(p->type, "BSTR") == 0)
        SysFreeString(first);
    else if (p->kind == BAD_OUT_TASK && first != POISON)
        CoTaskMemFree(first);
    else if (p->kind == BAD_OUT_TYPE && first != NULL && first != POISON)
        rg_type_delete(first);
    else if (p->kind != BAD_OUT)
        return;
    else if (strcmp(p->type, "VARIANT") == 0)
        (void)VariantClear((VARIANT *)(void *)memory);
    else if (strcmp(p->type, "AM_MEDIA_TYPE") == 0)
        rg_type_clear((AM_MEDIA_TYPE *)(void *)memory);
    else if (strcmp(p->type, "PIN_INFO") == 0 && ((PIN_INFO *)(void *)memory)->pFilter != NULL)
        IBaseFilter_Release(((PIN_INFO *)(void *)memory)->pFilter);
    else if (strcmp(p->type, "FILTER_INFO") == 0 &&
             ((FILTER_INFO *)(void *)memory)->pGraph != NULL)
        IFilterGraph_Release(((FILTER_INFO *)(void *)memory)->pGraph);
}

static const char *judge(const struct bad_call *call, HRESULT hr)
{
    const struct bad_parameter *p = call->method->parameters;

    if (call->method->is_plain)
        return NULL;
    if (call->null >= 0 && !null_fits(&p[call->null], hr))
        return "not the code for NULL";
    if (call->wrong_at >= 0 && p[call->wrong_at].wrong[call->wrong] != NULL &&
        !fits(p[call->wrong_at].wrong[call->wrong], hr))
        return "not the code for that";
    return NULL;
}

const char *bad_make(struct bad_world *world, IUnknown *self, void *face,
                     const struct bad_call *call, int wanted, HRESULT *ret_hr,
                     IUnknown **ret_found)
{
    static struct bad_frame frames[2]; /* too large for a small stack; one of each thread */
    struct bad_frame *frame = &frames[ret_found != NULL];
    const struct bad_method *method = call->method;
    const char *wrong;
    HRESULT hr;

    for (unsigned i = 0; i < method->count; i++)
        set_value(world, self, call, (int)i, frame);
    memcpy(frame->before, frame->memory, sizeof(frame->before));
    hr = method->call(face, frame->values);
    wrong = judge(call, hr);
    for (unsigned i = 0; i < method->count; i++) {
        const struct bad_parameter *p = &method->parameters[i];

        if ((int)i == call->null)
            continue;
        if (!method->is_plain && FAILED(hr)) {
            const char *left = judge_failure(p, frame->memory[i], frame->before[i]);

            wrong = wrong != NULL ? wrong : left;
        } else if ((int)i == wanted && *(void **)(void *)frame->memory[i] != POISON) {
            *ret_found = *(IUnknown **)(void *)frame->memory[i];
        } else if (memcmp(frame->memory[i], frame->before[i], sizeof(frame->before[i])) != 0) {
            let_go(p, frame->memory[i]);
        }
    }
    *ret_hr = hr;
    return wrong;
}

void bad_call_text(const struct bad_call *call, char *text, size_t size)
{
    static const char *const wrongs[BAD_WRONGS] = { "right",   "of the wrong direction",
                                                    "foreign", "in no graph",
                                                    "its own", "a stub" };
    const struct bad_parameter *p = call->method->parameters;

    if (call->null >= 0)
        snprintf(text, size, "%s: %s is NULL", call->method->name, p[call->null].name);
    else if (call->wrong_at >= 0)
        snprintf(text, size, "%s: %s is %s", call->method->name, p[call->wrong_at].name,
                 wrongs[call->wrong]);
    else
        snprintf(text, size, "%s: numbers are %s", call->method->name,
                 call->number == BAD_NONSENSE ? "nonsense"
                 : call->number != 0          ? "1"
                                              : "0");
}
