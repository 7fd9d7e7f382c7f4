/* SPDX-License-Identifier: MIT */
/* ff/io.h - where a seek within an AVIOContext of ours leads.
 *
 * Any thread.
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include <libavformat/avio.h>

/* *at moves.  length < 0: not known.  The new position, or the length where whence asks for it; an
 * AVERROR. */
static inline int64_t ff_io_seek(int64_t *at, int64_t length, int64_t to, int whence)
{
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return length >= 0 ? length : AVERROR(ENOSYS);
    if (whence == SEEK_CUR)
        to += *at;
    else if (whence == SEEK_END && length >= 0)
        to += length;
    else if (whence != SEEK_SET)
        return AVERROR(EINVAL);
    if (to < 0)
        return AVERROR(EINVAL);
    *at = to;
    return to;
}
