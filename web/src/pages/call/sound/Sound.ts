/** What plays on this page: at most one recording at a time, by phase. */
export interface Playing {
  phase: string | null;
  /** Where in the recording. */
  seconds: number;
  isPlaying: boolean;
}

type Start = (atSeconds: number) => void;

const SILENCE: Playing = { phase: null, seconds: 0, isPlaying: false };

/** Brings transcripts, the time line and the players together: any of them can begin to play, and all move with it. */
export class Sound {
  private playing: Playing = SILENCE;
  private readonly players = new Map<string, { start: Start; pause: () => void }>();
  private readonly watchers = new Set<() => void>();

  current = (): Playing => this.playing;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** A player is there for a phase; it may still have to load its sound. */
  register(phase: string, player: { start: Start; pause: () => void }): () => void {
    this.players.set(phase, player);
    this.tell();
    return () => {
      if (this.players.get(phase) === player) this.players.delete(phase);
      this.tell();
    };
  }

  canPlay(phase: string): boolean {
    return this.players.has(phase);
  }

  play(phase: string, atSeconds: number): void {
    for (const [other, player] of this.players) if (other !== phase) player.pause();
    this.players.get(phase)?.start(Math.max(0, atSeconds));
  }

  /** Plays or pauses, from where it was. */
  toggle(phase: string): void {
    const { phase: playing, isPlaying, seconds } = this.playing;
    if (playing === phase && isPlaying) this.players.get(phase)?.pause();
    else this.play(phase, playing === phase ? seconds : 0);
  }

  /** A player moved. */
  moved(phase: string, seconds: number, isPlaying: boolean): void {
    if (!isPlaying && this.playing.phase !== phase) return;
    this.playing = { phase, seconds, isPlaying };
    this.tell();
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}
