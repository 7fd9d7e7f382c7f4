/* SPDX-License-Identifier: MIT */
/* rewire_wait.c - how an edit waits: for its goal, until its deadline, or until it is called off.
 *
 * Control threads under the graph lock.
 * Knows: events.  Must not know: what is waited for.
 */
#include "graph/rewire_push.h"

#include "platform/time.h"

DWORD rewire_ms_left(int64_t deadline_ns)
{
    int64_t left = deadline_ns - rg_time_now_ns();

    if (deadline_ns == RG_TIME_NEVER)
        return INFINITE;
    if (left <= 0)
        return 0;
    left = (left + RG_NS_PER_MS - 1) / RG_NS_PER_MS;
    return left < INFINITE - 1 ? (DWORD)left : INFINITE - 1;
}

HRESULT rewire_wait_or_off(struct graph *graph, HANDLE *all, DWORD n,
                           const struct rewire_aborts *aborts, int64_t deadline_ns,
                           DWORD *ret_index)
{
    all[n++] = graph->gate.called_off;
    for (DWORD i = 0; i < aborts->n; i++)
        all[n++] = aborts->list[i];
    *ret_index = WaitForMultipleObjects(n, all, FALSE, rewire_ms_left(deadline_ns));
    if (*ret_index == WAIT_TIMEOUT)
        return VFW_E_TIMEOUT;
    if (*ret_index == WAIT_FAILED)
        return HRESULT_FROM_WIN32(GetLastError());
    *ret_index -= WAIT_OBJECT_0;
    return *ret_index < n - 1 - aborts->n ? S_OK : VFW_E_STATE_CHANGED;
}

static HRESULT wait_until(const struct rewire *edit, HANDLE event, int64_t deadline_ns)
{
    HANDLE all[4] = { event };
    DWORD index;

    return rewire_wait_or_off(edit->graph, all, 1, &edit->aborts, deadline_ns, &index);
}

HRESULT rewire_wait(const struct rewire *edit, HANDLE event)
{
    return wait_until(edit, event, edit->deadline_ns);
}

HRESULT rewire_wait_for_former(const struct rewire *edit, HANDLE event)
{
    return wait_until(edit, event,
                      edit->deadline_ns != RG_TIME_NEVER
                          ? edit->deadline_ns
                          : rg_time_deadline_ns(REWIRE_LAST_WAIT_MS));
}

bool rewire_is_called_off(const struct rewire *edit)
{
    HANDLE all[4];
    DWORD index;

    return rewire_wait_or_off(edit->graph, all, 0, &edit->aborts, 0, &index) != VFW_E_TIMEOUT;
}
