/* SPDX-License-Identifier: MIT */
/* base/reader.h - for authors of filters that give the bytes of a file to whoever asks for them
 * (pull): IAsyncReader.
 *
 * The base makes IFileSourceFilter, the output pin for MEDIATYPE_Stream, the queue of requests and
 * the thread that works it off; the class reads.
 *
 * Threads: read: the reader's own, one call at a time.  length, interrupt: any thread.  All others:
 * control threads, while nothing is read.
 */
#pragma once

#include "base/class.h"

struct rg_reader_class {
    union {
        struct {
            RG_CLASS_FIELDS
        };
        struct rg_class common;
    };

    /* location is UTF-8: a path or an URL.  On failure what was open before stays open.  No other
     * call meanwhile. */
    HRESULT (*open)(void *state, const void *settings, const char *location);
    /* How many bytes there are at this moment, and how many of them are at hand.  S_OK;
     * VFW_S_ESTIMATED; E_NOTIMPL: nobody knows. */
    HRESULT (*length)(void *state, LONGLONG *ret_total, LONGLONG *ret_available);
    /* Bytes from `at` on, as many as are wanted: fewer only where the file ends.  S_OK; an error of
     * the system: *ret_bytes does not count; VFW_E_STATE_CHANGED: interrupted. */
    HRESULT (*read)(void *state, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes);
    /* Optional: on true, a read that waits returns soon, and so does every new one until false. */
    void (*interrupt)(void *state, bool on);
    void (*destroy)(void *state);
};

RG_API HRESULT rg_reader_create(const struct rg_reader_class *cls, IUnknown *outer, REFIID iid,
                                void **out);
