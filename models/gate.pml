/* SPDX-License-Identifier: MIT */
/* gate.pml - the gate of an output pin: two streaming threads go through it, two controllers
 * close and open it, a third one flushes or stops the filter.
 *
 * What stands for what (src/base/gate.c and gate_block.c unless another file is named):
 *   gate_begin          rg_gate_begin, begin_slow, must_wait_locked
 *   gate_end            rg_gate_end, end_slow
 *   leave_locked, close_if_free, settle_attention, enter_closed, open_locked: the functions of these names (.._locked;
 *                       rg_gate_.. where both files use them, which is left out here)
 *   gate_close          close_gate with call_attention_locked
 *   gate_open           rg_gate_block(gate, 0, NULL)
 *   visiting            in place of the asynchronous caller: rg_gate_visit, rg_gate_cancel_visit
 *   may_visit, begin_visit, end_visit: may_visit_locked and make_visit_locked, before and after visit->run
 *   membarrier, cpu     rg_membarrier; the store buffer of the owner's processor (x86's memory order: what the
 *                       owner has stored in `depth` is seen later by others, unless a fence comes first)
 *   stream              stream_main of source_thread.c: is_held and is_busy are its
 *   asynchronous        a caller with an event and a time limit: it waits, or takes the block back
 *   synchronous         a caller without
 *   mover               move_locked of source_seek.c (flush), or filter_stop and filter_pause of filter.c
 *                       (release_streaming, deactivate_locked with rg_gate_rest, activate_locked)
 *
 * Proved: a closed gate lets nothing through; every sample arrives once and in its thread's order; nothing that waited
 * through a flush or a stop arrives after it; nobody is left standing; a block that is cancelled waits no longer; a gate is not
 * closed under a visitor; every
 * wait ends (ltl waits_end, weakly fair).
 *
 * Not here: armed times, holds, visits that are put off or due at a time; nested uses; spurious wake-ups.
 */

#ifndef ROUNDS
#define ROUNDS 1 /* of the asynchronous caller */
#endif

#define S0    0 /* threads; as owner of the gate: number + 1 */
#define S1    1
#define ASYNC 2
#define SYNC  3
#define MOVER 4
#define N     5

mtype = { OPEN, PENDING, CLOSED };

/* ---- struct rg_gate ------------------------------------------------------------------------ */

byte owner;
bit depth;     /* as memory has it */
bool attention;
byte lock;     /* 0: free */
mtype state = OPEN;
byte others;
byte blocks;   /* which block it is: the waiter of one that was cancelled does not wait for the next */
bool event;    /* the asynchronous caller's is registered */
bool stopping, flushing;
bool waiting[N]; /* in pthread_cond_wait */
bool visit;      /* asked for */
bool needs_fence; /* call_attention_locked was the first to call */
byte visitor;    /* who makes it just now: number + 1 */

/* the owner's processor: one store that others don't see yet */
bool in_buffer;
bit buffered;

/* ---- the road around it -------------------------------------------------------------------- */

bool is_held, busy[2];    /* source_thread.c */
bool is_signalled;        /* the asynchronous caller's event */
bool peer_refuses;        /* the input pin flushes, or is not active */
bit next_made[2], next_expected[2]; /* numbers of samples, modulo 2: one of each thread is under way */

/* ---- only for the properties --------------------------------------------------------------- */

bool inside[2];
bool at_gate[2];       /* in begin_slow */
bool is_cancelled;     /* the block the synchronous caller waits for */
byte mine;             /* the blocks it has noted */
bool done[N];
bool was_visited;

#define in_use (others != 0 || depth != 0)

inline broadcast() {
    waiting[S0] = false; waiting[S1] = false; waiting[SYNC] = false
}

inline drain_buffer() {
    if
    :: in_buffer -> depth = buffered; in_buffer = false
    :: else
    fi
}

/* a processor with room for one store: the next one pushes it out */
inline store_depth(value) {
#ifdef LIVE /* whether a wait ends does not hang on when stores are seen: they are, in the end */
    depth = value
#else
    d_step { drain_buffer(); buffered = value; in_buffer = true }
#endif
}

/* Every thread passes a full fence. */
inline membarrier() {
#ifndef MUTATION_1 /* call_attention_locked: no rg_membarrier() */
    d_step {
        if
        :: needs_fence -> drain_buffer()
        :: else
        fi;
        needs_fence = false
    }
#else
    needs_fence = false
#endif
}

/* The sections below run in one atomic step where they touch what others change without the lock
 * (owner, depth, attention) at most once. */

inline enter_closed() {
    state = CLOSED;
    assert(!inside[S0] && !inside[S1] && visitor == 0);
    if
    :: event -> is_signalled = true; event = false
    :: else
    fi;
    broadcast()
}

inline close_if_free() {
    if
#ifndef MUTATION_6 /* close_if_free_locked: without the visitor */
    :: state == PENDING && !in_use && visitor == 0 -> enter_closed()
#else
    :: state == PENDING && !in_use -> enter_closed()
#endif
    :: else
    fi
}

inline leave_locked() {
    close_if_free();
    if
    :: visit -> broadcast()
    :: else
    fi
}

inline settle_attention() {
    attention = (state != OPEN || visit || visitor != 0)
}

#define may_visit (visit && visitor == 0 && !in_use)

inline begin_visit(me) { /* the lock is let go of */
    visit = false; visitor = me + 1
}

inline end_visit() {
    assert(!inside[S0] && !inside[S1]);
    visitor = 0;
    was_visited = true;
    close_if_free();
    settle_attention();
    broadcast()
}

inline open_locked() {
    if
    :: state == PENDING && waiting[SYNC] && !event -> is_cancelled = true
    :: else
    fi;
    state = OPEN;
    if
    :: event -> is_signalled = true; event = false
    :: else
    fi;
    settle_attention();
#ifndef MUTATION_2 /* open_locked: no pthread_cond_broadcast() */
    broadcast()
#endif
}

/* ---- the streaming side -------------------------------------------------------------------- */

inline take_fence(me) { /* a mutex is a full fence for the thread that takes it */
    if
    :: owner == me + 1 -> drain_buffer()
    :: else
    fi
}

/* The fast path: a store, a look at `attention`; steps of their own. */
inline enter(me) { /* the first step: one atomic step with what comes before it */
    if
    :: owner == me + 1 -> store_depth(1)
    :: else -> at_gate[me] = true
    fi
}

inline gate_begin(me, passed) {
    do
    :: atomic { !at_gate[me] && !attention -> passed = true; break }
    :: atomic { !at_gate[me] && attention -> store_depth(0); at_gate[me] = true }
    :: atomic {
            at_gate[me] && visitor != me + 1 && lock == 0 ->
            begin_slow(me, passed);
            if
            :: visitor == me + 1
            :: else -> at_gate[me] = false; break
            fi
        }
    :: atomic { at_gate[me] && visitor == me + 1 && lock == 0 -> end_visit() }
    od
}

inline begin_slow(me, passed) {
    take_fence(me);
#ifndef MUTATION_3 /* begin_slow: no leave_locked() at its begin */
    leave_locked();
#endif
    do
    :: may_visit && !stopping && !flushing -> begin_visit(me); break
    :: state == OPEN && visitor == 0 && !visit ->
        passed = true;
        if
        :: owner == 0 -> owner = me + 1
        :: else
        fi;
        if
        :: owner == me + 1 -> depth = 1
        :: else -> others++
        fi;
        break
    :: (state != OPEN || visitor != 0 || visit) && (stopping || flushing) -> break
    :: else ->
        waiting[me] = true;
        (!waiting[me] && lock == 0) /* pthread_cond_wait: others run here */
    od
}

inline leave(me) { /* the first step, as above */
    inside[me] = false;
    if
    :: owner == me + 1 -> store_depth(0)
    :: else
    fi
}

inline leave_and_visit(me) {
    leave_locked();
    if
    :: may_visit -> begin_visit(me)
    :: else -> goto left
    fi
}

inline gate_end(me) {
    if
    :: owner == me + 1 && !attention -> goto left
    :: atomic { owner == me + 1 && attention && lock == 0 -> take_fence(me); leave_and_visit(me) }
    :: atomic { owner != me + 1 && lock == 0 -> others--; leave_and_visit(me) }
    fi;
    atomic { lock == 0 -> end_visit() }
}

inline deliver(me) {
    assert(state != CLOSED);
    if
    :: peer_refuses
    :: else ->
        assert(flushing || stopping || next_made[me] == next_expected[me]);
        next_expected[me] = 1 - next_made[me]
    fi
}

inline number_next(me) {
#ifndef LIVE
    next_made[me] = 1 - next_made[me]
#else
    next_expected[me] = 0
#endif
}

proctype stream(byte me)
{
end_held:
    do
    :: atomic { !is_held -> busy[me] = true; enter(me) };
        gate_begin(me, inside[me]);
        if
        :: atomic { inside[me] -> deliver(me); leave(me) };
            gate_end(me)
        :: atomic { !inside[me] -> assert(stopping || flushing) }
        fi;
left:
        atomic { number_next(me); busy[me] = false }
    od
}

#ifndef LIVE
active proctype cpu()
{
end_empty:
    do
    :: d_step { in_buffer -> drain_buffer() }
    od
}
#endif

/* ---- the controlling side ------------------------------------------------------------------ */

inline call_attention() { /* membarrier() has to follow, as a step of its own */
    needs_fence = !attention;
    attention = true
}

inline gate_close(me, is_sync, ok) {
    atomic {
        lock == 0 ->
        if
        :: state != OPEN -> goto refused
        :: else
        fi;
        lock = me + 1;
        state = PENDING;
        blocks++;
        event = !is_sync;
        call_attention()
    };
    membarrier();
    atomic {
        ok = true;
        close_if_free();
        if
        :: is_sync -> wait_while_pending()
        :: else
        fi;
        lock = 0
    };
refused:
    skip
}

inline wait_while_pending() {
    mine = blocks;
    do
#ifndef MUTATION_4 /* close_gate: the waiter does not look which block is pending */
    :: state == PENDING && blocks == mine ->
#else
    :: state == PENDING ->
#endif
        assert(!is_cancelled);
        waiting[SYNC] = true;
        lock = 0;
        (!waiting[SYNC] && lock == 0);
        lock = SYNC + 1
    :: else -> break
    od;
    is_cancelled = false;
    mine = 0
}

inline gate_open() {
    atomic {
        lock == 0 ->
        if
        :: state != OPEN -> open_locked()
        :: else
        fi
    }
}

proctype asynchronous()
{
    bool ok;
    byte round;

    do
    :: round < ROUNDS ->
        if
        :: round == 0 -> gate_open() /* whoever's block that is: any thread may */
        :: true
        fi;
        gate_close(ASYNC, false, ok);
        if
        :: atomic { ok && is_signalled -> ok = false }; gate_open()
        :: atomic { ok -> ok = false }; gate_open() /* the deadline */
        :: !ok
        fi;
        atomic { round++; is_signalled = false }
    :: atomic { round == ROUNDS -> done[ASYNC] = true; break }
    od
}

/* In place of the asynchronous caller: rg_gate_visit, rg_gate_cancel_visit. */
proctype visiting()
{
    atomic { lock == 0 -> lock = ASYNC + 1; visit = true; call_attention() };
    membarrier();
    atomic {
        if
        :: visitor == 0 && !in_use -> begin_visit(ASYNC)
        :: else -> broadcast()
        fi;
        lock = 0
    };
    if
    :: atomic { visitor == ASYNC + 1 && lock == 0 -> end_visit() }
    :: visitor != ASYNC + 1 && was_visited
    :: atomic { visitor != ASYNC + 1 && lock == 0 -> /* taken back, if it is not being made */
            if
            :: visit -> visit = false; settle_attention(); broadcast()
            :: else
            fi
        }
    fi;
    done[ASYNC] = true
}

proctype synchronous()
{
    bool ok;

    gate_close(SYNC, true, ok);
    if
    :: ok -> gate_open()
    :: !ok
    fi;
    done[SYNC] = true
}

inline wait_for_threads() { /* hold_threads; or the join of a stop */
    is_held = true;
#ifndef MUTATION_5 /* move_locked: end of flush before hold_threads() */
    (!busy[S0] && !busy[S1])
#endif
}

inline number_anew() { /* seek, restart: another stream begins */
    next_made[S0] = 0; next_made[S1] = 0; next_expected[S0] = 0; next_expected[S1] = 0
}

proctype mover()
{
    if
    :: atomic { lock == 0 -> flushing = true; broadcast() };
        peer_refuses = true;
        wait_for_threads();
        atomic { peer_refuses = false; number_anew() };
        flushing = false;
        is_held = false
    :: atomic { lock == 0 -> stopping = true; broadcast() };
        peer_refuses = true;
        wait_for_threads();
        atomic { lock == 0 -> if :: !in_use -> owner = 0 :: else fi }; /* rg_gate_rest */
        if
        :: stopping = false;
            atomic { peer_refuses = false; number_anew() };
            is_held = false
        :: true /* stays stopped */
        fi
    :: true
    fi;
    done[MOVER] = true
}

init {
    atomic {
        run stream(S0); run stream(S1); run synchronous(); run mover();
#ifndef VISIT
        run asynchronous()
#else
        run visiting()
#endif
    }
}

ltl waits_end {
    <> (done[ASYNC] && done[SYNC] && done[MOVER]) &&
    [] (at_gate[S0] -> <> !at_gate[S0]) && [] (at_gate[S1] -> <> !at_gate[S1])
}

/* How it is run (tools/model_check); each mutation has to be found:
 *   safety
 *   safety -DVISIT
 *   live -DLIVE
 *   live -DLIVE -DVISIT
 *   mutation 1: safety
 *   mutation 2: safety
 *   mutation 2: live -DLIVE
 *   mutation 3: safety
 *   mutation 4: safety
 *   mutation 5: safety
 *   mutation 6: safety -DVISIT
 */
