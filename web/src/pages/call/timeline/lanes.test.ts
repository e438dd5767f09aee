import { describe, expect, it } from "vitest";
import type { CallEventData, CallEventType, HistoryEvent } from "../../../api/types";
import { historyEvent } from "../../../feed/testMessages";
import { gapsOf, laneOf, spansOf } from "./lanes";

type Given = {
  [T in CallEventType]: [type: T, data?: Partial<CallEventData<T>>, at?: string];
}[CallEventType];

function events(...given: Given[]): HistoryEvent[] {
  return given.map(([type, data = {}, at = "2026-01-01T10:00:00Z"], index) =>
    historyEvent(type, data, { version: index + 1, position: index + 100, at }),
  );
}

describe("the lane of an event", () => {
  const lane = <T extends CallEventType>(type: T, data: Partial<CallEventData<T>> = {}) =>
    laneOf(historyEvent(type, data));
  it("is the lane of its actor", () => {
    expect(lane("CallerTurn")).toBe("caller");
    expect(lane("AiTurn")).toBe("ai");
    expect(lane("TakenOver")).toBe("person");
    expect(lane("RecordingArchived")).toBe("recording");
    expect(lane("TranscriptReady")).toBe("recording");
    expect(lane("ProviderReported")).toBe("system");
  });
  it("follows the role for participant events", () => {
    expect(lane("ParticipantJoined", { role: "caller" })).toBe("caller");
    expect(lane("ParticipantLeft", { role: "listener" })).toBe("person");
    expect(lane("ParticipantCalled", { role: "team_member" })).toBe("person");
  });
  it("is system for events that cannot be read, and types of a newer service", () => {
    expect(laneOf({ type: "CallStarted", data: { unreadable: "a newer version" } })).toBe("system");
    expect(lane("SomethingNew" as CallEventType)).toBe("system");
  });
});

describe("a span", () => {
  it("runs from its start event to its end event", () => {
    expect(spansOf(events(["CallStarted"], ["PutOnHold"], ["CallerTurn"], ["TakenOffHold"]))).toEqual([
      { lane: "person", label: "On hold", from: 2, to: 4 },
    ]);
  });
  it("runs to the last event while it is open", () => {
    expect(spansOf(events(["TakenOver"], ["CallerTurn"], ["AiFailed"]))[0]).toMatchObject({ from: 1, to: 3 });
  });
  it("ends when the call ends", () => {
    expect(spansOf(events(["PutOnHold"], ["CallEnded"], ["Graded"]))[0]).toMatchObject({ to: 2 });
  });
  it("is separate for each recording", () => {
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

it("gaps of at least 30 s between events are listed by the later version", () => {
  const gaps = gapsOf(
    events(
      ["CallEnded", {}, "2026-01-01T10:00:00Z"],
      ["CallSummarized", {}, "2026-01-01T10:00:05Z"],
      ["Graded", {}, "2026-01-02T10:00:05Z"],
    ),
  );
  expect([...gaps]).toEqual([[3, 86_400]]);
});

it("an event that is recorded late makes no negative gap", () => {
  const gaps = gapsOf(
    events(["CallEnded", {}, "2026-01-01T10:05:00Z"], ["CallAnswered", {}, "2026-01-01T10:00:00Z"]),
  );
  expect(gaps.size).toBe(0);
});
