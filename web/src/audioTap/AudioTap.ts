import { ApiProblem } from "../api/problem";
import { backoff, type SocketLike } from "../feed/connection";
import { readPiece } from "./audioFrame";
import type { Loudspeaker } from "./audioOutput";
import { Timing } from "./playout";

/** So many tries in a row, and then it is for the listener to try again. */
const TRIES = 6;

/**
 * - `off`: nobody listens.
 * - `connecting`: the sound was asked for and has not come.
 * - `listening`: it comes.
 * - `lost`: it broke off, and is being asked for again.
 * - `failed`: it cannot be had; `problem` says why.
 * - `handed_over`: a person speaks, whom one hears by telephone.
 */
export type Stage = "off" | "connecting" | "listening" | "lost" | "failed" | "handed_over";

export interface Listening {
  callId: string | null;
  stage: Stage;
  problem: unknown;
  /** From 0 to 1. */
  volume: number;
  isMuted: boolean;
}

/** What it needs of the world; tests bring their own. */
export interface Surroundings {
  /** Tells the service that this user listens in. */
  order(callId: string): Promise<unknown>;
  open(callId: string): SoundSocket;
  loudspeaker(): Loudspeaker;
  wait(run: () => void, ms: number): () => void;
  random(): number;
}

/** The part of `WebSocket` that is used. */
export interface SoundSocket extends SocketLike {
  binaryType: BinaryType;
}

const OFF: Listening = { callId: null, stage: "off", problem: null, volume: 1, isMuted: false };

/**
 * Plays the sound of one call, which no person of ours has, in this browser. What breaks is asked for again; the service
 * says when there is nothing more to hear.
 */
export class AudioTap {
  private state = OFF;
  private socket: SoundSocket | null = null;
  private speaker: Loudspeaker | null = null;
  private failures = 0;
  /** Which start or stop was the last: what an earlier one comes to does not matter any more. */
  private turn = 0;
  private cancelWait: (() => void) | null = null;
  private readonly timing = new Timing();
  private readonly watchers = new Set<() => void>();
  private readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  current = (): Listening => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Listens to a call, and to no other any more. Called by a click: browsers begin to play only then. */
  async start(callId: string): Promise<void> {
    this.end("off");
    this.failures = 0;
    this.speaker = this.surroundings.loudspeaker();
    this.become({ callId, stage: "connecting", problem: null });
    this.setVolume();
    await this.connect(true);
  }

  /** Tries again at once what failed, or waits to be tried. */
  async retry(): Promise<void> {
    if (this.state.callId && (this.state.stage === "failed" || this.state.stage === "lost")) {
      await this.start(this.state.callId);
    }
  }

  stop(): void {
    this.end("off");
  }

  setVolume(volume: number = this.state.volume, isMuted: boolean = this.state.isMuted): void {
    this.speaker?.setVolume(isMuted ? 0 : volume);
    this.become({ volume, isMuted });
  }

  private async connect(mustOrder: boolean): Promise<void> {
    const callId = this.state.callId;
    if (!callId) return;
    this.turn += 1;
    const turn = this.turn;
    try {
      if (mustOrder) await this.surroundings.order(callId);
    } catch (problem) {
      if (turn !== this.turn) return;
      const isPassing = problem instanceof ApiProblem && problem.isPassing;
      if (isPassing) this.lost(true, problem);
      else this.end("failed", problem);
      return;
    }
    if (turn !== this.turn) return;
    const socket = this.surroundings.open(callId);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
    };
    socket.onmessage = (event: { data: unknown }) => this.hear(event.data);
    // A browser does not say why it was not let in: who listens is told to the service again, which does.
    socket.onclose = () => this.lost(!wasOpen, new Error("The sound broke off."));
  }

  private hear(message: unknown): void {
    if (message instanceof ArrayBuffer) this.play(message);
    else if (typeof message === "string") this.told(message);
  }

  private play(message: ArrayBuffer): void {
    const piece = readPiece(message);
    if (!piece || !this.speaker) return;
    const { at, cuts } = this.timing.place(piece.atMs, this.speaker.now());
    if (cuts) this.speaker.cut();
    this.speaker.play(piece.samples, at);
    if (this.state.stage !== "listening") {
      this.failures = 0;
      this.become({ stage: "listening", problem: null });
    }
  }

  private told(message: string): void {
    const { type, reason } = parse(message);
    if (type === "begun") this.timing.reset();
    if (type === "interrupted") this.become({ stage: "lost" });
    if (type !== "ended") return;
    if (reason === "taken_over") this.end("handed_over");
    else if (reason === "unavailable")
      this.end("failed", new Error("The telephone network brings no sound."));
    else this.end("off");
  }

  private lost(mustOrder: boolean, problem: unknown): void {
    this.drop();
    this.failures += 1;
    if (this.failures >= TRIES) {
      this.end("failed", problem);
      return;
    }
    this.become({ stage: this.state.stage === "connecting" ? "connecting" : "lost", problem });
    const again = () => {
      this.cancelWait = null;
      void this.connect(mustOrder);
    };
    this.cancelWait = this.surroundings.wait(again, backoff(this.failures, this.surroundings.random()));
  }

  private end(stage: "off" | "failed" | "handed_over", problem: unknown = null): void {
    this.turn += 1;
    this.cancelWait?.();
    this.cancelWait = null;
    this.drop();
    this.timing.reset();
    this.speaker?.close();
    this.speaker = null;
    this.become({ stage, problem, callId: stage === "off" ? null : this.state.callId });
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

  private become(change: Partial<Listening>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }
}

function parse(text: string): { type?: unknown; reason?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
