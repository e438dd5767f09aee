import { expect, it } from "vitest";
import { allowedActions } from "./allowedActions";
import type { LiveCall } from "./liveCall";

const call = (change: Partial<LiveCall> = {}): LiveCall => ({
  call_id: "CA1",
  status: "in_progress",
  holder: "ai",
  transferring: false,
  escalated: false,
  started_at: "2026-01-01T10:00:00Z",
  listeners: [],
  takeover_requests: [],
  takeovers_accepted: [],
  turns: [],
  lastProblem: null,
  position: 1,
  outcome: null,
  endedAt: null,
  ...change,
});

it("a call of the AI can be listened to, taken over and ended", () => {
  expect(allowedActions(call(), "me")).toMatchObject({
    listen: true,
    takeOver: true,
    hold: false,
    handle: false,
    hangUp: true,
  });
});

it("who listens to the AI can stop, and hear it here unless they do", () => {
  const listens = call({ listeners: ["me"] });
  expect(allowedActions(listens, "me", true)).toMatchObject({ listen: false, stopListening: true });
  expect(allowedActions(listens, "me")).toMatchObject({ listen: true, stopListening: true });
  expect(allowedActions(call(), "me", true)).toMatchObject({ listen: false, stopListening: true });
});

it("who listens to a person does so by telephone", () => {
  const taken = { holder: "person", taken_over_by: "other" };
  expect(allowedActions(call({ ...taken, listeners: ["me"] }), "me")).toMatchObject({
    listen: false,
    stopListening: true,
  });
  expect(allowedActions(call(taken), "me")).toMatchObject({ listen: true, stopListening: false });
});

it("a call that rings can only be ended", () => {
  const may = allowedActions(call({ status: "ringing", holder: "nobody" }), "me");
  expect(Object.entries(may).filter(([, can]) => can)).toEqual([["hangUp", true]]);
});

it("who took over holds, transfers and sends digits", () => {
  const may = allowedActions(call({ holder: "person", taken_over_by: "me" }), "me");
  expect(may).toMatchObject({ hold: true, handle: true, takeOver: false, listen: false });
});

it("a caller on hold can be brought back", () => {
  const may = allowedActions(call({ holder: "hold", taken_over_by: "me", on_hold_by: "me" }), "me");
  expect(may).toMatchObject({ hold: false, resume: true });
});

it("who is asked to take over can answer", () => {
  expect(allowedActions(call({ takeover_requests: ["me"] }), "me").answer).toBe(true);
  expect(allowedActions(call({ takeover_requests: ["other"] }), "me").answer).toBe(false);
});

it("nothing can be done to a call that ended", () => {
  const may = allowedActions(call({ endedAt: "2026-01-01T10:05:00Z", listeners: ["me"] }), "me");
  expect(Object.values(may).some(Boolean)).toBe(false);
});
