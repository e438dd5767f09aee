import { expect, it } from "vitest";
import type { Stats } from "../../api/types";
import { parts } from "./series";

const stats = (series: { from: string; to: string; calls: number }[], from: string, to: string) =>
  ({ series, from, to, time_zone: "America/Los_Angeles" }) as Stats;

it("a day opens the calls of its local date, also when it has 23 hours", () => {
  const days = [
    { from: "2026-03-07T00:00:00.000000-08:00", to: "2026-03-08T00:00:00.000000-08:00", calls: 0 },
    { from: "2026-03-08T00:00:00.000000-08:00", to: "2026-03-09T00:00:00.000000-07:00", calls: 2 },
    { from: "2026-03-09T00:00:00.000000-07:00", to: "2026-03-10T00:00:00.000000-07:00", calls: 1 },
  ];
  const all = parts(stats(days, days[0]?.from ?? "", days[2]?.to ?? ""));
  expect(all.map(({ period }) => period)).toEqual([
    { from: "2026-03-07", to: "2026-03-07" },
    { from: "2026-03-08", to: "2026-03-08" },
    { from: "2026-03-09", to: "2026-03-09" },
  ]);
  expect(all.map(({ label }) => label)).toEqual(["Mar 7", "Mar 8", "Mar 9"]);
  expect(all.map(({ figures }) => figures?.calls)).toEqual([undefined, 2, 1]);
});

it("an hour is labeled in the tenant's zone and opens its calls", () => {
  const hour = { from: "2026-03-07T21:00:00.000000-08:00", to: "2026-03-07T22:00:00.000000-08:00", calls: 1 };
  const [part] = parts(stats([hour], "2026-03-07T00:00:00.000000-08:00", "2026-03-08T00:00:00.000000-08:00"));
  expect(part?.label).toMatch(/^(21:00|09:00 PM)$/);
  expect(part?.period).toEqual({ from: "2026-03-08T05:00:00.000Z", to: "2026-03-08T06:00:00.000Z" });
});
