/* SPDX-License-Identifier: MIT */
/* read_file.c - a whole text file, of a size that a person writes.
 *
 * Main thread.  Knows: files.  Must not know: what is in them.
 */
#include "cli/read_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define SIZE_LIMIT (16u << 20)

char *cli_read_file(const char *path)
{
    struct app_failure failure = { .code = APP_EXIT_FAILED };
    struct app_text text = { 0 };
    FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
    const char *why = NULL;
    char part[4096];
    size_t n;

    if (file) {
        while (!why && (n = fread(part, 1, sizeof(part), file)) > 0) {
            if (memchr(part, '\0', n) || text.length > SIZE_LIMIT)
                why = "it is not a text";
            app_text_put(&text, part, n);
        }
        if (!why && ferror(file))
            why = strerrordesc_np(errno);
        if (file != stdin)
            fclose(file);
    } else {
        why = strerrordesc_np(errno);
    }
    if (!why)
        return app_text_steal(&text);
    app_text_add(&failure.text, "can't read %s: %s", path, why);
    cli_fail(&failure);
    app_text_clear(&text);
    return NULL;
}
