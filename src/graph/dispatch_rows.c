/* SPDX-License-Identifier: MIT */
/* dispatch_rows.c - the members of the automation interfaces: number, name, shape and typed call.
 *
 * Any thread; constant tables.  Numbers are those of DirectShow's type library: 0x60020000 and the
 * place of the method behind IDispatch; both halves of a property have the number of the first.
 * Knows: the interfaces of control.idl.  Must not know: who implements them.
 */
#include "com/object.h"
#include "graph/dispatch.h"

#define MEMBER(n) (0x60020000 + (n))

/* ---- typed calls ------------------------------------------------------------------------- */

#define PUT(I, Name, field)                                                                    \
    static HRESULT I##_put_##Name##_call(void *face, VARIANT *in, VARIANT *out)                \
    {                                                                                          \
        (void)out;                                                                             \
        return ((I *)face)->lpVtbl->put_##Name(face, in[0].field);                             \
    }
#define GET(I, Name, field)                                                                    \
    static HRESULT I##_get_##Name##_call(void *face, VARIANT *in, VARIANT *out)                \
    {                                                                                          \
        (void)in;                                                                              \
        return ((I *)face)->lpVtbl->get_##Name(face, &out[0].field);                           \
    }
#define BOTH(I, Name, field) PUT(I, Name, field) GET(I, Name, field)
/* A method, with what is written between its parentheses. */
#define DO(I, Name, ...)                                                                       \
    static HRESULT I##_##Name##_call(void *face, VARIANT *in, VARIANT *out)                    \
    {                                                                                          \
        (void)in, (void)out;                                                                   \
        return ((I *)face)->lpVtbl->Name(face, ##__VA_ARGS__);                                 \
    }

#define PUT_ROW(I, n, Name, letter)                                                            \
    {                                                                                          \
        MEMBER(n), DISPATCH_PROPERTYPUT, #Name, letter, "", I##_put_##Name##_call              \
    }
#define GET_ROW(I, n, Name, letter)                                                            \
    {                                                                                          \
        MEMBER(n), DISPATCH_PROPERTYGET, #Name, "", letter, I##_get_##Name##_call              \
    }
#define BOTH_ROWS(I, n, Name, letter) PUT_ROW(I, n, Name, letter), GET_ROW(I, n, Name, letter)
#define DO_ROW(I, n, Name, in, out)                                                            \
    {                                                                                          \
        MEMBER(n), DISPATCH_METHOD, #Name, in, out, I##_##Name##_call                          \
    }

/* ---- IMediaControl ----------------------------------------------------------------------- */

DO(IMediaControl, Run)
DO(IMediaControl, Pause)
DO(IMediaControl, Stop)
DO(IMediaControl, GetState, in[0].lVal, &out[0].lVal)
DO(IMediaControl, RenderFile, in[0].bstrVal)
DO(IMediaControl, AddSourceFilter, in[0].bstrVal, &out[0].pdispVal)
GET(IMediaControl, FilterCollection, pdispVal)
GET(IMediaControl, RegFilterCollection, pdispVal)
DO(IMediaControl, StopWhenReady)

static const struct graph_member control_members[] = {
    DO_ROW(IMediaControl, 0, Run, "", ""),
    DO_ROW(IMediaControl, 1, Pause, "", ""),
    DO_ROW(IMediaControl, 2, Stop, "", ""),
    DO_ROW(IMediaControl, 3, GetState, "l", "l"),
    DO_ROW(IMediaControl, 4, RenderFile, "s", ""),
    DO_ROW(IMediaControl, 5, AddSourceFilter, "s", "o"),
    GET_ROW(IMediaControl, 6, FilterCollection, "o"),
    GET_ROW(IMediaControl, 7, RegFilterCollection, "o"),
    DO_ROW(IMediaControl, 8, StopWhenReady, "", ""),
};

/* ---- IMediaEvent; GetEvent is for typed callers alone ------------------------------------ */

static HRESULT IMediaEvent_GetEventHandle_call(void *face, VARIANT *in, VARIANT *out)
{
    OAEVENT handle = 0;
    HRESULT hr = ((IMediaEvent *)face)->lpVtbl->GetEventHandle(face, &handle);

    (void)in;
    out[0].llVal = handle;
    return hr;
}

DO(IMediaEvent, WaitForCompletion, in[0].lVal, &out[0].lVal)
DO(IMediaEvent, CancelDefaultHandling, in[0].lVal)
DO(IMediaEvent, RestoreDefaultHandling, in[0].lVal)
DO(IMediaEvent, FreeEventParams, in[0].lVal, (LONG_PTR)in[1].llVal, (LONG_PTR)in[2].llVal)

static const struct graph_member event_members[] = {
    DO_ROW(IMediaEvent, 0, GetEventHandle, "", "p"),
    DO_ROW(IMediaEvent, 2, WaitForCompletion, "l", "l"),
    DO_ROW(IMediaEvent, 3, CancelDefaultHandling, "l", ""),
    DO_ROW(IMediaEvent, 4, RestoreDefaultHandling, "l", ""),
    DO_ROW(IMediaEvent, 5, FreeEventParams, "lpp", ""),
};

/* ---- IMediaPosition ---------------------------------------------------------------------- */

GET(IMediaPosition, Duration, dblVal)
BOTH(IMediaPosition, CurrentPosition, dblVal)
BOTH(IMediaPosition, StopTime, dblVal)
BOTH(IMediaPosition, PrerollTime, dblVal)
BOTH(IMediaPosition, Rate, dblVal)
DO(IMediaPosition, CanSeekForward, &out[0].lVal)
DO(IMediaPosition, CanSeekBackward, &out[0].lVal)

static const struct graph_member position_members[] = {
    GET_ROW(IMediaPosition, 0, Duration, "d"),
    BOTH_ROWS(IMediaPosition, 1, CurrentPosition, "d"),
    BOTH_ROWS(IMediaPosition, 3, StopTime, "d"),
    BOTH_ROWS(IMediaPosition, 5, PrerollTime, "d"),
    BOTH_ROWS(IMediaPosition, 7, Rate, "d"),
    DO_ROW(IMediaPosition, 9, CanSeekForward, "", "l"),
    DO_ROW(IMediaPosition, 10, CanSeekBackward, "", "l"),
};

/* ---- IBasicAudio ------------------------------------------------------------------------- */

BOTH(IBasicAudio, Volume, lVal)
BOTH(IBasicAudio, Balance, lVal)

static const struct graph_member audio_members[] = {
    BOTH_ROWS(IBasicAudio, 0, Volume, "l"),
    BOTH_ROWS(IBasicAudio, 2, Balance, "l"),
};

/* ---- IVideoWindow ------------------------------------------------------------------------ */

/* PROPERTY(name, number) */
#define WINDOW_LONGS(PROPERTY)                                                                 \
    PROPERTY(WindowStyle, 2)                                                                   \
    PROPERTY(WindowStyleEx, 4)                                                                 \
    PROPERTY(AutoShow, 6)                                                                      \
    PROPERTY(WindowState, 8)                                                                   \
    PROPERTY(BackgroundPalette, 10)                                                            \
    PROPERTY(Visible, 12)                                                                      \
    PROPERTY(Left, 14)                                                                         \
    PROPERTY(Width, 16)                                                                        \
    PROPERTY(Top, 18)                                                                          \
    PROPERTY(Height, 20)                                                                       \
    PROPERTY(BorderColor, 26)                                                                  \
    PROPERTY(FullScreenMode, 28)

#define WINDOW_CALLS(Name, n) BOTH(IVideoWindow, Name, lVal)
#define WINDOW_ROWS(Name, n)  BOTH_ROWS(IVideoWindow, n, Name, "l"),

WINDOW_LONGS(WINDOW_CALLS)
BOTH(IVideoWindow, Caption, bstrVal)
PUT(IVideoWindow, Owner, llVal)
PUT(IVideoWindow, MessageDrain, llVal)
DO(IVideoWindow, SetWindowForeground, in[0].lVal)
DO(IVideoWindow, SetWindowPosition, in[0].lVal, in[1].lVal, in[2].lVal, in[3].lVal)
DO(IVideoWindow, GetWindowPosition, &out[0].lVal, &out[1].lVal, &out[2].lVal, &out[3].lVal)
DO(IVideoWindow, GetMinIdealImageSize, &out[0].lVal, &out[1].lVal)
DO(IVideoWindow, GetMaxIdealImageSize, &out[0].lVal, &out[1].lVal)
DO(IVideoWindow, GetRestorePosition, &out[0].lVal, &out[1].lVal, &out[2].lVal, &out[3].lVal)
DO(IVideoWindow, HideCursor, in[0].lVal)
DO(IVideoWindow, IsCursorHidden, &out[0].lVal)

static const struct graph_member window_members[] = {
    BOTH_ROWS(IVideoWindow, 0, Caption, "s"),
    WINDOW_LONGS(WINDOW_ROWS) /**/
    PUT_ROW(IVideoWindow, 22, Owner, "p"),
    PUT_ROW(IVideoWindow, 24, MessageDrain, "p"),
    DO_ROW(IVideoWindow, 30, SetWindowForeground, "l", ""),
    DO_ROW(IVideoWindow, 32, SetWindowPosition, "llll", ""),
    DO_ROW(IVideoWindow, 33, GetWindowPosition, "", "llll"),
    DO_ROW(IVideoWindow, 34, GetMinIdealImageSize, "", "ll"),
    DO_ROW(IVideoWindow, 35, GetMaxIdealImageSize, "", "ll"),
    DO_ROW(IVideoWindow, 36, GetRestorePosition, "", "llll"),
    DO_ROW(IVideoWindow, 37, HideCursor, "l", ""),
    DO_ROW(IVideoWindow, 38, IsCursorHidden, "", "l"),
};

#define INTERFACE_ROW(I, members)                                                              \
    {                                                                                          \
        &IID_##I, members, ARRAYSIZE(members)                                                  \
    }

const struct graph_interface graph_interfaces[] = {
    INTERFACE_ROW(IMediaControl, control_members),
    INTERFACE_ROW(IMediaEvent, event_members),
    INTERFACE_ROW(IMediaEventEx, event_members),
    INTERFACE_ROW(IMediaPosition, position_members),
    INTERFACE_ROW(IBasicAudio, audio_members),
    INTERFACE_ROW(IVideoWindow, window_members),
    { NULL, NULL, 0 },
};
