import { expect, it } from "vitest";
import { activeCall } from "../feed/testMessages";
import { allowedActions } from "./allowedActions";
import { fromSnapshot, type LiveCall } from "./liveCall";

const call = (change: Partial<LiveCall> = {}): LiveCall => ({
  ...fromSnapshot(activeCall(), 1),
  ...change,
});

it("a call of the assistant allows listen, take over and hang up", () => {
  expect(allowedActions(call(), "me")).toMatchObject({
    listen: true,
    takeOver: true,
    hold: false,
    handle: false,
    hangUp: true,
  });
});

it("a listener to the assistant can stop, and can listen here unless this page already plays the call", () => {
  const listening = call({ listeners: ["me"] });
  expect(allowedActions(listening, "me", true)).toMatchObject({ listen: false, stopListening: true });
  expect(allowedActions(listening, "me")).toMatchObject({ listen: true, stopListening: true });
  expect(allowedActions(call(), "me", true)).toMatchObject({ listen: false, stopListening: true });
});

it("a listener to a taken-over call can stop, and other users can listen", () => {
  const taken = { holder: "team_member", taken_over_by: "other" };
  expect(allowedActions(call({ ...taken, listeners: ["me"] }), "me")).toMatchObject({
    listen: false,
    stopListening: true,
  });
  expect(allowedActions(call(taken), "me")).toMatchObject({ listen: true, stopListening: false });
});

it("a ringing call allows only hang up", () => {
  const may = allowedActions(call({ status: "ringing", holder: "none" }), "me");
  expect(Object.entries(may).filter(([, can]) => can)).toEqual([["hangUp", true]]);
});

it("a taken-over call allows hold, transfer and keypad", () => {
  const may = allowedActions(call({ holder: "team_member", taken_over_by: "me" }), "me");
  expect(may).toMatchObject({ hold: true, handle: true, takeOver: false, listen: false });
});

it("a held call allows resume", () => {
  const may = allowedActions(call({ holder: "hold", taken_over_by: "me", on_hold_by: "me" }), "me");
  expect(may).toMatchObject({ hold: false, resume: true });
});

it("only the user who was asked to take over can answer", () => {
  expect(allowedActions(call({ takeover_requests: ["me"] }), "me").answer).toBe(true);
  expect(allowedActions(call({ takeover_requests: ["other"] }), "me").answer).toBe(false);
});

it("an ended call allows nothing", () => {
  const may = allowedActions(call({ endedAt: "2026-01-01T10:05:00Z", listeners: ["me"] }), "me");
  expect(Object.values(may).some(Boolean)).toBe(false);
});
