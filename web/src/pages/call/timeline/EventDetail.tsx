import { Button, Code, Collapse, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import type { HistoryEvent } from "../../../api/types";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { useDifference } from "../useCall";
import { describe, shown, title } from "./describe";

interface Props {
  callId: string;
  event: HistoryEvent;
  /** All events of the call. */
  events: readonly HistoryEvent[];
  onPlay?: () => void;
}

/** One event: its content, actor and changes to the call's state. */
export function EventDetail({ callId, event, events, onPlay }: Props) {
  const nameOf = useUserName();
  const [isOpen, { toggle }] = useDisclosure();
  const difference = useDifference(callId, event.version);
  const actor = event.actor.startsWith("user:") ? nameOf(event.actor.slice(5)) : event.actor;
  return (
    <Paper withBorder p="md" component="section" aria-label="Event" aria-live="polite">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h5">
            {event.version}. {title(event, events)}
          </Title>
          {onPlay && (
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconPlayerPlay size={14} />}
              onClick={onPlay}
            >
              Play from here
            </Button>
          )}
        </Group>
        <Text className="breakable">{describe(event, nameOf)}</Text>
        <Text size="sm" c="dimmed">
          Occurred <Timestamp at={event.at ?? event.recorded_at} as="exact" />, reported by {actor}, recorded{" "}
          <Timestamp at={event.recorded_at} as="exact" />. Log position {event.position}.
        </Text>
        {difference.data?.changes && difference.data.changes.length > 0 && (
          <Table verticalSpacing={4} layout="fixed" aria-label="Changes by this event">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>After</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {difference.data.changes.slice(0, 12).map((change) => (
                <Table.Tr key={change.pointer}>
                  <Table.Td className="breakable">{change.pointer.slice(1).replaceAll("/", " › ")}</Table.Td>
                  <Table.Td className="breakable">{shown(change.from) || "—"}</Table.Td>
                  <Table.Td className="breakable">{shown(change.to) || "—"}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <div>
          <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={isOpen}>
            {isOpen ? "Hide stored event" : "Show stored event"}
          </Button>
          <Collapse expanded={isOpen}>
            <Code block mt="xs">
              {JSON.stringify(event.data, null, 2)}
            </Code>
          </Collapse>
        </div>
      </Stack>
    </Paper>
  );
}
