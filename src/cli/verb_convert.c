/* SPDX-License-Identifier: MIT */
/* verb_convert.c - regraft convert: this file as that file.
 *
 * Main thread.  Knows: words.  Must not know: COM or locks; app does the work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/convert.h"
#include "cli/cli.h"

enum {
    OPT_VCODEC = 1,
    OPT_ACODEC,
    OPT_PRESET,
    OPT_VBITRATE,
    OPT_ABITRATE,
    OPT_SIZE,
    OPT_FILTER,
    OPT_FORMAT,
    OPT_ALL,
    OPT_NO_OVERWRITE,
    OPT_PRINT,
    OPT_LEDGER,
    OPT_QUIET,
    OPT_VERBOSE,
};

static const struct cli_option options[] = {
    { OPT_VCODEC, "vcodec", 0, "CODEC",
      "video codec and its options; copy: as it is; none: leave out" },
    { OPT_ACODEC, "acodec", 0, "CODEC", "audio codec, likewise" },
    { OPT_PRESET, "preset", 0, "NAME", "of the video encoder: veryfast, medium, slow …" },
    { OPT_VBITRATE, "vbitrate", 0, "RATE", "of the video: 2M, 800k" },
    { OPT_ABITRATE, "abitrate", 0, "RATE", "of the audio: 128k" },
    { OPT_SIZE, "size", 's', "WxH", "scale the picture" },
    { OPT_FILTER, "filter", 0, "FILTERS", "effects for the picture: 'invert ! flip'" },
    { OPT_FORMAT, "format", 0, "NAME", "container; usually the name of OUT says it" },
    { OPT_ALL, "all", 0, NULL, "every stream, not the first of each kind" },
    { OPT_NO_OVERWRITE, "no-overwrite", 'n', NULL, "fail if OUT is there already" },
    { OPT_PRINT, "print", 0, NULL, "print the graph for \"regraft run\" and stop" },
    { OPT_LEDGER, "ledger", 0, "FILE", "write what passed each link as JSON; - is stdout" },
    { OPT_QUIET, "quiet", 'q', NULL, "no progress" },
    { OPT_VERBOSE, "verbose", 'v', NULL, "show what passed each link" },
    { 0 },
};

struct convert_args {
    struct app_convert wish;
    struct cli_play play;
    bool no_overwrite;
    bool prints;
};

static bool size_read(const struct cli_verb *verb, const char *text, struct app_convert *wish)
{
    int end = 0;

    if (sscanf(text, "%5dx%5d%n", &wish->width, &wish->height, &end) == 2 && !text[end] &&
        wish->width > 0 && wish->height > 0)
        return true;
    cli_misuse(verb, "--size takes WIDTHxHEIGHT, as in 1280x720, not \"%s\"", text);
    return false;
}

/* False: wrong use, told already. */
static bool option_take(const struct cli_verb *verb, int id, const struct cli_reader *r,
                        struct convert_args *args)
{
    struct app_convert *wish = &args->wish;

    switch (id) {
    case CLI_WORD:
        if (wish->output) {
            cli_misuse(verb, "one input and one output; \"%s\" is a third file", r->word);
            return false;
        }
        *(wish->input ? &wish->output : &wish->input) = r->word;
        break;
    case OPT_VCODEC:
        wish->vcodec = r->values[0];
        break;
    case OPT_ACODEC:
        wish->acodec = r->values[0];
        break;
    case OPT_PRESET:
        wish->preset = r->values[0];
        break;
    case OPT_VBITRATE:
        wish->vbitrate = r->values[0];
        break;
    case OPT_ABITRATE:
        wish->abitrate = r->values[0];
        break;
    case OPT_SIZE:
        return size_read(verb, r->values[0], wish);
    case OPT_FILTER:
        wish->filter = r->values[0];
        break;
    case OPT_FORMAT:
        wish->format = r->values[0];
        break;
    case OPT_ALL:
        wish->takes_all = true;
        break;
    case OPT_NO_OVERWRITE:
        args->no_overwrite = true;
        break;
    case OPT_PRINT:
        args->prints = true;
        break;
    case OPT_LEDGER:
        args->play.ledger_path = r->values[0];
        break;
    case OPT_QUIET:
        args->play.is_quiet = true;
        break;
    case OPT_VERBOSE:
        args->play.is_verbose = true;
        break;
    }
    return true;
}

/* The output must not be the input, and not there if that was asked for.  -1: fine. */
static int files_check(const struct convert_args *args)
{
    struct app_failure failure = { .code = APP_EXIT_FAILED };
    struct stat in;
    struct stat out;

    if (stat(args->wish.output, &out))
        return -1;
    if (args->no_overwrite)
        app_text_add(&failure.text, "%s is there already", args->wish.output);
    else if (!stat(args->wish.input, &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        app_text_add(&failure.text,
                     "input and output are the same file; give OUT another name");
    else
        return -1;
    return cli_fail(&failure);
}

static int convert(struct convert_args *args)
{
    struct app_failure failure = { 0 };
    char *text;
    int code = files_check(args);

    if (code >= 0)
        return code;
    text = app_convert_text(&args->wish, &failure);
    if (!text)
        return cli_fail(&failure);
    if (args->prints) {
        struct app_text out = { 0 };

        app_text_add(&out, "%s\n", text);
        code = cli_out(&out) ? APP_EXIT_OK : APP_EXIT_FAILED;
        app_text_clear(&out);
    } else {
        args->play.text = text;
        args->play.is_free = true;
        args->play.no_report = !args->play.is_verbose;
        code = cli_play(&args->play);
    }
    free(text);
    return code;
}

static int verb_convert(const struct cli_verb *verb, int argc, char **argv)
{
    struct cli_reader r = { .verb = verb, .argc = argc, .argv = argv };
    struct convert_args args = { 0 };

    for (;;) {
        int id = cli_read(&r);

        if (id == CLI_END)
            break;
        if (id == CLI_ERROR)
            return APP_EXIT_USAGE;
        if (id == CLI_HELP)
            return APP_EXIT_OK;
        if (!option_take(verb, id, &r, &args))
            return APP_EXIT_USAGE;
    }
    if (!args.wish.input)
        return cli_misuse(verb, "which file?");
    if (!args.wish.output)
        return cli_misuse(verb, "and what shall it become? OUT is missing");
    return convert(&args);
}

const struct cli_verb cli_verb_convert = {
    .name = "convert",
    .usage = "IN OUT [options]",
    .summary = "write a file in another format",
    .details =
        "The name of OUT says the container, and that the codecs: .mp4 .mov .mkv .ts "
        "H.264 and\n"
        "AAC, .webm VP9 and Opus, .mp3 .opus .flac .wav sound only. CODEC may carry "
        "options of\n"
        "the encoder, as in 'h264 crf=20'. \"--print\" shows the graph that does it.\n"
        "\n"
        "Ctrl-C closes OUT properly with what is there so far; twice stops now. SIGUSR1\n"
        "tells on standard error who waits for what.",
    .examples = "  regraft convert in.mkv out.mp4\n"
                "  regraft convert in.mp4 out.mp4 --vcodec 'h264 crf=20' --preset veryfast "
                "--acodec copy\n"
                "  regraft convert in.mov small.webm --size 640x360\n"
                "  regraft convert in.mp4 sound.mp3\n",
    .options = options,
    .run = verb_convert,
};
