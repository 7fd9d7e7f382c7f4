/* SPDX-License-Identifier: MIT */
/* test_recording.c - real recordings that begin and end while everything else plays on: encoder, multiplexer, file.
 *
 * The ffmpeg commands judge the files: they were not written by us.
 */
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "transaction_test.h"

/* ---- real filters ---------------------------------------------------------------------------------------- */

static IBaseFilter *real(const char *name, const char *const *options)
{
    struct rg_class_info info;
    IBaseFilter *filter = NULL;
    IRgOptions *set;

    if (rg_class_by_name(name, &info) != S_OK)
        skip(); /* built without */
    assert_hr(CoCreateInstance(&info.clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter,
                               (void **)&filter),
              S_OK);
    assert_hr(CALL(filter, QueryInterface, &IID_IRgOptions, (void **)&set), S_OK);
    for (; options != NULL && *options != NULL; options += 2)
        if (CALL(set, Set, options[0], options[1]) != S_OK)
            fail_msg("%s takes no %s=%s", name, options[0], options[1]);
    LET_GO(set);
    return filter;
}

#define REAL(name, ...) real(name, (const char *const[]){ __VA_ARGS__, NULL })

static char folder[64];

static void path_of(char *ret, size_t size, const char *name)
{
    snprintf(ret, size, "%s/%s", folder, name);
}

static IBaseFilter *mux(const char *name)
{
    IBaseFilter *filter = real("mux", NULL);
    IFileSinkFilter *file;
    char path[128];
    WCHAR wide[128];

    path_of(path, sizeof(path), name);
    for (size_t i = 0; i == 0 || path[i - 1] != 0; i++)
        wide[i] = (unsigned char)path[i];
    assert_hr(CALL(filter, QueryInterface, &IID_IFileSinkFilter, (void **)&file), S_OK);
    assert_hr(CALL(file, SetFileName, wide, NULL), S_OK);
    LET_GO(file);
    return filter;
}

static void join_test_needs(void)
{
    struct rg_class_info info;

    if (system("command -v ffmpeg ffprobe >/dev/null") != 0 ||
        rg_class_by_name("mux", &info) != S_OK || rg_class_by_name("encode", &info) != S_OK)
        skip();
}

/* ---- what the file says ----------------------------------------------------------------------------------- */

/* One number that ffprobe prints of a stream. */
static double probed(const char *name, const char *stream, const char *entry)
{
    char path[128], command[400], line[64] = "";
    FILE *out;

    path_of(path, sizeof(path), name);
    snprintf(
        command, sizeof(command),
        "ffprobe -v error -count_packets -select_streams %s -show_entries %s -of csv=p=0 %s",
        stream, entry, path);
    out = popen(command, "r");
    assert_non_null(out);
    if (fgets(line, sizeof(line), out) == NULL)
        line[0] = 0;
    assert_int_equal(pclose(out), 0);
    return line[0] != 0 ? strtod(line, NULL) : -1;
}

static uint64_t packets_in(const char *name, const char *stream)
{
    return (uint64_t)probed(name, stream, "stream=nb_read_packets");
}

/* The whole of it decodes, and nothing is wrong with it. */
static void assert_plays(const char *name)
{
    char path[128], command[300], line[200] = "";
    FILE *out;

    path_of(path, sizeof(path), name);
    snprintf(command, sizeof(command), "ffmpeg -nostdin -v error -i %s -f null - 2>&1", path);
    out = popen(command, "r");
    assert_non_null(out);
    if (fgets(line, sizeof(line), out) != NULL)
        print_error("%s: %s", name, line);
    assert_int_equal(pclose(out), 0);
    assert_string_equal(line, "");
    /* no gap in front */
    assert_true(probed(name, "0", "format=start_time") < 0.001);
    unlink(path);
}

/* ---- graphs ------------------------------------------------------------------------------------------------ */

static bool wait_ledger(IPin *pin, uint64_t samples)
{
    time_t until = time(NULL) + KIT_WAIT_MS / 1000;

    while (kit_ledger(pin).samples < samples && time(NULL) < until)
        sched_yield();
    return kit_ledger(pin).samples >= samples;
}

static void assert_more_comes(IPin *pin)
{
    assert_true(wait_ledger(pin, kit_ledger(pin).samples + 10));
}

/* testsrc ! tee ! null: frames come as fast as they can. */
static void film_open(struct road *r, const char *live)
{
    road_open(r, REAL("testsrc", "width", "96", "height", "64", "fps", "25", "live", live),
              kit_filter(KIT_TEE), real("null", NULL));
}

struct recording {
    IPin *leg; /* borrowed */
    IBaseFilter *encode, *mux;
};

static void recording_start(struct road *r, struct recording *rec, const char *codec,
                            const char *name)
{
    IGraphTransaction *t = begin(r);

    rec->leg = free_pin(r->middle, PINDIR_OUTPUT);
    rec->encode = REAL("encode", "codec", codec);
    rec->mux = mux(name);
    assert_hr(CALL(t, Add, rec->encode, NULL), S_OK);
    assert_hr(CALL(t, Add, rec->mux, NULL), S_OK);
    assert_hr(CALL(t, Connect, rec->leg, kit_in(rec->encode), NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(rec->encode), kit_in(rec->mux), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
}

/* How many frames the recording was given. */
static uint64_t recording_stop(struct road *r, struct recording *rec)
{
    IGraphTransaction *t = begin(r);
    RG_LEDGER end;
    RG_CERTIFICATE c;

    assert_hr(CALL(t, RemoveBranch, rec->leg), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    c = certificate_of(t, 0);
    LET_GO(t);
    assert_int_equal(c.dropped, 0);
    assert_int_equal(c.flags & RG_CUT_ABANDONED, 0);
    end = kit_ledger(kit_in(rec->encode));
    assert_int_equal(end.dropped + end.refused, 0);
    assert_int_equal(kit_ledger(kit_in(rec->mux)).dropped, 0);
    assert_int_equal(LET_GO(rec->encode), 0);
    assert_int_equal(LET_GO(rec->mux), 0);
    return end.samples;
}

/* ---- recordings that come and go ------------------------------------------------------------------------------ */

static void recordings_are_whole(void **state)
{
    static const struct {
        const char *codec, *name;
    } kinds[] = {
        { "mpeg4", "film.mkv" },
        { "ffv1", "film2.mkv" },
        { "h264", "film.mp4" }, /* reorders, and looks ahead: holds back many frames */
        { "mpeg4", "film.avi" },
    };
    struct road r;

    (void)state;
    join_test_needs();
    film_open(&r, "false");
    road_run(&r);
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct recording rec;
        uint64_t given;

        assert_more_comes(kit_in(r.sink));
        recording_start(&r, &rec, kinds[i].codec, kinds[i].name);
        assert_true(wait_ledger(kit_in(rec.encode), 60));
        given = recording_stop(&r, &rec);
        assert_int_equal(packets_in(kinds[i].name, "v:0"), given);
        assert_more_comes(kit_in(r.sink));
        assert_plays(kinds[i].name);
    }
    assert_int_equal(kit_ledger(kit_out(r.source)).closings, 0);
    assert_int_equal(kit_ledger(kit_in(r.sink)).dropped, 0);
    assert_false(graph_event(&r.g, EC_ERRORABORT, 0, NULL));
    road_close(&r);
}

static void sound_recording_is_whole(void **state)
{
    struct road r;
    IGraphTransaction *t;
    IBaseFilter *file;
    IPin *leg;
    RG_LEDGER end;

    (void)state;
    join_test_needs();
    road_open(&r, REAL("tone", "rate", "8000", "channels", "1", "block", "800"),
              kit_filter(KIT_TEE), real("null", NULL));
    road_run(&r);
    assert_more_comes(kit_in(r.sink));
    file = mux("tone.wav");
    leg = free_pin(r.middle, PINDIR_OUTPUT);
    t = begin(&r);
    assert_hr(CALL(t, Add, file, NULL), S_OK);
    assert_hr(CALL(t, Connect, leg, kit_in(file), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_true(wait_ledger(kit_in(file), 20));
    t = begin(&r);
    assert_hr(CALL(t, RemoveBranch, leg), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    end = kit_ledger(kit_in(file));
    /* each block is a tenth of a second */
    assert_int_equal((uint64_t)(probed("tone.wav", "a:0", "stream=duration") * 10 + 0.5),
                     end.samples);
    assert_plays("tone.wav");
    LET_GO(file);
    assert_more_comes(kit_in(r.sink));
    road_close(&r);
}

/* A source with its own file, added to a graph that has played: no gap in front. */
static void late_source_has_a_file_from_0(void **state)
{
    struct road r;
    struct recording rec;
    IGraphTransaction *t;
    IBaseFilter *source;
    uint64_t given;

    (void)state;
    join_test_needs();
    film_open(&r, "true");
    road_run(&r);
    assert_true(wait_ledger(kit_in(r.sink), 10)); /* 400 ms */
    source = REAL("testsrc", "width", "96", "height", "64", "fps", "50", "live", "true");
    rec.encode = REAL("encode", "codec", "mpeg4");
    rec.mux = mux("late.mkv");
    t = begin(&r);
    assert_hr(CALL(t, Add, source, NULL), S_OK);
    assert_hr(CALL(t, Add, rec.encode, NULL), S_OK);
    assert_hr(CALL(t, Add, rec.mux, NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(source), kit_in(rec.encode), NULL), S_OK);
    assert_hr(CALL(t, Connect, kit_out(rec.encode), kit_in(rec.mux), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_true(wait_ledger(kit_in(rec.mux), 10));
    /* on the graph's time line, not on one of its own */
    assert_true(kit_ledger(kit_in(rec.mux)).last_start > 4000000);
    t = begin(&r);
    assert_hr(CALL(t, Remove, source), S_OK);
    assert_hr(CALL(t, RemoveBranch, kit_out(rec.encode)), S_OK);
    assert_hr(CALL(t, Remove, rec.encode), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    given = kit_ledger(kit_in(rec.encode)).samples;
    assert_int_equal(packets_in("late.mkv", "v:0"), given);
    assert_plays("late.mkv");
    LET_GO(source);
    LET_GO(rec.encode);
    LET_GO(rec.mux);
    assert_more_comes(kit_in(r.sink));
    road_close(&r);
}

/* ---- a file of several inputs ------------------------------------------------------------------------------------ */

struct two_inputs {
    struct road r;
    IBaseFilter *film, *sound, *encode, *mux;
};

/* testsrc ! encode ! mux, tone ! mux; both endless. */
static void two_inputs_open(struct two_inputs *two, const char *name)
{
    struct road *r = &two->r;

    road_open_empty(r);
    two->film = road_put(r, REAL("testsrc", "width", "96", "height", "64"), L"film");
    two->sound = road_put(r, REAL("tone", "rate", "8000", "block", "320"), L"sound");
    two->encode = road_put(r, REAL("encode", "codec", "mpeg4"), L"encode");
    two->mux = road_put(r, mux(name), L"mux");
    road_join(r, kit_out(two->film), kit_in(two->encode));
    road_join(r, kit_out(two->encode), kit_in(two->mux));
    road_join(r, kit_out(two->sound), free_pin(two->mux, PINDIR_INPUT));
    road_run(r);
}

static IPin *in_at(IBaseFilter *filter, unsigned index)
{
    IEnumPins *list;
    IPin *pin = NULL;

    assert_hr(CALL(filter, EnumPins, &list), S_OK);
    CALL(list, Skip, index);
    assert_hr(CALL(list, Next, 1, &pin, NULL), S_OK);
    LET_GO(list);
    LET_GO(pin);
    return pin;
}

/* What came in while Stop was under way was refused, by name, and is not in the file. */
static uint64_t taken(IPin *in)
{
    RG_LEDGER ledger = kit_ledger(in);
    IRgLink *link;
    RG_DROP drop;

    assert_true(ledger.dropped <= 1);
    assert_hr(CALL(in, QueryInterface, &IID_IRgLink, (void **)&link), S_OK);
    for (ULONG i = 0; CALL(link, GetDrop, i, &drop) == S_OK; i++)
        assert_string_equal(drop.reason, "stopped");
    LET_GO(link);
    return ledger.samples - ledger.dropped;
}

/* One leaves early, another of its kind takes its stream over later on; the film never pauses. */
static void inputs_of_a_file_come_and_go(void **state)
{
    struct two_inputs two;
    IBaseFilter *late;
    IGraphTransaction *t;
    IPin *place;
    uint64_t sound;

    (void)state;
    join_test_needs();
    two_inputs_open(&two, "two.mkv");
    place = in_at(two.mux, 1);
    assert_true(wait_ledger(place, 25));
    t = begin(&two.r);
    assert_hr(CALL(t, Remove, two.sound), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    sound = kit_ledger(place).samples;
    assert_more_comes(kit_in(two.mux)); /* nobody waits for the sound */
    late = REAL("tone", "rate", "8000", "block", "320");
    t = begin(&two.r);
    assert_hr(CALL(t, Add, late, "late"), S_OK);
    assert_hr(CALL(t, Connect, kit_out(late), place, NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), S_OK);
    LET_GO(t);
    assert_true(wait_ledger(place, sound + 25));
    assert_more_comes(kit_in(two.mux));
    assert_false(graph_event(&two.r.g, EC_ERRORABORT, 0, NULL));
    assert_hr(CALL(two.r.g.control, Stop), S_OK);
    assert_int_equal(packets_in("two.mkv", "v:0"), taken(kit_in(two.mux)));
    assert_int_equal(packets_in("two.mkv", "a:0"), taken(place));
    assert_plays("two.mkv");
    LET_GO(late);
    road_close(&two.r);
}

/* A container that has its header takes no stream more: said before anything is touched. */
static void late_input_is_refused(void **state)
{
    struct two_inputs two;
    IBaseFilter *late;
    IGraphTransaction *t;
    CERTIFICATE(c);

    (void)state;
    join_test_needs();
    two_inputs_open(&two, "full.mkv");
    assert_more_comes(kit_in(two.mux));
    late = REAL("tone", "rate", "16000", "block", "320");
    t = begin(&two.r);
    assert_hr(CALL(t, Add, late, "late"), S_OK);
    assert_hr(CALL(t, Connect, kit_out(late), free_pin(two.mux, PINDIR_INPUT), NULL), S_OK);
    assert_hr(CALL(t, Commit, -1, NULL), VFW_E_NOT_STOPPED);
    c = certificate_of(t, 0);
    assert_refused(&c, VFW_E_NOT_STOPPED);
    LET_GO(t);
    assert_int_equal(LET_GO(late), 0);
    assert_int_equal(graph_count(&two.r.g), 4);
    assert_more_comes(kit_in(two.mux));
    assert_hr(CALL(two.r.g.control, Stop), S_OK);
    assert_int_equal(packets_in("full.mkv", "v:0"), taken(kit_in(two.mux)));
    assert_plays("full.mkv");
    road_close(&two.r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recordings_are_whole),
        cmocka_unit_test(sound_recording_is_whole),
        cmocka_unit_test(late_source_has_a_file_from_0),
        cmocka_unit_test(inputs_of_a_file_come_and_go),
        cmocka_unit_test(late_input_is_refused),
    };
    int failed;

    snprintf(folder, sizeof(folder), "/tmp/rg-recording-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
