import { Paper, Progress, Table, Title } from "@mantine/core";
import { useAgentName } from "../../components/useAgents";
import { count, share } from "../../format/numbers";
import { type byPersona, shareOf } from "./shares";

/** Grades and corrections by agent and persona version. */
export function ByPersona({ personas }: { personas: ReturnType<typeof byPersona> }) {
  const agentName = useAgentName();
  return (
    <Paper withBorder p="md" component="section" aria-label="By assistant and rules version">
      <Title order={2} size="h4" mb="sm">
        By assistant and rules version
      </Title>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Assistant</Table.Th>
            <Table.Th>Learned rules</Table.Th>
            <Table.Th>Good</Table.Th>
            <Table.Th ta="right" visibleFrom="xs">
              Graded
            </Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              Corrections
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {personas.map((persona) => {
            const good = shareOf(persona);
            return (
              <Table.Tr key={`${persona.agent} ${persona.version}`}>
                <Table.Td>{persona.agent ? agentName(persona.agent) : "Unknown"}</Table.Td>
                <Table.Td>{persona.version === 0 ? "None" : `Version ${persona.version}`}</Table.Td>
                <Table.Td className="figures" miw={90}>
                  {good === null ? "—" : share(good)}
                  <Progress value={(good ?? 0) * 100} color="teal" size="xs" aria-hidden />
                </Table.Td>
                <Table.Td ta="right" className="figures" visibleFrom="xs">
                  {count(persona.good + persona.needsImprovement)}
                </Table.Td>
                <Table.Td ta="right" className="figures" visibleFrom="sm">
                  {count(persona.corrections)}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
