/* SPDX-License-Identifier: MIT */
/* verb_probe.c - regraft probe: what is in a file.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include <string.h>

#include "cli/cli.h"

enum { OPT_JSON = 1 };

static const struct cli_option options[] = {
    { OPT_JSON, "json", 0, NULL, "print JSON" },
    { 0 },
};

static void probe_text(const json_t *file, struct app_text *out)
{
    struct app_table table = { .columns = 2, .indent = 2 };
    const json_t *duration = json_object_get(file, "duration_ns");
    const json_t *streams = json_object_get(file, "streams");
    const json_t *stream;
    size_t i;

    app_text_add(out, "%s\n  duration  ", json_string_value(json_object_get(file, "file")));
    if (json_is_integer(duration))
        app_text_time(out, json_integer_value(duration) / 100);
    else
        app_text_add(out, "unknown");
    app_text_add(out, "\n  seekable  %s\n",
                 json_is_true(json_object_get(file, "seekable")) ? "yes" : "no");
    app_text_add(out, "\nStreams\n");
    json_array_foreach(streams, i, stream)
    {
        const char *type = json_string_value(json_object_get(stream, "type"));

        app_table_word(&table, json_string_value(json_object_get(stream, "pin")));
        app_table_word(&table, type ? type : "unknown");
    }
    app_table_print(&table, out);
    app_table_clear(&table);
}

static int probe(const char *path, bool wants_json)
{
    struct app_failure failure = { 0 };
    struct app_text out = { 0 };
    json_t *file = app_describe_file(path, &failure);
    bool ok;

    if (!file)
        return cli_fail(&failure);
    if (wants_json) {
        ok = cli_out_json(file);
    } else {
        probe_text(file, &out);
        ok = cli_out(&out);
    }
    app_text_clear(&out);
    json_decref(file);
    return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
}

static int verb_probe(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };
    const char *path = NULL;
    bool wants_json = false;

    for (;;) {
        switch (cli_read(&r)) {
        case CLI_END:
            return path ? probe(path, wants_json) : cli_misuse(verb, "which file?");
        case CLI_ERROR:
            return APP_EXIT_USAGE;
        case CLI_HELP:
            return APP_EXIT_OK;
        case CLI_WORD:
            if (path)
                return cli_misuse(verb, "one file at a time; \"%s\" is a second one", r.word);
            path = r.word;
            break;
        case OPT_JSON:
            wants_json = true;
            break;
        }
    }
}

const struct cli_verb cli_verb_probe = {
    .name = "probe",
    .usage = "FILE|URL [--json]",
    .summary = "tell what is in a file",
    .details =
        "Streams with their types, as the demultiplexer's pins offer them, and the duration.",
    .examples = "  regraft probe in.mp4\n"
                "  regraft probe in.mp4 --json | jq .duration_ns\n",
    .options = options,
    .run = verb_probe,
};
