/* SPDX-License-Identifier: MIT */
/* checks_allocator.c - CLSID_MemoryAllocator: sizes, commit, buffers, and who waits for one.
 *
 * Knows: IMemAllocator.  Must not know: whose allocator it is.
 */
#include "oracle.h"

static BOOL allocator_make(IMemAllocator **out)
{
    return make(&CLSID_MemoryAllocator, "CLSID_MemoryAllocator", &IID_IMemAllocator,
                (void **)out);
}

static HRESULT size(IMemAllocator *allocator, LONG count, LONG bytes, LONG align, LONG prefix)
{
    ALLOCATOR_PROPERTIES wish = { count, bytes, align, prefix }, actual;

    return IMemAllocator_SetProperties(allocator, &wish, &actual);
}

void group_allocator_sizes(void)
{
    ALLOCATOR_PROPERTIES wish = { 3, 1000, 16, 32 }, actual = { -1, -1, -1, -1 };
    IMemAllocator *a;

    if (!allocator_make(&a))
        return;
    answer_hr("GetProperties of a new one", IMemAllocator_GetProperties(a, &actual), "S_OK",
              "a new allocator can be asked");
    answer_value("its count", actual.cBuffers, "0", "no buffers were asked for yet");
    answer_value("its size", actual.cbBuffer, "0", "nor a size");
    answer_value("its prefix", actual.cbPrefix, "0", "nor a prefix");
    answer_hr("alignment 0", size(a, 1, 64, 0, 0), "VFW_E_BADALIGN",
              "an alignment is a power of two");
    answer_hr("alignment 3", size(a, 1, 64, 3, 0), "VFW_E_BADALIGN",
              "an alignment is a power of two");
    answer_hr("alignment -1", size(a, 1, 64, -1, 0), "VFW_E_BADALIGN",
              "an alignment is a power of two");
    answer_hr("alignment 1", size(a, 1, 64, 1, 0), "S_OK", "one byte is an alignment");
    answer_hr("alignment 4096", size(a, 1, 64, 4096, 0), "S_OK", "a page is an alignment");
    answer_hr("no buffers", size(a, 0, 64, 1, 0), "S_OK",
              "only Commit looks whether there is something to make");
    answer_hr("SetProperties", IMemAllocator_SetProperties(a, &wish, &actual), "S_OK",
              "not committed, nothing out");
    answer_value("actual count", actual.cBuffers, "3",
                 "what will be made, in the last argument");
    answer_yes("actual size", actual.cbBuffer >= 1000, "at least as large as was asked");
    answer_value("actual alignment", actual.cbAlign, "16", "as was asked");
    answer_value("actual prefix", actual.cbPrefix, "32", "as was asked");
    ZeroMemory(&actual, sizeof(actual));
    answer_hr("GetProperties", IMemAllocator_GetProperties(a, &actual), "S_OK", "set before");
    answer_value("got count", actual.cBuffers, "3", "as was set");
    answer_yes("got size", actual.cbBuffer >= 1000, "as was set");
    answer_value("got alignment", actual.cbAlign, "16", "as was set");
    answer_value("got prefix", actual.cbPrefix, "32", "as was set");
    answer_hr("a second SetProperties", size(a, 1, 64, 1, 0), "S_OK", "as often as one likes");
    (void)IMemAllocator_GetProperties(a, &actual);
    answer_value("count after it", actual.cBuffers, "1", "the last one counts");
    IMemAllocator_Release(a);
}

void group_allocator_commit(void)
{
    IMediaSample *sample = NULL;
    IMemAllocator *a;

    if (!allocator_make(&a))
        return;
    answer_hr("Commit without sizes", IMemAllocator_Commit(a), "VFW_E_SIZENOTSET",
              "SetProperties comes first");
    answer_hr("Decommit of a new one", IMemAllocator_Decommit(a), "S_OK", "nothing to do");
    (void)size(a, 0, 64, 1, 0);
    answer_hr("Commit of no buffers", IMemAllocator_Commit(a), "VFW_E_SIZENOTSET",
              "a count is needed");
    (void)size(a, 1, 0, 1, 0);
    answer_hr("Commit of empty buffers", IMemAllocator_Commit(a), "VFW_E_SIZENOTSET",
              "a size is needed");
    (void)size(a, 1, 64, 1, 0);
    answer_hr("GetBuffer before Commit", IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0),
              "VFW_E_NOT_COMMITTED", "there is no memory yet");
    answer_hr("Commit", IMemAllocator_Commit(a), "S_OK", "sizes are set");
    answer_hr("Commit again", IMemAllocator_Commit(a), "S_OK", "nothing to do");
    answer_hr("SetProperties while committed", size(a, 2, 64, 1, 0), "VFW_E_ALREADY_COMMITTED",
              "C-70");
    answer_hr("GetBuffer", IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0), "S_OK",
              "one is free");
    answer_hr("Decommit with a buffer out", IMemAllocator_Decommit(a), "S_OK",
              "it returns at once; the memory goes with the last buffer");
    answer_hr("SetProperties with a buffer out", size(a, 2, 64, 1, 0),
              "VFW_E_BUFFERS_OUTSTANDING", "C-70");
    answer_hr("Commit with a buffer out", IMemAllocator_Commit(a), "S_OK",
              "the decommit that was under way is called off");
    answer_hr("SetProperties after that", size(a, 2, 64, 1, 0), "VFW_E_ALREADY_COMMITTED",
              "it is committed again");
    answer_hr("Decommit again", IMemAllocator_Decommit(a), "S_OK", "it is committed");
    answer_hr("Decommit twice", IMemAllocator_Decommit(a), "S_OK", "nothing to do");
    answer_hr("GetBuffer after Decommit", IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0),
              "VFW_E_NOT_COMMITTED", "decommitted");
    IMemAllocator_Release(a);
}

void group_allocator_buffers(void)
{
    IMediaSample *one = NULL, *two = NULL, *none = NULL;
    BYTE *first = NULL, *second = NULL;
    IMemAllocator *a;

    if (!allocator_make(&a))
        return;
    (void)size(a, 2, 100, 64, 0);
    (void)IMemAllocator_Commit(a);
    answer_hr("the first buffer", IMemAllocator_GetBuffer(a, &one, NULL, NULL, 0), "S_OK",
              "two are free");
    answer_hr("the second buffer", IMemAllocator_GetBuffer(a, &two, NULL, NULL, AM_GBF_NOWAIT),
              "S_OK", "one is free: no waiting");
    answer_hr("no third buffer", IMemAllocator_GetBuffer(a, &none, NULL, NULL, AM_GBF_NOWAIT),
              "VFW_E_TIMEOUT", "none is free, and NOWAIT says not to wait");
    if (one == NULL || two == NULL)
        return;
    answer_yes("two objects", one != two, "each buffer is a sample of its own");
    answer_hr("GetPointer", IMediaSample_GetPointer(one, &first), "S_OK", "its memory");
    (void)IMediaSample_GetPointer(two, &second);
    answer_yes("memory of its own", first + 100 <= second || second + 100 <= first,
               "buffers do not overlap");
    answer_value("aligned", (LONGLONG)((ULONG_PTR)first % 64), "0", "as SetProperties asked");
    answer_yes("as large as asked", IMediaSample_GetSize(one) >= 100, "as SetProperties asked");
    IMediaSample_AddRef(one);
    answer_value("its count", (LONGLONG)IMediaSample_Release(one), "1",
                 "the caller has the only reference");
    answer_value("the last Release", (LONGLONG)IMediaSample_Release(one), "0",
                 "the sample goes home");
    answer_hr("a buffer that came home",
              IMemAllocator_GetBuffer(a, &none, NULL, NULL, AM_GBF_NOWAIT), "S_OK",
              "it can be had again");
    if (none != NULL)
        IMediaSample_Release(none);
    (void)IMemAllocator_Decommit(a);
    IMemAllocator_Release(a);
    answer_hr("a sample outlives its allocator", IMediaSample_GetPointer(two, &second), "S_OK",
              "memory is freed when the last sample has come home");
    answer_value("and goes", (LONGLONG)IMediaSample_Release(two), "0", "its last reference");
}

/* ---- waiting ----------------------------------------------------------------------------- */

struct waiter {
    IMemAllocator *allocator;
    HANDLE begun;
    HRESULT answer;
};

static DWORD WINAPI wait_for_buffer(LPVOID parameter)
{
    struct waiter *w = parameter;
    IMediaSample *sample = NULL;

    SetEvent(w->begun);
    w->answer = IMemAllocator_GetBuffer(w->allocator, &sample, NULL, NULL, 0);
    if (sample != NULL)
        IMediaSample_Release(sample);
    return 0;
}

/* Starts a thread that asks for a buffer; it may not wait yet when this returns. */
static HANDLE waiter_start(struct waiter *w)
{
    HANDLE thread;

    w->begun = CreateEventA(NULL, TRUE, FALSE, NULL);
    w->answer = E_UNEXPECTED;
    thread = CreateThread(NULL, 0, wait_for_buffer, w, 0, NULL);
    WaitForSingleObject(w->begun, PATIENCE_MS);
    CloseHandle(w->begun);
    return thread;
}

static const char *waiter_end(struct waiter *w, HANDLE thread)
{
    return WaitForSingleObject(thread, PATIENCE_MS) == WAIT_OBJECT_0 ? hr_name(w->answer)
                                                                     : "it waits on";
}

void group_allocator_waits(void)
{
    struct waiter w;
    IMediaSample *sample = NULL;
    IMemAllocator *a;
    HANDLE thread;

    if (!allocator_make(&a))
        return;
    w.allocator = a;
    (void)size(a, 1, 64, 1, 0);
    (void)IMemAllocator_Commit(a);
    (void)IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0);
    thread = waiter_start(&w);
    answer_yes("GetBuffer waits", WaitForSingleObject(thread, 50) == WAIT_TIMEOUT,
               "while all buffers are out");
    IMediaSample_Release(sample);
    answer_text("Release wakes it", waiter_end(&w, thread), "S_OK", "a buffer has come home");
    CloseHandle(thread);
    (void)IMemAllocator_GetBuffer(a, &sample, NULL, NULL, 0);
    thread = waiter_start(&w);
    (void)WaitForSingleObject(thread, 50);
    (void)IMemAllocator_Decommit(a);
    answer_text("Decommit wakes it", waiter_end(&w, thread), "VFW_E_NOT_COMMITTED", "C-69");
    IMediaSample_Release(sample);
    (void)WaitForSingleObject(thread, PATIENCE_MS); /* it may have waited on for that */
    CloseHandle(thread);
    IMemAllocator_Release(a);
}
