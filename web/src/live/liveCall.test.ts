import { describe, expect, it } from "vitest";
import type { EventMessage } from "../feed/messages";
import { begun, fold, type LiveCall } from "./liveCall";

let position = 0;
function event(type: string, data: Record<string, unknown> = {}, at = "2026-01-01T10:00:00Z"): EventMessage {
  position += 1;
  return { position, type, call_id: "CA1", stream: { type: "call", id: "CA1" }, at, data };
}

/** The call after its beginning and these events. */
function callAfter(...events: EventMessage[]): LiveCall {
  const data = { direction: "inbound", from: "+15005550001", to: "+15045550100", agent: "default" };
  const start = begun({ ...event("CallStarted", data), position: 0 });
  if (!start) throw new Error("the call did not begin");
  return events.reduce(fold, start);
}

describe("who holds the line", () => {
  it("is nobody before the answer", () => {
    expect(callAfter(event("CallRinging")).holder).toBe("nobody");
  });
  it("is the AI once the call is answered", () => {
    expect(callAfter(event("CallAnswered")).holder).toBe("ai");
  });
  it("is the person who took over", () => {
    const call = callAfter(event("CallAnswered"), event("TakenOver", { user: "user_1" }));
    expect(call.holder).toBe("person");
    expect(call.taken_over_by).toBe("user_1");
  });
  it("is the hold music, and then the person again", () => {
    const held = callAfter(
      event("CallAnswered"),
      event("TakenOver", { user: "user_1" }),
      event("PutOnHold", { user: "user_1" }),
    );
    expect(held.holder).toBe("hold");
    expect(fold(held, event("TakenOffHold", { user: "user_1" })).holder).toBe("person");
  });
  it("is the voicemail, whatever is answered", () => {
    expect(callAfter(event("RoutedToVoicemail", { reason: "closed" }), event("CallAnswered")).holder).toBe(
      "voicemail",
    );
  });
});

describe("a transcript", () => {
  it("is in the order of the turns, not of their arrival", () => {
    const call = callAfter(
      event("AiTurn", { turn: 2, text: "b" }),
      event("CallerTurn", { turn: 1, text: "a" }),
    );
    expect(call.turns.map((turn) => turn.text)).toEqual(["a", "b"]);
  });
  it("has each turn once, however often it is told", () => {
    const call = callAfter(event("AiTurn", { turn: 1, text: "a" }), event("AiTurn", { turn: 1, text: "a" }));
    expect(call.turns).toHaveLength(1);
  });
  it("remembers how much was heard of a turn that was cut", () => {
    const call = callAfter(
      event("AiTurn", { turn: 1, text: "a" }),
      event("AiTurnInterrupted", { turn: 1, heard_ms: 900 }),
    );
    expect(call.turns[0]?.heard_ms).toBe(900);
  });
  it("has no words that were erased", () => {
    expect(callAfter(event("CallerTurn", { turn: 1, text: { erased: true } })).turns[0]?.text).toBeNull();
  });
});

it("an event that was heard before changes nothing", () => {
  const call = callAfter(event("CallAnswered"));
  const old = { ...event("CallEnded", { outcome: "completed" }), position: call.position };
  expect(fold(call, old)).toBe(call);
});

it("listeners come and go, each once", () => {
  const joined = callAfter(event("ListenerJoined", { user: "u" }), event("ListenerJoined", { user: "u" }));
  expect(joined.listeners).toEqual(["u"]);
  expect(fold(joined, event("ListenerLeft", { user: "u" })).listeners).toEqual([]);
});

it("a transfer that fails says why", () => {
  const call = callAfter(
    event("TransferStarted", { to: "+1" }),
    event("TransferFailed", { to: "+1", reason: "busy" }),
  );
  expect(call.transferring).toBe(false);
  expect(call.lastProblem).toContain("busy");
});

it("a call whose taker was gone is the AI's again", () => {
  const taken = callAfter(event("TakenOver", { user: "user_1" }));
  const failed = fold(taken, event("TakeoverFailed", { user: "user_1", reason: "they left" }));
  expect(failed.taken_over_by).toBeNull();
  expect(failed.lastProblem).toContain("they left");
});

it("only a beginning begins a call", () => {
  expect(begun(event("CallerTurn", { turn: 1, text: "a" }))).toBeNull();
});

it("a telephone that nobody answers is no lastProblem for who listens to the AI", () => {
  const unreached = () => event("ParticipantUnreached", { role: "listener", reason: "no-answer" });
  const answered = callAfter(event("CallAnswered"), event("ListenerJoined", { user: "u" }));
  const heard = fold(answered, unreached());
  expect([heard.lastProblem, heard.listeners]).toEqual([null, ["u"]]);
  const taken = fold(answered, event("TakenOver", { user: "user_1" }));
  expect(fold(taken, unreached()).lastProblem).toContain("no-answer");
});
