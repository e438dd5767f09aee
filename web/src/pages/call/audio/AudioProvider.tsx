import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import { AudioSync } from "./AudioSync";

const AudioSyncContext = createContext<AudioSync | null>(null);

export function AudioProvider({ children }: { children: ReactNode }) {
  const [audio] = useState(() => new AudioSync());
  return <AudioSyncContext value={audio}>{children}</AudioSyncContext>;
}

export function useAudio(): AudioSync {
  const audio = useContext(AudioSyncContext);
  if (!audio) throw new Error("useAudio requires an AudioProvider");
  return audio;
}

/** Whether the phase has a player. */
export function useCanPlay(phase: string): boolean {
  const audio = useAudio();
  return useSyncExternalStore(audio.watch, () => audio.canPlay(phase));
}

/** The index of the segment at the playback position, or -1; re-renders only when it changes. */
export function useActiveSegment(phase: string, starts: readonly (number | null)[]): number {
  const audio = useAudio();
  return useSyncExternalStore(audio.watch, () => {
    const { phase: playing, seconds } = audio.current();
    return playing === phase ? segmentAt(starts, seconds) : -1;
  });
}

/** The index of the last segment that starts at or before `seconds`, or -1. */
export function segmentAt(starts: readonly (number | null)[], seconds: number): number {
  return starts.findLastIndex((start) => start !== null && start <= seconds + 0.05);
}
