/* SPDX-License-Identifier: MIT */
/* waits.c - what control threads of this graph wait for, and IGraphReport::GetWaits.
 *
 * Any thread.  The report needs no lock of the graph: it is for when that hangs.  What is
 * blocked is on the platform's own list (platform/hold.h), so no filter is asked either.
 * Knows: pins' names.  Must not know: why somebody waits.
 */
#include <regraft.h>

#include "graph/graph_internal.h"
#include "platform/waits.h"

void graph_wait_set(struct graph_wait *wait, struct graph *graph, const char *what,
                    const char *where)
{
    rg_fixed_place_init(&wait->place, graph_key(graph), where);
    wait->wait = (struct rg_wait){ .what = what, .where = &wait->place.place };
}

void graph_wait_begin(struct graph_wait *wait, struct graph *graph, const char *what,
                      const char *where)
{
    graph_wait_set(wait, graph, what, where);
    rg_wait_begin(&wait->wait);
}

void graph_idle_begin(struct graph_wait *wait, struct graph *graph, const char *what)
{
    graph_wait_set(wait, graph, what, "");
    wait->wait.is_idle = true;
    rg_wait_begin(&wait->wait);
}

void graph_wait_end(struct graph_wait *wait)
{
    rg_wait_end(&wait->wait);
}

void graph_task_begin(struct graph_wait *task, const void *key, bool carries, const char *what,
                      const char *where)
{
    rg_fixed_place_init(&task->place, key, where);
    task->wait = (struct rg_wait){
        .what = what, .where = &task->place.place, .is_task = true, .carries = carries
    };
    rg_wait_begin(&task->wait);
}

HRESULT STDMETHODCALLTYPE graph_get_waits(IGraphReport *face, char **ret_text)
{
    if (ret_text == NULL)
        return E_POINTER;
    return rg_waits_report(graph_key(graph_home(face)), ret_text);
}
