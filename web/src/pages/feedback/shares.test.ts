import { expect, it } from "vitest";
import { byDay, byPersona, shareOf } from "./shares";

const day = (on: string, agent: string | null, version: number, good: number, bad: number) => ({
  day: on,
  agent,
  persona_version: version,
  good,
  needs_improvement: bad,
  corrections: 1,
});

const days = [
  day("2026-03-02T00:00:00Z", "a", 1, 2, 1),
  day("2026-03-01T00:00:00Z", "a", 0, 1, 1),
  day("2026-03-02T00:00:00Z", null, 0, 1, 0),
];

it("a day sums all agents", () => {
  expect(byDay(days).map(({ day: on, good }) => [on.slice(0, 10), good])).toEqual([
    ["2026-03-01", 1],
    ["2026-03-02", 3],
  ]);
});

it("personas are sorted by agent, newest version first", () => {
  expect(byPersona(days).map(({ agent, version }) => [agent, version])).toEqual([
    [null, 0],
    ["a", 1],
    ["a", 0],
  ]);
});

it("the share is null without grades", () => {
  expect(shareOf({ good: 0, needsImprovement: 0 })).toBeNull();
  expect(shareOf({ good: 3, needsImprovement: 1 })).toBe(0.75);
});
