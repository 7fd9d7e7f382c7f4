/* SPDX-License-Identifier: MIT */
/* convert.h - "this file as that file" as a text graph.
 *
 * Control threads.  Knows: what a file has in it, text graphs.  Must not know: verbs.
 */
#pragma once

#include "app/text.h"

struct app_convert {
    const char *input;
    const char *output;
    const char *vcodec; /* "h264", "h264 crf=20", "copy", "none"; NULL: by the output's name */
    const char *acodec;
    const char *preset; /* NULL: the codec's own */
    const char *vbitrate;
    const char *abitrate;
    const char *format; /* container; NULL: by the output's name */
    const char
        *filter; /* "invert ! flip": between decoder and encoder of the video; NULL: none */
    int width, height; /* 0: as it is */
    bool takes_all;    /* every stream, not just the first of each kind */
};

/* The graph that does it; NULL: failure says why.  The caller frees it. */
char *app_convert_text(const struct app_convert *wish, struct app_failure *failure);
