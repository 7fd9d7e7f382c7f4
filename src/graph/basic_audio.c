/* SPDX-License-Identifier: MIT */
/* basic_audio.c - IBasicAudio of the graph: the volume of its first filter that has one.
 *
 * Control threads.  Knows: who is asked.  Must not know: what volume is.
 */
#include "graph/graph_internal.h"

#include "graph/dispatch.h"
#include "graph/forward.h"

/* E_NOTIMPL is what is documented for a graph without a renderer of sound. */
FORWARD_TARGET(IBasicAudio, IBasicAudio, audio_forward, E_NOTIMPL)
GRAPH_DISPATCH(IBasicAudio)
FORWARD_PUT(IBasicAudio, IBasicAudio, put_Volume, LONG)
FORWARD_GET(IBasicAudio, IBasicAudio, get_Volume, LONG)
FORWARD_PUT(IBasicAudio, IBasicAudio, put_Balance, LONG)
FORWARD_GET(IBasicAudio, IBasicAudio, get_Balance, LONG)

const IBasicAudioVtbl graph_basic_audio_vtbl = {
    COM_UNKNOWN(IBasicAudio),
    GRAPH_DISPATCH_SLOTS(IBasicAudio),
    .put_Volume = IBasicAudio_do_put_Volume,
    .get_Volume = IBasicAudio_do_get_Volume,
    .put_Balance = IBasicAudio_do_put_Balance,
    .get_Balance = IBasicAudio_do_get_Balance,
};
