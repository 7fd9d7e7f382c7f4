/* SPDX-License-Identifier: MIT */
/* kit_internal.h - what the kit's files share. */
#pragma once

#include <stdatomic.h>

#include "base/sink.h"
#include "kit.h"

/* What a sample says, and when it starts; -1: no time. */
HRESULT kit_read_sample(IMediaSample *sample, struct kit_sample *ret,
                        REFERENCE_TIME *ret_start);

/* A source comes to a number: waits while it may not go on.  false: interrupted. */
bool kit_may_pass(int64_t number, const atomic_bool *interrupted);
void kit_wake_sources(void);

/* Until the next kit_unhang; for so long, at most. */
void kit_hang(void);
void kit_take_time(int microseconds);

/* ---- kit_formats.c */
#define KIT_FORMATS 8 /* 0 is the type of the foreign filters; then it begins again */
void kit_format_type(unsigned format, AM_MEDIA_TYPE *ret); /* owns nothing */
/* -1: another's type. */
int kit_format_of(const AM_MEDIA_TYPE *type);
/* Does a format end in front of that number?  About once in `every` numbers; the same each time. */
bool kit_format_ends(int64_t number, int every);
/* The sample carries the type of its format, unless that is what is known to come; -1: not. */
HRESULT kit_format_attach(IMediaSample *sample, int format, const AM_MEDIA_TYPE *present);
void kit_format_count(void);

/* A program may have its own. */
void kit_mistyped(unsigned slot, const struct kit_sample *content, unsigned format);
/* What a filter did that explains a sample that is missed: which, and the number it was at, or how many
 * samples it had. */
void kit_note(const char *what, const void *state, int64_t number);
/* run: of the one that was due. */
void kit_missed(unsigned slot, const struct kit_sample *content, int64_t due, unsigned run);

extern const struct rg_sink_class kit_recorder_class, kit_free_recorder_class, kit_merge_class;
