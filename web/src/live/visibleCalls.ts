import type { LiveCall } from "./liveCall";

/** Number of cards rendered at first, and added each time: each card updates every second, so hundreds would be slow. */
export const CARDS_PER_BATCH = 60;

/** The calls whose cards are rendered: the first `limit`, and all calls that involve the user. */
export function visibleCalls(calls: readonly LiveCall[], limit: number, userId: string): readonly LiveCall[] {
  if (calls.length <= limit) return calls;
  return calls.filter((call, index) => index < limit || involves(call, userId));
}

function involves(call: LiveCall, userId: string): boolean {
  return (
    call.taken_over_by === userId ||
    [call.listeners, call.takeover_requests, call.takeovers_accepted].some((users) => users.includes(userId))
  );
}
