/* SPDX-License-Identifier: MIT */
/* conformance_classes.c - registered classes for intelligent connect: each changes one letter into another. */
#include "com/registry.h"
#include "conformance.h"

#define NORMAL 0x600000u

struct change {
    char from[2], to[2];
    bool is_ours;
    bool hides_input, hides_output; /* the pin's name begins with '~' */
    GUID subtype;                   /* of `from` */
    atomic_uint made;
};

#define LETTER(letter)                                                                         \
    {                                                                                          \
        letter, 0x0001, 0x4000,                                                                \
        {                                                                                      \
            0x80, 0, 0, 0, 0, 0, 0, 1                                                          \
        }                                                                                      \
    }
#define CHANGE(from, to, ...)                                                                  \
    {                                                                                          \
        { from }, { to }, __VA_ARGS__, LETTER(from), 0                                         \
    }

static struct change changes[] = {
    /* between the letters of spans */
    CHANGE('b', 'a', false, false, false),
    CHANGE('a', 'x', true, false, false),
    CHANGE('a', 'y', false, false, false),
    /* the best there is */
    CHANGE('G', 'H', false, false, false),
    /* never chosen, and just chosen */
    CHANGE('I', 'J', false, false, false),
    CHANGE('K', 'L', false, false, false),
    CHANGE('M', 'N', true, false, false),
    CHANGE('O', 'P', true, false, false),
    /* with pins that are not to be used */
    CHANGE('U', 'V', false, true, false),
    CHANGE('W', 'X', false, false, true),
};

IBaseFilter *changer_new(char from, char to, bool ours)
{
    /* the letters of a fake live as long as its configuration */
    static char texts[256][2];
    struct fake_config config = { .inputs = 1, .outputs = 1 };

    if (ours)
        return converter_new(from, to);
    texts[(unsigned char)from][0] = from;
    texts[(unsigned char)to][0] = to;
    config.name = "changer";
    config.in_types = texts[(unsigned char)from];
    config.out_types = texts[(unsigned char)to];
    return &fake_filter_new(&config)->base;
}

static HRESULT make(const struct rg_class_entry *entry, IUnknown *outer, REFIID iid, void **out)
{
    struct change *change = (struct change *)entry->detail;
    IBaseFilter *filter = changer_new(change->from[0], change->to[0], change->is_ours);
    HRESULT hr;

    (void)outer;
    if (change->hides_input)
        hide_pin(filter, PINDIR_INPUT);
    if (change->hides_output)
        hide_pin(filter, PINDIR_OUTPUT);
    atomic_fetch_add(&change->made, 1);
    hr = CALL(filter, QueryInterface, iid, out);
    LET_GO(filter);
    return hr;
}

unsigned registered_made(char from, char to)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        if (changes[i].from[0] == from && changes[i].to[0] == to)
            return atomic_load(&changes[i].made);
    fail_msg("no class from %c to %c", from, to);
    return 0;
}

void hide_pin(IBaseFilter *foreign, PIN_DIRECTION direction)
{
    struct fake_filter *fake = CONTAINING_RECORD(foreign, struct fake_filter, base);
    struct fake_pin *pin = &fake->pins[direction == PINDIR_INPUT ? 0 : fake->config.inputs];

    memmove(pin->name + 1, pin->name, sizeof(pin->name) - 2 * sizeof(pin->name[0]));
    pin->name[0] = L'~';
}

void letters_open(struct road *r, const char *from, const char *to)
{
    struct fake_config source = { .name = "source", .outputs = 1, .out_types = from };
    struct fake_config sink = { .name = "sink", .inputs = 1, .in_types = to };

    road_open_empty(r);
    r->source = &graph_put(&r->g, &source)->base;
    r->sink = &graph_put(&r->g, &sink)->base;
}

HRESULT letters_connect(struct road *r)
{
    return CALL(r->g.builder, Connect, kit_out(r->source), kit_in(r->sink));
}

/* ---- the registry's rows -------------------------------------------------------------------------- */

static const GUID fake_major = { 0x66616b65, 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };

#define ROW(n, words, worth)                                                                   \
    static const CLSID clsid_##n = { 0x6b697420, n, 1, { 1 } };                                \
    static const struct rg_class_type takes_##n = { &fake_major, &changes[n].subtype };        \
    static const struct rg_class_entry row_##n = {                                             \
        .clsid = &clsid_##n,                                                                   \
        .name = words,                                                                         \
        .help = "another letter",                                                              \
        .category = RG_CLASS_TRANSFORM,                                                        \
        .merit = worth,                                                                        \
        .create = make,                                                                        \
        .detail = &changes[n],                                                                 \
        .inputs = &takes_##n,                                                                  \
        .input_count = 1,                                                                      \
    };

ROW(0, "change-b-a", NORMAL)
ROW(1, "change-a-x", NORMAL)
ROW(2, "change-a-y", NORMAL)
ROW(3, "change-g-h", MERIT_PREFERRED)
ROW(4, "change-i-j", MERIT_DO_NOT_USE)
ROW(5, "change-k-l", MERIT_DO_NOT_USE + 1)
ROW(6, "change-m-n", MERIT_DO_NOT_USE)
ROW(7, "change-o-p", MERIT_DO_NOT_USE + 1)
ROW(8, "change-u-v", NORMAL)
ROW(9, "change-w-x", NORMAL)

static const struct rg_class_entry *const rows[] = {
    &row_0, &row_1, &row_2, &row_3, &row_4, &row_5, &row_6, &row_7, &row_8, &row_9,
};
RG_CLASSES(rows)
