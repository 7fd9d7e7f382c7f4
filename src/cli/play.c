/* SPDX-License-Identifier: MIT */
/* play.c - text to a graph that runs to its end: progress while it does, the ledger after.
 *
 * Main thread; messages also from the thread that edits.  Knows: app.  Must not know: COM or
 * locks.
 */
#include "cli/cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/graph_file.h"
#include "app/run.h"

#define PROGRESS_MS 200

static void on_message(void *context, const char *line, bool is_detail)
{
    const struct cli_play *play = context;

    if (!is_detail || play->is_verbose)
        cli_say(line);
}

static void on_progress(void *context, const struct app_run_progress *p)
{
    struct app_text line = { 0 };
    int64_t position = p->position > 0 ? p->position : 0;
    double elapsed = (double)p->elapsed_ns / 1e9;

    (void)context;
    if (p->duration > 0) {
        double part = 100.0 * (double)position / (double)p->duration;

        app_text_add(&line, "%3.0f%%  ", fmin(part, 100.0));
    }
    app_text_time(&line, position);
    if (p->duration > 0) {
        app_text_add(&line, " / ");
        app_text_time(&line, p->duration);
    }
    if (elapsed > 0.2)
        app_text_add(&line, "  %.2f×", (double)position / 1e7 / elapsed);
    if (p->samples_per_second >= 0.5) /* none is known in the first moments */
        app_text_add(&line, "  %.0f fps", p->samples_per_second);
    if (p->drops) {
        app_text_add(&line, "  ");
        app_text_count(&line, p->drops);
        app_text_add(&line, " dropped");
    }
    if (p->is_draining)
        app_text_add(&line, "  finishing");
    cli_progress(line.data);
    app_text_clear(&line);
}

/* Tables and JSON.  False: told already. */
static bool report(const struct cli_play *play, const struct app_ledger *ledger)
{
    struct app_failure failure = { 0 };
    struct app_text text = { 0 };
    bool is_wrong = app_ledger_lost(ledger) || app_ledger_count(ledger, APP_EDIT_REFUSED);

    if (!play->is_quiet && (!play->no_report || is_wrong)) {
        app_ledger_text(ledger, &text);
        if (text.length)
            text.data[--text.length] = '\0';
        cli_say(app_text_get(&text));
        app_text_clear(&text);
    }
    if (play->ledger_path &&
        !app_ledger_write(ledger, play->text, play->ledger_path, &failure)) {
        cli_fail(&failure);
        return false;
    }
    return true;
}

static void blocks_warn(const struct cli_play *play)
{
    for (size_t i = 0; i < play->n_edits; i++) {
        const struct app_edit *block = &play->edits[i];
        struct app_text line = { 0 };
        bool is_opened = block->kind != APP_EDIT_BLOCK;

        for (size_t k = 0; k < play->n_edits && !is_opened; k++)
            is_opened = play->edits[k].kind == APP_EDIT_UNBLOCK &&
                        !strcmp(play->edits[k].target, block->target);
        if (is_opened)
            continue;
        app_text_add(&line, "regraft: note: nothing unblocks \"%s\"; Ctrl-C ends the run",
                     block->target);
        cli_say(line.data);
        app_text_clear(&line);
    }
}

static int play_graph(const struct cli_play *play, struct app_graph *graph)
{
    struct app_failure failure = { 0 };
    struct app_ledger ledger;
    int waits_fd = -1;
    int signal_fd = cli_signals(&waits_fd); /* until here Ctrl-C just ends the program */
    struct app_run_setup setup = {
        .graph = graph,
        .ledger = &ledger,
        .edits = play->edits,
        .n_edits = play->n_edits,
        .is_free = play->is_free,
        .signal_fd = signal_fd,
        .waits_fd = waits_fd,
        .progress_ms = !play->is_quiet && cli_has_terminal() ? PROGRESS_MS : 0,
        .message = on_message,
        .progress = on_progress,
        .context = (void *)play,
    };
    int code = APP_EXIT_OK;
    HRESULT hr;

    app_ledger_init(&ledger);
    hr = app_run(&setup, &failure);
    cli_progress_end();
    if (FAILED(hr) && !app_ledger_flowed(&ledger)) {
        code = cli_fail(&failure); /* nothing has run: no ledger to show */
    } else {
        if (!report(play, &ledger))
            code = APP_EXIT_FAILED;
        if (FAILED(hr))
            code = cli_fail(&failure);
        if (hr == S_FALSE && !code)
            code = APP_EXIT_FAILED;
        if (!code && app_ledger_lost(&ledger))
            code = APP_EXIT_LOST;
        if (!code && app_ledger_count(&ledger, APP_EDIT_REFUSED))
            code = APP_EXIT_REFUSED;
    }
    app_text_clear(&failure.text);
    app_ledger_clear(&ledger);
    return code;
}

/* A ledger that can't be written is better known before a long run than after it. */
static bool ledger_check(const struct cli_play *play, struct app_failure *failure)
{
    int error = play->ledger_path ? app_write_error(play->ledger_path) : 0;

    if (!error)
        return true;
    failure->code = APP_EXIT_FAILED;
    app_text_add(&failure->text, "can't write %s: %s", play->ledger_path,
                 strerrordesc_np(error));
    return false;
}

/* Where no decoder can come in later nothing need be remembered. */
static struct app_memory memory_of(const struct cli_play *play)
{
    return play->memory.is_set || play->n_edits != 0 ? play->memory
                                                     : (struct app_memory){ .is_set = true };
}

static int play_built(const struct cli_play *play, struct app_graph *graph)
{
    struct app_memory memory = memory_of(play);
    int code;

    blocks_warn(play);
    app_graph_remember(graph, &memory);
    code = play_graph(play, graph);
    app_graph_free(graph);
    return code;
}

static int play_file(const struct cli_play *play)
{
    struct app_failure failure = { 0 };
    struct app_graph graph;

    if (FAILED(app_graph_load(play->text, true, &graph, &failure)))
        return cli_fail(&failure);
    return play_built(play, &graph);
}

static int play_json(const struct cli_play *play)
{
    struct app_failure failure = { 0 };
    struct app_graph graph;

    if (FAILED(app_graph_load_json(play->text, "the JSON", true, &graph, &failure)))
        return cli_fail(&failure);
    return play_built(play, &graph);
}

static int play_text(const struct cli_play *play)
{
    struct app_failure failure = { 0 };
    struct app_text_graph text;
    struct app_graph graph;
    int code;

    if (!app_text_graph_parse(play->text, play->parse_flags, app_graph_vocabulary(), &text,
                              &failure))
        return cli_fail(&failure);
    if (FAILED(app_graph_build(&text, true, &graph, &failure)))
        code = cli_fail(&failure);
    else
        code = play_built(play, &graph);
    app_text_graph_free(&text);
    return code;
}

int cli_play(const struct cli_play *play)
{
    struct app_failure failure = { 0 };

    if (!ledger_check(play, &failure))
        return cli_fail(&failure);
    if (play->is_graph_file)
        return play_file(play);
    return app_is_graph_json(play->text) ? play_json(play) : play_text(play);
}
