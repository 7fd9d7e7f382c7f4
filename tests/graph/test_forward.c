/* SPDX-License-Identifier: MIT */
/* test_forward.c - IBasicAudio, IBasicVideo2 and IVideoWindow of the graph: one filter does the work, found anew. */
#include "graph_test.h"

/* What the filters answer with; one of each kind, which stays. */
static LONG volume, width_asked, visible, entered;
static struct test_graph
    *open_graph; /* an edit from inside a filter's method, from another thread */

static ULONG STDMETHODCALLTYPE stays(void *face)
{
    (void)face;
    return 1;
}

#define STAYS(I)                                                                               \
    static ULONG STDMETHODCALLTYPE I##_ref(I *face)                                            \
    {                                                                                          \
        return stays(face);                                                                    \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE I##_query(I *face, REFIID iid, void **out)                \
    {                                                                                          \
        if (!IsEqualIID(iid, &IID_##I))                                                        \
            return *out = NULL, E_NOINTERFACE;                                                 \
        *out = face;                                                                           \
        return S_OK;                                                                           \
    }
STAYS(IBasicAudio)
STAYS(IBasicVideo)
STAYS(IVideoWindow)

static void *other_thread_edits(void *context)
{
    struct test_graph *g = context;
    IBaseFilter *none = NULL;

    (void)CALL(g->builder, FindFilterByName, L"nobody", &none); /* takes the graph lock */
    return NULL;
}

static HRESULT STDMETHODCALLTYPE audio_put(IBasicAudio *face, LONG value)
{
    pthread_t thread;

    (void)face;
    entered++;
    if (open_graph != NULL) { /* hangs if the caller holds the graph lock */
        assert_int_equal(pthread_create(&thread, NULL, other_thread_edits, open_graph), 0);
        pthread_join(thread, NULL);
    }
    if (value > 0)
        return E_INVALIDARG;
    volume = value;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE audio_get(IBasicAudio *face, LONG *ret)
{
    (void)face;
    *ret = volume;
    return S_OK;
}

static const IBasicAudioVtbl audio_vtbl = {
    .QueryInterface = IBasicAudio_query,
    .AddRef = IBasicAudio_ref,
    .Release = IBasicAudio_ref,
    .put_Volume = audio_put,
    .get_Volume = audio_get,
    .put_Balance = audio_put,
    .get_Balance = audio_get,
};
static IBasicAudio audio_face = { (IBasicAudioVtbl *)&audio_vtbl };

static HRESULT STDMETHODCALLTYPE video_size(IBasicVideo *face, LONG *ret_width,
                                            LONG *ret_height)
{
    (void)face;
    *ret_width = 320;
    *ret_height = 240;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE video_put_width(IBasicVideo *face, LONG width)
{
    (void)face;
    width_asked = width;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE video_image(IBasicVideo *face, LONG *bytes, LONG *image)
{
    (void)face;
    assert_null(image);
    *bytes = 1234;
    return S_OK;
}

static const IBasicVideoVtbl video_vtbl = {
    .QueryInterface = IBasicVideo_query,
    .AddRef = IBasicVideo_ref,
    .Release = IBasicVideo_ref,
    .GetVideoSize = video_size,
    .put_SourceWidth = video_put_width,
    .GetCurrentImage = video_image,
};
static IBasicVideo video_face = { (IBasicVideoVtbl *)&video_vtbl };

static HRESULT STDMETHODCALLTYPE window_show(IVideoWindow *face, LONG value)
{
    (void)face;
    visible = value;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE window_place(IVideoWindow *face, LONG *ret_left, LONG *ret_top,
                                              LONG *ret_width, LONG *ret_height)
{
    (void)face;
    *ret_left = 1;
    *ret_top = 2;
    *ret_width = 3;
    *ret_height = 4;
    return S_OK;
}

static const IVideoWindowVtbl window_vtbl = {
    .QueryInterface = IVideoWindow_query,
    .AddRef = IVideoWindow_ref,
    .Release = IVideoWindow_ref,
    .put_Visible = window_show,
    .GetWindowPosition = window_place,
};
static IVideoWindow window_face = { (IVideoWindowVtbl *)&window_vtbl };

static unsigned
    questions; /* how often the loudspeaker was asked for an interface that it may have */

static HRESULT speaker_more(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter;
    if (!IsEqualIID(iid, &IID_IBasicAudio))
        return E_NOINTERFACE;
    questions++;
    *out = &audio_face;
    return S_OK;
}

static HRESULT screen_more(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter;
    if (IsEqualIID(iid, &IID_IBasicVideo))
        *out = &video_face;
    else if (IsEqualIID(iid, &IID_IVideoWindow))
        *out = &window_face;
    else
        return E_NOINTERFACE;
    return S_OK;
}

static HRESULT deaf_more(struct fake_filter *filter, REFIID iid, void **out)
{
    (void)filter, (void)iid, (void)out;
    questions++;
    return E_NOINTERFACE;
}

static const struct fake_config speaker = {
    .name = "speaker", .inputs = 1, .in_types = "A", .more = speaker_more
};
static const struct fake_config screen = {
    .name = "screen", .inputs = 1, .in_types = "A", .more = screen_more
};
static const struct fake_config deaf = {
    .name = "deaf", .inputs = 1, .in_types = "A", .more = deaf_more
};

/* ---- sound ------------------------------------------------------------------------------- */

static void test_sound(void **state)
{
    struct test_graph g;
    struct fake_filter *one;
    IBasicAudio *audio;
    LONG value = 7;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBasicAudio, (void **)&audio), S_OK);
    assert_hr(CALL(audio, put_Volume, -100), E_NOTIMPL);
    assert_hr(CALL(audio, get_Volume, &value), E_NOTIMPL);
    assert_int_equal(value, 7);
    one = graph_put(&g, &speaker);
    volume = 0;
    assert_hr(CALL(audio, put_Volume, -100), S_OK);
    assert_hr(CALL(audio, get_Balance, &value), S_OK);
    assert_int_equal(value, -100);
    assert_hr(CALL(audio, put_Balance, 5), E_INVALIDARG); /* the filter's own answer */
    assert_hr(CALL(audio, get_Volume, NULL), E_POINTER);
    assert_hr(CALL(g.builder, RemoveFilter, &one->base), S_OK);
    assert_hr(CALL(audio, put_Volume, -100), E_NOTIMPL);
    LET_GO(audio);
    graph_close(&g);
}

/* Who has it is asked for once; who has not, not again before the graph has changed. */
static void test_remembers(void **state)
{
    struct test_graph g;
    IBasicAudio *audio;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBasicAudio, (void **)&audio), S_OK);
    graph_put(&g, &speaker);
    graph_put(&g, &deaf); /* newest: asked first */
    questions = 0;
    assert_hr(CALL(audio, put_Volume, -1), S_OK);
    assert_int_equal(questions, 2);
    assert_hr(CALL(audio, put_Volume, -2), S_OK);
    assert_hr(CALL(audio, put_Volume, -3), S_OK);
    assert_int_equal(questions, 4);
    graph_put(&g, &(struct fake_config){ .name = "new", .inputs = 1, .in_types = "A" });
    assert_hr(CALL(audio, put_Volume, -4), S_OK);
    assert_int_equal(questions, 6);
    LET_GO(audio);
    graph_close(&g);
}

static void test_without_the_lock(void **state)
{
    struct test_graph g;
    IBasicAudio *audio;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBasicAudio, (void **)&audio), S_OK);
    graph_put(&g, &speaker);
    open_graph = &g;
    entered = 0;
    assert_hr(CALL(audio, put_Volume, -1), S_OK);
    open_graph = NULL;
    assert_int_equal(entered, 1);
    LET_GO(audio);
    graph_close(&g);
}

/* ---- picture and window ------------------------------------------------------------------ */

static void test_picture(void **state)
{
    struct test_graph g;
    IBasicVideo2 *video;
    IBasicVideo *older;
    LONG width = 0, height = 0;

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBasicVideo2, (void **)&video), S_OK);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IBasicVideo, (void **)&older), S_OK);
    assert_hr(CALL(older, GetVideoSize, &width, &height), E_NOINTERFACE);
    graph_put(&g, &screen);
    assert_hr(CALL(older, GetVideoSize, &width, &height), S_OK);
    assert_int_equal(width, 320);
    assert_int_equal(height, 240);
    assert_hr(CALL(older, GetVideoSize, NULL, &height), E_POINTER);
    assert_hr(CALL(video, put_SourceWidth, 77), S_OK);
    assert_int_equal(width_asked, 77);
    assert_hr(CALL(video, GetCurrentImage, &width, NULL), S_OK);
    assert_int_equal(width, 1234);
    assert_hr(CALL(video, GetCurrentImage, NULL, NULL), E_POINTER);
    assert_hr(CALL(video, GetVideoPaletteEntries, 0, 1, NULL, NULL), E_POINTER);
    assert_hr(CALL(video, GetPreferredAspectRatio, &width, &height), E_NOINTERFACE);
    assert_hr(CALL(video, GetPreferredAspectRatio, NULL, &height), E_POINTER);
    LET_GO(older);
    LET_GO(video);
    graph_close(&g);
}

static void test_window(void **state)
{
    struct test_graph g;
    IVideoWindow *window;
    LONG box[4] = { 0 };

    (void)state;
    graph_open(&g);
    assert_hr(CALL(g.builder, QueryInterface, &IID_IVideoWindow, (void **)&window), S_OK);
    assert_hr(CALL(window, put_Visible, OATRUE), E_NOINTERFACE);
    assert_hr(CALL(window, NotifyOwnerMessage, 0, 0, 0, 0), E_NOINTERFACE);
    graph_put(&g, &screen);
    assert_hr(CALL(window, put_Visible, OATRUE), S_OK);
    assert_int_equal(visible, OATRUE);
    assert_hr(CALL(window, GetWindowPosition, &box[0], &box[1], &box[2], &box[3]), S_OK);
    assert_int_equal(box[3], 4);
    assert_hr(CALL(window, GetWindowPosition, &box[0], &box[1], NULL, &box[3]), E_POINTER);
    assert_hr(CALL(window, get_Caption, NULL), E_POINTER);
    assert_hr(CALL(window, GetMinIdealImageSize, NULL, &box[0]), E_POINTER);
    LET_GO(window);
    graph_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_remembers),
        cmocka_unit_test(test_without_the_lock),
        cmocka_unit_test(test_picture),
        cmocka_unit_test(test_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
