import { type FeedMessage, isEvent, parse } from "./messages";

/** Close code that the service uses when the session has ended. */
const SIGNED_OUT_CODE = 4001;
/** The longest wait between two connection attempts, in milliseconds. */
const MAX_BACKOFF_MS = 15_000;
/**
 * After this many consecutive failures the baseline is requested again: the service may have another database, in which our
 * position is meaningless.
 */
const FAILURES_BEFORE_BASELINE = 3;

/**
 * - `connecting`: the first connection is being made.
 * - `open`: connected.
 * - `waiting`: the connection was lost or failed, and is retried.
 * - `stopped`: not started, stopped, or the session ended.
 */
export type FeedState = "connecting" | "open" | "waiting" | "stopped";

/** The feed's dependencies, replaced in tests. */
export interface FeedEnvironment {
  open(after: number): SocketLike;
  /** The position from which a new reader starts. */
  baseline(): Promise<number>;
  wait(run: () => void, ms: number): () => void;
  /** The messages that follow are those after this position. */
  onStart?(after: number): void;
  random(): number;
}

/** The used part of `WebSocket`. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  close(): void;
}

/** Wait before the next attempt, in milliseconds: exponential with jitter, so that browsers do not all reconnect at once. */
export function backoff(failures: number, random: number): number {
  const max = Math.min(MAX_BACKOFF_MS, 500 * 2 ** Math.max(0, failures - 1));
  return max / 2 + (max / 2) * random;
}

/**
 * The live feed as one stream without gaps: every event is delivered once, in position order, across reconnects. A new
 * connection resumes after the last delivered position.
 */
export class FeedConnection {
  position: number | null = null;
  private state: FeedState = "stopped";
  private socket: SocketLike | null = null;
  private failures = 0;
  private cancelWait: (() => void) | null = null;
  private readonly readers = new Set<(message: FeedMessage) => void>();
  private readonly watchers = new Set<() => void>();
  private readonly environment: FeedEnvironment;
  private readonly onSignedOut: () => void;

  constructor(environment: FeedEnvironment, onSignedOut: () => void) {
    this.environment = environment;
    this.onSignedOut = onSignedOut;
  }

  /** Starts after a position; does nothing if it is already started. */
  start(after: number): void {
    if (this.state !== "stopped") return;
    this.startAfter(after);
    this.failures = 0;
    this.setState("connecting");
    this.connect();
  }

  stop(): void {
    this.setState("stopped");
    this.cancelWait?.();
    this.drop();
  }

  /** Reconnects immediately instead of waiting. An attempt in progress is dropped, as it may hang. */
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

  /**
   * Resolves once the feed has delivered this position, or after `ms` milliseconds, or at once if it is not connected; with
   * whether it has delivered it.
   */
  waitForPosition(position: number, ms = 3_000): Promise<boolean> {
    const isReached = () => (this.position ?? 0) >= position;
    if (this.state !== "open" || isReached()) return Promise.resolve(isReached());
    return new Promise((resolve) => {
      const end = () => {
        stopReading();
        cancel();
        resolve(isReached());
      };
      const stopReading = this.read(() => isReached() && end());
      const cancel = this.environment.wait(end, ms);
    });
  }

  private connect(): void {
    this.drop();
    const socket = this.environment.open(this.position ?? 0);
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.failures = 0;
      this.setState("open");
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket === socket) this.deliver(parse(event.data));
    };
    socket.onclose = (event: { code: number }) => {
      if (this.socket === socket) this.onClosed(event.code);
    };
  }

  private deliver(message: FeedMessage | null): void {
    if (!message) return;
    if (isEvent(message)) {
      // Already delivered: a baseline may be older than the events received so far.
      if (message.position <= (this.position ?? 0)) return;
      this.position = message.position;
    }
    for (const reader of this.readers) reader(message);
  }

  private onClosed(code: number): void {
    this.drop();
    if (this.state === "stopped") return;
    if (code === SIGNED_OUT_CODE) {
      this.setState("stopped");
      this.onSignedOut();
      return;
    }
    this.failures += 1;
    this.setState("waiting");
    const ms = backoff(this.failures, this.environment.random());
    this.cancelWait = this.environment.wait(() => void this.reconnect(), ms);
  }

  private async reconnect(): Promise<void> {
    if (this.failures >= FAILURES_BEFORE_BASELINE) {
      try {
        const baseline = await this.environment.baseline();
        // A log shorter than our position is another log.
        if (this.position === null || baseline < this.position) this.startAfter(baseline);
      } catch {
        // The service is unavailable; the next attempt checks again.
      }
    }
    if (this.state === "waiting" && this.socket === null) this.connect();
  }

  private startAfter(position: number): void {
    this.position = position;
    this.environment.onStart?.(position);
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

  private setState(state: FeedState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}
