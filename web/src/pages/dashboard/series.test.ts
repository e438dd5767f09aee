import { expect, it } from "vitest";
import type { Stats } from "../../api/types";
import { parts, period } from "./series";

const now = new Date("2026-03-27T14:30:00Z");
const bucket = (from: string, calls: number) => ({ from, calls }) as Stats["series"][number];

it("a period ends after today", () => {
  const { from, to } = period(7, now);
  expect(from.toISOString()).toBe("2026-03-21T00:00:00.000Z");
  expect(to.toISOString()).toBe("2026-03-28T00:00:00.000Z");
});

it("days without calls are included", () => {
  const all = parts([bucket("2026-03-25T00:00:00.000000Z", 4)], 7, now);
  expect(all).toHaveLength(7);
  expect(all.map((part) => part.figures?.calls ?? 0)).toEqual([0, 0, 0, 0, 4, 0, 0]);
});

it("a one-day period is hourly, up to the current hour", () => {
  const all = parts([bucket("2026-03-27T14:00:00.000000Z", 2)], 1, now);
  expect(all).toHaveLength(15);
  expect(all.at(-1)?.figures?.calls).toBe(2);
  expect(all.at(-1)?.to.toISOString()).toBe("2026-03-27T15:00:00.000Z");
});
