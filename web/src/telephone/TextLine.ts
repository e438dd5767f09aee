import { CONNECTING, fold, parse, type TextCall } from "./textCall";

/** So often a line that breaks off is opened again; then the call is given up. */
const TRIES = 5;
const BETWEEN_MS = 1_000;

/** What a line needs of the world; tests bring their own. */
export interface LineSurroundings {
  open(path: string): LineSocket;
  wait(run: () => void, ms: number): () => void;
}

/** The part of `WebSocket` that is used. */
export interface LineSocket {
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The call, and what is to be said as soon as the other side listens. */
export interface LineState {
  call: TextCall;
  waiting: readonly string[];
}

const BROWSER: LineSurroundings = {
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
 * The line of a call at which one types. Words wait until the other side listens, so that nobody is interrupted by mistake:
 * what is said can be read faster than it is spoken. A line that breaks off is opened again, and told everything anew.
 */
export class TextLine {
  private state: LineState = { call: CONNECTING, waiting: [] };
  private socket: LineSocket | null = null;
  private tries = 0;
  private cancelWait: (() => void) | null = null;
  /** Whether somebody has listened to us yet: before, words would be lost. */
  private wasHeard = false;
  private wantsEnd = false;
  private readonly watchers = new Set<() => void>();
  private readonly path: string;
  private readonly surroundings: LineSurroundings;

  constructor(path: string, surroundings: LineSurroundings = BROWSER) {
    this.path = path;
    this.surroundings = surroundings;
    this.connect();
  }

  current = (): LineState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Says something: at once where one may, else as soon as the other side listens. */
  say(words: string): void {
    const { call, waiting } = this.state;
    if (call.stage === "ended" || words.trim() === "") return;
    this.become({ waiting: [...waiting, words] });
    if (call.turn === "ours" || call.turn === "free") this.sayWaiting();
  }

  /** Says what waits, and cuts the other side short. Before anybody listened there is nobody to hear it. */
  interrupt(): void {
    if (this.wasHeard) this.sayWaiting();
  }

  get mayInterrupt(): boolean {
    return this.wasHeard;
  }

  press(keys: string): void {
    this.send({ digits: keys });
  }

  hangUp(): void {
    this.become({ waiting: [] });
    // A line that is not open yet is told so once it is.
    this.wantsEnd = true;
    this.send({ hang_up: true });
  }

  /** Nobody is at the telephone any more: the receiver is put down. */
  leave(): void {
    if (this.state.call.stage !== "ended") this.hangUp();
    this.cancelWait?.();
    this.drop();
  }

  private sayWaiting(): void {
    const { waiting } = this.state;
    if (!this.socket || waiting.length === 0) return;
    this.become({ waiting: [] });
    for (const words of waiting) this.send({ say: words });
  }

  private send(line: object): void {
    try {
      this.socket?.send(JSON.stringify(line));
    } catch {
      // It is not open yet, or not any more: whoever looks sees that nothing happened.
    }
  }

  private connect(): void {
    const socket = this.surroundings.open(this.path);
    this.socket = socket;
    let isFirst = true;
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket !== socket) return;
      const noticed = parse(event.data);
      if (!noticed) return;
      this.tries = 0;
      // It tells from the beginning.
      const before = isFirst ? CONNECTING : this.state.call;
      isFirst = false;
      if (noticed.what === "listening" || noticed.what === "connected") this.wasHeard = true;
      this.become({ call: fold(before, noticed) });
      if (this.wantsEnd && before === CONNECTING) this.send({ hang_up: true });
      if (noticed.what === "listening" || noticed.what === "connected") this.sayWaiting();
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private lost(): void {
    this.drop();
    if (this.state.call.stage === "ended") return;
    this.tries += 1;
    if (this.tries > TRIES) {
      this.become({ call: fold(this.state.call, { what: "lost" }), waiting: [] });
      return;
    }
    this.cancelWait = this.surroundings.wait(() => this.connect(), BETWEEN_MS);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private become(change: Partial<LineState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}
