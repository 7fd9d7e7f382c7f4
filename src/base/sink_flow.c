/* SPDX-License-Identifier: MIT */
/* sink_flow.c - samples at the end of their road: held while paused, held until due,
 * rendered; and the end of it all.
 *
 * Streaming threads, one per input, under that pin's streaming lock; state changes come from
 * control threads. Every wait here ends with stop, flush, a state change, or the input being
 * taken off.
 * Knows: clock, states.  Must not know: what is rendered.
 */
#include "base/sink_internal.h"

#include <time.h>

#include "platform/time.h"

static unsigned n_inputs(struct rg_sink *sink)
{
    return atomic_load_explicit(&sink->filter.n_in, memory_order_acquire);
}

static struct rg_input *input_at(struct rg_sink *sink, unsigned index)
{
    return rg_filter_in(&sink->filter, index)->user;
}

/* ---- waiting --------------------------------------------------------------------------- */

static bool is_leaving_locked(struct rg_input *input)
{
    return input->sink->is_stopping || input->is_flushing ||
           !atomic_load_explicit(&input->in.is_active, memory_order_acquire);
}

/* A sample's turn to be rendered. */
struct turn {
    enum rg_sink_step step;
    bool has_late;
    REFERENCE_TIME late; /* how long after its time it came; < 0: before */
};

/* Until the sample is due, or something else happens.  true: it is due. */
static bool wait_for_clock(struct rg_input *input, REFERENCE_TIME start, struct turn *turn)
{
    REFERENCE_TIME base, now;
    RG_AUTO(IReferenceClock) clock = rg_filter_clock(&input->sink->filter, &base);
    HANDLE both[2] = { input->wake, input->due };
    struct rg_wait note;
    DWORD_PTR cookie = 0;

    if (clock == NULL)
        return true;
    if (FAILED(IReferenceClock_GetTime(clock, &now)))
        return true;
    if (!turn->has_late)
        turn->late = now - base - start;
    turn->has_late = true;
    if (now >= base + start)
        return true;
    if (FAILED(IReferenceClock_AdviseTime(clock, base, start, (HEVENT)input->due, &cookie)))
        return true; /* a clock that cannot wake us: better early than never */
    note = (struct rg_wait){ .what = "the clock",
                             .where = &input->in.place.place,
                             .detail = "until @ of stream time",
                             .number = start };
    rg_wait_begin(&note);
    (void)WaitForMultipleObjects(2, both, FALSE, INFINITE);
    rg_wait_end(&note);
    (void)IReferenceClock_Unadvise(clock, cookie);
    return false;
}

static bool is_synced(struct rg_input *input)
{
    struct rg_sink *sink = input->sink;

    if (sink->cls->is_synced == NULL)
        return sink->cls->synced;
    return sink->cls->is_synced(rg_filter_settings(&sink->filter, &input->frozen));
}

/* What has an output is not the end: who comes after it holds, or needs the sample to be ready. */
static bool holds_locked(const struct rg_input *input)
{
    const struct rg_sink *sink = input->sink;
    bool waits_for_run = !sink->cls->eager && sink->output == NULL;

    return (!sink->is_running && waits_for_run) || sink->is_stepped || input->is_ahead;
}

/* S_OK: its turn has come; S_FALSE: flushing; VFW_E_WRONG_STATE: stopping or taken off. */
static HRESULT wait_turn(struct rg_input *input, const struct rg_sample_info *info,
                         struct turn *ret_turn)
{
    struct rg_sink *sink = input->sink;
    bool synced = info->has_time && is_synced(input);
    int64_t since_ns = 0;
    HRESULT hr = S_OK;

    *ret_turn = (struct turn){ .step = RG_STEP_NONE };
    pthread_mutex_lock(&sink->flow_lock);
    for (;;) {
        if (is_leaving_locked(input)) {
            hr = input->is_flushing ? S_FALSE : VFW_E_WRONG_STATE;
            break;
        }
        if (holds_locked(input)) {
            input->is_holding = true;
            pthread_cond_broadcast(&sink->flow);
            since_ns = rg_wait_cond(&(struct rg_wait){ .what = "Run, for the sink is paused",
                                                       .where = &input->in.place.place,
                                                       .since_ns = since_ns },
                                    &sink->flow, &sink->flow_lock);
            continue;
        }
        if (!synced || rg_sink_steps_locked(input))
            break;
        if (input->is_woken)
            ResetEvent(input->wake);
        input->is_woken = false;
        pthread_mutex_unlock(&sink->flow_lock);
        synced = !wait_for_clock(input, info->start, ret_turn);
        pthread_mutex_lock(&sink->flow_lock);
    }
    input->is_holding = false;
    if (hr == S_OK) {
        ret_turn->step = rg_sink_step_take_locked(input);
        input->has_given = true;
    }
    pthread_mutex_unlock(&sink->flow_lock);
    return hr;
}

/* ---- the end --------------------------------------------------------------------------- */

static bool all_ended_locked(struct rg_sink *sink)
{
    for (unsigned i = 0; i < n_inputs(sink); i++) {
        struct rg_input *input = input_at(sink, i);

        if (input->is_connected && !input->has_ended)
            return false;
    }
    return true;
}

/* If nobody has anything left to bring: trailers, then the event.  Called after each change
 * that may be the last. */
static void settle_end(struct rg_sink *sink)
{
    bool finish, complete;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&sink->flow_lock);
    finish = !sink->is_stopping && all_ended_locked(sink) && !sink->has_finished;
    if (finish)
        sink->has_finished = true;
    pthread_mutex_unlock(&sink->flow_lock);
    if (finish && sink->cls->finish != NULL && atomic_load(&sink->is_started)) {
        pthread_mutex_lock(&sink->work_lock);
        hr = sink->cls->finish(sink->filter.author_state);
        pthread_mutex_unlock(&sink->work_lock);
    }
    if (finish && sink->output != NULL)
        rg_sink_output_end(sink);
    pthread_mutex_lock(&sink->flow_lock);
    complete = !sink->is_stopping && sink->is_running && sink->output == NULL &&
               sink->has_finished && all_ended_locked(sink) && !sink->has_completed;
    if (complete)
        sink->has_completed = true;
    pthread_mutex_unlock(&sink->flow_lock);
    if (FAILED(hr))
        rg_filter_notify(&sink->filter, EC_ERRORABORT, hr, 0);
    if (complete)
        rg_filter_notify(&sink->filter, EC_COMPLETE, hr, (LONG_PTR)&sink->filter.base_filter.i);
}

static HRESULT end_input(struct rg_input *input)
{
    struct rg_sink *sink = input->sink;
    HRESULT hr = S_OK;
    bool first, breaks_step;

    pthread_mutex_lock(&sink->flow_lock);
    first = !input->has_ended;
    input->has_ended = true;
    breaks_step = rg_sink_steps_locked(input); /* there will be no more frames */
    if (breaks_step)
        rg_sink_step_forget_locked(sink);
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
    if (breaks_step)
        rg_sink_step_done(sink, true);
    if (first && sink->cls->end != NULL) {
        if (sink->cls->serialize)
            pthread_mutex_lock(&sink->work_lock);
        hr = sink->cls->end(sink->filter.author_state, input->in.index);
        if (sink->cls->serialize)
            pthread_mutex_unlock(&sink->work_lock);
    }
    if (FAILED(hr))
        rg_filter_notify(&sink->filter, EC_ERRORABORT, hr, 0);
    settle_end(sink);
    return hr;
}

HRESULT rg_sink_end_of_stream(struct rg_in_pin *pin)
{
    return end_input(pin->user);
}

/* ---- samples --------------------------------------------------------------------------- */

static bool has_ended(struct rg_input *input)
{
    bool is;

    pthread_mutex_lock(&input->sink->flow_lock);
    is = input->has_ended;
    pthread_mutex_unlock(&input->sink->flow_lock);
    return is;
}

static HRESULT render(struct rg_input *input, IMediaSample *sample)
{
    struct rg_sink *sink = input->sink;
    HRESULT hr;

    if (sink->cls->render == NULL)
        return S_OK;
    if (sink->cls->serialize)
        pthread_mutex_lock(&sink->work_lock);
    hr = sink->cls->render(sink->filter.author_state,
                           rg_filter_settings(&sink->filter, &input->frozen), input->in.index,
                           sample);
    if (sink->cls->serialize)
        pthread_mutex_unlock(&sink->work_lock);
    return hr;
}

/* Streaming thread: where the stream is now, as IMediaSeeking tells it. */
static void position_note(struct rg_input *input, const struct rg_sample_info *info)
{
    struct rg_in_pin *pin = &input->in;

    if (info->has_time)
        atomic_store_explicit(&input->sink->position,
                              pin->segment_start +
                                  (REFERENCE_TIME)((double)info->start * pin->segment_rate),
                              memory_order_relaxed);
}

HRESULT rg_sink_position(struct rg_filter *filter, REFERENCE_TIME *ret)
{
    REFERENCE_TIME at = atomic_load(&((struct rg_sink *)filter)->position);

    if (at == RG_SINK_NOWHERE)
        return S_FALSE;
    *ret = at;
    return S_OK;
}

HRESULT rg_sink_receive(struct rg_in_pin *pin, IMediaSample *sample,
                        const struct rg_sample_info *info)
{
    struct rg_input *input = pin->user;
    struct rg_sink *sink = input->sink;
    struct turn turn;
    HRESULT hr;

    if (has_ended(input)) {
        rg_drops_add(&pin->drops, "after end of stream", 1);
        return E_UNEXPECTED;
    }
    if (info->is_preroll && sink->cls->preroll) {
        rg_drops_add(&pin->drops, "preroll", 1); /* before the position that was sought */
        return S_OK;
    }
    hr = wait_turn(input, info, &turn);
    if (hr != S_OK) {
        rg_drops_add(&pin->drops, hr == S_FALSE ? "flushed" : "stopped", 1);
        return hr;
    }
    if (turn.step == RG_STEP_OVER) {
        rg_drops_add(&pin->drops, "stepped over", 1);
        return S_OK;
    }
    hr = render(input, sample);
    if (sink->output != NULL && hr == VFW_E_STATE_CHANGED) {
        rg_drops_add(&pin->drops, "stopped", 1); /* downstream is, and so shall we be */
        return VFW_E_WRONG_STATE;
    }
    position_note(input, info);
    if (turn.has_late && turn.step == RG_STEP_NONE)
        rg_sink_quality_note(input, info, turn.late);
    if (turn.step == RG_STEP_LAST)
        rg_sink_step_done(sink, hr != S_OK);
    if (hr == S_OK)
        return S_OK;
    if (FAILED(hr)) {
        rg_drops_add(&pin->drops, "render failed", 1);
        atomic_store(&pin->has_failed, true);
        rg_filter_notify(&sink->filter, EC_ERRORABORT, hr, 0);
    }
    (void)end_input(input);
    return hr;
}

/* ---- flush ----------------------------------------------------------------------------- */

static bool any_flushes_locked(struct rg_sink *sink)
{
    for (unsigned i = 0; i < n_inputs(sink); i++)
        if (input_at(sink, i)->is_flushing)
            return true;
    return false;
}

/* Has any input given what no flush took back? */
static bool any_has_given_locked(struct rg_sink *sink)
{
    for (unsigned i = 0; i < n_inputs(sink); i++)
        if (input_at(sink, i)->is_connected && input_at(sink, i)->has_given)
            return true;
    return false;
}

/* Before the first Run a flush of all inputs begins the output anew.  Of one alone it does not: the
 * others would not give theirs again.  Whether they are flushed as well shows at Run, at the latest;
 * until then this one waits. */
static bool restarts_locked(struct rg_input *input, bool is_over)
{
    struct rg_sink *sink = input->sink;
    bool restarts;

    if (sink->cls->restart == NULL || sink->has_run || sink->is_stopping)
        return false;
    input->has_given = false;
    input->is_ahead = true;
    restarts = is_over && !any_has_given_locked(sink);
    for (unsigned i = 0; i < n_inputs(sink) && restarts; i++)
        input_at(sink, i)->is_ahead = true; /* what came now would be lost */
    return restarts;
}

static void restart(struct rg_sink *sink)
{
    rg_sink_output_restart(sink);
    pthread_mutex_lock(&sink->flow_lock);
    for (unsigned i = 0; i < n_inputs(sink); i++)
        input_at(sink, i)->is_ahead = false;
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
}

/* The input flushes no longer.  true: none does, which downstream is to be told. */
static bool flush_is_over_locked(struct rg_input *input)
{
    input->is_flushing = false;
    return input->sink->output != NULL && !any_flushes_locked(input->sink);
}

/* Downstream flushes from the first input's beginning to the last one's end: each of their threads
 * may be inside its Receive. */
HRESULT rg_sink_begin_flush(struct rg_in_pin *pin)
{
    struct rg_input *input = pin->user;
    struct rg_sink *sink = input->sink;
    bool is_first;

    pthread_mutex_lock(&sink->flow_lock);
    is_first = !any_flushes_locked(sink);
    input->is_flushing = true;
    SetEvent(input->wake);
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
    return is_first && sink->output != NULL ? rg_sink_output_flush(sink, true) : S_OK;
}

HRESULT rg_sink_end_flush(struct rg_in_pin *pin)
{
    struct rg_input *input = pin->user;
    struct rg_sink *sink = input->sink;
    bool was_begun, is_over, restarts;

    if (sink->cls->reset != NULL)
        sink->cls->reset(sink->filter.author_state, pin->index);
    pthread_mutex_lock(&sink->flow_lock);
    was_begun = input->is_flushing;
    is_over = flush_is_over_locked(input);
    input->has_ended = false;
    sink->has_finished = false;
    sink->has_completed = false;
    rg_sink_step_forget_locked(sink);
    atomic_store(&sink->position, RG_SINK_NOWHERE);
    if (sink->is_running)
        ResetEvent(input->wake);
    restarts = was_begun && restarts_locked(input, is_over);
    pthread_mutex_unlock(&sink->flow_lock);
    if (restarts)
        restart(sink);
    return is_over ? rg_sink_output_flush(sink, false) : S_OK;
}

void rg_sink_wake_input(struct rg_in_pin *pin)
{
    struct rg_input *input = pin->user;

    pthread_mutex_lock(&input->sink->flow_lock);
    SetEvent(input->wake);
    pthread_cond_broadcast(&input->sink->flow);
    pthread_mutex_unlock(&input->sink->flow_lock);
}

/* ---- inputs that come and go ----------------------------------------------------------- */

void rg_sink_expect_end(struct rg_sink *sink)
{
    pthread_mutex_lock(&sink->flow_lock);
    sink->has_finished = false; /* nothing had begun */
    pthread_mutex_unlock(&sink->flow_lock);
}

void rg_sink_input_joined(struct rg_input *input)
{
    pthread_mutex_lock(&input->sink->flow_lock);
    input->is_connected = true;
    input->has_ended = false;
    input->is_flushing = false;
    input->has_given = false;
    input->is_ahead = false;
    input->sink->has_completed = false; /* a new connection brings its own end */
    if (input->sink->is_running)
        ResetEvent(input->wake);
    pthread_mutex_unlock(&input->sink->flow_lock);
}

void rg_sink_input_left(struct rg_input *input)
{
    struct rg_sink *sink = input->sink;
    bool is_over;

    pthread_mutex_lock(&sink->flow_lock);
    is_over = input->is_flushing && flush_is_over_locked(input);
    input->is_connected = false;
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
    if (is_over)
        (void)rg_sink_output_flush(sink, false); /* nobody will end it for this one */
}

/* The others no longer wait for this one.  Where there are none the stream has not ended: a
 * new road is being made. */
void rg_sink_settle_left(struct rg_sink *sink)
{
    bool has_others = false;

    pthread_mutex_lock(&sink->flow_lock);
    for (unsigned i = 0; i < n_inputs(sink); i++)
        has_others = has_others || input_at(sink, i)->is_connected;
    pthread_mutex_unlock(&sink->flow_lock);
    if (has_others && rg_filter_state(&sink->filter) != State_Stopped)
        settle_end(sink);
}

/* ---- states ---------------------------------------------------------------------------- */

void rg_sink_reset_flow(struct rg_sink *sink)
{
    pthread_mutex_lock(&sink->flow_lock);
    sink->is_stopping = false;
    sink->is_running = false;
    sink->has_run = false;
    sink->has_finished = false;
    sink->has_completed = false;
    rg_sink_step_forget_locked(sink);
    rg_sink_quality_reset_locked(sink);
    atomic_store(&sink->position, RG_SINK_NOWHERE);
    for (unsigned i = 0; i < n_inputs(sink); i++) {
        struct rg_input *input = input_at(sink, i);

        input->has_ended = false;
        input->is_flushing = false;
        input->is_holding = false;
        input->has_given = false;
        input->is_ahead = false;
    }
    pthread_mutex_unlock(&sink->flow_lock);
}

void rg_sink_wake(struct rg_filter *filter)
{
    struct rg_sink *sink = (struct rg_sink *)filter;

    pthread_mutex_lock(&sink->flow_lock);
    sink->is_stopping = true;
    for (unsigned i = 0; i < n_inputs(sink); i++)
        SetEvent(input_at(sink, i)->wake);
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
}

static void set_running(struct rg_sink *sink, bool on)
{
    pthread_mutex_lock(&sink->flow_lock);
    sink->is_running = on;
    sink->has_run = sink->has_run || on;
    if (on)
        sink->has_completed = false; /* the end is told again after each pause */
    else
        sink->is_stepped = false;
    for (unsigned i = 0; i < n_inputs(sink); i++) {
        if (on)
            input_at(sink, i)->is_ahead = false;
        if (on && !input_at(sink, i)->is_flushing)
            ResetEvent(input_at(sink, i)->wake);
        else
            SetEvent(input_at(sink, i)->wake);
    }
    pthread_cond_broadcast(&sink->flow);
    pthread_mutex_unlock(&sink->flow_lock);
}

HRESULT rg_sink_run(struct rg_filter *filter)
{
    struct rg_sink *sink = (struct rg_sink *)filter;

    set_running(sink, true);
    settle_end(sink); /* ended while paused, or nothing connected */
    return S_OK;
}

HRESULT rg_sink_pause(struct rg_filter *filter)
{
    set_running((struct rg_sink *)filter, false);
    return S_OK;
}

/* An input that has brought nothing yet; NULL: each has. */
static struct rg_input *find_lacking_locked(struct rg_sink *sink)
{
    for (unsigned i = 0; i < n_inputs(sink); i++) {
        struct rg_input *input = input_at(sink, i);

        if (input->is_connected && !input->is_holding && !input->has_ended)
            return input;
    }
    return NULL;
}

HRESULT rg_sink_wait_state(struct rg_filter *filter, DWORD timeout_ms)
{
    struct rg_sink *sink = (struct rg_sink *)filter;
    int64_t deadline = rg_time_deadline_ns(timeout_ms);
    struct timespec until = rg_time_spec(deadline);
    struct rg_wait note = { .what = "its first sample (preroll)" };
    struct rg_input *lacking;
    HRESULT hr = S_OK;

    if (!sink->cls->preroll || sink->output != NULL)
        return S_OK;
    pthread_mutex_lock(&sink->flow_lock);
    while ((lacking = find_lacking_locked(sink)) != NULL && !sink->is_stopping &&
           !sink->is_running) {
        if (rg_time_now_ns() >= deadline) {
            hr = VFW_S_STATE_INTERMEDIATE;
            break;
        }
        note.where = &lacking->in.place.place;
        rg_wait_begin(&note);
        (void)pthread_cond_timedwait(&sink->flow, &sink->flow_lock, &until);
        rg_wait_end(&note);
    }
    pthread_mutex_unlock(&sink->flow_lock);
    return hr;
}
