/* SPDX-License-Identifier: MIT */
/* sink_quality.c - how a sink that goes by the clock keeps up: told upstream, and to whoever asks
 * (IQualProp).
 *
 * Streaming threads note, any thread asks.  A sink that renders as fast as it can has nothing to tell:
 * the ledger of its pin counts.
 * Knows: when a sample came and when it was due.  Must not know: what is rendered.
 */
#include "base/sink_internal.h"

#include <math.h>

#include "platform/time.h"

#define LATE_HNS        50000 /* less is the system's own unrest */
#define PROPORTION_ALL  1000
#define PROPORTION_HALF 500
#define HNS_PER_MS      10000.0

static struct rg_sink *home(IQualProp *face)
{
    return COM_HOME(face, struct rg_sink);
}

/* ---- upstream ---------------------------------------------------------------------------- */

/* documented: 1000 is all data, and renderers stay between half and double. */
static LONG proportion_of(const struct rg_sample_info *info, REFERENCE_TIME late)
{
    REFERENCE_TIME time =
        info->has_stop && info->stop > info->start ? info->stop - info->start : 400000;
    double share = PROPORTION_ALL * (double)time / (double)(time + late);

    if (late <= 0)
        return PROPORTION_ALL;
    return share < PROPORTION_HALF ? PROPORTION_HALF : (LONG)share;
}

/* Each late sample is told, and the first one that is in time again. */
static void tell_upstream(struct rg_input *input, const struct rg_sample_info *info,
                          REFERENCE_TIME late)
{
    bool is_late = late > LATE_HNS;

    if (!is_late && !input->was_late)
        return;
    input->was_late = is_late;
    (void)rg_in_pin_quality(&input->in, (Quality){ .Type = is_late ? Famine : Flood,
                                                   .Proportion = proportion_of(info, late),
                                                   .Late = late,
                                                   .TimeStamp = info->start });
}

/* ---- the record -------------------------------------------------------------------------- */

void rg_sink_quality_note(struct rg_input *input, const struct rg_sample_info *info,
                          REFERENCE_TIME late)
{
    struct rg_sink *sink = input->sink;
    struct rg_sink_quality *q = &sink->quality;
    int64_t now_ns = rg_time_now_ns();
    double late_ms = late > 0 ? (double)late / HNS_PER_MS : 0, gap_ms;

    pthread_mutex_lock(&sink->flow_lock);
    gap_ms = q->drawn++ != 0 ? (double)(now_ns - q->last_ns) / 1e6 : 0;
    if (q->drawn == 1)
        q->first_ns = now_ns;
    q->gap_squares += gap_ms * gap_ms;
    q->last_ns = now_ns;
    q->late_sum += late_ms;
    q->late_squares += late_ms * late_ms;
    pthread_mutex_unlock(&sink->flow_lock);
    tell_upstream(input, info, late);
}

void rg_sink_quality_reset_locked(struct rg_sink *sink)
{
    sink->quality = (struct rg_sink_quality){ 0 };
}

static struct rg_sink_quality record_of(IQualProp *face)
{
    struct rg_sink *sink = home(face);
    struct rg_sink_quality q;

    pthread_mutex_lock(&sink->flow_lock);
    q = sink->quality;
    pthread_mutex_unlock(&sink->flow_lock);
    return q;
}

/* ---- IQualProp --------------------------------------------------------------------------- */

static double deviation(double sum, double squares, double count)
{
    double mean, variance;

    if (count < 1)
        return 0;
    mean = sum / count;
    variance = squares / count - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}

/* Sinks of the base drop nothing for being late: decoders do. */
static HRESULT STDMETHODCALLTYPE dropped(IQualProp *face, int *ret)
{
    (void)face;
    if (ret == NULL)
        return E_POINTER;
    *ret = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE drawn(IQualProp *face, int *ret)
{
    if (ret == NULL)
        return E_POINTER;
    *ret = (int)record_of(face).drawn;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE frame_rate(IQualProp *face, int *ret)
{
    struct rg_sink_quality q = record_of(face);
    double seconds = (double)(q.last_ns - q.first_ns) / (double)RG_NS_PER_SECOND;

    if (ret == NULL)
        return E_POINTER;
    *ret =
        q.drawn > 1 && seconds > 0 ? (int)lround(100.0 * (double)(q.drawn - 1) / seconds) : 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE jitter(IQualProp *face, int *ret)
{
    struct rg_sink_quality q = record_of(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = q.drawn < 2 ? 0
                       : (int)lround(deviation((double)(q.last_ns - q.first_ns) / 1e6,
                                               q.gap_squares, (double)(q.drawn - 1)));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE sync_offset(IQualProp *face, int *ret)
{
    struct rg_sink_quality q = record_of(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = q.drawn != 0 ? (int)lround(q.late_sum / (double)q.drawn) : 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE sync_deviation(IQualProp *face, int *ret)
{
    struct rg_sink_quality q = record_of(face);

    if (ret == NULL)
        return E_POINTER;
    *ret = (int)lround(deviation(q.late_sum, q.late_squares, (double)q.drawn));
    return S_OK;
}

const IQualPropVtbl rg_sink_qual_prop_vtbl = {
    COM_UNKNOWN(IQualProp),
    .get_FramesDroppedInRenderer = dropped,
    .get_FramesDrawn = drawn,
    .get_AvgFrameRate = frame_rate,
    .get_Jitter = jitter,
    .get_AvgSyncOffset = sync_offset,
    .get_DevSyncOffset = sync_deviation,
};
