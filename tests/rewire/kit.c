/* SPDX-License-Identifier: MIT */
/* kit.c - recorders, and small helpers around filters and pins; see kit.h. */
#include "kit_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define LOCK                                                                                   \
    {                                                                                          \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
            0, { 0 }, { -1, -1, -1, -1, -1, -1, -1, -1 }, false, 0, 0, 0                       \
    }

struct kit_recorder kit_recorder[KIT_RECORDERS] = {
    LOCK, LOCK, LOCK, LOCK, LOCK, LOCK, LOCK, LOCK,
    LOCK, LOCK, LOCK, LOCK, LOCK, LOCK, LOCK, LOCK,
};

/* ---- recorders ---------------------------------------------------------------------------------- */

void kit_recorder_reset(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];

    pthread_mutex_lock(&r->lock);
    r->fresh = true;
    r->next = 0;
    r->count = r->lost = r->duplicated = r->reordered = r->ends = r->inside = 0;
    r->mistyped = 0;
    r->joins = r->lefts = r->finishes = 0;
    r->is_shut = false;
    memset(r->by_mark, 0, sizeof(r->by_mark));
    for (unsigned i = 0; i < 8; i++)
        r->first_with[i] = -1;
    pthread_mutex_unlock(&r->lock);
}

static void soon(struct timespec *ret)
{
    clock_gettime(CLOCK_REALTIME, ret);
    ret->tv_sec += KIT_WAIT_MS / 1000;
}

bool kit_wait_count(unsigned index, uint64_t count)
{
    struct kit_recorder *r = &kit_recorder[index];
    struct timespec until;
    bool enough;

    soon(&until);
    pthread_mutex_lock(&r->lock);
    while (r->count < count)
        if (pthread_cond_timedwait(&r->changed, &r->lock, &until) != 0)
            break;
    enough = r->count >= count;
    pthread_mutex_unlock(&r->lock);
    return enough;
}

uint64_t kit_count(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];
    uint64_t count;

    pthread_mutex_lock(&r->lock);
    count = r->count;
    pthread_mutex_unlock(&r->lock);
    return count;
}

bool kit_wait_more(unsigned index, uint64_t more)
{
    return kit_wait_count(index, kit_count(index) + more);
}

void kit_shut(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];

    pthread_mutex_lock(&r->lock);
    r->is_shut = true;
    pthread_mutex_unlock(&r->lock);
}

bool kit_wait_inside(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];
    struct timespec until;
    bool is_inside;

    soon(&until);
    pthread_mutex_lock(&r->lock);
    while (r->inside == 0)
        if (pthread_cond_timedwait(&r->changed, &r->lock, &until) != 0)
            break;
    is_inside = r->inside != 0;
    pthread_mutex_unlock(&r->lock);
    return is_inside;
}

void kit_open(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];

    pthread_mutex_lock(&r->lock);
    r->is_shut = false;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

void kit_let_through(unsigned index)
{
    struct kit_recorder *r = &kit_recorder[index];

    pthread_mutex_lock(&r->lock);
    r->let_through++;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* ---- how far sources may go --------------------------------------------------------------------- */

static pthread_mutex_t tap_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t tap_changed = PTHREAD_COND_INITIALIZER;
static int64_t tap = INT64_MAX;
static unsigned tap_turn = 1,
                n_at_tap; /* how often it was set; sources that wait there since */

void kit_let_until(int64_t number)
{
    pthread_mutex_lock(&tap_lock);
    tap = number;
    tap_turn++;
    n_at_tap = 0;
    pthread_cond_broadcast(&tap_changed);
    pthread_mutex_unlock(&tap_lock);
}

void kit_let_all(void)
{
    kit_let_until(INT64_MAX);
}

bool kit_may_pass(int64_t number, const atomic_bool *interrupted)
{
    unsigned counted = 0; /* in which turn */

    pthread_mutex_lock(&tap_lock);
    while (number >= tap && !atomic_load(interrupted)) {
        if (counted != tap_turn) {
            counted = tap_turn;
            n_at_tap++;
            pthread_cond_broadcast(&tap_changed);
        }
        pthread_cond_wait(&tap_changed, &tap_lock);
    }
    if (counted == tap_turn) /* nobody let it pass */
        n_at_tap--;
    pthread_mutex_unlock(&tap_lock);
    return !atomic_load(interrupted);
}

bool kit_wait_at_tap(unsigned sources)
{
    struct timespec until;
    bool wait;

    soon(&until);
    pthread_mutex_lock(&tap_lock);
    while (n_at_tap < sources)
        if (pthread_cond_timedwait(&tap_changed, &tap_lock, &until) != 0)
            break;
    wait = n_at_tap >= sources;
    pthread_mutex_unlock(&tap_lock);
    return wait;
}

void kit_wake_sources(void)
{
    pthread_mutex_lock(&tap_lock);
    pthread_cond_broadcast(&tap_changed);
    pthread_mutex_unlock(&tap_lock);
}

/* ---- filters that hang -------------------------------------------------------------------------- */

static pthread_mutex_t hang_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t hang_changed = PTHREAD_COND_INITIALIZER;
static unsigned round_of_hangs;
static bool never_hangs;
static unsigned n_hanging;

void kit_hang(void)
{
    unsigned mine;

    pthread_mutex_lock(&hang_lock);
    mine = round_of_hangs;
    n_hanging++;
    pthread_cond_broadcast(&hang_changed);
    while (round_of_hangs == mine && !never_hangs)
        pthread_cond_wait(&hang_changed, &hang_lock);
    n_hanging--;
    pthread_mutex_unlock(&hang_lock);
}

bool kit_wait_hanging(void)
{
    struct timespec until;
    bool hangs;

    soon(&until);
    pthread_mutex_lock(&hang_lock);
    while (n_hanging == 0)
        if (pthread_cond_timedwait(&hang_changed, &hang_lock, &until) != 0)
            break;
    hangs = n_hanging != 0;
    pthread_mutex_unlock(&hang_lock);
    return hangs;
}

void kit_take_time(int microseconds)
{
    struct timespec until;

    if (microseconds == 0)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += microseconds * 1000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&hang_lock);
    (void)pthread_cond_timedwait(&hang_changed, &hang_lock, &until);
    pthread_mutex_unlock(&hang_lock);
}

void kit_unhang(void)
{
    pthread_mutex_lock(&hang_lock);
    round_of_hangs++;
    pthread_cond_broadcast(&hang_changed);
    pthread_mutex_unlock(&hang_lock);
}

void kit_never_hang(bool on)
{
    pthread_mutex_lock(&hang_lock);
    never_hangs = on;
    pthread_cond_broadcast(&hang_changed);
    pthread_mutex_unlock(&hang_lock);
}

/* ---- filters ------------------------------------------------------------------------------------ */

HRESULT kit_set(IBaseFilter *filter, const char *name, int value)
{
    IRgOptions *options;
    char text[16];
    HRESULT hr = IBaseFilter_QueryInterface(filter, &IID_IRgOptions, (void **)&options);

    if (FAILED(hr))
        return hr;
    snprintf(text, sizeof(text), "%d", value);
    hr = IRgOptions_Set(options, name, text);
    IRgOptions_Release(options);
    return hr;
}

IBaseFilter *kit_filter_with(enum kit_kind kind, const char *options)
{
    IBaseFilter *filter = kit_filter(kind);
    char words[128], *rest = words, *word;

    if (filter == NULL)
        return NULL;
    snprintf(words, sizeof(words), "%s", options);
    while ((word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '=');

        if (value == NULL)
            continue;
        *value++ = 0;
        if (FAILED(kit_set(filter, word,
                           strcmp(value, "true") == 0 ? 1 : (int)strtol(value, NULL, 10)))) {
            fprintf(stderr, "no option %s=%s\n", word, value);
            abort();
        }
    }
    return filter;
}

/* ---- pins --------------------------------------------------------------------------------------- */

static IPin *first_pin(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    IEnumPins *list;
    IPin *pin, *found = NULL;

    if (FAILED(IBaseFilter_EnumPins(filter, &list)))
        return NULL;
    while (found == NULL && IEnumPins_Next(list, 1, &pin, NULL) == S_OK) {
        PIN_DIRECTION direction;

        IPin_QueryDirection(pin, &direction);
        if (direction == wanted)
            found = pin;
        IPin_Release(pin);
    }
    IEnumPins_Release(list);
    return found;
}

IPin *kit_in(IBaseFilter *filter)
{
    return first_pin(filter, PINDIR_INPUT);
}

IPin *kit_out(IBaseFilter *filter)
{
    return first_pin(filter, PINDIR_OUTPUT);
}

bool kit_connected(IPin *pin)
{
    IPin *peer = NULL;

    if (FAILED(IPin_ConnectedTo(pin, &peer)))
        return false;
    IPin_Release(peer);
    return true;
}

RG_LEDGER kit_ledger(IPin *pin)
{
    RG_LEDGER ledger;
    IRgLink *link;

    memset(&ledger, 0, sizeof(ledger));
    if (SUCCEEDED(IPin_QueryInterface(pin, &IID_IRgLink, (void **)&link))) {
        IRgLink_GetLedger(link, &ledger);
        IRgLink_Release(link);
    }
    return ledger;
}

/* ---- what a filter says of itself ------------------------------------------------------------------ */

static bool read_info(IBaseFilter *filter, FILTER_INFO *info)
{
    if (FAILED(IBaseFilter_QueryFilterInfo(filter, info)))
        return false;
    if (info->pGraph == NULL)
        return false;
    IFilterGraph_Release(info->pGraph);
    return true;
}

bool kit_in_graph(IBaseFilter *filter)
{
    FILTER_INFO info;

    return read_info(filter, &info);
}

bool kit_has_name(IBaseFilter *filter, const WCHAR *name)
{
    FILTER_INFO info;

    return read_info(filter, &info) && wcscmp(info.achName, name) == 0;
}

FILTER_STATE kit_state(IBaseFilter *filter)
{
    FILTER_STATE state = (FILTER_STATE)-1;

    (void)IBaseFilter_GetState(filter, 0, &state);
    return state;
}
