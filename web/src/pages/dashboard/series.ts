import type { Figures, Stats } from "../../api/types";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Up to so many days the service counts by the hour. */
const BY_HOUR_UP_TO = 2;

type Bucket = Stats["series"][number];

/** A part of the period, with its figures or nothing. */
export interface Part {
  from: Date;
  to: Date;
  label: string;
  figures: Figures | null;
}

/** Whole days in UTC, as the service counts them: from the first midnight to the one behind today. */
export function period(days: number, now: Date): { from: Date; to: Date } {
  const tomorrow = Math.floor(now.getTime() / DAY) * DAY + DAY;
  return { from: new Date(tomorrow - days * DAY), to: new Date(tomorrow) };
}

/** The period in equal parts. The service leaves out parts without a call: a plot needs them, or it would lie. */
export function parts(series: readonly Bucket[], days: number, now: Date): Part[] {
  const isHourly = days <= BY_HOUR_UP_TO;
  const step = isHourly ? HOUR : DAY;
  const known = new Map(series.map((bucket) => [Date.parse(bucket.from), bucket]));
  const { from, to } = period(days, now);
  // Hours that are still to come are no hours without calls.
  const end = isHourly
    ? Math.min(to.getTime(), Math.floor(now.getTime() / HOUR) * HOUR + HOUR)
    : to.getTime();
  const all: Part[] = [];
  for (let at = from.getTime(); at < end; at += step) {
    const part = new Date(at);
    all.push({
      from: part,
      to: new Date(at + step),
      label: isHourly ? hourLabel(part) : dayLabel(part),
      figures: known.get(at) ?? null,
    });
  }
  return all;
}

function hourLabel(at: Date): string {
  return at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** Days are UTC's: in another zone their midnight is not the reader's. */
function dayLabel(at: Date): string {
  return at.toLocaleDateString(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
}
