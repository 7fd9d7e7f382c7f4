/* SPDX-License-Identifier: MIT */
/* mapper/store.h - registrations as data: filters, their pins, what the pins take.
 *
 * A store belongs to one thread until a view (view.h) keeps it; from then on it is constant.
 * Knows: the fields of a registration.  Must not know: files, COM objects, the class registry.
 *
 * A registration is known by its category and its instance, which is its class in braces unless
 * who registered it said otherwise.  A category is a registration in CLSID_ActiveMovieCategories.
 * Text is UTF-8.  Where a function gives HRESULTs and says no more: S_OK; E_OUTOFMEMORY.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <dshow.h>

struct reg_type {
    GUID major, subtype; /* GUID_NULL: any */
};

struct reg_pin {
    DWORD flags; /* REG_PINFLAG_B_… */
    DWORD instances;
    GUID category; /* GUID_NULL: none */
    char *name;    /* may be NULL */
    struct reg_type *types;
    size_t type_count, type_room;
    REGPINMEDIUM *mediums;
    size_t medium_count, medium_room;
};

struct reg_filter {
    GUID category;
    char *instance;
    GUID clsid;
    char *name;
    DWORD merit;
    bool is_removed; /* a class of the library that the user unregistered; the rest is empty */
    struct reg_pin *pins;
    size_t pin_count, pin_room;
};

/* Lines of text, each a block of its own. */
struct reg_lines {
    char **lines;
    size_t count, room;
};

struct reg_store {
    struct reg_filter **filters; /* oldest first */
    size_t count, room;
    struct reg_lines comments;   /* of the file, and lines that could not be read */
    struct reg_lines complaints; /* "line 7: …", about the file */
};

/* Room for one more element of `size` bytes; false: memory is out, the array is as it was. */
bool reg_grow(void **array, size_t count, size_t *room, size_t size);

/* Takes over `line`, also on failure; NULL: memory is out. */
HRESULT reg_lines_add(struct reg_lines *lines, char *line);

/* Copies the texts; instance NULL: the class in braces.  NULL: memory is out. */
struct reg_filter *reg_filter_new(const CLSID *category, const char *instance,
                                  const CLSID *clsid, const char *name, DWORD merit);
/* NULL is fine. */
void reg_filter_free(struct reg_filter *filter);

/* A further pin; name may be NULL.  The pointer is good until the next pin comes.  NULL: memory
 * is out. */
struct reg_pin *reg_filter_add_pin(struct reg_filter *filter, DWORD flags, const char *name);
void reg_filter_drop_pin(struct reg_filter *filter, size_t index);
void reg_filter_clear_pins(struct reg_filter *filter);
/* By name; NULL if there is none. */
struct reg_pin *reg_filter_pin(struct reg_filter *filter, const char *name);
HRESULT reg_pin_add_type(struct reg_pin *pin, const GUID *major, const GUID *subtype);
HRESULT reg_pin_add_medium(struct reg_pin *pin, const REGPINMEDIUM *medium);
HRESULT reg_filter_copy_pins(struct reg_filter *to, const struct reg_filter *from);

/* NULL: not there.  A removed one is found too. */
struct reg_filter *reg_store_find(const struct reg_store *store, const CLSID *category,
                                  const char *instance);
/* Takes the filter over, also on failure, in the place of one with the same category and
 * instance; NULL: memory is out. */
HRESULT reg_store_put(struct reg_store *store, struct reg_filter *filter);
/* false: it was not there. */
bool reg_store_drop(struct reg_store *store, const CLSID *category, const char *instance);
/* Frees what the store holds and zeroes it. */
void reg_store_clear(struct reg_store *store);

/* The same instance?  GUIDs are instances as often as not, and have no case. */
bool reg_instance_same(const char *a, const char *b);

/* "{…}" with its final zero. */
#define REG_GUID_SIZE 39
void reg_guid_text(const GUID *guid, char text[REG_GUID_SIZE]);
bool reg_guid_read(const char *text, GUID *ret_guid);

/* ---- the text of a file: store_read.c, store_write.c ------------------------------------- */

/* How the first line begins. */
#define REG_HEADING "# regraft:"

/* Reads `text`, which it may change, and which has room for a final zero behind its `size` bytes,
 * into an empty store.  Lines that are no good are skipped,
 * kept as comments and named in complaints.  On failure the store is empty. */
HRESULT reg_store_read(struct reg_store *store, char *text, size_t size);
/* The caller frees *ret_text. */
HRESULT reg_store_write(const struct reg_store *store, char **ret_text, size_t *ret_size);
