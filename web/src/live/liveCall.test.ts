import { describe, expect, it } from "vitest";
import type { CallEventData, CallEventType } from "../api/types";
import type { CallMessage } from "../feed/messages";
import { callMessage } from "../feed/testMessages";
import { applyEvent, fromStartEvent, type LiveCall } from "./liveCall";

let position = 0;
function event<T extends CallEventType>(type: T, data: Partial<CallEventData<T>> = {}): CallMessage {
  position += 1;
  return callMessage(type, data, { position });
}

/** The call after `CallStarted` and these events. */
function callAfter(...events: CallMessage[]): LiveCall {
  const data = { from: "+15005550001", to: "+15045550100", agent: "default" };
  const start = fromStartEvent(
    callMessage("CallStarted", { direction: "inbound", ...data }, { position: 0 }),
  );
  if (!start) throw new Error("CallStarted created no call");
  return events.reduce(applyEvent, start);
}

describe("holder", () => {
  it("is unset before the answer", () => {
    expect(callAfter(event("CallRinging")).holder).toBe("none");
  });
  it("is the AI after the answer", () => {
    expect(callAfter(event("CallAnswered")).holder).toBe("ai");
  });
  it("is the user who took over", () => {
    const call = callAfter(event("CallAnswered"), event("TakenOver", { user: "user_1" }));
    expect(call.holder).toBe("team_member");
    expect(call.taken_over_by).toBe("user_1");
  });
  it("is hold while on hold, then the person again", () => {
    const held = callAfter(
      event("CallAnswered"),
      event("TakenOver", { user: "user_1" }),
      event("PutOnHold", { user: "user_1" }),
    );
    expect(held.holder).toBe("hold");
    expect(applyEvent(held, event("TakenOffHold", { user: "user_1" })).holder).toBe("team_member");
  });
  it("stays voicemail after a later CallAnswered", () => {
    expect(callAfter(event("RoutedToVoicemail", { reason: "closed" }), event("CallAnswered")).holder).toBe(
      "voicemail",
    );
  });
});

describe("turns", () => {
  it("are sorted by turn number, not by arrival", () => {
    const call = callAfter(
      event("AiTurn", { turn: 2, text: "b" }),
      event("CallerTurn", { turn: 1, text: "a" }),
    );
    expect(call.turns.map((turn) => turn.text)).toEqual(["a", "b"]);
  });
  it("are not duplicated by repeated events", () => {
    const call = callAfter(event("AiTurn", { turn: 1, text: "a" }), event("AiTurn", { turn: 1, text: "a" }));
    expect(call.turns).toHaveLength(1);
  });
  it("keep how much of an interrupted turn was heard", () => {
    const call = callAfter(
      event("AiTurn", { turn: 1, text: "a" }),
      event("AiTurnInterrupted", { turn: 1, heard_ms: 900 }),
    );
    expect(call.turns[0]?.heard_ms).toBe(900);
  });
  it("have no text after erasure", () => {
    expect(callAfter(event("CallerTurn", { turn: 1, text: { erased: true } })).turns[0]?.text).toBeNull();
  });
});

it("an event at or before the call's position is ignored", () => {
  const call = callAfter(event("CallAnswered"));
  const old = { ...event("CallEnded", { outcome: "completed" }), position: call.position };
  expect(applyEvent(call, old)).toBe(call);
});

it("a listener is added once and removed when they leave", () => {
  const joined = callAfter(
    event("ListenerJoined", { user: "u", participant: 1 }),
    event("ListenerJoined", { user: "u", participant: 1 }),
  );
  expect(joined.listeners).toEqual(["u"]);
  expect(applyEvent(joined, event("ListenerLeft", { user: "u" })).listeners).toEqual([]);
});

it("a failed transfer sets the problem to its reason", () => {
  const call = callAfter(
    event("TransferStarted", { to: "+1" }),
    event("TransferFailed", { to: "+1", reason: "busy" }),
  );
  expect(call.transferring).toBe(false);
  expect(call.lastProblem).toContain("busy");
});

it("a failed takeover returns the call to the AI", () => {
  const taken = callAfter(event("TakenOver", { user: "user_1" }));
  const failed = applyEvent(taken, event("TakeoverFailed", { user: "user_1", reason: "they left" }));
  expect(failed.taken_over_by).toBeNull();
  expect(failed.lastProblem).toContain("they left");
});

it("only CallStarted creates a call", () => {
  expect(fromStartEvent(event("CallerTurn", { turn: 1, text: "a" }))).toBeNull();
});

it("an unreached listener is a problem only after a takeover", () => {
  const unreached = () => event("ParticipantUnreached", { role: "listener", reason: "no-answer" });
  const answered = callAfter(event("CallAnswered"), event("ListenerJoined", { user: "u", participant: 1 }));
  const listening = applyEvent(answered, unreached());
  expect([listening.lastProblem, listening.listeners]).toEqual([null, ["u"]]);
  const taken = applyEvent(answered, event("TakenOver", { user: "user_1" }));
  expect(applyEvent(taken, unreached()).lastProblem).toContain("no-answer");
});
