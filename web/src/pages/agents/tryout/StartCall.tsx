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
  /** The language model provider. */
  model: string;
  isPlacing: boolean;
  error: unknown;
  onStart: () => void;
}

/** The screen before the test call: what it does and what is still missing. */
export function StartCall({ agent, model, isPlacing, error, onStart }: Props) {
  const needsNumber = agent.agent_id !== "default" && agent.numbers.length === 0;
  return (
    <Paper withBorder p="md" component="section" aria-label="Before the call">
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">
          Call this assistant and type what you say
        </Title>
        <List size="sm" spacing={4}>
          <List.Item>
            The phone network is simulated on this machine: no real call is placed or charged.
          </List.Item>
          <List.Item>
            Everything else is real: the greeting, the conversation, the recording and its transcript. The
            call is saved as a “Test call”.
          </List.Item>
          <List.Item>{MODEL_COSTS[model] ?? MODEL_COSTS.openai}</List.Item>
        </List>
        {!agent.open && (
          <Alert color="orange" icon={<IconMoon />} title="Closed now" w="100%">
            Outside opening hours and during an emergency closure, calls go to voicemail. Your test call will,
            too.
          </Alert>
        )}
        {error !== null && (
          <div style={{ width: "100%" }}>
            <ErrorNotice what="The assistant could not be called" error={error} onRetry={onStart} />
          </div>
        )}
        {needsNumber ? (
          <AssignNumber agentId={agent.agent_id} />
        ) : (
          error === null && (
            <Button
              leftSection={<IconPhone size={16} />}
              loading={isPlacing}
              onClick={onStart}
              data-autofocus
            >
              Call the assistant
            </Button>
          )
        )}
      </Stack>
    </Paper>
  );
}

const MODEL_COSTS: Record<string, string> = {
  sandbox:
    "The language model is simulated, too: it answers only with what the instructions say, and costs nothing.",
  openai: "Answers come from the configured language model; its provider charges for them.",
  anthropic: "Answers come from the configured language model; its provider charges for them.",
};

/** Assigns an unused number of the simulated network, as an agent without a number cannot be called. */
function AssignNumber({ agentId }: { agentId: string }) {
  const taken = useQuery({
    queryKey: ["agents", "numbers"],
    queryFn: () => body(api.GET("/api/phone-numbers")),
  });
  const assign = useAssignNumber(agentId);
  if (taken.isLoadingError) {
    return (
      <ErrorNotice
        what="Numbers could not be loaded"
        error={taken.error}
        onRetry={() => void taken.refetch()}
      />
    );
  }
  const number = taken.data ? freeNumber(taken.data.map((one) => one.number)) : null;
  return (
    <>
      <Text size="sm">This assistant has no number yet, so it cannot be called.</Text>
      <Button
        loading={taken.isPending || assign.isPending}
        disabled={!number}
        onClick={() => number && assign.mutate({ number, agent: agentId })}
      >
        {number ? `Assign ${phone(number)}` : "Assign a number"}
      </Button>
    </>
  );
}
