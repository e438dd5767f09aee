import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { LiveBoard } from "../live/LiveBoard";
import { clearSession } from "../session/session";
import { health, safePosition } from "./baseline";
import { FeedConnection } from "./connection";
import { type FeedProblem, feedProblemOf } from "./feedProblem";
import { followFeed } from "./followFeed";
import { type FeedMessage, isCallEvent } from "./messages";
import { queryUpdates } from "./QueryUpdates";

interface Feed {
  connection: FeedConnection;
  board: LiveBoard;
}

const FeedContext = createContext<Feed | null>(null);

function socketUrl(after: number): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws?after=${after}`;
}

/** Opens one live feed for the whole dashboard; the live board, lists and call pages read from it. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const feed = useMemo<Feed>(() => {
    const connection = new FeedConnection(
      {
        open: (after) => new WebSocket(socketUrl(after)),
        baseline: async () => safePosition(await health()),
        wait: (run, ms) => {
          const timer = window.setTimeout(run, ms);
          return () => window.clearTimeout(timer);
        },
        random: Math.random,
        onStart: (after) => queryUpdates(client).start(after),
      },
      () => clearSession(client),
    );
    return { connection, board: new LiveBoard() };
  }, [client]);

  useEffect(() => {
    const { connection, board } = feed;
    const stopUpdates = followFeed(connection, client);
    const stopReading = connection.read((message) => isCallEvent(message) && board.applyEvent(message));
    const stopLoading = board.load((after) => connection.start(after));
    const online = () => connection.retryNow();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      stopLoading();
      stopReading();
      stopUpdates();
      connection.stop();
    };
  }, [feed, client]);

  return <FeedContext value={feed}>{children}</FeedContext>;
}

function useFeedContext(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error("the feed hooks must be used inside a FeedProvider");
  return feed;
}

export function useBoard(): LiveBoard {
  return useFeedContext().board;
}

/** The current problem of the feed, and a function that reconnects immediately after a lost connection. */
export function useFeedProblem(): { problem: FeedProblem; retryNow: () => void } {
  const { connection, board } = useFeedContext();
  const state = useSyncExternalStore(connection.watch, connection.current);
  const problem = useSyncExternalStore(board.watch, () => feedProblemOf(state, board.current()));
  return { problem, retryNow: () => connection.retryNow() };
}

/** Calls the reader with every feed message while the component is mounted. Pass a stable function. */
export function useFeedReader(reader: (message: FeedMessage) => void): void {
  const { connection } = useFeedContext();
  useEffect(() => connection.read(reader), [connection, reader]);
}

/** Returns a function that waits until the feed has delivered the events of a write; with whether it has delivered them. */
export function useWaitForPosition(): (position: number | null) => Promise<boolean> {
  const { connection } = useFeedContext();
  return async (position) => position !== null && connection.waitForPosition(position);
}
