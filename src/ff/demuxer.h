/* SPDX-License-Identifier: MIT */
/* ff/demuxer.h - any container or URL that libavformat reads, as one queue of packets per
 * stream.
 *
 * Threads: ff_demuxer_fetch and ff_demuxer_fill: one thread per stream, several streams at the
 * same time. ff_demuxer_interrupt: any thread.  All others: control threads, while no fetch or
 * fill runs.
 *
 * There is no reader thread: the stream that finds its queue empty reads, and files what
 * belongs to others in their queues.  It waits only while the queue of another wanted stream
 * holds too much.
 */
#pragma once

#include <stdbool.h>

#include <dshow.h>

struct ff_demuxer;

/* NULL if memory is out. */
struct ff_demuxer *ff_demuxer_new(void);
void ff_demuxer_free(struct ff_demuxer *demuxer);

/* format: libavformat's name, or "" to find out.  options: "name=value:name=value" for
 * libavformat, or "". S_OK; STG_E_FILENOTFOUND, STG_E_ACCESSDENIED ...;
 * VFW_E_UNKNOWN_FILE_TYPE: no container known to libavformat; VFW_E_INVALID_FILE_FORMAT:
 * damaged or cut off; VFW_E_NO_TYPES: no sound and no pictures in it; VFW_E_STATE_CHANGED:
 * interrupted; E_INVALIDARG: format or options are wrong. */
HRESULT ff_demuxer_open(struct ff_demuxer *demuxer, const char *location, const char *format,
                        const char *options);
/* The same through somebody's reader, which is borrowed until ff_demuxer_close; an interruption
 * flushes it. */
HRESULT ff_demuxer_open_reader(struct ff_demuxer *demuxer, IAsyncReader *reader,
                               const char *format, const char *options);
void ff_demuxer_close(struct ff_demuxer *demuxer);
/* Is the open container one of these?  libavformat's names: "wav,aiff". */
bool ff_demuxer_is(const struct ff_demuxer *demuxer, const char *formats);

unsigned ff_demuxer_streams(const struct ff_demuxer *demuxer);
void ff_demuxer_stream_name(const struct ff_demuxer *demuxer, unsigned stream, char *name,
                            unsigned size);
HRESULT ff_demuxer_stream_type(const struct ff_demuxer *demuxer, unsigned stream,
                               AM_MEDIA_TYPE *ret);
/* The largest sample to be expected, in bytes; a guess. */
ULONG ff_demuxer_sample_bytes(const struct ff_demuxer *demuxer, unsigned stream);

/* Before the first fetch: which streams are wanted, n of them.  Goes back to the last position
 * sought if anything has been read since. */
HRESULT ff_demuxer_start(struct ff_demuxer *demuxer, const bool *wanted, unsigned n);

/* What the stream's next sample needs; S_FALSE: ended; VFW_E_STATE_CHANGED: interrupted. */
HRESULT ff_demuxer_fetch(struct ff_demuxer *demuxer, unsigned stream, ULONG *ret_bytes,
                         REFERENCE_TIME *ret_start);
/* Writes that sample. */
HRESULT ff_demuxer_fill(struct ff_demuxer *demuxer, unsigned stream, IMediaSample *sample);
void ff_demuxer_interrupt(struct ff_demuxer *demuxer, bool on);

/* S_OK; E_NOTIMPL: the container does not say. */
HRESULT ff_demuxer_duration(const struct ff_demuxer *demuxer, REFERENCE_TIME *ret);
/* Times of samples count from position from now on; what comes before it is preroll.  The
 * streams end at stop (100 ns; < 0: with the file).  S_OK; E_NOTIMPL: can not seek; the
 * container's error. */
HRESULT ff_demuxer_seek(struct ff_demuxer *demuxer, REFERENCE_TIME position,
                        REFERENCE_TIME stop);
/* Times of samples are divided by rate (> 0) from now on.  Of pictures, only key frames come where
 * it is so fast that nobody could decode the rest: above FF_FASTEST_WHOLE. */
void ff_demuxer_set_rate(struct ff_demuxer *demuxer, double rate);
#define FF_FASTEST_WHOLE 8.0
