/** What a rebuild came to, as `last_rebuild` of `GET /api/projections` tells it. */
export interface RebuildReport {
  model: string;
  events: number;
  load_seconds: number;
  events_per_second: number;
  difference: { position: number; tables: TableDifference[] } | null;
  switched: boolean;
  switch_ms: number | null;
}

export interface TableDifference {
  table: string;
  /** Whether the old model has this table with these columns. */
  comparable: boolean;
  equal: number;
  added: number;
  gone: number;
  different: number;
  /** The first rows that differ; values about people are not told. */
  first: { key: string[]; change: string; fields: { column: string; before: string; after: string }[] }[];
}

/** Reads it; a rebuild that failed says why. */
export function readReport(value: unknown): RebuildReport | { error: string } | null {
  if (typeof value !== "object" || value === null) return null;
  if ("error" in value) return { error: String(value.error) };
  return "switched" in value ? (value as RebuildReport) : null;
}

/** The difference in a sentence. */
export function verdict(report: RebuildReport): string {
  if (!report.difference) return "Nothing was compared.";
  const { tables } = report.difference;
  const sum = (field: "equal" | "added" | "gone" | "different") =>
    tables.reduce((all, table) => all + table[field], 0);
  const changed = sum("added") + sum("gone") + sum("different");
  const apart = tables.filter((table) => !table.comparable).map((table) => table.table);
  const shapes = apart.length > 0 ? ` New in shape, and not comparable: ${apart.join(", ")}.` : "";
  if (changed === 0) return `No row differs: ${sum("equal")} are equal.${shapes}`;
  return `${sum("different")} rows differ, ${sum("added")} are new, ${sum("gone")} are gone; ${sum("equal")} are equal.${shapes}`;
}

/** How far a rebuild has come, 0 to 100; null where that cannot be known. */
export function percent(progress: { done: number; total: number }): number | null {
  return progress.total > 0 ? Math.min(100, (progress.done / progress.total) * 100) : null;
}
