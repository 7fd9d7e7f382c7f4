/* SPDX-License-Identifier: MIT */
/* fake_flow.c - what a foreign filter does with samples: a source's thread, holding back, writing down.
 *
 * See fake_filter.h.
 */
#include "fake_filter.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SAMPLE_TIME 100000

/* ---- the source's thread ----------------------------------------------------------------- */

static HRESULT make_sample(struct fake_filter *self, IMemAllocator *allocator, int64_t number,
                           IMediaSample **ret)
{
    REFERENCE_TIME length =
        self->config.sample_time != 0 ? self->config.sample_time : DEFAULT_SAMPLE_TIME;
    REFERENCE_TIME start = number * length, stop = start + length;
    BYTE *data;
    HRESULT hr = allocator->lpVtbl->GetBuffer(allocator, ret, NULL, NULL, 0);

    if (FAILED(hr))
        return hr;
    (*ret)->lpVtbl->GetPointer(*ret, &data);
    memcpy(data, &number, sizeof(number));
    (*ret)->lpVtbl->SetActualDataLength(*ret, sizeof(number));
    (*ret)->lpVtbl->SetTime(*ret, &start, &stop);
    return S_OK;
}

/* What Receive said. */
static HRESULT deliver_next(struct fake_filter *self, int64_t number)
{
    struct fake_pin *pin = &self->pins[self->config.inputs];
    IMemAllocator *allocator = NULL;
    IMediaSample *sample = NULL;
    HRESULT hr = fake_pin_begin(pin);

    if (hr != S_OK)
        return hr;
    pthread_mutex_lock(&self->lock);
    if (pin->allocator != NULL) {
        allocator = pin->allocator;
        allocator->lpVtbl->AddRef(allocator);
    }
    pthread_mutex_unlock(&self->lock);
    if (allocator == NULL) {
        fake_pin_end(pin);
        return VFW_E_NO_ALLOCATOR;
    }
    hr = make_sample(self, allocator, number, &sample);
    if (SUCCEEDED(hr)) {
        hr = fake_pin_deliver(pin, sample);
        sample->lpVtbl->Release(sample);
    }
    allocator->lpVtbl->Release(allocator);
    if (hr == S_OK) { /* while its gate is closed, a test may read what it has sent */
        pthread_mutex_lock(&self->lock);
        self->next++;
        pthread_mutex_unlock(&self->lock);
    }
    fake_pin_end(pin);
    return hr;
}

/* Refused by who is stopped: the same number again. */
static bool is_tried_again(struct fake_filter *self, HRESULT hr)
{
    if (!self->config.tolerates_refusal || hr != VFW_E_WRONG_STATE)
        return false;
    sched_yield();
    return true;
}

static void *source_main(void *arg)
{
    struct fake_filter *self = arg;

    for (;;) {
        int64_t number;
        bool quit, ended;
        HRESULT hr;

        pthread_mutex_lock(&self->lock);
        number = self->next;
        quit = self->quit;
        ended = self->config.samples >= 0 && number >= self->config.samples;
        pthread_mutex_unlock(&self->lock);
        if (quit)
            return NULL;
        if (ended) {
            for (int i = 0; i < self->config.outputs; i++)
                fake_pin_deliver_end(&self->pins[self->config.inputs + i]);
            return NULL;
        }
        hr = deliver_next(self, number);
        if (is_tried_again(self, hr))
            continue;
        if (hr != S_OK)
            return NULL;
    }
}

static bool has_thread(struct fake_filter *self)
{
    return self->config.inputs == 0 && self->config.samples != 0;
}

void fake_thread_stop(struct fake_filter *self)
{
    bool runs;

    pthread_mutex_lock(&self->lock);
    self->quit = true;
    runs = self->thread_runs;
    self->thread_runs = false;
    pthread_mutex_unlock(&self->lock);
    if (runs)
        pthread_join(self->thread, NULL);
}

void fake_thread_start(struct fake_filter *self)
{
    if (!has_thread(self) || self->pins[0].peer == NULL)
        return;
    self->quit = false;
    self->thread_runs = pthread_create(&self->thread, NULL, source_main, self) == 0;
}

/* ---- what it does with samples ----------------------------------------------------------- */

static void write_down(struct fake_filter *self, IMediaSample *sample)
{
    BYTE *data;

    sample->lpVtbl->GetPointer(sample, &data);
    if (self->number_count == self->number_room) {
        self->number_room = self->number_room != 0 ? self->number_room * 2 : 64;
        self->numbers = realloc(self->numbers, self->number_room * sizeof(*self->numbers));
    }
    memcpy(&self->numbers[self->number_count++], data, sizeof(int64_t));
    pthread_cond_broadcast(&self->changed);
}

static HRESULT render(struct fake_pin *pin, IMediaSample *sample)
{
    struct fake_filter *self = pin->filter;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&self->lock);
    self->cued = true;
    pthread_cond_broadcast(&self->changed);
    while (self->config.prerolls && self->state == State_Paused && !pin->flushing)
        pthread_cond_wait(&self->changed, &self->lock);
    if (self->state == State_Stopped)
        hr = VFW_E_WRONG_STATE;
    else if (pin->flushing)
        hr = S_FALSE;
    else
        write_down(self, sample);
    pthread_mutex_unlock(&self->lock);
    return hr;
}

/* Another type begins with this sample, at one end of the filter; who is downstream finds it there. */
static void note_type(struct fake_filter *self, struct fake_pin *in, IMediaSample *sample)
{
    AM_MEDIA_TYPE *type = NULL;

    if (sample->lpVtbl->GetMediaType(sample, &type) != S_OK)
        return;
    pthread_mutex_lock(&self->lock);
    for (int i = 0; i < self->pin_count; i++) {
        struct fake_pin *one = &self->pins[i];

        if (in != NULL ? one != in : !one->is_output || self->config.out_types[0] != '=')
            continue;
        one->type.subtype = type->subtype;
        one->type.formattype = type->formattype;
        *(in != NULL ? &self->taken : &self->given) = one->type;
    }
    pthread_mutex_unlock(&self->lock);
    CoTaskMemFree(type->pbFormat);
    CoTaskMemFree(type);
}

static HRESULT pass_on(struct fake_filter *self, IMediaSample *sample)
{
    HRESULT hr = S_OK;

    note_type(self, NULL, sample);
    for (int i = 0; i < self->config.outputs && hr == S_OK; i++)
        hr = fake_pin_deliver(&self->pins[self->config.inputs + i], sample);
    return hr;
}

/* Keeps `holds` samples back: the oldest leaves when one more comes. */
static HRESULT hold(struct fake_filter *self, IMediaSample *sample)
{
    IMediaSample *oldest = NULL;
    HRESULT hr;

    pthread_mutex_lock(&self->lock);
    if (self->state == State_Stopped) { /* stopped since it came in */
        pthread_mutex_unlock(&self->lock);
        return VFW_E_WRONG_STATE;
    }
    sample->lpVtbl->AddRef(sample);
    self->held[self->held_count++] = sample;
    if (self->held_count > self->config.holds) {
        oldest = self->held[0];
        self->held_count--;
        memmove(self->held, self->held + 1, self->held_count * sizeof(self->held[0]));
    }
    pthread_mutex_unlock(&self->lock);
    if (oldest == NULL)
        return S_OK;
    hr = pass_on(self, oldest);
    oldest->lpVtbl->Release(oldest);
    return hr;
}

static HRESULT receive(struct fake_pin *pin, IMediaSample *sample)
{
    struct fake_filter *self = pin->filter;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&self->lock);
    if (self->state == State_Stopped)
        hr = VFW_E_WRONG_STATE;
    else if (pin->flushing)
        hr = S_FALSE;
    else if (pin->at_end)
        hr = E_UNEXPECTED;
    pthread_mutex_unlock(&self->lock);
    if (hr != S_OK)
        return hr;
    note_type(self, pin, sample);
    if (self->config.outputs == 0)
        return render(pin, sample);
    return self->config.holds != 0 ? hold(self, sample) : pass_on(self, sample);
}

HRESULT fake_receive(struct fake_pin *pin, IMediaSample *sample)
{
    HRESULT hr;

    pthread_mutex_lock(&pin->stream);
    hr = receive(pin, sample);
    pthread_mutex_unlock(&pin->stream);
    return hr;
}

void fake_forget_held(struct fake_filter *self)
{
    IMediaSample *held[FAKE_HELD_MOST];
    unsigned n;

    pthread_mutex_lock(&self->lock);
    n = self->held_count;
    memcpy(held, self->held, n * sizeof(held[0]));
    self->held_count = 0;
    pthread_mutex_unlock(&self->lock);
    for (unsigned i = 0; i < n; i++)
        held[i]->lpVtbl->Release(held[i]);
}

static void give_up_held(struct fake_filter *self)
{
    for (;;) {
        IMediaSample *oldest = NULL;

        pthread_mutex_lock(&self->lock);
        if (self->held_count != 0) {
            oldest = self->held[0];
            self->held_count--;
            memmove(self->held, self->held + 1, self->held_count * sizeof(self->held[0]));
        }
        pthread_mutex_unlock(&self->lock);
        if (oldest == NULL)
            return;
        pass_on(self, oldest);
        oldest->lpVtbl->Release(oldest);
    }
}

static void end(struct fake_pin *pin)
{
    struct fake_filter *self = pin->filter;
    bool post = false, active;

    pthread_mutex_lock(&self->lock);
    active = self->state != State_Stopped && !pin->flushing;
    if (active && pin->end_event != NULL) {
        SetEvent(pin->end_event); /* a push-through ends here and leaves no mark */
        active = false;
    } else if (active && self->config.outputs == 0) {
        pin->at_end = true;
        self->cued = true;
        self->end_pending = true;
        post = self->state == State_Running;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    if (!active)
        return;
    if (post)
        fake_post(self, EC_COMPLETE, S_OK,
                  self->config.nameless_complete ? 0 : (LONG_PTR)&self->base);
    give_up_held(self);
    if (self->config.swallows_end)
        return;
    for (int i = 0; i < self->config.outputs; i++)
        fake_pin_deliver_end(&self->pins[self->config.inputs + i]);
}

void fake_end(struct fake_pin *pin)
{
    pthread_mutex_lock(&pin->stream);
    end(pin);
    pthread_mutex_unlock(&pin->stream);
}

void fake_flush(struct fake_filter *self, bool begin)
{
    pthread_mutex_lock(&self->lock);
    self->pins[0].flushing = begin;
    if (!begin) {
        self->cued = false;
        self->end_pending = false;
        self->pins[0].at_end = false;
    }
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}
