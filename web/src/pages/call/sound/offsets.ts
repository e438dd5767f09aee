import type { HistoryEvent, Segment } from "../../../api/types";

/** When the sound of each phase began to be kept, in epoch milliseconds: the first of its recordings. */
export function recordingStarts(events: readonly HistoryEvent[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const event of events) {
    if (event.type !== "RecordingStarted" || !event.at) continue;
    const phase = String(data(event).phase);
    const at = Date.parse(event.at);
    starts.set(phase, Math.min(at, starts.get(phase) ?? at));
  }
  return starts;
}

/** People say about so many words a second. */
const WORDS_PER_SECOND = 2.5;

/**
 * When a turn's words began, in epoch milliseconds. The AI's turns carry that moment. The caller's carry it where the
 * recogniser told; else they carry when the words were over, and the beginning is reckoned from their number.
 */
export function turnMoment(event: HistoryEvent): number | null {
  const { started_at: begun, text } = data(event);
  if (typeof begun === "number") return begun / 1_000;
  if (!event.at) return null;
  const words = event.type === "CallerTurn" && typeof text === "string" ? text.trim().split(/\s+/).length : 0;
  return Date.parse(event.at) - (words / WORDS_PER_SECOND) * 1_000;
}

/** Where each turn is in the recording of the conversation with the AI, in seconds, by `<speaker> <turn>`. */
export function turnOffsets(events: readonly HistoryEvent[]): Map<string, number> {
  const offsets = new Map<string, number>();
  const start = recordingStarts(events).get("ai");
  if (start === undefined) return offsets;
  let before = 0;
  for (const event of events) {
    const speaker = event.type === "CallerTurn" ? "caller" : event.type === "AiTurn" ? "ai" : null;
    const moment = speaker && turnMoment(event);
    if (!moment) continue;
    // What was reckoned must not come before the turn that it answers.
    before = Math.max(before, (moment - start) / 1_000);
    offsets.set(`${speaker} ${String(data(event).turn)}`, before);
  }
  return offsets;
}

/** Where a segment is in its phase's recording, in seconds; null when nobody knows. */
export function segmentStart(
  segment: Segment,
  turns: ReadonlyMap<string, number>,
  isTurn: boolean,
): number | null {
  if (typeof segment.start_ms === "number") return segment.start_ms / 1_000;
  return isTurn ? (turns.get(`${segment.speaker} ${segment.n}`) ?? null) : null;
}

function data(event: HistoryEvent): Record<string, unknown> {
  return event.data as Record<string, unknown>;
}
