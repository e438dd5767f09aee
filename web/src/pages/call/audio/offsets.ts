import { isUnreadable } from "../../../api/events";
import type { HistoryEvent, Segment } from "../../../api/types";

/** The start of each phase's first recording, in epoch milliseconds. */
export function recordingStarts(events: readonly HistoryEvent[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const event of events) {
    if (isUnreadable(event) || event.type !== "RecordingStarted" || !event.at) continue;
    const { phase } = event.data;
    const at = Date.parse(event.at);
    starts.set(phase, Math.min(at, starts.get(phase) ?? at));
  }
  return starts;
}

/** Average speaking rate. */
const WORDS_PER_SECOND = 2.5;

/**
 * The start of a turn's speech, in epoch milliseconds. An AI turn carries it. A caller turn carries it if the recognizer
 * reported it; otherwise the event carries the end of speech, and the start is estimated from the word count.
 */
export function turnStartMs(event: HistoryEvent): number | null {
  if (!event.at) return null;
  const at = Date.parse(event.at);
  if (isUnreadable(event) || event.type !== "CallerTurn") return at;
  const { started_at: startedAt, text } = event.data;
  if (startedAt !== undefined) return Date.parse(startedAt);
  const words = typeof text === "string" ? text.trim().split(/\s+/).length : 0;
  return at - (words / WORDS_PER_SECOND) * 1_000;
}

/** `<speaker> <turn>` of a turn; null for any other event. */
export function turnKey(event: HistoryEvent): string | null {
  if (isUnreadable(event)) return null;
  if (event.type === "CallerTurn") return `caller ${event.data.turn}`;
  return event.type === "AiTurn" ? `ai ${event.data.turn}` : null;
}

/** The offset of each turn in the recording of the AI phase, in seconds, keyed by `<speaker> <turn>`. */
export function turnOffsets(events: readonly HistoryEvent[]): Map<string, number> {
  const offsets = new Map<string, number>();
  const start = recordingStarts(events).get("ai");
  if (start === undefined) return offsets;
  let before = 0;
  for (const event of events) {
    const key = turnKey(event);
    const startMs = key && turnStartMs(event);
    if (!startMs) continue;
    // An estimate must not precede the previous turn.
    before = Math.max(before, (startMs - start) / 1_000);
    offsets.set(key, before);
  }
  return offsets;
}

/** The offset of a segment in its phase's recording, in seconds; null if unknown. */
export function segmentStart(
  segment: Segment,
  turns: ReadonlyMap<string, number>,
  isTurn: boolean,
): number | null {
  if (typeof segment.start_ms === "number") return segment.start_ms / 1_000;
  return isTurn ? (turns.get(`${segment.speaker} ${segment.n}`) ?? null) : null;
}
