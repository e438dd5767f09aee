import { Avatar, Group, Text, Tooltip } from "@mantine/core";
import { useActiveUsers } from "../../components/usePeople";
import { roleLabel } from "../../session/permissions";

/** Colleagues who are here. */
export function Here() {
  const { data } = useActiveUsers();
  if (!data || data.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Here now
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
