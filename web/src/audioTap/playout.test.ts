import { beforeEach, describe, expect, it } from "vitest";
import { LEAD, MOST, Timing } from "./playout";

let timing: Timing;
beforeEach(() => {
  timing = new Timing();
});

/** Plays pieces of 20 ms that come at these times; gives when each is played. */
const played = (...comes: number[]) => comes.map((now, n) => timing.place(n * 20, now).at);

it("pieces follow each other without a gap, however unevenly they come", () => {
  const at = played(10, 10.02, 10.1, 10.1, 10.1, 10.11);
  at.forEach((time, n) => {
    expect(time).toBeCloseTo(10 + LEAD + n * 0.02);
  });
});

it("both tracks of one moment are heard at once", () => {
  expect(timing.place(500, 3).at).toBe(timing.place(500, 3.01).at);
});

it("a stream that was joined in the middle begins at once", () => {
  expect(timing.place(3_600_000, 5).at).toBeCloseTo(5 + LEAD);
  expect(timing.place(3_600_020, 5.02).at).toBeCloseTo(5 + LEAD + 0.02);
});

describe("a piece that comes too late", () => {
  it("is played all the same, and what follows keeps its distance", () => {
    played(10);
    const late = timing.place(20, 11);
    expect(late).toEqual({ at: 11 + LEAD, cuts: false });
    expect(timing.place(40, 11.02).at).toBeCloseTo(11 + LEAD + 0.02);
  });
});

describe("more than can be played", () => {
  it("is cut, so that what is heard is what is said now", () => {
    timing.place(0, 10);
    const full = timing.place((MOST - LEAD) * 1_000 - 20, 10);
    expect(full.cuts).toBe(false);
    const over = timing.place((MOST - LEAD) * 1_000 + 20, 10);
    expect(over).toEqual({ at: 10 + LEAD, cuts: true });
    expect(timing.place((MOST - LEAD) * 1_000 + 40, 10).cuts).toBe(false);
  });
});

it("another stream begins at its own beginning", () => {
  played(10, 10.02, 10.04);
  timing.reset();
  expect(timing.place(0, 10.06)).toEqual({ at: 10.06 + LEAD, cuts: false });
});
