/* SPDX-License-Identifier: MIT */
/* video_window.c - IVideoWindow of the graph: the window of its first filter that has one.
 *
 * Control threads.  E_NOINTERFACE is what is documented for a graph without a window.  A graph with several windows
 * has the same answer as one with the first of them: the documents speak of no call that goes to all.
 * Knows: who is asked.  Must not know: what a window is.
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/forward.h"

FORWARD_TARGET(IVideoWindow, IVideoWindow, window_forward, E_NOINTERFACE)
GRAPH_DISPATCH(IVideoWindow)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Caption, BSTR)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Caption, BSTR)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_WindowStyle, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_WindowStyle, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_WindowStyleEx, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_WindowStyleEx, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_AutoShow, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_AutoShow, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_WindowState, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_WindowState, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_BackgroundPalette, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_BackgroundPalette, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Visible, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Visible, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Left, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Left, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Width, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Width, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Top, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Top, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Height, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Height, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_Owner, OAHWND)
FORWARD_GET(IVideoWindow, IVideoWindow, get_Owner, OAHWND)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_MessageDrain, OAHWND)
FORWARD_GET(IVideoWindow, IVideoWindow, get_MessageDrain, OAHWND)
FORWARD_GET(IVideoWindow, IVideoWindow, get_BorderColor, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_BorderColor, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, get_FullScreenMode, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, put_FullScreenMode, LONG)
FORWARD_PUT(IVideoWindow, IVideoWindow, SetWindowForeground, LONG)
FORWARD_PUT_BOX(IVideoWindow, IVideoWindow, SetWindowPosition)
FORWARD_GET_BOX(IVideoWindow, IVideoWindow, GetWindowPosition)
FORWARD_GET_PAIR(IVideoWindow, IVideoWindow, GetMinIdealImageSize)
FORWARD_GET_PAIR(IVideoWindow, IVideoWindow, GetMaxIdealImageSize)
FORWARD_GET_BOX(IVideoWindow, IVideoWindow, GetRestorePosition)
FORWARD_PUT(IVideoWindow, IVideoWindow, HideCursor, LONG)
FORWARD_GET(IVideoWindow, IVideoWindow, IsCursorHidden, LONG)

static HRESULT STDMETHODCALLTYPE IVideoWindow_do_NotifyOwnerMessage(IVideoWindow *face,
                                                                    OAHWND window, LONG message,
                                                                    LONG_PTR wparam,
                                                                    LONG_PTR lparam)
{
    RG_AUTO(IVideoWindow) target = NULL;
    HRESULT hr = IVideoWindow_target(face, &target);

    return SUCCEEDED(hr)
               ? target->lpVtbl->NotifyOwnerMessage(target, window, message, wparam, lparam)
               : hr;
}

const IVideoWindowVtbl graph_video_window_vtbl = {
    COM_UNKNOWN(IVideoWindow),
    GRAPH_DISPATCH_SLOTS(IVideoWindow),
    .put_Caption = IVideoWindow_do_put_Caption,
    .get_Caption = IVideoWindow_do_get_Caption,
    .put_WindowStyle = IVideoWindow_do_put_WindowStyle,
    .get_WindowStyle = IVideoWindow_do_get_WindowStyle,
    .put_WindowStyleEx = IVideoWindow_do_put_WindowStyleEx,
    .get_WindowStyleEx = IVideoWindow_do_get_WindowStyleEx,
    .put_AutoShow = IVideoWindow_do_put_AutoShow,
    .get_AutoShow = IVideoWindow_do_get_AutoShow,
    .put_WindowState = IVideoWindow_do_put_WindowState,
    .get_WindowState = IVideoWindow_do_get_WindowState,
    .put_BackgroundPalette = IVideoWindow_do_put_BackgroundPalette,
    .get_BackgroundPalette = IVideoWindow_do_get_BackgroundPalette,
    .put_Visible = IVideoWindow_do_put_Visible,
    .get_Visible = IVideoWindow_do_get_Visible,
    .put_Left = IVideoWindow_do_put_Left,
    .get_Left = IVideoWindow_do_get_Left,
    .put_Width = IVideoWindow_do_put_Width,
    .get_Width = IVideoWindow_do_get_Width,
    .put_Top = IVideoWindow_do_put_Top,
    .get_Top = IVideoWindow_do_get_Top,
    .put_Height = IVideoWindow_do_put_Height,
    .get_Height = IVideoWindow_do_get_Height,
    .put_Owner = IVideoWindow_do_put_Owner,
    .get_Owner = IVideoWindow_do_get_Owner,
    .put_MessageDrain = IVideoWindow_do_put_MessageDrain,
    .get_MessageDrain = IVideoWindow_do_get_MessageDrain,
    .get_BorderColor = IVideoWindow_do_get_BorderColor,
    .put_BorderColor = IVideoWindow_do_put_BorderColor,
    .get_FullScreenMode = IVideoWindow_do_get_FullScreenMode,
    .put_FullScreenMode = IVideoWindow_do_put_FullScreenMode,
    .SetWindowForeground = IVideoWindow_do_SetWindowForeground,
    .NotifyOwnerMessage = IVideoWindow_do_NotifyOwnerMessage,
    .SetWindowPosition = IVideoWindow_do_SetWindowPosition,
    .GetWindowPosition = IVideoWindow_do_GetWindowPosition,
    .GetMinIdealImageSize = IVideoWindow_do_GetMinIdealImageSize,
    .GetMaxIdealImageSize = IVideoWindow_do_GetMaxIdealImageSize,
    .GetRestorePosition = IVideoWindow_do_GetRestorePosition,
    .HideCursor = IVideoWindow_do_HideCursor,
    .IsCursorHidden = IVideoWindow_do_IsCursorHidden,
};
