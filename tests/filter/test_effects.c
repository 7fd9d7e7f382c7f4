/* SPDX-License-Identifier: MIT */
/* test_effects.c - what our own filters do: exact pixels, exact sound, frozen settings, other people's samples.
 *
 * Runs: the test's thread; one test changes settings from another.
 * Knows: the harness.  Must not know: base/.
 */
#include "harness.h"

#include "filters/testcard.h"

static void open_named(struct harness *h, const char *name)
{
    static struct rg_class_info info;

    assert_int_equal(rg_class_by_name(name, &info), S_OK);
    harness_open(h, &info);
}

static void run(struct harness *h, const struct rg_format *format)
{
    AM_MEDIA_TYPE type;

    if (format != NULL) {
        assert_int_equal(rg_format_to_type(format, &type), S_OK);
        assert_int_equal(harness_connect_input(h, &type), S_OK);
        rg_type_clear(&type);
    }
    assert_int_equal(harness_connect_output(h), S_OK);
    assert_int_equal(IBaseFilter_Pause(h->filter), S_OK);
    assert_int_equal(IBaseFilter_Run(h->filter, 0), S_OK);
}

static void finish(struct harness *h)
{
    assert_int_equal(IBaseFilter_Stop(h->filter), S_OK);
    harness_close(h);
}

/* Sends exactly these bytes. */
static void send_bytes(struct harness *h, const void *data, int bytes)
{
    IMediaSample *sample;
    BYTE *to;

    assert_int_equal(harness_buffer(h, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetPointer(sample, &to), S_OK);
    memcpy(to, data, (size_t)bytes);
    assert_int_equal(IMediaSample_SetActualDataLength(sample, bytes), S_OK);
    assert_int_equal(IMemInputPin_Receive(h->out.input, sample), S_OK);
    IMediaSample_Release(sample);
}

static struct rg_format video(int pixels, int width, int height)
{
    struct rg_format f = { .kind = RG_KIND_VIDEO,
                           .pixels = (enum rg_pixels)pixels,
                           .width = width,
                           .height = height,
                           .rate_num = 25,
                           .rate_den = 1 };

    return f;
}

static struct rg_format audio(int sound, int channels)
{
    struct rg_format f = { .kind = RG_KIND_AUDIO,
                           .sound = (enum rg_sound)sound,
                           .sample_rate = 48000,
                           .channels = channels };

    return f;
}

/* One small picture through an effect: 0 1 2 3 … comes out as expected. */
static void expect_pixels(const char *effect, const char *option, const char *value, int pixels,
                          int width, int height, const uint8_t *expected, int bytes)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = video(pixels, width, height);
    uint8_t data[64];

    for (int i = 0; i < 64; i++)
        data[i] = (uint8_t)i;
    open_named(h, effect);
    if (option != NULL)
        harness_set(h, option, value);
    assert_int_equal(rg_format_bytes(&f), bytes);
    run(h, &f);
    send_bytes(h, data, bytes);
    assert_int_equal(h->in.samples, 1);
    assert_int_equal(h->in.last_bytes, bytes);
    assert_memory_equal(h->in.last, expected, (size_t)bytes);
    finish(h);
    free(h);
}

#define EXPECT(effect, option, value, pixels, w, h, ...)                                       \
    do {                                                                                       \
        static const uint8_t expected_[] = { __VA_ARGS__ };                                    \
                                                                                               \
        expect_pixels(effect, option, value, pixels, w, h, expected_, sizeof(expected_));      \
    } while (0)

static void invert_is_exact(void **unused)
{
    (void)unused;
    EXPECT("invert", NULL, NULL, RG_PIXELS_I420, 2, 2, 255, 254, 253, 252, 251, 250);
    EXPECT("invert", NULL, NULL, RG_PIXELS_NV12, 2, 2, 255, 254, 253, 252, 251, 250);
    EXPECT("invert", NULL, NULL, RG_PIXELS_YUY2, 2, 1, 255, 254, 253, 252);
    EXPECT("invert", NULL, NULL, RG_PIXELS_GRAY8, 2, 2, 255, 254, 253, 252);
    EXPECT("invert", NULL, NULL, RG_PIXELS_RGB24, 1, 2, 255, 254, 253, 3, 251, 250, 249, 7);
    EXPECT("invert", NULL, NULL, RG_PIXELS_RGB32, 2, 1, 255, 254, 253, 3, 251, 250, 249, 7);
    EXPECT("invert", NULL, NULL, RG_PIXELS_ARGB32, 1, 1, 255, 254, 253, 3);
    EXPECT("invert", "alpha", "true", RG_PIXELS_ARGB32, 1, 1, 255, 254, 253, 252);
}

static void flip_is_exact(void **unused)
{
    (void)unused;
    EXPECT("flip", NULL, NULL, RG_PIXELS_GRAY8, 2, 3, 4, 5, 2, 3, 0, 1);
    EXPECT("flip", NULL, NULL, RG_PIXELS_I420, 2, 4, 6, 7, 4, 5, 2, 3, 0, 1, 9, 8, 11, 10);
    EXPECT("flip", NULL, NULL, RG_PIXELS_NV12, 2, 4, 6, 7, 4, 5, 2, 3, 0, 1, 10, 11, 8, 9);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_GRAY8, 3, 2, 2, 1, 0, 5, 4, 3);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_I420, 4, 2, 3, 2, 1, 0, 7, 6, 5, 4, 9, 8, 11,
           10);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_NV12, 4, 2, 3, 2, 1, 0, 7, 6, 5, 4, 10, 11,
           8, 9);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_YUY2, 4, 1, 6, 5, 4, 7, 2, 1, 0, 3);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_UYVY, 4, 1, 4, 7, 6, 5, 0, 3, 2, 1);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_RGB24, 2, 1, 3, 4, 5, 0, 1, 2, 6, 7);
    EXPECT("flip", "mode", "horizontal", RG_PIXELS_RGB32, 2, 1, 4, 5, 6, 7, 0, 1, 2, 3);
    EXPECT("flip", "mode", "both", RG_PIXELS_GRAY8, 2, 2, 3, 2, 1, 0);
}

static void grayscale_is_exact(void **unused)
{
    (void)unused;
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_I420, 2, 2, 0, 1, 2, 3, 128, 128);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_NV12, 2, 2, 0, 1, 2, 3, 128, 128);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_YUY2, 2, 1, 0, 128, 2, 128);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_UYVY, 2, 1, 128, 1, 128, 3);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_GRAY8, 2, 1, 0, 1);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_RGB32, 2, 1, 1, 1, 1, 3, 5, 5, 5, 7);
    EXPECT("grayscale", NULL, NULL, RG_PIXELS_RGB24, 2, 1, 1, 1, 1, 4, 4, 4, 6, 7);
}

/* ---- sound ------------------------------------------------------------------------------- */

static void expect_sound(const char *gain, int sound, const void *in, const void *out,
                         int bytes)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = audio(sound, 1);

    open_named(h, "volume");
    harness_set(h, "gain", gain);
    run(h, &f);
    send_bytes(h, in, bytes);
    assert_int_equal(h->in.last_bytes, bytes);
    assert_memory_equal(h->in.last, out, (size_t)bytes);
    finish(h);
    free(h);
}

static void volume_scales_and_saturates(void **unused)
{
    static const int16_t s16[] = { 0, 100, -100, 32767, -32768, 3 };
    static const int16_t s16_double[] = { 0, 200, -200, 32767, -32768, 6 };
    static const int16_t s16_half[] = { 0, 50, -50, 16384, -16384, 2 };
    static const int32_t s32[] = { 7, -9, INT32_MAX, INT32_MIN };
    static const int32_t s32_double[] = { 14, -18, INT32_MAX, INT32_MIN };
    static const uint8_t u8[] = { 128, 138, 0, 255 }, u8_double[] = { 128, 148, 0, 255 };
    static const uint8_t s24[] = { 1, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0x60 };
    static const uint8_t s24_double[] = { 2, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f };
    static const float f32[] = { 0.5f, -3.0f }, f32_double[] = { 1.0f, -6.0f };
    static const int16_t silence[6];

    (void)unused;
    expect_sound("2", RG_SOUND_S16, s16, s16_double, sizeof(s16));
    expect_sound("0.5", RG_SOUND_S16, s16, s16_half, sizeof(s16));
    expect_sound("1", RG_SOUND_S16, s16, s16, sizeof(s16));
    expect_sound("0", RG_SOUND_S16, s16, silence, sizeof(s16));
    expect_sound("2", RG_SOUND_S32, s32, s32_double, sizeof(s32));
    expect_sound("1", RG_SOUND_S32, s32, s32, sizeof(s32));
    expect_sound("2", RG_SOUND_U8, u8, u8_double, sizeof(u8));
    expect_sound("2", RG_SOUND_S24, s24, s24_double, sizeof(s24));
    expect_sound("2", RG_SOUND_F32, f32, f32_double, sizeof(f32));
}

static void volume_ramps_when_asked(void **unused)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = audio(RG_SOUND_S16, 1);
    int16_t data[96], *out;

    (void)unused;
    for (int i = 0; i < 96; i++)
        data[i] = 9600;
    open_named(h, "volume");
    harness_set(h, "ramp_ms", "1"); /* 48 samples */
    run(h, &f);
    send_bytes(h, data, sizeof(data));
    assert_memory_equal(h->in.last, data, sizeof(data));
    harness_set(h, "mute", "true");
    send_bytes(h, data, sizeof(data));
    out = (int16_t *)(void *)h->in.last;
    assert_int_equal(out[0], 9400);
    assert_int_equal(out[46], 200);
    for (int i = 47; i < 96; i++)
        assert_int_equal(out[i], 0);
    finish(h);
    free(h);
}

/* ---- whose sample is it -------------------------------------------------------------------- */

static void shared_samples_are_not_touched(void **unused)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = video(RG_PIXELS_GRAY8, 4, 4);
    uint8_t before[16], after[16];
    IMediaSample *sample;
    BYTE *data;

    (void)unused;
    memset(before, 10, 16);
    memset(after, 245, 16);
    open_named(h, "invert");
    run(h, &f);
    assert_int_equal(harness_buffer(h, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetPointer(sample, &data), S_OK);
    memset(data, 10, 16);
    IMediaSample_AddRef(sample); /* somebody else looks at it too */
    assert_int_equal(IMemInputPin_Receive(h->out.input, sample), S_OK);
    assert_memory_equal(data, before, 16);
    assert_memory_equal(h->in.last, after, 16);
    IMediaSample_Release(sample);
    IMediaSample_Release(sample);
    /* the allocator says that nobody may write */
    assert_int_equal(IMemInputPin_NotifyAllocator(h->out.input, h->out.allocator, TRUE), S_OK);
    assert_int_equal(harness_buffer(h, 0, &sample), S_OK);
    assert_int_equal(IMediaSample_GetPointer(sample, &data), S_OK);
    memset(data, 10, 16);
    assert_int_equal(IMemInputPin_Receive(h->out.input, sample), S_OK);
    assert_memory_equal(data, before, 16);
    assert_memory_equal(h->in.last, after, 16);
    IMediaSample_Release(sample);
    finish(h);
    free(h);
}

struct knob {
    IRgOptions *options;
    atomic_bool over;
};

static void *turn_knob(void *argument)
{
    struct knob *knob = argument;

    for (unsigned i = 0; !atomic_load(&knob->over); i++)
        (void)IRgOptions_Set(knob->options, "mode", i % 2 != 0 ? "both" : "horizontal");
    return NULL;
}

/* Every frame is wholly of one setting. */
static void settings_swap_between_frames(void **unused)
{
    static const uint8_t in[4] = { 1, 2, 3, 4 }, horizontal[4] = { 2, 1, 4, 3 };
    static const uint8_t both[4] = { 4, 3, 2, 1 };
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = video(RG_PIXELS_GRAY8, 2, 2);
    struct knob knob;
    pthread_t thread;

    (void)unused;
    open_named(h, "flip");
    harness_set(h, "mode", "both");
    run(h, &f);
    atomic_init(&knob.over, false);
    assert_int_equal(
        IBaseFilter_QueryInterface(h->filter, &IID_IRgOptions, (void **)&knob.options), S_OK);
    assert_int_equal(pthread_create(&thread, NULL, turn_knob, &knob), 0);
    for (int i = 0; i < 5000; i++) {
        send_bytes(h, in, 4);
        assert_true(memcmp(h->in.last, horizontal, 4) == 0 || memcmp(h->in.last, both, 4) == 0);
    }
    atomic_store(&knob.over, true);
    pthread_join(thread, NULL);
    IRgOptions_Release(knob.options);
    finish(h);
    free(h);
}

/* ---- sources and the null renderer ----------------------------------------------------------- */

static void testsrc_numbers_its_frames(void **unused)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_testcard_reading reading;
    struct rg_format f;
    struct rg_frame frame;

    (void)unused;
    open_named(h, "testsrc");
    harness_set(h, "size", "160x90");
    harness_set(h, "fps", "30000/1001");
    harness_set(h, "pixels", "NV12");
    harness_set(h, "frames", "12");
    harness_set(h, "first", "100");
    run(h, NULL);
    harness_wait_ends(h, 1);
    assert_int_equal(harness_samples(h), 12);
    assert_int_equal(h->in.last_start, 11LL * 1001 * 10000000 / 30000);
    assert_int_equal(rg_format_from_type(&h->in.type, &f), S_OK);
    assert_int_equal(f.rate_num, 30000);
    assert_int_equal(rg_frame_map(&frame, &f, h->in.last, h->in.last_bytes), S_OK);
    assert_int_equal(rg_testcard_read(&frame, &reading), S_OK);
    assert_int_equal(reading.number, 111);
    assert_false(reading.gray || reading.inverted || reading.flipped_v || reading.flipped_h);
    finish(h);
    free(h);
}

static void testsrc_refuses_what_it_cannot_read(void **unused)
{
    static const char *const wrong[][2] = { { "size", "12" },        { "size", "1x1" },
                                            { "size", "99999x99" },  { "fps", "fast" },
                                            { "size", "640x480x3" }, { "fps", "0" } };

    (void)unused;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct harness *h = calloc(1, sizeof(*h));
        char before[64], after[64];
        RG_AUTO(IRgOptions) options = NULL;

        open_named(h, "testsrc");
        assert_int_equal(
            IBaseFilter_QueryInterface(h->filter, &IID_IRgOptions, (void **)&options), S_OK);
        assert_int_equal(IRgOptions_Get(options, wrong[i][0], before, sizeof(before)), S_OK);
        assert_int_equal(IRgOptions_Set(options, wrong[i][0], wrong[i][1]), E_INVALIDARG);
        assert_int_equal(IRgOptions_Get(options, wrong[i][0], after, sizeof(after)), S_OK);
        assert_string_equal(before, after);
        IRgOptions_Release(RG_STEAL(&options));
        harness_close(h);
        free(h);
    }
}

static void tone_counts_every_sample(void **unused)
{
    struct harness *h = calloc(1, sizeof(*h));
    const int16_t *last;

    (void)unused;
    open_named(h, "tone");
    harness_set(h, "ramp", "true");
    harness_set(h, "samples", "1000");
    harness_set(h, "block", "300");
    run(h, NULL);
    harness_wait_ends(h, 1);
    assert_int_equal(harness_samples(h), 4);
    assert_int_equal(h->in.last_bytes, 100 * 4); /* the rest, two channels of s16 */
    last = (const int16_t *)(void *)h->in.last;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(last[2 * i], 900 + i);
        assert_int_equal(last[2 * i + 1], 900 + i);
    }
    finish(h);
    free(h);
}

static void *send_one(void *argument)
{
    assert_int_equal(harness_send(argument, 10000000), S_OK);
    return NULL;
}

static void null_waits_for_the_clock_when_asked(void **unused)
{
    struct harness *h = calloc(1, sizeof(*h));
    struct rg_format f = video(RG_PIXELS_I420, 96, 64);
    AM_MEDIA_TYPE type;
    RG_LEDGER ledger;
    IRgLink *link;
    pthread_t thread;

    (void)unused;
    open_named(h, "null");
    harness_set(h, "sync", "true");
    assert_int_equal(rg_format_to_type(&f, &type), S_OK);
    assert_int_equal(harness_connect_input(h, &type), S_OK);
    rg_type_clear(&type);
    assert_int_equal(IBaseFilter_SetSyncSource(h->filter, &h->clock.clock.i), S_OK);
    assert_int_equal(IBaseFilter_Run(h->filter, 5000000), S_OK);
    assert_int_equal(pthread_create(&thread, NULL, send_one, h), 0);
    harness_wait_advice(h, 1);
    pthread_mutex_lock(&h->clock.lock);
    assert_int_equal(h->clock.advice[0].due,
                     15000000); /* start of the run and the sample's time */
    pthread_mutex_unlock(&h->clock.lock);
    harness_set_time(h, 15000000);
    pthread_join(thread, NULL);
    assert_int_equal(IPin_QueryInterface(h->out.peer, &IID_IRgLink, (void **)&link), S_OK);
    assert_int_equal(IRgLink_GetLedger(link, &ledger), S_OK);
    assert_int_equal(ledger.samples, 1);
    IRgLink_Release(link);
    finish(h);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invert_is_exact),
        cmocka_unit_test(flip_is_exact),
        cmocka_unit_test(grayscale_is_exact),
        cmocka_unit_test(volume_scales_and_saturates),
        cmocka_unit_test(volume_ramps_when_asked),
        cmocka_unit_test(shared_samples_are_not_touched),
        cmocka_unit_test(settings_swap_between_frames),
        cmocka_unit_test(testsrc_numbers_its_frames),
        cmocka_unit_test(testsrc_refuses_what_it_cannot_read),
        cmocka_unit_test(tone_counts_every_sample),
        cmocka_unit_test(null_waits_for_the_clock_when_asked),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests_name("effects", tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
