/* SPDX-License-Identifier: MIT */
/* chaos_branches.c - legs of a tee that come and go, with a recorder each. */
#include "chaos.h"

#include <stdio.h>

/* In the caller's hand until it is given back.  wanted: one that exists, or a place for one. */
static struct chaos_branch *take(struct chaos *c, bool exists)
{
    struct chaos_branch *found = NULL;

    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < CHAOS_BRANCHES && found == NULL; i++) {
        struct chaos_branch *one = &c->branches[i];

        if (!one->is_busy && (one->output != NULL) == exists)
            found = one;
    }
    if (found != NULL)
        found->is_busy = true;
    pthread_mutex_unlock(&c->lock);
    return found;
}

static void give_back(struct chaos *c, struct chaos_branch *branch)
{
    pthread_mutex_lock(&c->lock);
    branch->is_busy = false;
    pthread_mutex_unlock(&c->lock);
}

static HRESULT commit(struct chaos *c, IGraphTransaction *t)
{
    HRESULT hr = IGraphTransaction_Commit(t, -1, NULL);
    RG_CERTIFICATE certificate = { .size = sizeof(certificate) };

    atomic_fetch_add(&c->edits, 1);
    if (FAILED(hr))
        atomic_fetch_add(&c->refused, 1);
    (void)IGraphTransaction_GetCertificate(t, 0, &certificate);
    chaos_log("%s: %08x flags=%x %s", chaos_doing, (unsigned)hr, (unsigned)certificate.flags,
              certificate.reason);
    return hr;
}

bool chaos_attach(struct chaos *c)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 5 + roll(60) };
    struct chaos_branch *branch = take(c, false);
    IBaseFilter *sink, *guest;
    IGraphTransaction *t;
    char options[16];
    IPin *output;
    HRESULT hr;

    if (branch == NULL)
        return false;
    chaos_doing = "attach a branch";
    chaos_take_record(c, branch->slot);
    output = chaos_free_pin(c->tee, PINDIR_OUTPUT);
    check(output != NULL, "the tee has no free output");
    (void)snprintf(options, sizeof(options), "slot=%u", branch->slot);
    /* not one that prerolls: its first sample may be far behind what the others wait with */
    sink = kit_filter_with(KIT_FREE_SINK, options);
    guest = kit_filter_with(KIT_QUEUE, "size=30");
    check(IGraphEdit_Begin(c->edit, &request, &t) == S_OK, "no transaction");
    hr = IGraphTransaction_Add(t, sink, NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_Add(t, guest, NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_Connect(t, kit_out(guest), kit_in(sink), NULL);
    if (hr == S_OK)
        hr = IGraphTransaction_Connect(t, output, kit_in(guest), NULL);
    if (hr == S_OK) /* else the graph lock was not to be had in time */
        hr = commit(c, t);
    if (hr == S_OK) {
        IPin_AddRef(output);
        branch->output = output;
        IBaseFilter_AddRef(sink);
        branch->sink = sink;
        chaos_log("slot %u at %p", branch->slot, (void *)output);
    } else {
        check(!kit_in_graph(sink), "a branch that was refused is there");
    }
    IGraphTransaction_Release(t);
    IBaseFilter_Release(sink);
    IBaseFilter_Release(guest);
    give_back(c, branch);
    chaos_doing = "nothing";
    return true;
}

bool chaos_detach(struct chaos *c)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 5 + roll(60) };
    struct chaos_branch *branch = take(c, true);
    IGraphTransaction *t;

    if (branch == NULL)
        return false;
    chaos_doing = "detach a branch";
    check(IGraphEdit_Begin(c->edit, &request, &t) == S_OK, "no transaction");
    if (IGraphTransaction_RemoveBranch(t, branch->output) == S_OK && commit(c, t) == S_OK) {
        chaos_log("slot %u was at %p", branch->slot, (void *)branch->output);
        /* one that did not stop in time is let go of when it comes back */
        for (unsigned i = 0; i < KIT_WAIT_MS && kit_in_graph(branch->sink); i++)
            (void)WaitForSingleObject(c->never, 1);
        check(!kit_in_graph(branch->sink), "a branch that was removed is still there");
        check(kit_state(branch->sink) == State_Stopped, "a branch that was removed still runs");
        IBaseFilter_Release(branch->sink);
        IPin_Release(branch->output);
        branch->output = NULL;
    }
    IGraphTransaction_Release(t);
    give_back(c, branch);
    chaos_doing = "nothing";
    return true;
}
