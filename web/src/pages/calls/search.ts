/** The URL search parameters of the call list. */
export interface CallsSearch {
  filter?: Filter;
  q?: string;
  /** A day (`2026-03-27`, in the tenant's zone) or a timestamp (RFC 3339). */
  from?: string;
  /** The last day, inclusive; or a timestamp, exclusive. */
  to?: string;
  agent?: string;
  grade?: "good" | "needs_improvement";
  cursor?: string;
}

export const FILTERS = [
  { value: "all", label: "All" },
  { value: "inbound", label: "Inbound" },
  { value: "outbound", label: "Outbound" },
  { value: "voicemail", label: "Voicemail" },
  { value: "failed", label: "Failed" },
  { value: "busy_no_answer", label: "Busy / no answer" },
  { value: "resolved", label: "Resolved" },
] as const;

/** Filters of the “More” menu; the dashboard and the review queue link to them, too. */
export const MORE_FILTERS = [
  { value: "missed", label: "Missed" },
  { value: "answered", label: "Answered" },
  { value: "taken_over", label: "Taken over" },
  { value: "transferred", label: "Transferred" },
  { value: "recorded", label: "Recorded" },
  { value: "pending_review", label: "Pending review" },
] as const;

export type Filter = (typeof FILTERS | typeof MORE_FILTERS)[number]["value"];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Parses the URL search; invalid values are dropped, so that an old link still opens. */
export function callsSearch(search: Record<string, unknown>): CallsSearch {
  const filter = [...FILTERS, ...MORE_FILTERS].find(({ value }) => value === search.filter)?.value;
  return {
    filter: filter === "all" ? undefined : filter,
    q: text(search.q),
    from: when(search.from),
    to: when(search.to),
    agent: text(search.agent),
    grade: search.grade === "good" || search.grade === "needs_improvement" ? search.grade : undefined,
    cursor: text(search.cursor),
  };
}

/** Whether anything besides the filter narrows the list; its length then differs from the filter's count. */
export function isNarrowed({ q, from, to, agent, grade }: CallsSearch): boolean {
  return [q, from, to, agent, grade].some((value) => value !== undefined);
}

/** The calendar day of a day or timestamp, in a time zone. */
export function dayOf(value: string | undefined, timeZone: string): string | null {
  if (!value) return null;
  if (DAY.test(value)) return value;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const parts = new Map(format.formatToParts(new Date(value)).map((part) => [part.type, part.value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

function text(value: unknown): string | undefined {
  // The router parses `q=504` as a number.
  const string = typeof value === "number" ? String(value) : value;
  return typeof string === "string" && string !== "" ? string : undefined;
}

function when(value: unknown): string | undefined {
  const string = text(value);
  return string && !Number.isNaN(Date.parse(string)) ? string : undefined;
}
