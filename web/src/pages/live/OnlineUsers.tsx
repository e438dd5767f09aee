import { Avatar, Group, Text, Tooltip } from "@mantine/core";
import { useActiveUsers } from "../../components/useUsers";
import { roleLabel } from "../../session/permissions";

/** Avatars of the users who are online. */
export function OnlineUsers() {
  const { data } = useActiveUsers();
  if (!data || data.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Online
      </Text>
      <Avatar.Group>
        {data.slice(0, 6).map((user) => (
          <Tooltip key={user.user_id} label={`${user.name}, ${roleLabel(user.role)}`}>
            <Avatar radius="xl" size="sm" name={user.name} color="indigo" />
          </Tooltip>
        ))}
      </Avatar.Group>
    </Group>
  );
}
