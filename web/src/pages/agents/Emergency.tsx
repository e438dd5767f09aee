import { Paper, Stack, Switch, Text, Title } from "@mantine/core";
import type { AgentView } from "../../api/types";
import { useEmergency } from "./useAgent";

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** The switch that answers nobody until further notice. */
export function Emergency({ agent, mayEdit }: Props) {
  const set = useEmergency(agent.agent_id);
  const isClosed = set.isPending ? set.variables : agent.emergency_closed;
  return (
    <Paper withBorder p="md" component="section" aria-label="Emergency">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {agent.emergency_closed ? "Closed for an emergency" : agent.open ? "Open now" : "Closed now"}
        </Title>
        <Switch
          color="red.9"
          size="md"
          label="Emergency: answer nobody"
          description="Every caller may leave a message, whatever the hours say, until this is switched off."
          checked={isClosed}
          disabled={!mayEdit || set.isPending}
          onChange={(event) => set.mutate(event.currentTarget.checked)}
        />
        {!mayEdit && (
          <Text size="xs" c="dimmed">
            Only an admin may change agents.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
