/* SPDX-License-Identifier: MIT */
/* ledger.h - who got how many samples, through every edit of the graph; and what each edit did.
 *
 * A row is a place: "decode0.Out → fx.In" goes on counting when another filter takes fx's
 * place. Each stretch between two edits counts for the row it belonged to, so a row balances
 * exactly. open, sync, finish, record: one thread at a time, with the gates of what changes
 * held closed. progress: any thread.  Knows: IRgLink, pins, places.  Must not know: when edits
 * happen.
 */
#pragma once

#include <pthread.h>

#include "app/graph.h"

struct app_drop {
    char reason[32];
    uint64_t samples;
};

struct app_drops {
    struct app_drop *items;
    size_t count;
};

struct app_row {
    char *from;
    char *to;
    bool has_out; /* the output pin counts (ours do, foreign ones may not) */
    bool has_in;
    uint64_t samples_out, bytes_out, refused_out;
    uint64_t samples_in, bytes_in, refused_in;
    struct app_drops drops;
};

enum app_edit_result {
    APP_EDIT_DONE = 1,
    APP_EDIT_REFUSED,
    APP_EDIT_NOT_REACHED,
};

struct app_edit_record {
    size_t order; /* place of its edit among those asked for */
    char *text;
    bool is_wall;
    int64_t time; /* as asked for, 100 ns */
    enum app_edit_result result;
    HRESULT hr;
    char *reason;         /* of a refusal; NULL if none */
    char *note;           /* what the numbers do not show; NULL if nothing */
    bool has_certificate; /* swap, insert, remove */
    RG_CERTIFICATE certificate;
    int64_t cut;       /* start of the first sample after it, 100 ns; -1 unknown */
    int64_t closed_ns; /* from the gate's closing to its opening; -1 if no gate closed */
};

struct app_live;

struct app_ledger {
    pthread_mutex_t lock; /* over all that follows */
    struct app_row *rows;
    size_t n_rows;
    struct app_live *live; /* links that exist now */
    size_t n_live;
    struct app_edit_record *edits;
    size_t n_edits;
};

void app_ledger_init(struct app_ledger *ledger);
void app_ledger_clear(struct app_ledger *ledger);

/* Takes up every link of the graph. */
void app_ledger_open(struct app_ledger *ledger, const struct app_graph *graph);

/* The graph has changed: closes links that are gone, takes up what is new at these filters.  Not at
 * others: some only wait, prepared, for an edit to come. */
void app_ledger_sync(struct app_ledger *ledger, const struct app_graph *graph,
                     IBaseFilter *const *touched, size_t count);

/* The link that leaves this output ends now, while its gate is closed: what a fork still has for it
 * is for nobody. */
void app_ledger_leave(struct app_ledger *ledger, IPin *out);

/* The graph has stopped: the last counts. */
void app_ledger_finish(struct app_ledger *ledger);

/* Takes the record's texts over.  Returns its index. */
size_t app_ledger_record(struct app_ledger *ledger, const struct app_edit_record *record);
/* Media times first, each in order of time and then as asked for: threads may have been faster or
 * slower, the ledger of a repeated run is the same. */
void app_ledger_sort(struct app_ledger *ledger);
/* Unless the record says so itself. */
void app_ledger_closed(struct app_ledger *ledger, size_t record, int64_t closed_ns);

struct app_progress {
    int64_t
        position; /* newest sample at the slowest end that moved since the last call, 100 ns;
                       * -1: none moved */
    uint64_t samples; /* frames at the first end for pictures, else at the end that got most */
    uint64_t drops;   /* everywhere */
};

void app_ledger_progress(struct app_ledger *ledger, struct app_progress *ret_progress);

/* Samples of a row that left and never came, and nobody said why; negative: came from nowhere.
 */
int64_t app_row_lost(const struct app_row *row);
bool app_ledger_flowed(const struct app_ledger *ledger); /* has any sample moved? */
uint64_t app_ledger_lost(const struct app_ledger *ledger);
size_t app_ledger_count(const struct app_ledger *ledger, enum app_edit_result result);

/* ledger_text.c, ledger_json.c */
void app_ledger_text(const struct app_ledger *ledger, struct app_text *out);
/* path "-" is standard output.  False: failure says why. */
bool app_ledger_write(const struct app_ledger *ledger, const char *graph_text, const char *path,
                      struct app_failure *failure);
