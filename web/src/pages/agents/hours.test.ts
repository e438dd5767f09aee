import { describe, expect, it } from "vitest";
import {
  isOpenAt,
  nextChange,
  onWeekdays,
  parseRange,
  problemOfDay,
  usualHours,
  wholeWeek,
  withAnother,
  withTime,
} from "./hours";

describe("a day", () => {
  it("may have several times, in order", () => {
    expect(problemOfDay(["09:00-12:00", "13:00-24:00"])).toBeNull();
    expect(problemOfDay([])).toBeNull();
  });
  it("is refused when its times make no sense", () => {
    expect(problemOfDay(["12:00-09:00"])).toContain("12:00-09:00");
    expect(problemOfDay(["09:00-12:00", "11:00-13:00"])).toContain("overlap");
    expect(problemOfDay(["09:00-"])).not.toBeNull();
    expect(parseRange("09:00-24:01")).toBeNull();
  });
  it("gets another time after a break, until it is full", () => {
    expect(withAnother([])).toEqual(["09:00-17:00"]);
    expect(withAnother(["09:00-12:00"])).toEqual(["09:00-12:00", "13:00-17:00"]);
    expect(withAnother(["09:00-24:00"])).toEqual(["09:00-24:00"]);
  });
  it("ends with midnight when an input says 00:00", () => {
    expect(withTime("09:00-17:00", "to", "00:00")).toBe("09:00-24:00");
    expect(withTime("09:00-17:00", "from", "00:00")).toBe("00:00-17:00");
  });
});

it("one day's hours go for all weekdays", () => {
  const week = onWeekdays(wholeWeek({ sunday: ["10:00-12:00"] } as never), ["08:00-16:00"]);
  expect(week.friday).toEqual(["08:00-16:00"]);
  expect(week.saturday).toEqual([]);
  expect(week.sunday).toEqual(["10:00-12:00"]);
});

describe("whether somebody answers", () => {
  const hours = usualHours("America/Chicago");
  it("is asked in the agent's time zone", () => {
    // Friday, 27 March 2026: Chicago is five hours behind UTC.
    expect(isOpenAt(hours, new Date("2026-03-27T13:59:00Z"))).toBe(false);
    expect(isOpenAt(hours, new Date("2026-03-27T14:00:00Z"))).toBe(true);
    expect(isOpenAt(hours, new Date("2026-03-27T22:00:00Z"))).toBe(false);
    expect(isOpenAt(hours, new Date("2026-03-28T15:00:00Z"))).toBe(false);
  });
  it("changes at the next opening, across the weekend", () => {
    expect(nextChange(hours, new Date("2026-03-27T22:30:00Z"))?.toISOString()).toBe(
      "2026-03-30T14:00:00.000Z",
    );
  });
  it("changes at an hour that is not a quarter too", () => {
    const odd = { time_zone: "UTC", days: { friday: ["09:00-09:07"] } } as never;
    expect(nextChange(odd, new Date("2026-03-27T09:01:30Z"))?.toISOString()).toBe("2026-03-27T09:07:00.000Z");
  });
  it("never changes where it never opens", () => {
    expect(nextChange({ time_zone: "UTC", days: {} } as never, new Date())).toBeNull();
  });
});
