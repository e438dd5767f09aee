import { Grid, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import type { HistoryEvent, Recording } from "../../../api/types";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { useAudio, useCanPlay } from "../audio/AudioProvider";
import { recordingStarts, turnKey, turnOffsets, turnStartMs } from "../audio/offsets";
import { RecordingPlayer } from "../audio/RecordingPlayer";
import { useHistory } from "../useCall";
import { EventDetail } from "./EventDetail";
import { Lanes } from "./Lanes";
import { StateAtVersion } from "./StateAtVersion";
import { TranscriptSoFar } from "./TranscriptSoFar";

interface Props {
  callId: string;
  recordings: readonly Recording[];
  /** The version in the URL; undefined for the current one. */
  version: number | undefined;
  onVersion: (version: number | undefined) => void;
}

/** Every event of the call, and the call's state after any of them. */
export function Timeline({ callId, recordings, version, onVersion }: Props) {
  const history = useHistory(callId);
  if (history.isPending) return <Skeleton h={320} aria-label="Loading the timeline" />;
  return (
    <Stack>
      {history.isError && (
        <ErrorNotice
          what="The history could not be loaded"
          error={history.error}
          onRetry={() => void history.refetch()}
        />
      )}
      {history.data && (
        <Loaded
          callId={callId}
          recordings={recordings}
          events={history.data.events}
          version={version}
          onVersion={onVersion}
        />
      )}
    </Stack>
  );
}

function Loaded({
  callId,
  recordings,
  events,
  version,
  onVersion,
}: Props & { events: readonly HistoryEvent[] }) {
  const last = events.length;
  const [at, setAt] = useState(Math.min(version ?? last, last));
  // Debounced: dragging the slider would otherwise request every event it passes.
  const [settled] = useDebouncedValue(at, 120);
  const audio = useAudio();
  const canPlay = useCanPlay("ai");
  const offsets = useMemo(() => turnOffsets(events), [events]);

  // Without a version in the URL, the view follows new events.
  useEffect(() => {
    if (version === undefined) setAt(last);
    else setAt(Math.min(version, last));
  }, [version, last]);

  const commit = (to: number) => onVersion(to >= last ? undefined : to);
  const offsetOf = (event: HistoryEvent): number | null => {
    const key = turnKey(event);
    if (key) return offsets.get(key) ?? null;
    const start = recordingStarts(events).get("ai");
    const startMs = turnStartMs(event);
    return start !== undefined && startMs !== null && startMs >= start ? (startMs - start) / 1_000 : null;
  };
  const play = (event: HistoryEvent) => {
    const offset = offsetOf(event);
    if (offset !== null) audio.play("ai", offset);
  };
  const select = (event: HistoryEvent) => {
    setAt(event.version);
    commit(event.version);
    if (canPlay && /^(Caller|Ai)Turn$/.test(event.type)) play(event);
  };

  const aiRecordings = recordings.filter(({ phase, state }) => phase === "ai" && state === "archived");
  const event = events[settled - 1];
  const isTurn = event ? /^(Caller|Ai)Turn$/.test(event.type) : false;
  return (
    <Stack>
      <Paper withBorder p="md">
        <Text size="sm" c="dimmed" mb="xs">
          {last} events in the order they were recorded. Drag the slider or use the arrow keys to see the
          call’s state after any event. Click a turn to play it.
        </Text>
        <Lanes events={events} version={at} onMove={setAt} onSettle={commit} onChoose={select} />
      </Paper>
      {aiRecordings.length > 0 && <RecordingPlayer callId={callId} recordings={aiRecordings} phase="ai" />}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            {event && (
              <EventDetail
                callId={callId}
                event={event}
                events={events}
                onPlay={canPlay && isTurn ? () => play(event) : undefined}
              />
            )}
            <StateAtVersion callId={callId} version={settled} isLast={settled === last} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <TranscriptSoFar events={events} version={settled} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
