/* SPDX-License-Identifier: MIT */
/* rewire_words.c - edits in words for people: why one was refused, and what one would do.
 *
 * Control threads under the graph lock; rewire_plain_reason any.
 * Knows: the plan.  Must not know: how it is carried out.
 */
#include "graph/rewire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <regraft.h>

#include "media/type.h"

const char *rewire_plain_reason(HRESULT hr)
{
    switch (hr) {
    case VFW_E_TIMEOUT:
        return "the road was not free in time: a filter downstream holds a sample (a paused "
               "renderer does) or hangs; "
               "the graph is as before";
    case VFW_E_STATE_CHANGED:
        return "the edit was called off: its abort event, a stop or a flush came first; the "
               "graph is as before";
    case VFW_E_PIN_ALREADY_BLOCKED:
    case VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD:
        return "the gate is closed already: open it, or say so with RG_EDIT_CALLER_BLOCKED";
    case VFW_E_NOT_IN_GRAPH:
        return "the filter or pin is not in this graph";
    case VFW_E_NOT_CONNECTED:
        return "the pin is not connected: connect it in the ordinary way";
    case VFW_E_ALREADY_CONNECTED:
        return "a pin is connected already: disconnect it in a step before";
    case VFW_E_INVALID_DIRECTION:
        return "the pin is an input where an output is wanted, or the other way round";
    case VFW_E_CIRCULAR_GRAPH:
        return "the connection would close a circle";
    case VFW_E_START_TIME_AFTER_END:
        return "the stream ended before the time was reached; the graph is as before";
    case VFW_E_WRONG_STATE:
        return "who asks for it carries samples of this graph and would wait for itself, or "
               "a filter is in the wrong state for it; the graph is as before";
    case E_NOINTERFACE:
        return "a pin or filter in the way lacks an interface that this needs";
    case E_OUTOFMEMORY:
        return "memory, or a thread, was not to be had; the graph is as before";
    case E_INVALIDARG:
        return "the request does not make sense: its size or flags, or the filter is to "
               "replace itself";
    default:
        return "a filter refused; the graph is as before";
    }
}

/* ---- what would be done -------------------------------------------------------------------- */

/* Grows in CoTaskMem, which is what the caller frees.  NULL once memory was out. */
static void say(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(char **text, const char *format, ...)
{
    size_t old = *text != NULL ? strlen(*text) : 0;
    va_list arguments;
    char *bigger;
    int more;

    if (*text == NULL)
        return;
    va_start(arguments, format);
    more = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    bigger = more >= 0 ? CoTaskMemRealloc(*text, old + (size_t)more + 1) : NULL;
    if (bigger == NULL) {
        CoTaskMemFree(*text);
        *text = NULL;
        return;
    }
    va_start(arguments, format);
    vsnprintf(bigger + old, (size_t)more + 1, format, arguments);
    va_end(arguments);
    *text = bigger;
}

static void name_of(struct rewire *edit, IBaseFilter *filter, char name[64])
{
    struct graph_node *node = graph_node_of_filter(edit->graph, filter);

    (void)snprintf(name, 64, "a filter");
    if (node != NULL)
        graph_text_from_wide(node->name, name, 64);
}

static void say_type(char **text, IPin *out)
{
    char words[128];
    AM_MEDIA_TYPE type;

    /* a prepared connection is not yet what the output says of itself; its peer's side is */
    if (FAILED(IPin_ConnectionMediaType(out, &type)))
        return;
    (void)rg_media_type_text(&type, words, sizeof(words));
    say(text, " [%s]", words);
    rg_type_clear(&type);
}

static void say_edge(struct rewire *edit, char **text, struct rewire_edge *edge)
{
    char was[64] = "nothing", now[64] = "nothing";

    if (edge->was != NULL)
        graph_pin_text(edge->was, was, sizeof(was));
    if (edge->now != NULL)
        graph_pin_text(edge->now, now, sizeof(now));
    if (edge->is_touched) {
        say(text, "  %s: its gate closes for a setting or a memory, nothing else changes\n",
            edge->certificate.gate);
        return;
    }
    say(text, "  %s: from %s to %s", edge->certificate.gate, was, now);
    if (edge->now != NULL)
        say_type(text, edge->how_now == REWIRE_PLAIN ? edge->now : edge->out);
    if (edge->how_out == REWIRE_LATE || edge->how_now == REWIRE_LATE)
        say(text, ", disconnected and connected at the cut: a foreign pin, or another type");
    else if (edge->is_prepared || edge->is_connected)
        say(text, ", prepared");
    if (edge->certificate.primed != 0)
        say(text, ", shown %llu samples of the past",
            (unsigned long long)edge->certificate.primed);
    if (edge->takes_over)
        say(text, ", goes on where the other one stops, without a drain");
    if (edge->needs_sync)
        say(text, ", waits for the next sync point (the link remembers too little)");
    else if (edge->lags)
        say(text, ", waits for the next sync point (what leaves holds something older than "
                  "what the link remembers)");
    say(text, "\n");
    (void)edit;
}

static void say_filters(struct rewire *edit, char **text)
{
    for (size_t i = 0; i < edit->n_filters; i++) {
        struct rewire_filter *one = &edit->filters[i];
        char name[64];

        if (!one->comes && !one->leaves)
            continue;
        name_of(edit, one->filter, name);
        say(text, "  %s \"%s\"", one->comes ? "comes" : "leaves", name);
        if (one->comes && one->is_active)
            say(text, ", runs already");
        if (one->leaves && rewire_group_is_drained(edit, one->group))
            say(text, ", is drained first");
        else if (one->leaves && !rewire_group_goes_on(edit, one->group))
            say(text, ", its stream is ended");
        say(text, "\n");
    }
}

static unsigned count_gates(struct rewire *edit)
{
    unsigned n = 0;

    for (size_t i = 0; i < edit->n_edges; i++)
        n += edit->edges[i].is_gate;
    return n;
}

char *rewire_describe(struct rewire *edit)
{
    unsigned gates = count_gates(edit);
    char *text = CoTaskMemAlloc(1);

    if (text == NULL)
        return NULL;
    text[0] = 0;
    say(&text, "connections:\n");
    for (size_t i = 0; i < edit->n_edges; i++)
        say_edge(edit, &text, &edit->edges[i]);
    say_filters(edit, &text);
    for (size_t i = 0; i < edit->n_settings; i++)
        say(&text, "  sets %s=%s\n", edit->settings[i].name, edit->settings[i].value);
    if (!rewire_is_live(edit))
        say(&text, "the graph is stopped: no gate closes\n");
    else if (rewire_can_visit(edit))
        say(&text, "the streaming thread makes the cut itself, between two samples\n");
    else
        say(&text, "%u gate%s close%s at one point\n", gates, gates == 1 ? "" : "s",
            gates == 1 ? "s" : "");
    say(&text, "prepared in %.3f ms\n", (double)edit->prepare_ns / 1e6);
    return text;
}
