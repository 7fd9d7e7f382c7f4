/* SPDX-License-Identifier: MIT */
/* base/class.h - what every filter class has in common: name, identity, options, settings.
 *
 * For filter authors.  A class is one constant table; the base makes pins, locks, threads
 * and counts. Settings are a plain struct of the author's, made of bool, int, double and
 * char arrays.  The base keeps it, changes a copy when an option is set, and swaps the whole
 * between two frames: a callback sees one frozen set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <dshow.h>
#include <regraft_if.h>

#include "media/format.h"
#include "media/sample.h"
#include "media/type.h"

struct rg_option {
    RG_OPTION_INFO info;
    size_t offset;
    size_t size; /* of a text or choice field, in bytes */
};

/* One line per option; ends with RG_OPTIONS_END.  Choices are kept as an int: 0 for the
 * first word of the list. */
#define RG_BOOL(type, field, value, text)                                                      \
    {                                                                                          \
        { #field, text, RG_OPTION_BOOL, 0, #value, NULL, 0, 1 }, offsetof(type, field),        \
            sizeof(bool)                                                                       \
    }
#define RG_INT(type, field, value, low, high, text)                                            \
    {                                                                                          \
        { #field, text, RG_OPTION_INT, 0, #value, NULL, low, high }, offsetof(type, field),    \
            sizeof(int)                                                                        \
    }
#define RG_DOUBLE(type, field, value, low, high, text)                                         \
    {                                                                                          \
        { #field, text, RG_OPTION_DOUBLE, 0, #value, NULL, low, high }, offsetof(type, field), \
            sizeof(double)                                                                     \
    }
#define RG_TEXT(type, field, value, text)                                                      \
    {                                                                                          \
        { #field, text, RG_OPTION_TEXT, 0, value, NULL, 0, sizeof(((type *)0)->field) },       \
            offsetof(type, field), sizeof(((type *)0)->field)                                  \
    }
#define RG_CHOICE(type, field, value, words, text)                                             \
    {                                                                                          \
        { #field, text, RG_OPTION_CHOICE, 0, value, words, 0, 0 }, offsetof(type, field),      \
            sizeof(int)                                                                        \
    }
/* The same, but only while the filter is stopped and unconnected. */
#define RG_FIXED_INT(type, field, value, low, high, text)                                      \
    {                                                                                          \
        { #field, text, RG_OPTION_INT, RG_OPTION_FIXED, #value, NULL, low, high },             \
            offsetof(type, field), sizeof(int)                                                 \
    }
#define RG_FIXED_BOOL(type, field, value, text)                                                \
    {                                                                                          \
        { #field, text, RG_OPTION_BOOL, RG_OPTION_FIXED, #value, NULL, 0, 1 },                 \
            offsetof(type, field), sizeof(bool)                                                \
    }
#define RG_FIXED_DOUBLE(type, field, value, low, high, text)                                   \
    {                                                                                          \
        { #field, text, RG_OPTION_DOUBLE, RG_OPTION_FIXED, #value, NULL, low, high },          \
            offsetof(type, field), sizeof(double)                                              \
    }
#define RG_FIXED_TEXT(type, field, value, text)                                                \
    {                                                                                          \
        { #field,                                                                              \
          text,                                                                                \
          RG_OPTION_TEXT,                                                                      \
          RG_OPTION_FIXED,                                                                     \
          value,                                                                               \
          NULL,                                                                                \
          0,                                                                                   \
          sizeof(((type *)0)->field) },                                                        \
            offsetof(type, field), sizeof(((type *)0)->field)                                  \
    }
#define RG_FIXED_CHOICE(type, field, value, words, text)                                       \
    {                                                                                          \
        { #field, text, RG_OPTION_CHOICE, RG_OPTION_FIXED, value, words, 0, 0 },               \
            offsetof(type, field), sizeof(int)                                                 \
    }
#define RG_OPTIONS_END                                                                         \
    {                                                                                          \
        { NULL, NULL, RG_OPTION_BOOL, 0, NULL, NULL, 0, 0 }, 0, 0                              \
    }

/* What a class says to intelligent connect: pairs that its input (output) may have.  Ends
 * with { NULL, NULL }; GUID_NULL stands for anything. */
struct rg_type_pair {
    const GUID *major, *subtype;
};

/* Any video, any sound: for classes whose accept says the rest. */
extern RG_API const struct rg_type_pair rg_types_video[], rg_types_audio[];

/* The members every class table starts with.
 * merit 0 means MERIT_DO_NOT_USE: never chosen by intelligent connect. */
#define RG_CLASS_FIELDS                                                                            \
    const char *name; /* short, stable, lower case */                                              \
    const char *help; /* one line for people */                                                    \
    GUID clsid;                                                                                    \
    DWORD merit;                                                                                   \
    const struct rg_type_pair *input_types; /* NULL: anything */                                   \
    const struct rg_type_pair *output_types;                                                       \
    const CLSID *const *categories; /* beside CLSID_LegacyAmFilterCategory, ends with NULL */      \
    size_t state_size;              /* the author's own state, zeroed at creation; may be 0 */     \
    size_t settings_size;           /* may be 0 */                                                 \
    const struct rg_option *options; /* NULL: none */                                              \
    /* Optional; any thread: do settings make sense after an option was set?  S_OK;              \
     * E_INVALIDARG: the option is refused, the settings stay as they were. */ \
    HRESULT (*check)(const void *settings);

struct rg_class {
    RG_CLASS_FIELDS
};
