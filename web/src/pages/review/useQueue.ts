import { useQuery } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { CallView } from "../../api/types";

/** Calls of the list that are looked through at a time, and how often at most. */
const PAGE = 200;
const MOST_PAGES = 10;
/** So many calls to review are enough for a while. */
const ENOUGH = 100;

/** Whether somebody should look at the call: it is over, somebody spoke, and nobody graded it. */
export function needsReview(call: CallView): boolean {
  const isOver = call.ended_at !== null && call.ended_at !== undefined;
  const hasWords = call.caller_turns + call.ai_turns > 0 || call.recorded;
  return isOver && hasWords && !call.grade && !call.erased;
}

export interface Queue {
  calls: CallView[];
  /** Whether there may be more behind them. */
  hasMore: boolean;
}

/** The latest calls that nobody graded yet. The list is gone through page by page: it has no filter for them. */
async function queue(agent: string | undefined, signal: AbortSignal): Promise<Queue> {
  const calls: CallView[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await body(
      api.GET("/api/call-logs", { params: { query: { limit: PAGE, cursor, agent } }, signal }),
    );
    calls.push(...read.calls.filter(needsReview));
    if (!read.next_cursor) return { calls, hasMore: false };
    if (calls.length >= ENOUGH) break;
    cursor = read.next_cursor;
  }
  return { calls, hasMore: true };
}

/** Read once and then worked through: a queue that changed under the reviewer's hands would lose them their place. */
export function useQueue(agent: string | undefined) {
  return useQuery({
    queryKey: ["review", agent],
    queryFn: ({ signal }) => queue(agent, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}
