/* SPDX-License-Identifier: MIT */
/* chain_test.h - what the tests of chains share: source ! a ! b ! sink, all of them foreign, and the faces. */
#pragma once

#include "graph_test.h"

struct chain_test {
    struct test_graph g;
    IFilterChain *chain;
    IGraphConfig *config;
    struct fake_filter *source, *a, *b, *sink; /* the graph keeps them */
};

extern struct fake_log chain_log;

#define CHAIN_THROUGH(who)                                                                     \
    {                                                                                          \
        .name = who, .inputs = 1, .outputs = 1, .in_types = "*", .out_types = "=",             \
        .log = &chain_log, .pin_connection = true, .flow_control = true,                       \
        .dynamic_connect = true                                                                \
    }
#define CHAIN_SOURCE                                                                           \
    {                                                                                          \
        .name = "source", .outputs = 2, .out_types = "A", .log = &chain_log,                   \
        .flow_control = true, .dynamic_connect = true                                          \
    }
#define CHAIN_SINK(who)                                                                        \
    {                                                                                          \
        .name = who, .inputs = 2, .in_types = "*", .log = &chain_log, .pin_connection = true,  \
        .dynamic_connect = true                                                                \
    }

/* A graph alone. */
static inline void chain_open_empty(struct chain_test *t)
{
    memset(t, 0, sizeof(*t));
    fake_log_clear(&chain_log);
    graph_open(&t->g);
    assert_hr(CALL(t->g.builder, QueryInterface, &IID_IFilterChain, (void **)&t->chain), S_OK);
    assert_hr(CALL(t->g.builder, QueryInterface, &IID_IGraphConfig, (void **)&t->config), S_OK);
}

static inline void chain_open_with(struct chain_test *t, const struct fake_config *source,
                                   const struct fake_config *a, const struct fake_config *b,
                                   const struct fake_config *sink)
{
    chain_open_empty(t);
    t->source = graph_put(&t->g, source);
    t->a = graph_put(&t->g, a);
    t->b = graph_put(&t->g, b);
    t->sink = graph_put(&t->g, sink);
    assert_hr(graph_join(&t->g, t->source, 0, t->a, 0), S_OK);
    assert_hr(graph_join(&t->g, t->a, 0, t->b, 0), S_OK);
    assert_hr(graph_join(&t->g, t->b, 0, t->sink, 0), S_OK);
}

static inline void chain_open(struct chain_test *t)
{
    chain_open_with(
        t, &(struct fake_config)CHAIN_SOURCE, &(struct fake_config)CHAIN_THROUGH("a"),
        &(struct fake_config)CHAIN_THROUGH("b"), &(struct fake_config)CHAIN_SINK("sink"));
}

static inline void chain_run(struct chain_test *t)
{
    assert_hr(CALL(t->g.control, Run), S_OK);
    fake_log_clear(&chain_log);
}

static inline void chain_close(struct chain_test *t)
{
    LET_GO(t->chain);
    LET_GO(t->config);
    graph_close(&t->g);
}

#define START(t, from, to)  CALL((t)->chain, StartChain, (from), (to))
#define PAUSE(t, from, to)  CALL((t)->chain, PauseChain, (from), (to))
#define STOP(t, from, to)   CALL((t)->chain, StopChain, (from), (to))
#define REMOVE(t, from, to) CALL((t)->chain, RemoveChain, (from), (to))

/* What was called since the last look. */
#define assert_calls(text_)                                                                    \
    do {                                                                                       \
        assert_string_equal(chain_log.text, text_);                                            \
        fake_log_clear(&chain_log);                                                            \
    } while (0)

/* States of source, a, b, sink as one word: r, p, s. */
static inline const char *chain_states(struct chain_test *t)
{
    static char text[5];
    struct fake_filter *all[] = { t->source, t->a, t->b, t->sink };

    for (unsigned i = 0; i < 4; i++)
        text[i] = all[i] != NULL ? "spr"[fake_state(all[i])] : '-';
    return text;
}
#define assert_states(t, wanted) assert_string_equal(chain_states(t), wanted)
