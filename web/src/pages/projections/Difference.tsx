import { Alert, ScrollArea, Stack, Table, Text } from "@mantine/core";
import { count } from "../../format/numbers";
import { leftOut, type RebuildReport, verdict } from "./report";

interface Props {
  report: RebuildReport;
  /** Whether it is the result of the rebuild started in this dialog. */
  isNew: boolean;
}

/** The result of a rebuild, and how its rows differ from the current ones. */
export function Difference({ report, isNew }: Props) {
  const samples = report.difference?.tables.flatMap((table) =>
    table.first.slice(0, 3).map((row) => ({ table: table.table, ...row })),
  );
  const omitted = leftOut(report);
  return (
    <Stack gap="sm" role="status">
      <Alert color={report.switched ? "teal" : "indigo"} title={titleOf(report, isNew)}>
        {verdict(report)} {count(report.events)} events in {report.load_seconds.toFixed(1)} s.
        {report.switch_ms !== null && ` Switched in ${Math.round(report.switch_ms)} ms.`}
      </Alert>
      {omitted && (
        <Alert color="red" p="xs" className="breakable">
          {omitted}
        </Alert>
      )}
      <ScrollArea>
        <Table verticalSpacing={4} className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Table</Table.Th>
              <Table.Th ta="right">Equal</Table.Th>
              <Table.Th ta="right">Added</Table.Th>
              <Table.Th ta="right">Removed</Table.Th>
              <Table.Th ta="right">Changed</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.difference?.tables.map((table) => (
              <Table.Tr key={table.table}>
                <Table.Td>{table.table}</Table.Td>
                <Table.Td ta="right">{count(table.equal)}</Table.Td>
                <Table.Td ta="right">{count(table.added)}</Table.Td>
                <Table.Td ta="right">{count(table.gone)}</Table.Td>
                <Table.Td ta="right">{table.comparable ? count(table.different) : "not comparable"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {samples?.map((row) => (
        <Text key={`${row.table} ${row.key.join(" ")}`} size="xs" className="breakable">
          {row.table} {row.key.join(", ")}: {row.change}
          {row.fields.map((field) => ` — ${field.column}: ${field.before} → ${field.after}`).join("")}
        </Text>
      ))}
    </Stack>
  );
}

function titleOf(report: RebuildReport, isNew: boolean): string {
  const which = isNew ? "" : "Last rebuild: ";
  const what = report.switched ? "switched to the new rows" : "compared, not switched";
  return which + (isNew ? what.charAt(0).toUpperCase() + what.slice(1) : what);
}
