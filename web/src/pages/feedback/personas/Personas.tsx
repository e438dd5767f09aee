import { Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { Timestamp } from "../../../components/Timestamp";
import { useAgentName, useAgents } from "../../../components/useAgents";
import { useUserName } from "../../../components/useUsers";
import { useMay } from "../../../session/session";
import { RollBack } from "./Decide";
import { type Entry, entriesOf, versionName } from "./history";
import { Propose } from "./Propose";
import { usePersonas } from "./usePersonas";
import { Version } from "./Version";

/** The persona versions of the selected agent, or of the first one. */
export function PersonasOf({ agent }: { agent: string | undefined }) {
  const agents = useAgents();
  const agentId = agent ?? agents.data?.find(({ archived }) => !archived)?.agent_id;
  const isOneOfMany = agent === undefined && (agents.data?.length ?? 0) > 1;
  return agentId ? <Personas key={agentId} agentId={agentId} isOneOfMany={isOneOfMany} /> : null;
}

interface Props {
  agentId: string;
  /** Whether there are several agents and none is selected. */
  isOneOfMany: boolean;
}

function Personas({ agentId, isOneOfMany }: Props) {
  const personas = usePersonas(agentId);
  const agentName = useAgentName();
  const agent = useAgents().data?.find(({ agent_id: id }) => id === agentId);
  const mayPropose = useMay("propose_personas") && agent?.archived === false;
  const [isProposing, setProposing] = useState(false);
  const pages = personas.data?.pages ?? [];
  return (
    <Paper withBorder p="md" component="section" aria-label="Learned rules">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h4" className="breakable">
            Learned rules: {agentName(agentId)}
          </Title>
          <Text size="sm" c="dimmed">
            {pages[0] &&
              (pages[0].in_force === 0 ? "No learned rules in use." : `Version ${pages[0].in_force} in use.`)}
            {isOneOfMany && " Select another assistant above."}
          </Text>
        </div>
        {mayPropose && pages[0] && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setProposing(true)}>
            Propose rules
          </Button>
        )}
      </Group>
      {personas.isPending && <Skeleton h={160} aria-label="Loading learned rules" />}
      {personas.isError && (
        <ErrorNotice
          what="Learned rules could not be loaded"
          error={personas.error}
          onRetry={() => void personas.refetch()}
        />
      )}
      {pages[0] && <History agentId={agentId} entries={entriesOf(pages)} inForce={pages[0].in_force} />}
      {personas.hasNextPage && (
        <Button
          variant="default"
          mt="sm"
          loading={personas.isFetchingNextPage}
          onClick={() => void personas.fetchNextPage()}
        >
          Load earlier versions
        </Button>
      )}
      {isProposing && pages[0] && (
        <Propose
          agentId={agentId}
          inForce={pages[0].rules}
          versions={pages.flatMap(({ versions }) => versions)}
          onClose={() => setProposing(false)}
        />
      )}
    </Paper>
  );
}

function History({ agentId, entries, inForce }: { agentId: string; entries: Entry[]; inForce: number }) {
  const nameOf = useUserName();
  const mayDecide = useMay("approve_personas");
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No learned rules yet. Propose rules based on corrections; they apply once approved.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {entries.map((entry) =>
        entry.kind === "version" ? (
          <Version key={`version ${entry.version.version}`} agentId={agentId} version={entry.version} />
        ) : (
          <Text key={`rollback ${entry.at}`} size="sm" c="dimmed">
            Rolled back from {versionName(entry.rollback.from)} to {versionName(entry.rollback.to)} by{" "}
            {nameOf(entry.rollback.by)} · <Timestamp at={entry.at} />
          </Text>
        ),
      )}
      {mayDecide && inForce !== 0 && (
        <Group>
          <RollBack agentId={agentId} to={0} />
        </Group>
      )}
    </Stack>
  );
}
