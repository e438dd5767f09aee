import { applyEvent, CONNECTING, parse, type TextCall } from "./textCall";

/** Consecutive reconnect attempts before the call is given up. */
const MAX_RECONNECTS = 5;
const RECONNECT_DELAY_MS = 1_000;

/** The dependencies of a line, replaced in tests. */
export interface LineEnvironment {
  open(path: string): LineSocket;
  wait(run: () => void, ms: number): () => void;
}

/** The used part of `WebSocket`. */
export interface LineSocket {
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The call, and the words that are sent once the remote party listens. */
export interface LineState {
  call: TextCall;
  queued: readonly string[];
}

const BROWSER: LineEnvironment = {
  open: (path) => {
    const { protocol, host } = window.location;
    return new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}${path}`);
  },
  wait: (run, ms) => {
    const timer = window.setTimeout(run, ms);
    return () => window.clearTimeout(timer);
  },
};

/**
 * The connection of a text call. Words are queued until the remote party listens, so that it is not interrupted by mistake:
 * the user reads faster than the remote party speaks. A lost connection is reopened, and replays the call from the start.
 */
export class TextLine {
  private state: LineState = { call: CONNECTING, queued: [] };
  private socket: LineSocket | null = null;
  private attempts = 0;
  private cancelWait: (() => void) | null = null;
  /** Whether the remote party has listened yet; words sent before that would be lost. */
  private hasListened = false;
  private isHangUpRequested = false;
  private readonly watchers = new Set<() => void>();
  private readonly path: string;
  private readonly environment: LineEnvironment;

  constructor(path: string, environment: LineEnvironment = BROWSER) {
    this.path = path;
    this.environment = environment;
    this.connect();
  }

  current = (): LineState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Says words: immediately if the remote party listens, else once it does. */
  say(words: string): void {
    const { call, queued } = this.state;
    if (call.stage === "ended" || words.trim() === "") return;
    this.update({ queued: [...queued, words] });
    if (call.turn === "local" || call.turn === "both") this.sendQueued();
  }

  /** Sends the queued words and interrupts the remote party. Does nothing before it has listened once. */
  interrupt(): void {
    if (this.hasListened) this.sendQueued();
  }

  get mayInterrupt(): boolean {
    return this.hasListened;
  }

  press(keys: string): void {
    this.send({ digits: keys });
  }

  hangUp(): void {
    this.update({ queued: [] });
    // Sent again once the socket is open, if it is not open yet.
    this.isHangUpRequested = true;
    this.send({ hang_up: true });
  }

  /** Hangs up and closes the connection. */
  close(): void {
    if (this.state.call.stage !== "ended") this.hangUp();
    this.cancelWait?.();
    this.drop();
  }

  private sendQueued(): void {
    const { queued } = this.state;
    if (!this.socket || queued.length === 0) return;
    this.update({ queued: [] });
    for (const words of queued) this.send({ say: words });
  }

  private send(message: object): void {
    try {
      this.socket?.send(JSON.stringify(message));
    } catch {
      // The socket is not open (yet): the user sees that nothing happened.
    }
  }

  private connect(): void {
    const socket = this.environment.open(this.path);
    this.socket = socket;
    let isFirst = true;
    socket.onmessage = (message: { data: unknown }) => {
      if (this.socket !== socket) return;
      const event = parse(message.data);
      if (!event) return;
      this.attempts = 0;
      // A new socket replays the call from the start.
      const before = isFirst ? CONNECTING : this.state.call;
      isFirst = false;
      if (event.what === "listening" || event.what === "connected") this.hasListened = true;
      this.update({ call: applyEvent(before, event) });
      if (this.isHangUpRequested && before === CONNECTING) this.send({ hang_up: true });
      if (event.what === "listening" || event.what === "connected") this.sendQueued();
    };
    socket.onclose = () => {
      if (this.socket === socket) this.onClosed();
    };
  }

  private onClosed(): void {
    this.drop();
    if (this.state.call.stage === "ended") return;
    this.attempts += 1;
    if (this.attempts > MAX_RECONNECTS) {
      this.update({ call: applyEvent(this.state.call, { what: "lost" }), queued: [] });
      return;
    }
    this.cancelWait = this.environment.wait(() => this.connect(), RECONNECT_DELAY_MS);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private update(change: Partial<LineState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
