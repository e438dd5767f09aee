import { Button, Menu, Text } from "@mantine/core";
import { IconUserUp } from "@tabler/icons-react";
import { useActiveUsers } from "../../components/useUsers";
import type { CallAction } from "../../live/callActions";
import { callHandlers } from "../../live/callHandlers";
import { useMe } from "../../session/session";

interface Props {
  isBusy: boolean;
  onAction: (action: CallAction) => void;
}

/** Takes the call over, or asks an online team member to. */
export function TakeOverButton({ isBusy, onAction }: Props) {
  const me = useMe();
  const { data } = useActiveUsers();
  const teamMembers = callHandlers(data ?? [], me.user_id);
  return (
    <Menu position="top-start" withArrow>
      <Menu.Target>
        <Button size="xs" leftSection={<IconUserUp size={16} />} loading={isBusy}>
          Take over
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAction({ do: "take_over" })}>
          Take over the call
          <Text size="xs" c="dimmed">
            The assistant stops speaking
          </Text>
        </Menu.Item>
        {teamMembers.length > 0 && <Menu.Label>Ask a team member</Menu.Label>}
        {teamMembers.map((user) => (
          <Menu.Item key={user.user_id} onClick={() => onAction({ do: "take_over", user: user.user_id })}>
            {user.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
