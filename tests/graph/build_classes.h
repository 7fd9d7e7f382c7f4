/* SPDX-License-Identifier: MIT */
/* build_classes.h - registered fakes for the tests of building, included by each of them once: letters are media types,
 * '1' is a picture, '2' is sound; sources are told apart by the file that they read.
 */
#pragma once

#include <stdlib.h>

#include "graph_test.h"

#include "com/registry.h"

static const GUID fake_major = { 0x66616b65, 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };
#define LETTER(l)                                                                              \
    {                                                                                          \
        l, 0x0001, 0x4000,                                                                     \
        {                                                                                      \
            0x80, 0, 0, 0, 0, 0, 0, 1                                                          \
        }                                                                                      \
    }
static const GUID letter_a = LETTER('A'), letter_b = LETTER('B'), letter_m = LETTER('M'),
                  letter_h = LETTER('H'), letter_s = LETTER('S');

#define FAKE_CLASS(id, n, cat, m, letter, ...)                                                 \
    static const CLSID clsid_##id = { 0x66616b68, n, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 4 } };  \
    static const struct fake_config config_##id = { .clsid = &clsid_##id, __VA_ARGS__ };       \
    static const struct rg_class_type takes_##id = { &fake_major, letter };                    \
    static const struct rg_class_entry class_##id = {                                          \
        .clsid = &clsid_##id,                                                                  \
        .name = "fake-" #id,                                                                   \
        .help = "a fake",                                                                      \
        .category = cat,                                                                       \
        .merit = m,                                                                            \
        .create = fake_class_create,                                                           \
        .detail = &config_##id,                                                                \
        .inputs = &takes_##id,                                                                 \
        .input_count = (cat) == RG_CLASS_SOURCE ? 0 : 1,                                       \
    };

#define NORMAL 0x600000u
FAKE_CLASS(better, 1, RG_CLASS_TRANSFORM, NORMAL + 1, &letter_m, .inputs = 1, .outputs = 1,
           .in_types = "M", .out_types = "B")
FAKE_CLASS(plain, 2, RG_CLASS_TRANSFORM, NORMAL, &letter_m, .inputs = 1, .outputs = 1,
           .in_types = "M", .out_types = "B")
FAKE_CLASS(dead_end, 3, RG_CLASS_TRANSFORM, NORMAL + 1, &letter_a, .inputs = 1, .outputs = 1,
           .in_types = "A", .out_types = "Z")
FAKE_CLASS(ab, 4, RG_CLASS_TRANSFORM, NORMAL, &letter_a, .inputs = 1, .outputs = 1,
           .in_types = "A", .out_types = "B")
FAKE_CLASS(sink_b, 5, RG_CLASS_SINK, NORMAL, &letter_b, .inputs = 1, .in_types = "B")
FAKE_CLASS(deaf, 6, RG_CLASS_SINK, NORMAL, &letter_h, .inputs = 1, .in_types = "H",
           .fail_receive_connection = VFW_E_NO_AUDIO_HARDWARE)
FAKE_CLASS(split, 7, RG_CLASS_TRANSFORM, NORMAL, &letter_s, .inputs = 1, .outputs = 2,
           .in_types = "S", .out_types = "B", .more_out_types = "1")
