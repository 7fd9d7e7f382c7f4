/* SPDX-License-Identifier: MIT */
/* oracle.c - runs groups of checks and writes their answers, one line each.
 *
 *   oracle            all groups
 *   oracle GROUP...   these groups
 *   oracle --list     the names of the groups
 *
 * A line: name, answer, what is documented, and that in words, with tabs between.  "!absent" tells that a class
 * is not there, "!done" that a group has come to its end.
 * Knows: the names of HRESULTs.  Must not know: who is right.
 */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

#define GROUP_ROW(name) { #name, group_##name },

static const struct {
    const char *name;
    void (*run)(void);
} groups[] = { ORACLE_GROUPS(GROUP_ROW) };

static const char *now; /* the group that runs */

/* ---- names ------------------------------------------------------------------------------- */

#define NAMED(code)                                                                            \
    {                                                                                          \
        code, #code                                                                            \
    }

static const struct {
    HRESULT code;
    const char *name;
} hresults[] = {
    NAMED(S_OK),
    NAMED(S_FALSE),
    NAMED(E_NOTIMPL),
    NAMED(E_NOINTERFACE),
    NAMED(E_POINTER),
    NAMED(E_ABORT),
    NAMED(E_FAIL),
    NAMED(E_UNEXPECTED),
    NAMED(E_OUTOFMEMORY),
    NAMED(E_INVALIDARG),
    NAMED(CLASS_E_NOAGGREGATION),
    NAMED(REGDB_E_CLASSNOTREG),
    NAMED(VFW_S_NO_MORE_ITEMS),
    NAMED(VFW_S_DUPLICATE_NAME),
    NAMED(VFW_S_STATE_INTERMEDIATE),
    NAMED(VFW_S_PARTIAL_RENDER),
    NAMED(VFW_S_CANT_CUE),
    NAMED(VFW_S_NO_STOP_TIME),
    NAMED(VFW_S_NOPREVIEWPIN),
    NAMED(VFW_E_INVALIDMEDIATYPE),
    NAMED(VFW_E_ENUM_OUT_OF_SYNC),
    NAMED(VFW_E_ALREADY_CONNECTED),
    NAMED(VFW_E_NO_ACCEPTABLE_TYPES),
    NAMED(VFW_E_INVALID_DIRECTION),
    NAMED(VFW_E_NOT_CONNECTED),
    NAMED(VFW_E_NO_ALLOCATOR),
    NAMED(VFW_E_RUNTIME_ERROR),
    NAMED(VFW_E_BUFFER_OVERFLOW),
    NAMED(VFW_E_BADALIGN),
    NAMED(VFW_E_ALREADY_COMMITTED),
    NAMED(VFW_E_BUFFERS_OUTSTANDING),
    NAMED(VFW_E_NOT_COMMITTED),
    NAMED(VFW_E_SIZENOTSET),
    NAMED(VFW_E_NO_CLOCK),
    NAMED(VFW_E_NOT_FOUND),
    NAMED(VFW_E_CANNOT_CONNECT),
    NAMED(VFW_E_CANNOT_RENDER),
    NAMED(VFW_E_STATE_CHANGED),
    NAMED(VFW_E_NOT_STOPPED),
    NAMED(VFW_E_NOT_PAUSED),
    NAMED(VFW_E_NOT_RUNNING),
    NAMED(VFW_E_WRONG_STATE),
    NAMED(VFW_E_TYPE_NOT_ACCEPTED),
    NAMED(VFW_E_DUPLICATE_NAME),
    NAMED(VFW_E_TIMEOUT),
    NAMED(VFW_E_CIRCULAR_GRAPH),
    NAMED(VFW_E_UNKNOWN_FILE_TYPE),
    NAMED(VFW_E_CANNOT_LOAD_SOURCE_FILTER),
    NAMED(VFW_E_SAMPLE_TIME_NOT_SET),
    NAMED(VFW_E_MEDIA_TIME_NOT_SET),
    NAMED(VFW_E_NOT_IN_GRAPH),
    NAMED(VFW_E_NO_TIME_FORMAT),
    NAMED(VFW_E_UNSUPPORTED_STREAM),
};

const char *hr_name(HRESULT hr)
{
    static char hex[16];

    for (size_t i = 0; i < ARRAYSIZE(hresults); i++)
        if (hresults[i].code == hr)
            return hresults[i].name;
    snprintf(hex, sizeof(hex), "0x%08x", (unsigned)hr);
    return hex;
}

/* ---- answers ----------------------------------------------------------------------------- */

void answer_text(const char *check, const char *answer, const char *documented,
                 const char *words)
{
    printf("%s/%s\t%s\t%s\t%s\n", now, check, answer[0] != 0 ? answer : "nothing", documented,
           words);
    fflush(stdout); /* what comes next may hang */
}

void answer_hr(const char *check, HRESULT answer, const char *documented, const char *words)
{
    answer_text(check, hr_name(answer), documented, words);
}

void answer_value(const char *check, LONGLONG answer, const char *documented, const char *words)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)answer);
    answer_text(check, text, documented, words);
}

void answer_wide(const char *check, const WCHAR *answer, const char *documented,
                 const char *words)
{
    char text[64];
    size_t i;

    for (i = 0; i < sizeof(text) - 1 && answer != NULL && answer[i] != 0; i++)
        text[i] = answer[i] < 127 ? (char)answer[i] : '?';
    text[i] = 0;
    answer_text(check, text, documented, words);
}

void answer_yes(const char *check, BOOL answer, const char *words)
{
    answer_text(check, answer ? "yes" : "no", "yes", words);
}

BOOL make(REFCLSID clsid, const char *name, REFIID iid, void **out)
{
    HRESULT hr = CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, iid, out);

    if (SUCCEEDED(hr))
        return TRUE;
    printf("!absent\t%s\t%s\t%s\n", now, name, hr_name(hr));
    fflush(stdout);
    return FALSE;
}

/* ---- running ----------------------------------------------------------------------------- */

static BOOL wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(name, argv[i]) == 0)
            return TRUE;
    return argc < 2;
}

int main(int argc, char **argv)
{
    BOOL list = argc == 2 && strcmp(argv[1], "--list") == 0;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 2;
    for (size_t i = 0; i < ARRAYSIZE(groups); i++) {
        now = groups[i].name;
        if (list) {
            printf("%s\n", now);
        } else if (wanted(now, argc, argv)) {
            groups[i].run();
            printf("!done\t%s\n", now);
            fflush(stdout);
        }
    }
    CoUninitialize();
    return 0;
}
