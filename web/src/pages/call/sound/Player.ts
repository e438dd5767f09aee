import type WaveSurfer from "wavesurfer.js";

/** The part of wavesurfer.js that is used. */
export type Wave = Pick<WaveSurfer, "on" | "setTime" | "play" | "pause" | "setPlaybackRate" | "destroy">;

export interface PlayerState {
  state: "idle" | "loading" | "ready" | "failed";
  isPlaying: boolean;
  /** Where in the sound, and how long it is. */
  seconds: number;
  duration: number;
  error: unknown;
}

const IDLE: PlayerState = { state: "idle", isPlaying: false, seconds: 0, duration: 0, error: null };

/**
 * Plays one sound, which is loaded when somebody first wants to hear it. What is wished while it loads (another place,
 * another speed, silence after all) holds once it is there.
 */
export class Player {
  private now = IDLE;
  private wave: Wave | null = null;
  /** Where to play from, once it can be played; null is not at all. */
  private wish: number | null = null;
  private rate = 1;
  /** Which load or stop was the last. */
  private turn = 0;
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

  /** Loads the sound if need be, and plays from there. */
  start = (atSeconds: number): void => {
    this.wish = atSeconds;
    if (this.now.state === "ready") this.play();
    else if (this.now.state !== "loading") void this.load();
  };

  pause = (): void => {
    this.wish = null;
    this.wave?.pause();
  };

  setRate = (rate: number): void => {
    this.rate = rate;
    this.wave?.setPlaybackRate(rate, true);
  };

  /** Falls silent and forgets the sound. */
  stop = (): void => {
    this.turn += 1;
    this.wish = null;
    this.wave?.destroy();
    this.wave = null;
    this.become(IDLE);
  };

  private async load(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    this.wave?.destroy();
    this.wave = null;
    this.become({ ...IDLE, state: "loading" });
    try {
      const wave = await this.open();
      if (turn === this.turn) this.follow(wave);
      else wave.destroy();
    } catch (error) {
      if (turn === this.turn) this.become({ ...IDLE, state: "failed", error });
    }
  }

  private follow(wave: Wave): void {
    this.wave = wave;
    const change = (change: Partial<PlayerState>) => {
      if (this.wave === wave) this.become({ ...this.now, ...change });
    };
    wave.on("ready", (duration) => {
      if (this.wave !== wave) return;
      change({ state: "ready", duration });
      // A sound that is loaded begins at its own speed again.
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
    if (this.wish === null || !this.wave) return;
    this.wave.setTime(Math.min(this.wish, this.now.duration));
    this.wish = null;
    // A browser that does not play without a click leaves it paused, which is what is shown: the button is there.
    this.wave.play().catch(() => {});
  }

  private become(now: PlayerState): void {
    this.now = now;
    for (const watcher of this.watchers) watcher();
  }
}
