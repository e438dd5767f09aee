import type { CallRecord } from "./messages";

/** The number of events kept: those that may arrive while a request is on its way, and that its read model may lag behind. */
const MAX_EVENTS = 2_000;

/** The latest call events of the feed. An answer of the service that is older than some of them is completed with them. */
export class RecentEvents {
  private events: CallRecord[] = [];
  /** All events after this position have been added; null until the feed has started. */
  private from: number | null = null;

  /** Starts after a position. Earlier events are dropped: there may be a gap before it. */
  start(after: number): void {
    this.from = after;
    this.events = [];
  }

  stop(): void {
    this.from = null;
    this.events = [];
  }

  get isStarted(): boolean {
    return this.from !== null;
  }

  add(event: CallRecord): void {
    this.events.push(event);
    // Dropped in bulk: removing one element moves all others.
    if (this.events.length < 2 * MAX_EVENTS) return;
    const dropped = this.events.splice(0, MAX_EVENTS);
    this.from = dropped.at(-1)?.position ?? this.from;
  }

  /** The events of a call after a position; null if some may be missing. */
  after(callId: string, position: number): CallRecord[] | null {
    if (this.from === null || position < this.from) return null;
    return this.ofCall(callId).filter((event) => event.position > position);
  }

  /** All events of a call that are kept. */
  ofCall(callId: string): CallRecord[] {
    return this.events.filter((event) => event.stream.id === callId);
  }
}
