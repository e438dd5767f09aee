import { Alert, Group, Text } from "@mantine/core";
import { IconUserUp } from "@tabler/icons-react";
import { useLocation } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { LinkButton } from "../components/links";
import { remotePartyLabel } from "../components/RemoteParty";
import { useBoard } from "../feed/FeedProvider";
import { useMe } from "../session/session";

/** Somebody asks this user to take a call over: said on every page, as a caller waits. Live itself shows it on the card. */
export function TakeoverBanner() {
  const me = useMe();
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  const isLive = useLocation({ select: ({ pathname }) => pathname === "/live" });
  const asked = calls.find((call) => call.endedAt === null && call.takeover_requests.includes(me.user_id));
  if (!asked || isLive) return null;
  return (
    <Alert
      color="orange"
      icon={<IconUserUp />}
      mb="md"
      role="alert"
      title="You are asked to take a call over"
    >
      <Group justify="space-between">
        <Text size="sm" c="var(--mantine-color-text)">
          The call with {remotePartyLabel(asked)} waits for your answer.
        </Text>
        <LinkButton to="/live" size="xs" variant="filled">
          To the call
        </LinkButton>
      </Group>
    </Alert>
  );
}
