import { ApiProblem } from "../api/problem";
import type { Board } from "../live/LiveBoard";
import type { FeedState } from "./connection";

/**
 * What is wrong with the live feed; null is nothing.
 *
 * - `lost`: it went on, and broke off; or could not be connected.
 * - `not_begun`: the service could not be asked from where it is to be followed, and is asked again.
 */
export type Trouble = "lost" | "not_begun" | null;

export function troubleOf(feed: FeedState, board: Pick<Board, "state" | "error">): Trouble {
  if (feed === "waiting") return "lost";
  if (feed !== "stopped" || board.state !== "failed") return null;
  // Refused for good, to whoever may not see calls: there is no feed to wait for.
  return board.error instanceof ApiProblem && !board.error.isPassing ? null : "not_begun";
}
