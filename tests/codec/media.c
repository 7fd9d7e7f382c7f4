/* SPDX-License-Identifier: MIT */
/* media.c - see media.h. */
#include "media.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sink.h"
#include "base/transform.h"
#include "media/format.h"
#include "media/sample.h"
#include "media/type.h"

#define BITS        20
#define BLOCK_ROWS  16
#define LEASH_BYTES (4 << 20)
#define PATIENCE_S  30

/* ---- numbers ------------------------------------------------------------------------------------- */

static int block_width(const struct rg_frame *frame)
{
    return frame->format->width / BITS;
}

static void draw_number(const struct rg_frame *frame, unsigned number)
{
    const struct rg_plane *y = &frame->plane[0];
    int width = block_width(frame);

    for (int bit = 0; bit < BITS; bit++)
        for (int row = 0; row < BLOCK_ROWS; row++)
            memset(y->data + (ptrdiff_t)row * y->stride + bit * width,
                   number >> bit & 1 ? 235 : 16, (size_t)width);
    for (int plane = 1; plane < 3; plane++)
        for (int row = 0; row < BLOCK_ROWS / 2; row++)
            memset(frame->plane[plane].data + (ptrdiff_t)row * frame->plane[plane].stride, 128,
                   (size_t)frame->plane[plane].width);
}

static int64_t read_number(const struct rg_frame *frame)
{
    const struct rg_plane *y = &frame->plane[0];
    int width = block_width(frame);
    int64_t number = 0;

    for (int bit = 0; bit < BITS; bit++) {
        int sum = 0, n = 0;

        for (int row = 4; row < BLOCK_ROWS - 4; row++)
            for (int x = 3; x < width - 3; x++, n++)
                sum += y->data[(ptrdiff_t)row * y->stride + bit * width + x];
        if (n == 0 || (sum / n > 70 && sum / n < 180))
            return -1;
        number |= (int64_t)(sum / n >= 180) << bit;
    }
    return number;
}

static HRESULT stamp_accept(const struct rg_format *in)
{
    return in->kind == RG_KIND_VIDEO && in->pixels == RG_PIXELS_I420 ? S_OK
                                                                     : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT stamp_frame(void *state, const void *settings, struct rg_frame *frame)
{
    unsigned *number = state;

    (void)settings;
    draw_number(frame, (*number)++);
    return S_OK;
}

static const struct rg_transform_class stamp_class = {
    .name = "stamp",
    .help = "Numbers pictures",
    .clsid = { 0x6b697408, 1, 1, { 1 } },
    .state_size = sizeof(unsigned),
    .accept = stamp_accept,
    .frame = stamp_frame,
};

IBaseFilter *media_stamp(void)
{
    IBaseFilter *filter = NULL;

    (void)rg_transform_create(&stamp_class, NULL, &IID_IBaseFilter, (void **)&filter);
    return filter;
}

/* ---- the leash ----------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t passed, limit; /* under lock */
} leash = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };

void leash_reset(void)
{
    pthread_mutex_lock(&leash.lock);
    leash.passed = leash.limit = 0;
    pthread_mutex_unlock(&leash.lock);
}

void leash_allow(uint64_t samples)
{
    pthread_mutex_lock(&leash.lock);
    leash.limit = samples;
    pthread_cond_broadcast(&leash.changed);
    pthread_mutex_unlock(&leash.lock);
}

void leash_allow_more(uint64_t samples)
{
    pthread_mutex_lock(&leash.lock);
    leash.limit = leash.passed + samples;
    pthread_cond_broadcast(&leash.changed);
    pthread_mutex_unlock(&leash.lock);
}

bool leash_wait(uint64_t samples)
{
    struct timespec until;
    bool is_there;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&leash.lock);
    while (leash.passed < samples)
        if (pthread_cond_timedwait(&leash.changed, &leash.lock, &until) != 0)
            break;
    is_there = leash.passed >= samples;
    pthread_mutex_unlock(&leash.lock);
    return is_there;
}

static HRESULT leash_accept(const void *settings, const AM_MEDIA_TYPE *in)
{
    (void)settings, (void)in;
    return S_OK;
}

static HRESULT leash_type(const void *settings, const AM_MEDIA_TYPE *in, unsigned index,
                          AM_MEDIA_TYPE *ret)
{
    (void)settings;
    return index == 0 ? rg_type_copy(ret, in) : VFW_S_NO_MORE_ITEMS;
}

static HRESULT leash_buffers(const void *settings, const AM_MEDIA_TYPE *in,
                             const AM_MEDIA_TYPE *out, ALLOCATOR_PROPERTIES *props)
{
    (void)settings, (void)in, (void)out;
    if (props->cbBuffer < LEASH_BYTES)
        props->cbBuffer = LEASH_BYTES;
    return S_OK;
}

static HRESULT leash_send(void *state, const void *settings, IMediaSample *sample,
                          struct rg_output *output)
{
    struct rg_sample_info info;
    IMediaSample *copy;
    BYTE *data;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)state, (void)settings;
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&leash.lock);
    while (leash.passed >= leash.limit)
        pthread_cond_wait(&leash.changed, &leash.lock);
    pthread_mutex_unlock(&leash.lock);
    hr = rg_output_get(output, info.bytes, info.has_time ? info.start : -1, &copy);
    if (hr != S_OK)
        return hr;
    hr = rg_sample_copy_properties(copy, sample);
    if (SUCCEEDED(hr))
        hr = IMediaSample_GetPointer(copy, &data);
    if (SUCCEEDED(hr))
        hr = IMediaSample_SetActualDataLength(copy, (LONG)info.bytes);
    if (FAILED(hr)) {
        IMediaSample_Release(copy);
        return hr;
    }
    memcpy(data, info.data, info.bytes);
    hr = rg_output_deliver(output, copy);
    pthread_mutex_lock(&leash.lock);
    leash.passed++;
    pthread_cond_broadcast(&leash.changed);
    pthread_mutex_unlock(&leash.lock);
    return hr;
}

static const struct rg_transform_class leash_class = {
    .name = "leash",
    .help = "Lets samples pass up to a number",
    .clsid = { 0x6b697409, 1, 1, { 1 } },
    .accept_type = leash_accept,
    .output_type = leash_type,
    .buffers = leash_buffers,
    .send = leash_send,
};

IBaseFilter *media_leash(void)
{
    IBaseFilter *filter = NULL;

    (void)rg_transform_create(&leash_class, NULL, &IID_IBaseFilter, (void **)&filter);
    return filter;
}

/* ---- the collector ------------------------------------------------------------------------------- */

struct collector {
    struct record *record;
    struct rg_format format;
};

static struct record *record_of_next; /* one thread makes filters */

static HRESULT collect_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    struct rg_format f;
    HRESULT hr = rg_format_from_type(type, &f);

    (void)settings;
    if (FAILED(hr))
        return hr;
    return f.kind == RG_KIND_AUDIO || f.pixels == RG_PIXELS_I420 ? S_OK
                                                                 : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT collect_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    struct collector *c = state;

    (void)input;
    if (c->record == NULL)
        c->record = record_of_next;
    return rg_format_from_type(type, &c->format);
}

static void *grown(void *array, size_t wanted, size_t *room, size_t size)
{
    if (wanted > *room) {
        *room = wanted * 2;
        array = realloc(array, *room * size);
        if (array == NULL)
            abort();
    }
    return array;
}

static uint64_t hash_bytes(uint64_t hash, const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ data[i]) * 0x100000001b3u;
    return hash;
}

static HRESULT see_picture(struct collector *c, const struct rg_sample_info *info,
                           struct seen *seen)
{
    struct rg_frame frame;
    HRESULT hr = rg_frame_map(&frame, &c->format, info->data, (int)info->bytes);

    if (FAILED(hr))
        return hr;
    for (int i = 0; i < frame.n_planes; i++)
        for (int row = 0; row < frame.plane[i].height; row++)
            seen->hash = hash_bytes(
                seen->hash, frame.plane[i].data + (ptrdiff_t)row * frame.plane[i].stride,
                (size_t)frame.plane[i].width);
    seen->number = read_number(&frame);
    return S_OK;
}

static void see_sound(struct collector *c, const struct rg_sample_info *info, struct seen *seen)
{
    struct record *r = c->record;

    r->sound = grown(r->sound, r->sound_bytes + info->bytes, &r->sound_room, 1);
    memcpy(r->sound + r->sound_bytes, info->data, info->bytes);
    seen->sound_at = r->sound_bytes;
    seen->sound_bytes = info->bytes;
    r->sound_bytes += info->bytes;
    r->channels = c->format.channels;
    r->rate = c->format.sample_rate;
    r->sample_bytes = rg_format_bytes(&c->format);
    r->is_float = c->format.sound == RG_SOUND_F32;
}

static HRESULT collect_render(void *state, const void *settings, unsigned input,
                              IMediaSample *sample)
{
    struct collector *c = state;
    struct record *r = c->record;
    struct seen seen = { .hash = 0xcbf29ce484222325u, .number = -1 };
    struct rg_sample_info info;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)settings, (void)input;
    if (FAILED(hr))
        return hr;
    seen.start = info.has_time ? info.start : -1;
    if (c->format.kind == RG_KIND_VIDEO)
        hr = see_picture(c, &info, &seen);
    else
        see_sound(c, &info, &seen);
    if (FAILED(hr))
        return hr;
    r->seen = grown(r->seen, r->n + 1, &r->room, sizeof(*r->seen));
    r->seen[r->n++] = seen;
    return S_OK;
}

static const struct rg_sink_class collector_class = {
    .name = "collector",
    .help = "Writes down what comes",
    .clsid = { 0x6b697410, 1, 1, { 1 } },
    .state_size = sizeof(struct collector),
    .accept_type = collect_accept,
    .joined = collect_joined,
    .render = collect_render,
};

IBaseFilter *media_collector(struct record *record)
{
    IBaseFilter *filter = NULL;

    record_of_next = record;
    (void)rg_sink_create(&collector_class, NULL, &IID_IBaseFilter, (void **)&filter);
    return filter;
}

void record_clear(struct record *record)
{
    free(record->seen);
    free(record->sound);
    memset(record, 0, sizeof(*record));
}
