import type { LiveCall } from "./liveCall";

/** Number of cards rendered at first, and added each time: each card updates every second, so hundreds would be slow. */
export const CARDS_PER_BATCH = 60;

/** The active calls in which a life may be in danger, and that no team member has yet. */
export function emergencies(calls: readonly LiveCall[]): readonly LiveCall[] {
  return calls.filter((call) => call.emergency && call.endedAt === null && !call.taken_over_by);
}

/** The calls whose cards are rendered: the first `limit`, emergencies, and all calls that involve the user. */
export function visibleCalls(calls: readonly LiveCall[], limit: number, userId: string): readonly LiveCall[] {
  if (calls.length <= limit) return calls;
  return calls.filter((call, index) => index < limit || call.emergency || involves(call, userId));
}

function involves(call: LiveCall, userId: string): boolean {
  return (
    call.taken_over_by === userId ||
    [call.listeners, call.takeover_requests, call.takeovers_accepted].some((users) => users.includes(userId))
  );
}
