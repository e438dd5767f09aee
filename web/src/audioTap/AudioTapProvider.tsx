import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { writeResponse } from "../api/client";
import { give } from "../live/callActions";
import { AudioTap, type Listening } from "./AudioTap";
import { loudspeaker } from "./audioOutput";

const ListeningContext = createContext<AudioTap | null>(null);

function socketUrl(callId: string): string {
  const { protocol, host } = window.location;
  const scheme = protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${host}/api/active-calls/${encodeURIComponent(callId)}/sound`;
}

/** One call can be listened to in this browser, whichever page is open. */
export function AudioTapProvider({ children }: { children: ReactNode }) {
  const [listenIn] = useState(
    () =>
      new AudioTap({
        order: (callId) => writeResponse<unknown>(give(callId, { do: "listen" })),
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

export function useAudioTap(): AudioTap {
  const listenIn = useContext(ListeningContext);
  if (!listenIn) throw new Error("Nobody can listen here.");
  return listenIn;
}

export function useAudioTapState(): Listening {
  const listenIn = useAudioTap();
  return useSyncExternalStore(listenIn.watch, listenIn.current);
}
