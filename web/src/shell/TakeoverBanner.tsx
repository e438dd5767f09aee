import { Alert, Group, Text } from "@mantine/core";
import { IconUserUp } from "@tabler/icons-react";
import { useLocation } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { LinkButton } from "../components/links";
import { remotePartyLabel } from "../components/RemoteParty";
import { useBoard } from "../feed/FeedProvider";
import { useMe } from "../session/session";

/** Shows a pending takeover request on every page except Live, which shows it on the call's card. */
export function TakeoverBanner() {
  const me = useMe();
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  const isLive = useLocation({ select: ({ pathname }) => pathname === "/live" });
  const call = calls.find(
    ({ endedAt, takeover_requests: requests }) => endedAt === null && requests.includes(me.user_id),
  );
  if (!call || isLive) return null;
  return (
    <Alert
      color="orange"
      icon={<IconUserUp />}
      mb="md"
      role="alert"
      title="You are asked to take over a call"
    >
      <Group justify="space-between">
        <Text size="sm" c="var(--mantine-color-text)">
          The call with {remotePartyLabel(call)} is waiting for your answer.
        </Text>
        <LinkButton to="/live" size="xs" variant="filled">
          Go to call
        </LinkButton>
      </Group>
    </Alert>
  );
}
