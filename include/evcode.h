/* SPDX-License-Identifier: MIT */
/* Event codes of IMediaEvent, with what their two parameters carry.
 *
 * Runs: nowhere, declarations only.
 * "void" parameters are 0.  BSTR and interface parameters belong to the event until
 * IMediaEvent::FreeEventParams.
 */
#pragma once

#define EC_SYSTEMBASE 0x00
#define EC_USER       0x8000

#define EC_COMPLETE                  0x01 /* HRESULT, IBaseFilter * or 0: all streams done */
#define EC_USERABORT                 0x02 /* void, void: the user asks to stop */
#define EC_ERRORABORT                0x03 /* HRESULT, void: the operation ended with an error */
#define EC_TIME                      0x04 /* DWORD, DWORD: a requested time has come */
#define EC_REPAINT                   0x05 /* IPin *, void: a renderer needs its picture again */
#define EC_STREAM_ERROR_STOPPED      0x06 /* HRESULT, DWORD: a stream stopped with an error */
#define EC_STREAM_ERROR_STILLPLAYING 0x07 /* HRESULT, DWORD: an error, the stream goes on */
#define EC_ERROR_STILLPLAYING        0x08 /* HRESULT, void: starting failed, trying on */
#define EC_PALETTE_CHANGED           0x09 /* void, void */
#define EC_VIDEO_SIZE_CHANGED        0x0a /* width and height in words, void */
#define EC_QUALITY_CHANGE            0x0b /* void, void: samples are dropped to keep up */
#define EC_SHUTTING_DOWN             0x0c /* void, void: the graph is being destroyed */
#define EC_CLOCK_CHANGED             0x0d /* void, void: the graph has another clock */
#define EC_PAUSED                    0x0e /* HRESULT, void: a pause has finished */
#define EC_OPENING_FILE              0x10 /* BOOL, void: opening begins or ends */
#define EC_BUFFERING_DATA            0x11 /* BOOL, void: buffering begins or ends */
#define EC_FULLSCREEN_LOST           0x12 /* void, IBaseFilter * */
#define EC_ACTIVATE                  0x13 /* BOOL, IBaseFilter *: window focus */
#define EC_NEED_RESTART              0x14 /* void, void: the graph has to pause and run again */
#define EC_WINDOW_DESTROYED          0x15 /* IBaseFilter *, void */
#define EC_DISPLAY_CHANGED           0x16 /* IPin *, void or IPin **, count */
#define EC_STARVATION                0x17 /* void, void: a filter lacks data */
#define EC_OLE_EVENT                 0x18 /* BSTR, BSTR: from a filter to the application */
#define EC_NOTIFY_WINDOW             0x19 /* HWND, void */
#define EC_STREAM_CONTROL_STOPPED    0x1a /* IPin *, DWORD cookie: StopAt took effect */
#define EC_STREAM_CONTROL_STARTED    0x1b /* IPin *, DWORD cookie: StartAt took effect */
#define EC_END_OF_SEGMENT            0x1c /* const REFERENCE_TIME *, DWORD segment */
#define EC_SEGMENT_STARTED           0x1d /* const REFERENCE_TIME *, DWORD segment */
#define EC_LENGTH_CHANGED            0x1e /* void, void: a source knows a new duration */
#define EC_DEVICE_LOST               0x1f /* IUnknown *, 0 removed or 1 back */
#define EC_SAMPLE_NEEDED             0x20
#define EC_NEW_PIN                   0x20
#define EC_PROCESSING_LATENCY        0x21 /* REFERENCE_TIME *, void */
#define EC_RENDER_FINISHED           0x21 /* HRESULT, IPin * */
#define EC_SAMPLE_LATENCY            0x22 /* REFERENCE_TIME *, void */
#define EC_SCRUB_TIME                0x23 /* low DWORD, high DWORD of a stream time */
#define EC_STEP_COMPLETE             0x24 /* BOOL cancelled, void: a frame step has finished */
#define EC_SKIP_FRAMES               0x25 /* DWORD frames, void: to be left out */

#define EC_TIMECODE_AVAILABLE    0x30 /* IUnknown *, DWORD device */
#define EC_EXTDEVICE_MODE_CHANGE 0x31 /* DWORD mode, DWORD device */
#define EC_STATE_CHANGE          0x32 /* FILTER_STATE, BOOL internal */

#define EC_PLEASE_REOPEN           0x40 /* void, void: the file needs reopening */
#define EC_STATUS                  0x41 /* BSTR, BSTR: text for a person */
#define EC_MARKER_HIT              0x42 /* DWORD marker, void */
#define EC_LOADSTATUS              0x43 /* AM_LOADSTATUS_, void */
#define EC_FILE_CLOSED             0x44 /* void, void: not by the user */
#define EC_ERRORABORTEX            0x45 /* HRESULT, BSTR: ended, and why */
#define EC_EOS_SOON                0x46 /* void, void: the source sends its last data */
#define EC_CONTENTPROPERTY_CHANGED 0x47 /* AM_CONTENTPROPERTY_, void */
#define EC_BANDWIDTHCHANGE         0x48 /* WORD, LONG */
#define EC_VIDEOFRAMEREADY         0x49 /* void, void: the first frame is about to be shown */
#define EC_GRAPH_CHANGED           0x50 /* void, void: filters or connections have changed */
#define EC_CLOCK_UNSET             0x51 /* void, void: the graph's clock went away */
#define EC_VMR_RENDERDEVICE_SET    0x53 /* VMR_RENDER_DEVICE_, void */
#define EC_VMR_SURFACE_FLIPPED     0x54 /* HRESULT, void */
#define EC_VMR_RECONNECTION_FAILED 0x55 /* HRESULT, void */
#define EC_PREPROCESS_COMPLETE     0x56 /* IBaseFilter *, void */
#define EC_CODECAPI_EVENT          0x57 /* codec's parameters */

#define EC_WMT_EVENT_BASE  0x0251
#define EC_WMT_INDEX_EVENT EC_WMT_EVENT_BASE
#define EC_WMT_EVENT       (EC_WMT_EVENT_BASE + 1)

#define EC_BUILT   0x300 /* a graph was built from a state */
#define EC_UNBUILT 0x301 /* and taken apart */
