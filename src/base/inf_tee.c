/* SPDX-License-Identifier: MIT */
/* inf_tee.c - CLSID_InfTee: our tee under DirectShow's name, with DirectShow's names of pins.
 *
 * Constants; knows nothing else.
 */
#include "base/tee_internal.h"

const struct rg_class rg_inf_tee = {
    .name = "inf-tee",
    .help = "Infinite pin tee: the tee with DirectShow's names",
    .clsid = { 0xf8388a40, 0xd5bb, 0x11d0, { 0xbe, 0x5a, 0x00, 0x80, 0xc7, 0x06, 0x56, 0x8e } },
};

static const struct rg_tee_kind inf_tee_kind = {
    .cls = &rg_inf_tee,
    .input = "Input",
    .output = "Output",
    .first_number = 1,
};

HRESULT rg_inf_tee_create(IUnknown *outer, REFIID iid, void **out)
{
    return rg_tee_make(&inf_tee_kind, outer, iid, out);
}
