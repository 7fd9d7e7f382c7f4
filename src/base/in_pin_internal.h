/* SPDX-License-Identifier: MIT */
/* in_pin_internal.h - what in_pin.c, in_pin_link.c and out_pin.c share. */
#pragma once

#include "base/in_pin.h"

extern const IRgLinkVtbl rg_in_link_vtbl;

/* in_pin_flow.c */
extern const IMemInputPinVtbl rg_in_memory_vtbl;
HRESULT STDMETHODCALLTYPE rg_in_pin_end_of_stream(IPin *face);
HRESULT STDMETHODCALLTYPE rg_in_pin_begin_flush(IPin *face);
HRESULT STDMETHODCALLTYPE rg_in_pin_end_flush(IPin *face);
HRESULT STDMETHODCALLTYPE rg_in_pin_new_segment(IPin *face, REFERENCE_TIME start,
                                                REFERENCE_TIME stop, double rate);

/* Under the filter lock: forgets a connection record, this end only. */
void rg_in_link_clear(struct rg_in_pin *pin, struct rg_in_link *where);
void rg_in_link_forget_next(struct rg_in_pin *pin);

/* Under the filter lock: nobody is inside and the filter knows that the connection goes; the
 * record is still there. */
void rg_in_pin_let_go(struct rg_in_pin *pin);
/* Takes the streaming lock as soon as nobody is inside; false: somebody does not come out. */
bool rg_in_pin_enter_stream(struct rg_in_pin *pin);
/* Before another connection: whoever tells the end of the former one is out, and nobody tells it
 * any more.  S_OK; VFW_E_TIMEOUT. */
HRESULT rg_in_pin_end_former(struct rg_in_pin *pin);

/* Under the streaming lock: the connection goes on with another type. */
HRESULT rg_in_pin_take_type(struct rg_in_pin *pin, const AM_MEDIA_TYPE *type);

/* pin.c: for both directions. */
HRESULT rg_pin_connection_type(pthread_mutex_t *link_lock, IPin *const *peer,
                               const AM_MEDIA_TYPE *type, AM_MEDIA_TYPE *ret);
HRESULT rg_pin_info(struct rg_filter *filter, PIN_DIRECTION direction, const WCHAR *name,
                    PIN_INFO *ret);
HRESULT rg_pin_direction(PIN_DIRECTION direction, PIN_DIRECTION *ret);
HRESULT rg_pin_id(const WCHAR *name, LPWSTR *ret);
void rg_pin_name(WCHAR *to, const char *name);
