/* SPDX-License-Identifier: MIT */
/* test_registry_race.c - eight threads need the modules at the same moment, for the first time. */
#include "support.h"

#include <regraft.h>

#include "modules/thing.h"

static const GUID first_clsid = THING_CLSID(1);

static DWORD create_first(LPVOID start)
{
    struct rg_class_info info;
    IUnknown *thing = NULL;

    WaitForSingleObject(start, INFINITE);
    if (CoCreateInstance(&first_clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IUnknown,
                         (void **)&thing) != S_OK)
        return 1;
    IUnknown_Release(thing);
    return rg_class_by_name("test own", &info) == S_OK ? 0 : 2;
}

static void modules_are_loaded_once(void **state)
{
    HANDLE start = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE threads[8];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        threads[i] = CreateThread(NULL, 0, create_first, start, 0, NULL);
    SetEvent(start);
    assert_int_equal(WaitForMultipleObjects(COUNT_OF(threads), threads, TRUE, 20000),
                     WAIT_OBJECT_0);
    for (unsigned i = 0; i < COUNT_OF(threads); i++) {
        DWORD code = 99;

        assert_true(GetExitCodeThread(threads[i], &code));
        assert_int_equal(code, 0);
        CloseHandle(threads[i]);
    }
    CloseHandle(start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_loaded_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
