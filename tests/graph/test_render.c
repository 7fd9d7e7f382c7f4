/* SPDX-License-Identifier: MIT */
/* test_render.c - RenderFile and Render: what is told of streams that were left out, pins that render themselves,
 * and the log of it all.
 */
#include "build_classes.h"

#include <unistd.h>

/* ---- sources ----------------------------------------------------------------------------- */

/* A pin that renders itself: connects to what it was given, or says what it was told to say. */
static struct {
    unsigned renders, backouts;
    HRESULT says;
    bool aborts_second;          /* the second call aborts, builds something, and fails */
    IPin *takes_from, *takes_to; /* a connection that it makes meanwhile */
} self;

static HRESULT STDMETHODCALLTYPE self_query(IStreamBuilder *face, REFIID iid, void **out)
{
    (void)face, (void)iid;
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE self_ref(IStreamBuilder *face)
{
    (void)face;
    return 1;
}

static HRESULT STDMETHODCALLTYPE self_render(IStreamBuilder *face, IPin *output,
                                             IGraphBuilder *graph)
{
    (void)face, (void)output;
    if (++self.renders < 2 || !self.aborts_second)
        return self.says;
    assert_hr(CALL(graph, Abort), S_OK);
    if (self.takes_from != NULL) /* a building inside the one that was aborted */
        assert_hr(CALL(graph, ConnectDirect, self.takes_from, self.takes_to, NULL), E_ABORT);
    assert_hr(CALL(graph, ShouldOperationContinue), S_FALSE);
    return E_FAIL;
}

static HRESULT STDMETHODCALLTYPE self_backout(IStreamBuilder *face, IPin *output,
                                              IGraphBuilder *graph)
{
    (void)face, (void)output, (void)graph;
    self.backouts++;
    return S_OK;
}

static const IStreamBuilderVtbl self_vtbl = {
    .QueryInterface = self_query,
    .AddRef = self_ref,
    .Release = self_ref,
    .Render = self_render,
    .Backout = self_backout,
};
static IStreamBuilder self_face = { (IStreamBuilderVtbl *)&self_vtbl };

static HRESULT self_more(struct fake_pin *pin, REFIID iid, void **out)
{
    if (!pin->is_output || !IsEqualIID(iid, &IID_IStreamBuilder))
        return E_NOINTERFACE;
    *out = &self_face;
    return S_OK;
}

#define READER(id, n, path, outs, first, ...)                                                  \
    FAKE_CLASS(id, n, RG_CLASS_SOURCE, NORMAL, NULL, .file = path, .outputs = outs,            \
               .out_types = first, __VA_ARGS__)
READER(whole, 20, "whole", 1, "A", .name = NULL)
READER(silent, 21, "sound left out", 2, "B", .more_out_types = "2")
READER(blind, 22, "picture left out", 2, "B", .more_out_types = "1")
READER(partial, 23, "other left out", 2, "B", .more_out_types = "Z")
READER(neither, 24, "nothing goes", 2, "1", .more_out_types = "2")
READER(loud, 25, "no loudspeaker", 1, "H", .name = NULL)
READER(deep, 26, "left out further on", 1, "S", .name = NULL)
READER(selfmade, 27, "by itself", 2, "B", .pin_more = self_more)

static const struct rg_class_entry *const fakes[] = {
    &class_better,  &class_plain,   &class_dead_end, &class_ab,     &class_sink_b,
    &class_deaf,    &class_split,   &class_whole,    &class_silent, &class_blind,
    &class_partial, &class_neither, &class_loud,     &class_deep,   &class_selfmade,
};
RG_CLASSES(fakes)

/* ---- what was left out ------------------------------------------------------------------- */

static void assert_renders(const WCHAR *path, HRESULT wanted, unsigned filters)
{
    struct test_graph g;

    graph_open(&g);
    assert_hr(CALL(g.builder, RenderFile, path, NULL), wanted);
    assert_int_equal(graph_count(&g), filters);
    assert_int_equal(fake_filters_alive(), filters);
    graph_close(&g);
}

static void test_left_out(void **state)
{
    (void)state;
    assert_renders(L"whole", S_OK, 3);
    assert_renders(L"sound left out", VFW_S_AUDIO_NOT_RENDERED, 2);
    assert_renders(L"picture left out", VFW_S_VIDEO_NOT_RENDERED, 2);
    assert_renders(L"other left out", VFW_S_PARTIAL_RENDER, 2);
    assert_renders(L"nothing goes", VFW_E_CANNOT_RENDER, 0);
    assert_renders(L"left out further on", VFW_S_VIDEO_NOT_RENDERED, 3);
}

/* The reason of a filter says more than that no road was found. */
static void test_reason(void **state)
{
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    assert_renders(L"no loudspeaker", VFW_E_NO_AUDIO_HARDWARE, 0);
    graph_open(&g);
    from =
        graph_put(&g, &(struct fake_config){ .name = "from", .outputs = 1, .out_types = "H" });
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), VFW_E_NO_AUDIO_HARDWARE);
    graph_close(&g);
}

/* ---- pins that render themselves --------------------------------------------------------- */

static struct fake_filter *put_self(struct test_graph *g)
{
    return graph_put(
        g, &(struct fake_config){
               .name = "from", .outputs = 1, .out_types = "A", .pin_more = self_more });
}

static void test_renders_itself(void **state)
{
    struct test_graph g;
    struct fake_filter *from;

    (void)state;
    memset(&self, 0, sizeof(self));
    graph_open(&g);
    from = put_self(&g);
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), S_OK);
    self.says = VFW_S_PARTIAL_RENDER;
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), VFW_S_PARTIAL_RENDER);
    assert_int_equal(self.renders, 2);
    assert_int_equal(self.backouts, 0);
    assert_int_equal(graph_count(&g), 1);
    /* it can't: the graph does */
    self.says = E_FAIL;
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), S_OK);
    assert_int_equal(self.backouts, 1);
    assert_int_equal(graph_count(&g), 3);
    graph_close(&g);
}

/* What one pin has rendered is backed out when the file as a whole is aborted. */
static void test_backed_out(void **state)
{
    struct test_graph g;
    struct fake_filter *from, *to;

    (void)state;
    memset(&self, 0, sizeof(self));
    self.aborts_second = true;
    graph_open(&g);
    from = graph_put(&g, &(struct fake_config){ .name = "x", .outputs = 1, .out_types = "A" });
    to = graph_put(&g, &(struct fake_config){ .name = "y", .inputs = 1, .in_types = "A" });
    self.takes_from = fake_out(from, 0);
    self.takes_to = fake_in(to, 0);
    assert_hr(CALL(g.builder, RenderFile, L"by itself", NULL), E_ABORT);
    assert_int_equal(self.renders, 2);
    assert_int_equal(self.backouts, 2);
    assert_int_equal(graph_count(&g), 2);
    /* the next building is not aborted */
    assert_hr(graph_join(&g, from, 0, to, 0), S_OK);
    assert_hr(CALL(g.builder, ShouldOperationContinue), S_OK);
    graph_close(&g);
}

/* ---- the log ----------------------------------------------------------------------------- */

static char *log_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 100000);

    assert_non_null(file);
    assert_true(fread(text, 1, 99999, file) > 0);
    fclose(file);
    return text;
}

/* Each part in turn, from where the one before ended. */
static void assert_told(const char *text, const char *const *parts)
{
    const char *at = text;

    for (int i = 0; parts[i] != NULL; i++) {
        at = strstr(at, parts[i]);
        if (at == NULL)
            fail_msg("\"%s\" is not told, or not in its turn:\n%s", parts[i], text);
    }
}

static void test_log(void **state)
{
    static const char *const told[] = {
        "Render from.out0\n",
        "  try fake-dead_end: registered, merit 0x00600001\n",
        "    from.out0 -> fake-dead_end.in0: connected, ",
        "    taken back: what was connected to from.out0\n",
        "  taken back: fake-dead_end\n",
        "  try fake-ab: registered, merit 0x00600000\n",
        "    from.out0 -> fake-ab.in0: connected, ",
        "    try fake-sink_b",
        "      fake-ab.out0 -> fake-sink_b.in0: connected, ",
        "result: 0x00000000",
        "Connect other.out0 to to.in0\n",
        "  other.out0 -> to.in0: refused, 0x80040207 ",
        "    other.out0 gives: ",
        "    to.in0 takes: ",
        "result: 0x80040217",
        NULL,
    };
    char path[] = "/tmp/regraft-log-XXXXXX";
    struct fake_filter *from, *other, *to;
    struct test_graph g;
    HANDLE file;
    char *text;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    graph_open(&g);
    from =
        graph_put(&g, &(struct fake_config){ .name = "from", .outputs = 1, .out_types = "A" });
    assert_hr(CALL(g.builder, SetLogFile, (DWORD_PTR)file), S_OK);
    assert_hr(CALL(g.builder, Render, fake_out(from, 0)), S_OK);
    other =
        graph_put(&g, &(struct fake_config){ .name = "other", .outputs = 1, .out_types = "Q" });
    to = graph_put(&g, &(struct fake_config){ .name = "to", .inputs = 1, .in_types = "R" });
    assert_hr(CALL(g.builder, Connect, fake_out(other, 0), fake_in(to, 0)),
              VFW_E_CANNOT_CONNECT);
    assert_hr(CALL(g.builder, SetLogFile, 0), S_OK);
    text = log_read(path);
    assert_told(text, told);
    free(text);
    /* nothing is written any more */
    assert_true(CloseHandle(file));
    (void)CALL(g.builder, Connect, fake_out(other, 0), fake_in(to, 0));
    graph_close(&g);
    unlink(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_renders_itself),
        cmocka_unit_test(test_backed_out),
        cmocka_unit_test(test_log),
    };

    setenv("REGRAFT_MODULE_PATH", "no modules", 1); /* the fakes alone */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
