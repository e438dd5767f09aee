import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import { Sound } from "./Sound";

const SoundContext = createContext<Sound | null>(null);

export function SoundProvider({ children }: { children: ReactNode }) {
  const [sound] = useState(() => new Sound());
  return <SoundContext value={sound}>{children}</SoundContext>;
}

export function useSound(): Sound {
  const sound = useContext(SoundContext);
  if (!sound) throw new Error("There is no sound here.");
  return sound;
}

/** Whether a phase can be heard. */
export function useCanPlay(phase: string): boolean {
  const sound = useSound();
  return useSyncExternalStore(sound.watch, () => sound.canPlay(phase));
}

/** The number of the segment that is being heard; -1 is none. Redraws only when it changes. */
export function useHeard(phase: string, starts: readonly (number | null)[]): number {
  const sound = useSound();
  return useSyncExternalStore(sound.watch, () => {
    const { phase: playing, seconds } = sound.current();
    return playing === phase ? heardAt(starts, seconds) : -1;
  });
}

/** The last segment that began at or before this second. */
export function heardAt(starts: readonly (number | null)[], seconds: number): number {
  return starts.findLastIndex((start) => start !== null && start <= seconds + 0.05);
}
