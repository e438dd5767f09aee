import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { CallDetail } from "../../../api/types";
import { LinkText } from "../../../components/links";
import { Moment } from "../../../components/Moment";
import { useAgentName } from "../../../components/useAgents";
import { usePeople } from "../../../components/usePeople";
import { phone } from "../../../format/phone";
import { duration, milliseconds } from "../../../format/time";
import { words } from "../../../format/words";
import { Section } from "./Section";

/** Everything else that is known of a call. */
export function Details({ call }: { call: CallDetail }) {
  const agentName = useAgentName();
  const nameOf = usePeople();
  const rows: [string, ReactNode][] = [
    ["From", phone(call.caller_number)],
    ["To", phone(call.called_number)],
    ["Our number", phone(call.number)],
    [
      "Agent",
      call.agent && (
        <LinkText to="/agents/$agentId" params={{ agentId: call.agent }}>
          {agentName(call.agent)}
        </LinkText>
      ),
    ],
    [
      "Persona",
      call.persona_version == null
        ? null
        : call.persona_version === 0
          ? "Base prompt"
          : `Version ${call.persona_version}`,
    ],
    ["Began", <Moment key="began" at={call.started_at} as="when" />],
    ["Answered", call.answered_at && <Moment at={call.answered_at} as="exact" />],
    ["Answered by", words(call.answered_by)],
    ["Ended", call.ended_at && <Moment at={call.ended_at} as="exact" />],
    ["Ended by", words(call.ended_by)],
    ["Failure", call.failure_reason],
    ["Talked", call.duration_s == null ? null : duration(call.duration_s)],
    ["Voicemail because", words(call.voicemail_reason)],
    ["Turns", call.caller_turns + call.ai_turns > 0 && `caller ${call.caller_turns}, AI ${call.ai_turns}`],
    ["Cut short", call.interruptions > 0 && `${call.interruptions} times`],
    ["AI’s answer took", call.latency_avg_ms != null && `${milliseconds(call.latency_avg_ms)} on average`],
    ["At most", call.latency_max_ms != null && milliseconds(call.latency_max_ms)],
    ["Taken over by", call.taken_over_by && nameOf(call.taken_over_by)],
    ["Transferred to", call.transferred && (phone(call.transferred_to) || "yes")],
    ["STIR/SHAKEN", call.attestation],
    ["Do not call", call.do_not_call && "asked for"],
    ["Lead", call.lead],
    ["Notes", call.notes],
    [
      "Call",
      <span key="id" className="breakable">
        {call.call_id}
      </span>,
    ],
  ];
  return (
    <Section title="Details">
      <Table verticalSpacing={4} layout="fixed">
        <Table.Tbody>
          {rows
            .filter(([, value]) => value)
            .map(([label, value]) => (
              <Table.Tr key={label}>
                <Table.Th scope="row" fw={400} c="dimmed" w="42%">
                  {label}
                </Table.Th>
                <Table.Td className="breakable">{value}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
