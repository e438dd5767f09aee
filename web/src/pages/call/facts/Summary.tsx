import { Badge, Group, Text } from "@mantine/core";
import type { CallDetail } from "../../../api/types";
import { words } from "../../../format/words";
import { Section } from "./Section";

/** The summary that the model writes after the call. */
export function Summary({ call }: { call: CallDetail }) {
  if (!call.summary && !call.summary_outcome) return null;
  return (
    <Section title="Summary">
      <Text className="breakable">{call.summary ?? "Erased"}</Text>
      {call.next_action && (
        <Text size="sm">
          <Text span inherit fw={600}>
            Next action:{" "}
          </Text>
          {call.next_action}
        </Text>
      )}
      <Group gap={6}>
        {call.summary_outcome && <Badge variant="light">{words(call.summary_outcome)}</Badge>}
        {call.interest && <Badge variant="light" color="cyan">{`Interest: ${words(call.interest)}`}</Badge>}
        {call.sentiment && (
          <Badge variant="light" color="grape">{`Sentiment: ${words(call.sentiment)}`}</Badge>
        )}
        {call.lead_score != null && (
          <Badge variant="light" color="teal">{`Lead score: ${call.lead_score}`}</Badge>
        )}
        {call.goal_achieved != null && (
          <Badge variant="light" color={call.goal_achieved ? "teal" : "orange"}>
            {call.goal_achieved ? "Goal reached" : "Goal not reached"}
          </Badge>
        )}
      </Group>
    </Section>
  );
}
