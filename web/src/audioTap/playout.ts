/** Playout delay after the first frame arrives, in seconds; it absorbs jitter. */
export const PLAYOUT_DELAY_S = 0.15;
/** The furthest ahead a frame may be scheduled, in seconds, so that the listener does not fall behind the live call. */
export const MAX_AHEAD_S = 0.8;

export interface PlayoutSlot {
  /** When to play, in seconds of the output's clock. */
  at: number;
  /** Whether to discard the scheduled audio first: more has arrived than may be buffered. */
  flush: boolean;
}

/** Maps stream times of audio frames to the output's clock, so that they play evenly however unevenly they arrive. */
export class PlayoutScheduler {
  /** The time on the output's clock at which the start of the stream would have played; null before the first frame. */
  private origin: number | null = null;

  /** Call when a new stream starts. */
  reset(): void {
    this.origin = null;
  }

  schedule(atMs: number, now: number): PlayoutSlot {
    const inStream = atMs / 1_000;
    const at = this.origin === null ? Number.NaN : this.origin + inStream;
    if (at >= now && at <= now + MAX_AHEAD_S) return { at, flush: false };
    // The first frame, a frame that arrived too late, or a frame beyond the buffer limit.
    this.origin = now + PLAYOUT_DELAY_S - inStream;
    return { at: now + PLAYOUT_DELAY_S, flush: at > now };
  }
}
