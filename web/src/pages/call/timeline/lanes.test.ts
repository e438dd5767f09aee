import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../../../api/types";
import { gapsOf, laneOf, spansOf } from "./lanes";

function events(...given: [type: string, data?: Record<string, unknown>, at?: string][]): HistoryEvent[] {
  return given.map(([type, data = {}, at = "2026-01-01T10:00:00Z"], index) => ({
    version: index + 1,
    position: index + 100,
    type,
    at,
    recorded_at: at,
    actor: "twilio",
    correlation_id: "",
    data: data as Record<string, never>,
  }));
}

describe("an event's lane", () => {
  const lane = (type: string, data: Record<string, unknown> = {}) =>
    laneOf({ type, data: data as Record<string, never> });
  it("is that of whose doing it is", () => {
    expect(lane("CallerTurn")).toBe("caller");
    expect(lane("AiTurn")).toBe("ai");
    expect(lane("TakenOver")).toBe("person");
    expect(lane("RecordingArchived")).toBe("recording");
    expect(lane("TranscriptReady")).toBe("recording");
    expect(lane("ProviderReported")).toBe("system");
  });
  it("of somebody who joins is that of their role", () => {
    expect(lane("ParticipantJoined", { role: "caller" })).toBe("caller");
    expect(lane("ParticipantLeft", { role: "listener" })).toBe("person");
    expect(lane("ParticipantJoined", {})).toBe("system");
  });
  it("is the system's for events that came after this page was written", () => {
    expect(lane("SomethingNew")).toBe("system");
  });
});

describe("what lasts", () => {
  it("goes from its beginning to its end", () => {
    expect(spansOf(events(["CallStarted"], ["PutOnHold"], ["CallerTurn"], ["TakenOffHold"]))).toEqual([
      { lane: "person", label: "On hold", from: 2, to: 4 },
    ]);
  });
  it("goes on to the last event while it has no end", () => {
    expect(spansOf(events(["TakenOver"], ["CallerTurn"], ["AiFailed"]))[0]).toMatchObject({ from: 1, to: 3 });
  });
  it("is ended by the end of the call", () => {
    expect(spansOf(events(["PutOnHold"], ["CallEnded"], ["Graded"]))[0]).toMatchObject({ to: 2 });
  });
  it("keeps two recordings apart", () => {
    const spans = spansOf(
      events(
        ["RecordingStarted", { recording_sid: "RE1" }],
        ["RecordingStarted", { recording_sid: "RE2" }],
        ["RecordingReady", { recording_sid: "RE1" }],
        ["RecordingReady", { recording_sid: "RE2" }],
      ),
    );
    expect(spans.map(({ from, to }) => [from, to])).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
});

it("long silences between events are seen", () => {
  const gaps = gapsOf(
    events(
      ["CallEnded", {}, "2026-01-01T10:00:00Z"],
      ["CallSummarized", {}, "2026-01-01T10:00:05Z"],
      ["Graded", {}, "2026-01-02T10:00:05Z"],
    ),
  );
  expect([...gaps]).toEqual([[3, 86_400]]);
});

it("events that were told late make no gap backwards", () => {
  const gaps = gapsOf(
    events(["CallEnded", {}, "2026-01-01T10:05:00Z"], ["CallAnswered", {}, "2026-01-01T10:00:00Z"]),
  );
  expect(gaps.size).toBe(0);
});
