"""Exhaustive model of the dial protocol: every interleaving of two dialers, kills, lost answers, late/repeated callbacks.

One call, two attempts. `python3 dial_model.py` explores each variant and prints states, and the shortest counterexample.
Assumptions that the protocol needs, each a switch:
  A1  a request begun before its deadline has reached the provider, or never will, when the resolver may look
  A2  a leg that exists is in the provider's list when the resolver may look
"""
from collections import deque
from itertools import product

N = 2            # attempts at most
P = (0, 1)       # two dialers: the one that leads, and one that was taken for dead
NONE, INTENDED, ATTEMPTED, FAILED, GONE = "none intended attempted failed not_placed".split()

def initial():
    return (
        tuple((NONE, -1) for _ in range(N)),        # log: status of each attempt, and its leg
        tuple(("idle", 0) for _ in P),              # dialers: their step, and its attempt
        (),                                         # requests on the wire: attempts
        (),                                         # legs: (attempt, state, connected)
        tuple((0, 0) for _ in range(N)),            # per attempt: its deadline is over; the resolver may look
        0,                                          # kills so far
    )

def put(t, i, v):
    return t[:i] + (v,) + t[i + 1:]

def steps(s, v):
    log, procs, wire, legs, time, kills = s
    out = []
    def go(name, **ch):
        out.append((name, tuple(ch.get(k, old) for k, old in zip(("log", "procs", "wire", "legs", "time", "kills"), s))))
    reached = any(leg[1] == "answered" for leg in legs)
    for p in P[:v["dialers"]]:
        what, n = procs[p]
        if what == "idle":
            for n in range(N):
                if log[n][0] == NONE and all(log[m][0] in (FAILED, GONE) for m in range(n)):
                    if v["intent"]:
                        go(f"{p} appends intent {n}", log=put(log, n, (INTENDED, -1)), procs=put(procs, p, ("intends", n)))
                    else:
                        # today's catalogue: nothing is written before the call is placed; the queue row is the claim
                        go(f"{p} takes {n}", procs=put(procs, p, ("intends", n)))
        if what == "intends":
            if not (v["deadline"] and time[n][0]):
                go(f"{p} sends {n}", procs=put(procs, p, ("waits", n)), wire=wire + (n,))
            else:
                go(f"{p} is too late for {n}", procs=put(procs, p, ("idle", 0)))
        if what == "waits":
            go(f"{p} gets no answer for {n}", procs=put(procs, p, ("idle", 0)))
            for i, leg in enumerate(legs):
                if leg[0] == n and log[n][0] in (NONE, INTENDED):
                    go(f"{p} records leg {i}", log=put(log, n, (ATTEMPTED, i)), procs=put(procs, p, ("idle", 0)))
                elif leg[0] == n:
                    go(f"{p} has its answer", procs=put(procs, p, ("idle", 0)))
        if what != "idle" and kills < v["kills"]:
            go(f"{p} is killed", procs=put(procs, p, ("idle", 0)), kills=kills + 1)
    for i, n in enumerate(wire):
        rest = wire[:i] + wire[i + 1:]
        go(f"provider places {n}", wire=rest, legs=legs + ((n, "rings", 0),))
        go(f"request {n} is lost", wire=rest)
    for i, (n, st, con) in enumerate(legs):
        if st == "rings":
            go(f"leg {i} is not answered", legs=put(legs, i, (n, "over", con)))
            ours = log[n] in ((ATTEMPTED, i), (INTENDED, -1), (NONE, -1)) if v["gate"] else True
            # the request for TwiML is itself a callback: it is in the log before it is answered
            new = put(log, n, (ATTEMPTED, i)) if log[n][0] in (NONE, INTENDED) else log
            refuse = v["gate"] and (not ours or any(l[2] for l in legs))
            go(f"leg {i} is answered{', refused' if refuse else ''}", log=new,
               legs=put(legs, i, (n, "over" if refuse else "answered", 0 if refuse else 1)))
        # callbacks come late, again, or never (never: the path that does not take this step)
        if log[n][0] in (NONE, INTENDED):
            go(f"callback reports leg {i}", log=put(log, n, (ATTEMPTED, i)))
        if st == "over" and log[n] == (ATTEMPTED, i):
            go(f"callback reports the end of leg {i}", log=put(log, n, (FAILED, i)))
    for n in range(N):
        if log[n][0] == INTENDED and not time[n][0]:
            go(f"deadline {n}", time=put(time, n, (1, 0)))
        quiet = n not in wire and not any(pr == ("waits", n) for pr in procs)
        if time[n] == (1, 0) and (quiet or not v["A1"]):
            go(f"resolver may look at {n}", time=put(time, n, (1, 1)))
        if log[n][0] == INTENDED and time[n][1]:
            seen = [i for i, leg in enumerate(legs) if leg[0] == n]
            for i in seen:
                go(f"resolver adopts leg {i}", log=put(log, n, (ATTEMPTED, i)))
            if not seen or not v["A2"]:
                go(f"resolver: {n} was not placed", log=put(log, n, (GONE, -1)))
        if log[n][0] == ATTEMPTED and legs[log[n][1]][1] == "over":
            go(f"reconciler ends {n}", log=put(log, n, (FAILED, log[n][1])))
    return out

def bad(s):
    legs = s[3]
    per = [sum(1 for l in legs if l[0] == n) for n in range(N)]
    if max(per) > 1:
        return "two legs for one attempt"
    if sum(1 for l in legs if l[1] in ("rings", "answered")) > 1:
        return "two legs at once"
    return None

def talked_twice(s):
    return sum(l[2] for l in s[3]) > 1

def settled(s):
    log, legs = s[0], s[3]
    return any(l[1] == "answered" for l in legs) or all(e[0] in (FAILED, GONE) for e in log)

def explore(name, limit=3_000_000, **v):
    v = {"intent": True, "deadline": True, "gate": True, "A1": True, "A2": True, "kills": 3, "dialers": 2, **v}
    start = initial()
    seen, queue = {start: None}, deque([start])
    first_bad = first_twice = None
    pruned = False
    edges = {}
    while queue and len(seen) < limit:
        s = queue.popleft()
        if first_bad is None and bad(s):
            first_bad = s
        if first_twice is None and talked_twice(s):
            first_twice = s
        if len(s[3]) > 3 or len(s[2]) > 2:
            pruned = True
            continue
        nxt = steps(s, v)
        edges[s] = [t for _, t in nxt]
        for label, t in nxt:
            if t not in seen:
                seen[t] = (s, label)
                queue.append(t)
    # lost: a state from which no path leads to a settled one
    good = {s for s in edges if settled(s)}
    back = {}
    for s, ts in edges.items():
        for t in ts:
            back.setdefault(t, []).append(s)
    todo = list(good)
    while todo:
        for s in back.get(todo.pop(), ()):
            if s not in good:
                good.add(s); todo.append(s)
    lost = [s for s in edges if s not in good]
    def trace(s):
        names = []
        while seen[s]:
            s, label = seen[s]; names.append(label)
        return " > ".join(reversed(names))
    print(f"{name}: {len(seen):,} states; double dial: {'NEVER' if not first_bad else bad(first_bad)}; "
          f"talked to twice: {'NEVER' if not first_twice else 'YES'}; lost calls: {'not computed' if pruned else len(lost)}")
    if first_bad:
        print("    shortest:", trace(first_bad))
    if first_twice:
        print("    shortest talk:", trace(first_twice))
    if lost and not pruned:
        print("    lost:", trace(lost[0]))

if __name__ == "__main__":
    explore("proposed protocol")
    explore("proposed, list lags (A2 broken)", A2=False)
    explore("proposed, stalled sender (A1 broken)", A1=False)
    explore("no deadline on the intent", deadline=False)
    explore("no gate at the answer, A2 broken", A2=False, gate=False)
    explore("today's catalogue, one dialer, one kill", intent=False, gate=False, dialers=1, kills=1)
