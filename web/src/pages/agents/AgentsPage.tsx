import { Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { IconHeadset, IconMessageChatbot, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ListedAgent } from "../../api/types";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
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
  const [showsArchived, setShowsArchived] = useState(false);
  const all = agents.data ?? [];
  const shown = all.filter((agent) => showsArchived || !agent.archived);
  return (
    <Page
      title="Assistants"
      hint="What each assistant says, when it answers, and on which numbers."
      actions={
        mayEdit && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            New assistant
          </Button>
        )
      }
    >
      {agents.isPending && <Skeleton h={180} aria-label="Loading assistants" />}
      {agents.isError && (
        <ErrorNotice
          what="Assistants could not be loaded"
          error={agents.error}
          onRetry={() => void agents.refetch()}
        />
      )}
      {agents.isSuccess && shown.length === 0 && (
        <Empty icon={<IconHeadset size={28} />} title="No assistants">
          Without an assistant, calls go to voicemail. Create one to answer them.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
        {shown.map((agent) => (
          <AgentCard key={agent.agent_id} agent={agent} mayTry={mayEdit && !agent.archived} />
        ))}
      </SimpleGrid>
      {all.some((agent) => agent.archived) && (
        <Switch
          label="Show archived assistants"
          checked={showsArchived}
          onChange={(event) => setShowsArchived(event.currentTarget.checked)}
        />
      )}
      {isCreating && <CreateAgent onClose={() => setCreating(false)} />}
    </Page>
  );
}

/** The card links to the assistant; its button links to the test call. */
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
              ? "All unassigned numbers"
              : "No number yet"}
        </Text>
        <Group justify="space-between" wrap="nowrap">
          <Text size="xs" c="dimmed">
            {agent.hours ? agent.hours.time_zone.replaceAll("_", " ") : "Open 24/7"} ·{" "}
            {agent.persona_version === 0 ? "no learned rules" : `rules version ${agent.persona_version}`}
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
