/* SPDX-License-Identifier: MIT */
/* transaction_stage.c - the steps of a transaction as they are asked for: kept, and nothing else.
 *
 * Control threads; each call takes the graph lock.
 * Knows: what a step needs.  Must not know: what it does (rewire_steps.c).
 */
#include "graph/transaction_internal.h"

#include <string.h>

#include "media/type.h"
#include "platform/memory.h"

/* The lock, if steps may be added or carried out now. */
static HRESULT open(struct transaction *t)
{
    HRESULT hr = graph_lock(t->graph, t->abort, t->edit.timeout_ms);

    if (FAILED(hr))
        return hr;
    if (t->phase == TRANSACTION_STAGED)
        return S_OK;
    graph_unlock(t->graph);
    return VFW_E_WRONG_STATE;
}

static HRESULT stage(struct transaction *t, struct rewire_step *step)
{
    HRESULT hr = open(t);

    if (FAILED(hr)) {
        rewire_step_clear(step);
        return hr;
    }
    transaction_let_go(t);
    hr = rewire_stage(&t->edit, step);
    graph_unlock(t->graph);
    return hr;
}

static HRESULT stage_filters(IGraphTransaction *face, enum rewire_step_kind kind,
                             IBaseFilter *filter, IBaseFilter *other, const char *name,
                             IPin *out)
{
    struct rewire_step step;
    HRESULT hr = rewire_step_make(&step, kind, filter, other, name);

    if (FAILED(hr))
        return hr;
    step.out = out;
    if (out != NULL)
        IPin_AddRef(out);
    return stage(transaction_of(face), &step);
}

HRESULT STDMETHODCALLTYPE transaction_add(IGraphTransaction *face, IBaseFilter *filter,
                                          const char *name)
{
    return filter != NULL ? stage_filters(face, REWIRE_ADD, filter, NULL, name, NULL)
                          : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_remove(IGraphTransaction *face, IBaseFilter *filter)
{
    return filter != NULL ? stage_filters(face, REWIRE_REMOVE, filter, NULL, NULL, NULL)
                          : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_remove_branch(IGraphTransaction *face, IPin *output)
{
    return output != NULL ? stage_filters(face, REWIRE_REMOVE_BRANCH, NULL, NULL, NULL, output)
                          : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_disconnect(IGraphTransaction *face, IPin *pin)
{
    return pin != NULL ? stage_filters(face, REWIRE_DISCONNECT, NULL, NULL, NULL, pin)
                       : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_swap(IGraphTransaction *face, IBaseFilter *present,
                                           IBaseFilter *replacement, const char *name)
{
    return present != NULL && replacement != NULL
               ? stage_filters(face, REWIRE_SWAP, present, replacement, name, NULL)
               : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_insert(IGraphTransaction *face, IPin *output,
                                             IBaseFilter *addition, const char *name)
{
    return output != NULL && addition != NULL
               ? stage_filters(face, REWIRE_INSERT, NULL, addition, name, output)
               : E_POINTER;
}

HRESULT STDMETHODCALLTYPE transaction_connect(IGraphTransaction *face, IPin *output,
                                              IPin *input, const AM_MEDIA_TYPE *type)
{
    struct rewire_step step;

    if (output == NULL || input == NULL)
        return E_POINTER;
    memset(&step, 0, sizeof(step));
    step.kind = REWIRE_CONNECT;
    if (type != NULL) {
        step.type = rg_type_new(type);
        if (step.type == NULL)
            return E_OUTOFMEMORY;
    }
    step.out = output;
    IPin_AddRef(output);
    step.in = input;
    IPin_AddRef(input);
    return stage(transaction_of(face), &step);
}

HRESULT STDMETHODCALLTYPE transaction_set(IGraphTransaction *face, IBaseFilter *filter,
                                          const char *option, const char *value)
{
    struct rewire_step step;
    HRESULT hr;

    if (filter == NULL || option == NULL || value == NULL)
        return E_POINTER;
    hr = rewire_step_make(&step, REWIRE_SET, filter, NULL, option);
    if (FAILED(hr))
        return hr;
    step.value = rg_text_dup(value);
    if (step.value == NULL) {
        rewire_step_clear(&step);
        return E_OUTOFMEMORY;
    }
    return stage(transaction_of(face), &step);
}
