/** The playback state of the page: at most one recording plays, identified by its phase. */
export interface Playing {
  phase: string | null;
  /** Position in the recording. */
  seconds: number;
  isPlaying: boolean;
}

type Start = (atSeconds: number) => void;

const STOPPED: Playing = { phase: null, seconds: 0, isPlaying: false };

/** Keeps the transcripts, the timeline and the players in sync: each can start playback, and all follow the position. */
export class AudioSync {
  private playing: Playing = STOPPED;
  private readonly players = new Map<string, { start: Start; pause: () => void }>();
  private readonly watchers = new Set<() => void>();

  current = (): Playing => this.playing;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Registers the player of a phase, whose audio may not be loaded yet; returns the unregister function. */
  register(phase: string, player: { start: Start; pause: () => void }): () => void {
    this.players.set(phase, player);
    this.notify();
    return () => {
      if (this.players.get(phase) === player) this.players.delete(phase);
      this.notify();
    };
  }

  canPlay(phase: string): boolean {
    return this.players.has(phase);
  }

  play(phase: string, atSeconds: number): void {
    for (const [other, player] of this.players) if (other !== phase) player.pause();
    this.players.get(phase)?.start(Math.max(0, atSeconds));
  }

  /** Plays from the last position, or pauses. */
  toggle(phase: string): void {
    const { phase: playing, isPlaying, seconds } = this.playing;
    if (playing === phase && isPlaying) this.players.get(phase)?.pause();
    else this.play(phase, playing === phase ? seconds : 0);
  }

  /** Records the position that a player reports. */
  moved(phase: string, seconds: number, isPlaying: boolean): void {
    if (!isPlaying && this.playing.phase !== phase) return;
    this.playing = { phase, seconds, isPlaying };
    this.notify();
  }

  private notify(): void {
    for (const watcher of this.watchers) watcher();
  }
}
