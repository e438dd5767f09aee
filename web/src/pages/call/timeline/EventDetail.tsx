import { Button, Code, Collapse, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import type { HistoryEvent } from "../../../api/types";
import { Moment } from "../../../components/Moment";
import { usePeople } from "../../../components/usePeople";
import { eventName } from "../../../format/words";
import { useDifference } from "../useCall";
import { describe, shown } from "./describe";

interface Props {
  callId: string;
  event: HistoryEvent;
  onPlay?: () => void;
}

/** One event: what it says, who told it, and what it changed. */
export function EventDetail({ callId, event, onPlay }: Props) {
  const nameOf = usePeople();
  const [isOpen, { toggle }] = useDisclosure();
  const difference = useDifference(callId, event.version);
  const actor = event.actor.startsWith("user:") ? nameOf(event.actor.slice(5)) : event.actor;
  return (
    <Paper withBorder p="md" component="section" aria-label="The event" aria-live="polite">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h5">
            {event.version}. {eventName(event.type)}
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
          Happened <Moment at={event.at ?? event.recorded_at} as="exact" />, told by {actor}, known since{" "}
          <Moment at={event.recorded_at} as="exact" />. Position {event.position} of the log.
        </Text>
        {difference.data?.changes && difference.data.changes.length > 0 && (
          <Table verticalSpacing={4} layout="fixed" aria-label="What this event changed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Changed</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>To</Table.Th>
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
            {isOpen ? "Hide the event as it is stored" : "Show the event as it is stored"}
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
