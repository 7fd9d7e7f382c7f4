/* SPDX-License-Identifier: MIT */
/* verb_graph.c - regraft graph: builds and connects, shows, and does not run.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/read_file.h"

enum { OPT_FILE = 1, OPT_DOT, OPT_JSON };

static const struct cli_option options[] = {
    { OPT_FILE, "file", 'f', "FILE",
      "read the graph from a file; # starts a comment; - is stdin" },
    { OPT_DOT, "dot", 0, NULL, "print Graphviz' language" },
    { OPT_JSON, "json", 0, NULL, "print JSON" },
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

static int show(const char *source, unsigned flags, int format)
{
    struct app_failure failure = { 0 };
    struct app_text_graph text;
    struct app_graph graph;
    struct app_text out = { 0 };
    json_t *json;
    bool ok;

    if (!app_text_graph_parse(source, flags, app_graph_vocabulary(), &text, &failure))
        return cli_fail(&failure);
    if (FAILED(app_graph_build(&text, false, &graph, &failure))) {
        app_text_graph_free(&text);
        return cli_fail(&failure);
    }
    json = app_describe_graph(&graph);
    if (format == OPT_JSON) {
        ok = cli_out_json(json);
    } else {
        if (format == OPT_DOT)
            app_graph_dot(json, &out);
        else
            graph_text(json, &out);
        ok = cli_out(&out);
    }
    app_text_clear(&out);
    json_decref(json);
    app_graph_free(&graph);
    app_text_graph_free(&text);
    return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
}

static int verb_graph(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };
    char **words = NULL;
    size_t n_words = 0;
    const char *file = NULL;
    char *text = NULL;
    int format = 0;
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
        } else {
            format = id;
        }
    }
    if (code < 0 && !file == !n_words)
        code =
            cli_misuse(verb, file ? "the graph comes from -f or from the command line, not both"
                                  : "which graph?");
    if (code < 0) {
        text = file ? cli_read_file(file) : app_text_graph_join(words, n_words);
        code = text ? show(text, file ? APP_PARSE_COMMENTS : 0, format) : APP_EXIT_FAILED;
    }
    free(text);
    free(words);
    return code;
}

const struct cli_verb cli_verb_graph = {
    .name = "graph",
    .usage = "GRAPH [--dot | --json]",
    .summary = "build and connect a graph, and show it without running",
    .details = "Shows every connection with its type, filters that intelligent connect put in\n"
               "included.  The syntax of GRAPH is that of \"regraft run\".",
    .examples = "  regraft graph 'testsrc ! invert ! null'\n"
                "  regraft graph 'file in.mp4 ! decode ! null' --dot | dot -Tsvg > graph.svg\n"
                "  regraft graph -f graph.txt --json\n",
    .options = options,
    .run = verb_graph,
};
