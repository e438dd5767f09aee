/** Sound is played so long after the first of it came, in seconds: what comes a little late is still in its place. */
export const LEAD = 0.15;
/** No sound waits longer than this, in seconds: who listens in wants to hear what is said now. */
export const MOST = 0.8;

export interface Place {
  /** When to play, in seconds of the player's clock. */
  at: number;
  /** What waits to be played is thrown away first: too much has come at once. */
  cuts: boolean;
}

/** Lays pieces of sound, each with its time in the stream, on the clock of who plays them: one after the other as they were
 * spoken, whenever they come. */
export class Timing {
  /** When the stream's beginning would have been played. */
  private origin: number | null = null;

  /** Another stream begins. */
  reset(): void {
    this.origin = null;
  }

  place(atMs: number, now: number): Place {
    const inStream = atMs / 1_000;
    const at = this.origin === null ? Number.NaN : this.origin + inStream;
    if (at >= now && at <= now + MOST) return { at, cuts: false };
    // The first one; one that came too late; or so many that the talk would be heard long after it was.
    this.origin = now + LEAD - inStream;
    return { at: now + LEAD, cuts: at > now };
  }
}
