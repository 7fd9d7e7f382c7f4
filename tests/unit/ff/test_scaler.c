/* SPDX-License-Identifier: MIT */
/* test_scaler.c - every layout of pixels into every other one, also where rows begin at odd places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ff/scaler.h"

#define DITHER 6
#define LUMA   100
#define CB     90
#define CR     160

static const enum rg_pixels all[] = {
    RG_PIXELS_I420,  RG_PIXELS_YV12,  RG_PIXELS_NV12,   RG_PIXELS_YUY2,  RG_PIXELS_UYVY,
    RG_PIXELS_RGB24, RG_PIXELS_RGB32, RG_PIXELS_ARGB32, RG_PIXELS_GRAY8,
};
static const struct {
    int width, height;
} sizes[] = { { 72, 16 }, { 72, 65 },  { 97, 65 },  { 98, 66 },  { 100, 100 },
              { 96, 64 }, { 104, 64 }, { 128, 65 }, { 426, 240 } };

struct picture {
    struct rg_format format;
    uint8_t *data;
    int bytes;
    void *map;
    size_t map_bytes;
    struct rg_frame frame;
    struct ff_picture picture;
};

/* Zeroed; whoever reads or writes behind the last of the bytes (and what is missing to a multiple of
 * 16) ends with SIGSEGV. */
static uint8_t *guarded(size_t bytes, void **ret_map, size_t *ret_map_bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + page - 1) / page * page;
    uint8_t *map =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + room, page, PROT_NONE), 0);
    *ret_map = map;
    *ret_map_bytes = room + page;
    return map + (room - bytes) / 16 * 16;
}

static void picture_open(struct picture *p, enum rg_pixels pixels, int width, int height)
{
    AM_MEDIA_TYPE type;
    struct rg_format wanted = {
        .kind = RG_KIND_VIDEO, .pixels = pixels, .width = width, .height = height
    };

    assert_int_equal(rg_format_to_type(&wanted, &type), S_OK);
    assert_int_equal(rg_format_from_type(&type, &p->format), S_OK);
    CoTaskMemFree(type.pbFormat);
    p->bytes = rg_format_bytes(&p->format);
    p->data = guarded((size_t)p->bytes, &p->map, &p->map_bytes);
    assert_int_equal(rg_frame_map(&p->frame, &p->format, p->data, p->bytes), S_OK);
    ff_picture_of_map(&p->picture, &p->frame);
}

/* What a byte of a row is, by the layout; -1: nobody's business (RGB). */
static int byte_of(enum rg_pixels pixels, int plane, int x)
{
    switch (pixels) {
    case RG_PIXELS_I420:
        return plane == 0 ? LUMA : plane == 1 ? CB : CR;
    case RG_PIXELS_YV12:
        return plane == 0 ? LUMA : plane == 1 ? CR : CB;
    case RG_PIXELS_NV12:
        return plane == 0 ? LUMA : x % 2 == 0 ? CB : CR;
    case RG_PIXELS_YUY2:
        return x % 2 == 0 ? LUMA : x % 4 == 1 ? CB : CR;
    case RG_PIXELS_UYVY:
        return x % 2 == 1 ? LUMA : x % 4 == 0 ? CB : CR;
    case RG_PIXELS_GRAY8:
        return LUMA;
    default:
        return -1;
    }
}

static void picture_paint(struct picture *p)
{
    for (int i = 0; i < p->frame.n_planes; i++)
        for (int y = 0; y < p->frame.plane[i].height; y++)
            for (int x = 0; x < p->frame.plane[i].width; x++)
                p->frame.plane[i].data[(ptrdiff_t)y * p->frame.plane[i].stride + x] =
                    (uint8_t)byte_of(p->format.pixels, i, x);
}

static int at(const struct picture *p, int plane, int x, int y)
{
    return p->frame.plane[plane].data[(ptrdiff_t)y * p->frame.plane[plane].stride + x];
}

/* RGB is of one colour: the first pixel's. */
static int wanted_at(const struct picture *p, int plane, int x)
{
    int wanted = byte_of(p->format.pixels, plane, x);

    return wanted >= 0 ? wanted
                       : at(p, 0, x % (p->format.pixels == RG_PIXELS_RGB24 ? 3 : 4), 0);
}

static void picture_check(const struct picture *p)
{
    for (int i = 0; i < p->frame.n_planes; i++)
        for (int y = 0; y < p->frame.plane[i].height; y++)
            for (int x = 0; x < p->frame.plane[i].width; x++)
                if (abs(at(p, i, x, y) - wanted_at(p, i, x)) > DITHER)
                    fail_msg("%s %dx%d, plane %d at %d, %d: %d instead of %d",
                             rg_pixels_name(p->format.pixels), p->format.width,
                             p->format.height, i, x, y, at(p, i, x, y), wanted_at(p, i, x));
}

static bool has_colour(enum rg_pixels pixels)
{
    return pixels != RG_PIXELS_GRAY8 && byte_of(pixels, 0, 0) >= 0;
}

static void convert(enum rg_pixels from, enum rg_pixels to, int width, int height)
{
    struct ff_scaler *scaler = ff_scaler_new();
    struct picture in, out;

    assert_non_null(scaler);
    picture_open(&in, from, width, height);
    picture_open(&out, to, width, height);
    if (has_colour(from))
        picture_paint(&in);
    assert_int_equal(ff_scaler_run(scaler, &in.picture, &out.picture, FF_FILTER_BICUBIC), S_OK);
    if (has_colour(from) && to != RG_PIXELS_GRAY8)
        picture_check(&out);
    munmap(in.map, in.map_bytes);
    munmap(out.map, out.map_bytes);
    ff_scaler_free(scaler);
}

static void every_pair_at_every_width(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
        for (size_t from = 0; from < sizeof(all) / sizeof(all[0]); from++)
            for (size_t to = 0; to < sizeof(all) / sizeof(all[0]); to++)
                convert(all[from], all[to], sizes[s].width, sizes[s].height);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_at_every_width) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
