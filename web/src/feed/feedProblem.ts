import { ApiProblem } from "../api/problem";
import type { Board } from "../live/LiveBoard";
import type { FeedState } from "./connection";

/**
 * The problem of the live feed; null if there is none.
 *
 * - `lost`: the connection was lost or could not be made, and is retried.
 * - `not_started`: the position to start from could not be read, and is requested again.
 */
export type FeedProblem = "lost" | "not_started" | null;

export function feedProblemOf(feed: FeedState, board: Pick<Board, "state" | "error">): FeedProblem {
  if (feed === "waiting") return "lost";
  if (feed !== "stopped" || board.state !== "failed") return null;
  // A permanent refusal: the user may not view calls and gets no feed.
  return board.error instanceof ApiProblem && !board.error.isTransient ? null : "not_started";
}
