/* SPDX-License-Identifier: MIT */
/* conformance.c - running one statement or all, hand-fed samples, calls elsewhere, probes; see conformance.h. */
#include "conformance.h"

#include <stdio.h>
#include <unistd.h>

/* ---- which statement ---------------------------------------------------------------------------- */

static bool is_of(const struct CMUnitTest *test, const char *number)
{
    return strncmp(test->name, "c_", 2) == 0 &&
           strncmp(test->name + 2, number, strlen(number)) == 0 &&
           test->name[2 + strlen(number)] == '_';
}

int conformance_run(int argc, char **argv, const struct CMUnitTest *tests, size_t count)
{
    static char pattern[16];
    size_t found = 0;

    if (argc > 1) {
        const char *number = strncmp(argv[1], "C-", 2) == 0 ? argv[1] + 2 : "?";

        for (size_t i = 0; i < count; i++)
            found += is_of(&tests[i], number);
        if (argc != 2 || found != 1) {
            fprintf(stderr, "%s: %zu tests of %s\n", argv[0], found, argv[1]);
            return 2;
        }
        snprintf(pattern, sizeof(pattern), "c_%s_*", number);
        cmocka_set_test_filter(pattern);
    }
    return _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
}

/* ---- faces, types, gates ------------------------------------------------------------------------ */

void *face_of(void *object, REFIID iid)
{
    IUnknown *face = NULL;

    assert_hr(CALL((IUnknown *)object, QueryInterface, iid, (void **)&face), S_OK);
    LET_GO(face);
    return face;
}

void sound_type(AM_MEDIA_TYPE *ret, DWORD rate)
{
    WAVEFORMATEX sound = { WAVE_FORMAT_PCM, 1, rate, rate * 2, 2, 16, 0 };

    memset(ret, 0, sizeof(*ret));
    ret->majortype = MEDIATYPE_Audio;
    ret->subtype = MEDIASUBTYPE_PCM;
    ret->bFixedSizeSamples = TRUE;
    ret->lSampleSize = 2;
    ret->formattype = FORMAT_WaveFormatEx;
    ret->cbFormat = sizeof(sound);
    ret->pbFormat = CoTaskMemAlloc(sizeof(sound));
    assert_non_null(ret->pbFormat);
    memcpy(ret->pbFormat, &sound, sizeof(sound));
}

char letter_of(IPin *pin)
{
    AM_MEDIA_TYPE type;
    char letter;

    assert_hr(CALL(pin, ConnectionMediaType, &type), S_OK);
    letter = fake_letter(&type);
    CoTaskMemFree(type.pbFormat);
    return letter;
}

HRESULT block_flags(IPin *pin, DWORD flags, HANDLE event)
{
    return CALL(FLOW(pin), Block, flags, event);
}

void block(IPin *pin)
{
    assert_hr(block_flags(pin, AM_PIN_FLOW_CONTROL_BLOCK, NULL), S_OK);
}

void unblock(IPin *pin)
{
    assert_hr(block_flags(pin, 0, NULL), S_OK);
}

bool is_blocked(IPin *pin)
{
    HANDLE event = event_new();
    HRESULT hr = block_flags(pin, AM_PIN_FLOW_CONTROL_BLOCK, event);

    if (hr == S_OK)
        unblock(pin);
    else if (hr != VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD)
        assert_hr(hr, VFW_E_PIN_ALREADY_BLOCKED);
    CloseHandle(event);
    return hr != S_OK;
}

unsigned count_events(struct test_graph *g, LONG code)
{
    unsigned count = 0;
    LONG got;
    LONG_PTR p1, p2;

    while (CALL(g->event, GetEvent, &got, &p1, &p2, 0) == S_OK) {
        CALL(g->event, FreeEventParams, got, p1, p2);
        count += got == code;
    }
    return count;
}

/* ---- samples fed by hand ------------------------------------------------------------------------ */

void feed_open(struct feed *feed)
{
    ALLOCATOR_PROPERTIES want = { 64, sizeof(struct kit_sample), 1, 0 }, got;

    assert_hr(CoCreateInstance(&CLSID_MemoryAllocator, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IMemAllocator, (void **)&feed->pool),
              S_OK);
    assert_hr(CALL(feed->pool, SetProperties, &want, &got), S_OK);
    assert_hr(CALL(feed->pool, Commit), S_OK);
}

void feed_close(struct feed *feed)
{
    assert_hr(CALL(feed->pool, Decommit), S_OK);
    assert_int_equal(LET_GO(feed->pool), 0);
}

/* Without asserts: also called elsewhere. */
HRESULT feed_typed(struct feed *feed, IPin *in, int64_t number, const AM_MEDIA_TYPE *type)
{
    struct kit_sample content = { .number = number };
    REFERENCE_TIME start = number * KIT_SAMPLE_TIME, stop = start + KIT_SAMPLE_TIME;
    IMemInputPin *memory = NULL;
    IMediaSample *sample = NULL;
    BYTE *data;
    HRESULT hr = CALL(feed->pool, GetBuffer, &sample, NULL, NULL, 0);

    if (FAILED(hr))
        return hr;
    CALL(sample, GetPointer, &data);
    memcpy(data, &content, sizeof(content));
    CALL(sample, SetActualDataLength, sizeof(content));
    CALL(sample, SetTime, &start, &stop);
    if (type != NULL)
        CALL(sample, SetMediaType, (AM_MEDIA_TYPE *)type);
    hr = CALL(in, QueryInterface, &IID_IMemInputPin, (void **)&memory);
    if (SUCCEEDED(hr)) {
        hr = CALL(memory, Receive, sample);
        LET_GO(memory);
    }
    LET_GO(sample);
    return hr;
}

HRESULT feed_send(struct feed *feed, IPin *in, int64_t number)
{
    return feed_typed(feed, in, number, NULL);
}

void feed_range(struct feed *feed, IPin *in, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++)
        assert_hr(feed_send(feed, in, i), S_OK);
}

void fed_prepare(struct fed_road *f, IBaseFilter *middle, IBaseFilter *sink)
{
    road_open(&f->r, kit_filter(KIT_SOURCE), middle, sink);
    feed_open(&f->feed);
    block(kit_out(f->r.source)); /* before the first sample: it never says anything */
    f->in = middle != NULL ? kit_in(middle) : kit_in(sink);
    f->out = middle != NULL ? kit_out(middle) : kit_out(f->r.source);
}

void fed_open(struct fed_road *f, IBaseFilter *middle, IBaseFilter *sink)
{
    fed_prepare(f, middle, sink);
    road_run(&f->r);
}

void fed_close(struct fed_road *f)
{
    assert_hr(CALL(f->r.g.control, Stop), S_OK); /* every sample comes home */
    feed_close(&f->feed);
    road_close(&f->r);
}

/* ---- calls on another thread -------------------------------------------------------------------- */

static void *elsewhere_main(void *arg)
{
    struct elsewhere *e = arg;

    atomic_store(&e->task, (int)gettid());
    e->hr = e->call(e->context);
    SetEvent(e->back);
    return NULL;
}

void elsewhere_start(struct elsewhere *e, HRESULT (*call)(void *context), void *context)
{
    memset(e, 0, sizeof(*e));
    e->call = call;
    e->context = context;
    e->back = event_new();
    assert_int_equal(pthread_create(&e->thread, NULL, elsewhere_main, e), 0);
}

bool elsewhere_is_back(struct elsewhere *e)
{
    return is_signalled(e->back);
}

/* The kernel says that the thread sleeps. */
static bool is_asleep(int task)
{
    char path[64], text[512], *name_end;
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", task);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = 0;
    name_end = strrchr(text, ')');
    return name_end != NULL && strncmp(name_end, ") S", 3) == 0;
}

static bool all_rest(struct elsewhere *e, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!elsewhere_is_back(&e[i]) && !is_asleep(atomic_load(&e[i].task)))
            return false;
    return true;
}

/* One may sleep for a lock that another of them has, on its way; so they are looked at twice. */
void elsewhere_all_rest(struct elsewhere *e, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        until(atomic_load(&e[i].task) != 0);
    until(all_rest(e, count) && all_rest(e, count));
}

void elsewhere_rests(struct elsewhere *e)
{
    elsewhere_all_rest(e, 1);
}

HRESULT elsewhere_join(struct elsewhere *e)
{
    if (WaitForSingleObject(e->back, KIT_WAIT_MS) != WAIT_OBJECT_0)
        fail_msg("a call does not come back");
    pthread_join(e->thread, NULL);
    CloseHandle(e->back);
    return e->hr;
}

HRESULT call_block(void *context)
{
    const struct block_call *b = context;
    IPinFlowControl *flow;
    HRESULT hr = CALL(b->pin, QueryInterface, &IID_IPinFlowControl, (void **)&flow);

    if (FAILED(hr))
        return hr;
    hr = CALL(flow, Block, b->flags, b->event);
    LET_GO(flow);
    return hr;
}

HRESULT block_elsewhere(IPin *pin, DWORD flags, HANDLE event)
{
    struct block_call b = { pin, flags, event };
    struct elsewhere e;

    elsewhere_start(&e, call_block, &b);
    return elsewhere_join(&e);
}

HRESULT call_receive(void *context)
{
    const struct pin_call *c = context;

    return feed_send(c->feed, c->in, c->number);
}

HRESULT call_end(void *context)
{
    const struct pin_call *c = context;

    return CALL(c->in, EndOfStream);
}

HRESULT call_segment(void *context)
{
    const struct pin_call *c = context;

    return CALL(c->in, NewSegment, c->number, INT64_MAX, 1.0);
}

HRESULT call_stop(void *filter)
{
    return CALL((IBaseFilter *)filter, Stop);
}

HRESULT call_graph_stop(void *control)
{
    return CALL((IMediaControl *)control, Stop);
}

/* ---- probes ------------------------------------------------------------------------------------- */

static void note(struct probe *probe, const char *kind, int64_t number)
{
    size_t used;

    pthread_mutex_lock(&probe->lock);
    used = strlen(probe->text);
    if (number < 0)
        snprintf(probe->text + used, sizeof(probe->text) - used, "%s ", kind);
    else
        snprintf(probe->text + used, sizeof(probe->text) - used, "%s%lld ", kind,
                 (long long)number);
    probe->calls++;
    pthread_mutex_unlock(&probe->lock);
}

/* The table that a face points to lies in its probe. */
#define PROBE_OF(face, table) CONTAINING_RECORD((face)->lpVtbl, struct probe, table)

static HRESULT STDMETHODCALLTYPE probe_receive(IMemInputPin *face, IMediaSample *sample)
{
    struct probe *probe = PROBE_OF(face, memory_vtbl);
    int64_t number;
    BYTE *data;

    CALL(sample, GetPointer, &data);
    memcpy(&number, data, sizeof(number));
    note(probe, "", number);
    return probe->memory_was.Receive(face, sample);
}

static HRESULT STDMETHODCALLTYPE probe_end(IPin *face)
{
    struct probe *probe = PROBE_OF(face, pin_vtbl);

    note(probe, "e", -1);
    return probe->pin_was.EndOfStream(face);
}

static HRESULT STDMETHODCALLTYPE probe_segment(IPin *face, REFERENCE_TIME start,
                                               REFERENCE_TIME stop, double rate)
{
    struct probe *probe = PROBE_OF(face, pin_vtbl);

    note(probe, "s", start);
    return probe->pin_was.NewSegment(face, start, stop, rate);
}

void probe_attach(struct probe *probe, struct fake_filter *filter)
{
    struct fake_pin *pin = &filter->pins[0];

    memset(probe, 0, sizeof(*probe));
    pthread_mutex_init(&probe->lock, NULL);
    probe->pin_was = probe->pin_vtbl = *pin->pin.lpVtbl;
    probe->pin_vtbl.EndOfStream = probe_end;
    probe->pin_vtbl.NewSegment = probe_segment;
    probe->memory_was = probe->memory_vtbl = *pin->memory.lpVtbl;
    probe->memory_vtbl.Receive = probe_receive;
    pin->pin.lpVtbl = &probe->pin_vtbl;
    pin->memory.lpVtbl = &probe->memory_vtbl;
}

unsigned probe_calls(struct probe *probe)
{
    unsigned calls;

    pthread_mutex_lock(&probe->lock);
    calls = probe->calls;
    pthread_mutex_unlock(&probe->lock);
    return calls;
}

void probe_wait(struct probe *probe, unsigned calls)
{
    until(probe_calls(probe) >= calls);
}

void probe_expect(struct probe *probe, const char *text)
{
    char seen[sizeof(probe->text)];

    pthread_mutex_lock(&probe->lock);
    memcpy(seen, probe->text, sizeof(seen));
    probe->text[0] = 0;
    probe->calls = 0;
    pthread_mutex_unlock(&probe->lock);
    assert_string_equal(seen, text);
}

/* ---- every kind of pin of ours ------------------------------------------------------------------- */

IBaseFilter *ours_new(enum ours kind)
{
    static const enum kit_kind of_kit[] = {
        [OURS_PASS] = KIT_PASS,   [OURS_IN_PLACE] = KIT_IN_PLACE, [OURS_TEE] = KIT_TEE,
        [OURS_QUEUE] = KIT_QUEUE, [OURS_HOLD] = KIT_HOLD,
    };

    if (kind == OURS_CONVERTER)
        return converter_new('a', 'b');
    return kind == OURS_END ? NULL : kit_filter(of_kit[kind]);
}

void ours_open(struct road *r, enum ours kind)
{
    road_open(r, kit_filter(KIT_SOURCE), ours_new(kind), kit_filter(KIT_FREE_SINK));
}

IPin *ours_out(struct road *r)
{
    return kit_out(r->middle != NULL ? r->middle : r->source);
}

bool ours_hands_on(enum ours kind)
{
    return kind == OURS_TEE || kind == OURS_QUEUE;
}

void ours_acceptable(enum ours kind, AM_MEDIA_TYPE *ret)
{
    if (kind == OURS_IN_PLACE)
        sound_type(ret, 16000);
    else
        fake_type(ret, kind == OURS_END || ours_hands_on(kind) ? 'b'
                       : kind == OURS_CONVERTER                ? 'c'
                                                               : 'a');
}

bool ours_goes_over(enum ours kind)
{
    return kind == OURS_END || kind == OURS_IN_PLACE || kind == OURS_CONVERTER ||
           ours_hands_on(kind);
}

void ours_fed(struct fed_road *f, enum ours kind)
{
    fed_prepare(f, ours_new(kind),
                kind == OURS_END || ours_hands_on(kind) ? strict_sink_new('a', 'b')
                                                        : kit_filter(KIT_FREE_SINK));
    if (kind == OURS_CONVERTER)
        assert_hr(kit_set(f->r.middle, "also", 'c'), S_OK);
}

#define METRONOME 7 /* its recorder */

void add_metronome(struct road *r)
{
    IBaseFilter *source = road_put(r, kit_filter(KIT_SOURCE), L"metronome");
    IBaseFilter *sink = road_put(r, kit_filter_with(KIT_FREE_SINK, "slot=7"), L"metronome end");

    road_join(r, kit_out(source), kit_in(sink));
}

void some_time_passes(void)
{
    assert_true(kit_wait_more(METRONOME, 50));
}

/* ---- spans -------------------------------------------------------------------------------------- */

const struct fake_config foreign_source = {
    .name = "source",
    .outputs = 1,
    .out_types = "a",
    .samples = -1,
    .flow_control = true,
    .dynamic_connect = true,
};
const struct fake_config foreign_sink = {
    .name = "sink",
    .inputs = 1,
    .in_types = "a",
    .pin_connection = true,
    .dynamic_connect = true,
    .is_end_pin = true,
};
const struct fake_config foreign_pass = {
    .name = "pass",
    .inputs = 1,
    .outputs = 1,
    .in_types = "a",
    .out_types = "=",
};

void span_open(struct span *s, bool foreign, IBaseFilter *middle)
{
    memset(s, 0, sizeof(*s));
    if (foreign) {
        struct fake_filter *source = fake_filter_new(&foreign_source);

        s->sink = fake_filter_new(&foreign_sink);
        road_open(&s->r, &source->base, middle, &s->sink->base);
    } else {
        road_open(&s->r, kit_filter(KIT_SOURCE), middle, kit_filter(KIT_SINK));
    }
    s->out = kit_out(s->r.source);
    s->in = kit_in(s->r.sink);
}

void span_run(struct span *s)
{
    road_run(&s->r);
    span_wait(s, 5);
}

uint64_t span_count(struct span *s)
{
    return s->sink != NULL ? fake_number_count(s->sink) : kit_count(0);
}

void span_wait(struct span *s, uint64_t count)
{
    assert_true(s->sink != NULL ? fake_wait_numbers(s->sink, count) : kit_wait_count(0, count));
}

void span_is_whole(struct span *s)
{
    size_t wrong = SIZE_MAX;

    if (s->sink == NULL) {
        assert_all_there(0);
        return;
    }
    pthread_mutex_lock(&s->sink->lock);
    for (size_t i = 0; i < s->sink->number_count && wrong == SIZE_MAX; i++)
        if (s->sink->numbers[i] != (int64_t)i)
            wrong = i;
    pthread_mutex_unlock(&s->sink->lock);
    assert_int_equal(wrong, SIZE_MAX);
}

void span_flows(struct span *s)
{
    span_wait(s, span_count(s) + 20);
    span_is_whole(s);
}

void span_close(struct span *s)
{
    road_close(&s->r);
}

IBaseFilter *middle_new(unsigned i)
{
    struct fake_config config = foreign_pass;

    switch (i % MIDDLES) {
    case 0:
        return kit_filter_with(KIT_HOLD, "hold=5");
    case 1:
        config.holds = 5;
        return &fake_filter_new(&config)->base;
    case 2:
        return kit_filter(KIT_PASS);
    default:
        return &fake_filter_new(&config)->base;
    }
}

void span_open_nth(struct span *s, unsigned i)
{
    span_open(s, i / MIDDLES % 2 == 1, middle_new(i));
}
