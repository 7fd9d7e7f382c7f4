/* SPDX-License-Identifier: MIT */
/* cli.h - the verbs of the command, their options, and how they talk to the terminal.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#pragma once

#include "app/describe.h"
#include "app/graph.h"
#include "app/text.h"

/* One option of a verb.  Ends with {0}. */
struct cli_option {
    int id;             /* > 0 */
    const char *name;   /* "ledger" for --ledger */
    char letter;        /* 'q' for -q; 0: none */
    const char *values; /* "FILE", or "TIME EDIT" for two; NULL: none */
    const char *help;
};

struct cli_verb {
    const char *name;
    const char *usage;   /* behind the verb's name: "GRAPH [options]" */
    const char *summary; /* one line */
    const char *details; /* paragraphs, NULL: none */
    const char *examples;
    const struct cli_option *options;
    int (*run)(const struct cli_verb *verb, int argc, char **argv);
};

extern const struct cli_verb cli_verb_run;
extern const struct cli_verb cli_verb_convert;
extern const struct cli_verb cli_verb_inspect;
extern const struct cli_verb cli_verb_probe;
extern const struct cli_verb cli_verb_graph;

/* ---- options.c --------------------------------------------------------------------------- */

struct cli_reader {
    const struct cli_verb *verb;
    int argc;
    char **argv;
    int at;
    bool words_only; /* behind "--" */
    /* of the item just read */
    const char *values[2];
    const char *word;
};

enum {
    CLI_END = 0,
    CLI_WORD = -1,  /* reader->word */
    CLI_ERROR = -2, /* told already; exit with 2 */
    CLI_HELP = -3,  /* printed already; exit with 0 */
};

/* The next option's id (its values in reader->values), or one of the above. */
int cli_read(struct cli_reader *reader);
void cli_print_help(const struct cli_verb *verb);

/* A number within bounds, for an option's value.  False: told already. */
bool cli_number(const char *option, const char *value, long low, long high, long *ret_number);

/* ---- terminal.c -------------------------------------------------------------------------- */

/* "regraft: error: …" on standard error.  Returns the exit code of the failure, which is
 * cleared. */
int cli_fail(struct app_failure *failure);
/* The same for wrong use, with a pointer to the verb's help; returns 2. */
int cli_misuse(const struct cli_verb *verb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One line on standard error, the progress line out of its way.  Any thread. */
void cli_say(const char *line);
void cli_progress(const char *line); /* overwritten by the next; nothing unless on a terminal */
void cli_progress_end(void);
bool cli_has_terminal(void);

/* Standard output.  False: it can't be written (told already). */
bool cli_out(const struct app_text *text);
bool cli_out_json(const json_t *json);

/* From now on SIGINT and SIGTERM write a byte each into the pipe whose reading end is returned,
 * SIGUSR1 into that of *ret_waits; -1 if there can be none. */
int cli_signals(int *ret_waits);

/* ---- play.c: what run and convert share -------------------------------------------------- */

struct cli_play {
    const char *text; /* of the graph; of a graph file its path */
    unsigned parse_flags;
    bool is_graph_file;
    const struct app_edit *edits;
    size_t n_edits;
    const char *ledger_path; /* NULL: none */
    bool is_quiet;
    bool is_verbose;
    bool is_free; /* no clock */
    struct app_memory memory;
    bool no_report; /* no tables unless something is wrong */
};

/* Builds, runs, reports.  Returns the exit code. */
int cli_play(const struct cli_play *play);
