import type { Schemas } from "../api/types";
import { words } from "./words";

type EndedBy = Schemas["EndedBy"];

/** Who or what ended a call: the same words wherever the end of a call is shown. */
const ENDED_BY: Record<EndedBy, string> = {
  caller: "ended by the caller",
  ai: "ended by the assistant",
  team_member: "ended by a team member",
  silence: "ended because the caller was silent",
  time_limit: "ended at the time limit",
  cost_limit: "ended at the cost limit",
  shutdown: "ended because the service stopped",
  policy: "refused because the number is on the do-not-call list",
  provider: "ended by the provider",
  reconciler: "found ended in the provider’s record",
};

interface Ending {
  outcome?: string | null;
  ended_by?: string | null;
  reason?: string | null;
}

/** `ended by the caller`; empty if it is unknown. */
export function endedBy(by: string | null | undefined): string {
  if (!by) return "";
  // A newer service may send values that this page does not know.
  return ENDED_BY[by as EndedBy] ?? `ended by: ${words(by).toLowerCase()}`;
}

/** How a call ended: `Completed, ended by the caller`. */
export function callEnding({ outcome, ended_by, reason }: Ending): string {
  return [words(outcome), endedBy(ended_by), reason].filter(Boolean).join(", ");
}
