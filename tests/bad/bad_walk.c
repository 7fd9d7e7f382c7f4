/* SPDX-License-Identifier: MIT */
/* bad_walk.c - every call on a subject, its pins, and on each object that comes out of a call.
 *
 * The child's main thread; with second_thread the calls themselves run on another one.
 * Knows: how calls are varied.  Must not know: what any of them does.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bad_walk.h"
#include "com/object.h"

#define STEPS_MOST   3
#define PATHS_MOST   64
#define WATCHDOG_SEC 60

/* How an object is come by: a root, then outputs of calls. */
struct step {
    const struct bad_interface *row;
    const struct bad_method *method;
    int parameter;
};

struct path {
    unsigned root, n_steps;
    struct step steps[STEPS_MOST];
};

struct walk {
    const struct bad_run *run;
    struct bad_shared *shared;
    struct bad_world world;
    IUnknown *part; /* what the path leads to; NULL: the world is closed */
    unsigned live_before;
    bool graph_first; /* the order at the next end */
    struct path paths[PATHS_MOST];
    unsigned n_paths;
    uint64_t seen[PATHS_MOST]; /* signatures */
    unsigned n_seen;
};

/* ---- saying what is wrong ---------------------------------------------------------------------- */

static void complain(struct walk *walk, const char *what)
{
    fprintf(stderr, "%s %s: %s: %s\n", walk->run->info.name, bad_state_name(walk->run),
            walk->shared->now, what);
    walk->shared->failures++;
}

static void tell(struct walk *walk, const struct path *path, const struct bad_call *call)
{
    char text[160], *now = walk->shared->now;
    size_t room = sizeof(walk->shared->now), at;

    bad_call_text(call, text, sizeof(text));
    at = (size_t)snprintf(now, room, "%s",
                          path->root == 0   ? ""
                          : path->root == 1 ? "input "
                                            : "output ");
    for (unsigned i = 0; i < path->n_steps && at < room; i++)
        at += (size_t)snprintf(now + at, room - at, "%s > ", path->steps[i].method->name);
    if (at < room)
        snprintf(now + at, room - at, "%s as %s", text, call->row->name);
}

/* ---- calls ---------------------------------------------------------------------------------------- */

struct job {
    struct walk *walk;
    IUnknown *self;
    void *face;
    const struct bad_call *call;
    int wanted;
    HRESULT hr;
    IUnknown *found;
    const char *wrong;
};

static void *job_main(void *arg)
{
    struct job *job = arg;

    job->wrong = bad_make(&job->walk->world, job->self, job->face, job->call, job->wanted,
                          &job->hr, job->wanted >= 0 ? &job->found : NULL);
    return NULL;
}

static void job_run(struct job *job)
{
    pthread_t thread;

    if (job->walk->run->second_thread && pthread_create(&thread, NULL, job_main, job) == 0)
        pthread_join(thread, NULL);
    else
        (void)job_main(job);
}

/* One that only tells something. */
static bool is_getter(const struct bad_method *method)
{
    static const char *const begins[] = { "Get",      "get_",     "Query",     "Is",
                                          "Enum",     "Find",     "Check",     "Convert",
                                          "Describe", "Connecte", "Connection" };
    const char *name = strchr(method->name, '.') + 1;

    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        if (strncmp(name, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static IUnknown *walk_path(struct walk *walk, const struct path *path)
{
    IUnknown *at = bad_world_root(&walk->world, path->root);

    for (unsigned i = 0; i < path->n_steps && at != NULL; i++) {
        const struct step *step = &path->steps[i];
        struct bad_call call = { step->row, step->method, -1, -1, BAD_RIGHT, 1 };
        struct job job = { walk, at, NULL, &call, step->parameter, S_OK, NULL, NULL };

        if (SUCCEEDED(IUnknown_QueryInterface(at, step->row->iid, &job.face))) {
            job_run(&job);
            bad_world_take_back(&walk->world);
            IUnknown_Release((IUnknown *)job.face);
        }
        IUnknown_Release(at);
        at = job.found;
    }
    return at;
}

/* ---- the world, again and again ------------------------------------------------------------------------ */

static void report_live(const char *name, unsigned references, void *context)
{
    (void)context;
    fprintf(stderr, "  alive: %s with %u references\n", name, references);
}

/* The graph's worker may let go of something a moment later. */
static bool all_gone(unsigned wanted)
{
    for (time_t end = time(NULL) + 3; time(NULL) < end;)
        if (rg_live_objects(NULL, NULL) == wanted)
            return true;
    return false;
}

static void world_close(struct walk *walk)
{
    if (walk->part == NULL)
        return;
    bad_calm(walk->part);
    bad_world_try(&walk->world);
    if (walk->graph_first) {
        bad_world_close(&walk->world, true);
        IUnknown_Release(walk->part);
    } else {
        IUnknown_Release(walk->part);
        bad_world_close(&walk->world, false);
    }
    walk->part = NULL;
    walk->graph_first = !walk->graph_first;
    if (!all_gone(walk->live_before)) {
        complain(walk, "an object is left, by this call or one a little earlier");
        rg_live_objects(report_live, NULL);
        walk->live_before = rg_live_objects(NULL, NULL);
    }
}

/* False: there is no such state or object. */
static bool world_open(struct walk *walk, const struct path *path)
{
    enum bad_state state = walk->run->state;

    if (walk->part != NULL)
        return true;
    if (bad_world_open(&walk->world, &walk->run->info,
                       state == BAD_PARTED ? BAD_STOPPED : state) == S_OK)
        walk->part = walk_path(walk, path);
    if (walk->part == NULL) {
        bad_world_close(&walk->world, false);
        return false;
    }
    if (state == BAD_PARTED)
        bad_world_part(&walk->world);
    return true;
}

static unsigned references(IUnknown *object)
{
    IUnknown_AddRef(object);
    return IUnknown_Release(object);
}

/* S_OK: made; S_FALSE: nothing to be made it on.  *ret_found may be NULL. */
static void make(struct walk *walk, const struct path *path, const struct bad_call *call,
                 int wanted, IUnknown **ret_found)
{
    struct job job = { walk, NULL, NULL, call, wanted, S_OK, NULL, NULL };
    unsigned before;
    bool is_quiet = walk->run->state != BAD_RUNNING;

    if (walk->shared->index++ < walk->shared->first)
        return;
    tell(walk, path, call);
    alarm(WATCHDOG_SEC);
    if (!world_open(walk, path))
        return;
    job.self = walk->part;
    if (FAILED(IUnknown_QueryInterface(walk->part, call->row->iid, &job.face)))
        return;
    before = references(walk->part);
    job_run(&job);
    bad_world_take_back(&walk->world);
    walk->shared->calls++;
    if (job.wrong != NULL) {
        char text[160];

        snprintf(text, sizeof(text), "%s (0x%08x)", job.wrong, (unsigned)job.hr);
        complain(walk, text);
    }
    if (job.found != NULL && ret_found == NULL)
        IUnknown_Release(job.found);
    else if (ret_found != NULL)
        *ret_found = job.found;
    if (is_quiet && job.found == NULL && FAILED(job.hr) && !call->method->is_plain &&
        call->wrong != BAD_SELF && references(walk->part) != before)
        complain(walk, "it failed and kept a reference");
    IUnknown_Release((IUnknown *)job.face);
    if (job.found == NULL && !FAILED(job.hr) && !is_getter(call->method))
        world_close(walk);
}

/* ---- which interfaces -------------------------------------------------------------------------------------- */

static bool derives(unsigned from, unsigned base)
{
    for (; from != 0; from = bad_interfaces[from].base)
        if (from == base)
            return true;
    return false;
}

#define FACES_MOST 64

struct faces {
    unsigned list[FACES_MOST], count;
    uint64_t signature;
};

/* Those that it answers; one that another one at the same place stands for is left out. */
static void ask_faces(IUnknown *object, struct faces *ret)
{
    void *at[FACES_MOST] = { NULL };

    memset(ret, 0, sizeof(*ret));
    ret->signature = UINT64_C(0xcbf29ce484222325);
    for (unsigned i = bad_interface_count - 1; i > 0; i--) {
        void *face = NULL;
        bool stood_for = false;

        if (FAILED(IUnknown_QueryInterface(object, bad_interfaces[i].iid, &face)))
            continue;
        ret->signature = (ret->signature ^ (uint64_t)(uintptr_t) * (void **)face ^ i) *
                         UINT64_C(0x100000001b3);
        for (unsigned k = 0; k < ret->count; k++)
            stood_for = stood_for || (at[k] == face && derives(ret->list[k], i));
        if (!stood_for && ret->count < FACES_MOST) {
            at[ret->count] = face;
            ret->list[ret->count++] = i;
        }
        IUnknown_Release((IUnknown *)face);
    }
}

static bool is_new(struct walk *walk, uint64_t signature)
{
    for (unsigned i = 0; i < walk->n_seen; i++)
        if (walk->seen[i] == signature)
            return false;
    if (walk->n_seen == PATHS_MOST)
        return false;
    walk->seen[walk->n_seen++] = signature;
    return true;
}

/* ---- variations ----------------------------------------------------------------------------------------------- */

/* How many kinds of them: others make no difference. */
static unsigned numbers_most(const struct bad_method *method)
{
    for (unsigned i = 0; i < method->count; i++) {
        enum bad_kind kind = method->parameters[i].kind;

        if (kind == BAD_REAL || kind == BAD_TEXT || kind == BAD_MEMORY || kind == BAD_INOUT)
            return BAD_NONSENSE;
    }
    return 1;
}

static bool has_numbers(const struct bad_method *method)
{
    for (unsigned i = 0; i < method->count; i++) {
        enum bad_kind kind = method->parameters[i].kind;

        if (kind == BAD_NUMBER || kind == BAD_REAL || kind == BAD_RECORD ||
            kind == BAD_MEMORY || kind == BAD_INOUT)
            return true;
    }
    return false;
}

static bool takes_null(const struct bad_method *method, const struct bad_parameter *p)
{
    return p->kind != BAD_NUMBER && p->kind != BAD_REAL && p->kind != BAD_RECORD &&
           !(method->is_skipped && p->null != NULL);
}

static void vary(struct walk *walk, const struct path *path, const struct bad_interface *row,
                 const struct bad_method *method)
{
    struct bad_call call = { row, method, -1, -1, BAD_RIGHT, 1 };

    for (unsigned i = 0; i < method->count; i++) {
        call.null = (int)i;
        if (takes_null(method, &method->parameters[i]))
            make(walk, path, &call, -1, NULL);
    }
    call.null = -1;
    if (method->is_skipped)
        return;
    for (unsigned i = 0; i < method->count; i++) {
        call.wrong_at = (int)i;
        if (method->parameters[i].kind != BAD_FACE)
            continue;
        for (call.wrong = BAD_DIRECTION; call.wrong < BAD_WRONGS; call.wrong++)
            if (!method->parameters[i].is_never[call.wrong])
                make(walk, path, &call, -1, NULL);
    }
    call.wrong_at = -1;
    call.wrong = BAD_RIGHT;
    for (call.number = has_numbers(method) ? 0 : 1; call.number <= numbers_most(method);
         call.number++)
        make(walk, path, &call, -1, NULL);
}

/* New kinds of objects, by the outputs of this method. */
static void discover(struct walk *walk, const struct path *path,
                     const struct bad_interface *row, const struct bad_method *method)
{
    struct bad_call call = { row, method, -1, -1, BAD_RIGHT, 1 };

    if (method->is_skipped || path->n_steps == STEPS_MOST)
        return;
    for (unsigned i = 0; i < method->count; i++) {
        const struct bad_parameter *p = &method->parameters[i];
        IUnknown *found = NULL;
        struct faces faces;

        if (p->kind != BAD_OUT_FACE || p->face == 0 || p->is_hidden)
            continue;
        make(walk, path, &call, (int)i, &found);
        if (found == NULL)
            continue;
        ask_faces(found, &faces);
        IUnknown_Release(found);
        if (walk->n_paths < PATHS_MOST && is_new(walk, faces.signature)) {
            struct path *next = &walk->paths[walk->n_paths++];

            *next = *path;
            next->steps[next->n_steps++] = (struct step){ row, method, (int)i };
        }
        if (!is_getter(method))
            world_close(walk);
    }
}

static void walk_part(struct walk *walk, const struct path *path)
{
    struct faces faces;

    snprintf(walk->shared->now, sizeof(walk->shared->now), "the way to an object");
    if (!world_open(walk, path))
        return;
    ask_faces(walk->part, &faces);
    if (path->n_steps == 0)
        (void)is_new(walk, faces.signature);
    for (unsigned i = 0; i < faces.count; i++) {
        const struct bad_interface *row = &bad_interfaces[faces.list[i]];

        for (unsigned m = 0; m < row->count; m++) {
            discover(walk, path, row, &row->methods[m]);
            vary(walk, path, row, &row->methods[m]);
        }
    }
    world_close(walk);
}

void bad_walk(const struct bad_run *run, struct bad_shared *shared)
{
    static struct walk walk; /* large */
    const struct path subject = { .root = 0 };

    memset(&walk, 0, sizeof(walk));
    walk.run = run;
    walk.shared = shared;
    shared->index = 0;
    alarm(WATCHDOG_SEC);
    if (world_open(&walk, &subject)) { /* what lives for the whole process comes to life */
        walk.live_before = UINT32_MAX;
        bad_world_close(&walk.world, false);
        IUnknown_Release(walk.part);
        walk.part = NULL;
    }
    walk.live_before = rg_live_objects(NULL, NULL);
    for (unsigned root = 0; root < 3; root++)
        walk.paths[walk.n_paths++] = (struct path){ .root = root };
    for (unsigned i = 0; i < walk.n_paths; i++)
        walk_part(&walk, &walk.paths[i]);
}
