import { describe, expect, it } from "vitest";
import { callsQuery, callsSearch, dayOf, isNarrowed } from "./search";

describe("the URL search", () => {
  it("keeps valid parameters and drops invalid ones", () => {
    expect(
      callsSearch({ filter: "voicemail", q: 504, from: "2026-03-27", to: "never", grade: "bad" }),
    ).toEqual({
      filter: "voicemail",
      q: "504",
      from: "2026-03-27",
      to: undefined,
      agent: undefined,
      grade: undefined,
      cursor: undefined,
    });
  });
  it("omits the filter all", () => {
    expect(callsSearch({ filter: "all" }).filter).toBeUndefined();
  });
  it("accepts the filters that the dashboard links to", () => {
    expect(callsSearch({ filter: "missed" }).filter).toBe("missed");
    expect(callsSearch({ filter: "taken_over" }).filter).toBe("taken_over");
    expect(callsSearch({ filter: "taken" }).filter).toBeUndefined();
  });
});

describe("a date range", () => {
  it("ends at the midnight after its last day", () => {
    const { from, to } = callsQuery({ from: "2026-03-27", to: "2026-03-27" });
    expect(new Date(from as string).getHours()).toBe(0);
    expect(Date.parse(to as string) - Date.parse(from as string)).toBe(24 * 3_600_000);
  });
  it("keeps timestamps unchanged", () => {
    const timestamp = "2026-03-27T12:00:00Z";
    expect(callsQuery({ from: timestamp }).from).toBe(timestamp);
    expect(dayOf(timestamp)).toMatch(/^2026-03-2[678]$/);
  });
});

it("the filter alone does not count as narrowing", () => {
  expect(isNarrowed({ filter: "failed", cursor: "x" })).toBe(false);
  expect(isNarrowed({ q: "refund" })).toBe(true);
});
