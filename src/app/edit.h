/* SPDX-License-Identifier: MIT */
/* edit.h - an edit of a running graph as text: what, where and when.
 *
 *     1.5s            swap fx flip              at media time 1.5 s, once
 *     every 100ms     swap fx invert flip       at 0.1 s, 0.2 s …, in turns
 *     wall:2s         insert grayscale after fx two seconds after the start
 *     5s              attach t encode ! file a.mkv
 *
 * Any thread.  Knows: words of a text graph.  Must not know: COM.
 */
#pragma once

#include "app/text_graph.h"

enum app_edit_kind {
    APP_EDIT_SWAP = 1, /* filters[…] take the place of target, in turns */
    APP_EDIT_INSERT,   /* filters[0] behind target */
    APP_EDIT_REMOVE,
    APP_EDIT_SET, /* settings of target */
    APP_EDIT_BLOCK,
    APP_EDIT_UNBLOCK,
    APP_EDIT_ATTACH, /* branch behind a free output of target */
    APP_EDIT_DETACH, /* the branch that target is in */
};

struct app_edit {
    enum app_edit_kind kind;
    bool is_wall;  /* time counts from the start of the run; else media time */
    bool is_every; /* again and again; time is the first and the distance */
    int64_t time;  /* 100 ns */
    char *source;  /* the edit's text */
    char *target;  /* name of the filter in place */
    struct app_element *filters;
    size_t n_filters;
    struct app_setting *settings;
    size_t n_settings;
    struct app_text_graph branch;
};

/* Reads --at TIME EDIT or --every TIME EDIT.  False: failure has the reason with a caret,
 * code 2. */
bool app_edit_parse(const char *time, const char *source, bool is_every,
                    const struct app_vocabulary *vocabulary, struct app_edit *ret_edit,
                    struct app_failure *failure);
void app_edit_free(struct app_edit *edit);

/* Does it give this name to a filter that comes in? */
bool app_edit_brings(const struct app_edit *edit, const char *name);

/* "swap fx → flip mode=both": what the turn-th occurrence does. */
void app_edit_text(const struct app_edit *edit, uint64_t turn, struct app_text *text);
