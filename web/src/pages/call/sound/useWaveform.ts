import { useMantineTheme } from "@mantine/core";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type WaveSurfer from "wavesurfer.js";

export interface Waveform {
  state: "idle" | "loading" | "ready" | "failed";
  isPlaying: boolean;
  seconds: number;
  duration: number;
  error: unknown;
  /** Loads the sound if need be, and plays from there. */
  start: (atSeconds: number) => void;
  toggle: () => void;
  pause: () => void;
  setRate: (rate: number) => void;
}

const IDLE = { state: "idle", isPlaying: false, seconds: 0, duration: 0, error: null } as const;

/** A waveform in an element. Nothing is loaded before somebody wants to hear it: listening is on record. */
export function useWaveform(container: RefObject<HTMLElement | null>, link: () => Promise<string>): Waveform {
  const theme = useMantineTheme();
  const surfer = useRef<WaveSurfer | null>(null);
  const [now, setNow] = useState<Omit<Waveform, "start" | "toggle" | "pause" | "setRate">>(IDLE);
  const { colors } = theme;

  useEffect(() => () => surfer.current?.destroy(), []);

  const load = useCallback(
    async (atSeconds: number) => {
      setNow({ ...IDLE, state: "loading" });
      try {
        const [{ default: Wave }, url] = await Promise.all([import("wavesurfer.js"), link()]);
        if (!container.current) return;
        surfer.current?.destroy();
        const wave = Wave.create({
          container: container.current,
          height: 56,
          barWidth: 2,
          barGap: 1,
          barRadius: 2,
          normalize: true,
          waveColor: colors.indigo[3],
          progressColor: colors.indigo[6],
          cursorColor: colors.red[6],
          url,
        });
        surfer.current = wave;
        wave.on("ready", (duration) => {
          setNow((old) => ({ ...old, state: "ready", duration }));
          wave.setTime(Math.min(atSeconds, duration));
          void wave.play();
        });
        wave.on("timeupdate", (seconds) => setNow((old) => ({ ...old, seconds })));
        wave.on("play", () => setNow((old) => ({ ...old, isPlaying: true })));
        wave.on("pause", () => setNow((old) => ({ ...old, isPlaying: false })));
        wave.on("finish", () => setNow((old) => ({ ...old, isPlaying: false })));
        wave.on("error", (error) => setNow((old) => ({ ...old, state: "failed", error })));
      } catch (error) {
        setNow({ ...IDLE, state: "failed", error });
      }
    },
    [container, link, colors],
  );

  const start = useCallback(
    (atSeconds: number) => {
      const wave = surfer.current;
      if (!wave || wave.getDuration() === 0) return void load(atSeconds);
      wave.setTime(Math.min(atSeconds, wave.getDuration()));
      void wave.play();
    },
    [load],
  );
  const pause = useCallback(() => surfer.current?.pause(), []);
  const toggle = useCallback(() => {
    if (surfer.current && surfer.current.getDuration() > 0) void surfer.current.playPause();
    else void load(0);
  }, [load]);
  const setRate = useCallback((rate: number) => surfer.current?.setPlaybackRate(rate, true), []);
  return { ...now, start, toggle, pause, setRate };
}
