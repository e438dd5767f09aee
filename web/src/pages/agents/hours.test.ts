import { describe, expect, it } from "vitest";
import {
  defaultHours,
  isOpenAt,
  nextChange,
  onWeekdays,
  parseRange,
  problemOfDay,
  wholeWeek,
  withAnother,
  withTime,
} from "./hours";

describe("the hours of a day", () => {
  it("may have several ranges in order", () => {
    expect(problemOfDay(["09:00-12:00", "13:00-24:00"])).toBeNull();
    expect(problemOfDay([])).toBeNull();
  });
  it("are rejected when a range is malformed, empty or overlapping", () => {
    expect(problemOfDay(["12:00-09:00"])).toContain("12:00-09:00");
    expect(problemOfDay(["09:00-12:00", "11:00-13:00"])).toContain("overlap");
    expect(problemOfDay(["09:00-"])).not.toBeNull();
    expect(parseRange("09:00-24:01")).toBeNull();
  });
  it("gain a range after a break until the day is full", () => {
    expect(withAnother([])).toEqual(["09:00-17:00"]);
    expect(withAnother(["09:00-12:00"])).toEqual(["09:00-12:00", "13:00-17:00"]);
    expect(withAnother(["09:00-24:00"])).toEqual(["09:00-24:00"]);
  });
  it("end at 24:00 when the end input is 00:00", () => {
    expect(withTime("09:00-17:00", "to", "00:00")).toBe("09:00-24:00");
    expect(withTime("09:00-17:00", "from", "00:00")).toBe("00:00-17:00");
  });
});

it("copying a day to weekdays leaves the weekend unchanged", () => {
  const week = onWeekdays(wholeWeek({ sunday: ["10:00-12:00"] } as never), ["08:00-16:00"]);
  expect(week.friday).toEqual(["08:00-16:00"]);
  expect(week.saturday).toEqual([]);
  expect(week.sunday).toEqual(["10:00-12:00"]);
});

describe("opening hours", () => {
  const hours = defaultHours("America/Chicago");
  it("are evaluated in the agent's time zone", () => {
    // Friday, 27 March 2026: Chicago is five hours behind UTC.
    expect(isOpenAt(hours, new Date("2026-03-27T13:59:00Z"))).toBe(false);
    expect(isOpenAt(hours, new Date("2026-03-27T14:00:00Z"))).toBe(true);
    expect(isOpenAt(hours, new Date("2026-03-27T22:00:00Z"))).toBe(false);
    expect(isOpenAt(hours, new Date("2026-03-28T15:00:00Z"))).toBe(false);
  });
  it("next change after Friday closing is the Monday opening", () => {
    expect(nextChange(hours, new Date("2026-03-27T22:30:00Z"))?.toISOString()).toBe(
      "2026-03-30T14:00:00.000Z",
    );
  });
  it("next change is found when it is not on a quarter hour", () => {
    const odd = { time_zone: "UTC", days: { friday: ["09:00-09:07"] } } as never;
    expect(nextChange(odd, new Date("2026-03-27T09:01:30Z"))?.toISOString()).toBe("2026-03-27T09:07:00.000Z");
  });
  it("next change is null when there are no hours", () => {
    expect(nextChange({ time_zone: "UTC", days: {} } as never, new Date())).toBeNull();
  });
});
