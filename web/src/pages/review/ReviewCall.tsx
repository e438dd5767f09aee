import { Grid, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMemo, useRef, useState } from "react";
import type { Grade } from "../../api/types";
import { StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkText } from "../../components/links";
import { Moment } from "../../components/Moment";
import { Who } from "../../components/Who";
import { duration } from "../../format/time";
import { Collected } from "../call/facts/Collected";
import { Summary } from "../call/facts/Summary";
import { CorrectionForm } from "../call/review/CorrectionForm";
import { CorrectionList } from "../call/review/CorrectionList";
import { GradeButtons, useGrade } from "../call/review/GradeButtons";
import { turnOffsets } from "../call/sound/offsets";
import { useSound } from "../call/sound/SoundProvider";
import { PhaseSection } from "../call/transcript/PhaseSection";
import { byPhase } from "../call/transcript/transcripts";
import { useDetail, useHistory, useTranscript } from "../call/useCall";
import { once, spaceBar } from "./hotkeys";
import { Keys } from "./Keys";

interface Props {
  callId: string;
  onGraded: () => void;
  /** The service did not take the grade: by then another call may be shown. */
  onFailed: () => void;
  onStep: (by: 1 | -1) => void;
}

/** One call of the queue: read, hear, judge, correct. */
export function ReviewCall({ callId, onGraded, onFailed, onStep }: Props) {
  const call = useDetail(callId);
  const transcript = useTranscript(callId);
  const history = useHistory(callId);
  const sound = useSound();
  const [turn, setTurn] = useState<number | undefined>();
  const input = useRef<HTMLTextAreaElement>(null);
  const offsets = useMemo(() => turnOffsets(history.data?.events ?? []), [history.data]);
  const grade = useGrade(callId);
  const phases = byPhase(transcript.data ?? [], call.data?.recordings ?? []);
  const firstSound = phases.find(({ recordings }) =>
    recordings.some(({ state }) => state === "archived"),
  )?.phase;

  /** The next call is there at once: eighty calls are not waited for one by one. */
  const judge = (wanted: Grade) => {
    grade.mutateAsync(wanted).catch(onFailed);
    onGraded();
  };
  const correct = (about?: number) => {
    setTurn(about);
    input.current?.focus();
  };
  // Nobody judges what they have not seen; what cannot be loaded can still be skipped.
  const isShown = call.data !== undefined && !transcript.isPending;
  const ifShown = (act: () => void) => once(() => isShown && act());
  useHotkeys([
    ["g", ifShown(() => judge("good"))],
    ["b", ifShown(() => judge("needs_improvement"))],
    ["c", ifShown(() => correct())],
    ["n", once(() => onStep(1))],
    ["p", once(() => onStep(-1))],
    ["space", spaceBar(firstSound ? () => sound.toggle(firstSound) : null), { preventDefault: false }],
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
                  <Who call={data} />
                </LinkText>
                <StatusBadge status={data.status} voicemail={data.voicemail} />
              </Group>
              <Text size="sm" c="dimmed">
                <Moment at={data.started_at} />
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
          {phases.map((of) => (
            <PhaseSection
              key={of.phase}
              callId={callId}
              of={of}
              turnOffsets={offsets}
              corrections={data.corrections}
              onCorrect={correct}
            />
          ))}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack pos="sticky" top={72}>
          <Paper withBorder p="md" component="section" aria-label="Judge">
            <Stack gap="sm">
              <GradeButtons
                call={data}
                onGrade={(wanted) => (wanted ? judge(wanted) : grade.mutate(null))}
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
          <Keys hasSound={firstSound !== undefined} />
          <Collected call={data} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
