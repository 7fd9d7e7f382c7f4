/* SPDX-License-Identifier: MIT */
/* chaos_transactions.c - edits of several steps: checked, prepared, called off, at once or at a media time. */
#include "chaos.h"

/* Takes a connection apart and puts a filter between, step by step. */
static HRESULT stage_by_hand(struct chaos *c, IGraphTransaction *t, IBaseFilter *fresh)
{
    IPin *out = chaos_some_road(c)->out, *in = NULL;
    HRESULT hr;

    if (IPin_ConnectedTo(out, &in) != S_OK)
        return S_FALSE;
    hr = IGraphTransaction_Disconnect(t, out);
    if (hr == S_OK)
        hr = IGraphTransaction_Add(t, fresh, NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_Connect(t, out, kit_in(fresh), NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_Connect(t, kit_out(fresh), in, NULL);
    IPin_Release(in);
    return hr;
}

/* An input of the merge loses its road, then what still hangs there, and gets the road back once it has nothing: a
 * source that is connected begins anew, which whoever writes down takes for a stream of its own. */
static HRESULT stage_merge(struct chaos *c, IGraphTransaction *t)
{
    const struct chaos_road *road = chaos_some_road(c);
    IPin *hangs = NULL;
    HRESULT hr;

    if (kit_connected(road->out))
        return IGraphTransaction_Disconnect(t, road->out);
    if (IPin_ConnectedTo(road->end, &hangs) != S_OK)
        return IGraphTransaction_Connect(t, road->out, road->end, NULL);
    hr = IGraphTransaction_Disconnect(t, hangs);
    IPin_Release(hangs);
    return hr;
}

/* A step more; most fit the ones before.  A failure: the graph lock was not to be had in time. */
static HRESULT stage_one(struct chaos *c, IGraphTransaction *t, unsigned kind,
                         IBaseFilter *member, IBaseFilter *fresh)
{
    if (kind < 4)
        return IGraphTransaction_Insert(t, chaos_some_road(c)->out, fresh, NULL);
    if (kind < 6)
        return stage_by_hand(c, t, fresh);
    if (kind < 8 && member != NULL)
        return IGraphTransaction_Remove(t, member);
    if (kind < 10 && member != NULL)
        return IGraphTransaction_Swap(t, member, fresh, "fx");
    if (kind == 10 && member != NULL)
        return IGraphTransaction_Set(t, member, "mark", "1");
    if (kind == 11 && c->shape == CHAOS_MERGE)
        return stage_merge(c, t);
    if (kind == 12 && roll(4) == 0) /* makes no sense */
        return IGraphTransaction_Connect(t, kit_out(fresh), kit_in(fresh), NULL);
    return S_FALSE;
}

static HRESULT stage(struct chaos *c, IGraphTransaction *t, unsigned *guests)
{
    unsigned n, kind = !c->takes_apart ? roll(13) : roll(2) != 0 ? 11 : 6 + roll(2);
    IBaseFilter *member = chaos_some_member(c, &n), *fresh = chaos_some_filter(c);
    HRESULT hr;

    if (kind < 6 && *guests >= CHAOS_GUESTS)
        kind = 6;
    if (kind < 6)
        (*guests)++;
    hr = stage_one(c, t, kind, member, fresh);
    chaos_log("%p step %u, member %p, new %p: %08x", (void *)t, kind, (void *)member,
              (void *)fresh, (unsigned)hr);
    if (member != NULL)
        IBaseFilter_Release(member);
    IBaseFilter_Release(fresh);
    return hr;
}

/* Whatever the time was, it comes to an end. */
static HRESULT commit_in_time(struct chaos *c, IGraphTransaction *t, HANDLE done)
{
    REFERENCE_TIME at =
        ((REFERENCE_TIME)kit_count(chaos_some_road(c)->slot) + roll(4000)) * KIT_SAMPLE_TIME;
    HRESULT hr = IGraphTransaction_Commit(t, at, done);

    if (FAILED(hr))
        return hr;
    for (unsigned i = 0; i < 3 && WaitForSingleObject(done, 0) != WAIT_OBJECT_0; i++)
        chaos_let_it_flow(c);
    if (WaitForSingleObject(done, roll(20)) != WAIT_OBJECT_0) {
        chaos_doing = "a timed commit, called off";
        (void)IGraphTransaction_Abort(t);
        check(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0, "no end");
    }
    return IGraphTransaction_GetResult(t);
}

static HRESULT commit(struct chaos *c, IGraphTransaction *t)
{
    HANDLE done = CreateEventW(NULL, TRUE, FALSE, NULL);
    HRESULT hr;

    switch (roll(4)) {
    case 0:
        chaos_doing = "a commit on a thread";
        hr = IGraphTransaction_Commit(t, -1, done);
        if (SUCCEEDED(hr)) {
            if (roll(4) == 0)
                (void)IGraphTransaction_Abort(t);
            check(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0, "no end");
            hr = IGraphTransaction_GetResult(t);
        }
        break;
    case 1:
        chaos_doing = "a timed commit";
        hr = commit_in_time(c, t, done);
        break;
    default:
        chaos_doing = "a commit";
        hr = IGraphTransaction_Commit(t, -1, NULL);
        break;
    }
    CloseHandle(done);
    return hr;
}

static void note_all(struct chaos *c, IGraphTransaction *t)
{
    for (unsigned i = 0;; i++) {
        RG_CERTIFICATE certificate = { .size = sizeof(certificate) };

        if (IGraphTransaction_GetCertificate(t, i, &certificate) != S_OK)
            return;
        chaos_note(c, certificate.result, &certificate);
        chaos_log("%p at %s: %s", (void *)t, certificate.gate, certificate.reason);
    }
}

/* Dry runs, early preparation and second thoughts change nothing. */
static void look_ahead(struct chaos *c, IGraphTransaction *t)
{
    if (roll(4) == 0) {
        char *report = NULL;

        chaos_doing = "check";
        (void)IGraphTransaction_Check(t, &report);
        CoTaskMemFree(report);
    }
    if (roll(3) == 0) {
        chaos_doing = "prepare";
        (void)IGraphTransaction_Prepare(t);
        if (roll(2) == 0)
            chaos_let_it_flow(c);
    }
    if (roll(10) == 0)
        (void)IGraphTransaction_Abort(t);
}

void chaos_transact(struct chaos *c)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 5 + roll(60) };
    IGraphTransaction *t;
    IBaseFilter *member;
    char roads[CHAOS_ROADS_TEXT];
    unsigned guests;
    HRESULT hr = S_OK;

    chaos_doing = "transaction";
    if (roll(2) != 0)
        request.abort = c->call_off;
    check(IGraphEdit_Begin(c->edit, &request, &t) == S_OK, "no transaction");
    member = chaos_some_member(c, &guests);
    if (member != NULL)
        IBaseFilter_Release(member);
    for (unsigned n = 1 + roll(4); n > 0 && SUCCEEDED(hr); n--)
        hr = stage(c, t, &guests);
    if (SUCCEEDED(hr)) {
        look_ahead(c, t);
        hr = commit(c, t);
        note_all(c, t);
    }
    atomic_fetch_add(&c->edits, 1);
    if (FAILED(hr))
        atomic_fetch_add(&c->refused, 1);
    chaos_describe(c, roads, sizeof(roads));
    chaos_log("%p %s %s: %08x", (void *)t, roads, chaos_doing, (unsigned)hr);
    IGraphTransaction_Release(t);
    chaos_doing = "nothing";
}
