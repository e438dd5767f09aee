import { ActionIcon, Alert, Grid, Group, Skeleton, Stack } from "@mantine/core";
import { IconArchive, IconArrowLeft, IconMessageChatbot } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ApiProblem } from "../../api/problem";
import type { AgentView } from "../../api/types";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { LinkButton } from "../../components/links";
import { Page } from "../../components/Page";
import { useMay } from "../../session/session";
import { NotFound } from "../../shell/NotFound";
import { ArchiveAgent } from "./ArchiveAgent";
import { Emergency } from "./Emergency";
import { HoursEditor } from "./HoursEditor";
import { Numbers } from "./Numbers";
import { SettingsForm } from "./SettingsForm";
import { useAgent } from "./useAgent";

const route = getRouteApi("/agents/$agentId");

export function AgentPage() {
  const { agentId } = route.useParams();
  return (
    <Guarded needs="view_agents">
      <OneAgent key={agentId} agentId={agentId} />
    </Guarded>
  );
}

function OneAgent({ agentId }: { agentId: string }) {
  const agent = useAgent(agentId);
  if (agent.isPending) return <Skeleton h={480} aria-label="Loading the assistant" />;
  if (agent.isLoadingError && agent.error instanceof ApiProblem && agent.error.status === 404) {
    return <NotFound what="Assistant" />;
  }
  // A failed refetch keeps the loaded form, which may hold unsaved edits.
  return (
    <Stack>
      {agent.isError && (
        <ErrorNotice
          what="The assistant could not be loaded"
          error={agent.error}
          onRetry={() => void agent.refetch()}
        />
      )}
      {agent.data && <Loaded agent={agent.data} />}
    </Stack>
  );
}

function Loaded({ agent }: { agent: AgentView }) {
  const mayEdit = useMay("edit_agents") && !agent.archived;
  return (
    <Page
      title={agent.settings.name ?? agent.agent_id}
      hint={
        agent.persona_version === 0
          ? "No learned rules yet."
          : `Uses version ${agent.persona_version} of its learned rules.`
      }
      actions={
        <Group gap="xs">
          <ActionIcon
            variant="default"
            size={36}
            component={Link}
            to="/agents"
            aria-label="Back to assistants"
          >
            <IconArrowLeft size={18} />
          </ActionIcon>
          {mayEdit && (
            <LinkButton
              to="/agents/$agentId/try"
              params={{ agentId: agent.agent_id }}
              leftSection={<IconMessageChatbot size={16} />}
            >
              Try it
            </LinkButton>
          )}
          {mayEdit && agent.agent_id !== "default" && <ArchiveAgent agent={agent} />}
        </Group>
      }
    >
      {agent.archived && (
        <Alert color="gray" icon={<IconArchive />} title="Archived">
          This assistant no longer answers calls. Its calls and history are kept.
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <SettingsForm agent={agent} mayEdit={mayEdit} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Emergency agent={agent} mayEdit={mayEdit} />
            <HoursEditor agent={agent} mayEdit={mayEdit} />
            <Numbers agent={agent} mayEdit={mayEdit} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
