import { useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { CallView } from "../../api/types";

/** So many calls to review are enough for a while. */
const ENOUGH = 100;

export interface Queue {
  calls: CallView[];
  /** Whether there are more behind them. */
  hasMore: boolean;
}

/** The latest calls that are over, in which something was said, and which nobody graded yet. */
async function queue(agent: string | undefined, signal: AbortSignal): Promise<Queue> {
  const query = { filter: "pending_review", limit: ENOUGH, agent };
  const { calls, next_cursor } = await body(api.GET("/api/call-logs", { params: { query }, signal }));
  return { calls, hasMore: Boolean(next_cursor) };
}

/**
 * Read once and then worked through: a queue that changed under the reviewer's hands would lose them their place. Whoever
 * comes back to the page begins with a new one, without the calls that were graded.
 */
export function useQueue(agent: string | undefined) {
  return useQuery({
    queryKey: ["review", agent],
    queryFn: ({ signal }) => queue(agent, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}
