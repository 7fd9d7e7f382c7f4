/* SPDX-License-Identifier: MIT */
/* class.c - type tables that many classes share.  Constants; knows nothing else. */
#include "base/class.h"

const struct rg_type_pair rg_types_video[] = { { &MEDIATYPE_Video, NULL }, { NULL, NULL } };
const struct rg_type_pair rg_types_audio[] = { { &MEDIATYPE_Audio, NULL }, { NULL, NULL } };
