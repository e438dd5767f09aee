import type { Figures, Stats } from "../../api/types";

type Bucket = Stats["series"][number];

/** The calls of a bar: whole days (`2026-03-27`, in the tenant's zone, inclusive), or timestamps. */
export interface Period {
  from: string;
  to: string;
}

/** An hour or a day of the period. */
export interface Part {
  period: Period;
  label: string;
  /** Null without calls: an average of nothing is unknown. */
  figures: Figures | null;
}

/** The local date of a time with the offset of its zone. */
export function localDate(at: string): string {
  return at.slice(0, 10);
}

/** The hours or days of the period, with labels in the tenant's zone. */
export function parts({ series, from, to, time_zone }: Stats): Part[] {
  // The service returns hours for up to two days.
  const isHourly = Date.parse(to) - Date.parse(from) <= 49 * 3_600_000;
  const hour = new Intl.DateTimeFormat(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: time_zone,
  });
  const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: time_zone });
  return series.map((bucket) => ({
    period: isHourly ? hourOf(bucket) : { from: localDate(bucket.from), to: localDate(bucket.from) },
    label: (isHourly ? hour : day).format(new Date(bucket.from)),
    figures: bucket.calls > 0 ? bucket : null,
  }));
}

function hourOf({ from, to }: Bucket): Period {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
