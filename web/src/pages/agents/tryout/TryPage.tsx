import { ActionIcon, Alert, Grid, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconPhone, IconPlugConnectedX } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ApiProblem } from "../../../api/problem";
import type { AgentView } from "../../../api/types";
import { Empty } from "../../../components/Empty";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { Guarded } from "../../../components/Guarded";
import { LinkButton } from "../../../components/links";
import { Page } from "../../../components/Page";
import { CallButton } from "../../../dialer/CallButton";
import { phone } from "../../../format/phone";
import { NotFound } from "../../../shell/NotFound";
import { useNetwork } from "../../../telephone/network";
import { useAgent } from "../useAgent";
import { Conversation } from "./Conversation";
import { Events } from "./Events";
import { StartCall } from "./StartCall";
import { useTryout } from "./useTryout";

const route = getRouteApi("/agents/$agentId/try");

/** A typed test call to an agent, with the call's events beside the conversation. */
export function TryPage() {
  const { agentId } = route.useParams();
  return (
    <Guarded needs="edit_agents">
      <OneAgent key={agentId} agentId={agentId} />
    </Guarded>
  );
}

function OneAgent({ agentId }: { agentId: string }) {
  const agent = useAgent(agentId);
  const network = useNetwork();
  if (agent.isLoadingError) {
    if (agent.error instanceof ApiProblem && agent.error.status === 404) return <NotFound what="Assistant" />;
    return (
      <ErrorNotice
        what="The assistant could not be loaded"
        error={agent.error}
        onRetry={() => void agent.refetch()}
      />
    );
  }
  if (agent.isPending || !network) return <Skeleton h={480} aria-label="Loading the assistant" />;
  const name = nameOf(agent.data);
  return (
    <Page
      title={`Try ${name}`}
      hint="You are the caller. The call’s events appear next to the conversation."
      actions={
        <ActionIcon
          variant="default"
          size={36}
          component={Link}
          to={`/agents/${agentId}`}
          aria-label="Back to the assistant"
        >
          <IconArrowLeft size={18} />
        </ActionIcon>
      }
    >
      {agent.isError && (
        <ErrorNotice
          what="The assistant could not be loaded"
          error={agent.error}
          onRetry={() => void agent.refetch()}
        />
      )}
      {agent.data.archived ? (
        <Alert color="gray" title="Archived">
          This assistant no longer answers calls, so it cannot be tested.
        </Alert>
      ) : network.telephone_network !== "sandbox" ? (
        <RealPhoneNetwork agent={agent.data} />
      ) : network.sandbox === "missing" ? (
        <SandboxMissing />
      ) : (
        <Try agent={agent.data} model={network.language_model} />
      )}
    </Page>
  );
}

function Try({ agent, model }: { agent: AgentView; model: string }) {
  const tryout = useTryout(agent.agent_id);
  const { callId, line, state } = tryout;
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        {callId && line && state ? (
          <Conversation
            key={callId}
            callId={callId}
            line={line}
            state={state}
            agentName={nameOf(agent)}
            language={agent.settings.language ?? "en-US"}
            onRestart={tryout.start}
          />
        ) : (
          <StartCall
            agent={agent}
            model={model}
            isPlacing={tryout.isPlacing}
            error={tryout.error}
            onStart={tryout.start}
          />
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Events events={tryout.events} />
      </Grid.Col>
    </Grid>
  );
}

/** With Twilio configured, the page explains how to call the agent by phone. */
function RealPhoneNetwork({ agent }: { agent: AgentView }) {
  const number = agent.numbers[0];
  return (
    <Empty
      icon={<IconPhone size={28} />}
      title="Call the assistant by phone"
      action={
        number ? (
          <CallButton number={number} />
        ) : (
          <LinkButton to="/agents/$agentId" params={{ agentId: agent.agent_id }}>
            View its numbers
          </LinkButton>
        )
      }
    >
      This service is connected to Twilio, so typed test calls are not available.{" "}
      {number
        ? `Call ${phone(number)} from the dialer or any phone, and follow the call on the Live page.`
        : "Assign a number to the assistant, call it from the dialer or any phone, and follow the call on the Live page."}{" "}
      Without Twilio credentials, this page simulates the phone network.
    </Empty>
  );
}

function SandboxMissing() {
  return (
    <Empty icon={<IconPlugConnectedX size={28} />} title="Phone network not available">
      The program call-ledger-sandbox, which simulates the phone network, was not found next to call-ledger.
      Build it, or run it elsewhere and set TWILIO_API_BASE; then restart the service.
    </Empty>
  );
}

function nameOf(agent: AgentView): string {
  return agent.settings.name ?? agent.agent_id;
}
