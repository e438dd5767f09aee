import { describe, expect, it } from "vitest";
import { callsSearch, dayOf, isNarrowed } from "./search";

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

it("the day of a timestamp is that of the time zone", () => {
  expect(dayOf("2026-03-28T04:30:00Z", "America/Los_Angeles")).toBe("2026-03-27");
  expect(dayOf("2026-03-28T04:30:00Z", "Asia/Kathmandu")).toBe("2026-03-28");
  expect(dayOf("2026-03-27", "Asia/Kathmandu")).toBe("2026-03-27");
  expect(dayOf(undefined, "UTC")).toBeNull();
});

it("the filter alone does not count as narrowing", () => {
  expect(isNarrowed({ filter: "failed", cursor: "x" })).toBe(false);
  expect(isNarrowed({ q: "refund" })).toBe(true);
});
