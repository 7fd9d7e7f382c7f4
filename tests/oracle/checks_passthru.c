/* SPDX-License-Identifier: MIT */
/* checks_passthru.c - CLSID_SeekingPassThru: a renderer's seeking, asked of whom its input is connected to.
 *
 * Knows: ISeekingPassThru, IMediaSeeking, IMediaPosition.  Must not know: whose input it is.
 */
#include "checks.h"
#include "oracle.h"

#define SECOND 10000000LL

struct pass {
    struct fake *s, *r;
    ISeekingPassThru *pass;
    IMediaSeeking *seeking;
};

static BOOL pass_make(struct pass *p)
{
    ZeroMemory(p, sizeof(*p));
    if (!make(&CLSID_SeekingPassThru, "CLSID_SeekingPassThru", &IID_ISeekingPassThru,
              (void **)&p->pass))
        return FALSE;
    p->s = fake_new('s', "o");
    p->r = fake_new('r', "i");
    p->s->duration = p->s->stop = 10 * SECOND;
    p->s->capabilities = AM_SEEKING_CanSeekAbsolute | AM_SEEKING_CanGetDuration;
    p->s->pins[0].can_seek = TRUE;
    return TRUE;
}

static void pass_connect(struct pass *p)
{
    (void)IPin_Connect(&p->s->pins[0].pin, &p->r->pins[0].pin, NULL);
}

static void pass_end(struct pass *p)
{
    if (p->seeking != NULL)
        IMediaSeeking_Release(p->seeking);
    ISeekingPassThru_Release(p->pass);
    (void)IPin_Disconnect(&p->s->pins[0].pin);
    (void)IPin_Disconnect(&p->r->pins[0].pin);
    fake_release(p->s);
    fake_release(p->r);
}

static void pass_connected(struct pass *p)
{
    LONGLONG current = 3 * SECOND, stop = 0, value = 0;
    DWORD flags = 0;
    double rate = 0;

    answer_hr("GetDuration", IMediaSeeking_GetDuration(p->seeking, &value), "S_OK",
              "asked of the pin upstream");
    answer_value("its duration", value, "100000000", "as the pin says");
    answer_hr("GetCapabilities", IMediaSeeking_GetCapabilities(p->seeking, &flags), "S_OK",
              "asked of the pin upstream");
    answer_value("its capabilities", flags, "33", "as the pin says");
    answer_hr("IsFormatSupported",
              IMediaSeeking_IsFormatSupported(p->seeking, &TIME_FORMAT_BYTE), "S_FALSE",
              "as the pin says");
    answer_hr("SetPositions",
              IMediaSeeking_SetPositions(p->seeking, &current, AM_SEEKING_AbsolutePositioning,
                                         NULL, AM_SEEKING_NoPositioning),
              "S_OK|S_FALSE", "passed on to the pin upstream");
    answer_value("the pin's position", p->s->position, "30000000", "passed on");
    answer_hr("GetStopPosition", IMediaSeeking_GetStopPosition(p->seeking, &stop), "S_OK",
              "asked of the pin upstream");
    answer_value("its stop", stop, "100000000", "as the pin says");
    answer_hr("SetRate", IMediaSeeking_SetRate(p->seeking, 2.0), "S_OK", "passed on");
    answer_value("the pin's rate in thousandths", (LONGLONG)(p->s->rate * 1000), "2000",
                 "passed on");
    answer_hr("GetRate", IMediaSeeking_GetRate(p->seeking, &rate), "S_OK", "asked");
    answer_value("its rate in thousandths", (LONGLONG)(rate * 1000), "2000", "as the pin says");
    p->s->pins[0].can_seek = FALSE;
    answer_hr("GetDuration of a pin that cannot", IMediaSeeking_GetDuration(p->seeking, &value),
              "E_NOTIMPL|E_NOINTERFACE", "the pin has no IMediaSeeking");
}

void group_passthru(void)
{
    LONGLONG value = 0;
    struct pass p;

    if (!pass_make(&p))
        return;
    answer_hr("Init", ISeekingPassThru_Init(p.pass, TRUE, &p.r->pins[0].pin), "S_OK",
              "the renderer's input");
    answer_hr("Init again", ISeekingPassThru_Init(p.pass, TRUE, &p.r->pins[0].pin), "any error",
              "once for each object");
    answer_hr("IMediaSeeking",
              ISeekingPassThru_QueryInterface(p.pass, &IID_IMediaSeeking, (void **)&p.seeking),
              "S_OK", "what it is for");
    if (p.seeking == NULL)
        return;
    answer_hr("GetDuration, not connected", IMediaSeeking_GetDuration(p.seeking, &value),
              "VFW_E_NOT_CONNECTED|E_NOTIMPL", "there is nobody to ask");
    pass_connect(&p);
    pass_connected(&p);
    pass_end(&p);
}

void group_passthru_position(void)
{
    IMediaPosition *position = NULL;
    REFTIME seconds = 0;
    struct pass p;

    if (!pass_make(&p))
        return;
    (void)ISeekingPassThru_Init(p.pass, TRUE, &p.r->pins[0].pin);
    answer_hr("IMediaPosition",
              ISeekingPassThru_QueryInterface(p.pass, &IID_IMediaPosition, (void **)&position),
              "S_OK", "the same in seconds");
    if (position == NULL)
        return;
    answer_hr("get_Duration, not connected", IMediaPosition_get_Duration(position, &seconds),
              "VFW_E_NOT_CONNECTED|E_NOTIMPL", "there is nobody to ask");
    IMediaPosition_Release(position);
    pass_end(&p);
}
