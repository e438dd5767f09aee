import { useMantineTheme } from "@mantine/core";
import { type RefObject, useEffect, useMemo, useSyncExternalStore } from "react";
import { Player, type PlayerState } from "./Player";

export type Waveform = PlayerState & Pick<Player, "start" | "pause" | "setRate">;

/** Renders a waveform into `container`. Loads only on play, as listening is logged. */
export function useWaveform(container: RefObject<HTMLElement | null>, link: () => Promise<string>): Waveform {
  const { colors } = useMantineTheme();
  const player = useMemo(
    () =>
      new Player(async () => {
        const [{ default: Wave }, url] = await Promise.all([import("wavesurfer.js"), link()]);
        if (!container.current) throw new Error("The player was closed.");
        return Wave.create({
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
      }),
    [container, link, colors],
  );
  useEffect(() => () => player.stop(), [player]);
  const now = useSyncExternalStore(player.watch, player.current);
  const { start, pause, setRate } = player;
  return { ...now, start, pause, setRate };
}
