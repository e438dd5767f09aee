import { type FeedMessage, isEvent, parse } from "./messages";

/** The service ends the session: close code of the feed. */
const SIGNED_OUT = 4001;
/** The longest wait between two tries, in milliseconds. */
const LONGEST_WAIT = 15_000;
/** After so many failures in a row our position may mean nothing to this service (another database): it is asked again. */
const FAILURES_BEFORE_ASKING = 3;

/**
 * - `connecting`: the first connection is being made.
 * - `open`: events arrive.
 * - `waiting`: the connection was lost, or could not be made; it is tried again.
 * - `stopped`: nobody wants it any more, or the session ended.
 */
export type FeedState = "connecting" | "open" | "waiting" | "stopped";

/** What the feed needs of the world; tests bring their own. */
export interface Surroundings {
  open(after: number): SocketLike;
  /** The position from which a reader who knows nothing begins. */
  baseline(): Promise<number>;
  wait(run: () => void, ms: number): () => void;
  random(): number;
}

/** The part of `WebSocket` that is used. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  close(): void;
}

/** How long to wait before try number `failures`: longer each time, and not all browsers at once. */
export function backoff(failures: number, random: number): number {
  const most = Math.min(LONGEST_WAIT, 500 * 2 ** Math.max(0, failures - 1));
  return most / 2 + (most / 2) * random;
}

/**
 * The live feed as one stream without a gap: whatever connection it comes through, every event is told once, in position
 * order. A connection that was lost goes on after the last position that was told.
 */
export class FeedConnection {
  position: number | null = null;
  private state: FeedState = "stopped";
  private socket: SocketLike | null = null;
  private failures = 0;
  private cancelWait: (() => void) | null = null;
  private readonly readers = new Set<(message: FeedMessage) => void>();
  private readonly watchers = new Set<() => void>();
  private readonly surroundings: Surroundings;
  private readonly onSignedOut: () => void;

  constructor(surroundings: Surroundings, onSignedOut: () => void) {
    this.surroundings = surroundings;
    this.onSignedOut = onSignedOut;
  }

  /** Begins after a position; does nothing when it has begun. */
  start(after: number): void {
    if (this.state !== "stopped") return;
    this.position = after;
    this.failures = 0;
    this.become("connecting");
    this.connect();
  }

  stop(): void {
    this.become("stopped");
    this.cancelWait?.();
    this.drop();
  }

  /** Tries at once, without waiting for the next turn; a try that is under way may hang, and is given up for it. */
  retryNow(): void {
    if (this.state !== "waiting") return;
    this.cancelWait?.();
    this.connect();
  }

  read(reader: (message: FeedMessage) => void): () => void {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  current = (): FeedState => this.state;

  /** Until the feed has told this position, or the time is over: then lists may be late, and say so by themselves. */
  reached(position: number, ms = 3_000): Promise<void> {
    if (this.state !== "open" || (this.position ?? 0) >= position) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        unread();
        cancel();
        resolve();
      };
      const unread = this.read(() => (this.position ?? 0) >= position && end());
      const cancel = this.surroundings.wait(end, ms);
    });
  }

  private connect(): void {
    this.drop();
    const socket = this.surroundings.open(this.position ?? 0);
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.failures = 0;
      this.become("open");
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket === socket) this.take(parse(event.data));
    };
    socket.onclose = (event: { code: number }) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private take(message: FeedMessage | null): void {
    if (!message) return;
    if (isEvent(message)) {
      // Told already: the service sends from where we asked, and we may have asked too early.
      if (message.position <= (this.position ?? 0)) return;
      this.position = message.position;
    }
    for (const reader of this.readers) reader(message);
  }

  private lost(code: number): void {
    this.drop();
    if (this.state === "stopped") return;
    if (code === SIGNED_OUT) {
      this.become("stopped");
      this.onSignedOut();
      return;
    }
    this.failures += 1;
    this.become("waiting");
    const ms = backoff(this.failures, this.surroundings.random());
    this.cancelWait = this.surroundings.wait(() => void this.again(), ms);
  }

  private async again(): Promise<void> {
    if (this.failures >= FAILURES_BEFORE_ASKING) {
      try {
        const baseline = await this.surroundings.baseline();
        // A log that is shorter than what we saw is another log.
        if (this.position === null || baseline < this.position) this.position = baseline;
      } catch {
        // The service is away: the next try finds out when it is back.
      }
    }
    if (this.state === "waiting" && this.socket === null) this.connect();
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private become(state: FeedState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}
