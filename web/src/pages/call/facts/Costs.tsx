import { Table, Text } from "@mantine/core";
import type { HistoryEvent } from "../../../api/types";
import { count, money } from "../../../format/numbers";
import { words } from "../../../format/words";
import { costsOf, totals } from "./costs";
import { Section } from "./Section";

/** The call's costs; renders nothing while none are known. */
export function Costs({ events }: { events: readonly HistoryEvent[] }) {
  const costs = costsOf(events);
  if (costs.length === 0) return null;
  return (
    <Section title="Costs">
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {costs.map((cost) => (
            <Table.Tr key={`${cost.item} ${cost.currency}`}>
              <Table.Td>
                {words(cost.item)}
                <Text span size="xs" c="dimmed">
                  {" "}
                  {count(Math.round(cost.quantity * 100) / 100)} {cost.unit}
                  {cost.provisional && ", estimated"}
                </Text>
              </Table.Td>
              <Table.Td ta="right" className="figures">
                {money(cost.amountMicros, cost.currency)}
              </Table.Td>
            </Table.Tr>
          ))}
          {totals(costs).map(([currency, amount]) => (
            <Table.Tr key={currency} fw={650}>
              <Table.Td>Total</Table.Td>
              <Table.Td ta="right" className="figures">
                {money(amount, currency)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
