/* SPDX-License-Identifier: MIT */
/* membarrier.c - registers the process for expedited private barriers, and issues them.
 *
 * Any thread; the registration runs while the library is loaded.
 * Knows: the membarrier system call.  Must not know: who uses it.
 */
#include "platform/membarrier.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

bool rg_membarrier_available;
_Atomic(uint32_t) rg_membarrier_word;

static pthread_once_t register_once = PTHREAD_ONCE_INIT;

static void membarrier_register(void)
{
    if (!RG_UNDER_TSAN)
        rg_membarrier_available =
            syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

bool rg_membarrier_init(void)
{
    pthread_once(&register_once, membarrier_register);
    return rg_membarrier_available;
}

__attribute__((constructor)) static void membarrier_at_load(void)
{
    (void)rg_membarrier_init();
}

void rg_membarrier(void)
{
    if (rg_membarrier_available)
        (void)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    else
        rg_fence();
}
