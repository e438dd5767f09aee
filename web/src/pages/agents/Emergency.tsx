import { Paper, Stack, Switch, Text, Title } from "@mantine/core";
import type { AgentView } from "../../api/types";
import { useEmergency } from "./useAgent";

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** Emergency closure: sends every call to voicemail, whatever the hours are. */
export function Emergency({ agent, mayEdit }: Props) {
  const set = useEmergency(agent.agent_id);
  const isClosed = set.isPending ? set.variables : agent.emergency_closed;
  return (
    <Paper withBorder p="md" component="section" aria-label="Emergency closure">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {agent.emergency_closed ? "Emergency closure" : agent.open ? "Open now" : "Closed now"}
        </Title>
        <Switch
          color="red.9"
          size="md"
          label="Emergency closure: send all calls to voicemail"
          description="Overrides the opening hours until it is switched off."
          checked={isClosed}
          disabled={!mayEdit || set.isPending}
          onChange={(event) => set.mutate(event.currentTarget.checked)}
        />
        {!mayEdit && (
          <Text size="xs" c="dimmed">
            Only an admin can change assistants.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
