/* SPDX-License-Identifier: MIT */
/* checks_flow.c - samples, flush, end of stream, segments and drain through every filter.
 *
 * Runs: the test's thread delivers; filters with threads of their own deliver on those.
 * Knows: raw COM interfaces.  Must not know: base/.
 */
#include "checks.h"

#define FRAME_HNS 400000
#define N_SENT    5

/* Connected and running; false: this one needs settings that a general check can't guess.  Ours need none. */
static bool run(struct harness *h)
{
    if (harness_connect(h) && SUCCEEDED(IBaseFilter_Pause(h->filter)) &&
        SUCCEEDED(IBaseFilter_Run(h->filter, 0)))
        return true;
    assert_true(strcmp(h->info->module, "plain.so") != 0 || harness_needs_file(h));
    (void)IBaseFilter_Stop(h->filter);
    return false;
}

static void send_some(struct harness *h)
{
    for (int i = 0; i < N_SENT; i++)
        assert_int_equal(harness_send(h, i * FRAME_HNS), S_OK);
}

static void stop(struct harness *h)
{
    FILTER_STATE state;

    assert_int_equal(IBaseFilter_Stop(h->filter), S_OK);
    assert_int_equal(IBaseFilter_GetState(h->filter, 0, &state), S_OK);
    assert_int_equal(state, State_Stopped);
}

static bool is_source(struct harness *h)
{
    return strcmp(h->info->kind, "source") == 0;
}

static bool is_sink(struct harness *h)
{
    return strcmp(h->info->kind, "sink") == 0;
}

/* What comes out of a multiplexer is a file, and no stream that goes on: neither flushes nor segments pass, and its
 * end is the end.  tests/files has its checks. */
static bool is_mux(struct harness *h)
{
    RG_AUTO(IConfigInterleaving) config = NULL;

    return SUCCEEDED(
        IBaseFilter_QueryInterface(h->filter, &IID_IConfigInterleaving, (void **)&config));
}

static RG_LEDGER ledger_of(IPin *pin)
{
    RG_AUTO(IRgLink) link = NULL;
    RG_LEDGER ledger;

    assert_int_equal(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link), S_OK);
    assert_int_equal(IRgLink_GetLedger(link, &ledger), S_OK);
    return ledger;
}

/* ---- through ------------------------------------------------------------------------------- */

static void samples_pass(struct harness *h)
{
    if (!run(h))
        return;
    if (is_source(h)) {
        harness_wait_samples(h, N_SENT);
        assert_int_equal(h->in.segments, 1);
        stop(h);
        assert_int_equal(ledger_of(h->in.peer).samples, harness_samples(h));
        return;
    }
    send_some(h);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    if (is_sink(h)) {
        harness_wait_completes(h, 1);
    } else {
        harness_wait_ends(h, 1);
        assert_in_range(harness_samples(h), 1, UINT32_MAX);
        assert_int_equal(ledger_of(h->in.peer).samples, harness_samples(h));
        if (strcmp(h->info->module, "plain.so") == 0)
            assert_int_equal(harness_samples(h), N_SENT);
    }
    assert_int_equal(ledger_of(h->out.peer).samples, N_SENT);
    assert_int_equal(h->graph.errors, 0);
    stop(h);
}

static void runs_again(struct harness *h)
{
    for (int turn = 0; turn < 3; turn++) {
        unsigned before = harness_samples(h);

        if (turn > 0 ? FAILED(IBaseFilter_Run(h->filter, 0)) : !run(h))
            return;
        if (is_source(h)) {
            harness_wait_samples(h, before + 1);
        } else {
            send_some(h);
            assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
            if (is_sink(h))
                harness_wait_completes(h, (unsigned)turn + 1);
            else
                harness_wait_ends(h, (unsigned)turn + 1);
        }
        stop(h);
    }
}

static void references_return(struct harness *h)
{
    unsigned filter = harness_references(h->filter);

    if (run(h)) {
        if (!is_source(h))
            send_some(h);
        stop(h);
    }
    harness_disconnect(h);
    assert_int_equal(harness_references(h->filter), filter);
}

static void stopped_refuses(struct harness *h)
{
    RG_AUTO(IPin) input = harness_pin(h, PINDIR_INPUT, 0);

    if (input == NULL || !run(h))
        return;
    stop(h);
    assert_int_equal(harness_send(h, 0), VFW_E_WRONG_STATE);
    assert_int_equal(IPin_EndOfStream(h->out.peer), VFW_E_WRONG_STATE);
    assert_int_equal(harness_samples(h), 0);
}

/* Connected inputs of an active filter stay; spec section 1.5. */
static void active_stays_connected(struct harness *h)
{
    if (!run(h))
        return;
    if (h->out.peer != NULL) {
        assert_int_equal(IPin_Disconnect(h->out.peer), VFW_E_NOT_STOPPED);
        assert_int_equal(IPin_ReceiveConnection(h->out.peer, AS_PIN(h->out.pin), NULL),
                         E_POINTER);
    }
    stop(h);
}

/* ---- flush, segments, end ------------------------------------------------------------------- */

static void flush_passes(struct harness *h)
{
    bool is_inner = !is_source(h) && !is_sink(h);

    if (is_source(h) || is_mux(h) || !run(h))
        return;
    assert_int_equal(harness_send(h, 0), S_OK);
    assert_int_equal(IPin_BeginFlush(h->out.peer), S_OK);
    if (is_inner)
        assert_int_equal(h->in.flushes, 1);
    assert_int_equal(harness_send(h, FRAME_HNS), S_FALSE);
    assert_int_equal(IPin_EndFlush(h->out.peer), S_OK);
    if (is_inner)
        assert_int_equal(h->in.flush_ends, 1);
    assert_int_equal(IPin_NewSegment(h->out.peer, 0, 100 * FRAME_HNS, 1.0), S_OK);
    send_some(h);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    if (is_inner)
        harness_wait_ends(h, 1);
    else
        harness_wait_completes(h, 1);
    stop(h);
}

static void segment_passes(struct harness *h)
{
    if (is_source(h) || is_mux(h) || !run(h))
        return;
    assert_int_equal(IPin_NewSegment(h->out.peer, 7 * FRAME_HNS, 100 * FRAME_HNS, 1.0), S_OK);
    send_some(h);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    if (!is_sink(h)) {
        harness_wait_ends(h, 1);
        assert_in_range(h->in.segments, 1, UINT32_MAX);
        assert_int_equal(h->in.segment_start, 7 * FRAME_HNS);
    }
    stop(h);
}

/* The end of a stream makes a filter give up what it holds; it is no farewell. */
static void drains_and_goes_on(struct harness *h)
{
    unsigned drained;

    if (is_source(h) || is_sink(h) || is_mux(h) || !run(h))
        return;
    send_some(h);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    harness_wait_ends(h, 1);
    drained = harness_samples(h);
    for (int i = 0; i < N_SENT; i++)
        assert_int_equal(harness_send(h, (N_SENT + i) * FRAME_HNS), S_OK);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    harness_wait_ends(h, 2);
    assert_in_range(harness_samples(h), drained + 1, UINT32_MAX);
    if (strcmp(h->info->module, "plain.so") == 0)
        assert_int_equal(harness_samples(h), 2 * N_SENT);
    stop(h);
}

/* A registered marker at a sink's own input is swallowed: no EC_COMPLETE, the next sample is welcome. */
static void marker_is_swallowed(struct harness *h)
{
    RG_AUTO(IPinConnection) connection = NULL;
    HANDLE event;

    if (!is_sink(h) || !run(h))
        return;
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    assert_int_equal(
        IPin_QueryInterface(h->out.peer, &IID_IPinConnection, (void **)&connection), S_OK);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection, event), S_OK);
    assert_int_equal(harness_send(h, 0), S_OK);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    assert_int_equal(WaitForSingleObject(event, 60000), WAIT_OBJECT_0);
    assert_int_equal(h->graph.completes, 0);
    assert_int_equal(IPinConnection_NotifyEndOfStream(connection, NULL), S_OK);
    assert_int_equal(harness_send(h, FRAME_HNS), S_OK);
    assert_int_equal(IPin_EndOfStream(h->out.peer), S_OK);
    harness_wait_completes(h, 1);
    CloseHandle(event);
    stop(h);
}

static void wrong_arguments_while_running(struct harness *h)
{
    IMediaSample *none = NULL;
    LONG done = 0;

    if (is_source(h) || !run(h))
        return;
    assert_int_equal(IMemInputPin_Receive(h->out.input, NULL), E_POINTER);
    assert_int_equal(IMemInputPin_ReceiveMultiple(h->out.input, NULL, 1, &done), E_POINTER);
    assert_int_equal(IMemInputPin_ReceiveMultiple(h->out.input, &none, 0, &done), S_OK);
    assert_int_equal(IMemInputPin_NotifyAllocator(h->out.input, NULL, FALSE), E_POINTER);
    assert_int_equal(IMemInputPin_GetAllocator(h->out.input, NULL), E_POINTER);
    assert_int_equal(IMemInputPin_GetAllocatorRequirements(h->out.input, NULL), E_POINTER);
    assert_in_range(IMemInputPin_ReceiveCanBlock(h->out.input), S_OK, S_FALSE);
    stop(h);
}

/* A gate closed and opened loses nothing. */
static void block_loses_nothing(struct harness *h)
{
    RG_AUTO(IPinFlowControl) flow = NULL;
    unsigned before;

    if (!is_source(h) || !run(h))
        return;
    harness_wait_samples(h, 1);
    assert_int_equal(IPin_QueryInterface(h->in.peer, &IID_IPinFlowControl, (void **)&flow),
                     S_OK);
    assert_int_equal(IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
    before = harness_samples(h);
    assert_int_equal(ledger_of(h->in.peer).samples, before);
    assert_int_equal(harness_samples(h), before);
    assert_int_equal(IPinFlowControl_Block(flow, 0, NULL), S_OK);
    harness_wait_samples(h, before + 2);
    stop(h);
    assert_int_equal(ledger_of(h->in.peer).samples, harness_samples(h));
}

const struct check flow_checks[] = {
    { "samples pass", samples_pass },
    { "runs again", runs_again },
    { "references return", references_return },
    { "stopped refuses", stopped_refuses },
    { "active stays connected", active_stays_connected },
    { "flush passes", flush_passes },
    { "segment passes", segment_passes },
    { "drains and goes on", drains_and_goes_on },
    { "marker is swallowed", marker_is_swallowed },
    { "wrong arguments while running", wrong_arguments_while_running },
    { "block loses nothing", block_loses_nothing },
    { NULL, NULL },
};
