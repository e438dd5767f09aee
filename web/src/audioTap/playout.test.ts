import { beforeEach, describe, expect, it } from "vitest";
import { MAX_AHEAD_S, PLAYOUT_DELAY_S, PlayoutScheduler } from "./playout";

let playout: PlayoutScheduler;
beforeEach(() => {
  playout = new PlayoutScheduler();
});

/** Schedules frames of 20 ms that arrive at these times; returns the playout time of each. */
const scheduleAll = (...arrivals: number[]) => arrivals.map((now, n) => playout.schedule(n * 20, now).at);

it("frames play without gaps when they arrive with jitter", () => {
  const at = scheduleAll(10, 10.02, 10.1, 10.1, 10.1, 10.11);
  at.forEach((time, n) => {
    expect(time).toBeCloseTo(10 + PLAYOUT_DELAY_S + n * 0.02);
  });
});

it("frames of both tracks with the same time play at the same time", () => {
  expect(playout.schedule(500, 3).at).toBe(playout.schedule(500, 3.01).at);
});

it("a stream that is joined in the middle starts without extra delay", () => {
  expect(playout.schedule(3_600_000, 5).at).toBeCloseTo(5 + PLAYOUT_DELAY_S);
  expect(playout.schedule(3_600_020, 5.02).at).toBeCloseTo(5 + PLAYOUT_DELAY_S + 0.02);
});

describe("a frame that arrives too late", () => {
  it("is played, and the following frames keep their distance", () => {
    scheduleAll(10);
    const late = playout.schedule(20, 11);
    expect(late).toEqual({ at: 11 + PLAYOUT_DELAY_S, flush: false });
    expect(playout.schedule(40, 11.02).at).toBeCloseTo(11 + PLAYOUT_DELAY_S + 0.02);
  });
});

describe("frames beyond the buffer limit", () => {
  it("flush the scheduled audio", () => {
    playout.schedule(0, 10);
    const full = playout.schedule((MAX_AHEAD_S - PLAYOUT_DELAY_S) * 1_000 - 20, 10);
    expect(full.flush).toBe(false);
    const over = playout.schedule((MAX_AHEAD_S - PLAYOUT_DELAY_S) * 1_000 + 20, 10);
    expect(over).toEqual({ at: 10 + PLAYOUT_DELAY_S, flush: true });
    expect(playout.schedule((MAX_AHEAD_S - PLAYOUT_DELAY_S) * 1_000 + 40, 10).flush).toBe(false);
  });
});

it("a new stream after a reset starts at its own origin", () => {
  scheduleAll(10, 10.02, 10.04);
  playout.reset();
  expect(playout.schedule(0, 10.06)).toEqual({ at: 10.06 + PLAYOUT_DELAY_S, flush: false });
});
