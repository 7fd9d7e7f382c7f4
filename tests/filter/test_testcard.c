/* SPDX-License-Identifier: MIT */
/* test_testcard.c - the test card says its number and what was done to it, in every layout.
 *
 * Runs: one thread.
 * Knows: pixels.  Must not know: pins, codecs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "filters/testcard.h"

struct picture {
    struct rg_format format;
    struct rg_frame frame;
    uint8_t *memory;
    int bytes;
};

static void picture_open(struct picture *p, int pixels, int width, int height)
{
    memset(p, 0, sizeof(*p));
    p->format.kind = RG_KIND_VIDEO;
    p->format.pixels = (enum rg_pixels)pixels;
    p->format.width = width;
    p->format.height = height;
    p->bytes = rg_format_bytes(&p->format);
    p->memory = calloc(1, (size_t)p->bytes);
    assert_non_null(p->memory);
    assert_int_equal(rg_frame_map(&p->frame, &p->format, p->memory, p->bytes), S_OK);
}

static void picture_close(struct picture *p)
{
    free(p->memory);
}

static void expect(const struct picture *p, uint32_t number, bool inverted, bool flipped_v,
                   bool flipped_h)
{
    struct rg_testcard_reading r;

    assert_int_equal(rg_testcard_read(&p->frame, &r), S_OK);
    assert_int_equal(r.number, number);
    assert_int_equal(r.inverted, inverted);
    assert_int_equal(r.flipped_v, flipped_v);
    assert_int_equal(r.flipped_h, flipped_h);
    assert_int_equal(r.gray, p->format.pixels == RG_PIXELS_GRAY8);
}

/* Turning the map of the memory turns the picture. */
static void turn_upside_down(struct picture *p)
{
    for (int i = 0; i < p->frame.n_planes; i++) {
        struct rg_plane *plane = &p->frame.plane[i];

        plane->data += (ptrdiff_t)plane->stride * (plane->height - 1);
        plane->stride = -plane->stride;
    }
}

static const uint32_t numbers[] = { 0, 1, 2, 0x555555, 0xaaaaaa, 0xffffff, 499, 123456 };
#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void every_layout_is_read_back(void **unused)
{
    static const int sizes[][2] = {
        { 1280, 720 }, { 320, 240 }, { 72, 16 }, { 101, 77 }, { 1921, 33 }
    };

    (void)unused;
    for (int pixels = RG_PIXELS_I420; pixels <= RG_PIXELS_GRAY8; pixels++)
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
            for (size_t n = 0; n < N_NUMBERS; n++) {
                struct picture p;

                picture_open(&p, pixels, sizes[s][0], sizes[s][1]);
                assert_int_equal(rg_testcard_draw(&p.frame, numbers[n]), S_OK);
                expect(&p, numbers[n], false, false, false);
                turn_upside_down(&p);
                expect(&p, numbers[n], false, true, false);
                for (int i = 0; i < p.bytes; i++)
                    p.memory[i] = (uint8_t)(255 - p.memory[i]);
                expect(&p, numbers[n], true, true, false);
                picture_close(&p);
            }
}

static void mirrored_and_noisy_cards_are_read(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < N_NUMBERS; n++) {
        struct picture p;
        unsigned noise = 1;

        picture_open(&p, RG_PIXELS_I420, 640, 360);
        assert_int_equal(rg_testcard_draw(&p.frame, numbers[n]), S_OK);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < p.frame.plane[i].height; y++) {
                uint8_t *row = p.frame.plane[i].data + (ptrdiff_t)y * p.frame.plane[i].stride;

                for (int a = 0, b = p.frame.plane[i].width - 1; a < b; a++, b--) {
                    uint8_t keep = row[a];

                    row[a] = row[b];
                    row[b] = keep;
                }
            }
        expect(&p, numbers[n], false, false, true);
        for (int i = 0; i < p.bytes; i++) {
            int value = p.memory[i];

            noise = noise * 1103515245u + 12345u;
            value += (int)(noise >> 16 & 31) - 16;
            p.memory[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
        expect(&p, numbers[n], false, false, true);
        picture_close(&p);
    }
}

static void gray_is_told_from_colour(void **unused)
{
    struct rg_testcard_reading r;
    struct picture p;

    (void)unused;
    picture_open(&p, RG_PIXELS_NV12, 640, 360);
    assert_int_equal(rg_testcard_draw(&p.frame, 77), S_OK);
    for (int y = 0; y < p.frame.plane[1].height; y++)
        memset(p.frame.plane[1].data + (ptrdiff_t)y * p.frame.plane[1].stride, 128, 640);
    assert_int_equal(rg_testcard_read(&p.frame, &r), S_OK);
    assert_true(r.gray);
    assert_int_equal(r.number, 77);
    picture_close(&p);
}

static void neighbours_differ_and_repeat_exactly(void **unused)
{
    struct picture a, b;

    (void)unused;
    picture_open(&a, RG_PIXELS_YUY2, 320, 240);
    picture_open(&b, RG_PIXELS_YUY2, 320, 240);
    rg_testcard_draw(&a.frame, 10);
    rg_testcard_draw(&b.frame, 11);
    assert_memory_not_equal(a.memory, b.memory, (size_t)a.bytes);
    rg_testcard_draw(&b.frame, 10);
    assert_memory_equal(a.memory, b.memory, (size_t)a.bytes);
    picture_close(&a);
    picture_close(&b);
}

static void other_pictures_are_no_card(void **unused)
{
    struct rg_testcard_reading r;
    struct picture p;

    (void)unused;
    picture_open(&p, RG_PIXELS_I420, 320, 240);
    assert_int_equal(rg_testcard_read(&p.frame, &r), S_FALSE);
    memset(p.memory, 128, (size_t)p.bytes);
    assert_int_equal(rg_testcard_read(&p.frame, &r), S_FALSE);
    rg_testcard_draw(&p.frame, 5);
    memset(p.memory + 40, 128, 30); /* not enough to hurt */
    assert_int_equal(rg_testcard_read(&p.frame, &r), S_OK);
    for (int y = 0; y < 9; y++) /* one bit turned: 8 bits of check notice */
        for (int x = 80; x < 90; x++)
            p.memory[y * 320 + x] = (uint8_t)(251 - p.memory[y * 320 + x]);
    assert_int_equal(rg_testcard_read(&p.frame, &r), S_FALSE);
    picture_close(&p);
}

static void wrong_arguments_are_refused(void **unused)
{
    struct rg_testcard_reading r;
    struct picture p;

    (void)unused;
    picture_open(&p, RG_PIXELS_I420, 70, 16);
    assert_int_equal(rg_testcard_draw(&p.frame, 1), E_INVALIDARG);
    assert_int_equal(rg_testcard_read(&p.frame, &r), E_INVALIDARG);
    assert_int_equal(rg_testcard_draw(NULL, 1), E_POINTER);
    assert_int_equal(rg_testcard_read(&p.frame, NULL), E_POINTER);
    assert_int_equal(rg_testcard_read(NULL, &r), E_POINTER);
    p.format.kind = RG_KIND_AUDIO;
    assert_int_equal(rg_testcard_draw(&p.frame, 1), E_INVALIDARG);
    picture_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_read_back),
        cmocka_unit_test(mirrored_and_noisy_cards_are_read),
        cmocka_unit_test(gray_is_told_from_colour),
        cmocka_unit_test(neighbours_differ_and_repeat_exactly),
        cmocka_unit_test(other_pictures_are_no_card),
        cmocka_unit_test(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests_name("testcard", tests, NULL, NULL);
}
