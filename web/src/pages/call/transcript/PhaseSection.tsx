import { Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Correction, Recording } from "../../../api/types";
import { words } from "../../../format/words";
import { RecordingPlayer } from "../sound/RecordingPlayer";
import { Segments } from "./Segments";
import { engineName, type PhaseOfCall } from "./transcripts";

interface Props {
  callId: string;
  of: PhaseOfCall;
  turnOffsets: ReadonlyMap<string, number>;
  corrections: readonly Correction[];
  onCorrect?: (turn: number) => void;
}

const TITLES: Record<string, string> = {
  ai: "Conversation with the AI",
  human: "Conversation with a person",
  voicemail: "Voicemail",
};

/** One phase of a call: its sound and its words. */
export function PhaseSection({ callId, of, turnOffsets, corrections, onCorrect }: Props) {
  const { phase, transcripts, recordings } = of;
  const [wanted, setWanted] = useState<string | null>(null);
  const transcript = transcripts.find(({ engine }) => engine === wanted) ?? transcripts[0];
  const isPlayable = recordings.some(({ state }) => state === "archived");
  return (
    <Paper withBorder p="md" component="section" aria-label={TITLES[phase] ?? words(phase)}>
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {TITLES[phase] ?? words(phase)}
          </Title>
          {transcripts.length > 1 && (
            <Select
              size="xs"
              aria-label="Which transcript"
              data={transcripts.map(({ engine }) => ({ value: engine, label: engineName(engine) }))}
              value={transcript?.engine ?? null}
              onChange={setWanted}
              allowDeselect={false}
            />
          )}
        </Group>
        {isPlayable && <RecordingPlayer callId={callId} recordings={recordings} phase={phase} />}
        {recordings
          .filter(({ state }) => state !== "archived")
          .map((recording) => (
            <NotYet key={recording.recording} recording={recording} />
          ))}
        {transcript ? (
          <Segments
            transcript={transcript}
            turnOffsets={turnOffsets}
            corrections={corrections}
            onCorrect={onCorrect}
          />
        ) : (
          <Text c="dimmed" size="sm">
            There is no transcript of this part yet.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

const STATES: Record<string, string> = {
  recording: "Is being recorded now.",
  paused: "Recording is paused.",
  ready: "The recording is on its way into the archive.",
};

function NotYet({ recording }: { recording: Recording }) {
  const text =
    recording.state === "unavailable"
      ? `The recording cannot be had: ${recording.unavailable ?? "no reason is known"}.`
      : STATES[recording.state];
  return (
    <Text c="dimmed" size="sm">
      {text ?? words(recording.state)}
    </Text>
  );
}
