/* SPDX-License-Identifier: MIT */
/* ff/demuxer_flac.c - frames of FLAC carry the number of their first sample; what an Ogg page says of
 * them after a jump is the time of another page, until the next one begins.
 *
 * Under lock.
 * Knows: the head of a frame of FLAC (RFC 9639, 9.1).  Must not know: queues.
 */
#include <libavutil/mathematics.h>

#include "ff/demuxer_internal.h"

#define NUMBER_AT 4 /* behind sync code, block size, rate, channels */

/* Coded as UTF-8 codes characters, in up to seven bytes.  -1: it is none. */
static int64_t coded_number(const uint8_t *data, int size)
{
    int length = 0;
    int64_t number;

    if (size <= NUMBER_AT)
        return -1;
    data += NUMBER_AT;
    size -= NUMBER_AT;
    while (length < 8 && (data[0] & 0x80 >> length) != 0)
        length++;
    if (length == 0)
        return data[0];
    if (length == 1 || length == 8 || length > size)
        return -1;
    number = data[0] & (0x7f >> length);
    for (int i = 1; i < length; i++) {
        if ((data[i] & 0xc0) != 0x80)
            return -1;
        number = number << 6 | (data[i] & 0x3f);
    }
    return number;
}

/* Of a stream whose frames are all of one size: as its STREAMINFO says.  0: it doesn't. */
static int frame_size(const AVCodecParameters *par)
{
    return par->extradata_size >= 4 ? par->extradata[2] << 8 | par->extradata[3] : 0;
}

void ff_demuxer_stamp_flac(const struct ff_demuxer *d, const struct demux_stream *s,
                           AVPacket *p)
{
    const AVCodecParameters *par = s->av->codecpar;
    int64_t number;
    bool counts_samples;

    if (par->codec_id != AV_CODEC_ID_FLAC || par->sample_rate <= 0 ||
        !ff_demuxer_is(d, "ogg") || p->size < 2 || p->data[0] != 0xff ||
        (p->data[1] & 0xfe) != 0xf8)
        return;
    counts_samples = (p->data[1] & 1) != 0; /* else frames, all of one size */
    number = coded_number(p->data, p->size);
    if (number < 0 || (!counts_samples && frame_size(par) <= 0))
        return;
    if (!counts_samples)
        number *= frame_size(par);
    p->pts = p->dts =
        av_rescale_q(number, (AVRational){ 1, par->sample_rate }, s->av->time_base);
}
