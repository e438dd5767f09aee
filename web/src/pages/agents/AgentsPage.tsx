import { Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { IconHeadset, IconMessageChatbot, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ListedAgent } from "../../api/types";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { useAgents } from "../../components/useAgents";
import { phone } from "../../format/phone";
import { useMay } from "../../session/session";
import classes from "./agents.module.css";
import { CreateAgent } from "./CreateAgent";
import { isOpenAt } from "./hours";

export function AgentsPage() {
  return (
    <Guarded needs="view_agents">
      <Agents />
    </Guarded>
  );
}

function Agents() {
  const agents = useAgents();
  const mayEdit = useMay("edit_agents");
  const [isCreating, setCreating] = useState(false);
  const [hasArchived, setArchived] = useState(false);
  const all = agents.data ?? [];
  const shown = all.filter((agent) => hasArchived || !agent.archived);
  return (
    <Page
      title="Agents"
      hint="Who answers, with which words, when, and on which numbers."
      actions={
        mayEdit && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            New agent
          </Button>
        )
      }
    >
      {agents.isPending && <Skeleton h={180} aria-label="Loading agents" />}
      {agents.isError && (
        <ErrorNotice
          what="The agents could not be loaded"
          error={agents.error}
          onRetry={() => void agents.refetch()}
        />
      )}
      {agents.isSuccess && shown.length === 0 && (
        <Empty icon={<IconHeadset size={28} />} title="No agents">
          Without an agent calls go to voicemail. Make one to have them answered.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
        {shown.map((agent) => (
          <AgentCard key={agent.agent_id} agent={agent} mayTry={mayEdit && !agent.archived} />
        ))}
      </SimpleGrid>
      {all.some((agent) => agent.archived) && (
        <Switch
          label="Show archived agents"
          checked={hasArchived}
          onChange={(event) => setArchived(event.currentTarget.checked)}
        />
      )}
      {isCreating && <CreateAgent onClose={() => setCreating(false)} />}
    </Page>
  );
}

/** The whole card leads to the agent; the button on it, to a try. */
function AgentCard({ agent, mayTry }: { agent: ListedAgent; mayTry: boolean }) {
  const isOpen = !agent.emergency_closed && (!agent.hours || isOpenAt(agent.hours, new Date()));
  return (
    <Card withBorder className={classes.card}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text
            component={Link}
            to={`/agents/${agent.agent_id}`}
            className={classes.whole}
            c="inherit"
            fw={650}
            truncate
          >
            {agent.settings.name ?? agent.agent_id}
          </Text>
          {agent.archived ? (
            <Badge color="gray" variant="light">
              Archived
            </Badge>
          ) : agent.emergency_closed ? (
            <Badge color="red" variant="light">
              Emergency
            </Badge>
          ) : (
            <Badge color={isOpen ? "teal" : "gray"} variant="light">
              {isOpen ? "Open" : "Closed"}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {agent.settings.greeting ?? "No greeting"}
        </Text>
        <Text size="sm" className="figures">
          {agent.numbers.length > 0
            ? agent.numbers.map(phone).join(", ")
            : agent.agent_id === "default"
              ? "Every number that nobody assigned"
              : "No number yet"}
        </Text>
        <Group justify="space-between" wrap="nowrap">
          <Text size="xs" c="dimmed">
            {agent.hours ? agent.hours.time_zone.replaceAll("_", " ") : "Answers at any hour"} ·{" "}
            {agent.persona_version === 0 ? "base prompt" : `persona ${agent.persona_version}`}
          </Text>
          {mayTry && (
            <LinkButton
              to="/agents/$agentId/try"
              params={{ agentId: agent.agent_id }}
              className={classes.above}
              size="xs"
              leftSection={<IconMessageChatbot size={14} />}
              aria-label={`Try it: ${agent.settings.name ?? agent.agent_id}`}
            >
              Try it
            </LinkButton>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
