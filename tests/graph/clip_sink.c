/* SPDX-License-Identifier: MIT */
/* clip_sink.c - the sink of clip_sink.h.
 *
 * render runs on the stream's thread; the test looks under the lock.
 */
#include "clip_sink.h"

#include <stdlib.h>

struct clip_record clip_record[2] = {
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER },
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER },
};

struct clip_settings {
    int slot;
};

struct clip_state {
    struct rg_format format;
};

static const struct rg_option options[] = {
    RG_INT(struct clip_settings, slot, 0, 0, 1, "which record"),
    RG_OPTIONS_END,
};

static HRESULT accept_raw(const void *settings, const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    (void)settings;
    return SUCCEEDED(rg_format_from_type(type, &format)) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static uint64_t hash_on(uint64_t hash, const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ data[i]) * 1099511628211ULL;
    return hash;
}

/* Of what can be seen, or heard. */
static uint64_t hash_of(const struct rg_format *format, const struct rg_sample_info *info)
{
    uint64_t hash = 14695981039346656037ULL;
    struct rg_frame frame;

    if (format->kind != RG_KIND_VIDEO)
        return hash_on(hash, info->data, info->bytes);
    assert_true(SUCCEEDED(rg_frame_map(&frame, format, info->data, (int)info->size)));
    for (int i = 0; i < frame.n_planes; i++)
        for (int y = 0; y < frame.plane[i].height; y++)
            hash = hash_on(hash, frame.plane[i].data + y * frame.plane[i].stride,
                           (size_t)frame.plane[i].width);
    return hash;
}

static HRESULT joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    (void)input;
    return rg_format_from_type(type, &((struct clip_state *)state)->format);
}

static void keep_sound(struct clip_record *r, const struct rg_sample_info *info)
{
    uint8_t *sound = realloc(r->sound, r->sound_bytes + info->bytes);

    assert_non_null(sound);
    memcpy(sound + r->sound_bytes, info->data, info->bytes);
    r->sound = sound;
    r->sound_bytes += info->bytes;
}

static HRESULT render(void *state, const void *settings, unsigned input, IMediaSample *sample)
{
    struct clip_record *r = &clip_record[((const struct clip_settings *)settings)->slot];
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)input;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&r->lock);
    while (r->shut_at != 0 && r->count + 1 >= r->shut_at) {
        r->is_inside = true;
        pthread_cond_broadcast(&r->changed);
        pthread_cond_wait(&r->changed, &r->lock);
    }
    r->is_inside = false;
    if (r->count < CLIP_FRAMES_MOST) {
        r->frames[r->count++] =
            (struct clip_frame){ .start = info.has_time ? info.start : -1,
                                 .hash = hash_of(&((struct clip_state *)state)->format, &info),
                                 .at = r->sound_bytes,
                                 .bytes = info.bytes };
        if (r->keeps_sound)
            keep_sound(r, &info);
    }
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return S_OK;
}

static const struct rg_sink_class clip_class = {
    .name = "clip_sink",
    .help = "Writes down what comes",
    .state_size = sizeof(struct clip_state),
    .settings_size = sizeof(struct clip_settings),
    .options = options,
    .preroll = true,
    .accept_type = accept_raw,
    .joined = joined,
    .render = render,
};

IBaseFilter *clip_sink(int slot)
{
    IBaseFilter *filter = NULL;
    IRgOptions *set;

    assert_hr(rg_sink_create(&clip_class, NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    assert_hr(CALL(filter, QueryInterface, &IID_IRgOptions, (void **)&set), S_OK);
    assert_hr(CALL(set, Set, "slot", slot == 0 ? "0" : "1"), S_OK);
    LET_GO(set);
    return filter;
}

void clip_forget(int slot)
{
    struct clip_record *r = &clip_record[slot];

    pthread_mutex_lock(&r->lock);
    free(r->sound);
    r->sound = NULL;
    r->sound_bytes = 0;
    r->count = 0;
    pthread_mutex_unlock(&r->lock);
}

void clip_wait(int slot, unsigned count)
{
    struct clip_record *r = &clip_record[slot];

    pthread_mutex_lock(&r->lock);
    while (r->count < count)
        pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
}

void clip_shut(int slot, unsigned number)
{
    pthread_mutex_lock(&clip_record[slot].lock);
    clip_record[slot].shut_at = number;
    clip_record[slot].is_inside = false;
    pthread_cond_broadcast(&clip_record[slot].changed);
    pthread_mutex_unlock(&clip_record[slot].lock);
}

void clip_wait_inside(int slot)
{
    struct clip_record *r = &clip_record[slot];

    pthread_mutex_lock(&r->lock);
    while (!r->is_inside)
        pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
}

void clip_open(int slot)
{
    clip_shut(slot, 0);
}

bool clip_make(const char *arguments, const char *path)
{
    char command[1024];

    snprintf(command, sizeof(command), "ffmpeg -nostdin -v quiet -y %s '%s'", arguments, path);
    return system(command) == 0;
}
