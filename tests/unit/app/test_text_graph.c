/* SPDX-License-Identifier: MIT */
/* test_text_graph.c - graph text to filters and joins; where and how wrong text is refused. */
#include "support.h"

/* A parsed text in one line: "0:file(in.mp4) 1:decode@fx{a=b} | 0>1 1.pin>2.pin". */
static char *summary(const char *source, unsigned flags)
{
    struct app_failure failure = { 0 };
    struct app_text_graph graph;
    struct app_text text = { 0 };

    if (!app_text_graph_parse(source, flags, &test_vocabulary, &graph, &failure))
        fail_msg("%s", app_text_get(&failure.text));
    for (size_t i = 0; i < graph.n_elements; i++) {
        const struct app_element *e = &graph.elements[i];

        app_text_add(&text, "%s%s", i ? " " : "", e->class_name);
        if (e->argument)
            app_text_add(&text, "(%s)", e->argument);
        if (e->name)
            app_text_add(&text, "@%s", e->name);
        for (size_t k = 0; k < e->n_settings; k++)
            app_text_add(&text, "{%s=%s}", e->settings[k].name, e->settings[k].value);
    }
    app_text_add(&text, " |");
    for (size_t i = 0; i < graph.n_joins; i++) {
        const struct app_join *j = &graph.joins[i];

        app_text_add(&text, " %zu%s%s>%zu%s%s", j->from, j->from_pin ? "." : "",
                     j->from_pin ? j->from_pin : "", j->to, j->to_pin ? "." : "",
                     j->to_pin ? j->to_pin : "");
    }
    app_text_graph_free(&graph);
    return app_text_steal(&text);
}

static void good_text_is_understood(void **state)
{
    static const struct {
        const char *source;
        const char *summary;
    } table[] = {
        { "testsrc ! null", "testsrc null | 0>1" },
        { "testsrc", "testsrc |" },
        { "file in.mp4 ! decode ! invert name=fx ! null",
          "file(in.mp4) decode invert@fx null | 0>1 1>2 2>3" },
        { "  file\t'my film.mp4' \n ! decode ! null ",
          "file(my film.mp4) decode null | 0>1 1>2" },
        { "file in.mp4 name=in  in. ! decode ! null  in. ! decode ! volume ! null",
          "file(in.mp4)@in decode null decode volume null | 0>1 1>2 0>3 3>4 4>5" },
        { "testsrc ! tee name=t t. ! null t. ! queue ! null",
          "testsrc tee@t null queue null | 0>1 1>2 1>3 3>4" },
        { "testsrc ! encode ! mux name=m ! file out.mp4 tone ! encode ! m.",
          "testsrc encode mux@m file(out.mp4) tone encode | 0>1 1>2 2>3 4>5 5>2" },
        { "testsrc ! m. tone ! m. mux name=m ! file o.mp4",
          "testsrc tone mux@m file(o.mp4) | 0>2 1>2 2>3" },
        { "file in name=in in.video ! mux name=m in.audio ! m.in1 m. ! file out",
          "file(in)@in mux@m file(out) | 0.video>1 0.audio>1.in1 1>2" },
        { "testsrc ! null tone ! null", "testsrc null tone null | 0>1 2>3" },
        { "testsrc ! tee name='Smart Tee' ! null  'Smart Tee'.Preview ! null name=\"a.b 'c'\"",
          "testsrc tee@Smart Tee null null@a.b 'c' | 0>1 1>2 1.Preview>3" },
        { "file 'a b'.mp4 name='a b.c' ! decode  'a b.c'. ! null",
          "file(a b.mp4)@a b.c decode null | 0>1 0>2" },
        { "'in (1)'.'Out 1' ! null file x name=in\\ (1)", "null file(x)@in (1) | 1.Out 1>0" },
        { "testsrc smpte ! null", "testsrc(smpte) null | 0>1" },
        { "encode codec=h264 preset='very fast' ! null",
          "encode{codec=h264}{preset=very fast} null | 0>1" },
        { "volume gain=0.5 ! null x='a\\b' y=\"a\\\"b\" z=a\\ b",
          "volume{gain=0.5} null{x=a\\b}{y=a\"b}{z=a b} | 0>1" },
        { "file tone ! decode", "file(tone) decode | 0>1" },
        { "file http://host/a?b=c ! decode", "file(http://host/a?b=c) decode | 0>1" },
        { "file 'a=b.mp4' ! decode", "file(a=b.mp4) decode | 0>1" },
        { "file a!b.mp4 ! decode", "file(a!b.mp4) decode | 0>1" },
        { "encode options='a=1:b=2' ! null", "encode{options=a=1:b=2} null | 0>1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        char *got = summary(table[i].source, 0);

        assert_string_equal(got, table[i].summary);
        free(got);
    }
}

static void comments_only_in_files(void **state)
{
    char *got = summary("# a graph\ntestsrc # the source\n  ! null # end", APP_PARSE_COMMENTS);
    struct app_failure failure = { 0 };
    struct app_text_graph graph;

    (void)state;
    assert_string_equal(got, "testsrc null | 0>1");
    free(got);
    assert_false(app_text_graph_parse("# testsrc", 0, &test_vocabulary, &graph, &failure));
    app_text_clear(&failure.text);
}

/* Where the caret has to stand (column in the line of the text), and a part of the words. */
static void bad_text_is_refused_at_its_place(void **state)
{
    static const struct {
        const char *source;
        int column;
        const char *words;
    } table[] = {
        { "! null", 0, "missing before" },
        { "testsrc !", 8, "missing after" },
        { "testsrc ! ! null", 8, "missing after" },
        { "testsrc ! invrt ! null", 10, "did you mean \"invert\"" },
        { "testsrc ! qwertyuiop", 10, "regraft inspect" },
        { "testsrc!null", 0, "space on both sides" },
        { "in.mp4 ! decode", 0, "file PATH" },
        { "movie/a.mp4 ! decode", 0, "file movie/a.mp4" },
        { "gain=1 ! null", 0, "comes after a filter's name" },
        { "testsrc ! null name=a  tone ! null name=a", 30, "two filters" },
        { "testsrc name=a name=b ! null", 15, "already has a name" },
        { "testsrc name=1x ! null", 8, "a name is" },
        { "testsrc name=a.b ! null", 8, "name='Smart Tee'" },
        { "testsrc name='' ! null", 8, "a name is" },
        { "testsrc name='a b' ! 'a c'.x ! null", 21, "did you mean \"'a b'.\"" },
        { "testsrc ! 'Smart Tee'.", 10, "write name='Smart Tee'" },
        { "testsrc ! x.", 10, "no filter is named \"x\"" },
        { "testsrc ! tee name=split  splt. ! null", 26, "did you mean \"split.\"" },
        { "testsrc ! tee name=t  t.", 22, "have to follow" },
        { "testsrc ! file 'out", 15, "never closed" },
        { "testsrc ! file \"out", 15, "never closed" },
        { "testsrc ! file out\\", 18, "has to follow" },
        { "tee name=t ! t.", 13, "can't feed itself" },
        { "testsrc a b ! null", 10, "there is no filter" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct app_failure failure = { 0 };
        struct app_text_graph graph;
        const char *caret;
        const char *line;

        if (app_text_graph_parse(table[i].source, 0, &test_vocabulary, &graph, &failure))
            fail_msg("accepted: %s", table[i].source);
        assert_int_equal(failure.code, APP_EXIT_USAGE);
        if (!strstr(failure.text.data, table[i].words))
            fail_msg("%s: %s", table[i].source, failure.text.data);
        line = strrchr(failure.text.data, '\n') + 1;
        caret = strchr(line, '^');
        assert_non_null(caret);
        if (caret - line - 2 != table[i].column)
            fail_msg("%s: caret at %d\n%s", table[i].source, (int)(caret - line - 2),
                     failure.text.data);
        app_text_clear(&failure.text);
    }
}

static void empty_text_is_refused(void **state)
{
    struct app_failure failure = { 0 };
    struct app_text_graph graph;

    (void)state;
    assert_false(app_text_graph_parse(" \n ", 0, &test_vocabulary, &graph, &failure));
    assert_int_equal(failure.code, APP_EXIT_USAGE);
    assert_int_equal(graph.n_elements, 0);
    app_text_clear(&failure.text);
}

static void caret_finds_its_line(void **state)
{
    struct app_text text = { 0 };
    const char *source = "first line\n\tgröße wrong here\nlast";

    (void)state;
    app_text_caret(&text, source, (struct app_span){ strstr(source, "wrong") - source, 5 });
    assert_string_equal(text.data, "\n   größe wrong here\n         ^~~~~");
    app_text_clear(&text);
}

static void caret_cuts_long_lines(void **state)
{
    struct app_text source = { 0 };
    struct app_text text = { 0 };
    const char *line;

    (void)state;
    app_text_fill(&source, 'a', 500);
    app_text_add(&source, " wrong ");
    app_text_fill(&source, 'b', 500);
    app_text_caret(&text, source.data, (struct app_span){ 501, 5 });
    assert_true(text.length < 220);
    line = strchr(text.data + 1, '\n') + 1;
    assert_int_equal(
        app_columns(text.data + 1, (size_t)(strstr(text.data, "wrong") - text.data - 1)),
        strchr(line, '^') - line);
    app_text_clear(&source);
    app_text_clear(&text);
}

static void words_of_a_command_line_join(void **state)
{
    static char *const words[] = { (char *)"file",   (char *)"my film.mp4", (char *)"!",
                                   (char *)"volume", (char *)"help=a b",    (char *)"!",
                                   (char *)"null" };
    char *joined = app_text_graph_join(words, 7);
    char *got = summary(joined, 0);

    (void)state;
    assert_string_equal(got, "file(my film.mp4) volume{help=a b} null | 0>1 1>2");
    free(got);
    free(joined);
    joined = app_text_graph_join(words, 1);
    assert_string_equal(joined, "file");
    free(joined);
}

/* Every prefix and every one-byte change of a text ends well: accepted or refused. */
static void no_text_breaks_the_parser(void **state)
{
    static const char source[] =
        "file 'in.mp4' name=in in. ! decode x=\"a b\" ! invert name=fx ! tee name=t t.a ! m.b "
        "mux name=m ! file out\\ x.mp4";
    static const char changes[] = "! .='\"\\#\n\xff";
    char copy[sizeof(source)];

    (void)state;
    for (size_t i = 0; i < sizeof(source); i++) {
        for (size_t c = 0; c <= sizeof(changes); c++) {
            struct app_failure failure = { 0 };
            struct app_text_graph graph;

            memcpy(copy, source, sizeof(source));
            copy[i] = c < sizeof(changes) ? changes[c] : '\0';
            copy[sizeof(source) - 1] = '\0';
            if (app_text_graph_parse(copy, APP_PARSE_COMMENTS, &test_vocabulary, &graph,
                                     &failure))
                app_text_graph_free(&graph);
            else
                assert_true(failure.text.length > 0);
            app_text_clear(&failure.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text_is_understood),
        cmocka_unit_test(comments_only_in_files),
        cmocka_unit_test(bad_text_is_refused_at_its_place),
        cmocka_unit_test(empty_text_is_refused),
        cmocka_unit_test(caret_finds_its_line),
        cmocka_unit_test(caret_cuts_long_lines),
        cmocka_unit_test(words_of_a_command_line_join),
        cmocka_unit_test(no_text_breaks_the_parser),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
