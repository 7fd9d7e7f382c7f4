/* SPDX-License-Identifier: MIT */
/* test_mux_settings.c - IConfigInterleaving and IConfigAviMux: what is told is kept, whoever tells it.
 *
 * Runs: the test's thread, and one that tells something else at the same time.
 */
#include <pthread.h>

#include "files_test.h"

static void test_configuration(void **state)
{
    RG_AUTO(IConfigInterleaving) order = NULL;
    RG_AUTO(IConfigAviMux) avi = NULL;
    REFERENCE_TIME interleave = 5000000, preroll = 1, none = 0;
    InterleavingMode mode = INTERLEAVE_NONE;
    IBaseFilter *mux;
    struct player p;
    LONG master = 5;
    BOOL old = FALSE;

    (void)state;
    player_open(&p, NULL);
    mux = player_add(&p, &CLSID_AviDest, L"mux");
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigAviMux, (void **)&avi), S_OK);
    is_hr(IConfigInterleaving_get_Mode(order, &mode), S_OK);
    assert_int_equal(mode, INTERLEAVE_FULL);
    is_hr(IConfigInterleaving_put_Mode(order, (InterleavingMode)4), E_INVALIDARG);
    is_hr(IConfigInterleaving_put_Mode(order, INTERLEAVE_CAPTURE), S_OK);
    is_hr(IConfigInterleaving_get_Mode(order, &mode), S_OK);
    assert_int_equal(mode, INTERLEAVE_CAPTURE);
    is_hr(IConfigInterleaving_get_Mode(order, NULL), E_POINTER);
    is_hr(IConfigInterleaving_put_Interleaving(order, &none, NULL), E_INVALIDARG);
    is_hr(IConfigInterleaving_put_Interleaving(order, &interleave, &preroll), S_OK);
    interleave = preroll = 0;
    is_hr(IConfigInterleaving_get_Interleaving(order, &interleave, &preroll), S_OK);
    assert_int_equal(interleave, 5000000);
    assert_int_equal(preroll, 1);
    is_hr(IConfigAviMux_GetMasterStream(avi, &master), S_OK);
    assert_int_equal(master, -1);
    is_hr(IConfigAviMux_SetMasterStream(avi, 7), E_INVALIDARG);
    is_hr(IConfigAviMux_SetMasterStream(avi, 0), S_OK);
    is_hr(IConfigAviMux_GetMasterStream(avi, NULL), E_POINTER);
    is_hr(IConfigAviMux_SetOutputCompatibilityIndex(avi, FALSE), S_OK);
    is_hr(IConfigAviMux_GetOutputCompatibilityIndex(avi, &old), S_OK);
    assert_int_equal(old, FALSE);
    is_hr(IConfigAviMux_GetOutputCompatibilityIndex(avi, NULL), E_POINTER);
    is_hr(IBaseFilter_Pause(mux), S_OK);
    is_hr(IConfigInterleaving_put_Mode(order, INTERLEAVE_FULL), VFW_E_WRONG_STATE);
    is_hr(IConfigAviMux_SetMasterStream(avi, 0), VFW_E_WRONG_STATE);
    is_hr(IBaseFilter_Stop(mux), S_OK);
    (void)IConfigInterleaving_Release(RG_STEAL(&order));
    (void)IConfigAviMux_Release(RG_STEAL(&avi));
    player_close(&p);
}

/* ---- two threads ------------------------------------------------------------------------- */

#define ROUNDS 20000

static void *tell_the_index(void *context)
{
    IConfigAviMux *avi = context;
    uintptr_t lost = 0;

    for (int i = 0; i < ROUNDS; i++) {
        BOOL old = i % 2 == 0 ? FALSE : TRUE, now = old;

        (void)IConfigAviMux_SetOutputCompatibilityIndex(avi, old);
        (void)IConfigAviMux_GetOutputCompatibilityIndex(avi, &now);
        lost += now != old;
    }
    return (void *)lost;
}

/* Each tells something of its own: neither takes the other's back. */
static void test_two_at_once(void **state)
{
    RG_AUTO(IConfigInterleaving) order = NULL;
    RG_AUTO(IConfigAviMux) avi = NULL;
    unsigned lost = 0;
    void *lost_there = NULL;
    IBaseFilter *mux;
    pthread_t thread;
    struct player p;

    (void)state;
    player_open(&p, NULL);
    mux = player_add(&p, &CLSID_AviDest, L"mux");
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigInterleaving, (void **)&order), S_OK);
    is_hr(IBaseFilter_QueryInterface(mux, &IID_IConfigAviMux, (void **)&avi), S_OK);
    assert_int_equal(pthread_create(&thread, NULL, tell_the_index, avi), 0);
    for (int i = 0; i < ROUNDS; i++) {
        InterleavingMode mode = i % 2 == 0 ? INTERLEAVE_CAPTURE : INTERLEAVE_FULL, now = mode;

        (void)IConfigInterleaving_put_Mode(order, mode);
        (void)IConfigInterleaving_get_Mode(order, &now);
        lost += now != mode;
    }
    pthread_join(thread, &lost_there);
    assert_int_equal(lost, 0);
    assert_int_equal((uintptr_t)lost_there, 0);
    (void)IConfigInterleaving_Release(RG_STEAL(&order));
    (void)IConfigAviMux_Release(RG_STEAL(&avi));
    player_close(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_two_at_once),
    };
    int failed;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    CoUninitialize();
    return failed;
}
