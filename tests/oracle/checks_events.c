/* SPDX-License-Identifier: MIT */
/* checks_events.c - the event queue: what filters report, what the graph keeps for itself, who waits.
 *
 * Knows: IMediaEventEx, IMediaEventSink.  Must not know: how events are queued.
 */
#include "checks.h"
#include "oracle.h"

/* Two renderers behind a source each, in a graph. */
struct pair {
    IGraphBuilder *graph;
    IMediaControl *control;
    IMediaEventEx *event;
    IMediaEventSink *sink;
    struct fake *s[2], *r[2];
};

static BOOL pair_make(struct pair *p)
{
    ZeroMemory(p, sizeof(*p));
    if (!graph_make(&p->graph))
        return FALSE;
    p->control = graph_face(p->graph, &IID_IMediaControl);
    p->event = graph_face(p->graph, &IID_IMediaEventEx);
    p->sink = graph_face(p->graph, &IID_IMediaEventSink);
    for (int i = 0; i < 2; i++) {
        p->s[i] = fake_new('s', "o");
        p->r[i] = fake_new('r', "i");
        /* Windows counts renderers that can seek, or say what they are */
        p->r[i]->can_seek = TRUE;
        p->r[i]->misc_flags = AM_FILTER_MISC_FLAGS_IS_RENDERER;
        (void)IGraphBuilder_AddFilter(p->graph, &p->s[i]->filter, NULL);
        (void)IGraphBuilder_AddFilter(p->graph, &p->r[i]->filter, NULL);
        (void)IGraphBuilder_ConnectDirect(p->graph, &p->s[i]->pins[0].pin,
                                          &p->r[i]->pins[0].pin, NULL);
    }
    return TRUE;
}

static void pair_end(struct pair *p)
{
    (void)IMediaControl_Stop(p->control);
    IGraphBuilder_Release(p->graph);
    for (int i = 0; i < 2; i++) {
        fake_release(p->s[i]);
        fake_release(p->r[i]);
    }
}

static HRESULT notify(struct pair *p, LONG code, LONG_PTR one, LONG_PTR two)
{
    return IMediaEventSink_Notify(p->sink, code, one, two);
}

static void drain(struct pair *p)
{
    LONG code;
    LONG_PTR one, two;

    while (IMediaEventEx_GetEvent(p->event, &code, &one, &two, 0) == S_OK)
        (void)IMediaEventEx_FreeEventParams(p->event, code, one, two);
}

/* The code of the next event, 0 if there is none.  What the graph says of itself meanwhile does not count: a repaint
 * pauses a stopped graph, and that chooses a clock. */
static LONG next_code(struct pair *p, LONG_PTR *ret_two)
{
    LONG code = 0;
    LONG_PTR one = 0, two = 0;

    do {
        if (IMediaEventEx_GetEvent(p->event, &code, &one, &two, 0) != S_OK)
            return 0;
        (void)IMediaEventEx_FreeEventParams(p->event, code, one, two);
    } while (code == EC_CLOCK_CHANGED || code == EC_PAUSED);
    if (ret_two != NULL)
        *ret_two = two;
    return code;
}

static const char *handle_state(HANDLE handle)
{
    return WaitForSingleObject(handle, 0) == WAIT_OBJECT_0 ? "signalled" : "not signalled";
}

void group_events_queue(void)
{
    LONG_PTR one = 5, two = 5;
    OAEVENT raw = 0;
    LONG code = 5;
    HANDLE handle;
    struct pair p;

    if (!pair_make(&p))
        return;
    drain(&p);
    answer_hr("GetEvent of an empty queue",
              IMediaEventEx_GetEvent(p.event, &code, &one, &two, 0), "E_ABORT",
              "the time is over");
    answer_value("its code", code, "0", "no event");
    answer_hr("GetEvent that waits", IMediaEventEx_GetEvent(p.event, &code, &one, &two, 20),
              "E_ABORT", "the time is over");
    answer_hr("GetEventHandle", IMediaEventEx_GetEventHandle(p.event, &raw), "S_OK",
              "an event object of the graph");
    handle = (HANDLE)raw;
    answer_text("the handle of an empty queue", handle_state(handle), "not signalled",
                "nothing to get");
    answer_hr("Notify", notify(&p, EC_USER + 1, 11, 12), "S_OK", "queued");
    (void)notify(&p, EC_USER + 2, 21, 22);
    answer_text("the handle", handle_state(handle), "signalled", "there is something to get");
    answer_text("it stays", handle_state(handle), "signalled", "a manual-reset event");
    answer_hr("GetEvent", IMediaEventEx_GetEvent(p.event, &code, &one, &two, 0), "S_OK",
              "the first");
    answer_value("the first code", code - EC_USER, "1", "in the order they came");
    answer_value("the first parameter", one, "11", "as the filter said");
    answer_value("the second parameter", two, "12", "as the filter said");
    answer_hr("FreeEventParams", IMediaEventEx_FreeEventParams(p.event, code, one, two), "S_OK",
              "for every event that one gets");
    answer_text("the handle with one left", handle_state(handle), "signalled",
                "there is something to get");
    (void)IMediaEventEx_GetEvent(p.event, &code, &one, &two, 0);
    answer_value("the second code", code - EC_USER, "2", "in the order they came");
    answer_text("the handle at the end", handle_state(handle), "not signalled|signalled",
                "GetEvent resets it, at once or when it finds the queue empty");
    (void)IMediaEventEx_GetEvent(p.event, &code, &one, &two, 0);
    answer_text("the handle after GetEvent of nothing", handle_state(handle), "not signalled",
                "nothing to get");
    answer_hr("SetNotifyWindow of none", IMediaEventEx_SetNotifyWindow(p.event, 0, 0, 0),
              "S_OK", "no window is told");
    pair_end(&p);
}

void group_events_complete(void)
{
    LONG_PTR two = 1;
    struct pair p;

    if (!pair_make(&p))
        return;
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    answer_value("after one of two", next_code(&p, NULL), "0",
                 "all streams have to end (C-74)");
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[1]->filter);
    answer_value("after both", next_code(&p, &two), "1", "EC_COMPLETE (C-74)");
    answer_value("its second parameter", two, "0", "no filter: all of them (C-74)");
    answer_value("after that", next_code(&p, NULL), "0", "one for all (C-74)");
    (void)IMediaControl_Stop(p.control);
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[1]->filter);
    answer_value("after Stop, one of two", next_code(&p, NULL), "0", "Stop begins anew");
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    answer_value("after Stop, both", next_code(&p, NULL), "1", "EC_COMPLETE again");
    (void)IMediaControl_Stop(p.control);
    answer_hr("CancelDefaultHandling",
              IMediaEventEx_CancelDefaultHandling(p.event, EC_COMPLETE), "S_OK",
              "the host counts for himself");
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    answer_value("cancelled, after one", next_code(&p, &two), "1", "every renderer's is told");
    answer_yes("cancelled, whose it is", two == (LONG_PTR)&p.r[0]->filter,
               "the second parameter is the filter");
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[1]->filter);
    answer_value("cancelled, after the other", next_code(&p, NULL), "1",
                 "every renderer's is told");
    (void)IMediaControl_Stop(p.control);
    answer_hr("RestoreDefaultHandling",
              IMediaEventEx_RestoreDefaultHandling(p.event, EC_COMPLETE), "S_OK",
              "the graph counts again");
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    answer_value("restored, after one", next_code(&p, NULL), "0", "the graph counts again");
    pair_end(&p);
}

void group_events_default(void)
{
    struct pair p;

    if (!pair_make(&p))
        return;
    drain(&p);
    (void)notify(&p, EC_REPAINT, 0, 0);
    answer_value("EC_REPAINT", next_code(&p, NULL), "0", "the graph does it: not told");
    (void)notify(&p, EC_ERRORABORT, E_FAIL, 0);
    answer_value("EC_ERRORABORT", next_code(&p, NULL), "3", "told");
    (void)notify(&p, EC_USERABORT, 0, 0);
    answer_value("EC_USERABORT", next_code(&p, NULL), "2", "told");
    (void)notify(&p, EC_QUALITY_CHANGE, 0, 0);
    answer_value("EC_QUALITY_CHANGE", next_code(&p, NULL), "11", "told");
    (void)notify(&p, EC_BUFFERING_DATA, 1, 0);
    answer_value("EC_BUFFERING_DATA", next_code(&p, NULL), "17", "told");
    (void)notify(&p, EC_STREAM_ERROR_STOPPED, 0, 0);
    answer_value("EC_STREAM_ERROR_STOPPED", next_code(&p, NULL), "6", "told");
    (void)notify(&p, EC_SHUTTING_DOWN, 0, 0);
    answer_value("EC_SHUTTING_DOWN", next_code(&p, NULL), "0|12", "the graph's own");
    answer_hr("CancelDefaultHandling of EC_REPAINT",
              IMediaEventEx_CancelDefaultHandling(p.event, EC_REPAINT), "S_OK",
              "the host does it");
    (void)notify(&p, EC_REPAINT, 0, 0);
    answer_value("EC_REPAINT, cancelled", next_code(&p, NULL), "5", "told");
    answer_hr("RestoreDefaultHandling of EC_REPAINT",
              IMediaEventEx_RestoreDefaultHandling(p.event, EC_REPAINT), "S_OK",
              "the graph does it again");
    (void)notify(&p, EC_REPAINT, 0, 0);
    answer_value("EC_REPAINT, restored", next_code(&p, NULL), "0", "not told");
    answer_hr("CancelDefaultHandling of a user's event",
              IMediaEventEx_CancelDefaultHandling(p.event, EC_USER + 3), "S_FALSE",
              "there is no default handling");
    answer_hr("RestoreDefaultHandling of a user's event",
              IMediaEventEx_RestoreDefaultHandling(p.event, EC_USER + 3), "S_FALSE",
              "there is no default handling");
    pair_end(&p);
}

void group_events_wait(void)
{
    LONG code = 5;
    struct pair p;

    if (!pair_make(&p))
        return;
    answer_hr("WaitForCompletion of a stopped graph",
              IMediaEventEx_WaitForCompletion(p.event, 0, &code), "VFW_E_WRONG_STATE",
              "nothing runs");
    (void)IMediaControl_Pause(p.control);
    answer_hr("WaitForCompletion of a paused graph",
              IMediaEventEx_WaitForCompletion(p.event, 0, &code), "VFW_E_WRONG_STATE",
              "nothing runs");
    (void)IMediaControl_Run(p.control);
    drain(&p);
    answer_hr("WaitForCompletion that does not wait",
              IMediaEventEx_WaitForCompletion(p.event, 0, &code), "E_ABORT",
              "the time is over");
    answer_value("its code", code, "0", "not complete");
    answer_hr("WaitForCompletion", IMediaEventEx_WaitForCompletion(p.event, 30, &code),
              "E_ABORT", "the time is over");
    (void)notify(&p, EC_USERABORT, 0, 0);
    answer_hr("after EC_USERABORT",
              IMediaEventEx_WaitForCompletion(p.event, PATIENCE_MS, &code), "S_OK",
              "the user has had enough");
    answer_value("its code after EC_USERABORT", code, "2", "what ended it");
    (void)IMediaControl_Stop(p.control);
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_ERRORABORT, E_FAIL, 0);
    answer_hr("after EC_ERRORABORT",
              IMediaEventEx_WaitForCompletion(p.event, PATIENCE_MS, &code), "S_OK",
              "an error ends it");
    answer_value("its code after EC_ERRORABORT", code, "3", "what ended it");
    (void)IMediaControl_Stop(p.control);
    (void)IMediaControl_Run(p.control);
    drain(&p);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[1]->filter);
    answer_hr("after EC_COMPLETE", IMediaEventEx_WaitForCompletion(p.event, PATIENCE_MS, &code),
              "S_OK", "all streams have ended");
    answer_value("its code after EC_COMPLETE", code, "1", "what ended it");
    answer_value("the graph runs on", (LONGLONG)fake_state(p.r[0]), "2",
                 "the end does not stop it");
    pair_end(&p);
}

void group_events_flags(void)
{
    OAEVENT raw = 0;
    LONG flags = 5;
    struct pair p;

    if (!pair_make(&p))
        return;
    drain(&p);
    (void)IMediaEventEx_GetEventHandle(p.event, &raw);
    answer_hr("GetNotifyFlags to NULL", IMediaEventEx_GetNotifyFlags(p.event, NULL),
              "E_POINTER", "an address is needed");
    answer_hr("GetNotifyFlags", IMediaEventEx_GetNotifyFlags(p.event, &flags), "S_OK",
              "a number");
    answer_value("its flags", flags, "0", "events are told");
    answer_hr("SetNotifyFlags of what is not known", IMediaEventEx_SetNotifyFlags(p.event, 2),
              "E_INVALIDARG", "0 or AM_MEDIAEVENT_NONOTIFY");
    answer_hr("SetNotifyFlags", IMediaEventEx_SetNotifyFlags(p.event, AM_MEDIAEVENT_NONOTIFY),
              "S_OK", "events are not told");
    (void)IMediaEventEx_GetNotifyFlags(p.event, &flags);
    answer_value("its flags after it", flags, "1", "as was set");
    (void)notify(&p, EC_USER + 1, 0, 0);
    answer_value("an event", next_code(&p, NULL), "0", "it is not queued");
    answer_text("the handle", handle_state((HANDLE)raw), "not signalled",
                "only the end is told");
    (void)IMediaControl_Run(p.control);
    answer_text("the handle while it runs", handle_state((HANDLE)raw), "not signalled",
                "only the end is told");
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[0]->filter);
    (void)notify(&p, EC_COMPLETE, S_OK, (LONG_PTR)&p.r[1]->filter);
    answer_text("the handle at the end", handle_state((HANDLE)raw), "signalled",
                "EC_COMPLETE signals it");
    (void)IMediaControl_Stop(p.control);
    answer_hr("SetNotifyFlags of 0", IMediaEventEx_SetNotifyFlags(p.event, 0), "S_OK",
              "events are told again");
    (void)notify(&p, EC_USER + 1, 0, 0);
    answer_value("an event after that", next_code(&p, NULL) - EC_USER, "1", "it is queued");
    (void)notify(&p, EC_USER + 1, 0, 0);
    (void)IMediaEventEx_SetNotifyFlags(p.event, AM_MEDIAEVENT_NONOTIFY);
    answer_value("what was queued before", next_code(&p, NULL), "0", "the queue is emptied");
    pair_end(&p);
}
