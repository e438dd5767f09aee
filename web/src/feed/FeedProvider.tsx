import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { LiveBoard } from "../live/LiveBoard";
import { clearSession } from "../session/session";
import { certainPosition, health } from "./baseline";
import { FeedConnection } from "./connection";
import { type Trouble, troubleOf } from "./feedProblem";
import { followInvalidations } from "./invalidations";
import { type FeedMessage, isEvent } from "./messages";

interface Feed {
  connection: FeedConnection;
  board: LiveBoard;
}

const FeedContext = createContext<Feed | null>(null);

function socketUrl(after: number): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws?after=${after}`;
}

/** One feed for the whole page: the board of live calls, every list and every call listen to it. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const feed = useMemo<Feed>(() => {
    const connection = new FeedConnection(
      {
        open: (after) => new WebSocket(socketUrl(after)),
        baseline: async () => certainPosition(await health()),
        wait: (run, ms) => {
          const timer = window.setTimeout(run, ms);
          return () => window.clearTimeout(timer);
        },
        random: Math.random,
      },
      () => clearSession(client),
    );
    return { connection, board: new LiveBoard() };
  }, [client]);

  useEffect(() => {
    const { connection, board } = feed;
    const unfollow = followInvalidations(connection, client);
    const unread = connection.read((message) => isEvent(message) && board.hear(message));
    const unload = board.load((after) => connection.start(after));
    const online = () => connection.retryNow();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      unload();
      unread();
      unfollow();
      connection.stop();
    };
  }, [feed, client]);

  return <FeedContext value={feed}>{children}</FeedContext>;
}

function useFeedContext(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error("There is no feed here.");
  return feed;
}

export function useBoard(): LiveBoard {
  return useFeedContext().board;
}

/** What is wrong with the feed, and a way to try it at once once it has begun. */
export function useFeedTrouble(): { trouble: Trouble; retryNow: () => void } {
  const { connection, board } = useFeedContext();
  const state = useSyncExternalStore(connection.watch, connection.current);
  const trouble = useSyncExternalStore(board.watch, () => troubleOf(state, board.current()));
  return { trouble, retryNow: () => connection.retryNow() };
}

/** Tells every message for as long as the component is there. The reader should be stable. */
export function useFeedReader(reader: (message: FeedMessage) => void): void {
  const { connection } = useFeedContext();
  useEffect(() => connection.read(reader), [connection, reader]);
}

/** Waits until a write's events have come through the feed. */
export function useWaitForPosition(): (position: number | null) => Promise<void> {
  const { connection } = useFeedContext();
  return async (position) => {
    if (position !== null) await connection.reached(position);
  };
}
