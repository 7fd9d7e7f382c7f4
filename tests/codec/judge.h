/* SPDX-License-Identifier: MIT */
/* judge.h - what came, beside what should have come.
 */
#pragma once

#include "media.h"

struct verdict {
    size_t wanted, got;
    size_t lost, damaged, doubled, reordered;
};

/* Pictures of the same stream, known by their times: bit for bit. */
struct verdict judge_pictures(const struct record *wanted, const struct record *got);
/* Pictures that carry their numbers, 0 and up, at the times of `wanted`. */
struct verdict judge_numbers(const struct record *wanted, const struct record *got);
/* Sound bit for bit, in blocks. */
struct verdict judge_sound(const struct record *wanted, const struct record *got);
/* Sound that went through a lossy codec: as long to the sample, in each block what it was but for noise
 * so many dB below, and for 10 dB less on the whole. */
struct verdict judge_sound_like(const struct record *wanted, const struct record *got,
                                double least_db);

bool verdict_is_good(const struct verdict *v);
