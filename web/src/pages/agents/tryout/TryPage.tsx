import { ActionIcon, Alert, Grid, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconPhone, IconPlugConnectedX } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ApiProblem } from "../../../api/problem";
import type { AgentView } from "../../../api/types";
import { Empty } from "../../../components/Empty";
import { ErrorNotice } from "../../../components/ErrorNotice";
import { LinkButton } from "../../../components/links";
import { Page } from "../../../components/Page";
import { Guarded } from "../../../components/Refused";
import { CallButton } from "../../../dialer/CallButton";
import { phone } from "../../../format/phone";
import { NotFound } from "../../../shell/NotFound";
import { useNetwork } from "../../../telephone/network";
import { useAgent } from "../useAgent";
import { Begin } from "./Begin";
import { Events } from "./Events";
import { Talk } from "./Talk";
import { useTryout } from "./useTryout";

const route = getRouteApi("/agents/$agentId/try");

/** An agent, tried: one calls it and types, and sees the events of the call beside it. */
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
    if (agent.error instanceof ApiProblem && agent.error.status === 404) return <NotFound />;
    return (
      <ErrorNotice
        what="The agent could not be loaded"
        error={agent.error}
        onRetry={() => void agent.refetch()}
      />
    );
  }
  if (agent.isPending || !network) return <Skeleton h={480} aria-label="Loading the agent" />;
  const name = nameOf(agent.data);
  return (
    <Page
      title={`Try ${name}`}
      hint="You are the caller. What happens in the call appears beside it."
      actions={
        <ActionIcon
          variant="default"
          size={36}
          component={Link}
          to={`/agents/${agentId}`}
          aria-label="Back to the agent"
        >
          <IconArrowLeft size={18} />
        </ActionIcon>
      }
    >
      {agent.isError && (
        <ErrorNotice
          what="The agent could not be loaded"
          error={agent.error}
          onRetry={() => void agent.refetch()}
        />
      )}
      {agent.data.archived ? (
        <Alert color="gray" title="Archived">
          This agent answers no calls any more, so it cannot be tried.
        </Alert>
      ) : network.telephone_network !== "sandbox" ? (
        <ByTelephone agent={agent.data} />
      ) : network.sandbox === "missing" ? (
        <NoNetwork />
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
          <Talk
            key={callId}
            callId={callId}
            line={line}
            state={state}
            agentName={nameOf(agent)}
            language={agent.settings.language ?? "en-US"}
            onAgain={tryout.begin}
          />
        ) : (
          <Begin
            agent={agent}
            model={model}
            isPlacing={tryout.isPlacing}
            error={tryout.error}
            onBegin={tryout.begin}
          />
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Events events={tryout.events} />
      </Grid.Col>
    </Grid>
  );
}

/** With a real telephone network one calls the agent as anybody does. */
function ByTelephone({ agent }: { agent: AgentView }) {
  const number = agent.numbers[0];
  return (
    <Empty
      icon={<IconPhone size={28} />}
      title="Call it, as anybody does"
      action={
        number ? (
          <CallButton number={number} />
        ) : (
          <LinkButton to="/agents/$agentId" params={{ agentId: agent.agent_id }}>
            To its numbers
          </LinkButton>
        )
      }
    >
      The telephone network is Twilio, where one cannot type.{" "}
      {number
        ? `Call ${phone(number)} with the dialer of this page or with any telephone, and see it on Live.`
        : "Give the agent a number, call that with the dialer of this page or with any telephone, and see it on Live."}{" "}
      Without Twilio credentials this page simulates a call.
    </Empty>
  );
}

function NoNetwork() {
  return (
    <Empty icon={<IconPlugConnectedX size={28} />} title="There is no telephone network">
      The program call-ledger-sandbox, which simulates one, does not lie beside call-ledger. Build it, or run
      it elsewhere and set TWILIO_API_BASE, and start the service again.
    </Empty>
  );
}

function nameOf(agent: AgentView): string {
  return agent.settings.name ?? agent.agent_id;
}
