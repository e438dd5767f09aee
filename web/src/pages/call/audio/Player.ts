import type WaveSurfer from "wavesurfer.js";

/** The subset of wavesurfer.js in use. */
export type Wave = Pick<WaveSurfer, "on" | "setTime" | "play" | "pause" | "setPlaybackRate" | "destroy">;

export interface PlayerState {
  state: "idle" | "loading" | "ready" | "failed";
  isPlaying: boolean;
  /** Playback position, in seconds. */
  seconds: number;
  /** In seconds; 0 until loaded. */
  duration: number;
  error: unknown;
}

const IDLE: PlayerState = { state: "idle", isPlaying: false, seconds: 0, duration: 0, error: null };

/**
 * Plays one recording, loaded on the first `start`. A position, rate or pause requested while loading applies once loaded.
 */
export class Player {
  private now = IDLE;
  private wave: Wave | null = null;
  /** Requested start position, applied once loaded; null if paused. */
  private startAt: number | null = null;
  private rate = 1;
  /** Counts loads and stops, so that a superseded load is discarded. */
  private generation = 0;
  private readonly watchers = new Set<() => void>();
  private readonly open: () => Promise<Wave>;

  constructor(open: () => Promise<Wave>) {
    this.open = open;
  }

  current = (): PlayerState => this.now;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Plays from a position, loading the audio first if needed. */
  start = (atSeconds: number): void => {
    this.startAt = atSeconds;
    if (this.now.state === "ready") this.play();
    else if (this.now.state !== "loading") void this.load();
  };

  pause = (): void => {
    this.startAt = null;
    this.wave?.pause();
  };

  setRate = (rate: number): void => {
    this.rate = rate;
    this.wave?.setPlaybackRate(rate, true);
  };

  /** Stops and unloads the audio. */
  stop = (): void => {
    this.generation += 1;
    this.startAt = null;
    this.wave?.destroy();
    this.wave = null;
    this.setState(IDLE);
  };

  private async load(): Promise<void> {
    this.generation += 1;
    const generation = this.generation;
    this.wave?.destroy();
    this.wave = null;
    this.setState({ ...IDLE, state: "loading" });
    try {
      const wave = await this.open();
      if (generation === this.generation) this.follow(wave);
      else wave.destroy();
    } catch (error) {
      if (generation === this.generation) this.setState({ ...IDLE, state: "failed", error });
    }
  }

  private follow(wave: Wave): void {
    this.wave = wave;
    const change = (change: Partial<PlayerState>) => {
      if (this.wave === wave) this.setState({ ...this.now, ...change });
    };
    wave.on("ready", (duration) => {
      if (this.wave !== wave) return;
      change({ state: "ready", duration });
      // Loading resets the playback rate.
      wave.setPlaybackRate(this.rate, true);
      this.play();
    });
    wave.on("timeupdate", (seconds) => change({ seconds }));
    wave.on("play", () => change({ isPlaying: true }));
    wave.on("pause", () => change({ isPlaying: false }));
    wave.on("finish", () => change({ isPlaying: false }));
    wave.on("error", (error) => change({ state: "failed", isPlaying: false, error }));
  }

  private play(): void {
    if (this.startAt === null || !this.wave) return;
    this.wave.setTime(Math.min(this.startAt, this.now.duration));
    this.startAt = null;
    // If the browser blocks autoplay, the player stays paused and shows the play button.
    this.wave.play().catch(() => {});
  }

  private setState(now: PlayerState): void {
    this.now = now;
    for (const watcher of this.watchers) watcher();
  }
}
