/* SPDX-License-Identifier: MIT */
/* commit.pml - one commit changes two roads and a setting; any step of it may fail: all of it, or nothing.
 *
 * Two sources, each with its thread, gate, filter (holds one sample back) and sink.  Road 0 has IRgLink at both
 * ends; on road 1 they are foreign, so that it takes the documented road (LATE).
 * What stands for what (src/graph):
 *   edit            rewire_carry_out with rewire_get_ready; tried again once if it fails
 *   prepare         prepare_edges and rewire_activate of rewire_prepare.c; unprepare: rewire_unprepare
 *   close_gates, open_gates  close_gates with ask_to_close, rewire_open_gates (rewire.c)
 *   drain           rewire_drain: one group of filters after the other (how: drain.pml)
 *   cut             rewire_cut: rewire_settings_apply, cut_late, commit_links
 *   cut_late        take_off (stop_neighbours, take_off_edge), connect_late, rewire_activate
 *   roll_back       the second half of rewire_cut: take_links_back, put_back, rewire_settings_undo
 *   try             any call that returns an error; at most one does, in all
 *   stream          a source's thread; the filter and the sink behind it are on the same call stack
 *   somebody        another caller of IPinFlowControl::Block on the gate of road 1
 *
 * Proved: no sample is lost, doubled or out of order on either road; no sample ever meets one road changed and the other
 * not, or the setting of the other state; no sample meets a pin that is not connected or a filter that is stopped;
 * after a failure all is as before, and a second commit works; the gates that the commit closed are open again, and
 * somebody else's is as he left it; commit and streams come to their ends (ltl ends, weakly fair).
 *
 * Not here: failures while it is put back (the code leaves the pins unconnected then, and says so); commits at a media
 * time; groups of filters, branches, sources that come or leave.
 */

#ifndef K
#define K 3 /* samples on each road */
#endif

#define OLD  0
#define NEW  1
#define NONE 2

#define COMMIT   1 /* who has blocked */
#define SOMEBODY 2

/* of each road */
byte blocker[2];              /* of the gate; 0: open */
bool inside[2];
byte link[2] = OLD;           /* who stands behind the output pin */
byte d_link[2] = OLD;         /* whom the sink's input belongs to */
bool is_prepared[2];          /* the output's, the input's other record is filled: road 0 alone */
byte expected[2] = 1;
byte held[4];                 /* of OLD and NEW of road 0, of road 1 */
bool runs[4];
bool is_at_end[2];
bit setting;

bool may_fail = true, has_failed;
bool is_closed[2];            /* by the commit */
bool edit_is_over;

#define filter(road, which) (2 * (road) + (which))

/* ---- the roads ----------------------------------------------------------------------------- */

inline sink_receive(road, from, sample) {
    assert(d_link[road] == from);
    assert(sample == expected[road]);
    expected[road] = sample + 1
}

inline give_up_held(road, which) {
    if
    :: held[filter(road, which)] != 0 ->
        sink_receive(road, which, held[filter(road, which)]);
        held[filter(road, which)] = 0
    :: else
    fi
}

/* What every sample sees. */
inline look_around(road) {
    assert(link[road] != NONE && runs[filter(road, link[road])]);
    assert(link[0] == link[1] && setting == link[0]);
    assert(link[road] == mine) /* nobody has changed it since it came in */
}

proctype stream(bit road)
{
    byte sample = 1, mine;

    do
    :: atomic { sample <= K + 1 && blocker[road] == 0 -> inside[road] = true; mine = link[road] };
        atomic {
            look_around(road);
            give_up_held(road, mine);
            if
            :: sample <= K -> held[filter(road, mine)] = sample
            :: else -> assert(expected[road] == K + 1)
            fi;
            sample++;
            mine = 0
        };
        inside[road] = false
    :: atomic { sample == K + 2 -> is_at_end[road] = true; break }
    od
}

proctype somebody()
{
    if
    :: atomic { blocker[1] == 0 -> blocker[1] = SOMEBODY };
        atomic { assert(blocker[1] == SOMEBODY); blocker[1] = 0 }
    :: true
    fi
}

/* ---- the commit ---------------------------------------------------------------------------- */

inline try(ok) {
    if
    :: ok && may_fail -> ok = false; may_fail = false; has_failed = true
    :: true
    fi
}

inline prepare(ok) {
    try(ok);
    if
    :: ok -> is_prepared[0] = true; try(ok); is_prepared[1] = ok
    :: else
    fi;
    if
    :: ok -> try(ok); runs[filter(0, NEW)] = ok
    :: else
    fi
}

inline unprepare() {
    assert(held[filter(0, NEW)] == 0 && held[filter(1, NEW)] == 0);
    runs[filter(0, NEW)] = false;
    runs[filter(1, NEW)] = false;
    is_prepared[0] = false;
    is_prepared[1] = false
}

inline ask_to_close(road) {
    atomic {
        try(ok);
        if
        :: ok && blocker[road] == 0 -> blocker[road] = COMMIT; is_closed[road] = true
        :: ok && blocker[road] != 0 -> ok = false; has_failed = true /* VFW_E_PIN_ALREADY_BLOCKED */
        :: else
        fi
    }
}

inline wait_until_closed(road) {
    if
    :: !ok
    :: ok && !inside[road]
    :: atomic { ok -> try(ok) } /* the deadline; or just waits on */
        (!ok || !inside[road])
    fi
}

inline close_gates(ok) {
    ask_to_close(0);
    ask_to_close(1);
    wait_until_closed(0);
#ifndef MUTATION_1 /* close_gates: waits for the first gate alone */
    wait_until_closed(1)
#endif
}

inline open_gate(road) {
    atomic {
#ifndef MUTATION_2 /* rewire_open_gates: does not look at is_closed */
        if
        :: is_closed[road] -> blocker[road] = 0; is_closed[road] = false
        :: else
        fi
#else
        blocker[road] = 0; is_closed[road] = false
#endif
    }
}

inline drain(road) {
    atomic {
        try(ok);
        if
        :: ok -> give_up_held(road, OLD)
        :: else
        fi
    }
}

#define STEP(what) atomic { try(ok); if :: ok -> what :: else fi } /* it works, or nothing of it */

inline cut_late() {
    STEP(runs[filter(1, OLD)] = false; assert(held[filter(1, OLD)] == 0); is_stopped = true);
    STEP(link[1] = NONE);
    STEP(d_link[1] = NONE);
    STEP(link[1] = NEW);
    STEP(d_link[1] = NEW);
    STEP(runs[filter(1, NEW)] = true)
}

inline commit_links() {
    STEP(d_link[0] = NEW);
    STEP(link[0] = NEW)
}

inline put_back() {
    runs[filter(1, NEW)] = false;
    if
    :: link[1] != OLD -> link[1] = NONE; d_link[1] = NONE; link[1] = OLD; d_link[1] = OLD
    :: else
    fi;
    if
    :: is_stopped -> runs[filter(1, OLD)] = true; is_stopped = false
    :: else
    fi
}

inline roll_back() {
#ifndef MUTATION_3 /* rewire_cut: no take_links_back() */
    link[0] = OLD;
    d_link[0] = OLD;
#endif
    put_back();
#ifndef MUTATION_4 /* rewire_cut: no rewire_settings_undo() */
    setting = OLD
#endif
}

inline cut(ok) {
    STEP(setting = NEW);
    cut_late();
    commit_links();
    STEP(skip); /* rewire_activate: sources that can't be held */
    if
    :: !ok -> roll_back()
    :: ok -> is_stopped = false
    fi
}

inline retire() {
    atomic {
        runs[filter(0, OLD)] = false;
        assert(held[filter(0, OLD)] == 0 && held[filter(1, OLD)] == 0);
        is_prepared[0] = false;
        is_prepared[1] = false
    }
}

proctype edit()
{
    bool ok, is_stopped;

again:
    atomic { ok = true; has_failed = false; prepare(ok) };
    if
    :: ok ->
        close_gates(ok);
        drain(0);
        drain(1);
        if
        :: ok -> cut(ok)
        :: else
        fi;
#ifdef MUTATION_5 /* with_gates: opens after success alone */
        if
        :: ok -> open_gate(0); open_gate(1)
        :: else
        fi
#else
        open_gate(0);
        open_gate(1)
#endif
    :: else
    fi;
    atomic {
        if
        :: ok -> skip
        :: else -> unprepare()
        fi
    };
    if
    :: ok -> retire()
    :: else
    fi;
    atomic {
        assert(ok == !has_failed);
        assert(link[0] == ok && link[1] == ok && d_link[0] == ok && d_link[1] == ok);
        assert(setting == ok);
        assert(runs[filter(0, OLD)] == !ok && runs[filter(1, OLD)] == !ok);
        assert(runs[filter(0, NEW)] == ok && runs[filter(1, NEW)] == ok);
        assert(blocker[0] != COMMIT && blocker[1] != COMMIT);
        if
        :: !ok -> goto again /* until somebody has opened his gate */
        :: else -> edit_is_over = true
        fi
    }
}

init {
    atomic {
        runs[filter(0, OLD)] = true;
        runs[filter(1, OLD)] = true;
        run stream(0); run stream(1); run somebody(); run edit()
    }
}

ltl ends {
    <> edit_is_over && <> is_at_end[0] && <> is_at_end[1]
}

/* How it is run (tools/model_check); each mutation has to be found:
 *   safety
 *   live
 *   mutation 1: safety
 *   mutation 2: safety
 *   mutation 3: safety
 *   mutation 4: safety
 *   mutation 5: live
 */
