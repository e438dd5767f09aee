import { Table, Text } from "@mantine/core";
import type { CallDetail } from "../../../api/types";
import { Timestamp } from "../../../components/Timestamp";
import { words } from "../../../format/words";
import { Section } from "./Section";

/** The call's participants with their join and leave times. */
export function Participants({ call }: { call: CallDetail }) {
  if (call.participants.length === 0) return null;
  return (
    <Section title="Participants">
      <Table verticalSpacing={6} layout="fixed">
        <Table.Tbody>
          {call.participants.map((participant) => (
            <Table.Tr key={participant.leg}>
              <Table.Td>
                {words(participant.role)}
                <Text size="xs" c="dimmed" truncate title={participant.leg}>
                  {participant.leg}
                </Text>
              </Table.Td>
              <Table.Td>
                <Timestamp at={participant.joined_at} as="exact" />
                {participant.left_at && " – "}
                <Timestamp at={participant.left_at} as="exact" />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
