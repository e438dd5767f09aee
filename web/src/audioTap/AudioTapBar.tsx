import { ActionIcon, Button, Group, Paper, Slider, Text } from "@mantine/core";
import { IconEar, IconEarOff, IconPhone, IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { writeResponse } from "../api/client";
import { ErrorNotice } from "../components/ErrorNotice";
import { notifyError } from "../components/notify";
import { remotePartyLabel } from "../components/RemoteParty";
import { useBoard } from "../feed/FeedProvider";
import { give } from "../live/callActions";
import { useMe } from "../session/session";
import type { Stage } from "./AudioTap";
import { useAudioTap, useAudioTapState } from "./AudioTapProvider";

const WORDS: Partial<Record<Stage, string>> = {
  connecting: "Connecting to the sound of the call with",
  listening: "Listening to the call with",
  lost: "The sound broke off and is being asked for again: the call with",
};

/** Says on every page that one listens in, and to whom: how loud, and how to stop. */
export function AudioTapBar() {
  const { callId, stage, problem, volume, isMuted } = useAudioTapState();
  const listenIn = useAudioTap();
  const me = useMe();
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  if (!callId || stage === "off") return null;
  const call = calls.find((call) => call.call_id === callId);
  const who = call ? remotePartyLabel(call) : "an unknown caller";
  const stop = () => {
    listenIn.stop();
    writeResponse<unknown>(give(callId, { do: "stop_listening" })).catch((error) =>
      notifyError("It is not recorded that you stopped listening", error),
    );
  };
  if (stage === "failed") {
    return (
      <Paper mb="md" role="status" pos="relative">
        <ErrorNotice
          what={`The call with ${who} cannot be heard`}
          error={problem}
          onRetry={() => void listenIn.retry()}
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
            <Text size="sm">A person speaks with {who} now. You go on listening by telephone.</Text>
          </Group>
          <Button size="xs" variant="default" onClick={() => listenIn.stop()}>
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
            {WORDS[stage]} {who}
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={isMuted ? "Sound on" : "Sound off"}
            aria-pressed={isMuted}
            onClick={() => listenIn.setVolume(volume, !isMuted)}
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
            onChange={(volume) => listenIn.setVolume(volume, false)}
          />
          <Button size="xs" variant="default" leftSection={<IconEarOff size={16} />} onClick={stop}>
            Stop listening
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
