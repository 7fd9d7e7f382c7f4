/* SPDX-License-Identifier: MIT */
/* faces.h - the interfaces of the Filter Graph Manager, one row each.
 *
 * Constant tables.  A row makes the member of struct graph, declares its table and sets it; interfaces that
 * share a table (IGraphBuilder and IFilterGraph3) have a row each in GRAPH_MAP.
 * Knows: the names.  Must not know: what is behind them.
 */
#pragma once

#include "com/object.h"

/* FACE(interface, member of struct graph, its table) */
#define GRAPH_FACES(FACE)                                                                      \
    FACE(IFilterGraph3, builder, graph_builder_vtbl)                                           \
    FACE(IMediaControl, control, graph_control_vtbl)                                           \
    FACE(IMediaEventEx, event, graph_event_vtbl)                                               \
    FACE(IMediaEventSink, sink, graph_sink_vtbl)                                               \
    FACE(IMediaSeeking, seeking, graph_seeking_vtbl)                                           \
    FACE(IMediaPosition, position, graph_position_vtbl)                                        \
    FACE(IMediaFilter, media_filter, graph_media_filter_vtbl)                                  \
    FACE(IGraphVersion, version_face, graph_version_vtbl)                                      \
    FACE(IGraphReport, report, graph_report_vtbl)                                              \
    FACE(IObjectWithSite, site_face, graph_site_vtbl)                                          \
    FACE(IFilterChain, chain, graph_chain_vtbl)                                                \
    FACE(IGraphConfig, config, rg_graph_config_vtbl)                                           \
    FACE(IGraphEdit, edit, rg_graph_edit_vtbl)                                                 \
    FACE(IVideoFrameStep, frame_step, graph_frame_step_vtbl)                                   \
    FACE(IQueueCommand, queue_command, graph_queue_command_vtbl)                               \
    FACE(IBasicAudio, basic_audio, graph_basic_audio_vtbl)                                     \
    FACE(IBasicVideo2, basic_video, graph_basic_video_vtbl)                                    \
    FACE(IVideoWindow, video_window, graph_video_window_vtbl)                                  \
    FACE(IAMStats, stats_face, graph_stats_vtbl)                                               \
    FACE(IAMGraphStreams, streams_face, graph_streams_vtbl)                                    \
    FACE(IAMOpenProgress, progress, graph_progress_vtbl)                                       \
    FACE(IServiceProvider, service_provider, graph_service_provider_vtbl)                      \
    FACE(IRegisterServiceProvider, register_service, graph_register_service_vtbl)              \
    FACE(IResourceManager, resources_face, graph_resources_vtbl)                               \
    FACE(IPersistStream, persist, graph_persist_vtbl)

/* MAP(interface that QueryInterface is asked for, member) */
#define GRAPH_MAP(MAP)                                                                         \
    MAP(IFilterGraph, builder)                                                                 \
    MAP(IGraphBuilder, builder)                                                                \
    MAP(IFilterGraph2, builder)                                                                \
    MAP(IFilterGraph3, builder)                                                                \
    MAP(IMediaControl, control)                                                                \
    MAP(IDispatch, control)                                                                    \
    MAP(IMediaEvent, event)                                                                    \
    MAP(IMediaEventEx, event)                                                                  \
    MAP(IMediaEventSink, sink)                                                                 \
    MAP(IMediaSeeking, seeking)                                                                \
    MAP(IMediaPosition, position)                                                              \
    MAP(IMediaFilter, media_filter)                                                            \
    MAP(IPersist, media_filter)                                                                \
    MAP(IGraphVersion, version_face)                                                           \
    MAP(IGraphReport, report)                                                                  \
    MAP(IObjectWithSite, site_face)                                                            \
    MAP(IFilterChain, chain)                                                                   \
    MAP(IGraphConfig, config)                                                                  \
    MAP(IGraphEdit, edit)                                                                      \
    MAP(IVideoFrameStep, frame_step)                                                           \
    MAP(IQueueCommand, queue_command)                                                          \
    MAP(IBasicAudio, basic_audio)                                                              \
    MAP(IBasicVideo, basic_video)                                                              \
    MAP(IBasicVideo2, basic_video)                                                             \
    MAP(IVideoWindow, video_window)                                                            \
    MAP(IAMStats, stats_face)                                                                  \
    MAP(IAMGraphStreams, streams_face)                                                         \
    MAP(IAMOpenProgress, progress)                                                             \
    MAP(IServiceProvider, service_provider)                                                    \
    MAP(IRegisterServiceProvider, register_service)                                            \
    MAP(IResourceManager, resources_face)                                                      \
    MAP(IPersistStream, persist)

#define GRAPH_FACE_MEMBER(I, member, table) COM_FACE(I) member;
#define GRAPH_FACE_TABLE(I, member, table)  extern const I##Vtbl table;

GRAPH_FACES(GRAPH_FACE_TABLE)
