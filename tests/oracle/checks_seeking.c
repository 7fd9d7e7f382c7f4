/* SPDX-License-Identifier: MIT */
/* checks_seeking.c - IMediaSeeking and IMediaPosition of a graph, asked of its renderers.
 *
 * Knows: graphs over fakes that can seek.  Must not know: who executes a seek.
 */
#include "checks.h"
#include "oracle.h"

#define SECOND 10000000LL

struct film {
    struct road road;
    IMediaSeeking *seeking;
};

static void can_seek(struct fake *fake, LONGLONG duration)
{
    fake->can_seek = TRUE;
    fake->misc_flags = AM_FILTER_MISC_FLAGS_IS_RENDERER;
    fake->duration = fake->stop = fake->latest = duration;
    fake->preroll = 2 * SECOND;
    fake->capabilities = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards |
                         AM_SEEKING_CanGetDuration | AM_SEEKING_CanGetStopPos;
}

/* A road whose renderer knows a film of ten seconds. */
static BOOL film_make(struct film *film)
{
    if (!road_make(&film->road))
        return FALSE;
    can_seek(film->road.r, 10 * SECOND);
    /* it has told nobody yet that it can seek: it joins once more */
    (void)IGraphBuilder_RemoveFilter(film->road.graph, &film->road.r->filter);
    (void)IGraphBuilder_AddFilter(film->road.graph, &film->road.r->filter, L"r");
    (void)IGraphBuilder_ConnectDirect(film->road.graph, &film->road.t->pins[1].pin,
                                      &film->road.r->pins[0].pin, NULL);
    film->seeking = graph_face(film->road.graph, &IID_IMediaSeeking);
    (void)fake_log_take();
    return TRUE;
}

void group_seeking_empty(void)
{
    LONGLONG value = 77;
    IMediaSeeking *seeking;
    IGraphBuilder *graph;
    double rate = 0;
    GUID format;

    if (!graph_make(&graph))
        return;
    seeking = graph_face(graph, &IID_IMediaSeeking);
    answer_hr("GetDuration of nothing", IMediaSeeking_GetDuration(seeking, &value), "any error",
              "nobody knows");
    answer_hr(
        "SetPositions of nothing",
        IMediaSeeking_SetPositions(seeking, &value, AM_SEEKING_AbsolutePositioning, NULL, 0),
        "any error", "nobody can");
    answer_hr("GetTimeFormat", IMediaSeeking_GetTimeFormat(seeking, &format), "S_OK",
              "there is always one");
    answer_yes("its format", IsEqualGUID(&format, &TIME_FORMAT_MEDIA_TIME),
               "media time at first");
    answer_hr("GetRate", IMediaSeeking_GetRate(seeking, &rate), "S_OK", "there is always one");
    answer_value("its rate in thousandths", (LONGLONG)(rate * 1000), "1000", "as recorded");
    IGraphBuilder_Release(graph);
}

void group_seeking_formats(void)
{
    LONGLONG value = 0;
    struct film film;
    GUID format;

    if (!film_make(&film))
        return;
    answer_hr("IsFormatSupported of NULL", IMediaSeeking_IsFormatSupported(film.seeking, NULL),
              "E_POINTER", "a format is needed");
    answer_hr("IsFormatSupported of media time",
              IMediaSeeking_IsFormatSupported(film.seeking, &TIME_FORMAT_MEDIA_TIME), "S_OK",
              "the renderer has it");
    answer_hr("IsFormatSupported of frames",
              IMediaSeeking_IsFormatSupported(film.seeking, &TIME_FORMAT_FRAME), "S_OK",
              "the renderer has it");
    answer_hr("IsFormatSupported of bytes",
              IMediaSeeking_IsFormatSupported(film.seeking, &TIME_FORMAT_BYTE), "S_FALSE",
              "the renderer has it not");
    answer_hr("QueryPreferredFormat", IMediaSeeking_QueryPreferredFormat(film.seeking, &format),
              "S_OK", "one of them");
    answer_yes("the preferred one", IsEqualGUID(&format, &TIME_FORMAT_MEDIA_TIME),
               "media time");
    answer_hr("IsUsingTimeFormat of media time",
              IMediaSeeking_IsUsingTimeFormat(film.seeking, &TIME_FORMAT_MEDIA_TIME), "S_OK",
              "at first");
    answer_hr("IsUsingTimeFormat of frames",
              IMediaSeeking_IsUsingTimeFormat(film.seeking, &TIME_FORMAT_FRAME), "S_FALSE",
              "it is another");
    answer_hr("SetTimeFormat of NULL", IMediaSeeking_SetTimeFormat(film.seeking, NULL),
              "E_POINTER", "a format is needed");
    answer_hr("SetTimeFormat of bytes",
              IMediaSeeking_SetTimeFormat(film.seeking, &TIME_FORMAT_BYTE), "any error",
              "the renderer has it not");
    answer_hr("SetTimeFormat of frames",
              IMediaSeeking_SetTimeFormat(film.seeking, &TIME_FORMAT_FRAME), "S_OK",
              "the renderer has it");
    (void)IMediaSeeking_GetTimeFormat(film.seeking, &format);
    answer_yes("GetTimeFormat after it", IsEqualGUID(&format, &TIME_FORMAT_FRAME),
               "as was set");
    answer_hr("IsUsingTimeFormat after it",
              IMediaSeeking_IsUsingTimeFormat(film.seeking, &TIME_FORMAT_FRAME), "S_OK",
              "as was set");
    answer_hr("SetTimeFormat back",
              IMediaSeeking_SetTimeFormat(film.seeking, &TIME_FORMAT_MEDIA_TIME), "S_OK",
              "while it is stopped");
    (void)IMediaControl_Pause(film.road.control);
    answer_hr("SetTimeFormat while paused",
              IMediaSeeking_SetTimeFormat(film.seeking, &TIME_FORMAT_FRAME),
              "VFW_E_WRONG_STATE", "only while it is stopped");
    (void)IMediaControl_Stop(film.road.control);
    answer_hr("ConvertTimeFormat to the same",
              IMediaSeeking_ConvertTimeFormat(film.seeking, &value, &TIME_FORMAT_MEDIA_TIME, 55,
                                              &TIME_FORMAT_MEDIA_TIME),
              "S_OK", "nothing to do");
    answer_value("the same", value, "55", "nothing to do");
    answer_hr("ConvertTimeFormat to frames",
              IMediaSeeking_ConvertTimeFormat(film.seeking, &value, &TIME_FORMAT_FRAME, 4000000,
                                              NULL),
              "S_OK", "NULL: the present format; the renderer knows");
    answer_value("frames", value, "10", "as the renderer says");
    road_end(&film.road);
}

void group_seeking_capabilities(void)
{
    LONGLONG one = 0, two = 0;
    struct film film;
    DWORD flags = 0;

    if (!film_make(&film))
        return;
    answer_hr("GetCapabilities", IMediaSeeking_GetCapabilities(film.seeking, &flags), "S_OK",
              "the renderers'");
    answer_value("its flags",
                 flags & (AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards |
                          AM_SEEKING_CanGetDuration | AM_SEEKING_CanSeekBackwards),
                 "35", "absolute, forwards, duration");
    flags = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanGetDuration;
    answer_hr("CheckCapabilities of what it can",
              IMediaSeeking_CheckCapabilities(film.seeking, &flags), "S_OK", "all of them");
    flags = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekBackwards;
    answer_hr("CheckCapabilities of some",
              IMediaSeeking_CheckCapabilities(film.seeking, &flags), "S_FALSE", "some of them");
    answer_value("which", flags, "1", "those that it has");
    flags = AM_SEEKING_CanSeekBackwards;
    answer_hr("CheckCapabilities of none",
              IMediaSeeking_CheckCapabilities(film.seeking, &flags), "E_FAIL", "none of them");
    answer_hr("CheckCapabilities of NULL", IMediaSeeking_CheckCapabilities(film.seeking, NULL),
              "E_POINTER", "flags are needed");
    answer_hr("GetDuration", IMediaSeeking_GetDuration(film.seeking, &one), "S_OK",
              "the renderer knows");
    answer_value("its duration", one, "100000000", "as the renderer says");
    answer_hr("GetDuration to NULL", IMediaSeeking_GetDuration(film.seeking, NULL), "E_POINTER",
              "an address is needed");
    answer_hr("GetStopPosition", IMediaSeeking_GetStopPosition(film.seeking, &one), "S_OK",
              "the renderer knows");
    answer_value("its stop position", one, "100000000", "as the renderer says");
    answer_hr("GetAvailable", IMediaSeeking_GetAvailable(film.seeking, &one, &two), "S_OK",
              "the renderer knows");
    answer_value("available from", one, "0", "as the renderer says");
    answer_value("available to", two, "100000000", "as the renderer says");
    answer_hr("GetPreroll", IMediaSeeking_GetPreroll(film.seeking, &one), "S_OK",
              "the renderer knows");
    answer_value("its preroll", one, "20000000", "as the renderer says");
    road_end(&film.road);
}

void group_seeking_positions(void)
{
    LONGLONG current = 3 * SECOND, stop = 7 * SECOND, a = 0, b = 0;
    struct film film;
    struct fake *r;

    if (!film_make(&film))
        return;
    r = film.road.r;
    answer_hr("GetCurrentPosition at first", IMediaSeeking_GetCurrentPosition(film.seeking, &a),
              "S_OK", "there is always one");
    answer_value("the first position", a, "0", "the start");
    answer_hr("SetPositions",
              IMediaSeeking_SetPositions(film.seeking, &current, AM_SEEKING_AbsolutePositioning,
                                         &stop, AM_SEEKING_AbsolutePositioning),
              "S_OK|S_FALSE", "the renderer does it");
    answer_value("the renderer is asked", r->seeks, "1", "once");
    answer_value("the renderer's position", r->position, "30000000", "as was set");
    answer_value("the renderer's stop", r->stop, "70000000", "as was set");
    answer_value("how", r->seek_flags & AM_SEEKING_PositioningBitsMask, "1", "absolute");
    (void)IMediaSeeking_GetCurrentPosition(film.seeking, &a);
    answer_value("GetCurrentPosition after it", a, "30000000", "as was set");
    (void)IMediaSeeking_GetStopPosition(film.seeking, &a);
    answer_value("GetStopPosition after it", a, "70000000", "as was set");
    answer_hr("GetPositions", IMediaSeeking_GetPositions(film.seeking, &a, &b), "S_OK", "both");
    answer_value("the first of both", a, "30000000", "as was set");
    answer_value("the second of both", b, "70000000", "as was set");
    current = 5 * SECOND;
    answer_hr("SetPositions of the position alone",
              IMediaSeeking_SetPositions(film.seeking, &current, AM_SEEKING_AbsolutePositioning,
                                         NULL, AM_SEEKING_NoPositioning),
              "S_OK|S_FALSE", "the stop stays");
    answer_value("the stop after it", r->stop, "70000000", "it stays");
    answer_value("the position after it", r->position, "50000000", "as was set");
    stop = 8 * SECOND;
    answer_hr("SetPositions of the stop alone",
              IMediaSeeking_SetPositions(film.seeking, NULL, AM_SEEKING_NoPositioning, &stop,
                                         AM_SEEKING_AbsolutePositioning),
              "S_OK|S_FALSE", "the position stays");
    answer_value("the stop alone", r->stop, "80000000", "as was set");
    answer_value("the position with the stop alone", r->position, "50000000", "it stays");
    answer_hr("SetPositions of NULL",
              IMediaSeeking_SetPositions(film.seeking, NULL, AM_SEEKING_AbsolutePositioning,
                                         NULL, AM_SEEKING_NoPositioning),
              "E_POINTER", "a position is needed");
    r->seek_answer = E_FAIL;
    answer_hr("SetPositions that fails",
              IMediaSeeking_SetPositions(film.seeking, &current, AM_SEEKING_AbsolutePositioning,
                                         NULL, AM_SEEKING_NoPositioning),
              "E_FAIL", "what the renderer says");
    r->seek_answer = S_OK;
    road_end(&film.road);
}

void group_seeking_two(void)
{
    struct fake *s = fake_new('x', "o"), *r = fake_new('y', "i");
    LONGLONG current = SECOND, value = 0;
    struct film film;
    DWORD flags = 0;

    if (!film_make(&film))
        return;
    can_seek(r, 25 * SECOND);
    r->capabilities = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekBackwards;
    (void)IGraphBuilder_AddFilter(film.road.graph, &s->filter, L"x");
    (void)IGraphBuilder_AddFilter(film.road.graph, &r->filter, L"y");
    (void)IGraphBuilder_ConnectDirect(film.road.graph, &s->pins[0].pin, &r->pins[0].pin, NULL);
    answer_hr("GetDuration", IMediaSeeking_GetDuration(film.seeking, &value), "S_OK",
              "of both");
    answer_value("the duration", value, "250000000", "the longest of them");
    (void)IMediaSeeking_GetCapabilities(film.seeking, &flags);
    answer_value("the capabilities",
                 flags & (AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanSeekForwards |
                          AM_SEEKING_CanSeekBackwards),
                 "1", "what all of them can");
    (void)IMediaSeeking_SetPositions(film.seeking, &current, AM_SEEKING_AbsolutePositioning,
                                     NULL, AM_SEEKING_NoPositioning);
    answer_value("the first is asked", film.road.r->position, "10000000", "every renderer");
    answer_value("the second is asked", r->position, "10000000", "every renderer");
    road_end(&film.road);
    fake_release(s);
    fake_release(r);
}

void group_seeking_running(void)
{
    LONGLONG current = 4 * SECOND, value = 0;
    OAFilterState state = -1;
    IMediaFilter *media;
    struct fake *clock;
    struct film film;

    if (!film_make(&film))
        return;
    clock = fake_new('c', "i");
    clock->clock_now = 100 * SECOND;
    media = graph_face(film.road.graph, &IID_IMediaFilter);
    (void)IMediaFilter_SetSyncSource(media, &clock->clock);
    (void)IMediaControl_Run(film.road.control);
    clock->clock_now = film.road.r->start_time + 2 * SECOND;
    (void)IMediaSeeking_GetCurrentPosition(film.seeking, &value);
    answer_value("the position while it runs", value, "20000000", "as the clock says");
    (void)IMediaSeeking_SetPositions(film.seeking, &current, AM_SEEKING_AbsolutePositioning,
                                     NULL, AM_SEEKING_NoPositioning);
    answer_value("the state at the seek", (LONGLONG)film.road.r->state_at_seek, "1",
                 "paused for it");
    answer_hr("GetState after it",
              IMediaControl_GetState(film.road.control, PATIENCE_MS, &state), "S_OK",
              "it runs again");
    answer_value("the state after it", (LONGLONG)state, "2", "it runs again");
    answer_value("the renderer's state", (LONGLONG)fake_state(film.road.r), "2",
                 "it runs again");
    clock->clock_now = film.road.r->start_time + SECOND;
    (void)IMediaSeeking_GetCurrentPosition(film.seeking, &value);
    answer_value("the position after it", value, "50000000", "from the new place on");
    (void)IMediaControl_Pause(film.road.control);
    clock->clock_now += 3 * SECOND;
    (void)IMediaSeeking_GetCurrentPosition(film.seeking, &value);
    answer_value("the position while paused", value, "50000000", "it stands still");
    road_end(&film.road);
    fake_release(clock);
}

void group_seeking_rate(void)
{
    struct film film;
    double rate = 0;

    if (!film_make(&film))
        return;
    answer_hr("SetRate of zero", IMediaSeeking_SetRate(film.seeking, 0.0), "E_INVALIDARG",
              "nothing would ever move");
    answer_hr("SetRate", IMediaSeeking_SetRate(film.seeking, 2.0), "S_OK",
              "the renderer does it");
    answer_value("the renderer's rate in thousandths", (LONGLONG)(film.road.r->rate * 1000),
                 "2000", "as was set");
    answer_hr("GetRate", IMediaSeeking_GetRate(film.seeking, &rate), "S_OK", "a number");
    answer_value("its rate in thousandths", (LONGLONG)(rate * 1000), "2000", "as was set");
    answer_hr("GetRate to NULL", IMediaSeeking_GetRate(film.seeking, NULL), "E_POINTER",
              "an address is needed");
    road_end(&film.road);
}

/* ---- IMediaPosition ---------------------------------------------------------------------- */

static void position_seek(struct film *film, IMediaPosition *position)
{
    REFTIME seconds = 0;

    answer_hr("put_CurrentPosition", IMediaPosition_put_CurrentPosition(position, 1.5),
              "S_OK|S_FALSE", "as SetPositions");
    answer_value("the renderer's position", film->road.r->position, "15000000", "in 100 ns");
    answer_hr("get_CurrentPosition", IMediaPosition_get_CurrentPosition(position, &seconds),
              "S_OK", "as GetCurrentPosition");
    answer_value("its position in milliseconds", (LONGLONG)(seconds * 1000 + 0.5), "1500",
                 "in seconds");
    answer_hr("put_StopTime", IMediaPosition_put_StopTime(position, 6.25), "S_OK|S_FALSE",
              "as SetPositions");
    answer_value("the renderer's stop", film->road.r->stop, "62500000", "in 100 ns");
    answer_hr("get_StopTime", IMediaPosition_get_StopTime(position, &seconds), "S_OK",
              "as GetStopPosition");
    answer_value("its stop in milliseconds", (LONGLONG)(seconds * 1000 + 0.5), "6250",
                 "in seconds");
}

void group_position(void)
{
    IMediaPosition *position;
    REFTIME seconds = 0;
    struct film film;
    double rate = 0;
    LONG can = 5;

    if (!film_make(&film))
        return;
    position = graph_face(film.road.graph, &IID_IMediaPosition);
    answer_hr("get_Duration", IMediaPosition_get_Duration(position, &seconds), "S_OK",
              "as GetDuration");
    answer_value("its duration in milliseconds", (LONGLONG)(seconds * 1000 + 0.5), "10000",
                 "in seconds");
    position_seek(&film, position);
    answer_hr("put_Rate", IMediaPosition_put_Rate(position, 0.5), "S_OK", "as SetRate");
    answer_hr("get_Rate", IMediaPosition_get_Rate(position, &rate), "S_OK", "as GetRate");
    answer_value("its rate in thousandths", (LONGLONG)(rate * 1000), "500", "as was set");
    answer_hr("put_Rate of zero", IMediaPosition_put_Rate(position, 0.0), "E_INVALIDARG",
              "as SetRate");
    answer_hr("CanSeekForward", IMediaPosition_CanSeekForward(position, &can), "S_OK", "asked");
    answer_value("whether forward", can, "-1", "OATRUE: the renderer can");
    answer_hr("CanSeekBackward", IMediaPosition_CanSeekBackward(position, &can), "S_OK|S_FALSE",
              "asked");
    answer_value("whether backward", can, "0", "OAFALSE: the renderer cannot");
    answer_hr("get_PrerollTime", IMediaPosition_get_PrerollTime(position, &seconds), "S_OK",
              "as GetPreroll");
    answer_value("its preroll in milliseconds", (LONGLONG)(seconds * 1000 + 0.5), "2000",
                 "in seconds");
    road_end(&film.road);
}
