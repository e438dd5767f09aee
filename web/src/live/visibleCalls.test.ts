import { expect, it } from "vitest";
import { activeCall, callMessage } from "../feed/testMessages";
import { applyEvent, fromSnapshot, type LiveCall } from "./liveCall";
import { emergencies, visibleCalls } from "./visibleCalls";

function call(id: string, of: Partial<LiveCall> = {}): LiveCall {
  return { ...fromSnapshot(activeCall(id), 1), ...of };
}

const ids = (calls: readonly LiveCall[]) => calls.map(({ call_id: id }) => id);

it("visibleCalls returns all calls up to the limit", () => {
  expect(ids(visibleCalls([call("1"), call("2")], 2, "me"))).toEqual(["1", "2"]);
});

it("visibleCalls beyond the limit returns the first calls and those that involve the user", () => {
  const calls = [
    call("1"),
    call("2"),
    call("3"),
    call("4", { takeover_requests: ["me"] }),
    call("5", { taken_over_by: "other" }),
    call("6", { taken_over_by: "me" }),
    call("7", { listeners: ["me"] }),
    call("8", { takeovers_accepted: ["me"] }),
  ];
  expect(ids(visibleCalls(calls, 2, "me"))).toEqual(["1", "2", "4", "6", "7", "8"]);
});

it("an emergency of the feed or of a snapshot is shown to every user until a team member has the call", () => {
  const alerted = applyEvent(
    call("1"),
    callMessage("EscalationTriggered", { rule: "emergency" }, { callId: "1", position: 2 }),
  );
  const asked = applyEvent(
    call("2"),
    callMessage("EscalationTriggered", { rule: "asked_for_a_person" }, { callId: "2", position: 2 }),
  );
  const calls = [
    alerted,
    asked,
    call("3", { emergency: true }),
    call("4", { emergency: true, taken_over_by: "other" }),
    call("5", { emergency: true, endedAt: "2026-01-01T10:05:00Z" }),
  ];
  expect(ids(emergencies(calls))).toEqual(["1", "3"]);
  expect(ids(visibleCalls(calls, 1, "me"))).toContain("3");
});
