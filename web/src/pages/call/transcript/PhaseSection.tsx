import { Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Correction, Recording } from "../../../api/types";
import { words } from "../../../format/words";
import { RecordingPlayer } from "../audio/RecordingPlayer";
import { Segments } from "./Segments";
import { engineName, type PhaseOfCall } from "./transcripts";

interface Props {
  callId: string;
  phaseOfCall: PhaseOfCall;
  turnOffsets: ReadonlyMap<string, number>;
  corrections: readonly Correction[];
  onCorrect?: (turn: number) => void;
}

const TITLES: Record<string, string> = {
  ai: "Conversation with the assistant",
  human: "Conversation with a team member",
  voicemail: "Voicemail",
};

/** The recordings and transcripts of one phase of a call. */
export function PhaseSection({ callId, phaseOfCall, turnOffsets, corrections, onCorrect }: Props) {
  const { phase, transcripts, recordings } = phaseOfCall;
  const [selected, setSelected] = useState<string | null>(null);
  const transcript = transcripts.find(({ engine }) => engine === selected) ?? transcripts[0];
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
              aria-label="Transcript"
              data={transcripts.map(({ engine }) => ({ value: engine, label: engineName(engine) }))}
              value={transcript?.engine ?? null}
              onChange={setSelected}
              allowDeselect={false}
            />
          )}
        </Group>
        {isPlayable && <RecordingPlayer callId={callId} recordings={recordings} phase={phase} />}
        {recordings
          .filter(({ state }) => state !== "archived")
          .map((recording) => (
            <RecordingStateText key={recording.recording} recording={recording} />
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
            {phase === "human"
              ? "No transcript yet. The conversation with a team member is transcribed from its recording, after the call."
              : "No transcript yet."}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

const STATES: Record<string, string> = {
  recording: "Recording in progress.",
  paused: "Recording paused.",
  ready: "The recording is being downloaded.",
};

function RecordingStateText({ recording }: { recording: Recording }) {
  const text =
    recording.state === "unavailable"
      ? `The recording is unavailable: ${recording.unavailable ?? "unknown reason"}.`
      : STATES[recording.state];
  return (
    <Text c="dimmed" size="sm">
      {text ?? words(recording.state)}
    </Text>
  );
}
