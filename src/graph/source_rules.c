/* SPDX-License-Identifier: MIT */
/* source_rules.c - which source gives the bytes of a file name: by its protocol, then by its ending,
 * else by what the bytes themselves say.
 *
 * Any thread: constant tables.
 * Knows: protocols, endings.  Must not know: filters that exist.
 */
#include "graph/graph_internal.h"

#include <wctype.h>

struct rule {
    const WCHAR *key; /* lower case */
    const CLSID *source;
    const GUID *subtype; /* of MEDIATYPE_Stream; NULL: the bytes say it */
};

static const struct rule protocols[] = {
    { L"http", &CLSID_URLReader, NULL },
    { L"https", &CLSID_URLReader, NULL },
    { L"ftp", &CLSID_URLReader, NULL },
};

/* Those whose first bytes need not tell. */
static const struct rule endings[] = {
    { L".mp1", &CLSID_AsyncReader, &MEDIASUBTYPE_MPEG1Audio },
    { L".mp2", &CLSID_AsyncReader, &MEDIASUBTYPE_MPEG1Audio },
    { L".mp3", &CLSID_AsyncReader, &MEDIASUBTYPE_MPEG1Audio },
    { L".mpa", &CLSID_AsyncReader, &MEDIASUBTYPE_MPEG1Audio },
    { L".m1v", &CLSID_AsyncReader, &MEDIASUBTYPE_MPEG1Video },
};

/* Is it text[0 .. n)? */
static bool is_key(const WCHAR *key, const WCHAR *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (key[i] == 0 || towlower((wint_t)text[i]) != (wint_t)key[i])
            return false;
    return key[n] == 0;
}

static const struct rule *find(const struct rule *rules, size_t count, const WCHAR *text,
                               size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (is_key(rules[i].key, text, n))
            return &rules[i];
    return NULL;
}

/* What is before the colon is a protocol, but for a drive's letter and "file".  0: none. */
static size_t protocol_length(const WCHAR *path)
{
    size_t n = wcscspn(path, L":/\\");

    return path[n] != L':' || n < 2 || is_key(L"file", path, n) ? 0 : n;
}

static const WCHAR *ending_of(const WCHAR *path)
{
    const WCHAR *dot = wcsrchr(path, L'.');

    return dot != NULL && wcspbrk(dot, L"/\\") == NULL ? dot : L"";
}

void graph_source_rule(const WCHAR *path, const CLSID **ret_source, const GUID **ret_subtype)
{
    size_t protocol = protocol_length(path);
    const WCHAR *ending = ending_of(path);
    const struct rule *rule =
        protocol != 0
            ? find(protocols, sizeof(protocols) / sizeof(protocols[0]), path, protocol)
            : find(endings, sizeof(endings) / sizeof(endings[0]), ending, wcslen(ending));

    *ret_source = protocol != 0 ? &CLSID_URLReader : &CLSID_AsyncReader;
    *ret_subtype = NULL;
    if (rule != NULL) {
        *ret_source = rule->source;
        *ret_subtype = rule->subtype;
    }
}
