/* SPDX-License-Identifier: MIT */
/* checks_clock.c - CLSID_SystemClock: the time, and who is told when it has come.
 *
 * Knows: IReferenceClock.  Must not know: graphs.
 */
#include "oracle.h"

#define FAR_HNS  36000000000000LL /* a thousand hours */
#define SOON_HNS 300000LL

static BOOL clock_make(IReferenceClock **out)
{
    return make(&CLSID_SystemClock, "CLSID_SystemClock", &IID_IReferenceClock, (void **)out);
}

static REFERENCE_TIME now(IReferenceClock *clock)
{
    REFERENCE_TIME time = 0;

    (void)IReferenceClock_GetTime(clock, &time);
    return time;
}

static const char *signalled(HANDLE handle, DWORD ms)
{
    return WaitForSingleObject(handle, ms) == WAIT_OBJECT_0 ? "signalled" : "not signalled";
}

void group_clock_time(void)
{
    REFERENCE_TIME first = -1, second = -1;
    BOOL backwards = FALSE;
    IReferenceClock *clock;

    if (!clock_make(&clock))
        return;
    answer_hr("GetTime of NULL", IReferenceClock_GetTime(clock, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("GetTime", IReferenceClock_GetTime(clock, &first), "S_OK|S_FALSE",
              "S_FALSE: the same as last time");
    answer_yes("above zero", first > 0, "the system's time");
    for (int i = 0; i < 1000; i++) {
        second = now(clock);
        backwards = backwards || second < first;
        first = second;
    }
    answer_yes("never backwards", !backwards, "a reference clock does not go backwards");
    IReferenceClock_Release(clock);
}

void group_clock_advise(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    IReferenceClock *clock;
    DWORD_PTR cookie = 0, other = 0;
    REFERENCE_TIME due;

    if (!clock_make(&clock))
        return;
    answer_hr("AdviseTime without a cookie",
              IReferenceClock_AdviseTime(clock, now(clock), 0, (HEVENT)event, NULL),
              "E_POINTER", "the cookie has to go somewhere");
    answer_hr("AdviseTime at zero",
              IReferenceClock_AdviseTime(clock, 0, 0, (HEVENT)event, &cookie), "E_INVALIDARG",
              "not a valid time");
    answer_hr("AdviseTime before zero",
              IReferenceClock_AdviseTime(clock, 10, -20, (HEVENT)event, &cookie),
              "E_INVALIDARG", "the sum is what counts");
    answer_hr("AdviseTime at the end of time",
              IReferenceClock_AdviseTime(clock, MAXLONGLONG, 0, (HEVENT)event, &cookie),
              "E_INVALIDARG", "the last time stands for never (base classes)");
    answer_hr("AdviseTime of the past",
              IReferenceClock_AdviseTime(clock, 1, 1, (HEVENT)event, &cookie), "S_OK",
              "it is due at once");
    answer_text("its event", signalled(event, PATIENCE_MS), "signalled", "due");
    answer_hr("Unadvise of one that was due", IReferenceClock_Unadvise(clock, cookie),
              "S_FALSE", "it is over");
    due = now(clock) + SOON_HNS;
    answer_hr("AdviseTime",
              IReferenceClock_AdviseTime(clock, due - 5, 5, (HEVENT)event, &cookie), "S_OK",
              "base and stream time are added");
    answer_yes("a cookie", cookie != 0, "something to take it back with");
    answer_text("the event", signalled(event, PATIENCE_MS), "signalled", "its time has come");
    answer_yes("not too early", now(clock) >= due, "the clock says that it is time");
    answer_text("once", signalled(event, 50), "not signalled", "AdviseTime is for one time");
    answer_hr("AdviseTime far away",
              IReferenceClock_AdviseTime(clock, now(clock), FAR_HNS, (HEVENT)event, &cookie),
              "S_OK", "any time");
    (void)IReferenceClock_AdviseTime(clock, now(clock), FAR_HNS, (HEVENT)event, &other);
    answer_yes("another cookie", other != cookie, "each request has its own");
    answer_hr("Unadvise", IReferenceClock_Unadvise(clock, cookie), "S_OK", "taken back");
    answer_hr("Unadvise again", IReferenceClock_Unadvise(clock, cookie), "S_FALSE",
              "there is none any more");
    answer_hr("Unadvise of the other", IReferenceClock_Unadvise(clock, other), "S_OK",
              "it was not touched");
    answer_hr("Unadvise of nothing", IReferenceClock_Unadvise(clock, 0x1234567), "S_FALSE",
              "there is none");
    answer_text("an event that was taken back", signalled(event, 0), "not signalled",
                "it is not signalled");
    IReferenceClock_Release(clock);
    CloseHandle(event);
}

void group_clock_periodic(void)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 1000, NULL);
    REFERENCE_TIME start;
    IReferenceClock *clock;
    DWORD_PTR cookie = 0;

    if (!clock_make(&clock))
        return;
    start = now(clock);
    answer_hr(
        "AdvisePeriodic without a cookie",
        IReferenceClock_AdvisePeriodic(clock, start, SOON_HNS, (HSEMAPHORE)semaphore, NULL),
        "E_POINTER", "the cookie has to go somewhere");
    answer_hr(
        "start at zero",
        IReferenceClock_AdvisePeriodic(clock, 0, SOON_HNS, (HSEMAPHORE)semaphore, &cookie),
        "E_INVALIDARG", "not a valid time");
    answer_hr(
        "start before zero",
        IReferenceClock_AdvisePeriodic(clock, -1, SOON_HNS, (HSEMAPHORE)semaphore, &cookie),
        "E_INVALIDARG", "not a valid time");
    answer_hr("period of zero",
              IReferenceClock_AdvisePeriodic(clock, start, 0, (HSEMAPHORE)semaphore, &cookie),
              "E_INVALIDARG", "not a valid time");
    answer_hr("period below zero",
              IReferenceClock_AdvisePeriodic(clock, start, -1, (HSEMAPHORE)semaphore, &cookie),
              "E_INVALIDARG", "not a valid time");
    answer_hr("start at the end of time",
              IReferenceClock_AdvisePeriodic(clock, MAXLONGLONG, SOON_HNS,
                                             (HSEMAPHORE)semaphore, &cookie),
              "E_INVALIDARG", "the last time stands for never (base classes)");
    answer_hr(
        "AdvisePeriodic",
        IReferenceClock_AdvisePeriodic(clock, start, SOON_HNS, (HSEMAPHORE)semaphore, &cookie),
        "S_OK", "from now on");
    answer_text("the first time", signalled(semaphore, PATIENCE_MS), "signalled",
                "at the start");
    answer_text("the second time", signalled(semaphore, PATIENCE_MS), "signalled",
                "a period later");
    answer_text("the third time", signalled(semaphore, PATIENCE_MS), "signalled",
                "a period later");
    answer_yes("not too early", now(clock) >= start + 2 * SOON_HNS,
               "two periods have gone by at least");
    answer_hr("Unadvise", IReferenceClock_Unadvise(clock, cookie), "S_OK",
              "it goes on until then");
    while (WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0)
        continue;
    answer_text("after that", signalled(semaphore, 100), "not signalled", "taken back");
    answer_hr("Unadvise again", IReferenceClock_Unadvise(clock, cookie), "S_FALSE",
              "there is none any more");
    IReferenceClock_Release(clock);
    CloseHandle(semaphore);
}
