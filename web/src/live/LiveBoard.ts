import { api, positionOf, totalOf } from "../api/client";
import type { ActiveCall } from "../api/types";
import type { CallMessage } from "../feed/messages";
import { applyEvent, fromSnapshot, fromStartEvent, type LiveCall } from "./liveCall";

/** How long an ended call stays visible, in milliseconds. */
const ENDED_CALL_VISIBLE_MS = 20_000;
/** How often the board is compared with a snapshot of the service, in milliseconds. */
const COMPARE_INTERVAL_MS = 30_000;
/** Delay before a failed snapshot request is retried, in milliseconds. */
const RETRY_DELAY_MS = 3_000;
/** Delay between a change and the notification of watchers, in milliseconds; it batches bursts of events. */
const NOTIFY_DELAY_MS = 30;

export interface Board {
  /** `loading` until the first snapshot. */
  state: "loading" | "ready" | "failed";
  /** Active calls and those that ended just now, the latest first. */
  calls: readonly LiveCall[];
  /** The number of active calls not in `calls`: the service lists the latest thousand. */
  more: number;
  error: unknown;
}

/** The active calls: loaded as a snapshot, then updated by feed events and compared with further snapshots. */
export class LiveBoard {
  private board: Board = { state: "loading", calls: [], more: 0, error: null };
  private readonly watchers = new Set<() => void>();
  /** Log positions at which calls ended; a snapshot older than that would bring an ended call back. */
  private readonly ended = new Map<string, number>();
  /** Calls that were missing from the last snapshot. */
  private missed = new Set<string>();
  private isNotifyScheduled = false;

  current = (): Board => this.board;

  /** How many ended calls are still remembered. */
  get endedCount(): number {
    return this.ended.size;
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Loads the active calls, now and periodically. Calls `onReady` once, with the position after which events must be applied. */
  load(onReady: (after: number) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    let isReady = false;
    const read = async () => {
      try {
        const { data: calls, response } = await api.GET("/api/active-calls");
        const position = positionOf(response);
        if (isStopped) return;
        if (!calls || position === null) throw new Error("The response has no X-Ledger-Position header.");
        this.compare(calls, position, totalOf(response) ?? calls.length);
        this.forgetEnded(position);
        if (!isReady) onReady(position);
        isReady = true;
        timer = setTimeout(read, COMPARE_INTERVAL_MS);
      } catch (error) {
        if (isStopped) return;
        if (this.board.state !== "ready") this.setBoard({ ...this.board, state: "failed", error });
        timer = setTimeout(read, RETRY_DELAY_MS);
      }
    };
    void read();
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }

  /**
   * Reconciles the board with a snapshot taken at or after `position`, which lists the latest of `total` calls. A call that is
   * missing from two snapshots in a row has ended, unless an event arrived since or it is older than the listed calls. One
   * snapshot alone may be ahead of the feed, which delivers how the call ended.
   */
  compare(calls: readonly ActiveCall[], position: number, total = calls.length): void {
    const known = new Map(this.board.calls.map((call) => [call.call_id, call]));
    const fresh = calls
      .filter((call) => !this.ended.has(call.call_id))
      .map((call) => newest(known.get(call.call_id), call, position));
    const listed = new Set(calls.map((call) => call.call_id));
    const oldest = total > calls.length ? calls.at(-1)?.started_at : undefined;
    const missing = this.board.calls.filter(
      (call) =>
        call.endedAt === null &&
        call.position <= position &&
        !listed.has(call.call_id) &&
        !(oldest && call.started_at <= oldest),
    );
    const removed = new Set(missing.map((call) => call.call_id).filter((id) => this.missed.has(id)));
    this.missed = new Set(missing.map((call) => call.call_id));
    const kept = this.board.calls.filter(
      (call) => !removed.has(call.call_id) && (this.ended.has(call.call_id) || !listed.has(call.call_id)),
    );
    const all = sorted([...fresh, ...kept]);
    const active = all.filter((call) => call.endedAt === null).length;
    const more = total > calls.length ? Math.max(0, total - active) : 0;
    this.setBoard({ state: "ready", calls: all, more, error: null });
  }

  /** Applies an event of the feed. */
  applyEvent(event: CallMessage): void {
    if (this.ended.has(event.call_id)) return;
    const known = this.board.calls.find((call) => call.call_id === event.call_id);
    const next = known ? applyEvent(known, event) : fromStartEvent(event);
    if (!next || next === known) return;
    if (next.endedAt !== null) this.end(next.call_id, event.position);
    // No event changes a call's start time: only a new call needs sorting.
    const calls = known
      ? this.board.calls.map((call) => (call === known ? next : call))
      : sorted([...this.board.calls, next]);
    this.setBoard({ ...this.board, calls });
  }

  /** Forgets ended calls that no later snapshot can bring back: a page may stay open for days. */
  private forgetEnded(position: number): void {
    const shown = new Set(this.board.calls.map((call) => call.call_id));
    for (const [callId, at] of this.ended) {
      if (at <= position && !shown.has(callId)) this.ended.delete(callId);
    }
  }

  private end(callId: string, position: number): void {
    this.ended.set(callId, position);
    setTimeout(() => {
      this.setBoard({ ...this.board, calls: this.board.calls.filter((call) => call.call_id !== callId) });
    }, ENDED_CALL_VISIBLE_MS);
  }

  /** Notifies watchers once for a burst of changes. */
  private setBoard(board: Board): void {
    this.board = board;
    if (this.isNotifyScheduled) return;
    this.isNotifyScheduled = true;
    setTimeout(() => {
      this.isNotifyScheduled = false;
      for (const watcher of this.watchers) watcher();
    }, NOTIFY_DELAY_MS);
  }
}

/** The known call if the feed is ahead of the snapshot, else the call of the snapshot. */
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
