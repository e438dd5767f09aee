import { api, body } from "../api/client";
import type { Health } from "../api/types";

export const HEALTH = ["health"] as const;

export async function health(): Promise<Health> {
  return body(api.GET("/health"));
}

/**
 * The position up to which the read model of live calls is certainly done. Whoever reads that model after asking this,
 * and follows the feed from here, has missed nothing and at most hears again what the model told.
 */
export function certainPosition(health: Health): number {
  const lag = Math.max(0, ...health.projections.map((model) => model.lag));
  return Math.max(0, health.position - lag);
}
