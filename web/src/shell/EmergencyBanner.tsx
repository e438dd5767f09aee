import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { LinkButton } from "../components/links";
import { remotePartyLabel } from "../components/RemoteParty";
import { useBoard } from "../feed/FeedProvider";
import { emergencies } from "../live/visibleCalls";

/** Shows active calls in which a life may be in danger, to every user on every page, until a team member has the call. */
export function EmergencyBanner() {
  const board = useBoard();
  const { calls } = useSyncExternalStore(board.watch, board.current);
  const urgent = emergencies(calls);
  if (urgent.length === 0) return null;
  return (
    <Alert
      color="red"
      variant="filled"
      icon={<IconUrgent />}
      mb="md"
      role="alert"
      title="Emergency in a call"
    >
      <Stack gap="xs">
        {urgent.map((call) => (
          <Group key={call.call_id} justify="space-between">
            <Text size="sm" c="inherit">
              A life may be in danger in the call with {remotePartyLabel(call)}. The assistant is with the
              caller.
            </Text>
            <LinkButton to="/live" size="xs" variant="white" color="red">
              Go to call
            </LinkButton>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
