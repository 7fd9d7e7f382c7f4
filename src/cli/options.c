/* SPDX-License-Identifier: MIT */
/* options.c - command line to options and words; a verb's help from the same table.
 *
 * Main thread.  Knows: words.  Must not know: what an option does.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_ID 1000000

static const struct cli_option help_option = { HELP_ID, "help", 'h', NULL, "this text" };

static const struct cli_option *option_named(const struct cli_verb *verb, const char *name,
                                             size_t length)
{
    const struct cli_option *found = NULL;

    for (const struct cli_option *o = verb->options; o && o->name; o++)
        if (strlen(o->name) == length && !memcmp(o->name, name, length))
            found = o;
    if (!found && length == 4 && !memcmp(name, "help", 4))
        found = &help_option;
    return found;
}

static const struct cli_option *option_lettered(const struct cli_verb *verb, char letter)
{
    for (const struct cli_option *o = verb->options; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return letter == 'h' ? &help_option : NULL;
}

static int unknown(const struct cli_verb *verb, const char *word)
{
    const char *bare = word + strspn(word, "-");
    char name[64];
    struct app_nearest nearest = { .wanted = name };

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(bare, "="), bare);
    for (const struct cli_option *o = verb->options; o && o->name; o++)
        app_nearest_try(&nearest, o->name);
    app_nearest_try(&nearest, "help");
    if (app_nearest_get(&nearest))
        cli_misuse(verb, "there is no option %.*s; did you mean --%s?", (int)strcspn(word, "="),
                   word, app_nearest_get(&nearest));
    else
        cli_misuse(verb, "there is no option %.*s", (int)strcspn(word, "="), word);
    return CLI_ERROR;
}

static int option_values(struct cli_reader *r, const struct cli_option *option,
                         const char *attached)
{
    int wanted = 0;

    if (option->id == HELP_ID) {
        cli_print_help(r->verb);
        return CLI_HELP;
    }
    if (option->values)
        wanted = strchr(option->values, ' ') ? 2 : 1;
    if (attached && !wanted) {
        cli_misuse(r->verb, "--%s takes no value", option->name);
        return CLI_ERROR;
    }
    for (int i = 0; i < wanted; i++) {
        if (attached) {
            r->values[i] = attached;
            attached = NULL;
        } else if (r->at < r->argc) {
            r->values[i] = r->argv[r->at++];
        } else {
            cli_misuse(r->verb, "--%s needs %s", option->name, option->values);
            return CLI_ERROR;
        }
    }
    return option->id;
}

int cli_read(struct cli_reader *r)
{
    const char *word;
    const struct cli_option *option;

    if (r->at >= r->argc)
        return CLI_END;
    word = r->argv[r->at++];
    if (!r->words_only && !strcmp(word, "--")) {
        r->words_only = true;
        return cli_read(r);
    }
    if (r->words_only || word[0] != '-' || !word[1]) {
        r->word = word;
        return CLI_WORD;
    }
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");

        option = option_named(r->verb, word + 2, length);
        if (!option)
            return unknown(r->verb, word);
        return option_values(r, option, word[2 + length] ? word + 3 + length : NULL);
    }
    option = option_lettered(r->verb, word[1]);
    if (!option)
        return unknown(r->verb, word);
    return option_values(r, option, word[2] ? word + 2 + (word[2] == '=') : NULL);
}

bool cli_number(const char *option, const char *value, long low, long high, long *ret_number)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(value, &end, 10);
    if (errno || !*value || *end || number < low || number > high) {
        cli_misuse(NULL, "--%s takes a whole number from %ld to %ld, not \"%s\"", option, low,
                   high, value);
        return false;
    }
    *ret_number = number;
    return true;
}

static void option_help(struct app_table *table, const struct cli_option *option)
{
    struct app_text text = { 0 };

    if (option->letter)
        app_text_add(&text, "-%c, --%s", option->letter, option->name);
    else
        app_text_add(&text, "    --%s", option->name);
    if (option->values)
        app_text_add(&text, " %s", option->values);
    app_table_cell(table, &text);
    app_table_word(table, option->help);
}

void cli_print_help(const struct cli_verb *verb)
{
    struct app_table table = { .columns = 2, .indent = 2 };
    struct app_text out = { 0 };

    app_text_add(&out, "regraft %s - %s\n\nUsage: regraft %s %s\n", verb->name, verb->summary,
                 verb->name, verb->usage);
    if (verb->details)
        app_text_add(&out, "\n%s\n", verb->details);
    for (const struct cli_option *o = verb->options; o && o->name; o++)
        option_help(&table, o);
    option_help(&table, &help_option);
    app_text_add(&out, "\nOptions:\n");
    app_table_print(&table, &out);
    app_text_add(&out, "\nExamples:\n%s", verb->examples);
    cli_out(&out);
    app_text_clear(&out);
    app_table_clear(&table);
}
