import { api, positionOf, totalOf } from "../api/client";
import type { ActiveCall } from "../api/types";
import type { EventMessage } from "../feed/messages";
import { begun, fold, fromSnapshot, type LiveCall } from "./liveCall";

/** A call that ended stays in sight for so long, in milliseconds. */
const AFTERGLOW_MS = 20_000;
/** How often the board is compared with the service, in milliseconds. */
const COMPARE_MS = 30_000;
/** How long to wait before asking again, when the service could not be asked. */
const RETRY_MS = 3_000;
/** How soon a change is shown, in milliseconds. */
const REDRAW_MS = 30;

export interface Board {
  /** `loading` until the calls were read once. */
  state: "loading" | "ready" | "failed";
  /** The calls that go on and those that ended just now, the latest first. */
  calls: readonly LiveCall[];
  /** Calls that go on and are not here: the service tells of the latest thousand. */
  more: number;
  error: unknown;
}

/** Every call that goes on: read once, then kept by the feed's events. */
export class LiveBoard {
  private board: Board = { state: "loading", calls: [], more: 0, error: null };
  private readonly watchers = new Set<() => void>();
  /** Where in the log calls ended: until the service's own reading is beyond it, they could seem to come back. */
  private readonly ended = new Map<string, number>();
  /** Calls that the last reading should have told of, and did not. */
  private missed = new Set<string>();
  private told = false;

  current = (): Board => this.board;

  /** How many calls that ended it has to know still. */
  get remembers(): number {
    return this.ended.size;
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Reads the calls that go on; `begin` is told once the position from which events must be followed. */
  load(begin: (after: number) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    let hasBegun = false;
    const read = async () => {
      try {
        const { data: calls, response } = await api.GET("/api/active-calls");
        const position = positionOf(response);
        if (isOver) return;
        if (!calls || position === null)
          throw new Error("The service does not say how far its answer reaches.");
        this.compare(calls, position, totalOf(response) ?? calls.length);
        this.forget(position);
        if (!hasBegun) begin(position);
        hasBegun = true;
        timer = setTimeout(read, COMPARE_MS);
      } catch (error) {
        if (isOver) return;
        if (this.board.state !== "ready") this.become({ ...this.board, state: "failed", error });
        timer = setTimeout(read, RETRY_MS);
      }
    };
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  /**
   * Brings the board in line with what the service read at or after `position`: the latest of `total` calls. A call that we
   * know and two readings in a row do not is over, unless we heard of it since, or it is older than what they tell of. One
   * reading alone may be ahead of the feed, which tells how the call ended.
   */
  compare(calls: readonly ActiveCall[], position: number, total = calls.length): void {
    const known = new Map(this.board.calls.map((call) => [call.call_id, call]));
    const fresh = calls
      .filter((call) => !this.ended.has(call.call_id))
      .map((call) => newest(known.get(call.call_id), call, position));
    const told = new Set(calls.map((call) => call.call_id));
    const oldest = total > calls.length ? calls.at(-1)?.started_at : undefined;
    const unknown = this.board.calls.filter(
      (call) =>
        call.endedAt === null &&
        call.position <= position &&
        !told.has(call.call_id) &&
        !(oldest && call.started_at <= oldest),
    );
    const over = new Set(unknown.map((call) => call.call_id).filter((id) => this.missed.has(id)));
    this.missed = new Set(unknown.map((call) => call.call_id));
    const kept = this.board.calls.filter(
      (call) => !over.has(call.call_id) && (this.ended.has(call.call_id) || !told.has(call.call_id)),
    );
    const all = sorted([...fresh, ...kept]);
    const goOn = all.filter((call) => call.endedAt === null).length;
    const more = total > calls.length ? Math.max(0, total - goOn) : 0;
    this.become({ state: "ready", calls: all, more, error: null });
  }

  /** An event of the feed. */
  hear(event: EventMessage): void {
    if (event.stream.type !== "call" || !event.call_id || this.ended.has(event.call_id)) return;
    const known = this.board.calls.find((call) => call.call_id === event.call_id);
    const next = known ? fold(known, event) : begun(event);
    if (!next || next === known) return;
    if (next.endedAt !== null) this.end(next.call_id, event.position);
    // No event changes when a call began: only a call that is new has to find its place.
    const calls = known
      ? this.board.calls.map((call) => (call === known ? next : call))
      : sorted([...this.board.calls, next]);
    this.become({ ...this.board, calls });
  }

  /** A page is open for days: calls that are neither shown nor read any more are not remembered. */
  private forget(position: number): void {
    const shown = new Set(this.board.calls.map((call) => call.call_id));
    for (const [callId, at] of this.ended) {
      if (at <= position && !shown.has(callId)) this.ended.delete(callId);
    }
  }

  private end(callId: string, position: number): void {
    this.ended.set(callId, position);
    setTimeout(() => {
      this.become({ ...this.board, calls: this.board.calls.filter((call) => call.call_id !== callId) });
    }, AFTERGLOW_MS);
  }

  /** A rush of events redraws once. */
  private become(board: Board): void {
    this.board = board;
    if (this.told) return;
    this.told = true;
    setTimeout(() => {
      this.told = false;
      for (const watcher of this.watchers) watcher();
    }, REDRAW_MS);
  }
}

/** Of what we know and what was read the fuller: the feed may be ahead of the read model, and its turns are none's to lose. */
function newest(known: LiveCall | undefined, read: ActiveCall, position: number): LiveCall {
  if (!known || known.position <= position) {
    return {
      ...fromSnapshot(read, known ? Math.max(known.position, position) : position),
      lastProblem: known?.lastProblem ?? null,
    };
  }
  return known;
}

function sorted(calls: LiveCall[]): LiveCall[] {
  return calls.sort((a, b) => b.started_at.localeCompare(a.started_at) || a.call_id.localeCompare(b.call_id));
}
