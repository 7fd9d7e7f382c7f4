/* SPDX-License-Identifier: MIT */
/* support.h - what the tests of samples, allocators and types share. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regraft.h>

#include "com/object.h"
#include "media/sample.h"
#include "media/type.h"
#include "platform/memory.h"
#include "platform/thread.h"

#define COUNT_OF(array)  (sizeof(array) / sizeof((array)[0]))
#define SIGNALLED(event) (WaitForSingleObject((event), 0) == WAIT_OBJECT_0)
#define WAIT_LONG        60000 /* ms: only a failing test waits so long */

static inline IMemAllocator *allocator_new(void)
{
    IMemAllocator *allocator = NULL;

    assert_int_equal(rg_allocator_create(NULL, &IID_IMemAllocator, (void **)&allocator), S_OK);
    return allocator;
}

static inline IMemAllocator *allocator_ready(LONG buffers, LONG bytes)
{
    ALLOCATOR_PROPERTIES want = { buffers, bytes, 1, 0 }, got;
    IMemAllocator *allocator = allocator_new();

    assert_int_equal(IMemAllocator_SetProperties(allocator, &want, &got), S_OK);
    assert_int_equal(IMemAllocator_Commit(allocator), S_OK);
    return allocator;
}

static inline IMediaSample *sample_from(IMemAllocator *allocator)
{
    IMediaSample *sample = NULL;

    assert_int_equal(IMemAllocator_GetBuffer(allocator, &sample, NULL, NULL, 0), S_OK);
    assert_non_null(sample);
    return sample;
}

static inline int nothing_left(void **state)
{
    (void)state;
    return rg_live_objects(NULL, NULL) == 0 ? 0 : -1;
}
