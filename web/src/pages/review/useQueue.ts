import { useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { CallView } from "../../api/types";

/** Calls per queue. */
const QUEUE_SIZE = 100;

export interface Queue {
  calls: CallView[];
  /** Whether there are older calls to review. */
  hasMore: boolean;
}

/** The latest ended calls that have a transcript and no grade. */
async function queue(agent: string | undefined, signal: AbortSignal): Promise<Queue> {
  const query = { filter: "pending_review", limit: QUEUE_SIZE, agent };
  const { calls, next_cursor } = await body(api.GET("/api/call-logs", { params: { query }, signal }));
  return { calls, hasMore: Boolean(next_cursor) };
}

/** The review queue; loaded once and never refetched, so that the reviewer's position stays. A new visit loads a new one. */
export function useQueue(agent: string | undefined) {
  return useQuery({
    queryKey: ["review", agent],
    queryFn: ({ signal }) => queue(agent, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}
