import type { Feedback } from "../../api/types";

type Day = Feedback["days"][number];

/** Judgements of one day or of one persona. */
export interface Judged {
  good: number;
  needsImprovement: number;
  corrections: number;
}

/** The share of good among the judged, 0 to 1; null without judgements. */
export function shareOf({
  good,
  needsImprovement,
}: Pick<Judged, "good" | "needsImprovement">): number | null {
  const all = good + needsImprovement;
  return all === 0 ? null : good / all;
}

/** The days in order, agents and personas taken together. */
export function byDay(days: readonly Day[]): (Judged & { day: string })[] {
  return grouped(days, ({ day }) => day)
    .map(([day, judged]) => ({ day, ...judged }))
    .sort((a, b) => a.day.localeCompare(b.day));
}

/** Each agent's personas, the newest version first: what became better with which. */
export function byPersona(days: readonly Day[]): (Judged & { agent: string | null; version: number })[] {
  return grouped(days, ({ agent, persona_version }) => JSON.stringify([agent ?? null, persona_version]))
    .map(([key, judged]) => {
      const [agent, version] = JSON.parse(key) as [string | null, number];
      return { agent, version, ...judged };
    })
    .sort((a, b) => (a.agent ?? "").localeCompare(b.agent ?? "") || b.version - a.version);
}

function grouped(days: readonly Day[], keyOf: (day: Day) => string): [string, Judged][] {
  const groups = new Map<string, Judged>();
  for (const day of days) {
    const key = keyOf(day);
    const sum = groups.get(key) ?? { good: 0, needsImprovement: 0, corrections: 0 };
    groups.set(key, {
      good: sum.good + day.good,
      needsImprovement: sum.needsImprovement + day.needs_improvement,
      corrections: sum.corrections + day.corrections,
    });
  }
  return [...groups];
}
