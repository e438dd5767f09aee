import type { LiveCall } from "./liveCall";

/** So many cards are drawn at first, and so many more each time: each moves every second, and hundreds are read by nobody. */
export const CARDS_PER_BATCH = 60;

/** The calls whose cards are drawn: the first ones, and those that this user has to do with, wherever they are. */
export function visibleCalls(calls: readonly LiveCall[], most: number, userId: string): readonly LiveCall[] {
  if (calls.length <= most) return calls;
  return calls.filter((call, index) => index < most || concerns(call, userId));
}

function concerns(call: LiveCall, userId: string): boolean {
  return (
    call.taken_over_by === userId ||
    [call.listeners, call.takeover_requests, call.takeovers_accepted].some((users) => users.includes(userId))
  );
}
