/* SPDX-License-Identifier: MIT */
/* chaos.c - threads that edit, stop, seek and block one graph at random while numbered samples run through it.
 *
 *     chaos [--seed S] [--edits N] [--deterministic]
 *
 * source ! tee ! queue ! road 0 ! recorder 0        each road: 0 to 3 filters, which come and go
 *             t ! queue ! road 1 ! recorder 1
 * At the end the graph is run once more, and every number must still arrive once, in order.  Prints one line; a watchdog tells
 * who waits, and the seed, where something hangs.  Deterministic (chaos_sched alone can): the seed says which thread runs, too, so
 * that it is the same run each time.
 */
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake_filter.h"
#include "kit.h"
#include "sched_test.h"

#define ROADS   2
#define EDITORS 3
#define GUESTS_MOST                                                                            \
    6 /* on both roads, and one more for each editor; held back by all of them: less than a queue takes */
#define WATCHDOG_MS 60000 /* without any progress */
#define IDLE_MS     5000  /* deterministic: nobody has anything to do for longer */

struct chaos {
    IFilterGraph3 *builder;
    IMediaControl *control;
    IMediaSeeking *seeking;
    IGraphEdit *edit;
    IGraphConfig *config;
    IBaseFilter *source, *tee, *queue[ROADS], *sink[ROADS];

    HANDLE call_off; /* signalled now and then: edits that listen give up */
    unsigned seed;
    bool is_deterministic;
    atomic_long edits_left;
    atomic_ulong edits, refused, beats;
    _Atomic(int64_t) max_closed_ns;
    atomic_bool over;
};

static _Thread_local uint64_t dice;
static _Thread_local const char *doing = "nothing";

static unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice >> 33) % sides;
}

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "chaos: %s\n", what);
    exit(1);
}

/* ---- the graph --------------------------------------------------------------------------------------- */

static IBaseFilter *put(struct chaos *c, IBaseFilter *filter, const WCHAR *name)
{
    check(filter != NULL && SUCCEEDED(IFilterGraph3_AddFilter(c->builder, filter, name)),
          "no filter");
    IBaseFilter_Release(filter);
    return filter;
}

static void join(struct chaos *c, IPin *out, IPin *in)
{
    check(IFilterGraph3_ConnectDirect(c->builder, out, in, NULL) == S_OK, "no connection");
}

static IPin *free_output(IBaseFilter *filter)
{
    IEnumPins *list;
    IPin *pin, *found = NULL;

    check(IBaseFilter_EnumPins(filter, &list) == S_OK, "no pins");
    while (found == NULL && IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        IPin_QueryDirection(pin, &direction);
        if (direction == PINDIR_OUTPUT && !kit_connected(pin))
            found = pin;
        IPin_Release(pin);
    }
    IEnumPins_Release(list);
    return found;
}

static void ask(struct chaos *c, REFIID iid, void **face)
{
    check(SUCCEEDED(IFilterGraph3_QueryInterface(c->builder, iid, face)), "no face");
}

static void build(struct chaos *c)
{
    check(SUCCEEDED(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER,
                                     &IID_IFilterGraph3, (void **)&c->builder)),
          "no graph");
    ask(c, &IID_IMediaControl, (void **)&c->control);
    ask(c, &IID_IMediaSeeking, (void **)&c->seeking);
    ask(c, &IID_IGraphEdit, (void **)&c->edit);
    ask(c, &IID_IGraphConfig, (void **)&c->config);
    c->call_off = CreateEventW(NULL, TRUE, FALSE, NULL);
    c->source = put(c, kit_filter(KIT_SOURCE), L"source");
    c->tee = put(c, kit_filter(KIT_TEE), L"tee");
    join(c, kit_out(c->source), kit_in(c->tee));
    for (unsigned i = 0; i < ROADS; i++) {
        c->queue[i] = put(c, kit_filter_with(KIT_QUEUE, "size=30"), L"queue");
        c->sink[i] = put(c, kit_filter_with(KIT_SINK, i == 0 ? "slot=0" : "slot=1"), L"sink");
        join(c, free_output(c->tee), kit_in(c->queue[i]));
        join(c, kit_out(c->queue[i]), kit_in(c->sink[i]));
    }
}

/* ---- what editors do ------------------------------------------------------------------------------------ */

static IBaseFilter *some_filter(void)
{
    struct fake_config foreign = {
        .name = "foreign", .inputs = 1, .outputs = 1, .in_types = "a", .out_types = "="
    };

    switch (roll(12)) {
    case 0:
    case 1:
    case 2:
        return kit_filter(KIT_PASS);
    case 3:
    case 4:
    case 5:
        return kit_filter_with(KIT_HOLD, "hold=3");
    case 6:
        return kit_filter(KIT_QUEUE);
    case 7:
        return &fake_filter_new(&foreign)->base;
    case 8:
        foreign.holds = 3;
        return &fake_filter_new(&foreign)->base;
    case 9:
        return kit_filter_with(KIT_PASS, "refuse=1");
    case 10:
        foreign.in_types = "b";
        return &fake_filter_new(&foreign)->base;
    default:
        /* not one that fails at Pause or Run: a stopped graph takes it, and never runs again */
        foreign.fail_connect = E_FAIL;
        return &fake_filter_new(&foreign)->base;
    }
}

/* A member at random that is no fixture, with a reference; NULL: none.  ret_n: how many there are. */
static IBaseFilter *some_member(struct chaos *c, unsigned *ret_n)
{
    IBaseFilter *found[16], *one;
    IEnumFilters *list;
    unsigned n = 0, pick;

    *ret_n = 0;
    if (FAILED(IFilterGraph3_EnumFilters(c->builder, &list)))
        return NULL;
    while (n < 16 && IEnumFilters_Next(list, 1, &one, NULL) == S_OK) {
        bool fixture = one == c->source || one == c->tee, kept = false;

        for (unsigned i = 0; i < ROADS; i++) {
            fixture = fixture || one == c->sink[i];
            kept = kept || one == c->queue[i];
        }
        /* now and then an edit that makes no sense */
        if (kept || (fixture && roll(40) != 0))
            IBaseFilter_Release(one);
        else
            found[n++] = one;
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

static void note(struct chaos *c, HRESULT hr, const RG_CERTIFICATE *certificate)
{
    int64_t most = atomic_load(&c->max_closed_ns);

    atomic_fetch_add(&c->edits, 1);
    if (FAILED(hr)) {
        atomic_fetch_add(&c->refused, 1);
        check(certificate->reason[0] != 0, "a refused edit gave no reason");
        return;
    }
    check(certificate->dropped == 0, "a certificate tells of drops");
    while (certificate->closed_ns > most &&
           !atomic_compare_exchange_weak(&c->max_closed_ns, &most, certificate->closed_ns)) {
    }
}

static void edit_once(struct chaos *c)
{
    RG_EDIT_REQUEST request = { .size = sizeof(request), .timeout_ms = 20 + roll(200) };
    RG_CERTIFICATE certificate = { .size = sizeof(certificate) };
    unsigned guests;
    IBaseFilter *member = some_member(c, &guests), *fresh;
    unsigned kind = member != NULL ? roll(10) : 0;
    HRESULT hr;

    if (roll(2) != 0)
        request.abort = c->call_off;
    /* a road that holds back more than the other's queue takes would never have a first sample */
    if (kind < 3 && guests >= GUESTS_MOST)
        kind = 3;
    if (kind < 3) {
        doing = "insert";
        fresh = some_filter();
        hr = IGraphEdit_Insert(c->edit, kit_out(c->queue[roll(ROADS)]), fresh, NULL, &request,
                               &certificate);
        IBaseFilter_Release(fresh);
    } else if (kind < 6) {
        doing = "remove";
        hr = IGraphEdit_Remove(c->edit, member, &request, &certificate);
    } else {
        doing = "swap";
        fresh = some_filter();
        hr = IGraphEdit_Swap(c->edit, member, fresh, "fx", &request, &certificate);
        IBaseFilter_Release(fresh);
    }
    note(c, hr, &certificate);
    if (member != NULL)
        IBaseFilter_Release(member);
    doing = "nothing";
}

struct worker {
    struct chaos *chaos;
    unsigned number;
    pthread_t thread;
};

static void begin_thread(struct worker *w)
{
    pthread_setname_np(pthread_self(), w->number < EDITORS ? "editor" : "driver");
    dice = ((uint64_t)w->chaos->seed << 8 | w->number) * 0x9e3779b97f4a7c15u + 1;
    for (unsigned i = 0; i < 8; i++)
        (void)roll(2);
}

/* Samples, or any change of state by others: nobody waits longer than a bit for them. */
static void let_it_flow(void)
{
    struct timespec until;
    struct kit_recorder *r = &kit_recorder[roll(ROADS)];
    uint64_t goal;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
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

static void *editor_main(void *arg)
{
    struct worker *w = arg;
    struct chaos *c = w->chaos;

    begin_thread(w);
    while (atomic_fetch_sub(&c->edits_left, 1) > 0) {
        edit_once(c);
        if (roll(8) == 0)
            let_it_flow();
        atomic_fetch_add(&c->beats, 1);
    }
    return NULL;
}

static void seek_somewhere(struct chaos *c)
{
    LONGLONG to = (LONGLONG)roll(1000000) * KIT_SAMPLE_TIME;

    doing = "seek";
    (void)IMediaSeeking_SetPositions(c->seeking, &to, AM_SEEKING_AbsolutePositioning, NULL,
                                     AM_SEEKING_NoPositioning);
}

static void block_somewhere(struct chaos *c)
{
    IPinFlowControl *flow;
    IPin *out = kit_out(c->queue[roll(ROADS)]);
    HANDLE closed = CreateEventW(NULL, TRUE, FALSE, NULL);

    doing = "block";
    check(SUCCEEDED(IPin_QueryInterface(out, &IID_IPinFlowControl, (void **)&flow)),
          "no flow control");
    if (IPinFlowControl_Block(flow, AM_PIN_FLOW_CONTROL_BLOCK, closed) == S_OK) {
        WaitForSingleObject(closed, roll(5));
        IPinFlowControl_Block(flow, 0, NULL);
    }
    IPinFlowControl_Release(flow);
    CloseHandle(closed);
}

static void *driver_main(void *arg)
{
    struct worker *w = arg;
    struct chaos *c = w->chaos;

    begin_thread(w);
    while (!atomic_load(&c->over)) {
        let_it_flow();
        switch (roll(13)) {
        case 0:
            doing = "stop";
            (void)IMediaControl_Stop(c->control);
            doing = "run after stop";
            (void)IMediaControl_Run(c->control);
            break;
        case 1:
        case 2:
            doing = "pause";
            (void)IMediaControl_Pause(c->control);
            break;
        case 3:
        case 4:
            seek_somewhere(c);
            break;
        case 5:
        case 6:
            block_somewhere(c);
            break;
        case 7:
            SetEvent(c->call_off);
            let_it_flow();
            ResetEvent(c->call_off);
            break;
        default:
            doing = "run";
            (void)IMediaControl_Run(c->control);
            break;
        }
        doing = "nothing";
        atomic_fetch_add(&c->beats, 1);
    }
    return NULL;
}

/* ---- the watchdog -------------------------------------------------------------------------------------------- */

static struct worker workers[EDITORS + 1];
static pthread_t main_thread;

static void tell_where(int signal_number)
{
    void *frames[32];
    int n = backtrace(frames, 32);

    (void)signal_number;
    dprintf(2, "-- a thread that is at: %s\n", doing);
    backtrace_symbols_fd(frames, n, 2);
}

static void tell_who_waits(void)
{
    char *text;

    if (FAILED(rg_report_waits(&text)))
        return;
    fputs(text, stderr);
    CoTaskMemFree(text);
}

static void *watchdog_main(void *arg)
{
    struct chaos *c = arg;
    unsigned long last = 0;
    uint64_t last_samples = 0;
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL);

    for (unsigned quiet = 0; !atomic_load(&c->over) || quiet < WATCHDOG_MS / 100; quiet++) {
        unsigned long beats = atomic_load(&c->beats);
        uint64_t samples = kit_count(0) + kit_count(1);

        if (WaitForSingleObject(never, 100) == WAIT_OBJECT_0)
            break;
        if (beats != last || samples != last_samples)
            quiet = 0;
        last = beats;
        last_samples = samples;
        if (quiet + 1 < WATCHDOG_MS / 100)
            continue;
        fprintf(stderr, "chaos: stuck, seed %u\n", c->seed);
        tell_who_waits();
        for (unsigned i = 0; i < EDITORS + 1; i++)
            pthread_kill(workers[i].thread, SIGUSR1);
        pthread_kill(main_thread, SIGUSR1);
        WaitForSingleObject(never, 500);
        printf("edits=%lu stuck=1 seed=%u\n", atomic_load(&c->edits), c->seed);
        fflush(stdout);
        _exit(1);
    }
    CloseHandle(never);
    return NULL;
}

/* ---- before and after ------------------------------------------------------------------------------------------ */

static int report(struct chaos *c)
{
    uint64_t samples = 0, lost = 0, duplicated = 0, reordered = 0;

    for (unsigned i = 0; i < ROADS; i++) {
        struct kit_recorder *r = &kit_recorder[i];

        pthread_mutex_lock(&r->lock);
        samples += r->count;
        lost += r->lost;
        duplicated += r->duplicated;
        reordered += r->reordered;
        pthread_mutex_unlock(&r->lock);
    }
    printf(
        "edits=%lu refused=%lu samples=%llu lost=%llu duplicated=%llu reordered=%llu stuck=0 "
        "max_gate_us=%lld seed=%u\n",
        atomic_load(&c->edits), atomic_load(&c->refused), (unsigned long long)samples,
        (unsigned long long)lost, (unsigned long long)duplicated, (unsigned long long)reordered,
        (long long)atomic_load(&c->max_closed_ns) / 1000, c->seed);
    return lost + duplicated + reordered == 0 ? 0 : 1;
}

/* It still plays, on both roads. */
static void play_once_more(struct chaos *c)
{
    OAFilterState state;

    doing = "last stop";
    (void)IMediaControl_Stop(c->control);
    doing = "last run";
    check(SUCCEEDED(IMediaControl_Run(c->control)), "does not run again");
    check(IMediaControl_GetState(c->control, KIT_WAIT_MS, &state) == S_OK &&
              state == State_Running,
          "is not running again");
    for (unsigned i = 0; i < ROADS; i++)
        check(kit_wait_more(i, 100), "a road is dead");
    doing = "end";
    (void)IMediaControl_Stop(c->control);
}

static void tear_down(struct chaos *c)
{
    IMediaControl_Release(c->control);
    IMediaSeeking_Release(c->seeking);
    IGraphEdit_Release(c->edit);
    IGraphConfig_Release(c->config);
    check(IFilterGraph3_Release(c->builder) == 0, "the graph is still held");
    CloseHandle(c->call_off);
    check(fake_filters_alive() == 0, "a foreign filter is still held");
    check(rg_live_objects(NULL, NULL) == 0, "an object is still held");
}

static bool read_arguments(int argc, char **argv, struct chaos *c)
{
    c->seed = (unsigned)time(NULL);
    atomic_init(&c->edits_left, 2000);
    for (int i = 1; i < argc; i++) {
        char *end;
        long value;

        if (strcmp(argv[i], "--deterministic") == 0) {
            c->is_deterministic = true;
            continue;
        }
        if (i + 1 == argc)
            return false;
        value = strtol(argv[i + 1], &end, 10);
        if (*end != 0 || value < 0)
            return false;
        if (strcmp(argv[i], "--seed") == 0)
            c->seed = (unsigned)value;
        else if (strcmp(argv[i], "--edits") == 0)
            atomic_store(&c->edits_left, value);
        else
            return false;
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct chaos c;
    pthread_t watchdog;
    int failed;

    if (!read_arguments(argc, argv, &c)) {
        fprintf(stderr, "usage: chaos [--seed S] [--edits N] [--deterministic]\n");
        return 2;
    }
    if (c.is_deterministic)
        sched_start(c.seed,
                    &(struct sched_options){ .max_idle_ns = IDLE_MS * INT64_C(1000000) });
    signal(SIGUSR1, tell_where);
    main_thread = pthread_self();
    build(&c);
    check(SUCCEEDED(IMediaControl_Run(c.control)), "does not run");
    for (unsigned i = 0; i < EDITORS + 1; i++) {
        workers[i].chaos = &c;
        workers[i].number = i;
        check(pthread_create(&workers[i].thread, NULL, i < EDITORS ? editor_main : driver_main,
                             &workers[i]) == 0,
              "no thread");
    }
    if (!c.is_deterministic) { /* else the scheduler sees it, and at once */
        check(pthread_create(&watchdog, NULL, watchdog_main, &c) == 0, "no thread");
        pthread_detach(watchdog);
    }
    doing = "join";
    for (unsigned i = 0; i < EDITORS; i++)
        pthread_join(workers[i].thread, NULL);
    atomic_store(&c.over, true);
    pthread_join(workers[EDITORS].thread, NULL);
    play_once_more(&c);
    failed = report(&c);
    if (failed == 0)
        tear_down(&c);
    fflush(stdout);
    return failed;
}
