import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { CallDetail } from "../../../api/types";
import { LinkText } from "../../../components/links";
import { Timestamp } from "../../../components/Timestamp";
import { useAgentName } from "../../../components/useAgents";
import { useUserName } from "../../../components/useUsers";
import { callEnding } from "../../../format/ending";
import { phone } from "../../../format/phone";
import { duration, milliseconds } from "../../../format/time";
import { words } from "../../../format/words";
import { Section } from "./Section";

/** The remaining facts of a call; rows without a value are left out. */
export function Details({ call }: { call: CallDetail }) {
  const agentName = useAgentName();
  const nameOf = useUserName();
  const rows: [string, ReactNode][] = [
    ["From", phone(call.caller_number)],
    ["To", phone(call.called_number)],
    ["Business number", phone(call.number)],
    [
      "Assistant",
      call.agent && (
        <LinkText to="/agents/$agentId" params={{ agentId: call.agent }}>
          {agentName(call.agent)}
        </LinkText>
      ),
    ],
    [
      "Learned rules",
      call.persona_version == null
        ? null
        : call.persona_version === 0
          ? "None"
          : `Version ${call.persona_version}`,
    ],
    ["Started", <Timestamp key="started" at={call.started_at} as="when" />],
    ["Answered", call.answered_at && <Timestamp at={call.answered_at} as="exact" />],
    ["Answered by", words(call.answered_by)],
    ["Ended", call.ended_at && <Timestamp at={call.ended_at} as="exact" />],
    ["How it ended", call.ended_at && callEnding({ outcome: call.status, ended_by: call.ended_by })],
    ["Failure reason", call.failure_reason],
    ["Duration", call.duration_s == null ? null : duration(call.duration_s)],
    ["Voicemail reason", words(call.voicemail_reason)],
    [
      "Turns",
      call.caller_turns + call.ai_turns > 0 && `caller ${call.caller_turns}, assistant ${call.ai_turns}`,
    ],
    ["Interruptions", call.interruptions > 0 && String(call.interruptions)],
    ["Average response time", call.latency_avg_ms != null && milliseconds(call.latency_avg_ms)],
    ["Slowest response", call.latency_max_ms != null && milliseconds(call.latency_max_ms)],
    ["Taken over by", call.taken_over_by && nameOf(call.taken_over_by)],
    ["Transferred to", call.transferred && (phone(call.transferred_to) || "Yes")],
    ["STIR/SHAKEN", call.attestation],
    ["Do not call", call.do_not_call && "Requested"],
    ["Lead", call.lead],
    ["Notes", call.notes],
    [
      "Call ID",
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
