import { Anchor, Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Feedback } from "../../api/types";
import { Timestamp } from "../../components/Timestamp";
import { useAgentName } from "../../components/useAgents";
import { useUserName } from "../../components/useUsers";

/** Corrections, latest first, each with a link to its call. */
export function Corrections({ corrections }: { corrections: Feedback["corrections"] }) {
  const nameOf = useUserName();
  const agentName = useAgentName();
  return (
    <Paper withBorder p="md" component="section" aria-label="Corrections">
      <Title order={2} size="h4" mb="sm">
        Corrections
      </Title>
      {corrections.length === 0 && (
        <Text c="dimmed" size="sm">
          No corrections yet. Add them on a call’s page, for the whole call or for one turn.
        </Text>
      )}
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {corrections.map((correction) => (
          <li key={`${correction.call_id} ${correction.correction}`}>
            <Text className="breakable">{correction.note ?? "Erased"}</Text>
            <Group gap="xs">
              <Text size="xs" c="dimmed">
                {nameOf(correction.noted_by)} · <Timestamp at={correction.noted_at} /> ·{" "}
                {correction.turn ? `turn ${correction.turn} of ` : ""}
                <Anchor component={Link} to={`/calls/${correction.call_id}`} size="xs" underline="always">
                  the call
                </Anchor>
              </Text>
              {correction.agent && (
                <Badge size="sm" variant="light" color="gray">
                  {agentName(correction.agent)}
                </Badge>
              )}
            </Group>
          </li>
        ))}
      </Stack>
    </Paper>
  );
}
