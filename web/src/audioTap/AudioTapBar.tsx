import { ActionIcon, Button, Group, Paper, Slider, Text } from "@mantine/core";
import { IconEar, IconEarOff, IconPhone, IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { writeResponse } from "../api/client";
import { ErrorNotice } from "../components/ErrorNotice";
import { notifyError } from "../components/notify";
import { remotePartyLabel } from "../components/RemoteParty";
import { useBoard } from "../feed/FeedProvider";
import { performCallAction } from "../live/callActions";
import { useMe } from "../session/session";
import type { Stage } from "./AudioTap";
import { useAudioTap, useAudioTapState } from "./AudioTapProvider";

const STAGE_LABELS: Partial<Record<Stage, string>> = {
  connecting: "Connecting to the audio of the call with",
  listening: "Listening to the call with",
  lost: "Audio lost, reconnecting to the call with",
};

/** Shown on every page while the user listens in: the call, volume, and a stop button. */
export function AudioTapBar() {
  const { callId, stage, problem, volume, isMuted } = useAudioTapState();
  const tap = useAudioTap();
  const me = useMe();
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  if (!callId || stage === "off") return null;
  const call = calls.find((call) => call.call_id === callId);
  const caller = call ? remotePartyLabel(call) : "an unknown caller";
  const stop = () => {
    tap.stop();
    writeResponse<unknown>(performCallAction(callId, { do: "stop_listening" })).catch((error) =>
      notifyError("Could not record that you stopped listening", error),
    );
  };
  if (stage === "failed") {
    return (
      <Paper mb="md" role="status" pos="relative">
        <ErrorNotice
          what={`The audio of the call with ${caller} is not available`}
          error={problem}
          onRetry={() => void tap.retry()}
        />
        <Button size="xs" variant="subtle" mt={6} onClick={stop}>
          Stop listening
        </Button>
      </Paper>
    );
  }
  if (stage === "handed_over") {
    if (!call || call.endedAt !== null || call.taken_over_by === me.user_id) return null;
    return (
      <Paper withBorder p="xs" mb="md" role="status">
        <Group gap="sm" justify="space-between">
          <Group gap="sm">
            <IconPhone size={18} aria-hidden />
            <Text size="sm">
              A team member has taken over the call with {caller}. Listening continues on your phone.
            </Text>
          </Group>
          <Button size="xs" variant="default" onClick={() => tap.stop()}>
            Close
          </Button>
        </Group>
      </Paper>
    );
  }
  return (
    <Paper withBorder p="xs" mb="md" aria-label="Listening in" component="section" data-stage={stage}>
      <Group gap="sm" justify="space-between">
        <Group gap="sm" flex={1} miw={220} wrap="nowrap">
          <IconEar size={20} aria-hidden />
          <Text size="sm" role="status">
            {STAGE_LABELS[stage]} {caller}
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={isMuted ? "Unmute audio" : "Mute audio"}
            aria-pressed={isMuted}
            onClick={() => tap.setVolume(volume, !isMuted)}
          >
            {isMuted ? <IconVolumeOff size={18} /> : <IconVolume size={18} />}
          </ActionIcon>
          <Slider
            w={110}
            min={0}
            max={1}
            step={0.05}
            label={null}
            value={isMuted ? 0 : volume}
            thumbLabel="Volume"
            onChange={(volume) => tap.setVolume(volume, false)}
          />
          <Button size="xs" variant="default" leftSection={<IconEarOff size={16} />} onClick={stop}>
            Stop listening
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
