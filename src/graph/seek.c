/* SPDX-License-Identifier: MIT */
/* seek.c - IMediaSeeking of the graph: asked of every renderer, answered as one.
 *
 * Control threads under the graph lock.  Renderers pass a seek upstream until somebody
 * executes it.
 * Knows: renderers' IMediaSeeking, the clock's share in the position. Must not know: who
 * executes a seek.
 */
#include "graph/graph_internal.h"

#include "platform/memory.h"
#include "platform/round.h"
#include "platform/time.h"

#define POSITIONING_MASK 0x3u

/* ---- the renderers that can be asked ----------------------------------------------------- */

struct seekers {
    IMediaSeeking **list; /* references */
    size_t count;
};

static void seekers_close(struct seekers *all)
{
    for (size_t i = 0; i < all->count; i++)
        all->list[i]->lpVtbl->Release(all->list[i]);
    rg_free(all->list);
    *all = (struct seekers){ 0 };
}

/* Those that use the graph's time format now. */
static HRESULT seekers_open(struct graph *graph, struct seekers *ret)
{
    size_t most = 0;

    *ret = (struct seekers){ 0 };
    if (graph->recount_all)
        graph_recount_all_locked(graph);
    for (struct graph_node *node = graph->renderers; node != NULL; node = node->next_renderer)
        most++;
    ret->list = rg_calloc(most + 1, sizeof(IMediaSeeking *));
    if (ret->list == NULL)
        return E_OUTOFMEMORY;
    for (struct graph_node *node = graph->renderers; node != NULL && ret->count < most;
         node = node->next_renderer) {
        IMediaSeeking *one = NULL;

        if (FAILED(node->filter->lpVtbl->QueryInterface(node->filter, &IID_IMediaSeeking,
                                                        (void **)&one)))
            continue;
        if (IsEqualGUID(&graph->time_format, &TIME_FORMAT_MEDIA_TIME) ||
            one->lpVtbl->IsUsingTimeFormat(one, &graph->time_format) == S_OK)
            ret->list[ret->count++] = one;
        else
            one->lpVtbl->Release(one);
    }
    return S_OK;
}

static bool in_media_time(const struct graph *graph)
{
    return IsEqualGUID(&graph->time_format, &TIME_FORMAT_MEDIA_TIME);
}

typedef HRESULT (*seek_get)(IMediaSeeking *seeker, LONGLONG *ret);

static HRESULT get_duration(IMediaSeeking *seeker, LONGLONG *ret)
{
    return seeker->lpVtbl->GetDuration(seeker, ret);
}

static HRESULT get_stop(IMediaSeeking *seeker, LONGLONG *ret)
{
    return seeker->lpVtbl->GetStopPosition(seeker, ret);
}

static HRESULT get_preroll(IMediaSeeking *seeker, LONGLONG *ret)
{
    return seeker->lpVtbl->GetPreroll(seeker, ret);
}

/* The largest answer.  S_OK; E_NOTIMPL: nobody knows. */
static HRESULT ask_largest(struct graph *graph, seek_get get, LONGLONG *ret)
{
    struct seekers all;
    HRESULT hr = seekers_open(graph, &all);
    HRESULT result = E_NOTIMPL;
    LONGLONG largest = 0;

    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < all.count; i++) {
        LONGLONG value = 0;

        hr = get(all.list[i], &value);
        if (SUCCEEDED(hr) && (result != S_OK || value > largest)) {
            largest = value;
            result = S_OK;
        }
    }
    seekers_close(&all);
    if (result == S_OK)
        *ret = largest;
    return result;
}

static HRESULT ask_largest_unlocked(struct graph *graph, seek_get get, LONGLONG *ret)
{
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = ask_largest(graph, get, ret);
    graph_unlock(graph);
    return hr;
}

/* ---- where are we? ----------------------------------------------------------------------- */

static LONGLONG first_position(struct graph *graph)
{
    struct seekers all;
    LONGLONG position = 0;

    if (FAILED(seekers_open(graph, &all)))
        return 0;
    for (size_t i = 0; i < all.count; i++)
        if (SUCCEEDED(all.list[i]->lpVtbl->GetCurrentPosition(all.list[i], &position)))
            break;
    seekers_close(&all);
    return position;
}

/* Where the streams end; false: nobody knows. */
static bool find_end(struct graph *graph, LONGLONG *ret)
{
    *ret = graph->segment_stop;
    return *ret >= 0 || (SUCCEEDED(ask_largest(graph, get_duration, ret)) && *ret > 0);
}

/* The same once the streams have ended: a stop position may lie behind the last sample, and where they
 * began, too. */
static bool find_end_reached(struct graph *graph, LONGLONG *ret)
{
    LONGLONG stop = graph->segment_stop, duration;

    if (SUCCEEDED(ask_largest(graph, get_duration, &duration)) && duration > 0) {
        if (duration < graph->segment_start)
            duration = graph->segment_start;
        *ret = stop >= 0 && stop < duration ? stop : duration;
        return true;
    }
    *ret = stop;
    return stop >= 0 && stop != INT64_MAX;
}

LONGLONG graph_position_locked(struct graph *graph)
{
    REFERENCE_TIME stream = graph->stream_time, now;
    LONGLONG position, end;

    if (!in_media_time(graph))
        return first_position(graph);
    /* played to the end, however fast that went */
    if (graph->rate > 0 && graph_renderers_are_done(graph) && find_end_reached(graph, &end))
        return end;
    if (graph->state == State_Running) {
        if (!graph_clock_now(graph, &now))
            return first_position(graph);
        stream = now > graph->start_time ? now - graph->start_time : 0;
    }
    position = graph->segment_start + (LONGLONG)((double)stream * graph->rate);
    if (graph->rate > 0 && find_end(graph, &end) && position > end)
        position = end;
    return position < 0 ? 0 : position;
}

/* The stop position that is kept is what the renderers say now. */
void graph_length_changed_locked(struct graph *graph)
{
    LONGLONG stop;

    if (graph->segment_stop >= 0 && in_media_time(graph) &&
        ask_largest(graph, get_stop, &stop) == S_OK)
        graph->segment_stop = stop;
}

/* ---- going somewhere --------------------------------------------------------------------- */

/* Makes *value absolute; flags with it. */
static void make_absolute(LONGLONG *value, DWORD *flags, LONGLONG relative_to, LONGLONG current)
{
    DWORD way = *flags & POSITIONING_MASK;

    if (way == AM_SEEKING_RelativePositioning)
        *value += relative_to;
    else if (way == AM_SEEKING_IncrementalPositioning)
        *value += current;
    else
        return;
    *flags = (*flags & ~POSITIONING_MASK) | AM_SEEKING_AbsolutePositioning;
}

/* One round: where the roads of two renderers have met, the source moves once. */
static HRESULT seek_all(const struct seekers *all, LONGLONG current, DWORD current_flags,
                        LONGLONG stop, DWORD stop_flags)
{
    uint64_t former = rg_round_begin();
    HRESULT result = E_NOTIMPL;

    for (size_t i = 0; i < all->count; i++) {
        IMediaSeeking *one = all->list[i];
        LONGLONG to = current, end = stop;
        HRESULT hr = one->lpVtbl->SetPositions(one, &to, current_flags, &end, stop_flags);

        if (SUCCEEDED(hr))
            result = S_OK;
        else if (hr != E_NOTIMPL)
            result = hr;
        if (FAILED(hr) && hr != E_NOTIMPL)
            break;
    }
    rg_round_end(former);
    return result;
}

static void segment_note(struct graph *graph, LONGLONG current, DWORD current_flags,
                         LONGLONG stop, DWORD stop_flags)
{
    if ((stop_flags & POSITIONING_MASK) != AM_SEEKING_NoPositioning)
        graph->segment_stop = stop;
    if ((current_flags & POSITIONING_MASK) == AM_SEEKING_NoPositioning)
        return;
    if ((current_flags & AM_SEEKING_NoFlush) == 0) {
        graph->segment_start = current;
        graph->stream_time = 0; /* time stamps begin anew */
        graph->is_cued = false;
    } else { /* times go on: from where the segment before ended, else from now */
        REFERENCE_TIME end = atomic_load(&graph->segment_end);

        graph->segment_start =
            current - (LONGLONG)((double)(end >= 0 ? end : graph->stream_time) * graph->rate);
    }
    atomic_store(&graph->segment_end, -1);
    graph_events_reset_completes(graph);
}

/* Pause where running, do it, run again once the first samples of the new place are there. */
static HRESULT seek_paused(struct graph *graph, const struct seekers *all, LONGLONG current,
                           DWORD current_flags, LONGLONG stop, DWORD stop_flags)
{
    bool run = atomic_load(&graph->goal) == State_Running;
    HRESULT hr = S_OK;

    if (graph->state == State_Running)
        hr = graph_pause_locked(graph);
    if (FAILED(hr))
        return hr;
    hr = seek_all(all, current, current_flags, stop, stop_flags);
    if (SUCCEEDED(hr) && in_media_time(graph))
        segment_note(graph, current, current_flags, stop, stop_flags);
    if (run && graph->state == State_Paused) {
        HRESULT again = graph_run_when_cued_locked(graph);

        if (FAILED(again))
            return again;
    }
    return hr;
}

HRESULT graph_seek_locked(struct graph *graph, LONGLONG *current, DWORD current_flags,
                          LONGLONG *stop, DWORD stop_flags)
{
    LONGLONG to = current != NULL ? *current : 0, end = stop != NULL ? *stop : 0;
    LONGLONG now = graph_position_locked(graph), old_end = graph->segment_stop;
    DWORD ask_current = current_flags & AM_SEEKING_ReturnTime;
    DWORD ask_stop = stop_flags & AM_SEEKING_ReturnTime;
    struct seekers all;
    HRESULT hr;

    graph_step_cancel_locked(graph);
    graph_edits_let_go(graph,
                       NULL); /* what was shown the past is not in the picture any more */
    if (old_end < 0 && FAILED(ask_largest(graph, get_stop, &old_end)))
        old_end = 0;
    if ((current_flags & POSITIONING_MASK) == AM_SEEKING_IncrementalPositioning)
        return E_INVALIDARG; /* documented for the stop position only */
    make_absolute(&to, &current_flags, now, now);
    if ((current_flags & POSITIONING_MASK) == AM_SEEKING_NoPositioning)
        to = now;
    make_absolute(&end, &stop_flags, old_end, to);
    hr = seekers_open(graph, &all);
    if (FAILED(hr))
        return hr;
    hr = all.count != 0 ? seek_paused(graph, &all, to, current_flags, end, stop_flags)
                        : E_NOTIMPL;
    seekers_close(&all);
    if (SUCCEEDED(hr) && ask_current != 0 && current != NULL)
        *current = to;
    if (SUCCEEDED(hr) && ask_stop != 0 && stop != NULL)
        *stop = (stop_flags & POSITIONING_MASK) != 0 ? end : old_end;
    return hr;
}

static HRESULT STDMETHODCALLTYPE seeking_set_positions(IMediaSeeking *face, LONGLONG *current,
                                                       DWORD current_flags, LONGLONG *stop,
                                                       DWORD stop_flags)
{
    struct graph *graph = graph_home(face);
    int64_t began_ns = rg_time_now_ns();
    HRESULT hr;

    if (((current_flags & POSITIONING_MASK) != 0 && current == NULL) ||
        ((stop_flags & POSITIONING_MASK) != 0 && stop == NULL))
        return E_POINTER;
    hr = graph_check_command(graph, "IMediaSeeking::SetPositions");
    if (FAILED(hr))
        return hr;
    graph_lock(graph, NULL, INFINITE);
    hr = graph_seek_locked(graph, current, current_flags, stop, stop_flags);
    graph_unlock(graph);
    graph_stats_time(graph, GRAPH_STAT_SEEK, began_ns);
    return hr;
}

/* ---- rate -------------------------------------------------------------------------------- */

static HRESULT rate_all(const struct seekers *all, double rate)
{
    HRESULT result = E_NOTIMPL;

    for (size_t i = 0; i < all->count; i++) {
        HRESULT hr = all->list[i]->lpVtbl->SetRate(all->list[i], rate);

        if (FAILED(hr) && hr != E_NOTIMPL)
            return hr;
        if (SUCCEEDED(hr))
            result = S_OK;
    }
    return result;
}

static HRESULT rate_locked(struct graph *graph, double rate)
{
    LONGLONG now = graph_position_locked(graph);
    bool run = atomic_load(&graph->goal) == State_Running;
    struct seekers all;
    HRESULT hr = seekers_open(graph, &all);

    if (SUCCEEDED(hr) && graph->state == State_Running)
        hr = graph_pause_locked(graph);
    if (SUCCEEDED(hr)) {
        hr = rate_all(&all, rate);
        if (SUCCEEDED(hr)) {
            graph->rate = rate;
            /* go on from here: what is queued was made for the old rate */
            if (graph->state != State_Stopped &&
                SUCCEEDED(seek_all(&all, now, AM_SEEKING_AbsolutePositioning, 0, 0)))
                segment_note(graph, now, AM_SEEKING_AbsolutePositioning, 0, 0);
        }
    }
    if (run && graph->state == State_Paused) {
        HRESULT again = graph_run_when_cued_locked(graph);

        if (FAILED(again))
            hr = again;
    }
    seekers_close(&all);
    return hr;
}

static HRESULT STDMETHODCALLTYPE seeking_set_rate(IMediaSeeking *face, double rate)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (rate == 0.0 || rate != rate)
        return E_INVALIDARG;
    hr = graph_check_command(graph, "IMediaSeeking::SetRate");
    if (FAILED(hr))
        return hr;
    graph_lock(graph, NULL, INFINITE);
    hr = rate == graph->rate ? S_OK : rate_locked(graph, rate);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE seeking_get_rate(IMediaSeeking *face, double *ret_rate)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret_rate == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    *ret_rate = graph->rate;
    graph_unlock(graph);
    return S_OK;
}

/* ---- questions --------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE seeking_capabilities(IMediaSeeking *face,
                                                      DWORD *ret_capabilities)
{
    struct graph *graph = graph_home(face);
    DWORD common = ~(DWORD)0;
    struct seekers all;
    HRESULT hr;

    if (ret_capabilities == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    hr = seekers_open(graph, &all);
    for (size_t i = 0; i < all.count; i++) {
        DWORD one = 0;

        if (SUCCEEDED(all.list[i]->lpVtbl->GetCapabilities(all.list[i], &one)))
            common &= one;
    }
    if (SUCCEEDED(hr))
        *ret_capabilities = all.count != 0 ? common : 0;
    seekers_close(&all);
    graph_unlock(graph);
    return hr;
}

static HRESULT STDMETHODCALLTYPE seeking_check(IMediaSeeking *face, DWORD *capabilities)
{
    DWORD wanted, have;
    HRESULT hr;

    if (capabilities == NULL)
        return E_POINTER;
    hr = seeking_capabilities(face, &have);
    if (FAILED(hr))
        return hr;
    wanted = *capabilities;
    *capabilities = wanted & have;
    if ((wanted & have) == wanted)
        return S_OK;
    return (wanted & have) != 0 ? S_FALSE : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE seeking_get_duration(IMediaSeeking *face, LONGLONG *ret)
{
    return ask_largest_unlocked(graph_home(face), get_duration, ret);
}

static HRESULT STDMETHODCALLTYPE seeking_get_stop(IMediaSeeking *face, LONGLONG *ret)
{
    return ask_largest_unlocked(graph_home(face), get_stop, ret);
}

static HRESULT STDMETHODCALLTYPE seeking_get_preroll(IMediaSeeking *face, LONGLONG *ret)
{
    return ask_largest_unlocked(graph_home(face), get_preroll, ret);
}

static HRESULT STDMETHODCALLTYPE seeking_get_current(IMediaSeeking *face, LONGLONG *ret)
{
    struct graph *graph = graph_home(face);
    HRESULT hr;

    if (ret == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    *ret = graph_position_locked(graph);
    graph_unlock(graph);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE seeking_get_positions(IMediaSeeking *face, LONGLONG *current,
                                                       LONGLONG *stop)
{
    LONGLONG now = 0;
    HRESULT hr;

    if (current == NULL && stop == NULL)
        return E_POINTER;
    hr = current != NULL ? seeking_get_current(face, &now) : S_OK;
    if (SUCCEEDED(hr) && stop != NULL)
        hr = seeking_get_stop(face, stop);
    if (SUCCEEDED(hr) && current != NULL)
        *current = now;
    return hr;
}

/* What all renderers have in common. */
static HRESULT STDMETHODCALLTYPE seeking_get_available(IMediaSeeking *face, LONGLONG *earliest,
                                                       LONGLONG *latest)
{
    struct graph *graph = graph_home(face);
    LONGLONG first = INT64_MIN, last = INT64_MAX;
    HRESULT result = E_NOTIMPL;
    struct seekers all;
    HRESULT hr;

    if (earliest == NULL || latest == NULL)
        return E_POINTER;
    hr = graph_lock_for_call(graph);
    if (FAILED(hr))
        return hr;
    (void)seekers_open(graph, &all);
    for (size_t i = 0; i < all.count; i++) {
        LONGLONG a = 0, b = 0;

        if (FAILED(all.list[i]->lpVtbl->GetAvailable(all.list[i], &a, &b)))
            continue;
        first = a > first ? a : first;
        last = b < last ? b : last;
        result = S_OK;
    }
    seekers_close(&all);
    graph_unlock(graph);
    if (result == S_OK) {
        *earliest = first;
        *latest = last;
    }
    return result;
}

const IMediaSeekingVtbl graph_seeking_vtbl = {
    COM_UNKNOWN(IMediaSeeking),
    .GetCapabilities = seeking_capabilities,
    .CheckCapabilities = seeking_check,
    .IsFormatSupported = graph_format_is_supported,
    .QueryPreferredFormat = graph_format_preferred,
    .GetTimeFormat = graph_format_get,
    .IsUsingTimeFormat = graph_format_is_used,
    .SetTimeFormat = graph_format_set,
    .GetDuration = seeking_get_duration,
    .GetStopPosition = seeking_get_stop,
    .GetCurrentPosition = seeking_get_current,
    .ConvertTimeFormat = graph_format_convert,
    .SetPositions = seeking_set_positions,
    .GetPositions = seeking_get_positions,
    .GetAvailable = seeking_get_available,
    .SetRate = seeking_set_rate,
    .GetRate = seeking_get_rate,
    .GetPreroll = seeking_get_preroll,
};
