/* SPDX-License-Identifier: MIT */
/* complaints.c - what is wrong with the registrations' file, for people.
 *
 * Any thread.
 * Knows: the view.  Must not know: what was registered.
 */
#include <regraft.h>

#include "mapper/connect.h"
#include "mapper/view.h"
#include "platform/memory.h"

HRESULT rg_registration_error_at(unsigned index, char **ret_text)
{
    const struct reg_lines *complaints;
    struct rg_mapper_view *view;
    HRESULT hr;

    if (ret_text == NULL)
        return E_POINTER;
    hr = rg_mapper_view_get(&view);
    if (FAILED(hr))
        return hr;
    complaints = mapper_view_complaints(view);
    hr = S_FALSE;
    if (index < complaints->count) {
        char *text = rg_text_dup(complaints->lines[index]);

        if (text != NULL)
            *ret_text = text;
        hr = text != NULL ? S_OK : E_OUTOFMEMORY;
    }
    rg_mapper_view_release(view);
    return hr;
}
