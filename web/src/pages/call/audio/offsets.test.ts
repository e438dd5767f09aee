import { expect, it } from "vitest";
import type { CallEventData, CallEventType, HistoryEvent, Segment } from "../../../api/types";
import { historyEvent } from "../../../feed/testMessages";
import { segmentAt } from "./AudioProvider";
import { segmentStart, turnOffsets } from "./offsets";

function event<T extends CallEventType>(type: T, at: string, data: Partial<CallEventData<T>>): HistoryEvent {
  return historyEvent(type, data, { at });
}

const started = event("RecordingStarted", "2026-01-01T10:00:00Z", { phase: "ai", recording_sid: "RE1" });

it("turn offsets are the start of speech in the recording", () => {
  const offsets = turnOffsets([
    started,
    event("AiTurn", "2026-01-01T10:00:02Z", { turn: 1 }),
    event("CallerTurn", "2026-01-01T10:00:09Z", {
      turn: 2,
      started_at: "2026-01-01T10:00:05.000000Z",
    }),
  ]);
  expect(Object.fromEntries(offsets)).toEqual({ "ai 1": 2, "caller 2": 5 });
});

it("a missing caller start time is estimated from the word count, not before the previous turn", () => {
  const offsets = turnOffsets([
    started,
    event("AiTurn", "2026-01-01T10:00:02Z", { turn: 1 }),
    event("CallerTurn", "2026-01-01T10:00:12Z", { turn: 2, text: "one two three four five" }),
    event("CallerTurn", "2026-01-01T10:00:12Z", { turn: 3, text: "word ".repeat(100) }),
  ]);
  expect(offsets.get("caller 2")).toBe(10);
  expect(offsets.get("caller 3")).toBe(10);
});

it("a turn before the recording starts is at offset zero", () => {
  const offsets = turnOffsets([started, event("AiTurn", "2026-01-01T09:59:58Z", { turn: 1 })]);
  expect(offsets.get("ai 1")).toBe(0);
});

it("without a recording there are no offsets", () => {
  expect(turnOffsets([event("AiTurn", "2026-01-01T10:00:02Z", { turn: 1 })]).size).toBe(0);
});

it("a segment with start_ms uses it, others use the turn offset or null", () => {
  const segment = { n: 1, speaker: "ai", start_ms: 1_500 } as Segment;
  expect(segmentStart(segment, new Map([["ai 1", 9]]), true)).toBe(1.5);
  expect(segmentStart({ n: 1, speaker: "ai" } as Segment, new Map([["ai 1", 9]]), false)).toBeNull();
});

it("the active segment is the last one that started", () => {
  const starts = [0, null, 4, 9];
  expect([0, 3.9, 4, 100].map((seconds) => segmentAt(starts, seconds))).toEqual([0, 0, 2, 3]);
  expect(segmentAt([2], 1)).toBe(-1);
});
