import { ApiProblem } from "../api/problem";
import { backoff, type SocketLike } from "../feed/connection";
import { parseAudioFrame } from "./audioFrame";
import type { AudioOutput } from "./audioOutput";
import { PlayoutScheduler } from "./playout";

/** Consecutive failed attempts after which the user must retry. */
const MAX_ATTEMPTS = 6;

/**
 * - `off`: not listening.
 * - `connecting`: no audio received yet.
 * - `listening`: audio is playing.
 * - `lost`: the audio was interrupted; reconnecting.
 * - `failed`: given up; `problem` has the reason.
 * - `handed_over`: a team member took the call over; the user listens by telephone from then on.
 */
export type Stage = "off" | "connecting" | "listening" | "lost" | "failed" | "handed_over";

export interface AudioTapState {
  callId: string | null;
  stage: Stage;
  problem: unknown;
  /** From 0 to 1. */
  volume: number;
  isMuted: boolean;
}

/** The dependencies of an audio tap, replaced in tests. */
export interface AudioTapEnvironment {
  /** Reports to the service that this user listens in. */
  requestListen(callId: string): Promise<unknown>;
  open(callId: string): AudioSocket;
  audioOutput(): AudioOutput;
  wait(run: () => void, ms: number): () => void;
  random(): number;
}

/** The used part of `WebSocket`. */
export interface AudioSocket extends SocketLike {
  binaryType: BinaryType;
}

const OFF: AudioTapState = { callId: null, stage: "off", problem: null, volume: 1, isMuted: false };

/**
 * Plays the live audio of one call that the assistant handles. Reconnects after a lost connection; the service announces
 * the end of the audio.
 */
export class AudioTap {
  private state = OFF;
  private socket: AudioSocket | null = null;
  private output: AudioOutput | null = null;
  private failures = 0;
  /** Counts connection attempts and stops, so that the result of an outdated attempt is discarded. */
  private generation = 0;
  private cancelWait: (() => void) | null = null;
  private readonly playout = new PlayoutScheduler();
  private readonly watchers = new Set<() => void>();
  private readonly environment: AudioTapEnvironment;

  constructor(environment: AudioTapEnvironment) {
    this.environment = environment;
  }

  current = (): AudioTapState => this.state;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Starts listening to a call and stops listening to any other. Call it from a click handler: browsers require one for playback. */
  async start(callId: string): Promise<void> {
    this.end("off");
    this.failures = 0;
    this.output = this.environment.audioOutput();
    this.setState({ callId, stage: "connecting", problem: null });
    this.setVolume();
    await this.connect(true);
  }

  /** Reconnects immediately after a lost or failed connection. */
  async retry(): Promise<void> {
    if (this.state.callId && (this.state.stage === "failed" || this.state.stage === "lost")) {
      await this.start(this.state.callId);
    }
  }

  stop(): void {
    this.end("off");
  }

  setVolume(volume: number = this.state.volume, isMuted: boolean = this.state.isMuted): void {
    this.output?.setVolume(isMuted ? 0 : volume);
    this.setState({ volume, isMuted });
  }

  private async connect(mustRequest: boolean): Promise<void> {
    const callId = this.state.callId;
    if (!callId) return;
    this.generation += 1;
    const generation = this.generation;
    try {
      if (mustRequest) await this.environment.requestListen(callId);
    } catch (problem) {
      if (generation !== this.generation) return;
      const isTransient = problem instanceof ApiProblem && problem.isTransient;
      if (isTransient) this.onLost(true, problem);
      else this.end("failed", problem);
      return;
    }
    if (generation !== this.generation) return;
    const socket = this.environment.open(callId);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
    };
    socket.onmessage = (event: { data: unknown }) => this.onMessage(event.data);
    // The browser does not expose why a socket was refused; repeating the request returns the reason.
    socket.onclose = () => this.onLost(!wasOpen, new Error("The audio connection was lost."));
  }

  private onMessage(message: unknown): void {
    if (message instanceof ArrayBuffer) this.play(message);
    else if (typeof message === "string") this.onControl(message);
  }

  private play(message: ArrayBuffer): void {
    const frame = parseAudioFrame(message);
    if (!frame || !this.output) return;
    const { at, flush } = this.playout.schedule(frame.atMs, this.output.now());
    if (flush) this.output.flush();
    this.output.play(frame.samples, at);
    if (this.state.stage !== "listening") {
      this.failures = 0;
      this.setState({ stage: "listening", problem: null });
    }
  }

  private onControl(message: string): void {
    const { type, reason } = parse(message);
    if (type === "started") this.playout.reset();
    if (type === "interrupted") this.setState({ stage: "lost" });
    if (type !== "ended") return;
    if (reason === "taken_over") this.end("handed_over");
    else if (reason === "unavailable")
      this.end("failed", new Error("The telephone network does not provide the audio."));
    else this.end("off");
  }

  private onLost(mustRequest: boolean, problem: unknown): void {
    this.drop();
    this.failures += 1;
    if (this.failures >= MAX_ATTEMPTS) {
      this.end("failed", problem);
      return;
    }
    this.setState({ stage: this.state.stage === "connecting" ? "connecting" : "lost", problem });
    const reconnect = () => {
      this.cancelWait = null;
      void this.connect(mustRequest);
    };
    this.cancelWait = this.environment.wait(reconnect, backoff(this.failures, this.environment.random()));
  }

  private end(stage: "off" | "failed" | "handed_over", problem: unknown = null): void {
    this.generation += 1;
    this.cancelWait?.();
    this.cancelWait = null;
    this.drop();
    this.playout.reset();
    this.output?.close();
    this.output = null;
    this.setState({ stage, problem, callId: stage === "off" ? null : this.state.callId });
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

  private setState(change: Partial<AudioTapState>): void {
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
