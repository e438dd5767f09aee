import { api, body } from "../api/client";
import type { Health } from "../api/types";

export const HEALTH = ["health"] as const;

export async function health(): Promise<Health> {
  return body(api.GET("/health"));
}

/**
 * The position up to which every read model is up to date. A client that reads the model of live calls after this request
 * and follows the feed from this position misses no event, and may receive some events that the model already includes.
 */
export function safePosition(health: Health): number {
  const lag = Math.max(0, ...health.projections.map((model) => model.lag));
  return Math.max(0, health.position - lag);
}
