/* SPDX-License-Identifier: MIT */
/* test_registry_oom.c - memory runs out while modules are loaded: said so, and tried again. */
#include "support.h"

#include <regraft.h>

#include "modules/thing.h"

static const GUID first_clsid = THING_CLSID(1);
static const GUID host_clsid = THING_CLSID(0x20);

static void loading_reports_each_failure_and_recovers(void **state)
{
    IUnknown *thing = NULL;
    unsigned n = 1;

    (void)state;
    for (;; n++) {
        HRESULT hr;
        bool failed;

        rg_fault_arm(n);
        hr = CoCreateInstance(&first_clsid, NULL, 1, &IID_IUnknown, (void **)&thing);
        failed = rg_fault_disarm();
        if (!failed) {
            assert_int_equal(hr, S_OK);
            break;
        }
        assert_int_equal(hr, E_OUTOFMEMORY);
        assert_null(thing);
    }
    assert_true(n > 20); /* it got that far only after failing in every place */
    assert_int_equal(IUnknown_Release(thing), 0);
}

static void factories_report_failure(void **state)
{
    void *factory = NULL;
    IUnknown *good = NULL;
    DWORD cookie = 5;

    (void)state;
    rg_fault_arm(1);
    assert_int_equal(CoGetClassObject(&first_clsid, 1, NULL, &IID_IUnknown, &factory),
                     E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_int_equal(CoGetClassObject(&first_clsid, 1, NULL, &IID_IUnknown, (void **)&good),
                     S_OK);
    rg_fault_arm(1);
    assert_int_equal(CoRegisterClassObject(&host_clsid, good, 1, 1, &cookie), E_OUTOFMEMORY);
    assert_true(rg_fault_disarm());
    assert_int_equal(cookie, 5);
    assert_int_equal(IUnknown_Release(good), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_reports_each_failure_and_recovers),
        cmocka_unit_test(factories_report_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
