/** What the address of the list of calls says. */
export interface CallsSearch {
  filter?: Filter;
  q?: string;
  /** A day (`2026-03-27`, in the reader's zone) or a moment (RFC 3339). */
  from?: string;
  /** The last day, included; or the moment before which calls began. */
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

/** What figures of the dashboard and the review queue ask for, too; behind “More”. */
export const MORE_FILTERS = [
  { value: "missed", label: "Missed" },
  { value: "answered", label: "Answered" },
  { value: "taken_over", label: "Taken over" },
  { value: "transferred", label: "Transferred" },
  { value: "recorded", label: "Recorded" },
  { value: "pending_review", label: "To review" },
] as const;

export type Filter = (typeof FILTERS | typeof MORE_FILTERS)[number]["value"];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the address; what makes no sense is left out, so that an old link opens something. */
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

/** The same as parameters of `GET /api/call-logs`: days become moments at the reader's midnight. */
export function callsQuery(search: CallsSearch) {
  return {
    filter: search.filter,
    q: search.q,
    from: search.from && (DAY.test(search.from) ? midnight(search.from, 0) : search.from),
    to: search.to && (DAY.test(search.to) ? midnight(search.to, 1) : search.to),
    agent: search.agent,
    grade: search.grade,
    cursor: search.cursor,
  };
}

/** Whether anything but the filter narrows the list down: then its count is not the filter's. */
export function isNarrowed({ q, from, to, agent, grade }: CallsSearch): boolean {
  return [q, from, to, agent, grade].some((value) => value !== undefined);
}

/** The day of the reader's calendar in which a day or a moment lies. */
export function dayOf(value: string | undefined): string | null {
  if (!value) return null;
  if (DAY.test(value)) return value;
  const at = new Date(value);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function midnight(day: string, plusDays: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + plusDays).toISOString();
}

function text(value: unknown): string | undefined {
  // The router reads `q=504` as a number.
  const string = typeof value === "number" ? String(value) : value;
  return typeof string === "string" && string !== "" ? string : undefined;
}

function when(value: unknown): string | undefined {
  const string = text(value);
  return string && !Number.isNaN(Date.parse(string)) ? string : undefined;
}
