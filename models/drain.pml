/* SPDX-License-Identifier: MIT */
/* drain.pml - a filter in a running road is drained and exchanged for another, while the road is flushed, the
 * graph is stopped, the filter hangs and the deadline runs out.
 *
 * The road: source - gate A - filter OLD (holds one sample back) - input D of the sink; NEW takes OLD's place.
 * What stands for what (src/graph and src/base):
 *   edit            rewire_carry_out with get_ready, in_stream, with_gates, finish; tried again once if it fails
 *   by_gate         close_gates, drain_group, drain_wait, wait_for_end, drain_give_up, drain_clear, rewire_open_gates
 *   by_visit        rewire_visit_begin, rewire_wait, rewire_visit_end
 *   make_visit      visit_visit, drain (rewire_visit.c), called by make_visit_locked (gate.c)
 *   cut             commit_links of rewire_cut.c: D first, then A
 *   pusher          push_main of rewire_push.c; push[] is struct rewire_push, GIVEN_UP of rewire_push_give_up
 *   stopper         stopper_main of rewire_stop.c, asked for and waited for by retire (rewire_stop_filter)
 *   stream          wait_for_work, step, note of source_thread.c; rg_gate_begin, rg_gate_end
 *   filter_receive, filter_end  in_receive and rg_in_pin_end_of_stream of in_pin_flow.c, transform.c behind them
 *   d_receive, d_end  the same at D: ending_of, is_late_locked; d_forget: rg_marker_over (platform/marker.c)
 *   stop            graph_stop with graph_lock_urgently, stop_locked: D, the filter, the source
 *   flush           move_locked of source_seek.c; BeginFlush and EndFlush on their way down
 *   fate, clock     a filter that hangs comes back some time, at last when no edit waits for it; the deadline comes
 *
 * Proved: no sample is lost, doubled or out of order, but by flush and stop; a closed gate lets nothing through; after
 * the cut nothing comes from OLD, which is stopped empty; a marker is never taken for the end of the stream, nor
 * the end for the marker; the edit ends whoever hangs, stop is never held up by the edit, the sink hears the end
 * (ltl ends, weakly fair).
 *
 * Not here: a sink that blocks in Receive; filters with a thread of their own, and those that swallow markers;
 * filters that come or leave in numbers; a seek that waits for the graph lock (this one does not).
 */

#ifndef K
#define K 2 /* samples; K + 1 is the end of the stream */
#endif
#ifndef TRIES
#define TRIES 2
#endif

#define OLD 0
#define NEW 1

mtype = { NONE, ASKED, DRAINS, CUTS, DONE, GIVEN_UP,      /* visit_phase */
          BEFORE, INSIDE, TAKEN, REFUSED,                 /* push_phase, rewire_push_state */
          SHORT, LONG };                                  /* how long a filter hangs */

/* the gate; it is closed when it is asked to be and nobody is inside (gate.pml) */
bool asked, user, visitor;
byte visit;                      /* number of the try that asks for one */
bool stopping, flushing;
bit link;                        /* who stands behind A */

/* the source's thread */
bool is_held, is_busy, is_stopping, is_parked, has_ended, is_joined;
byte next_sample = 1;

/* OLD and NEW */
bool locked[2];                  /* stream_lock */
bool runs[2], flushes[2];
byte held[2];
mtype hangs = NONE;
bool has_hung;

/* D */
bool d_active = true, d_flushes;
bit d_link;                      /* whom it belongs to */
byte marker;                     /* who waits: number of the try; 0: nobody */
bool marker_has_come, arrived;
byte markers;                    /* the ledger's */
byte over_tag; /* rg_marker_over */
byte expected = 1;
bool heard_end;

/* the edit */
mtype phase[TRIES + 1] = NONE, push[TRIES + 1] = NONE;
bool visit_failed;
bool graph_locked, edits, called_off, is_stopped;
bool time_is_up;
bool stop_asked_for, stop_is_back;

/* for the properties */
bool excused; /* a flush or a stop has begun: samples may go by the board */
bool edit_is_over, stop_wanted, stop_is_over;

/* ---- D ------------------------------------------------------------------------------------- */

inline d_receive(sample, from) {
    if
    :: d_active && !d_flushes ->
        assert(from == d_link);
        assert(!heard_end);
        assert(sample == expected || excused);
        expected = sample + 1
    :: else -> assert(excused)
    fi
}

/* tag 0: the end of the stream */
inline d_end(tag, ok) {
    if
    :: d_active && !d_flushes ->
        ok = true;
        markers++;
        if
        :: tag != 0 && tag <= over_tag
        :: else ->
            if
            :: marker != 0 ->
                assert(tag != 0);
                marker_has_come = true;
                arrived = true
            :: else ->
                assert(tag == 0);
                assert(expected == K + 1 || excused);
                heard_end = true
            fi
        fi
    :: else -> ok = false
    fi
}

inline d_expect(number) {
    marker = number; marker_has_come = false; arrived = false
}

inline d_forget(tag) {
#ifndef MUTATION_1 /* drain_clear: no rg_marker_over() */
    if
    :: tag > over_tag -> over_tag = tag
    :: else
    fi;
#endif
    marker = 0; marker_has_come = false; arrived = false
}

/* ---- the filter ---------------------------------------------------------------------------- */

inline filter_enter(f, ok) {
    atomic {
        !locked[f] ->
        ok = runs[f] && !flushes[f];
        locked[f] = ok
    }
}

inline filter_receive(f, sample, ok) {
    filter_enter(f, ok);
    if
    :: atomic { ok ->
            if
            :: held[f] != 0 -> d_receive(held[f], f)
            :: else
            fi;
            held[f] = sample;
            locked[f] = false
        }
    :: !ok
    fi
}

/* For safety a filter that hangs is one that the scheduler forgets for a while. */
inline may_hang(f) {
#ifdef LIVE
    if
    :: true
    :: f == OLD && !has_hung -> has_hung = true; hangs = SHORT
    :: f == OLD && !has_hung -> has_hung = true; hangs = LONG
    fi
#else
    skip
#endif
}

inline filter_end(f, tag, ok) {
    filter_enter(f, ok);
    if
    :: atomic { ok -> may_hang(f) };
        atomic {
            f == NEW || hangs == NONE ->
            if
            :: held[f] != 0 -> d_receive(held[f], f); held[f] = 0
            :: else
            fi;
            may_hang(f)
        };
        atomic { f == NEW || hangs == NONE -> d_end(tag, ok); locked[f] = false }
    :: !ok
    fi
}

#ifdef LIVE
proctype fate()
{
end_fate:
    do
    :: atomic { hangs == SHORT || (hangs == LONG && !edits) -> hangs = NONE }
    od
}

proctype clock()
{
end_clock:
    do
    :: atomic { edits && !time_is_up -> time_is_up = true }
    od
}
#endif

/* ---- the streaming thread ------------------------------------------------------------------ */

inline cut() {
    d_link = NEW; link = NEW
}

inline make_visit() {
    if
    :: atomic { phase[mine] == ASKED -> phase[mine] = DRAINS; d_expect(mine); before = markers };
        filter_end(OLD, mine, ok);
        atomic {
            d_forget(0); /* NotifyEndOfStream(NULL) */
            visit_failed = !ok || markers == before;
            if
            :: phase[mine] == DRAINS ->
                phase[mine] = DONE;
                if
                :: !visit_failed -> cut()
                :: else
                fi
            :: else /* given up */
            fi
        }
    :: phase[mine] == GIVEN_UP
    fi;
    atomic { visitor = false; mine = 0; ok = false; before = 0 }
}

proctype stream()
{
    bool ok, enters;
    byte mine, before;
    bit f;

end_idle:
    do
    :: atomic { is_stopping -> is_joined = true; break }
    :: atomic {
            !is_stopping && !is_held && !is_parked && !has_ended ->
            is_busy = true; enters = true
        };
boundary:
        do
        :: atomic { /* must_wait_locked; leave_locked */
                visit != 0 && !visitor && (!enters || (!stopping && !flushing)) ->
                mine = visit; visit = 0; visitor = true
            };
            make_visit()
        :: atomic { enters && !asked && visit == 0 -> user = true; ok = true; break }
        :: atomic { enters && (asked || visit != 0) && (stopping || flushing) -> break }
        :: atomic { !enters && visit == 0 -> break }
        od;
        if
        :: user ->
            f = link;
            if
            :: next_sample <= K -> filter_receive(f, next_sample, ok)
            :: else -> filter_end(f, 0, ok)
            fi;
            atomic {
                assert(f == link); /* nobody has changed it under our hands */
                user = false;
                enters = false;
                if
                :: !is_held ->
                    is_parked = !ok;
                    has_ended = ok && next_sample == K + 1;
                :: else
                fi;
                if
                :: ok && next_sample <= K -> next_sample++
                :: else
                fi;
                ok = false;
                f = OLD
            };
            goto boundary
        :: else -> assert(!enters || excused)
        fi;
        atomic { is_busy = false; enters = false }
    od
}

/* ---- the edit's helpers -------------------------------------------------------------------- */

proctype pusher(byte number)
{
    bool ok;

end_unused:
    atomic { push[number] == BEFORE -> push[number] = INSIDE };
    filter_end(OLD, number, ok);
    atomic { push[number] = (ok -> TAKEN : REFUSED) }
}

proctype stopper()
{
end_unused:
    atomic { stop_asked_for -> runs[OLD] = false };
    atomic { !locked[OLD] -> assert(held[OLD] == 0 || excused); stop_is_back = true }
}

/* ---- the edit ------------------------------------------------------------------------------ */

#ifdef MUTATION_3 /* rewire_wait_or_off: neither called_off nor the deadline */
#define OFF false
#elif defined(LIVE)
#define OFF (called_off || time_is_up)
#else
#define OFF true /* for safety a deadline may come at any moment */
#endif
#define PUSH_IS_OVER (push[number] == TAKEN || push[number] == REFUSED)

inline by_visit(done) {
    atomic {
        if
        :: user || visitor -> phase[number] = ASKED; visit = number
        :: else -> goto gates /* RG_VISIT_BY_CALLER: E_NOTIMPL */
        fi
    };
    if
    :: phase[number] == DONE
    :: OFF
    fi;
    atomic {
        if
        :: phase[number] == DONE -> done = !visit_failed
        :: phase[number] == ASKED ->
            phase[number] = GIVEN_UP;
            if
            :: visit == number -> visit = 0
            :: else
            fi
        :: phase[number] == DRAINS -> phase[number] = GIVEN_UP
        fi
    }
}

inline by_gate(done) {
    asked = true;
    if
#ifndef MUTATION_5 /* close_gate: does not wait for the visitor */
    :: !user && !visitor -> done = true
#else
    :: !user -> done = true
#endif
    :: OFF
    fi;
#ifndef MUTATION_2 /* rewire_carry_out_closed: no rewire_drain() */
    if
    :: atomic { done -> done = false; d_expect(number); before = markers; push[number] = BEFORE };
        if
        :: atomic { arrived -> done = true }
        :: atomic { PUSH_IS_OVER && markers != before -> done = true }
        :: push[number] == REFUSED
        :: OFF
        fi;
        if
        :: done -> /* drain_wait: not while a call is inside; but the goal is reached */
            if
            :: PUSH_IS_OVER
            :: OFF
            fi;
            d_forget(0)
        :: atomic { !done ->
                if
                :: push[number] == BEFORE -> push[number] = GIVEN_UP; d_forget(0)
                :: push[number] == REFUSED -> d_forget(0)
                :: else -> d_forget(number)
                fi
            }
        fi
    :: !done
    fi;
#endif
#ifdef MUTATION_4 /* with_gates: open before rewire_carry_out_closed() */
    asked = false;
#endif
    if
    :: atomic { done -> cut() }
    :: !done
    fi;
    atomic { asked = false; before = 0 }
}

proctype edit()
{
    bool done;
    byte number = 1, before;

again:
    atomic { !graph_locked -> graph_locked = true; time_is_up = false };
    if
    :: is_stopped -> goto leave
    :: else
    fi;
    atomic { edits = true; runs[NEW] = true };
    if
    :: by_visit(done)
    :: true ->
gates:
        by_gate(done)
    fi;
    if
    :: done -> /* rewire_retire */
        stop_asked_for = true;
        if
        :: stop_is_back
        :: OFF /* abandoned */
        fi
    :: atomic { !done -> assert(held[NEW] == 0); runs[NEW] = false } /* rewire_unprepare */
    fi;
leave:
    atomic {
        edits = false;
        graph_locked = false;
        time_is_up = false;
        if
        :: !done && !is_stopped && number < TRIES -> number++; goto again
        :: true -> edit_is_over = true
        fi
    }
}

/* ---- stop and flush ------------------------------------------------------------------------ */

#ifdef STOP
proctype stop()
{
    bit f;

    if
    :: atomic { stop_wanted = true; called_off = true };
        atomic { !graph_locked -> graph_locked = true; called_off = false; excused = true };
        d_active = false;
        atomic { f = link; runs[f] = false };
        !locked[f];
        atomic { stopping = true; is_stopping = true };
        is_joined;
        atomic { is_stopped = true; graph_locked = false; stop_is_over = true }
    :: true
    fi
}
#endif

#ifdef FLUSH
proctype flush()
{
    bit f;

    if
    :: atomic { !is_stopping -> excused = true; flushing = true; f = link; flushes[f] = true };
        d_flushes = true;
        is_held = true;
        !is_busy;
        f = link;
        atomic { !locked[f] -> held[f] = 0 };
        d_flushes = false;
        flushes[f] = false;
        atomic {
            flushing = false;
            next_sample = 1; expected = 1; heard_end = false;
            is_parked = false; has_ended = false;
            is_held = false;
            excused = stop_wanted
        }
    :: true
    fi
}
#endif

init {
    atomic {
        runs[OLD] = true;
        run stream(); run edit(); run stopper(); run pusher(1);
#if TRIES == 2
        run pusher(2);
#endif
#ifdef STOP
        run stop();
#endif
#ifdef FLUSH
        run flush();
#endif
#ifdef LIVE
        run fate(); run clock()
#else
        skip
#endif
    }
}

ltl ends {
    <> edit_is_over && [] (stop_wanted -> <> stop_is_over) && [] <> (heard_end || is_stopped)
}

/* How it is run (tools/model_check); each mutation has to be found:
 *   safety -DSTOP
 *   safety -DFLUSH
 *   safety -DSTOP -DFLUSH -DTRIES=1
 *   live -DLIVE -DK=1
 *   live -DLIVE -DSTOP -DTRIES=1
 *   live -DLIVE -DFLUSH -DTRIES=1 -DK=1
 *   mutation 1: safety
 *   mutation 2: safety
 *   mutation 3: live -DLIVE -DSTOP -DTRIES=1
 *   mutation 4: safety
 *   mutation 5: safety
 */
