import { Alert, Button, List, Paper, Stack, Text, Title } from "@mantine/core";
import { IconMoon, IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, body } from "../../../api/client";
import type { AgentView } from "../../../api/types";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { phone } from "../../../format/phone";
import { useAssignNumber } from "../useAgent";
import { freeNumber } from "./freeNumber";

interface Props {
  agent: AgentView;
  /** Whose language model speaks. */
  model: string;
  isPlacing: boolean;
  error: unknown;
  onBegin: () => void;
}

/** Before the call: what will happen, and what is still missing. */
export function Begin({ agent, model, isPlacing, error, onBegin }: Props) {
  const needsNumber = agent.agent_id !== "default" && agent.numbers.length === 0;
  return (
    <Paper withBorder p="md" component="section" aria-label="Before the call">
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">
          Call this agent, and type what you say
        </Title>
        <List size="sm" spacing={4}>
          <List.Item>
            The telephone network is simulated on this machine: no real call is made, and none is paid for.
          </List.Item>
          <List.Item>
            Everything else is real: the greeting, the turns, the recording and its transcript. The call is
            kept in the ledger as a “Test call”.
          </List.Item>
          <List.Item>{PAYS[model] ?? PAYS.openai}</List.Item>
        </List>
        {!agent.open && (
          <Alert color="orange" icon={<IconMoon />} title="Closed now" w="100%">
            Outside its hours, and while it is closed for an emergency, callers are sent to the voicemail. So
            will you be.
          </Alert>
        )}
        {error !== null && (
          <div style={{ width: "100%" }}>
            <ErrorNotice what="The agent could not be called" error={error} onRetry={onBegin} />
          </div>
        )}
        {needsNumber ? (
          <GiveNumber agentId={agent.agent_id} />
        ) : (
          error === null && (
            <Button
              leftSection={<IconPhone size={16} />}
              loading={isPlacing}
              onClick={onBegin}
              data-autofocus
            >
              Call the agent
            </Button>
          )
        )}
      </Stack>
    </Paper>
  );
}

const PAYS: Record<string, string> = {
  sandbox: "The language model is simulated too: it answers by a script, and costs nothing.",
  openai: "The words come from the language model that is configured here, and cost what its provider asks.",
  anthropic:
    "The words come from the language model that is configured here, and cost what its provider asks.",
};

/** An agent is called by a number; in the simulated network every number is free. */
function GiveNumber({ agentId }: { agentId: string }) {
  const taken = useQuery({
    queryKey: ["agents", "numbers"],
    queryFn: () => body(api.GET("/api/phone-numbers")),
  });
  const assign = useAssignNumber(agentId);
  if (taken.isLoadingError) {
    return (
      <ErrorNotice what="No number was found" error={taken.error} onRetry={() => void taken.refetch()} />
    );
  }
  const number = taken.data ? freeNumber(taken.data.map((one) => one.number)) : null;
  return (
    <>
      <Text size="sm">This agent has no number yet, so nobody can call it.</Text>
      <Button
        loading={taken.isPending || assign.isPending}
        disabled={!number}
        onClick={() => number && assign.mutate({ number, agent: agentId })}
      >
        {number ? `Give it ${phone(number)}` : "Give it a number"}
      </Button>
    </>
  );
}
