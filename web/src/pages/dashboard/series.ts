import type { Figures, Stats } from "../../api/types";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The service returns hourly buckets for periods up to this many days. */
const MAX_HOURLY_DAYS = 2;

type Bucket = Stats["series"][number];

/** An hour or a day of the period; `figures` is null without calls. */
export interface Part {
  from: Date;
  to: Date;
  label: string;
  figures: Figures | null;
}

/** Whole UTC days, as the service counts them, ending at the midnight after today. */
export function period(days: number, now: Date): { from: Date; to: Date } {
  const tomorrow = Math.floor(now.getTime() / DAY) * DAY + DAY;
  return { from: new Date(tomorrow - days * DAY), to: new Date(tomorrow) };
}

/** Splits the period into equal parts, including the empty ones that the service omits. */
export function parts(series: readonly Bucket[], days: number, now: Date): Part[] {
  const isHourly = days <= MAX_HOURLY_DAYS;
  const step = isHourly ? HOUR : DAY;
  const known = new Map(series.map((bucket) => [Date.parse(bucket.from), bucket]));
  const { from, to } = period(days, now);
  // Future hours are left out; they are not hours without calls.
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

/** Formatted in UTC, as the days are UTC days. */
function dayLabel(at: Date): string {
  return at.toLocaleDateString(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
}
