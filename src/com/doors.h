/* SPDX-License-Identifier: MIT */
/* com/doors.h - the three IUnknown slots of every interface that our objects offer.
 *
 * Each interface gets typed doors, so that no function pointer is ever cast.  They are made
 * once, in doors.c, from the list below; a new interface is one line here.
 */
#pragma once

#include <dshow.h>
#include <qedit.h>
#include <regraft_if.h>

#ifndef RG_API
#define RG_API __attribute__((visibility("default")))
#endif

#define COM_DOOR_LIST(X)                                                                       \
    X(IClassFactory)                                                                           \
    X(IBaseFilter)                                                                             \
    X(IPin)                                                                                    \
    X(IMemInputPin)                                                                            \
    X(IPinConnection)                                                                          \
    X(IPinFlowControl)                                                                         \
    X(IQualityControl)                                                                         \
    X(IRgLink)                                                                                 \
    X(IRgVisitor)                                                                              \
    X(IRgOptions)                                                                              \
    X(IEnumPins)                                                                               \
    X(IEnumFilters)                                                                            \
    X(IEnumMediaTypes)                                                                         \
    X(IMemAllocator)                                                                           \
    X(IMemAllocatorCallbackTemp)                                                               \
    X(IMemAllocatorNotifyCallbackTemp)                                                         \
    X(IReferenceClock)                                                                         \
    X(IReferenceClock2)                                                                        \
    X(IFilterGraph2)                                                                           \
    X(IFilterGraph3)                                                                           \
    X(IGraphConfig)                                                                            \
    X(IGraphConfigCallback)                                                                    \
    X(IGraphVersion)                                                                           \
    X(IGraphEdit)                                                                              \
    X(IGraphTransaction)                                                                       \
    X(IGraphReport)                                                                            \
    X(IFilterChain)                                                                            \
    X(IMediaControl)                                                                           \
    X(IMediaEventEx)                                                                           \
    X(IMediaEventSink)                                                                         \
    X(IMediaSeeking)                                                                           \
    X(IMediaPosition)                                                                          \
    X(IMediaFilter)                                                                            \
    X(IFileSourceFilter)                                                                       \
    X(IFileSinkFilter2)                                                                        \
    X(IAsyncReader)                                                                            \
    X(IStream)                                                                                 \
    X(IConfigAviMux)                                                                           \
    X(IConfigInterleaving)                                                                     \
    X(IAMFilterMiscFlags)                                                                      \
    X(IAMPushSource)                                                                           \
    X(IAMStreamControl)                                                                        \
    X(IObjectWithSite)                                                                         \
    X(IKsPropertySet)                                                                          \
    X(IVideoFrameStep)                                                                         \
    X(IQueueCommand)                                                                           \
    X(IDeferredCommand)                                                                        \
    X(IReferenceClockTimerControl)                                                             \
    X(IAMClockAdjust)                                                                          \
    X(IQualProp)                                                                               \
    X(IBasicAudio)                                                                             \
    X(IBasicVideo2)                                                                            \
    X(IVideoWindow)                                                                            \
    X(IAMStats)                                                                                \
    X(IAMGraphStreams)                                                                         \
    X(IAMOpenProgress)                                                                         \
    X(IServiceProvider)                                                                        \
    X(IRegisterServiceProvider)                                                                \
    X(IResourceManager)                                                                        \
    X(IAMCollection)                                                                           \
    X(IEnumVARIANT)                                                                            \
    X(IFilterInfo)                                                                             \
    X(IPinInfo)                                                                                \
    X(IMediaTypeInfo)                                                                          \
    X(IRegFilterInfo)                                                                          \
    X(IMoniker)                                                                                \
    X(IPropertyBag)                                                                            \
    X(ISeekingPassThru)                                                                        \
    X(ICaptureGraphBuilder)                                                                    \
    X(ICaptureGraphBuilder2)                                                                   \
    X(IAMCopyCaptureFileProgress)                                                              \
    X(ISampleGrabber)                                                                          \
    X(ISampleGrabberCB)                                                                        \
    X(IFilterMapper)                                                                           \
    X(IFilterMapper3)                                                                          \
    X(IEnumRegFilters)                                                                         \
    X(ICreateDevEnum)                                                                          \
    X(IEnumMoniker)                                                                            \
    X(IAMPluginControl)                                                                        \
    X(IBindCtx)                                                                                \
    X(IPersistStream)                                                                          \
    X(IStorage)                                                                                \
    X(IEnumSTATSTG)

#define COM_DOORS_DECLARE(I)                                                                   \
    RG_API HRESULT STDMETHODCALLTYPE I##_door_qi(I *face, REFIID iid, void **out);             \
    RG_API ULONG STDMETHODCALLTYPE I##_door_add(I *face);                                      \
    RG_API ULONG STDMETHODCALLTYPE I##_door_rel(I *face);
COM_DOOR_LIST(COM_DOORS_DECLARE)
#undef COM_DOORS_DECLARE

/* The first three slots of a table: static const IPinVtbl t = { COM_UNKNOWN(IPin), .Connect
 * = … }; */
#define COM_UNKNOWN(I)                                                                         \
    .QueryInterface = I##_door_qi, .AddRef = I##_door_add, .Release = I##_door_rel
