import type { Personas, PersonaVersion } from "../../../api/types";

type Rollback = Personas["rollbacks"][number];

/** Identifies a correction on the API. */
export interface CorrectionId {
  call_id: string;
  correction: number;
}

/** An entry of a persona's history: a version or a rollback. */
export type Entry =
  | { kind: "version"; at: string; version: PersonaVersion }
  | { kind: "rollback"; at: string; rollback: Rollback };

/**
 * Versions and rollbacks, latest first. Rollbacks older than the oldest loaded version are left out until its page is
 * loaded.
 */
export function entriesOf(pages: readonly Personas[]): Entry[] {
  const versions = pages.flatMap((page) => page.versions);
  const isWhole = pages.at(-1)?.earlier == null;
  const first = versions.at(-1)?.proposed_at ?? "";
  const entries: Entry[] = [
    ...versions.map((version) => ({ kind: "version" as const, at: version.proposed_at, version })),
    ...(pages[0]?.rollbacks ?? [])
      .filter(({ at }) => isWhole || at >= first)
      .map((rollback) => ({ kind: "rollback" as const, at: rollback.at, rollback })),
  ];
  return entries.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** The display name of a version; 0 is the base prompt. */
export function versionName(version: number): string {
  return version === 0 ? "the base prompt" : `version ${version}`;
}

/** A string key of a correction, for sets and list keys. */
export function correctionKey({ call_id, correction }: CorrectionId): string {
  return `${correction} ${call_id}`;
}

/** Parses a `correctionKey`. */
export function correctionOf(key: string): CorrectionId {
  const [number = "", ...call] = key.split(" ");
  return { call_id: call.join(" "), correction: Number(number) };
}

/** The non-rejected versions that use a correction, by `correctionKey`. */
export function usedIn(versions: readonly PersonaVersion[]): Map<string, number[]> {
  const used = new Map<string, number[]>();
  for (const { version, state, sources } of versions) {
    if (state === "rejected") continue;
    for (const { call_id, correction } of sources) {
      if (call_id == null || correction == null) continue;
      const key = correctionKey({ call_id, correction });
      used.set(key, [...(used.get(key) ?? []), version]);
    }
  }
  return used;
}

/** The rules as they are sent: whitespace collapsed, empty ones dropped. */
export function cleanRules(rules: readonly string[]): string[] {
  return rules.map((rule) => rule.replace(/\s+/g, " ").trim()).filter((rule) => rule !== "");
}

/** The rules added and removed between two lists. */
export function changeBetween(before: readonly string[], after: readonly string[]) {
  return {
    added: [...new Set(after)].filter((rule) => !before.includes(rule)),
    removed: before.filter((rule) => !after.includes(rule)),
  };
}
