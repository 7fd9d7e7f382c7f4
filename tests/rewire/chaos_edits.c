/* SPDX-License-Identifier: MIT */
/* chaos_edits.c - edits of one step: insert, remove, swap, reconnect; most are legal. */
#include "chaos.h"

#include <string.h>
#include <time.h>

/* Some of them hold samples back, or have a gate of their own, if they may. */
static IBaseFilter *some_foreign(bool may_hold)
{
    struct fake_config foreign = {
        .name = "foreign", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "="
    };

    switch (may_hold ? roll(3) : 0) {
    case 0:
        break;
    case 1:
        foreign.holds = 3;
        break;
    default:
        foreign.pin_connection = foreign.flow_control = foreign.dynamic_connect = true;
        foreign.holds = roll(3);
        break;
    }
    return &fake_filter_new(&foreign)->base;
}

/* Fits nowhere: its type, or its Connect.  Not one that fails at Pause or Run: a stopped graph takes it, and never
 * runs again. */
static IBaseFilter *some_misfit(bool by_type)
{
    struct fake_config foreign = { .name = "foreign",
                                   .inputs = 1,
                                   .outputs = 1,
                                   .in_types = by_type ? "b" : "a",
                                   .out_types = "=",
                                   .fail_connect = by_type ? S_OK : E_FAIL };

    return &fake_filter_new(&foreign)->base;
}

IBaseFilter *chaos_some_filter(const struct chaos *c)
{
    switch (roll(16)) {
    case 0:
    case 1:
    case 2:
        return kit_filter(KIT_PASS);
    case 3:
    case 4:
    case 5:
        return kit_filter_with(KIT_HOLD, "hold=3");
    case 6:
    case 7:
        return kit_filter_with(KIT_QUEUE, "size=4");
    case 8:
    case 9:
    case 10:
        return c->has_formats && !c->takes_any_guest
                   ? kit_filter(KIT_PASS)
                   : some_foreign(c->takes_any_guest || c->shape == CHAOS_FOREIGN);
    case 11:
        return kit_filter_with(KIT_PASS, "slow=100");
    case 12:
        return kit_filter_with(KIT_HOLD, "hold=2 hang=true");
    case 13:
        return kit_filter_with(KIT_PASS, "refuse=1");
    case 14:
        return some_misfit(true);
    default:
        return some_misfit(false);
    }
}

static bool is_fixture(const struct chaos *c, IBaseFilter *filter)
{
    for (unsigned i = 0; i < c->n_fixtures; i++)
        if (c->fixtures[i] == filter)
            return true;
    return false;
}

/* One input and one output: what hangs at a branch is none. */
static bool is_guest(const struct chaos *c, IBaseFilter *filter)
{
    return !is_fixture(c, filter) && kit_in(filter) != NULL && kit_out(filter) != NULL;
}

IBaseFilter *chaos_some_member(struct chaos *c, unsigned *ret_n)
{
    IBaseFilter *found[32], *one;
    IEnumFilters *list;
    unsigned n = 0, pick;

    *ret_n = 0;
    if (FAILED(IFilterGraph3_EnumFilters(c->builder, &list)))
        return NULL;
    while (n < 32 && IEnumFilters_Next(list, 1, &one, NULL) == S_OK) {
        if (is_guest(c, one))
            found[n++] = one;
        else
            IBaseFilter_Release(one);
    }
    IEnumFilters_Release(list);
    *ret_n = n;
    if (n == 0)
        return NULL;
    pick = roll(n);
    for (unsigned i = 0; i < n; i++)
        if (i != pick)
            IBaseFilter_Release(found[i]);
    return found[pick];
}

void chaos_note(struct chaos *c, HRESULT hr, const RG_CERTIFICATE *certificate)
{
    if (strstr(certificate->reason, "could not be made again") != NULL) {
        chaos_log("%s: %s", chaos_doing, certificate->reason);
        check(false, "an old road is not put back");
    }
    int64_t most = atomic_load(&c->max_closed_ns);

    if (FAILED(hr)) {
        check(certificate->reason[0] != 0, "a refused edit gave no reason");
        return;
    }
    if (certificate->dropped != 0)
        chaos_log("%s at %s: %llu dropped by %s: %s", chaos_doing, certificate->gate,
                  (unsigned long long)certificate->dropped, certificate->dropped_by,
                  certificate->reason);
    check(certificate->dropped == 0 || (certificate->flags & RG_CUT_SHORT) != 0,
          "a certificate tells of drops");
    while (certificate->closed_ns > most &&
           !atomic_compare_exchange_weak(&c->max_closed_ns, &most, certificate->closed_ns)) {
    }
}

void chaos_let_it_flow(const struct chaos *c)
{
    struct timespec until;
    struct kit_recorder *r = &kit_recorder[roll(c->n_roads)];
    uint64_t goal;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&r->lock);
    goal = r->count + roll(2000);
    while (r->count < goal && pthread_cond_timedwait(&r->changed, &r->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&r->lock);
}

HRESULT chaos_reconnect(struct chaos *c, IBaseFilter *using)
{
    IPin *out = chaos_some_road(c)->out, *in = NULL;
    HANDLE closed = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD flags = roll(8); /* of AM_GRAPH_CONFIG_RECONNECT_... */
    HRESULT hr = VFW_E_NOT_CONNECTED;
    IPinFlowControl *flow;

    if (IPin_ConnectedTo(out, &in) == S_OK)
        hr = IPin_QueryInterface(out, &IID_IPinFlowControl, (void **)&flow);
    if (SUCCEEDED(hr)) {
        hr = IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, closed);
        if (hr == S_OK) {
            if (WaitForSingleObject(closed, 10) == WAIT_OBJECT_0)
                hr =
                    IGraphConfig_Reconnect(c->config, out, in, NULL, using, c->call_off, flags);
            else
                hr = VFW_E_TIMEOUT;
            IPinFlowControl_Block(flow, 0, NULL);
        }
        IPinFlowControl_Release(flow);
    }
    if (in != NULL)
        IPin_Release(in);
    CloseHandle(closed);
    return hr;
}

/* What makes no sense is refused. */
static HRESULT nonsense(struct chaos *c, const RG_EDIT_REQUEST *request, RG_CERTIFICATE *ret)
{
    IBaseFilter *fixture = c->fixtures[roll(c->n_fixtures)];
    HRESULT hr;

    switch (roll(3)) {
    case 0:
        hr = IGraphEdit_Remove(c->edit, c->fixtures[0], request, ret);
        break;
    case 1:
        hr = IGraphEdit_Insert(c->edit, chaos_some_road(c)->out, fixture, NULL, request, ret);
        break;
    default:
        hr = IGraphEdit_Swap(c->edit, fixture, fixture, NULL, request, ret);
        break;
    }
    check(FAILED(hr), "nonsense was not refused");
    return hr;
}

/* What it is, by kind; several numbers mean the same. */
static HRESULT edit_one(struct chaos *c, unsigned kind, IBaseFilter *member, IBaseFilter *fresh,
                        RG_CERTIFICATE *certificate)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request),
                                .timeout_ms = 5 + roll(60),
                                .abort = roll(2) != 0 ? c->call_off : NULL };

    if (kind < 8) {
        chaos_doing = "insert";
        return IGraphEdit_Insert(c->edit, chaos_some_road(c)->out, fresh, NULL, &request,
                                 certificate);
    }
    if (kind < 14) {
        chaos_doing = "remove";
        return IGraphEdit_Remove(c->edit, member, &request, certificate);
    }
    if (kind < 20) {
        chaos_doing = "swap";
        return IGraphEdit_Swap(c->edit, member, fresh, "fx", &request, certificate);
    }
    if (kind < 23) {
        chaos_doing = "reconnect";
        certificate->reason[0] = '-'; /* it has none */
        return chaos_reconnect(c, fresh);
    }
    chaos_doing = "nonsense";
    return nonsense(c, &request, certificate);
}

void chaos_edit(struct chaos *c)
{
    RG_CERTIFICATE certificate = { .size = sizeof(certificate) };
    char roads[CHAOS_ROADS_TEXT];
    unsigned guests, kind = roll(24);
    IBaseFilter *member = chaos_some_member(c, &guests), *fresh = chaos_some_filter(c);
    HRESULT hr;

    /* a road that holds back more than the other's queue takes would never have a first sample */
    if (kind < 23 && guests >= CHAOS_GUESTS)
        kind = 8;
    else if (kind < 20 && member == NULL)
        kind = 0;
    hr = edit_one(c, kind, member, fresh, &certificate);
    chaos_note(c, hr, &certificate);
    chaos_describe(c, roads, sizeof(roads));
    chaos_log("%s %s %p road at %s: %08x drained=%llu flags=%x %s", roads, chaos_doing,
              (void *)member, certificate.gate, (unsigned)hr,
              (unsigned long long)certificate.drained, (unsigned)certificate.flags,
              certificate.reason);
    atomic_fetch_add(&c->edits, 1);
    if (FAILED(hr))
        atomic_fetch_add(&c->refused, 1);
    IBaseFilter_Release(fresh);
    if (member != NULL)
        IBaseFilter_Release(member);
    chaos_doing = "nothing";
}
