/* SPDX-License-Identifier: MIT */
/* waits.c - the report of who waits for what, for a host that has no graph at hand.  Any thread.
 * Knows: the report.  Must not know: who is on it. */
#include <regraft.h>

#include "platform/waits.h"

HRESULT rg_report_waits(char **ret_text)
{
    return ret_text != NULL ? rg_waits_report(NULL, ret_text) : E_POINTER;
}
