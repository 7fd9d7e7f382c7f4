/* SPDX-License-Identifier: MIT */
/* mapper/match.h - the question of EnumMatchingFilters, and its answer.
 *
 * Any thread.
 * Knows: registrations.  Must not know: how the question came, who reads the answer.
 */
#pragma once

#include "mapper/connect.h"
#include "mapper/view.h"

/* What one of a filter's inputs, or outputs, has to be. */
struct mapper_side {
    bool is_needed;             /* false: the rest is not looked at */
    bool must_render;           /* inputs: REG_PINFLAG_B_RENDERER */
    DWORD type_count;           /* 0: any type */
    const GUID *types;          /* major type, subtype, major type …; GUID_NULL: any */
    const REGPINMEDIUM *medium; /* NULL, or with GUID_NULL: any */
    const CLSID *category;      /* NULL, or GUID_NULL: any */
};

struct mapper_question {
    bool is_exact; /* what a pin leaves open doesn't fit */
    DWORD merit;   /* at least */
    struct mapper_side input, output;
};

/* The filters that fit, the one with the highest merit first, with the view that they live in. */
struct mapper_answer {
    struct rg_mapper_view *view;
    const struct reg_filter **list;
    size_t count;
};

/* Filters in open categories that fit.  S_OK: the caller clears *ret; E_OUTOFMEMORY. */
HRESULT mapper_ask(const struct mapper_question *question, struct mapper_answer *ret);

#define MAPPER_ONE_ONLY   0x1 /* the one with the highest merit */
#define MAPPER_ABOVE_ZERO 0x2 /* above MERIT_DO_NOT_USE */
/* The filters of a category, in the order of mapper_view_items.  The same results. */
HRESULT mapper_list(const CLSID *category, unsigned flags, struct mapper_answer *ret);

void mapper_answer_clear(struct mapper_answer *answer);

struct mapper_lookup {
    struct rg_mapper_view *view;
    const struct reg_filter *filter; /* lives in it */
};
/* What is there by that name.  S_OK: the caller lets found->view go;
 * HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND); E_OUTOFMEMORY. */
HRESULT mapper_look_up(const CLSID *category, const char *instance,
                       struct mapper_lookup *ret_found);
