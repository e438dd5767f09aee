import type { Hours } from "../../api/types";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type DayName = (typeof DAYS)[number];
export type Week = Record<DayName, string[]>;

const MINUTES_OF_DAY = 24 * 60;

/** Part of a day, in minutes from midnight; 1440 is the midnight that ends the day. */
export interface Range {
  from: number;
  to: number;
}

/** Parses `09:00-17:00`; null when the text is malformed. */
export function parseRange(text: string): Range | null {
  const match = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const [h1, m1, h2, m2] = match.slice(1).map(Number) as [number, number, number, number];
  const range = { from: h1 * 60 + m1, to: h2 * 60 + m2 };
  return m1 < 60 && m2 < 60 && range.to <= MINUTES_OF_DAY ? range : null;
}

export function formatRange({ from, to }: Range): string {
  return `${formatTime(from)}-${formatTime(to)}`;
}

export function formatTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The validation error of a day's ranges, or null. The service applies the same rules. */
export function problemOfDay(ranges: readonly string[]): string | null {
  let before: Range | null = null;
  for (const text of ranges) {
    const range = parseRange(text);
    if (!range) return "Enter both times.";
    if (range.to <= range.from) return `${text}: the end must be after the start.`;
    if (before && range.from < before.to) return "The hours overlap or are out of order.";
    before = range;
  }
  return null;
}

/** Adds a range: 09:00-17:00 first, then up to four hours after a one-hour break. Unchanged when the day is full. */
export function withAnother(ranges: readonly string[]): string[] {
  const last = ranges.length > 0 ? parseRange(ranges.at(-1) as string) : null;
  if (!last) return [...ranges, "09:00-17:00"];
  const from = Math.min(last.to + 60, MINUTES_OF_DAY - 60);
  if (from <= last.to) return [...ranges];
  return [...ranges, formatRange({ from, to: Math.min(from + 240, MINUTES_OF_DAY) })];
}

/** Sets one end of a range from a time input; an end of `00:00` becomes `24:00`. */
export function withTime(range: string, part: "from" | "to", time: string): string {
  const [from = "", to = ""] = range.split("-");
  if (part === "from") return `${time}-${to}`;
  return `${from}-${time === "00:00" ? "24:00" : time}`;
}

/** Copies the ranges to Monday through Friday. */
export function onWeekdays(week: Week, ranges: readonly string[]): Week {
  const weekdays = DAYS.slice(0, 5).map((day) => [day, [...ranges]]);
  return { ...week, ...Object.fromEntries(weekdays) };
}

/** The default hours: Monday through Friday, 09:00-17:00. */
export function defaultHours(timeZone: string): Hours {
  const none = Object.fromEntries(DAYS.map((day) => [day, []])) as unknown as Week;
  return { time_zone: timeZone, days: onWeekdays(none, ["09:00-17:00"]) };
}

/** All seven days; days missing from the response are closed. */
export function wholeWeek(days: Hours["days"]): Week {
  return Object.fromEntries(DAYS.map((day) => [day, [...(days[day] ?? [])]])) as Week;
}

/** Day of the week (0 is Monday) and minute of the day, in a time zone. */
export function localTime(at: Date, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return {
    day: DAYS.indexOf(part("weekday").toLowerCase() as DayName),
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

/** Whether the hours are open at a time; ignores the emergency closure. */
export function isOpenAt(hours: Hours, at: Date): boolean {
  const { day, minute } = localTime(at, hours.time_zone);
  const name = DAYS[day];
  const today = name ? (hours.days[name] ?? []) : [];
  return today.some((text) => {
    const range = parseRange(text);
    return range !== null && range.from <= minute && minute < range.to;
  });
}

/**
 * The next opening or closing; null when there is none within eight days. Searched minute by minute, so daylight saving
 * changes need no special case.
 */
export function nextChange(hours: Hours, at: Date): Date | null {
  const now = isOpenAt(hours, at);
  const start = Math.floor(at.getTime() / 60_000) * 60_000;
  // Steps of 15 minutes find the window, then single minutes find the exact change.
  for (let step = 15; step <= 8 * MINUTES_OF_DAY; step += 15) {
    if (isOpenAt(hours, new Date(start + step * 60_000)) === now) continue;
    for (let minute = step - 14; minute <= step; minute += 1) {
      const moment = new Date(start + minute * 60_000);
      if (isOpenAt(hours, moment) !== now) return moment;
    }
  }
  return null;
}
