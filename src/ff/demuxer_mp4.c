/* SPDX-License-Identifier: MIT */
/* ff/demuxer_mp4.c - where the sound of an mp4 really ends, which libavformat does not tell.
 *
 * The last frame of a track is longer than what counts of it.  The sample table says how much
 * counts; the edit list says it too, but rounded down to the movie's time scale, often
 * milliseconds.  libavformat hands out the latter. Control thread, once after opening.  Knows:
 * mp4 boxes.  Must not know: packets.
 */
#include <limits.h>

#include <libavutil/mathematics.h>

#include "ff/demuxer_internal.h"

#define BOX(a, b, c, d)                                                                        \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum { MAX_BOXES = 100000 };

struct track {
    unsigned id, scale;
    int64_t media_duration; /* in the track's ticks: sum of the sample table */
};

struct walk {
    struct ff_demuxer *d;
    AVIOContext *io;
    unsigned movie_scale;
    struct track track;
    unsigned boxes;
};

/* Full boxes begin with version and flags; version 1 has 64-bit times. */
static int64_t read_time(AVIOContext *io, int version)
{
    return version == 1 ? (int64_t)avio_rb64(io) : (int64_t)avio_rb32(io);
}

static void read_header_box(struct walk *w, uint32_t name)
{
    int version = avio_r8(w->io);

    avio_rb24(w->io);
    read_time(w->io, version);
    read_time(w->io, version);
    if (name == BOX('t', 'k', 'h', 'd')) {
        w->track.id = avio_rb32(w->io);
        return;
    }
    if (name == BOX('m', 'v', 'h', 'd')) {
        w->movie_scale = avio_rb32(w->io);
        return;
    }
    w->track.scale = avio_rb32(w->io);
    w->track.media_duration = read_time(w->io, version);
}

static void track_done(struct walk *w)
{
    for (unsigned i = 0; i < w->d->n_streams; i++) {
        struct demux_stream *s = &w->d->streams[i];
        const AVIndexEntry *first = avformat_index_get_entry(s->av, 0);

        if (s->av->codecpar->codec_type != AVMEDIA_TYPE_AUDIO ||
            s->av->id != (int)w->track.id || first == NULL || w->track.media_duration <= 0 ||
            s->av->time_base.den != (int)w->track.scale || s->av->time_base.num != 1)
            continue;
        s->media_end = first->timestamp + w->track.media_duration;
        s->edit_slack = 0;
        if (w->movie_scale > 0 && w->movie_scale < w->track.scale)
            s->edit_slack = av_rescale_rnd(1, w->track.scale, w->movie_scale, AV_ROUND_UP);
    }
}

static bool is_parent(uint32_t name)
{
    return name == BOX('m', 'o', 'o', 'v') || name == BOX('t', 'r', 'a', 'k') ||
           name == BOX('m', 'd', 'i', 'a');
}

static bool is_header(uint32_t name)
{
    return name == BOX('m', 'v', 'h', 'd') || name == BOX('t', 'k', 'h', 'd') ||
           name == BOX('m', 'd', 'h', 'd');
}

/* Boxes in file order; parents are simply entered, so that no stack is needed.  A track ends
 * where the next begins. */
static void walk_boxes(struct walk *w)
{
    int64_t at = 0;

    while (w->boxes++ < MAX_BOXES && avio_seek(w->io, at, SEEK_SET) >= 0) {
        int64_t size = avio_rb32(w->io), header = 8;
        uint32_t name = avio_rb32(w->io);

        if (avio_feof(w->io))
            break;
        if (size == 1) {
            size = (int64_t)avio_rb64(w->io);
            header = 16;
        }
        if (size == 0 || size < header)
            break;
        if (name == BOX('t', 'r', 'a', 'k')) {
            track_done(w);
            w->track = (struct track){ 0 };
        }
        if (is_header(name))
            read_header_box(w, name);
        at += is_parent(name) ? header : size;
    }
    track_done(w);
}

void ff_mp4_find_ends(struct ff_demuxer *d)
{
    struct walk w = { .d = d, .io = d->context->pb };
    int64_t back;

    if (w.io == NULL || !(w.io->seekable & AVIO_SEEKABLE_NORMAL))
        return;
    back = avio_tell(w.io);
    walk_boxes(&w);
    avio_seek(w.io, back, SEEK_SET);
}
