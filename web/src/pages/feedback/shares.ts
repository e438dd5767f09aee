import type { Feedback } from "../../api/types";

type Day = Feedback["days"][number];

/** Grades and corrections of one day or persona version. */
export interface GradeCounts {
  good: number;
  needsImprovement: number;
  corrections: number;
}

/** The share of good grades, 0 to 1; null without grades. */
export function shareOf({
  good,
  needsImprovement,
}: Pick<GradeCounts, "good" | "needsImprovement">): number | null {
  const all = good + needsImprovement;
  return all === 0 ? null : good / all;
}

/** Sums per day over all agents and personas, in order. */
export function byDay(days: readonly Day[]): (GradeCounts & { day: string })[] {
  return grouped(days, ({ day }) => day)
    .map(([day, counts]) => ({ day, ...counts }))
    .sort((a, b) => a.day.localeCompare(b.day));
}

/** Sums per agent and persona version, newest version first. */
export function byPersona(days: readonly Day[]): (GradeCounts & { agent: string | null; version: number })[] {
  return grouped(days, ({ agent, persona_version }) => JSON.stringify([agent ?? null, persona_version]))
    .map(([key, counts]) => {
      const [agent, version] = JSON.parse(key) as [string | null, number];
      return { agent, version, ...counts };
    })
    .sort((a, b) => (a.agent ?? "").localeCompare(b.agent ?? "") || b.version - a.version);
}

function grouped(days: readonly Day[], keyOf: (day: Day) => string): [string, GradeCounts][] {
  const groups = new Map<string, GradeCounts>();
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
