import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { written } from "../api/client";
import { give } from "../live/orders";
import { ListenIn, type Listening } from "./ListenIn";
import { loudspeaker } from "./loudspeaker";

const ListeningContext = createContext<ListenIn | null>(null);

function socketUrl(callId: string): string {
  const { protocol, host } = window.location;
  const scheme = protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${host}/api/active-calls/${encodeURIComponent(callId)}/sound`;
}

/** One call can be listened to in this browser, whichever page is open. */
export function ListeningProvider({ children }: { children: ReactNode }) {
  const [listenIn] = useState(
    () =>
      new ListenIn({
        order: (callId) => written<unknown>(give(callId, { do: "listen" })),
        open: (callId) => new WebSocket(socketUrl(callId)),
        loudspeaker,
        wait: (run, ms) => {
          const timer = window.setTimeout(run, ms);
          return () => window.clearTimeout(timer);
        },
        random: Math.random,
      }),
  );
  useEffect(() => () => listenIn.stop(), [listenIn]);
  return <ListeningContext value={listenIn}>{children}</ListeningContext>;
}

export function useListenIn(): ListenIn {
  const listenIn = useContext(ListeningContext);
  if (!listenIn) throw new Error("Nobody can listen here.");
  return listenIn;
}

export function useListening(): Listening {
  const listenIn = useListenIn();
  return useSyncExternalStore(listenIn.watch, listenIn.current);
}
