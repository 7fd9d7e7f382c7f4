/* SPDX-License-Identifier: MIT */
/* convert.c - looks at the input's streams and writes the graph that turns them into the
 * output.
 *
 * Control threads.  Knows: what a file has in it, text graphs.  Must not know: verbs.
 */
#include "app/convert.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/describe.h"

/* Which codecs a file of this name is expected to have; NULL: it has no such stream. */
static const struct defaults {
    const char *extension;
    const char *video;
    const char *audio;
} defaults[] = {
    { "mp4", "h264", "aac" },  { "m4v", "h264", "aac" },       { "mov", "h264", "aac" },
    { "mkv", "h264", "aac" },  { "ts", "h264", "aac" },        { "m2ts", "h264", "aac" },
    { "flv", "h264", "aac" },  { "3gp", "h264", "aac" },       { "webm", "vp9", "opus" },
    { "avi", "mpeg4", "mp3" }, { "mpg", "mpeg2video", "mp2" }, { "nut", "ffv1", "pcm_s16le" },
    { "m4a", NULL, "aac" },    { "aac", NULL, "aac" },         { "mka", NULL, "aac" },
    { "mp3", NULL, "mp3" },    { "opus", NULL, "opus" },       { "ogg", NULL, "opus" },
    { "oga", NULL, "opus" },   { "flac", NULL, "flac" },       { "wav", NULL, "pcm_s16le" },
    { "h264", "h264", NULL },  { "gif", "gif", NULL },         { "yuv", "rawvideo", NULL },
};

static const struct defaults *defaults_find(const struct app_convert *wish)
{
    static const struct defaults other = { "", "h264", "aac" };
    const char *name = strrchr(wish->output, '/');
    const char *dot;

    name = name ? name + 1 : wish->output;
    dot = strrchr(name, '.');
    for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
        if (!strcasecmp(defaults[i].extension, wish->format ? wish->format
                                               : dot        ? dot + 1
                                                            : ""))
            return &defaults[i];
    return &other;
}

static const char *get(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void setting_add(struct app_text *text, const char *name, const char *value)
{
    if (!value)
        return;
    app_text_add(text, " %s=", name);
    app_text_quote(text, value);
}

/* "codec options" as the user wrote it, and the separate options. */
static void encoder_add(struct app_text *text, const char *codec, const char *bitrate,
                        const char *preset)
{
    app_text_add(text, " ! encode codec=%s", codec);
    setting_add(text, "preset", preset);
    setting_add(text, "bitrate", bitrate);
}

/* A few pictures keep both codecs at work; more of them are memory alone. */
#define PICTURES_BETWEEN "4"

static void video_add(struct app_text *text, const struct app_convert *wish, const char *codec)
{
    app_text_add(text, " ! queue ! decode");
    if (wish->width)
        app_text_add(text, " ! scale width=%d height=%d", wish->width, wish->height);
    if (wish->filter && *wish->filter)
        app_text_add(text, " ! %s", wish->filter);
    app_text_add(text, " ! queue size=" PICTURES_BETWEEN);
    encoder_add(text, codec, wish->vbitrate, wish->preset);
}

static void audio_add(struct app_text *text, const struct app_convert *wish, const char *codec)
{
    app_text_add(text, " ! queue ! decode ! queue");
    encoder_add(text, codec, wish->abitrate, NULL);
}

/* Pin names go without spaces, so that they need no quotes. */
static void pin_add(struct app_text *text, const char *pin)
{
    app_text_add(text, "\nin.");
    for (; *pin; pin++)
        if (*pin != ' ')
            app_text_put(text, pin, 1);
}

static unsigned stream_add(struct app_text *text, const struct app_convert *wish,
                           const json_t *stream, const struct defaults *usual)
{
    bool is_video = !strcmp(get(stream, "kind"), "video");
    const char *codec = is_video ? wish->vcodec : wish->acodec;

    if (!codec)
        codec = is_video ? usual->video : usual->audio;
    if (!codec || !strcmp(codec, "none"))
        return 0;
    pin_add(text, get(stream, "pin"));
    if (!strcmp(codec, "copy"))
        app_text_add(text, " ! queue");
    else if (is_video)
        video_add(text, wish, codec);
    else
        audio_add(text, wish, codec);
    app_text_add(text, " ! queue ! out.");
    return 1;
}

char *app_convert_text(const struct app_convert *wish, struct app_failure *failure)
{
    const struct defaults *usual = defaults_find(wish);
    struct app_text text = { 0 };
    json_t *file;
    const json_t *stream;
    unsigned count = 0;
    bool has_video = false;
    bool has_audio = false;
    size_t i;

    if (!strcmp(wish->input, "-") || !strncmp(wish->input, "pipe:", 5)) {
        failure->code = APP_EXIT_USAGE;
        app_text_add(&failure->text, "a pipe can't be looked at first and read after; write: "
                                     "regraft run 'file - ! decode ! encode ! file OUT'");
        return NULL;
    }
    file = app_describe_file(wish->input, failure);
    if (!file)
        return NULL;
    app_text_add(&text, "file ");
    app_text_quote(&text, wish->input);
    app_text_add(&text, " name=in");
    json_array_foreach(json_object_get(file, "streams"), i, stream)
    {
        bool is_video = !strcmp(get(stream, "kind"), "video");
        bool is_audio = !strcmp(get(stream, "kind"), "audio");

        if ((!is_video && !is_audio) ||
            (!wish->takes_all && (is_video ? has_video : has_audio)))
            continue;
        has_video = has_video || is_video;
        has_audio = has_audio || is_audio;
        count += stream_add(&text, wish, stream, usual);
    }
    json_decref(file);
    if (!count) {
        failure->code = APP_EXIT_FAILED;
        app_text_add(&failure->text, "%s has no stream that could go into %s", wish->input,
                     wish->output);
        app_text_clear(&text);
        return NULL;
    }
    app_text_add(&text, "\nfile ");
    app_text_quote(&text, wish->output);
    app_text_add(&text, " name=out");
    setting_add(&text, "format", wish->format);
    return app_text_steal(&text);
}
