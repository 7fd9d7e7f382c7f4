/* SPDX-License-Identifier: MIT */
/* basic_video.c - IBasicVideo and IBasicVideo2 of the graph: the picture of its first filter that shows one.
 *
 * Control threads.  E_NOINTERFACE is what is documented for a graph that shows no picture.
 * Knows: who is asked.  Must not know: what a picture is.
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/forward.h"

FORWARD_TARGET(IBasicVideo2, IBasicVideo, video_forward, E_NOINTERFACE)
GRAPH_DISPATCH(IBasicVideo2)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_AvgTimePerFrame, REFTIME)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_BitRate, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_BitErrorRate, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_VideoWidth, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_VideoHeight, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_SourceLeft, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_SourceLeft, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_SourceWidth, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_SourceWidth, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_SourceTop, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_SourceTop, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_SourceHeight, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_SourceHeight, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_DestinationLeft, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_DestinationLeft, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_DestinationWidth, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_DestinationWidth, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_DestinationTop, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_DestinationTop, LONG)
FORWARD_PUT(IBasicVideo2, IBasicVideo, put_DestinationHeight, LONG)
FORWARD_GET(IBasicVideo2, IBasicVideo, get_DestinationHeight, LONG)
FORWARD_PUT_BOX(IBasicVideo2, IBasicVideo, SetSourcePosition)
FORWARD_GET_BOX(IBasicVideo2, IBasicVideo, GetSourcePosition)
FORWARD_PLAIN(IBasicVideo2, IBasicVideo, SetDefaultSourcePosition)
FORWARD_PUT_BOX(IBasicVideo2, IBasicVideo, SetDestinationPosition)
FORWARD_GET_BOX(IBasicVideo2, IBasicVideo, GetDestinationPosition)
FORWARD_PLAIN(IBasicVideo2, IBasicVideo, SetDefaultDestinationPosition)
FORWARD_GET_PAIR(IBasicVideo2, IBasicVideo, GetVideoSize)
FORWARD_PLAIN(IBasicVideo2, IBasicVideo, IsUsingDefaultSource)
FORWARD_PLAIN(IBasicVideo2, IBasicVideo, IsUsingDefaultDestination)

static HRESULT STDMETHODCALLTYPE IBasicVideo2_do_GetVideoPaletteEntries(IBasicVideo2 *face,
                                                                        LONG start, LONG room,
                                                                        LONG *ret_count,
                                                                        LONG *ret_entries)
{
    RG_AUTO(IBasicVideo) video = NULL;
    HRESULT hr;

    if (ret_count == NULL || ret_entries == NULL)
        return E_POINTER;
    hr = IBasicVideo2_target(face, &video);
    return SUCCEEDED(hr) ? video->lpVtbl->GetVideoPaletteEntries(video, start, room, ret_count,
                                                                 ret_entries)
                         : hr;
}

/* No room for the picture is a question of its own: how many bytes it needs. */
static HRESULT STDMETHODCALLTYPE IBasicVideo2_do_GetCurrentImage(IBasicVideo2 *face,
                                                                 LONG *bytes, LONG *image)
{
    RG_AUTO(IBasicVideo) video = NULL;
    HRESULT hr;

    if (bytes == NULL)
        return E_POINTER;
    hr = IBasicVideo2_target(face, &video);
    return SUCCEEDED(hr) ? video->lpVtbl->GetCurrentImage(video, bytes, image) : hr;
}

/* The same filter as for the rest, which may be one that knows no aspect ratios: E_NOINTERFACE. */
static HRESULT STDMETHODCALLTYPE IBasicVideo2_do_GetPreferredAspectRatio(IBasicVideo2 *face,
                                                                         LONG *ret_x,
                                                                         LONG *ret_y)
{
    RG_AUTO(IBasicVideo) video = NULL;
    RG_AUTO(IBasicVideo2) newer = NULL;
    HRESULT hr;

    if (ret_x == NULL || ret_y == NULL)
        return E_POINTER;
    hr = IBasicVideo2_target(face, &video);
    if (SUCCEEDED(hr))
        hr = video->lpVtbl->QueryInterface(video, &IID_IBasicVideo2, (void **)&newer);
    return SUCCEEDED(hr) ? newer->lpVtbl->GetPreferredAspectRatio(newer, ret_x, ret_y) : hr;
}

const IBasicVideo2Vtbl graph_basic_video_vtbl = {
    COM_UNKNOWN(IBasicVideo2),
    GRAPH_DISPATCH_SLOTS(IBasicVideo2),
    .get_AvgTimePerFrame = IBasicVideo2_do_get_AvgTimePerFrame,
    .get_BitRate = IBasicVideo2_do_get_BitRate,
    .get_BitErrorRate = IBasicVideo2_do_get_BitErrorRate,
    .get_VideoWidth = IBasicVideo2_do_get_VideoWidth,
    .get_VideoHeight = IBasicVideo2_do_get_VideoHeight,
    .put_SourceLeft = IBasicVideo2_do_put_SourceLeft,
    .get_SourceLeft = IBasicVideo2_do_get_SourceLeft,
    .put_SourceWidth = IBasicVideo2_do_put_SourceWidth,
    .get_SourceWidth = IBasicVideo2_do_get_SourceWidth,
    .put_SourceTop = IBasicVideo2_do_put_SourceTop,
    .get_SourceTop = IBasicVideo2_do_get_SourceTop,
    .put_SourceHeight = IBasicVideo2_do_put_SourceHeight,
    .get_SourceHeight = IBasicVideo2_do_get_SourceHeight,
    .put_DestinationLeft = IBasicVideo2_do_put_DestinationLeft,
    .get_DestinationLeft = IBasicVideo2_do_get_DestinationLeft,
    .put_DestinationWidth = IBasicVideo2_do_put_DestinationWidth,
    .get_DestinationWidth = IBasicVideo2_do_get_DestinationWidth,
    .put_DestinationTop = IBasicVideo2_do_put_DestinationTop,
    .get_DestinationTop = IBasicVideo2_do_get_DestinationTop,
    .put_DestinationHeight = IBasicVideo2_do_put_DestinationHeight,
    .get_DestinationHeight = IBasicVideo2_do_get_DestinationHeight,
    .SetSourcePosition = IBasicVideo2_do_SetSourcePosition,
    .GetSourcePosition = IBasicVideo2_do_GetSourcePosition,
    .SetDefaultSourcePosition = IBasicVideo2_do_SetDefaultSourcePosition,
    .SetDestinationPosition = IBasicVideo2_do_SetDestinationPosition,
    .GetDestinationPosition = IBasicVideo2_do_GetDestinationPosition,
    .SetDefaultDestinationPosition = IBasicVideo2_do_SetDefaultDestinationPosition,
    .GetVideoSize = IBasicVideo2_do_GetVideoSize,
    .GetVideoPaletteEntries = IBasicVideo2_do_GetVideoPaletteEntries,
    .GetCurrentImage = IBasicVideo2_do_GetCurrentImage,
    .IsUsingDefaultSource = IBasicVideo2_do_IsUsingDefaultSource,
    .IsUsingDefaultDestination = IBasicVideo2_do_IsUsingDefaultDestination,
    .GetPreferredAspectRatio = IBasicVideo2_do_GetPreferredAspectRatio,
};
