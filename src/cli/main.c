/* SPDX-License-Identifier: MIT */
/* main.c - picks the verb.
 *
 * Main thread.  Knows: verbs.  Must not know: what they do.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/com.h"
#include "cli/cli.h"

static const struct cli_verb *const verbs[] = {
    &cli_verb_run, &cli_verb_convert, &cli_verb_inspect, &cli_verb_probe, &cli_verb_graph,
};

#define N_VERBS (sizeof(verbs) / sizeof(*verbs))

static void help_text(struct app_text *out)
{
    struct app_table table = { .columns = 2, .indent = 2 };

    app_text_add(out,
                 "regraft %s - DirectShow filter graphs, rewired while they run\n\n"
                 "Usage: regraft VERB …\n\n",
                 rg_version());
    for (size_t i = 0; i < N_VERBS; i++) {
        app_table_word(&table, verbs[i]->name);
        app_table_word(&table, verbs[i]->summary);
    }
    app_table_print(&table, out);
    app_table_clear(&table);
    app_text_add(out,
                 "\n\"regraft VERB --help\" has the options and examples.  To start with:\n"
                 "  regraft run 'testsrc seconds=5 ! invert name=fx ! null' "
                 "--every 100ms 'swap fx flip invert'\n");
}

static int print_help(bool asked)
{
    struct app_text out = { 0 };
    int code = APP_EXIT_USAGE;

    help_text(&out);
    if (asked)
        code = cli_out(&out) ? APP_EXIT_OK : APP_EXIT_FAILED;
    else
        fputs(out.data, stderr);
    app_text_clear(&out);
    return code;
}

static int unknown_verb(const char *word)
{
    struct app_nearest nearest = { .wanted = word };

    for (size_t i = 0; i < N_VERBS; i++)
        app_nearest_try(&nearest, verbs[i]->name);
    if (app_nearest_get(&nearest))
        return cli_misuse(NULL, "there is no verb \"%s\"; did you mean \"regraft %s\"?", word,
                          app_nearest_get(&nearest));
    return cli_misuse(NULL, "there is no verb \"%s\"; \"regraft --help\" lists them", word);
}

/* Without a single filter what a verb said leads astray: tell what is wrong. */
static void modules_check(void)
{
    const char *path = getenv("REGRAFT_MODULE_PATH");
    struct rg_class_info info;
    struct app_text line = { 0 };
    const char *file;
    const char *why;

    for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++)
        if (strcmp(info.kind, "object") != 0)
            return;
    app_text_add(&line, "regraft: note: no filters are there: ");
    if (path && *path)
        app_text_add(&line, "no module was found in REGRAFT_MODULE_PATH=%s", path);
    else
        app_text_add(&line, "no module was found; REGRAFT_MODULE_PATH=FOLDER says where");
    for (unsigned i = 0; rg_module_error_at(i, &file, &why) == S_OK; i++)
        app_text_add(&line, "\n  module %s did not load: %s", file, why);
    cli_say(line.data);
    app_text_clear(&line);
}

static int verb_dispatch(int argc, char **argv)
{
    int code = APP_EXIT_FAILED;

    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(verbs[i]->name, argv[1]))
            continue;
        if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
            return cli_misuse(NULL, "the library can't start");
        code = verbs[i]->run(verbs[i], argc - 2, argv + 2);
        if (code != APP_EXIT_OK || verbs[i] == &cli_verb_inspect)
            modules_check();
        CoUninitialize();
        return code;
    }
    return unknown_verb(argv[1]);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return print_help(false);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return print_help(true);
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        struct app_text out = { 0 };
        bool ok;

        app_text_add(&out, "regraft %s\n", rg_version());
        ok = cli_out(&out);
        app_text_clear(&out);
        return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
    }
    return verb_dispatch(argc, argv);
}
