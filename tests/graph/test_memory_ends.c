/* SPDX-License-Identifier: MIT */
/* test_memory_ends.c - the n-th use of memory, thread or kernel object fails while a graph runs: whoever waits for its end
 * hears of one, of whatever kind.
 *
 * The library's own filters: pictures over a tee, through a codec and its opposite, and over a thread of their own.
 */
#include "real_filters.h"

#include "platform/memory.h"

#define FRAMES "4"

static void build(struct test_graph *g)
{
    IBaseFilter *from =
        real_put(g, real_filter("testsrc", "size=72x48 fps=1000 frames=" FRAMES), L"from");
    IBaseFilter *tee = real_put(g, real_filter("tee", ""), L"tee");
    IBaseFilter *to = real_put(g, real_filter("encode", "codec=mpeg4"), L"to");
    IBaseFilter *back = real_put(g, real_filter("decode", ""), L"back");
    IBaseFilter *queue = real_put(g, real_filter("queue", ""), L"queue");
    IBaseFilter *last[] = { real_put(g, real_filter("null", ""), L"last"),
                            real_put(g, real_filter("null", "sync=true"), L"late") };

    real_join(g, from, tee);
    real_join(g, tee, to);
    real_join(g, to, back);
    real_join(g, back, last[0]);
    assert_hr(CALL(g->builder, ConnectDirect, real_pin(tee, PINDIR_OUTPUT, 1),
                   real_pin(queue, PINDIR_INPUT, 0), NULL),
              S_OK);
    real_join(g, queue, last[1]);
}

/* S_OK: it ran to an end; else what Run said. */
static HRESULT run_to_an_end(struct test_graph *g, unsigned n)
{
    HRESULT hr = CALL(g->control, Run);
    LONG code = 0;

    if (FAILED(hr))
        return hr;
    hr = CALL(g->event, WaitForCompletion, REAL_WAIT_MS, &code);
    if (hr != S_OK)
        fail_msg("use %u fails, and the graph does not end: 0x%08X", n, (unsigned)hr);
    assert_true(code == EC_COMPLETE || code == EC_ERRORABORT);
    return S_OK;
}

static void test_each_run_ends(void **state)
{
    unsigned n = 0;
    bool failed;

    (void)state;
    do {
        struct test_graph g;

        graph_open(&g);
        build(&g);
        rg_fault_arm(++n);
        (void)run_to_an_end(&g, n);
        (void)CALL(g.control, Stop);
        failed = rg_fault_disarm();
        graph_close(&g);
    } while (failed && n < 10000);
    assert_true(n > 20);
    assert_true(n < 10000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_run_ends) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
