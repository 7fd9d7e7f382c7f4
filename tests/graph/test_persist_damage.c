/* SPDX-License-Identifier: MIT */
/* test_persist_damage.c - graph files that were cut, with bytes flipped, and want of memory at each use.
 *
 * Runs: one thread.  Argument: graph.stream of grf.py.  Damage is dealt from a seed.
 */
#include "persist_test.h"
#include "platform/memory.h"

#define FLIPS 4000

static void load_damaged(struct test_graph *g, const uint8_t *data, size_t size)
{
    IStream *stream = stream_of(data, size);
    HRESULT hr = load(g, stream);

    IStream_Release(stream);
    if (FAILED(hr) && graph_count(g) != 0)
        fail_msg("0x%08x, and %u filters stay", (unsigned)hr, graph_count(g));
    if (SUCCEEDED(hr)) {
        graph_close(g);
        graph_open(g);
    }
}

static void files_that_were_cut_are_refused(void **state)
{
    struct test_graph g;

    (void)state;
    graph_open(&g);
    for (size_t size = 0; size < sample_size; size++) {
        IStream *stream = stream_of(sample, size);

        assert_true(FAILED(load(&g, stream)));
        assert_int_equal(graph_count(&g), 0);
        IStream_Release(stream);
    }
    graph_close(&g);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void flipped_bytes_do_no_harm(void **state)
{
    uint8_t *data = malloc(sample_size);
    uint32_t seed = 20261126;
    struct test_graph g;

    (void)state;
    graph_open(&g);
    for (unsigned i = 0; i < FLIPS; i++) {
        memcpy(data, sample, sample_size);
        for (unsigned n = 1 + next_random(&seed) % 3; n != 0; n--)
            data[next_random(&seed) % sample_size] =
                i % 2 != 0 ? (uint8_t)next_random(&seed)
                           : (uint8_t)("0123456789{}\" -"[next_random(&seed) % 15]);
        load_damaged(&g, data, sample_size);
    }
    graph_close(&g);
    free(data);
}

static HRESULT load_and_save(struct test_graph *g)
{
    IPersistStream *persist = NULL;
    IStream *from = NULL, *to = NULL;
    static const LARGE_INTEGER beginning = { .QuadPart = 0 };
    HRESULT hr = CreateStreamOnHGlobal(NULL, TRUE, &from);

    assert_hr(CALL(g->report, QueryInterface, &IID_IPersistStream, (void **)&persist), S_OK);
    if (SUCCEEDED(hr))
        hr = IStream_Write(from, sample, (ULONG)sample_size, NULL);
    if (SUCCEEDED(hr))
        hr = IStream_Seek(from, beginning, STREAM_SEEK_SET, NULL);
    if (SUCCEEDED(hr))
        hr = IPersistStream_Load(persist, from);
    if (FAILED(hr))
        assert_int_equal(graph_count(g), 0);
    if (SUCCEEDED(hr))
        hr = CreateStreamOnHGlobal(NULL, TRUE, &to);
    if (SUCCEEDED(hr))
        hr = IPersistStream_Save(persist, to, TRUE);
    if (to != NULL)
        IStream_Release(to);
    if (from != NULL)
        IStream_Release(from);
    IPersistStream_Release(persist);
    return hr;
}

static void want_of_memory_leaves_nothing(void **state)
{
    bool has_failed = true;

    (void)state;
    for (uint32_t n = 1; has_failed; n++) {
        struct test_graph g;
        HRESULT hr;

        graph_open(&g);
        rg_fault_arm(n);
        hr = load_and_save(&g);
        has_failed = rg_fault_disarm();
        if (!has_failed && hr != S_OK)
            fail_msg("0x%08x without want of memory", (unsigned)hr);
        graph_close(&g);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_were_cut_are_refused),
        cmocka_unit_test(flipped_bytes_do_no_harm),
        cmocka_unit_test(want_of_memory_leaves_nothing),
    };

    if (argc != 2)
        return 2;
    sample_path = argv[1];
    return cmocka_run_group_tests(tests, sample_read, sample_free);
}
