/* SPDX-License-Identifier: MIT */
/* ff/muxer_preroll.c - where a file begins. At a position amid a stream compressed pictures begin with
 * the last key frame at or before it, for without that none of them can be shown; sound from that
 * key frame's time on.
 *
 * What comes before the position waits, until each stream of compressed pictures has reached it.
 * One thread at a time.  Knows: key frames, time stamps.  Must not know: containers, files.
 */
#include "ff/muxer_internal.h"
#include "ff/raw.h"

static REFERENCE_TIME time_of(const struct mux_input *input, const struct mux_packet *p)
{
    return ff_time(p->packet->pts, input->stream->time_base);
}

/* Sound that is heard from then on, be it in part, as at a position. */
static bool reaches(const struct mux_input *input, const struct mux_packet *p,
                    REFERENCE_TIME at)
{
    return ff_time(p->packet->pts + p->packet->duration, input->stream->time_base) > at;
}

static bool is_coded_video(const struct mux_input *input)
{
    return input->par->codec_type == AVMEDIA_TYPE_VIDEO && !input->is_raw &&
           input->par->codec_id != AV_CODEC_ID_RAWVIDEO;
}

static bool is_fed(const struct mux_input *input)
{
    return input->stream != NULL && input->is_joined && !input->has_ended;
}

static bool has_coded_video(const struct ff_muxer *m)
{
    for (unsigned i = 0; i < m->n_inputs; i++)
        if (m->inputs[i].stream != NULL && is_coded_video(&m->inputs[i]))
            return true;
    return false;
}

void ff_mux_preroll_reset(struct ff_muxer *m, struct mux_input *input)
{
    input->is_led = false;
    input->has_position = m->has_begin; /* a file that goes on gets nothing from before */
}

/* A picture that is not shown: from before the position, or one behind the position to stop at, which
 * others before that refer to. */
static bool takes_picture(struct ff_muxer *m, struct mux_input *input,
                          const struct mux_packet *p)
{
    bool is_key = (p->packet->flags & AV_PKT_FLAG_KEY) != 0;

    if (!is_coded_video(input))
        return false;
    if (time_of(input, p) > 0)
        return input->has_position || input->head != NULL || is_key;
    if (input->has_position)
        return input->is_led;
    if (is_key) {
        ff_mux_input_clear(m, input); /* a later one */
        return true;
    }
    /* what is shown before the key frame needs the one before that */
    return input->head != NULL && p->packet->pts >= input->head->packet->pts;
}

/* The first picture from the position on. */
static void reach_position(struct ff_muxer *m, struct mux_input *input,
                           const struct mux_packet *p)
{
    bool is_key = (p->packet->flags & AV_PKT_FLAG_KEY) != 0;

    input->has_position = true;
    if (is_key && time_of(input, p) <= 0)
        ff_mux_input_clear(m, input);
    input->is_led = input->head != NULL && time_of(input, input->head) <= 0;
}

bool ff_mux_preroll_takes(struct ff_muxer *m, struct mux_input *input,
                          const struct mux_packet *p)
{
    bool is_video = input->par->codec_type == AVMEDIA_TYPE_VIDEO;

    if (!p->is_preroll) {
        if (is_video && !input->has_position)
            reach_position(m, input, p);
        return true;
    }
    if (is_video)
        return takes_picture(m, input, p);
    if (m->has_begin)
        return input->is_led && reaches(input, p, m->led_from);
    return has_coded_video(m);
}

/* Before the file has begun: all that leads to the position still waits. */
static REFERENCE_TIME find_led_from(const struct ff_muxer *m)
{
    REFERENCE_TIME from = FF_MUX_NOT_LED;

    for (unsigned i = 0; i < m->n_inputs; i++) {
        const struct mux_input *x = &m->inputs[i];

        if (x->is_led && x->head != NULL && time_of(x, x->head) < from)
            from = time_of(x, x->head);
    }
    return from;
}

static bool is_decided(const struct ff_muxer *m)
{
    bool any_waits = false, any_lacks = false;

    for (unsigned i = 0; i < m->n_inputs; i++) {
        const struct mux_input *x = &m->inputs[i];

        any_waits = any_waits || (x->head != NULL && x->head->is_preroll);
        any_lacks = any_lacks || (is_fed(x) && is_coded_video(x) && !x->has_position);
    }
    return !any_waits || !any_lacks;
}

bool ff_mux_preroll_settle(struct ff_muxer *m, bool now)
{
    if (m->has_begin)
        return true;
    if (!now && !is_decided(m))
        return false;
    m->led_from = find_led_from(m);
    for (unsigned i = 0; i < m->n_inputs; i++) {
        struct mux_input *x = &m->inputs[i];

        while (x->head != NULL && x->head->is_preroll &&
               (is_coded_video(x) ? !x->has_position : !reaches(x, x->head, m->led_from)))
            ff_mux_packet_free(ff_mux_input_take(m, x));
    }
    return true;
}

/* What was not there in time leads nowhere any more.  The sound still comes that belongs to what does. */
static void end_of_waiting(struct ff_muxer *m)
{
    for (unsigned i = 0; i < m->n_inputs; i++) {
        struct mux_input *x = &m->inputs[i];

        if (x->stream == NULL)
            continue;
        x->has_position = true;
        if (x->par->codec_type != AVMEDIA_TYPE_VIDEO)
            x->is_led = m->led_from != FF_MUX_NOT_LED;
    }
}

/* A recording that begins in the middle of a stream has no gap in front: the earliest sample of
 * all inputs is at 0. What lies before 0 already is the container's to see to, unless it leads to a
 * position. */
void ff_mux_find_begin(struct ff_muxer *m)
{
    bool any = false;

    if (m->has_begin)
        return;
    m->begin = 0;
    for (unsigned i = 0; i < m->n_inputs; i++) {
        struct mux_input *x = &m->inputs[i];
        REFERENCE_TIME start;

        if (x->head == NULL)
            continue;
        start = ff_time(x->head->packet->pts, x->stream->time_base);
        if (!any || start < m->begin)
            m->begin = start;
        any = true;
    }
    if (m->begin < 0)
        m->begin = 0;
    if (m->led_from != FF_MUX_NOT_LED)
        m->begin = m->led_from;
    m->has_begin = any;
    if (any)
        end_of_waiting(m);
}
