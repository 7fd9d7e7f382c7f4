/* SPDX-License-Identifier: MIT */
/* test_bad.c - bad use of every class in every state: a process for each, so that a crash names its call.
 *
 * Usage: test_bad [STATE [CLASS]]: alone, stopped, running, parted, factory, second.
 * The test's thread forks; nothing else runs in the parent.
 * Knows: the class registry.  Must not know: what the classes are.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bad_walk.h"

#define CRASHES_MOST 40

static struct bad_shared *shared;

static const struct {
    const char *name;
    enum bad_state state;
    bool second_thread;
} states[] = {
    { "alone", BAD_ALONE, false },     { "stopped", BAD_STOPPED, false },
    { "running", BAD_RUNNING, false }, { "parted", BAD_PARTED, false },
    { "factory", BAD_FACTORY, false }, { "second", BAD_STOPPED, true },
};
#define STATES (sizeof(states) / sizeof(states[0]))

const char *bad_state_name(const struct bad_run *run)
{
    for (size_t i = 0; i < STATES; i++)
        if (states[i].state == run->state && states[i].second_thread == run->second_thread)
            return states[i].name;
    return "";
}

/* cmocka catches these in the parent. */
static void crash_as_usual(void)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS };

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)signal(signals[i], SIG_DFL);
}

/* True: it came to its end. */
static bool run_child(const struct bad_run *run)
{
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        crash_as_usual();
        bad_walk(run, shared);
        shared->is_done = true;
        exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        print_error("%s %s: %s: %s\n", run->info.name, bad_state_name(run), shared->now,
                    WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status)));
    else
        print_error("%s %s: ends with %d\n", run->info.name, bad_state_name(run),
                    WEXITSTATUS(status));
    return false;
}

static void test_run(void **state)
{
    const struct bad_run *run = *state;
    unsigned crashes = 0;

    memset(shared, 0, sizeof(*shared));
    while (!run_child(run)) {
        crashes++;
        if (shared->is_done || crashes == CRASHES_MOST)
            break;
        shared->first = shared->index;
    }
    assert_int_equal(crashes, 0);
    assert_int_equal(shared->failures, 0);
}

/* ---- a folder for files ---------------------------------------------------------------------- */

static char folder[] = "/tmp/bad-use-XXXXXX";

static bool open_folder(void)
{
    int status = 0;
    pid_t child;

    if (mkdtemp(folder) == NULL)
        return false;
    bad_folder = folder;
    child = fork();
    if (child == 0) /* no thread is left in the parent */
        _exit(bad_make_clip() ? 0 : 1);
    (void)waitpid(child, &status, 0);
    return true; /* without a module for it there is no clip */
}

static void close_folder(void)
{
    DIR *open = opendir(folder);
    struct dirent *one;

    while (open != NULL && (one = readdir(open)) != NULL)
        if (one->d_name[0] != '.')
            (void)unlinkat(dirfd(open), one->d_name, 0);
    if (open != NULL)
        closedir(open);
    (void)rmdir(folder);
}

#define TESTS_MOST 400

static struct CMUnitTest tests[TESTS_MOST];
static size_t n_tests;

static void add(const struct rg_class_info *info, size_t state)
{
    struct bad_run *run = calloc(1, sizeof(*run));
    char *name = calloc(1, 96);

    if (run == NULL || name == NULL || n_tests == TESTS_MOST)
        exit(1);
    run->info = *info;
    run->state = states[state].state;
    run->second_thread = states[state].second_thread;
    snprintf(name, 96, "%s %s", info->name, states[state].name);
    tests[n_tests++] = (struct CMUnitTest){ name, test_run, NULL, NULL, run };
}

int main(int argc, char **argv)
{
    struct rg_class_info info;
    int failed;

    shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    for (size_t s = 0; s < STATES; s++) {
        if (argc > 1 && strcmp(argv[1], states[s].name) != 0)
            continue;
        for (unsigned i = 0; rg_class_at(i, &info) == S_OK; i++)
            if (argc < 3 || strcmp(argv[2], info.name) == 0)
                add(&info, s);
    }
    if (n_tests == 0) {
        fprintf(stderr, "no such state or class\n");
        return 1;
    }
    if (!open_folder())
        return 1;
    failed = _cmocka_run_group_tests("bad use", tests, n_tests, NULL, NULL);
    close_folder();
    for (size_t i = 0; i < n_tests; i++) {
        free(tests[i].initial_state);
        free((char *)(uintptr_t)tests[i].name);
    }
    return failed;
}
