/* SPDX-License-Identifier: MIT */
/* null.c - takes anything and shows nothing; the ledger of its pin says what came.
 *
 * Runs: nothing but the base's own.
 * Knows: nothing of media.  Must not know: pins, graphs.
 */
#include "base/sink.h"

struct null_settings {
    bool sync;
};

static const struct rg_option options[] = {
    RG_BOOL(struct null_settings, sync, false,
            "hold each sample until the clock reaches its time"),
    RG_OPTIONS_END,
};

static bool null_is_synced(const void *settings)
{
    return ((const struct null_settings *)settings)->sync;
}

const struct rg_sink_class rg_null = {
    .name = "null",
    .help = "Takes anything, shows nothing",
    .clsid = { 0xd4c9a4fc, 0xef1c, 0x49ba, { 0xbb, 0x3c, 0xd8, 0x10, 0x92, 0x24, 0x53, 0x54 } },
    .settings_size = sizeof(struct null_settings),
    .options = options,
    .preroll = true,
    .is_synced = null_is_synced,
};
