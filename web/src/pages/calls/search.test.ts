import { describe, expect, it } from "vitest";
import { callsQuery, callsSearch, dayOf, isNarrowed } from "./search";

describe("the address", () => {
  it("keeps what makes sense and drops the rest", () => {
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
  it("says nothing about the filter that holds everything", () => {
    expect(callsSearch({ filter: "all" }).filter).toBeUndefined();
  });
  it("opens calls that were missed, for the dashboard", () => {
    expect(callsSearch({ filter: "missed" }).filter).toBe("missed");
    expect(callsSearch({ filter: "taken_over" }).filter).toBe("taken_over");
    expect(callsSearch({ filter: "taken" }).filter).toBeUndefined();
  });
});

describe("a range of days", () => {
  it("ends with the midnight after its last day", () => {
    const { from, to } = callsQuery({ from: "2026-03-27", to: "2026-03-27" });
    expect(new Date(from as string).getHours()).toBe(0);
    expect(Date.parse(to as string) - Date.parse(from as string)).toBe(24 * 3_600_000);
  });
  it("may be given by moments, which stay as they are", () => {
    const moment = "2026-03-27T12:00:00Z";
    expect(callsQuery({ from: moment }).from).toBe(moment);
    expect(dayOf(moment)).toMatch(/^2026-03-2[678]$/);
  });
});

it("the filter alone does not narrow a list down further", () => {
  expect(isNarrowed({ filter: "failed", cursor: "x" })).toBe(false);
  expect(isNarrowed({ q: "refund" })).toBe(true);
});
