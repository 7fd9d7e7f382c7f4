/* SPDX-License-Identifier: MIT */
/* terminal.c - messages and the progress line on standard error, data on standard output.
 *
 * cli_say: any thread; the rest: main thread.  Knows: the terminal.  Must not know: graphs.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static pthread_mutex_t terminal_lock = PTHREAD_MUTEX_INITIALIZER;
static bool has_progress; /* under terminal_lock: a progress line stands there */

bool cli_has_terminal(void)
{
    return isatty(STDERR_FILENO);
}

static void progress_erase_locked(void)
{
    if (has_progress)
        fputs("\r\033[K", stderr);
    has_progress = false;
}

void cli_say(const char *line)
{
    pthread_mutex_lock(&terminal_lock);
    progress_erase_locked();
    fprintf(stderr, "%s\n", line);
    fflush(stderr);
    pthread_mutex_unlock(&terminal_lock);
}

/* Bytes of the line that fit into one row: a row that wraps can't be erased. */
static size_t row_length(const char *line)
{
    struct winsize size;
    size_t columns = 0;
    size_t i = 0;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 2)
        return strlen(line);
    for (; line[i]; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80 && ++columns == size.ws_col)
            break;
    return i;
}

void cli_progress(const char *line)
{
    if (!cli_has_terminal())
        return;
    pthread_mutex_lock(&terminal_lock);
    fprintf(stderr, "\r\033[K%.*s", (int)row_length(line), line);
    fflush(stderr);
    has_progress = true;
    pthread_mutex_unlock(&terminal_lock);
}

void cli_progress_end(void)
{
    pthread_mutex_lock(&terminal_lock);
    progress_erase_locked();
    fflush(stderr);
    pthread_mutex_unlock(&terminal_lock);
}

int cli_fail(struct app_failure *failure)
{
    int code = failure->code ? (int)failure->code : APP_EXIT_FAILED;
    struct app_text line = { 0 };

    app_text_add(&line, "regraft: error: %s", app_text_get(&failure->text));
    cli_say(line.data);
    app_text_clear(&line);
    app_text_clear(&failure->text);
    failure->code = APP_EXIT_OK;
    return code;
}

int cli_misuse(const struct cli_verb *verb, const char *format, ...)
{
    struct app_failure failure = { .code = APP_EXIT_USAGE };
    va_list args;

    va_start(args, format);
    app_text_addv(&failure.text, format, args);
    va_end(args);
    if (verb)
        app_text_add(&failure.text, "\n  usage: regraft %s %s\n  more:  regraft %s --help",
                     verb->name, verb->usage, verb->name);
    return cli_fail(&failure);
}

static bool out_done(bool ok)
{
    struct app_failure failure = { .code = APP_EXIT_FAILED };

    if (ok && fflush(stdout) == 0)
        return true;
    app_text_add(&failure.text, "can't write to standard output: %s", strerrordesc_np(errno));
    cli_fail(&failure);
    return false;
}

bool cli_out(const struct app_text *text)
{
    return out_done(!text->length || fwrite(text->data, text->length, 1, stdout) == 1);
}

bool cli_out_json(const json_t *json)
{
    return out_done(json_dumpf(json, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF);
}

/* Writing ends; set once, before the handler is installed. */
static int signal_pipe = -1;
static int waits_pipe = -1;

static void on_signal(int number)
{
    int error = errno;
    char byte = (char)number;
    ssize_t written = write(number == SIGUSR1 ? waits_pipe : signal_pipe, &byte, 1);

    (void)written; /* a full pipe has signals enough */
    errno = error;
}

/* Returns the reading end. */
static int pipe_open(int *ret_writing)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return -1;
    *ret_writing = ends[1];
    return ends[0];
}

int cli_signals(int *ret_waits)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    int signals = pipe_open(&signal_pipe);

    *ret_waits = pipe_open(&waits_pipe);
    sigemptyset(&action.sa_mask);
    if (signals >= 0) {
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
    }
    if (*ret_waits >= 0)
        sigaction(SIGUSR1, &action, NULL);
    return signals;
}
