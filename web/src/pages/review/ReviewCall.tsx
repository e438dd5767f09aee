import { Grid, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMemo, useRef, useState } from "react";
import type { Grade } from "../../api/types";
import { StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkText } from "../../components/links";
import { RemoteParty } from "../../components/RemoteParty";
import { Timestamp } from "../../components/Timestamp";
import { duration } from "../../format/time";
import { useAudio } from "../call/audio/AudioProvider";
import { turnOffsets } from "../call/audio/offsets";
import { Collected } from "../call/facts/Collected";
import { Summary } from "../call/facts/Summary";
import { CorrectionForm } from "../call/review/CorrectionForm";
import { CorrectionList } from "../call/review/CorrectionList";
import { GradeButtons, useGrade } from "../call/review/GradeButtons";
import { PhaseSection } from "../call/transcript/PhaseSection";
import { byPhase } from "../call/transcript/transcripts";
import { useDetail, useHistory, useTranscript } from "../call/useCall";
import { once, spaceBar } from "./hotkeys";
import { ShortcutList } from "./ShortcutList";

interface Props {
  callId: string;
  onGraded: () => void;
  /** Saving the grade failed; another call may be shown by then. */
  onFailed: () => void;
  onStep: (by: 1 | -1) => void;
}

/** One call of the queue: transcript, recordings, grade and corrections. */
export function ReviewCall({ callId, onGraded, onFailed, onStep }: Props) {
  const call = useDetail(callId);
  const transcript = useTranscript(callId);
  const history = useHistory(callId);
  const audio = useAudio();
  const [turn, setTurn] = useState<number | undefined>();
  const input = useRef<HTMLTextAreaElement>(null);
  const offsets = useMemo(() => turnOffsets(history.data?.events ?? []), [history.data]);
  const grade = useGrade(callId);
  const phases = byPhase(transcript.data ?? [], call.data?.recordings ?? []);
  const firstRecordedPhase = phases.find(({ recordings }) =>
    recordings.some(({ state }) => state === "archived"),
  )?.phase;

  /** Moves to the next call without waiting for the response. */
  const submitGrade = (value: Grade) => {
    grade.mutateAsync(value).catch(onFailed);
    onGraded();
  };
  const correct = (about?: number) => {
    setTurn(about);
    input.current?.focus();
  };
  // Grading needs a loaded call; skipping does not.
  const isShown = call.data !== undefined && !transcript.isPending;
  const ifShown = (act: () => void) => once(() => isShown && act());
  useHotkeys([
    ["g", ifShown(() => submitGrade("good"))],
    ["b", ifShown(() => submitGrade("needs_improvement"))],
    ["c", ifShown(() => correct())],
    ["n", once(() => onStep(1))],
    ["p", once(() => onStep(-1))],
    [
      "space",
      spaceBar(firstRecordedPhase ? () => audio.toggle(firstRecordedPhase) : null),
      { preventDefault: false },
    ],
  ]);

  if (call.isPending) return <Skeleton h={420} aria-label="Loading the call" />;
  if (call.isLoadingError) {
    return (
      <ErrorNotice
        what="The call could not be loaded"
        error={call.error}
        onRetry={() => void call.refetch()}
      />
    );
  }
  const { data } = call;
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          {call.isError && (
            <ErrorNotice
              what="The call could not be loaded"
              error={call.error}
              onRetry={() => void call.refetch()}
            />
          )}
          <Paper withBorder p="md">
            <Group justify="space-between">
              <Group gap="sm">
                <Direction direction={data.direction} voicemail={data.voicemail} />
                <LinkText to="/calls/$callId" params={{ callId }} c="inherit">
                  <RemoteParty call={data} />
                </LinkText>
                <StatusBadge status={data.status} voicemail={data.voicemail} />
              </Group>
              <Text size="sm" c="dimmed">
                <Timestamp at={data.started_at} />
                {data.duration_s != null && ` · ${duration(data.duration_s)}`}
              </Text>
            </Group>
          </Paper>
          <Summary call={data} />
          {transcript.isPending && <Skeleton h={260} aria-label="Loading the transcript" />}
          {transcript.isError && (
            <ErrorNotice
              what="The transcript could not be loaded"
              error={transcript.error}
              onRetry={() => void transcript.refetch()}
            />
          )}
          {phases.map((phase) => (
            <PhaseSection
              key={phase.phase}
              callId={callId}
              phaseOfCall={phase}
              turnOffsets={offsets}
              corrections={data.corrections}
              onCorrect={correct}
            />
          ))}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack pos="sticky" top={72}>
          <Paper withBorder p="md" component="section" aria-label="Grade and corrections">
            <Stack gap="sm">
              <GradeButtons
                call={data}
                onGrade={(value) => (value ? submitGrade(value) : grade.mutate(null))}
                keys={{ good: "g", needsImprovement: "b" }}
              />
              <CorrectionList callId={callId} corrections={data.corrections} mayWithdraw />
              <CorrectionForm
                callId={callId}
                turn={turn}
                onWholeCall={() => setTurn(undefined)}
                onDone={() => {
                  setTurn(undefined);
                  input.current?.blur();
                }}
                input={input}
              />
            </Stack>
          </Paper>
          <ShortcutList hasRecording={firstRecordedPhase !== undefined} />
          <Collected call={data} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
