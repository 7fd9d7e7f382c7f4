/* SPDX-License-Identifier: MIT */
/* verb_run.c - regraft run: a text graph, edited while it runs.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "app/edit.h"
#include "app/graph_file.h"
#include "cli/read_file.h"

enum {
    OPT_FILE = 1,
    OPT_AT,
    OPT_EVERY,
    OPT_LEDGER,
    OPT_REMEMBER,
    OPT_NO_CLOCK,
    OPT_QUIET,
    OPT_VERBOSE
};

static const struct cli_option options[] = {
    { OPT_FILE, "file", 'f', "FILE",
      "read the graph from a file; # starts a comment; - is stdin" },
    { OPT_AT, "at", 0, "TIME EDIT", "edit at the first sample at or after this media time" },
    { OPT_EVERY, "every", 0, "TIME EDIT", "edit at each multiple of TIME; swap takes turns" },
    { OPT_LEDGER, "ledger", 0, "FILE", "write samples and edits as JSON; - is stdout" },
    { OPT_REMEMBER, "remember", 0, "BYTES[,SAMPLES]",
      "what compressed links remember: 64M,4096 by default; 0: nothing" },
    { OPT_NO_CLOCK, "no-clock", 0, NULL,
      "as fast as the filters can; nothing waits for its time" },
    { OPT_QUIET, "quiet", 'q', NULL, "no progress, no tables" },
    { OPT_VERBOSE, "verbose", 'v', NULL, "tell each edit as it happens" },
    { 0 },
};

struct run_args {
    struct cli_play play;
    char **words;
    size_t n_words;
    const char *file;
    struct app_edit *edits;
    size_t n_edits;
};

static bool edit_add(struct run_args *args, const char *time, const char *edit, bool is_every)
{
    struct app_failure failure = { 0 };

    args->edits = app_grow(args->edits, args->n_edits, sizeof(*args->edits));
    if (app_edit_parse(time, edit, is_every, app_graph_vocabulary(),
                       &args->edits[args->n_edits], &failure)) {
        args->n_edits++;
        return true;
    }
    cli_fail(&failure);
    return false;
}

/* -1: go on; else the exit code. */
static int args_read(const struct cli_verb *verb, int argc, char **argv, struct run_args *args)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };

    for (;;) {
        switch (cli_read(&r)) {
        case CLI_END:
            return -1;
        case CLI_ERROR:
            return APP_EXIT_USAGE;
        case CLI_HELP:
            return APP_EXIT_OK;
        case CLI_WORD:
            args->words = app_grow(args->words, args->n_words, sizeof(*args->words));
            args->words[args->n_words++] = (char *)r.word;
            break;
        case OPT_FILE:
            args->file = r.values[0];
            break;
        case OPT_AT:
            if (!edit_add(args, r.values[0], r.values[1], false))
                return APP_EXIT_USAGE;
            break;
        case OPT_EVERY:
            if (!edit_add(args, r.values[0], r.values[1], true))
                return APP_EXIT_USAGE;
            break;
        case OPT_LEDGER:
            args->play.ledger_path = r.values[0];
            break;
        case OPT_REMEMBER:
            if (!app_memory_parse(r.values[0], &args->play.memory))
                return cli_misuse(verb,
                                  "--remember takes BYTES or BYTES,SAMPLES, as in 64M,4096,"
                                  " not \"%s\"",
                                  r.values[0]);
            break;
        case OPT_NO_CLOCK:
            args->play.is_free = true;
            break;
        case OPT_QUIET:
            args->play.is_quiet = true;
            break;
        case OPT_VERBOSE:
            args->play.is_verbose = true;
            break;
        }
    }
}

static int run_graph(const struct cli_verb *verb, struct run_args *args)
{
    const char *graph_file = args->n_words == 1 ? args->words[0] : args->file;
    char *text = NULL;
    int code;

    if (args->file && args->n_words)
        return cli_misuse(verb, "the graph comes from -f or from the command line, not both");
    if (!args->file && !args->n_words)
        return cli_misuse(verb, "which graph?");
    args->play.is_graph_file = app_is_graph_file(graph_file ? graph_file : "");
    if (args->play.is_graph_file) {
        text = app_dup(graph_file);
    } else if (args->file) {
        text = cli_read_file(args->file);
        args->play.parse_flags = APP_PARSE_COMMENTS;
    } else {
        text = app_text_graph_join(args->words, args->n_words);
    }
    if (!text)
        return APP_EXIT_FAILED;
    args->play.text = text;
    args->play.edits = args->edits;
    args->play.n_edits = args->n_edits;
    code = cli_play(&args->play);
    free(text);
    return code;
}

static int verb_run(const struct cli_verb *verb, int argc, char **argv)
{
    struct run_args args = { 0 };
    int code = args_read(verb, argc, argv, &args);

    if (code < 0)
        code = run_graph(verb, &args);
    for (size_t i = 0; i < args.n_edits; i++)
        app_edit_free(&args.edits[i]);
    free(args.edits);
    free(args.words);
    return code;
}

const struct cli_verb cli_verb_run = {
    .name = "run",
    .usage = "GRAPH [--at TIME EDIT] [--every TIME EDIT] [options]",
    .summary = "run a graph, and edit it while it runs",
    .details =
        "GRAPH is filters joined by \" ! \", as in: file in.mp4 ! decode ! invert name=fx ! "
        "null\n"
        "Behind a filter's name come its argument and options; name=… names it. \"n.\" is the\n"
        "filter named n, \"n.pin\" one of its pins; several chains stand side by side. A name "
        "with "
        "blanks\n"
        "or other characters is quoted, 'so' or \"so\": name='Smart Tee', 'Smart Tee'.preview. "
        "What "
        "does\n"
        "not fit is joined by filters that do. \"file -\" is standard input or output.\n"
        "\"regraft inspect\" lists all filters. A graph file of GraphEdit's kind, or what "
        "\"regraft\n"
        "graph … --json\" printed, is given as it is: regraft run in.grf.\n"
        "\n"
        "EDIT is one of\n"
        "  swap NAME FILTER [option=value …] [FILTER …]   the first takes NAME's place; with\n"
        "                                                 --every they take turns\n"
        "  insert FILTER [option=value …] after NAME\n"
        "  remove NAME\n"
        "  attach NAME FILTER … [! FILTER …]              a branch that ends in a file or "
        "null\n"
        "                                                 behind a free output of NAME, a tee\n"
        "  detach NAME                                    the branch that NAME is in leaves, "
        "and\n"
        "                                                 its files are closed\n"
        "  set NAME option=value …\n"
        "  block NAME, unblock NAME                       hold what flows into NAME\n"
        "\n"
        "TIME is 1.5s, 100ms, 500us or 00:01:02.5 of the stream, so that a run repeats "
        "exactly;\n"
        "wall:1.5s is time since the start. Several multiples of --every that fall on one "
        "sample\n"
        "count once.\n"
        "\n"
        "A recording begins with the first sample of its time and ends before that of detach. "
        "Its\n"
        "file is made anew when attach is due, not before. Nothing is put in between filters "
        "of\n"
        "a branch that do not fit: write scale or resample where they are needed.\n"
        "\n"
        "Links that carry a compressed stream remember it since the last key frame but one, so "
        "that\n"
        "a decoder that is swapped in goes on with the very next picture. Past the bound of "
        "--remember\n"
        "they forget all until the next key frame; a decoder that comes in meanwhile is "
        "flagged, "
        "and\n"
        "its pictures up to the next key frame are missing or damaged. Without an EDIT none\n"
        "remembers anything.\n"
        "\n"
        "Ctrl-C lets what is under way arrive and closes files properly; twice stops now.\n"
        "SIGUSR1 tells on standard error who waits for what, since when, and who holds it.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use, 5 an edit was refused (the graph went on "
        "as\n"
        "it was), 6 samples are not accounted for.",
    .examples =
        "  regraft run 'testsrc seconds=5 ! invert name=fx ! null' --every 100ms 'swap fx flip "
        "invert'\n"
        "  regraft run 'file in.mp4 ! decode ! invert name=fx ! encode codec=h264 ! file "
        "out.mp4' \\\n"
        "          --at 1.5s 'swap fx flip' --at 3s 'remove fx' --ledger ledger.json\n"
        "  regraft run 'testsrc live=true ! tee name=t ! null' \\\n"
        "          --at 5s 'attach t encode ! file a.mkv name=rec' --at 60s 'detach rec'\n"
        "  regraft run 'file in.mp4 name=in  in. ! decode ! null  in. ! decode ! volume ! "
        "null'\n"
        "  regraft run -f graph.txt\n"
        "  regraft run in.grf --at 2s 'swap fx flip'\n",
    .options = options,
    .run = verb_run,
};
