/* SPDX-License-Identifier: MIT */
/* fake_types.c - the types of a foreign filter: one letter each; what its pins offer and take.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <string.h>

static const GUID fake_major = { 0x66616b65, 0x0001, 0x4000, { 0x80, 0, 0, 0, 0, 0, 0, 1 } };

void fake_type(AM_MEDIA_TYPE *ret, char letter)
{
    memset(ret, 0, sizeof(*ret));
    ret->majortype = letter == '1'   ? MEDIATYPE_Video
                     : letter == '2' ? MEDIATYPE_Audio
                                     : fake_major;
    ret->subtype = fake_major;
    ret->subtype.Data1 = (unsigned char)letter;
    ret->bFixedSizeSamples = TRUE;
    ret->lSampleSize = 8;
    ret->formattype = FORMAT_None;
}

char fake_letter(const AM_MEDIA_TYPE *type)
{
    char letter = (char)type->subtype.Data1;
    AM_MEDIA_TYPE own;

    fake_type(&own, letter);
    return IsEqualGUID(&type->majortype, &own.majortype) && type->subtype.Data1 < 128 ? letter
                                                                                      : 0;
}

const char *fake_pin_letters(const struct fake_pin *pin)
{
    const struct fake_config *config = &pin->filter->config;

    if (!pin->is_output)
        return config->in_types;
    return pin->index > 0 && config->more_out_types != NULL ? config->more_out_types
                                                            : config->out_types;
}

char fake_pin_letter(struct fake_pin *pin, int i)
{
    const struct fake_config *config = &pin->filter->config;
    const char *letters = fake_pin_letters(pin);

    if (letters == NULL || config->no_types)
        return 0;
    if (pin->is_output && letters[0] == '=')
        return i == 0 && pin->filter->pins[0].peer != NULL
                   ? fake_letter(&pin->filter->pins[0].type)
                   : 0;
    return (size_t)i < strlen(letters) && letters[i] != '*' ? letters[i] : 0;
}

void fake_pin_type(struct fake_pin *pin, int i, AM_MEDIA_TYPE *ret)
{
    const char *letters = fake_pin_letters(pin);

    fake_type(ret, fake_pin_letter(pin, i));
    if (!pin->is_output || letters == NULL || letters[0] != '=')
        return;
    pthread_mutex_lock(&pin->filter->lock);
    if (pin->filter->pins[0].peer != NULL)
        *ret = pin->filter->given;
    pthread_mutex_unlock(&pin->filter->lock);
}

bool fake_pin_takes(struct fake_pin *pin, const AM_MEDIA_TYPE *type)
{
    const char *letters = fake_pin_letters(pin);
    char letter = fake_letter(type);

    if (letter == 0 || letters == NULL)
        return false;
    if (pin->is_output && letters[0] == '=')
        return pin->filter->pins[0].peer == NULL ||
               fake_letter(&pin->filter->pins[0].type) == letter;
    return strchr(letters, letter) != NULL || (!pin->is_output && strchr(letters, '*') != NULL);
}

static bool same_type(const AM_MEDIA_TYPE *a, const AM_MEDIA_TYPE *b)
{
    return IsEqualGUID(&a->subtype, &b->subtype) && IsEqualGUID(&a->formattype, &b->formattype);
}

bool fake_pin_fits_input(struct fake_pin *pin, const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = pin->filter;
    const char *letters = fake_pin_letters(pin);
    bool fits;

    if (!pin->is_output || letters == NULL || letters[0] != '=')
        return true;
    pthread_mutex_lock(&self->lock);
    fits =
        (self->pins[0].peer == NULL && self->held_count == 0) || same_type(&self->given, type);
    pthread_mutex_unlock(&self->lock);
    return fits;
}

void fake_takes_type(struct fake_pin *in, const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = in->filter;

    if (in != &self->pins[0])
        return;
    self->taken = *type;
    if (self->held_count == 0)
        self->given = *type;
}

bool fake_must_tell_before(struct fake_pin *in, const AM_MEDIA_TYPE *type)
{
    struct fake_filter *self = in->filter;
    bool must;

    pthread_mutex_lock(&self->lock);
    must = in == &self->pins[0] && self->held_count != 0 && !same_type(&self->taken, type);
    pthread_mutex_unlock(&self->lock);
    return must;
}
