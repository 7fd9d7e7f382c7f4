/* SPDX-License-Identifier: MIT */
/* rewire_owed.c - ends of streams that could not be told yet: an input that loses its connection while
 * the graph is paused may get another one before it runs.
 *
 * Control threads under the graph lock; an end is told on a thread of its own (rewire_push.c), for what
 * is held in front of a renderer comes out only while that renders.
 * Knows: nodes, inputs of a plan, pushes.  Must not know: why an input has lost its connection.
 */
#include "graph/rewire_push.h"

#include "platform/memory.h"

struct rewire_owed {
    IPin *in; /* reference */
    struct rewire_owed *next;
};

static void owed_free(struct rewire_owed *owed)
{
    IPin_Release(owed->in);
    rg_free(owed);
}

/* It would be waited for without a word. */
static void say_untold(struct graph *graph)
{
    graph_event_post(graph, EC_ERRORABORT, E_OUTOFMEMORY, 0);
}

static void owe(struct graph *graph, IPin *in)
{
    struct graph_node *node = graph_node_of_pin(graph, in);
    struct rewire_owed *owed;

    if (node == NULL)
        return;
    owed = rg_calloc(1, sizeof(*owed));
    if (owed == NULL) {
        say_untold(graph);
        return;
    }
    owed->in = in;
    IPin_AddRef(in);
    owed->next = node->owed_ends;
    node->owed_ends = owed;
}

void rewire_owe_ends(struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_inputs; i++)
        if (edit->inputs[i].now == NULL && edit->inputs[i].was != NULL)
            owe(edit->graph, edit->inputs[i].in);
}

void graph_owed_ends_forget(struct graph_node *node)
{
    struct rewire_owed *owed;

    while ((owed = node->owed_ends) != NULL) {
        node->owed_ends = owed->next;
        owed_free(owed);
    }
}

void graph_owed_ends_forget_all(struct graph *graph)
{
    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next)
        graph_owed_ends_forget(node);
}

/* Unless it has been connected again, or has gone. */
static void tell(struct graph *graph, IPin *in)
{
    RG_AUTO(IPin) peer = graph_pin_peer(in);
    struct rewire_push *push;

    if (peer != NULL || graph_node_of_pin(graph, in) == NULL)
        return;
    if (SUCCEEDED(rewire_push_start(graph, in, 0, &push)))
        rewire_push_leave(graph, push);
    else
        say_untold(graph);
}

/* From all nodes: a foreign pin may edit while it is asked. */
static struct rewire_owed *take_all(struct graph *graph)
{
    struct rewire_owed *all = NULL, **last = &all;

    for (struct graph_node *node = graph->members.first; node != NULL; node = node->next) {
        *last = node->owed_ends;
        node->owed_ends = NULL;
        while (*last != NULL)
            last = &(*last)->next;
    }
    return all;
}

void graph_owed_ends_tell(struct graph *graph)
{
    struct rewire_owed *owed, *next;

    for (owed = take_all(graph); owed != NULL; owed = next) {
        next = owed->next;
        tell(graph, owed->in);
        owed_free(owed);
    }
}
