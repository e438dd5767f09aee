import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { writeResponse } from "../api/client";
import { performCallAction } from "../live/callActions";
import { AudioTap, type AudioTapState } from "./AudioTap";
import { createAudioOutput } from "./audioOutput";

const AudioTapContext = createContext<AudioTap | null>(null);

function socketUrl(callId: string): string {
  const { protocol, host } = window.location;
  const scheme = protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${host}/api/active-calls/${encodeURIComponent(callId)}/sound`;
}

/** Holds the audio tap of this browser, which keeps playing when the user changes pages. */
export function AudioTapProvider({ children }: { children: ReactNode }) {
  const [tap] = useState(
    () =>
      new AudioTap({
        requestListen: (callId) => writeResponse<unknown>(performCallAction(callId, { do: "listen" })),
        open: (callId) => new WebSocket(socketUrl(callId)),
        audioOutput: createAudioOutput,
        wait: (run, ms) => {
          const timer = window.setTimeout(run, ms);
          return () => window.clearTimeout(timer);
        },
        random: Math.random,
      }),
  );
  useEffect(() => () => tap.stop(), [tap]);
  return <AudioTapContext value={tap}>{children}</AudioTapContext>;
}

export function useAudioTap(): AudioTap {
  const tap = useContext(AudioTapContext);
  if (!tap) throw new Error("useAudioTap must be used inside an AudioTapProvider");
  return tap;
}

export function useAudioTapState(): AudioTapState {
  const tap = useAudioTap();
  return useSyncExternalStore(tap.watch, tap.current);
}
