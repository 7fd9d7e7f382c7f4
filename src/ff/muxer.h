/* SPDX-License-Identifier: MIT */
/* ff/muxer.h - any container that libavformat writes, from inputs that come, lag, end and
 * leave.
 *
 * Threads: one at a time; the sink in front serializes.
 *
 * Samples are written in decoding order over all inputs.  A sample waits, in memory, while
 * another input that is still alive has given nothing as late; never for one that ended or
 * left, and never beyond a bound.
 *
 * Samples from before a position that was sought (preroll) are written where compressed pictures need
 * them: from the last key frame at or before the position on, with the sound of that time.  The file
 * begins there.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

struct ff_muxer;

/* NULL if memory is out. */
struct ff_muxer *ff_muxer_new(void);
/* Writes nothing more; an open file is closed as it is. */
void ff_muxer_free(struct ff_muxer *muxer);

/* path: UTF-8 file name or URL.  format: libavformat's name, or "" to go by the file's
 * extension. S_OK; VFW_E_UNKNOWN_FILE_TYPE: no such container; E_OUTOFMEMORY;
 * VFW_E_NOT_STOPPED: a file is being written. */
HRESULT ff_muxer_set_target(struct ff_muxer *muxer, const char *path, const char *format);

/* Where a container goes that is no file of ours. */
struct ff_muxer_output {
    void *context;
    /* Bytes for that position.  From within start, write, end and finish, and under what is held
     * there. */
    HRESULT (*put)(void *context, LONGLONG at, const void *data, ULONG bytes);
};
/* Instead of a path; *output is copied.  As ff_muxer_set_target. */
HRESULT ff_muxer_set_output(struct ff_muxer *muxer, const struct ff_muxer_output *output,
                            const char *format);
/* While nothing is written: on true a sample waits for no other input. */
void ff_muxer_set_unordered(struct ff_muxer *muxer, bool on);
/* Before an input joins: raw pictures are taken as well, as AVI has them. */
void ff_muxer_take_raw(struct ff_muxer *muxer);
bool ff_muxer_is_open(const struct ff_muxer *muxer);

/* Any state of the muxer, without one: can it be written into some container at all?  Cheap. */
HRESULT ff_muxer_accept(const AM_MEDIA_TYPE *type);
/* The same, or after ff_muxer_take_raw. */
HRESULT ff_muxer_accept_raw(const AM_MEDIA_TYPE *type);

/* Can a stream that began with one type go on with the other?  S_OK; VFW_E_TYPE_NOT_ACCEPTED.
 * */
HRESULT ff_muxer_follows(const AM_MEDIA_TYPE *from, const AM_MEDIA_TYPE *to);

/* An input with that type is there.  While a file is written: only one that takes the place of
 * an input that left, with the same codec.  S_OK; VFW_E_TYPE_NOT_ACCEPTED: the container does
 * not take the codec; VFW_E_NOT_STOPPED. */
HRESULT ff_muxer_join(struct ff_muxer *muxer, unsigned input, const AM_MEDIA_TYPE *type);
void ff_muxer_leave(struct ff_muxer *muxer, unsigned input);

/* Opens the file and writes the header.  options: "name=value:name=value" for libavformat.
 * faststart: the index goes in front where the container can.  S_OK; VFW_E_NOT_CONNECTED: no
 * input; STG_E_…: the file can not be made; E_INVALIDARG: an option is wrong;
 * VFW_E_TYPE_NOT_ACCEPTED: the container does not take the streams. */
HRESULT ff_muxer_start(struct ff_muxer *muxer, const char *options, bool faststart);

/* One sample, borrowed.  S_OK; STG_E_MEDIUMFULL …: from then on every call says so. */
HRESULT ff_muxer_write(struct ff_muxer *muxer, unsigned input, IMediaSample *sample);
/* Nothing more comes from this input. */
HRESULT ff_muxer_end(struct ff_muxer *muxer, unsigned input);
/* Flush: forgets what waits. */
void ff_muxer_reset(struct ff_muxer *muxer, unsigned input);
/* What has been written does not count: the file is as if it had never been started. */
void ff_muxer_abandon(struct ff_muxer *muxer);
/* Writes what waits and the trailer, once, and closes the file.  S_OK, also if none is open;
 * the first error. */
HRESULT ff_muxer_finish(struct ff_muxer *muxer);
