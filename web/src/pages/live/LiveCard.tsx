import { Alert, Badge, Card, Group, Stack, Text } from "@mantine/core";
import { memo } from "react";
import { HolderBadge, StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { LinkText } from "../../components/links";
import { RemoteParty, remotePartyLabel } from "../../components/RemoteParty";
import { useAgentName } from "../../components/useAgents";
import { useNow } from "../../components/useNow";
import { useUserName } from "../../components/useUsers";
import { duration } from "../../format/time";
import type { LiveCall } from "../../live/liveCall";
import { transcriptNotice } from "../../live/transcriptNotice";
import { useMay } from "../../session/session";
import { CardActions } from "./CardActions";
import { LiveTranscript } from "./LiveTranscript";

/** A live call: remote party, elapsed time, holder, transcript and actions. */
export const LiveCard = memo(function LiveCard({ call }: { call: LiveCall }) {
  const agentName = useAgentName();
  const mayHandle = useMay("handle_calls");
  const isOver = call.endedAt !== null;
  return (
    <Card
      withBorder
      component="article"
      aria-label={`Call with ${remotePartyLabel(call)}`}
      opacity={isOver ? 0.7 : 1}
    >
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Direction direction={call.direction} />
            <Stack gap={0} miw={0}>
              <LinkText to="/calls/$callId" params={{ callId: call.call_id }} c="inherit">
                <RemoteParty call={call} />
              </LinkText>
              {call.agent && (
                <Text size="xs" c="dimmed" truncate>
                  {agentName(call.agent)}
                </Text>
              )}
            </Stack>
          </Group>
          <Stack gap={2} align="flex-end">
            {isOver ? (
              <StatusBadge status={call.outcome ?? "completed"} />
            ) : (
              <HolderBadge holder={call.holder} />
            )}
            <Elapsed call={call} />
          </Stack>
        </Group>
        <Notes call={call} />
        <LiveTranscript turns={call.turns} isOver={isOver} notice={transcriptNotice(call)} />
        {mayHandle && !isOver && <CardActions call={call} />}
      </Stack>
    </Card>
  );
});

function Elapsed({ call }: { call: LiveCall }) {
  const now = useNow(call.endedAt === null ? 1_000 : null);
  const until = call.endedAt === null ? now.getTime() : Date.parse(call.endedAt);
  const seconds = (until - Date.parse(call.answered_at ?? call.started_at)) / 1_000;
  return (
    <Text size="sm" className="figures" aria-label={call.answered_at ? "Talk time" : "Time since start"}>
      {duration(seconds)}
    </Text>
  );
}

/** The last problem, escalation, takeover, listeners and transfer of a call. */
function Notes({ call }: { call: LiveCall }) {
  const nameOf = useUserName();
  const listeners = call.listeners.map(nameOf);
  return (
    <>
      {call.lastProblem && (
        <Alert color="red" p="xs">
          {call.lastProblem}
        </Alert>
      )}
      {call.emergency && !call.taken_over_by && (
        <Alert color="red" variant="filled" p="xs">
          Emergency: a life may be in danger. Take over this call.
        </Alert>
      )}
      {call.escalated && !call.emergency && !call.taken_over_by && (
        <Alert color="orange" p="xs">
          A team member is requested for this call.
        </Alert>
      )}
      <Group gap={6}>
        {call.taken_over_by && (
          <Badge variant="light" color="teal">
            Taken over by {nameOf(call.taken_over_by)}
          </Badge>
        )}
        {call.takeovers_accepted.map((user) => (
          <Badge key={user} variant="light" color="teal">
            Ringing {nameOf(user)}
          </Badge>
        ))}
        {call.takeover_requests.map((user) => (
          <Badge key={user} variant="light" color="orange">
            Takeover requested: {nameOf(user)}
          </Badge>
        ))}
        {listeners.length > 0 && (
          <Badge variant="light" color="cyan">
            Listening: {listeners.join(", ")}
          </Badge>
        )}
        {call.transferring && (
          <Badge variant="light" color="orange">
            Transferring
          </Badge>
        )}
      </Group>
    </>
  );
}
