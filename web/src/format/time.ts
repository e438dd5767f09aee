/** Formats times in the browser's time zone and language. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const exactClockFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dayFormat = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const yearDayFormat = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const utcFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

/** `10:31`. */
export function clock(at: Date): string {
  return clockFormat.format(at);
}

/** `10:31:05`. */
export function exactClock(at: Date): string {
  return exactClockFormat.format(at);
}

/** `Mar 27`, with the year unless it is the current one. */
export function day(at: Date, now = new Date()): string {
  return at.getFullYear() === now.getFullYear() ? dayFormat.format(at) : yearDayFormat.format(at);
}

/** `10:31` today, else `Mar 27, 10:31`. */
export function dayAndClock(at: Date, now = new Date()): string {
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? clock(at) : `${day(at, now)}, ${clock(at)}`;
}

/** Full date and time in the browser's time zone and in UTC, for tooltips. */
export function fullTimestamp(at: Date): string {
  return `${fullFormat.format(at)}\n${utcFormat.format(at)} UTC`;
}

/** `3 min. ago`. A future time, from a clock that is ahead, counts as now. */
export function ago(at: Date, now = new Date()): string {
  const past = Math.max(0, now.getTime() - at.getTime());
  const format = (unit: Intl.RelativeTimeFormatUnit, ms: number) =>
    relativeFormat.format(-Math.trunc(past / ms), unit);
  if (past < MINUTE) return format("second", SECOND);
  if (past < HOUR) return format("minute", MINUTE);
  if (past < DAY) return format("hour", HOUR);
  return format("day", DAY);
}

/** `0:07`, `12:30`, `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `840 ms`, `1.4 s`. */
export function milliseconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
