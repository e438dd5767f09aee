import { Grid, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import type { HistoryEvent, Recording } from "../../../api/types";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { recordingStarts, turnMoment, turnOffsets } from "../sound/offsets";
import { RecordingPlayer } from "../sound/RecordingPlayer";
import { useCanPlay, useSound } from "../sound/SoundProvider";
import { useHistory } from "../useCall";
import { AsItWas } from "./AsItWas";
import { EventDetail } from "./EventDetail";
import { Lanes } from "./Lanes";
import { SaidSoFar } from "./SaidSoFar";

interface Props {
  callId: string;
  recordings: readonly Recording[];
  /** The version that the address names; absent: now. */
  version: number | undefined;
  onVersion: (version: number | undefined) => void;
}

/** Everything that happened, and the call as it was at any moment of it. */
export function TimeLine({ callId, recordings, version, onVersion }: Props) {
  const history = useHistory(callId);
  if (history.isPending) return <Skeleton h={320} aria-label="Loading the time line" />;
  return (
    <Stack>
      {history.isError && (
        <ErrorNotice
          what="The history could not be read"
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
  // Asking for each event that the slider passes would be many questions for one answer.
  const [settled] = useDebouncedValue(at, 120);
  const sound = useSound();
  const canPlay = useCanPlay("ai");
  const offsets = useMemo(() => turnOffsets(events), [events]);

  // Whoever looks at the present goes on looking at it while the call goes on.
  useEffect(() => {
    if (version === undefined) setAt(last);
    else setAt(Math.min(version, last));
  }, [version, last]);

  const commit = (to: number) => onVersion(to >= last ? undefined : to);
  const offsetOf = (event: HistoryEvent): number | null => {
    const speaker = event.type === "CallerTurn" ? "caller" : event.type === "AiTurn" ? "ai" : null;
    if (speaker)
      return offsets.get(`${speaker} ${String((event.data as Record<string, unknown>).turn)}`) ?? null;
    const start = recordingStarts(events).get("ai");
    const moment = turnMoment(event);
    return start !== undefined && moment !== null && moment >= start ? (moment - start) / 1_000 : null;
  };
  const play = (event: HistoryEvent) => {
    const offset = offsetOf(event);
    if (offset !== null) sound.play("ai", offset);
  };
  const choose = (event: HistoryEvent) => {
    setAt(event.version);
    commit(event.version);
    if (canPlay && /^(Caller|Ai)Turn$/.test(event.type)) play(event);
  };

  const ofAi = recordings.filter(({ phase, state }) => phase === "ai" && state === "archived");
  const event = events[settled - 1];
  const isTurn = event ? /^(Caller|Ai)Turn$/.test(event.type) : false;
  return (
    <Stack>
      <Paper withBorder p="md">
        <Text size="sm" c="dimmed" mb="xs">
          {last} events, in the order in which they became known. Drag, or use the arrow keys, to see the call
          as it was; a turn plays its sound.
        </Text>
        <Lanes events={events} version={at} onMove={setAt} onSettle={commit} onChoose={choose} />
      </Paper>
      {ofAi.length > 0 && <RecordingPlayer callId={callId} recordings={ofAi} phase="ai" />}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            {event && (
              <EventDetail
                callId={callId}
                event={event}
                onPlay={canPlay && isTurn ? () => play(event) : undefined}
              />
            )}
            <AsItWas callId={callId} version={settled} isLast={settled === last} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <SaidSoFar events={events} version={settled} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
