/* SPDX-License-Identifier: MIT */
/* verb_inspect.c - regraft inspect: which filters there are, and all about one.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { OPT_JSON = 1 };

static const struct cli_option options[] = {
    { OPT_JSON, "json", 0, NULL, "print JSON" },
    { 0 },
};

static const char *get(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* ---- all --------------------------------------------------------------------------------- */

static void kind_text(const json_t *classes, const char *kind, const char *title,
                      struct app_text *out)
{
    struct app_table table = { .columns = 2, .indent = 2 };
    const json_t *item;
    size_t i;

    json_array_foreach(classes, i, item)
    {
        bool fits = !strcmp(get(item, "kind"), kind);

        if (!*kind)
            fits = strcmp(get(item, "kind"), "source") &&
                   strcmp(get(item, "kind"), "transform") && strcmp(get(item, "kind"), "sink");
        if (!fits)
            continue;
        app_table_word(&table, get(item, "name"));
        app_table_word(&table, get(item, "help"));
    }
    if (table.n_cells) {
        app_text_add(out, "%s%s\n", out->length ? "\n" : "", title);
        app_table_print(&table, out);
    }
    app_table_clear(&table);
}

static void registered_text(const json_t *registered, struct app_text *out)
{
    struct app_table table = { .columns = 3, .indent = 2 };
    const json_t *item;
    size_t i;

    if (!json_array_size(registered))
        return;
    json_array_foreach(registered, i, item)
    {
        struct app_text merit = { 0 };

        app_table_word(&table, get(item, "name"));
        app_table_word(&table, get(item, "category"));
        app_text_add(&merit, "merit 0x%x %s",
                     (unsigned)json_integer_value(json_object_get(item, "merit")),
                     get(item, "clsid"));
        app_table_cell(&table, &merit);
    }
    app_text_add(out, "\nRegistered\n");
    app_table_print(&table, out);
    app_table_clear(&table);
}

static void notes_say(void)
{
    json_t *modules = app_describe_module_errors();
    json_t *lines = app_describe_registration_errors();
    const json_t *item;
    size_t i;

    json_array_foreach(modules, i, item)
    {
        struct app_text line = { 0 };

        app_text_add(&line, "regraft: note: module %s did not load: %s", get(item, "file"),
                     get(item, "why"));
        cli_say(line.data);
        app_text_clear(&line);
    }
    json_array_foreach(lines, i, item)
    {
        struct app_text line = { 0 };

        app_text_add(&line, "regraft: note: registered filters: %s", json_string_value(item));
        cli_say(line.data);
        app_text_clear(&line);
    }
    json_decref(modules);
    json_decref(lines);
}

static int inspect_all(bool wants_json)
{
    json_t *classes = app_describe_classes();
    json_t *registered = app_describe_registered();
    struct app_text out = { 0 };
    bool ok;

    if (wants_json) {
        json_array_extend(classes, registered);
        ok = cli_out_json(classes);
    } else {
        kind_text(classes, "source", "Sources", &out);
        kind_text(classes, "transform", "Transforms", &out);
        kind_text(classes, "sink", "Sinks", &out);
        kind_text(classes, "", "Objects, for programs", &out);
        registered_text(registered, &out);
        app_text_add(&out,
                     "\nIn a graph, \"file PATH\" reads at the start of a chain and writes "
                     "at its end.\n\"regraft inspect FILTER\" tells more.\n");
        ok = cli_out(&out);
    }
    notes_say();
    app_text_clear(&out);
    json_decref(classes);
    json_decref(registered);
    return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
}

/* ---- one --------------------------------------------------------------------------------- */

static void list_text(const json_t *list, struct app_text *out)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
        app_text_add(out, "%s%s", i ? ", " : "", json_string_value(item));
    if (!json_array_size(list))
        app_text_add(out, "none");
}

static void pins_text(const json_t *pins, struct app_text *out)
{
    const json_t *pin;
    const json_t *type;
    size_t i;
    size_t k;

    app_text_add(out, "\nPins\n");
    if (!json_array_size(pins))
        app_text_add(out, "  none yet: they come with the file or the connection\n");
    json_array_foreach(pins, i, pin)
    {
        const json_t *types = json_object_get(pin, "types");

        app_text_add(out, "  %s (%s)\n    types     ", get(pin, "name"), get(pin, "direction"));
        json_array_foreach(types, k, type)
            app_text_add(out, "%s%s\n", k ? "              " : "", get(type, "type"));
        if (!json_array_size(types))
            app_text_add(out, "%s\n",
                         strcmp(get(pin, "direction"), "input")
                             ? "known once the input is connected"
                             : "asked for each type that is offered");
        app_text_add(out, "    supports  ");
        list_text(json_object_get(pin, "interfaces"), out);
        app_text_add(out, "\n");
    }
}

static void number_text(struct app_text *text, const json_t *value)
{
    double number = json_number_value(value);

    if (fabs(number) < 1e15 && number == floor(number))
        app_text_add(text, "%.0f", number);
    else
        app_text_add(text, "%g", number);
}

static void range_text(const json_t *option, struct app_text *text)
{
    const char *type = get(option, "type");
    const json_t *choice;
    size_t i;

    if (!strcmp(type, "bool")) {
        app_text_add(text, "true, false");
    } else if (!strcmp(type, "choice")) {
        json_array_foreach(json_object_get(option, "choices"), i, choice)
            app_text_add(text, "%s%s", i ? ", " : "", json_string_value(choice));
    } else if (json_object_get(option, "minimum")) {
        number_text(text, json_object_get(option, "minimum"));
        app_text_add(text, " … ");
        number_text(text, json_object_get(option, "maximum"));
    } else {
        app_text_add(text, "%s", type);
    }
}

static void default_text(const json_t *value, struct app_text *text)
{
    if (json_is_string(value) && *json_string_value(value))
        app_text_add(text, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        app_text_add(text, json_is_true(value) ? "true" : "false");
    else if (json_is_number(value))
        number_text(text, value);
    else
        app_text_add(text, "-");
}

static void options_text(const json_t *list, struct app_text *out)
{
    struct app_table table = { .columns = 4, .indent = 2 };
    const json_t *option;
    size_t i;
    bool any_fixed = false;

    if (!json_array_size(list)) {
        app_text_add(out, "\nOptions: none\n");
        return;
    }
    app_table_word(&table, "option");
    app_table_word(&table, "default");
    app_table_word(&table, "range");
    app_table_word(&table, "");
    json_array_foreach(list, i, option)
    {
        struct app_text text = { 0 };
        bool live = json_is_true(json_object_get(option, "live"));

        any_fixed = any_fixed || !live;
        app_text_add(&text, "%s%s", get(option, "name"), live ? "" : "*");
        app_table_cell(&table, &text);
        default_text(json_object_get(option, "default"), &text);
        app_table_cell(&table, &text);
        range_text(option, &text);
        app_table_cell(&table, &text);
        app_table_word(&table, get(option, "help"));
    }
    app_text_add(out, "\nOptions\n");
    app_table_print(&table, out);
    if (any_fixed)
        app_text_add(out, "  * can't change while the filter is connected\n");
    app_table_clear(&table);
}

static int inspect_one(const char *name, bool wants_json)
{
    struct app_failure failure = { 0 };
    struct app_text out = { 0 };
    json_t *class = app_describe_class(name, &failure);
    bool ok;

    if (!class)
        return cli_fail(&failure);
    if (wants_json) {
        ok = cli_out_json(class);
    } else {
        app_text_add(&out, "%s - %s\n", get(class, "name"), get(class, "help"));
        app_text_add(&out, "  kind      %s\n  module    %s\n  clsid     %s\n  supports  ",
                     get(class, "kind"), get(class, "module"), get(class, "clsid"));
        list_text(json_object_get(class, "interfaces"), &out);
        app_text_add(&out, "\n");
        pins_text(json_object_get(class, "pins"), &out);
        options_text(json_object_get(class, "options"), &out);
        ok = cli_out(&out);
    }
    app_text_clear(&out);
    json_decref(class);
    return ok ? APP_EXIT_OK : APP_EXIT_FAILED;
}

static int verb_inspect(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };
    const char *name = NULL;
    bool wants_json = false;

    for (;;) {
        switch (cli_read(&r)) {
        case CLI_END:
            return name ? inspect_one(name, wants_json) : inspect_all(wants_json);
        case CLI_ERROR:
            return APP_EXIT_USAGE;
        case CLI_HELP:
            return APP_EXIT_OK;
        case CLI_WORD:
            if (name)
                return cli_misuse(verb, "one filter at a time; \"%s\" is a second one", r.word);
            name = r.word;
            break;
        case OPT_JSON:
            wants_json = true;
            break;
        }
    }
}

const struct cli_verb cli_verb_inspect = {
    .name = "inspect",
    .usage = "[FILTER] [--json]",
    .summary = "list the filters, or tell all about one",
    .details =
        "For one filter: its pins with their types and the interfaces they support, and its\n"
        "options with default and range.",
    .examples = "  regraft inspect\n"
                "  regraft inspect encode\n"
                "  regraft inspect volume --json\n",
    .options = options,
    .run = verb_inspect,
};
