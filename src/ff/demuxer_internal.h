/* SPDX-License-Identifier: MIT */
/* ff/demuxer_internal.h - the demuxer's inside, for demuxer*.c alone.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <libavformat/avformat.h>

#include "ff/demuxer.h"

struct queued {
    AVPacket *packet;
    bool is_before; /* a piece that lies before the position */
    bool is_cut;    /* ff_demuxer_cut_raw has seen it */
    struct queued *next;
};

struct demux_stream {
    /* set at opening */
    AVStream *av;
    int64_t media_end;  /* where the sound ends, in ticks; 0: the container says it */
    int64_t edit_slack; /* how much later than the edit list says it may end */

    /* under lock */
    bool is_wanted;
    bool keys_alone; /* of its pictures only key frames are */
    bool has_ended;  /* at the position to stop at */
    struct queued *head, *tail;
    size_t bytes;           /* in the queue */
    int64_t usual_duration; /* of a sound packet, in ticks */
    bool is_discontinuity;  /* the next sample is the first after a jump */
    uint64_t taken;         /* packets that left the queue as samples */
    uint64_t waited_at;     /* sum of the others' `taken` when waiting for them was given up */
};

struct ff_demuxer {
    /* set at opening */
    AVFormatContext *context;
    AVIOContext *io; /* ours, when reading through a reader */
    struct demux_stream *streams;
    unsigned n_streams;
    unsigned *stream_of; /* libav's index to ours; UINT_MAX: none */
    int64_t origin;      /* the container's first time stamp, 100 ns */

    /* control threads */
    REFERENCE_TIME position, stop; /* where the segment begins, 100 ns; stop < 0: none */
    bool is_moved;                 /* something was read since the last seek */
    double rate;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    bool is_reading; /* one thread is inside libavformat */
    bool has_ended;
    HRESULT error;

    /* atomic */
    atomic_bool is_interrupted;

    pthread_mutex_t reader_lock; /* before `lock`; the reader's flush is called under it */
    IAsyncReader *reader;        /* under `reader_lock`; borrowed, NULL: not through a reader */
};

/* demuxer_io.c: an AVIOContext over IAsyncReader; NULL if memory is out. */
AVIOContext *ff_reader_io_new(IAsyncReader *reader);
void ff_reader_io_free(AVIOContext **io);

/* demuxer_mp4.c: fills media_end of the streams. */
void ff_mp4_find_ends(struct ff_demuxer *d);

/* demuxer.c: 0/1 if nobody knows. */
AVRational ff_demuxer_frame_rate(const struct ff_demuxer *d, const AVStream *s);

/* demuxer_seek.c: to `position`.  S_OK; E_NOTIMPL: can't; the container's error. */
HRESULT ff_demuxer_jump(struct ff_demuxer *d);
bool ff_demuxer_is_over(const struct ff_demuxer *d, const struct demux_stream *s);
int64_t ff_demuxer_reordering_us(const struct ff_demuxer *d, const AVStream *s);

/* demuxer_flac.c: sets the packet's time where it is known better. */
void ff_demuxer_stamp_flac(const struct ff_demuxer *d, const struct demux_stream *s,
                           AVPacket *p);

/* demuxer_trim.c, under lock.  How many samples of the sound packet at the head of the queue lie before the
 * position, and behind the place to stop at or the end; added to what its container says already. */
void ff_demuxer_trim(const struct ff_demuxer *d, struct demux_stream *s, const AVPacket *p,
                     uint32_t *start, uint32_t *end);
/* Does it go on behind the place to stop at? */
bool ff_demuxer_crosses_stop(const struct ff_demuxer *d, const struct demux_stream *s,
                             const AVPacket *p);
/* The same where they are no codec's, at the head of the queue: what is behind is taken off, and what is
 * before comes as a packet of its own.  false: memory is out. */
bool ff_demuxer_cut_raw(const struct ff_demuxer *d, struct demux_stream *s);

enum ff_beginning {
    FF_BEGINS_IN_TIME = 1, /* or nobody knows */
    FF_BEGINS_LATE,        /* pictures that can be shown come only after the position */
    FF_SOUND_IS_LATE,      /* sound alone: it may have a hole there */
};

/* demuxer_queue.c.  Control threads, while nobody fetches: reads until each wanted stream has come to
 * where it can begin. */
enum ff_beginning ff_queues_begin(struct ff_demuxer *d);
void ff_queues_clear(struct ff_demuxer *d);
/* A time stamp of the stream on the segment's time line, at rate 1. */
REFERENCE_TIME ff_demuxer_time(const struct ff_demuxer *d, const struct demux_stream *s,
                               int64_t ticks);
int64_t ff_demuxer_ticks(const struct ff_demuxer *d, const struct demux_stream *s,
                         int64_t ticks);
