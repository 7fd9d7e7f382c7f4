/* SPDX-License-Identifier: MIT */
/* support.c - see files_test.h. */
#include "files_test.h"

#include <pthread.h>
#include <unistd.h>

#include "../unit/ff/clip.h"
#include "base/reader.h"
#include "base/sink.h"
#include "media/format.h"

#define PATIENCE_MS 60000 /* far beyond any sane wait: a hang shows, a slow machine does not */

/* ---- files ------------------------------------------------------------------------------- */

const char *file_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    const char *folder = getenv("REGRAFT_TEST_DIR");
    char *path = paths[next++ % COUNT_OF(paths)];

    (void)snprintf(path, sizeof(paths[0]), "%s/files_%d_%s", folder != NULL ? folder : "/tmp",
                   (int)getpid(), name);
    return path;
}

void file_write(const char *path, const void *data, size_t bytes)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    assert_int_equal(fclose(f), 0);
}

uint8_t *file_read(const char *path, size_t *ret_bytes)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data;
    LONG bytes;

    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    bytes = (LONG)ftell(f);
    rewind(f);
    data = malloc((size_t)bytes + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)bytes, f), (size_t)bytes);
    (void)fclose(f);
    *ret_bytes = (size_t)bytes;
    return data;
}

const wchar_t *wide(const char *text)
{
    static wchar_t texts[8][512];
    static unsigned next;
    wchar_t *to = texts[next++ % COUNT_OF(texts)];
    size_t i = 0;

    for (; text[i] != 0 && i < COUNT_OF(texts[0]) - 1; i++)
        to[i] = (unsigned char)text[i];
    to[i] = 0;
    return to;
}

/* ---- clips ------------------------------------------------------------------------------- */

static const struct made {
    const char *kind, *container, *video, *video_options, *audio;
} kinds[] = {
    { "avi", "avi", "mpeg4", "g=10:bf=0", "pcm_s16le" },
    { "wav", "wav", NULL, NULL, "pcm_s16le" },
    { "mpg", "mpeg", "mpeg1video", "g=10:bf=2", "mp2" },
    { "mp4", "mp4", "h264", "g=10:bf=2:sc_threshold=0", "aac" },
};

static char clips[COUNT_OF(kinds)][512];

static void remove_clips(void)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (clips[i][0] != 0)
            (void)unlink(clips[i]);
}

static void clip_make(const struct made *made, const char *path)
{
    struct rg_format v = clip_video(176, 144, 25), a = clip_audio(RG_SOUND_S16, 48000, 2);
    struct clip c = { .path = path,
                      .container = made->container,
                      .video = made->video != NULL ? &v : NULL,
                      .audio = &a,
                      .frames = made->video != NULL ? 50 : 0,
                      .samples = 96000 };

    if (made->video != NULL)
        c.video_codec = clip_codec(made->video, made->video_options);
    c.audio_codec = clip_codec(made->audio, "");
    clip_write(&c);
}

const char *clip_of(const char *kind)
{
    static bool is_watched;

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        if (clips[i][0] != 0)
            return clips[i];
        (void)snprintf(clips[i], sizeof(clips[i]), "%s", file_path(kind));
        if (!is_watched)
            (void)atexit(remove_clips);
        is_watched = true;
        clip_make(&kinds[i], clips[i]);
        return clips[i];
    }
    fail_msg("no clip of kind %s", kind);
    return NULL;
}

/* ---- the hasher -------------------------------------------------------------------------- */

struct hearing heard;

static HRESULT hasher_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    struct rg_format format;

    (void)settings;
    return SUCCEEDED(rg_format_from_type(type, &format)) ? S_OK : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT taker_accept(const void *settings, const AM_MEDIA_TYPE *type)
{
    (void)settings;
    return IsEqualGUID(&type->majortype, &MEDIATYPE_Video) ||
                   IsEqualGUID(&type->majortype, &MEDIATYPE_Audio)
               ? S_OK
               : VFW_E_TYPE_NOT_ACCEPTED;
}

static HRESULT hasher_change(void *state, unsigned input, const AM_MEDIA_TYPE *from,
                             const AM_MEDIA_TYPE *to)
{
    (void)state;
    (void)input;
    (void)from;
    (void)to;
    return S_OK;
}

static HRESULT hasher_joined(void *state, unsigned input, const AM_MEDIA_TYPE *type)
{
    (void)state;
    if (input >= MOST_HEARD)
        return VFW_E_TYPE_NOT_ACCEPTED;
    rg_type_clear(&heard.input[input].type);
    if (heard.n <= input)
        heard.n = input + 1;
    return rg_type_copy(&heard.input[input].type, type);
}

static HRESULT hasher_start(void *state, const void *settings, struct rg_sink *sink)
{
    (void)state;
    (void)settings;
    (void)sink;
    for (unsigned i = 0; i < MOST_HEARD; i++) {
        atomic_store(&heard.input[i].samples, 0);
        heard.input[i].hash = 0xcbf29ce484222325u;
        atomic_store(&heard.input[i].first, -1);
    }
    return S_OK;
}

static uint64_t hash_add(uint64_t hash, const void *data, size_t bytes)
{
    const uint8_t *at = data;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static HRESULT hasher_render(void *state, const void *settings, unsigned input,
                             IMediaSample *sample)
{
    struct heard *h = &heard.input[input];
    struct rg_sample_info info;
    struct rg_format format;
    HRESULT hr = rg_sample_get_info(sample, &info);

    (void)state;
    (void)settings;
    if (FAILED(hr))
        return hr;
    if (atomic_load(&h->samples) == 0)
        atomic_store(&h->first, info.start);
    /* of a picture what is seen: rows may have a margin of anything */
    if (SUCCEEDED(rg_format_from_type(&h->type, &format))) {
        uint64_t picture = clip_hash(&format, info.data, info.bytes);

        h->hash = hash_add(h->hash, &picture, sizeof(picture));
    } else {
        h->hash = hash_add(h->hash, info.data, info.bytes);
    }
    h->hash = hash_add(h->hash, &info.start, sizeof(info.start));
    atomic_fetch_add(&h->samples, 1);
    return S_OK;
}

static const struct rg_sink_class hasher_class = {
    .name = "hasher",
    .help = "Hashes what comes",
    .clsid = { 0x51c3a2d0, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } },
    .grows = true,
    .preroll = true,
    .accept_type = hasher_accept,
    .accept_change = hasher_change,
    .joined = hasher_joined,
    .start = hasher_start,
    .render = hasher_render,
};

static const struct rg_sink_class taker_class = {
    .name = "taker",
    .help = "Hashes what comes, as it comes",
    .clsid = { 0x51c3a2d1, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } },
    .grows = true,
    .preroll = true,
    .accept_type = taker_accept,
    .accept_change = hasher_change,
    .joined = hasher_joined,
    .start = hasher_start,
    .render = hasher_render,
};

static IBaseFilter *sink_new(const struct rg_sink_class *cls)
{
    IBaseFilter *filter = NULL;

    for (unsigned i = 0; i < MOST_HEARD; i++)
        rg_type_clear(&heard.input[i].type);
    memset(&heard, 0, sizeof(heard));
    is_hr(rg_sink_create(cls, NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    return filter;
}

IBaseFilter *hasher_new(void)
{
    return sink_new(&hasher_class);
}

IBaseFilter *taker_new(void)
{
    return sink_new(&taker_class);
}

/* ---- graphs ------------------------------------------------------------------------------ */

#define ASK(p, I, member)                                                                      \
    is_hr(IFilterGraph3_QueryInterface((p)->graph, &IID_##I, (void **)&(p)->member), S_OK)

void player_open(struct player *p, IBaseFilter *sink)
{
    memset(p, 0, sizeof(*p));
    is_hr(CoCreateInstance(&CLSID_FilterGraph, NULL, CLSCTX_INPROC_SERVER, &IID_IFilterGraph3,
                           (void **)&p->graph),
          S_OK);
    ASK(p, IMediaControl, control);
    ASK(p, IMediaEventEx, event);
    ASK(p, IMediaSeeking, seeking);
    p->hasher = sink;
    if (sink != NULL)
        is_hr(IFilterGraph3_AddFilter(p->graph, sink, L"sink"), S_OK);
}

static void tell_alive(const char *name, unsigned references, void *context)
{
    (void)context;
    print_error("alive: %s with %u references\n", name, references);
}

void player_close(struct player *p)
{
    (void)IMediaControl_Stop(p->control);
    IMediaControl_Release(p->control);
    IMediaEventEx_Release(p->event);
    IMediaSeeking_Release(p->seeking);
    assert_int_equal(IFilterGraph3_Release(p->graph), 0);
    if (p->hasher != NULL)
        assert_int_equal(IBaseFilter_Release(p->hasher), 0);
    assert_int_equal(rg_live_objects(tell_alive, NULL), 0);
}

IBaseFilter *filter_named(const CLSID *clsid)
{
    IBaseFilter *filter = NULL;

    is_hr(
        CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, (void **)&filter),
        S_OK);
    return filter;
}

IBaseFilter *player_add(struct player *p, const CLSID *clsid, const wchar_t *name)
{
    IBaseFilter *filter = filter_named(clsid);

    assert_true(SUCCEEDED(IFilterGraph3_AddFilter(p->graph, filter, name)));
    IBaseFilter_Release(filter); /* the graph's now */
    return filter;
}

IBaseFilter *player_add_reader(struct player *p, const char *path)
{
    IBaseFilter *filter = player_add(p, &CLSID_AsyncReader, L"file");
    RG_AUTO(IFileSourceFilter) file = NULL;

    is_hr(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file), S_OK);
    is_hr(IFileSourceFilter_Load(file, wide(path), NULL), S_OK);
    return filter;
}

LONG player_wait(struct player *p, LONG_PTR *ret_param)
{
    LONG_PTR one, two;
    LONG code;

    for (;;) {
        is_hr(IMediaEventEx_GetEvent(p->event, &code, &one, &two, PATIENCE_MS), S_OK);
        if (ret_param != NULL)
            *ret_param = one;
        (void)IMediaEventEx_FreeEventParams(p->event, code, one, two);
        if (code == EC_COMPLETE || code == EC_ERRORABORT)
            return code;
    }
}

void player_play(struct player *p)
{
    assert_true(SUCCEEDED(IMediaControl_Run(p->control)));
    assert_int_equal(player_wait(p, NULL), EC_COMPLETE);
    is_hr(IMediaControl_Stop(p->control), S_OK);
}

IPin *pin_of(IBaseFilter *filter, PIN_DIRECTION direction, unsigned index)
{
    RG_AUTO(IEnumPins) all = NULL;
    IPin *pin = NULL;

    is_hr(IBaseFilter_EnumPins(filter, &all), S_OK);
    while (IEnumPins_Next(all, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION its;

        is_hr(IPin_QueryDirection(pin, &its), S_OK);
        IPin_Release(pin);
        if (its == direction && index-- == 0)
            return pin;
    }
    return NULL;
}

void render_all(struct player *p, IBaseFilter *source)
{
    IPin *pin;

    for (unsigned i = 0; (pin = pin_of(source, PINDIR_OUTPUT, i)) != NULL; i++)
        is_hr(IFilterGraph3_Render(p->graph, pin), S_OK);
}

/* ---- a disk that hangs -------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint8_t *data; /* of the whole file */
    size_t bytes;
    /* under `lock` */
    LONGLONG hangs_from; /* reads from there on wait */
    bool is_inside;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static HRESULT disk_open(void *state, const void *settings, const char *location)
{
    (void)state;
    (void)settings;
    (void)location;
    return S_OK;
}

static HRESULT disk_length(void *state, LONGLONG *ret_total, LONGLONG *ret_available)
{
    (void)state;
    *ret_total = *ret_available = (LONGLONG)disk.bytes;
    return S_OK;
}

static HRESULT disk_read(void *state, LONGLONG at, ULONG bytes, BYTE *to, ULONG *ret_bytes)
{
    (void)state;
    pthread_mutex_lock(&disk.lock);
    while (at + bytes > disk.hangs_from) {
        disk.is_inside = true;
        pthread_cond_broadcast(&disk.changed);
        pthread_cond_wait(&disk.changed, &disk.lock);
    }
    pthread_mutex_unlock(&disk.lock);
    *ret_bytes = 0;
    if (at < (LONGLONG)disk.bytes)
        *ret_bytes =
            at + bytes > (LONGLONG)disk.bytes ? (ULONG)((LONGLONG)disk.bytes - at) : bytes;
    memcpy(to, disk.data + at, *ret_bytes);
    return S_OK;
}

static const struct rg_reader_class disk_class = {
    .name = "disk",
    .help = "A disk that hangs",
    .clsid = { 0x51c3a2d3, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } },
    .open = disk_open,
    .length = disk_length,
    .read = disk_read,
};

void disk_hang_from(LONGLONG at)
{
    pthread_mutex_lock(&disk.lock);
    disk.hangs_from = at;
    disk.is_inside = false;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

void disk_wait_inside(void)
{
    pthread_mutex_lock(&disk.lock);
    while (!disk.is_inside)
        pthread_cond_wait(&disk.changed, &disk.lock);
    pthread_mutex_unlock(&disk.lock);
}

LONGLONG disk_bytes(void)
{
    return (LONGLONG)disk.bytes;
}

IBaseFilter *player_add_disk(struct player *p, const char *path)
{
    RG_AUTO(IFileSourceFilter) file = NULL;
    IBaseFilter *filter = NULL;

    free(disk.data);
    disk.data = file_read(path, &disk.bytes);
    disk_hang_from(INT64_MAX);
    is_hr(rg_reader_create(&disk_class, NULL, &IID_IBaseFilter, (void **)&filter), S_OK);
    is_hr(IFilterGraph3_AddFilter(p->graph, filter, L"disk"), S_OK);
    IBaseFilter_Release(filter); /* the graph's now */
    is_hr(IBaseFilter_QueryInterface(filter, &IID_IFileSourceFilter, (void **)&file), S_OK);
    is_hr(IFileSourceFilter_Load(file, L"disk", NULL), S_OK);
    return filter;
}
