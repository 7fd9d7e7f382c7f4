/* SPDX-License-Identifier: MIT */
/* verb_graph.c - regraft graph: builds and connects, shows, and does not run.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include <stdlib.h>
#include <string.h>

#include "app/graph_file.h"
#include "cli/cli.h"
#include "cli/read_file.h"

enum { OPT_FILE = 1, OPT_DOT, OPT_JSON, OPT_TEXT, OPT_SAVE };

static const struct cli_option options[] = {
    { OPT_FILE, "file", 'f', "FILE",
      "read the graph from a file; # starts a comment; - is stdin" },
    { OPT_DOT, "dot", 0, NULL, "print Graphviz' language" },
    { OPT_JSON, "json", 0, NULL, "print JSON that run and graph read" },
    { OPT_TEXT, "text", 0, NULL, "print the graph as text that run and graph read" },
    { OPT_SAVE, "save", 0, "FILE",
      "save it as a graph file (.grf); prints what else is asked for, if anything" },
    { 0 },
};

static const char *get(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void graph_text(const json_t *graph, struct app_text *out)
{
    struct app_table table = { .columns = 4, .indent = 0 };
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(graph, "links"), i, item)
    {
        struct app_text text = { 0 };

        app_text_add(&text, "%s.%s", get(item, "from"), get(item, "from_pin"));
        app_table_cell(&table, &text);
        app_table_word(&table, "→");
        app_text_add(&text, "%s.%s", get(item, "to"), get(item, "to_pin"));
        app_table_cell(&table, &text);
        app_table_word(&table, get(item, "type"));
    }
    app_table_print(&table, out);
    app_table_clear(&table);
    json_array_foreach(json_object_get(graph, "filters"), i, item)
    {
        const json_t *open = json_object_get(item, "free_pins");
        const json_t *pin;
        size_t k;

        if (!json_array_size(open))
            continue;
        app_text_add(out, "%s: not connected:", get(item, "name"));
        json_array_foreach(open, k, pin)
            app_text_add(out, "%s %s", k ? "," : "", json_string_value(pin));
        app_text_add(out, "\n");
    }
}

/* What to do with the graph once it is there. */
struct wish {
    int format;       /* an OPT_, 0: in words */
    const char *save; /* the path of a graph file; NULL: none */
};

static int print(const struct app_graph *graph, int format)
{
    struct app_failure failure = { 0 };
    struct app_text out = { 0 };
    json_t *json = app_describe_graph(graph);
    bool ok = true;

    if (format == OPT_TEXT && !app_graph_words(graph, &out, &failure)) {
        json_decref(json);
        app_text_clear(&out);
        return cli_fail(&failure);
    }
    if (format == OPT_DOT)
        app_graph_dot(json, &out);
    else if (!format)
        graph_text(json, &out);
    ok = format == OPT_JSON ? cli_out_json(json) : cli_out(&out);
    app_text_clear(&out);
    json_decref(json);
    return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
}

static int finish(const struct app_graph *graph, const struct wish *wish)
{
    struct app_failure failure = { 0 };

    if (!wish->save)
        return print(graph, wish->format);
    if (FAILED(app_graph_save(graph, wish->save, &failure)))
        return cli_fail(&failure);
    return wish->format ? print(graph, wish->format) : APP_EXIT_OK;
}

static int show_text(const char *source, unsigned flags, const struct wish *wish)
{
    struct app_failure failure = { 0 };
    struct app_text_graph text;
    struct app_graph graph;
    int code;

    if (!app_text_graph_parse(source, flags, app_graph_vocabulary(), &text, &failure))
        return cli_fail(&failure);
    if (FAILED(app_graph_build(&text, false, &graph, &failure))) {
        code = cli_fail(&failure);
    } else {
        code = finish(&graph, wish);
        app_graph_free(&graph);
    }
    app_text_graph_free(&text);
    return code;
}

/* What is at path, or in json where that comes from elsewhere. */
static int show_file(const char *path, const char *json, const struct wish *wish)
{
    struct app_failure failure = { 0 };
    struct app_graph graph;
    int code;

    if (FAILED(json ? app_graph_load_json(json, "the JSON", false, &graph, &failure)
                    : app_graph_load(path, false, &graph, &failure)))
        return cli_fail(&failure);
    code = finish(&graph, wish);
    app_graph_free(&graph);
    return code;
}

/* A graph file is given as the only word or behind -f. */
static int show(const char *file, char **words, size_t n_words, const struct wish *wish)
{
    const char *graph_file = file ? file : n_words == 1 ? words[0] : NULL;
    char *text;
    int code = APP_EXIT_FAILED;

    if (graph_file && app_is_graph_file(graph_file))
        return show_file(graph_file, NULL, wish);
    text = file ? cli_read_file(file) : app_text_graph_join(words, n_words);
    if (text && app_is_graph_json(text))
        code = show_file(NULL, text, wish);
    else if (text)
        code = show_text(text, file ? APP_PARSE_COMMENTS : 0, wish);
    free(text);
    return code;
}

static int verb_graph(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };
    char **words = NULL;
    size_t n_words = 0;
    const char *file = NULL;
    struct wish wish = { 0 };
    int code = -1;

    while (code < 0) {
        int id = cli_read(&r);

        if (id == CLI_END) {
            break;
        } else if (id == CLI_ERROR || id == CLI_HELP) {
            code = id == CLI_HELP ? APP_EXIT_OK : APP_EXIT_USAGE;
        } else if (id == CLI_WORD) {
            words = app_grow(words, n_words, sizeof(*words));
            words[n_words++] = (char *)r.word;
        } else if (id == OPT_FILE) {
            file = r.values[0];
        } else if (id == OPT_SAVE) {
            wish.save = r.values[0];
        } else {
            wish.format = id;
        }
    }
    if (code < 0 && !file == !n_words)
        code =
            cli_misuse(verb, file ? "the graph comes from -f or from the command line, not both"
                                  : "which graph?");
    if (code < 0)
        code = show(file, words, n_words, &wish);
    free(words);
    return code;
}

const struct cli_verb cli_verb_graph = {
    .name = "graph",
    .usage = "GRAPH [--dot | --json | --text] [--save FILE]",
    .summary = "build and connect a graph, and show it without running",
    .details =
        "Shows every connection with its type, filters that intelligent connect put in\n"
        "included.  The syntax of GRAPH is that of \"regraft run\"; a graph file of "
        "GraphEdit's kind\n"
        "(in.grf) or one of what --json printed is given as it is.  --save makes a graph "
        "file, with\n"
        "every filter's class, file and settings; the old one stays unless the new one "
        "is whole.\n"
        "--json has all of that too.  By hand a filter needs \"name\" and \"class\", and "
        "may have\n"
        "\"options\", \"source\" and \"sink\"; a link \"from\", \"from_pin\", \"to\" and "
        "\"to_pin\".",
    .examples = "  regraft graph 'testsrc ! invert ! null'\n"
                "  regraft graph 'file in.mp4 ! decode ! null' --dot | dot -Tsvg > graph.svg\n"
                "  regraft graph -f graph.txt --json\n"
                "  regraft graph 'testsrc ! invert ! null' --save out.grf\n"
                "  regraft graph out.grf --text\n"
                "  regraft graph out.grf --json > out.json; regraft run out.json\n",
    .options = options,
    .run = verb_graph,
};
