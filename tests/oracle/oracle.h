/* SPDX-License-Identifier: MIT */
/* oracle.h - what a check says, and the list of groups; portable between Windows' headers and ours.
 *
 * One thread asks, others may help.  A check is one answer to one call in one situation: its name, what was
 * answered, what the documentation says, and that in words.  Who is right is judged elsewhere (run_oracle.py).
 * Knows: the Windows API and DirectShow alone.  Must not know: what is behind them, POSIX.
 */
#pragma once

#include <dshow.h>

/* How long a check waits for what has to come, and no check's answer is a time. */
#define PATIENCE_MS 10000

/* ---- answers ----------------------------------------------------------------------------- */

/* documented: the name of the HRESULT, or several with '|' between them, or "any error". */
void answer_hr(const char *check, HRESULT answer, const char *documented, const char *words);
void answer_value(const char *check, LONGLONG answer, const char *documented,
                  const char *words);
void answer_text(const char *check, const char *answer, const char *documented,
                 const char *words);
void answer_wide(const char *check, const WCHAR *answer, const char *documented,
                 const char *words);
/* Documented: yes. */
void answer_yes(const char *check, BOOL answer, const char *words);

/* Makes an object, or says that its class is not there: the group has no answers then. */
BOOL make(REFCLSID clsid, const char *name, REFIID iid, void **out);

/* Text of a condition of several: "S_OK" and the like. */
const char *hr_name(HRESULT hr);

/* ---- groups ------------------------------------------------------------------------------ */

#define ORACLE_GROUPS(GROUP)                                                                   \
    GROUP(allocator_sizes)                                                                     \
    GROUP(allocator_commit)                                                                    \
    GROUP(allocator_buffers)                                                                   \
    GROUP(allocator_waits)                                                                     \
    GROUP(sample_times)                                                                        \
    GROUP(sample_flags)                                                                        \
    GROUP(sample_type)                                                                         \
    GROUP(sample_properties)                                                                   \
    GROUP(sample_again)                                                                        \
    GROUP(clock_time)                                                                          \
    GROUP(clock_advise)                                                                        \
    GROUP(clock_periodic)                                                                      \
    GROUP(identity_graph)                                                                      \
    GROUP(identity_graph_parts)                                                                \
    GROUP(identity_graph_no_thread)                                                            \
    GROUP(identity_allocator)                                                                  \
    GROUP(identity_clock)                                                                      \
    GROUP(identity_seeking_passthru)                                                           \
    GROUP(identity_mapper)                                                                     \
    GROUP(identity_device_enum)                                                                \
    GROUP(identity_sample_grabber)                                                             \
    GROUP(identity_null_renderer)                                                              \
    GROUP(identity_smart_tee)                                                                  \
    GROUP(identity_capture_builder)                                                            \
    GROUP(identity_async_reader)                                                               \
    GROUP(com_objects)                                                                         \
    GROUP(members_add)                                                                         \
    GROUP(members_names)                                                                       \
    GROUP(members_remove)                                                                      \
    GROUP(members_end)                                                                         \
    GROUP(enum_filters)                                                                        \
    GROUP(enum_filters_sync)                                                                   \
    GROUP(graph_version)                                                                       \
    GROUP(graph_site)                                                                          \
    GROUP(connect_direct)                                                                      \
    GROUP(connect_refused)                                                                     \
    GROUP(connect_circle)                                                                      \
    GROUP(connect_disconnect)                                                                  \
    GROUP(connect_reconnect)                                                                   \
    GROUP(connect_search)                                                                      \
    GROUP(connect_render)                                                                      \
    GROUP(connect_files)                                                                       \
    GROUP(state_empty)                                                                         \
    GROUP(state_order)                                                                         \
    GROUP(state_intermediate)                                                                  \
    GROUP(state_failures)                                                                      \
    GROUP(state_start_time)                                                                    \
    GROUP(state_filter_face)                                                                   \
    GROUP(state_ready)                                                                         \
    GROUP(graph_clock)                                                                         \
    GROUP(graph_clock_choice)                                                                  \
    GROUP(events_queue)                                                                        \
    GROUP(events_complete)                                                                     \
    GROUP(events_default)                                                                      \
    GROUP(events_wait)                                                                         \
    GROUP(events_flags)                                                                        \
    GROUP(seeking_empty)                                                                       \
    GROUP(seeking_formats)                                                                     \
    GROUP(seeking_capabilities)                                                                \
    GROUP(seeking_positions)                                                                   \
    GROUP(seeking_two)                                                                         \
    GROUP(seeking_running)                                                                     \
    GROUP(seeking_rate)                                                                        \
    GROUP(position)                                                                            \
    GROUP(passthru)                                                                            \
    GROUP(passthru_position)                                                                   \
    GROUP(device_enum)                                                                         \
    GROUP(mapper)                                                                              \
    GROUP(null_renderer)                                                                       \
    GROUP(grabber)                                                                             \
    GROUP(grabber_flow)                                                                        \
    GROUP(smart_tee)                                                                           \
    GROUP(capture_builder)                                                                     \
    GROUP(async_reader)                                                                        \
    GROUP(null_enum)                                                                           \
    GROUP(null_site)                                                                           \
    GROUP(null_output)                                                                         \
    GROUP(null_input)                                                                          \
    GROUP(null_connect)                                                                        \
    GROUP(null_connect_input)                                                                  \
    GROUP(null_reconnect)                                                                      \
    GROUP(null_reconnect_ex)                                                                   \
    GROUP(null_render)                                                                         \
    GROUP(null_render_ex)                                                                      \
    GROUP(null_render_file)                                                                    \
    GROUP(null_source)                                                                         \
    GROUP(null_moniker)

#define ORACLE_DECLARE(name) void group_##name(void);
ORACLE_GROUPS(ORACLE_DECLARE)
