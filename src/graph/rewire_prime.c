/* SPDX-License-Identifier: MIT */
/* rewire_prime.c - filters that build on what went before (decoders) are shown it, so that they can go
 * on in the middle.
 *
 * Control threads under the graph lock, while data flows; and whoever makes the cut, for the few
 * samples that have come meanwhile.
 * Knows: IRgLink's memory.  Must not know: codecs.
 */
#include "graph/rewire.h"

#include "media/type.h"

#define LONGEST_ROAD 100000
#define LOOK_EVERY   32 /* samples shown between two looks at the stream */

static DWORD traits_of(IPin *in)
{
    RG_AUTO(IRgLink) link = NULL;
    DWORD traits = 0;

    if (FAILED(IPin_QueryInterface(in, &IID_IRgLink, (void **)&link)) ||
        FAILED(IRgLink_GetTraits(link, &traits)))
        return 0;
    return traits;
}

/* ---- whose memory -------------------------------------------------------------------------- */

static HRESULT is_primed_filter(IBaseFilter *filter, bool *ret)
{
    struct graph_pins pins;
    HRESULT hr = graph_pins_open(&pins, filter);

    for (size_t i = 0; SUCCEEDED(hr) && i < pins.count; i++)
        *ret = *ret || (!graph_pin_is_output(pins.list[i]) &&
                        (traits_of(pins.list[i]) & RG_LINK_PRIMES) != 0);
    graph_pins_close(&pins);
    return hr;
}

static HRESULT any_is_primed(struct rewire *edit, bool *ret)
{
    HRESULT hr = S_OK;

    *ret = false;
    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_filters; i++)
        if (edit->filters[i].comes)
            hr = is_primed_filter(edit->filters[i].filter, ret);
    return hr;
}

/* What an output would give is what comes into its filter: a tee, a queue. */
static bool passes_on(IPin *out, const AM_MEDIA_TYPE *type)
{
    RG_AUTO(IEnumMediaTypes) list = NULL;
    AM_MEDIA_TYPE *first = NULL;
    bool same;

    if (FAILED(IPin_EnumMediaTypes(out, &list)) ||
        IEnumMediaTypes_Next(list, 1, &first, NULL) != S_OK)
        return false;
    same = rg_type_equal(first, type);
    rg_type_delete(first);
    return same;
}

static bool remembers(IRgLink *link)
{
    RG_AUTO(IMediaSample) sample = NULL;
    ULONGLONG serial = 0;

    return IRgLink_Recall(link, &serial, &sample) == S_OK;
}

/* The output that feeds a filter with one connected input; *ret NULL: it has none, or several. */
static HRESULT output_above(IPin *out, IPin **ret)
{
    RG_AUTO(IBaseFilter) filter = graph_pin_filter(out);
    RG_AUTO(IPin) above = NULL;
    struct graph_pins pins;
    size_t inputs = 0;
    HRESULT hr = filter != NULL ? graph_pins_open(&pins, filter) : VFW_E_NOT_IN_GRAPH;

    *ret = NULL;
    if (FAILED(hr))
        return hr;
    for (size_t i = 0; i < pins.count; i++) {
        RG_AUTO(IPin) peer = NULL;

        if (graph_pin_is_output(pins.list[i]))
            continue;
        peer = graph_pin_peer(pins.list[i]);
        if (peer != NULL && ++inputs == 1)
            above = RG_STEAL(&peer);
    }
    graph_pins_close(&pins);
    if (inputs == 1)
        *ret = RG_STEAL(&above);
    return S_OK;
}

/* The output above a filter that only passes on what comes in; *ret NULL: there is none. */
static HRESULT same_stream_above(IPin *out, IPin **ret)
{
    RG_AUTO(IPin) above = NULL;
    AM_MEDIA_TYPE type;
    HRESULT hr = output_above(out, ret);

    above = *ret;
    *ret = NULL;
    if (FAILED(hr) || above == NULL)
        return hr;
    hr = IPin_ConnectionMediaType(above, &type);
    if (FAILED(hr))
        return hr;
    if (passes_on(out, &type))
        *ret = RG_STEAL(&above);
    rg_type_clear(&type);
    return S_OK;
}

/* An output that has carried nothing yet: what its filter passes on is remembered further up.  The
 * gate there closes too, so that nothing comes between the past and the present. */
static HRESULT memory_above(struct rewire *edit, IPin *out, IRgLink **ret)
{
    RG_AUTO(IPin) pin = out;

    *ret = NULL;
    IPin_AddRef(pin);
    for (unsigned i = 0; i < LONGEST_ROAD; i++) {
        RG_AUTO(IRgLink) link = NULL;
        IPin *above;
        HRESULT hr = same_stream_above(pin, &above);

        if (FAILED(hr) || above == NULL)
            return hr;
        IPin_Release(pin);
        pin = above;
        if (FAILED(IPin_QueryInterface(above, &IID_IRgLink, (void **)&link)))
            return S_OK;
        if (remembers(link)) {
            *ret = RG_STEAL(&link);
            return rewire_touch_gate(edit, above);
        }
    }
    return S_OK;
}

HRESULT rewire_find_memories(struct rewire *edit)
{
    size_t n = edit->n_edges;
    bool any = false;
    HRESULT hr = rewire_is_live(edit) ? any_is_primed(edit, &any) : S_OK;

    if (!any)
        return hr;
    for (size_t i = 0; SUCCEEDED(hr) && i < n; i++) {
        RG_AUTO(IPin) out = edit->edges[i].out;
        RG_AUTO(IBaseFilter) filter = graph_pin_filter(out);
        IRgLink *memory = NULL;

        IPin_AddRef(out);
        if (edit->edges[i].now == NULL || edit->edges[i].is_touched || filter == NULL ||
            !rewire_filter_is_active(filter))
            continue;
        if (edit->edges[i].was != NULL)
            (void)IPin_QueryInterface(out, &IID_IRgLink, (void **)&memory);
        else
            hr = memory_above(edit, out, &memory);
        edit->edges[i].memory = memory; /* the array may have moved */
    }
    return hr;
}

/* ---- who has given what -------------------------------------------------------------------- */

static ULONGLONG passed(IRgLink *link)
{
    RG_LEDGER ledger;

    return SUCCEEDED(IRgLink_GetLedger(link, &ledger)) ? ledger.samples : 0;
}

static bool is_alone(const struct rewire *edit, const struct rewire_filter *filter)
{
    size_t n = 0, entries = 0;

    for (size_t i = 0; i < edit->n_filters; i++)
        n += edit->filters[i].group == filter->group;
    for (size_t i = 0; i < edit->n_edges; i++)
        entries += edit->edges[i].to_was == filter;
    return n == 1 && entries == 1;
}

/* Where the two meet again: the input that the one that leaves has fed and the newcomer will feed.
 * NULL: there is none, or not one alone. */
static const struct rewire_input *common_end(const struct rewire *edit,
                                             const struct rewire_edge *edge)
{
    const struct rewire_input *end = NULL;

    for (size_t i = 0; i < edit->n_inputs; i++) {
        const struct rewire_input *input = &edit->inputs[i];

        if (input->was == NULL || input->was->from != edge->to_was)
            continue;
        if (end != NULL || input->link == NULL || input->now == NULL ||
            input->now->from != edge->to_now)
            return NULL;
        end = input;
    }
    return end;
}

/* Filter for filter, one road in and one out, and no thread that may still bring something. */
static const struct rewire_input *end_of_swap(const struct rewire *edit,
                                              const struct rewire_edge *edge)
{
    const struct rewire_filter *leaves = edge->to_was;

    if (edit->no_drain || leaves == NULL || leaves->group == 0 || edge->to_now == NULL ||
        (leaves->traits & (REWIRE_IS_FOREIGN | RG_LINK_THREADED)) != 0 ||
        edge->memory != edge->link || !is_alone(edit, leaves))
        return NULL;
    return common_end(edit, edge);
}

/* Pictures come out in the order of their times: all up to the last one are out.  false: it had no
 * time, or was flushed away. */
static bool given_so_far(const struct rewire_input *end, REFERENCE_TIME *ret)
{
    RG_LEDGER ledger;

    if (FAILED(IRgLink_GetLedger(end->link, &ledger)))
        return false;
    *ret = ledger.samples != 0 ? ledger.last_start : RG_GIVEN_NOTHING;
    return ledger.samples == 0 || ledger.last_start != -1;
}

/* What leaves holds nothing of the time before the past that was shown. */
static bool covers(const struct rewire_edge *edge, REFERENCE_TIME given)
{
    return given >= edge->past_start || edge->past_samples == passed(edge->memory);
}

/* Tells the newcomer what it need not give; whether the other one is spared its drain shows behind
 * the last sample.  After a drain everything is given, and that is what it is told then.  S_FALSE:
 * what leaves still holds something from before the past that was shown. */
static HRESULT take_over(const struct rewire *edit, struct rewire_edge *edge, IRgLink *input)
{
    const struct rewire_input *end = end_of_swap(edit, edge);
    REFERENCE_TIME given = RG_GIVEN_NOTHING;
    HRESULT hr;

    edge->takes_over = false;
    if (end == NULL || edge->past_samples == 0)
        return S_OK;
    edge->is_untimed = edge->is_untimed || !given_so_far(end, &given);
    hr = IRgLink_TakeOver(input, edge->is_untimed ? RG_GIVEN_ALL : given);
    if (FAILED(hr) || edge->is_untimed)
        return hr == E_NOTIMPL ? S_OK : hr;
    edge->takes_over = covers(edge, given);
    return edge->takes_over ? S_OK : S_FALSE;
}

bool rewire_group_is_taken_over(const struct rewire *edit, unsigned group)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].takes_over && edit->edges[i].to_was->group == group)
            return true;
    return false;
}

/* ---- showing it ---------------------------------------------------------------------------- */

/* The stream comes more than half as quickly as it is shown: what is missing is shown in the cut,
 * when it stands still. */
static bool runs_away(struct rewire_edge *edge, ULONGLONG begun_at, ULONGLONG shown)
{
    return shown % LOOK_EVERY == 0 && (passed(edge->memory) - begun_at) * 2 > shown;
}

static void note_past(struct rewire_edge *edge, IMediaSample *sample)
{
    REFERENCE_TIME start = 0, stop;

    if (FAILED(IMediaSample_GetTime(sample, &start, &stop)))
        edge->is_untimed = true;
    if (edge->past_samples++ == 0)
        edge->past_start = start;
}

/* What came next has been forgotten meanwhile: once more from the start. */
static void begin_anew(struct rewire_edge *edge, IRgLink *input)
{
    edge->serial = 0;
    edge->past_samples = 0;
    edge->is_untimed = false;
    (void)IRgLink_TakeOver(input, RG_GIVEN_ALL);
}

/* Everything there is, up to the present. */
static HRESULT show(struct rewire *edit, struct rewire_edge *edge, IRgLink *input)
{
    ULONGLONG begun_at = passed(edge->memory), shown = 0;

    for (;;) {
        RG_AUTO(IMediaSample) sample = NULL;
        HRESULT hr = IRgLink_Recall(edge->memory, &edge->serial, &sample);

        if (hr == VFW_E_NOT_FOUND && edge->serial != 0) {
            begin_anew(edge, input);
            continue;
        }
        /* where nothing has flown yet the newcomer sees the stream from its beginning */
        edge->needs_sync = hr == VFW_E_NOT_FOUND && passed(edge->memory) != 0;
        if (hr != S_OK)
            return hr == S_FALSE || hr == VFW_E_NOT_FOUND ? S_OK : hr;
        note_past(edge, sample);
        hr = take_over(edit, edge, input);
        if (SUCCEEDED(hr))
            hr = IRgLink_Prime(input, sample);
        if (FAILED(hr))
            return hr;
        edge->certificate.primed++;
        if (rewire_is_called_off(edit))
            return VFW_E_STATE_CHANGED;
        if (runs_away(edge, begun_at, ++shown))
            return S_OK;
    }
}

HRESULT rewire_prime(struct rewire *edit)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < edit->n_edges; i++) {
        struct rewire_edge *edge = &edit->edges[i];
        RG_AUTO(IRgLink) input = NULL;

        if (edge->memory == NULL || edge->to_now == NULL || !edge->to_now->is_active ||
            (traits_of(edge->now) & RG_LINK_PRIMES) == 0 ||
            FAILED(IPin_QueryInterface(edge->now, &IID_IRgLink, (void **)&input)))
            continue;
        hr = show(edit, edge, input);
        if (SUCCEEDED(hr))
            hr = take_over(edit, edge, input);
        edge->lags = hr == S_FALSE;
    }
    return FAILED(hr) ? hr : S_OK;
}

bool rewire_waits_for_sync(const struct rewire *edit)
{
    for (size_t i = 0; i < edit->n_edges; i++)
        if (edit->edges[i].needs_sync || edit->edges[i].lags)
            return true;
    return false;
}
