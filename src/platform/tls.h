/* SPDX-License-Identifier: MIT */
/* tls.h - thread-local variables of the library, as cheap to reach as static ones.
 *
 * Any thread.  Only for a few words: the loader keeps the room for them free.
 * Knows: the compiler.  Must not know: what they hold.
 */
#pragma once

#define RG_TLS _Thread_local __attribute__((tls_model("initial-exec")))
