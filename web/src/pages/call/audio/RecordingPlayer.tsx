import { ActionIcon, Box, Button, Group, Paper, Skeleton, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, body } from "../../../api/client";
import { messageOf } from "../../../api/problem";
import type { Recording } from "../../../api/types";
import { duration } from "../../../format/time";
import { words } from "../../../format/words";
import { useAudio } from "./AudioProvider";
import { useWaveform } from "./useWaveform";

const RATES = [1, 1.25, 1.5, 2];

interface Props {
  callId: string;
  /** The recordings of one phase; the service serves the longest. */
  recordings: readonly Recording[];
  phase: string;
}

/** Plays the recording of a phase. Fetching it records a `RecordingPlayed` event, so it loads only on play. */
export function RecordingPlayer({ callId, recordings, phase }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const audio = useAudio();
  const [rate, setRate] = useState(0);
  const link = useCallback(async () => {
    const path = { id: callId, phase };
    const { url } = await body(api.GET("/api/call-logs/{id}/recordings/{phase}", { params: { path } }));
    // The link has the service's public origin; the page may be served from another one and can fetch only from its own.
    const { pathname, search } = new URL(url);
    return pathname + search;
  }, [callId, phase]);
  const wave = useWaveform(container, link);
  const { start, pause, seconds, isPlaying } = wave;

  useEffect(() => audio.register(phase, { start, pause }), [audio, phase, start, pause]);
  useEffect(() => audio.moved(phase, seconds, isPlaying), [audio, phase, seconds, isPlaying]);

  const longest = Math.max(0, ...recordings.map((recording) => recording.duration_s ?? 0));
  // Plays through the shared AudioSync, which pauses other recordings.
  const toggle = () => {
    if (isPlaying) pause();
    else audio.play(phase, seconds < wave.duration ? seconds : 0);
  };
  const nextRate = () => {
    const next = (rate + 1) % RATES.length;
    setRate(next);
    wave.setRate(RATES[next] ?? 1);
  };
  return (
    <Paper withBorder p="sm" role="group" aria-label={`Recording: ${words(phase)}`}>
      <Group gap="sm" wrap="nowrap">
        <ActionIcon
          size="xl"
          radius="xl"
          onClick={toggle}
          loading={wave.state === "loading"}
          aria-label={isPlaying ? "Pause" : "Play"}
        >
          {isPlaying ? <IconPlayerPause size={20} /> : <IconPlayerPlay size={20} />}
        </ActionIcon>
        <Box flex={1} miw={0}>
          <div ref={container} hidden={wave.state === "idle" || wave.state === "failed"} />
          {wave.state === "loading" && <Skeleton h={56} />}
          {wave.state === "idle" && (
            <Text size="sm" c="dimmed">
              Press play to load the recording. Listening is logged.
            </Text>
          )}
          {wave.state === "failed" && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              The recording could not be played. {messageOf(wave.error)} Press play to try again.
            </Text>
          )}
        </Box>
        <Text size="sm" className="figures" ta="right" miw={44}>
          {wave.state === "ready"
            ? `${duration(seconds)} / ${duration(wave.duration)}`
            : longest
              ? duration(longest)
              : ""}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={nextRate}
          aria-label={`Playback speed: ${RATES[rate]}×`}
        >
          {RATES[rate]}×
        </Button>
      </Group>
    </Paper>
  );
}
