import type { Personas, PersonaVersion } from "../../../api/types";

type Rollback = Personas["rollbacks"][number];

/** A correction, as the service wants it named. */
export interface CorrectionName {
  call_id: string;
  correction: number;
}

/** Something in an agent's history: a version, or that the agent went back to an earlier one. */
export type Entry =
  | { kind: "version"; at: string; version: PersonaVersion }
  | { kind: "rollback"; at: string; rollback: Rollback };

/**
 * Versions and what was gone back to, the latest first. Of what was gone back to, only what lies in the time of the versions
 * that are shown: earlier ones come with theirs.
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

/** What a version is called: 0 is the prompt alone. */
export function versionName(version: number): string {
  return version === 0 ? "the prompt alone" : `version ${version}`;
}

/** One name for a correction: for sets and for keys of lists. */
export function nameOf({ call_id, correction }: CorrectionName): string {
  return `${correction} ${call_id}`;
}

/** The correction of a name. */
export function correctionOf(name: string): CorrectionName {
  const [number = "", ...call] = name.split(" ");
  return { call_id: call.join(" "), correction: Number(number) };
}

/** Which versions, rejected ones aside, a correction is behind; by its name. */
export function usedIn(versions: readonly PersonaVersion[]): Map<string, number[]> {
  const used = new Map<string, number[]>();
  for (const { version, state, sources } of versions) {
    if (state === "rejected") continue;
    for (const { call_id, correction } of sources) {
      if (call_id == null || correction == null) continue;
      const name = nameOf({ call_id, correction });
      used.set(name, [...(used.get(name) ?? []), version]);
    }
  }
  return used;
}

/** The rules of a form as they are sent: without blanks around them and without empty ones. */
export function written(rules: readonly string[]): string[] {
  return rules.map((rule) => rule.replace(/\s+/g, " ").trim()).filter((rule) => rule !== "");
}

/** What is different between two lists of rules. */
export function changeBetween(before: readonly string[], after: readonly string[]) {
  return {
    added: [...new Set(after)].filter((rule) => !before.includes(rule)),
    removed: before.filter((rule) => !after.includes(rule)),
  };
}
