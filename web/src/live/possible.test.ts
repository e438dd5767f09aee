import { expect, it } from "vitest";
import type { LiveCall } from "./fold";
import { possible } from "./possible";

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
  trouble: null,
  position: 1,
  outcome: null,
  endedAt: null,
  ...change,
});

it("a call of the AI can be listened to, taken over and ended", () => {
  expect(possible(call(), "me")).toMatchObject({
    listen: true,
    takeOver: true,
    hold: false,
    handle: false,
    hangUp: true,
  });
});

it("who listens to the AI can stop, and hear it here unless they do", () => {
  const listens = call({ listeners: ["me"] });
  expect(possible(listens, "me", true)).toMatchObject({ listen: false, stopListening: true });
  expect(possible(listens, "me")).toMatchObject({ listen: true, stopListening: true });
  expect(possible(call(), "me", true)).toMatchObject({ listen: false, stopListening: true });
});

it("who listens to a person does so by telephone", () => {
  const taken = { holder: "person", taken_over_by: "other" };
  expect(possible(call({ ...taken, listeners: ["me"] }), "me")).toMatchObject({
    listen: false,
    stopListening: true,
  });
  expect(possible(call(taken), "me")).toMatchObject({ listen: true, stopListening: false });
});

it("a call that rings can only be ended", () => {
  const may = possible(call({ status: "ringing", holder: "nobody" }), "me");
  expect(Object.entries(may).filter(([, can]) => can)).toEqual([["hangUp", true]]);
});

it("who took over holds, transfers and sends digits", () => {
  const may = possible(call({ holder: "person", taken_over_by: "me" }), "me");
  expect(may).toMatchObject({ hold: true, handle: true, takeOver: false, listen: false });
});

it("a caller on hold can be brought back", () => {
  const may = possible(call({ holder: "hold", taken_over_by: "me", on_hold_by: "me" }), "me");
  expect(may).toMatchObject({ hold: false, resume: true });
});

it("who is asked to take over can answer", () => {
  expect(possible(call({ takeover_requests: ["me"] }), "me").answer).toBe(true);
  expect(possible(call({ takeover_requests: ["other"] }), "me").answer).toBe(false);
});

it("nothing can be done to a call that ended", () => {
  const may = possible(call({ endedAt: "2026-01-01T10:05:00Z", listeners: ["me"] }), "me");
  expect(Object.values(may).some(Boolean)).toBe(false);
});
