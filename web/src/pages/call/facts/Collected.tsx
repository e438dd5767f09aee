import { Badge, Group, Table } from "@mantine/core";
import type { CallDetail } from "../../../api/types";
import { words } from "../../../format/words";
import { Section } from "./Section";

/** The fields that the agent collected. */
export function Collected({ call }: { call: CallDetail }) {
  if (call.fields.length === 0) return null;
  return (
    <Section title="Collected information">
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {call.fields.map((field) => (
            <Table.Tr key={field.field}>
              <Table.Th scope="row" w="40%">
                {words(field.field)}
              </Table.Th>
              <Table.Td className="breakable">
                <Group gap={6}>
                  {field.value ?? "Erased"}
                  {!field.valid && (
                    <Badge color="orange" variant="light" size="sm">
                      Invalid
                    </Badge>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
