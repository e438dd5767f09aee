/** The result of a rebuild: `last_rebuild` of `GET /api/projections`. */
export interface RebuildReport {
  model: string;
  events: number;
  load_seconds: number;
  events_per_second: number;
  difference: { position: number; tables: TableDifference[] } | null;
  switched: boolean;
  switch_ms: number | null;
  /** Events that could not be applied, with later events of the same streams. Absent in reports of earlier versions. */
  parked?: number;
  /** The first of these. */
  dead_letters?: { position: number; event_type: string; reason: string }[];
}

export interface TableDifference {
  table: string;
  /** Whether the current model has this table with the same columns. */
  comparable: boolean;
  equal: number;
  added: number;
  gone: number;
  different: number;
  /** The first rows that differ; personal values are left out. */
  first: { key: string[]; change: string; fields: { column: string; before: string; after: string }[] }[];
}

/** Parses `last_rebuild`; a failed rebuild has only an error. */
export function readReport(value: unknown): RebuildReport | { error: string } | null {
  if (typeof value !== "object" || value === null) return null;
  if ("error" in value) return { error: String(value.error) };
  return "switched" in value ? (value as RebuildReport) : null;
}

/** The difference as a sentence. */
export function verdict(report: RebuildReport): string {
  if (!report.difference) return "Nothing compared.";
  const { tables } = report.difference;
  const sum = (field: "equal" | "added" | "gone" | "different") =>
    tables.reduce((all, table) => all + table[field], 0);
  const changed = sum("added") + sum("gone") + sum("different");
  const incomparable = tables.filter((table) => !table.comparable).map((table) => table.table);
  const shapes =
    incomparable.length > 0 ? ` Schema changed, not comparable: ${incomparable.join(", ")}.` : "";
  if (changed === 0) return `No differences: ${sum("equal")} rows are equal.${shapes}`;
  return `${sum("different")} rows changed, ${sum("added")} added, ${sum("gone")} removed; ${sum("equal")} equal.${shapes}`;
}

/** The events that a rebuild could not apply, as a sentence; null if there are none. */
export function leftOut(report: RebuildReport): string | null {
  const { parked = 0, dead_letters = [] } = report;
  if (parked === 0) return null;
  const first = dead_letters.map(
    ({ position, event_type, reason }) => `${position} (${event_type}: ${reason})`,
  );
  const more = parked > first.length ? " …" : "";
  return `${parked === 1 ? "1 event" : `${parked} events`} could not be applied: ${first.join(", ")}${more}`;
}

/** Progress in percent; null without a total. */
export function percent(progress: { done: number; total: number }): number | null {
  return progress.total > 0 ? Math.min(100, (progress.done / progress.total) * 100) : null;
}
