/* SPDX-License-Identifier: MIT */
/* stranger.c - a shared object that is no module. */

int stranger_anything(void);

int stranger_anything(void)
{
    return 1;
}
