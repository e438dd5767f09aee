import { Stack, Table, Text } from "@mantine/core";
import { IconMicrophone } from "@tabler/icons-react";
import { memo } from "react";
import type { CallView } from "../../api/types";
import { GradeBadge, StatusBadge } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { LinkText } from "../../components/links";
import { Moment } from "../../components/Moment";
import { Who } from "../../components/Who";
import { duration } from "../../format/time";
import { words } from "../../format/words";
import classes from "./calls.module.css";
import type { Column } from "./columns";

interface Props {
  call: CallView;
  columns: readonly Column[];
  agentName: string;
  onOpen: (callId: string) => void;
}

/** A call in the list. The link in it is what the keyboard moves along. */
export const CallRow = memo(function CallRow({ call, columns, agentName, onOpen }: Props) {
  const has = (column: Column) => columns.includes(column);
  return (
    <Table.Tr className={classes.row} onClick={() => onOpen(call.call_id)}>
      <Table.Td w={44}>
        <Direction direction={call.direction} voicemail={call.voicemail} />
      </Table.Td>
      <Table.Td className={classes.person}>
        <LinkText
          to="/calls/$callId"
          params={{ callId: call.call_id }}
          data-call
          onClick={(event) => event.stopPropagation()}
        >
          <Who call={call} />
        </LinkText>
        {has("summary") && call.summary && (
          <Text size="xs" c="dimmed" lineClamp={2} maw={420}>
            {call.summary}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={2} align="flex-start">
          <StatusBadge status={call.status} voicemail={call.voicemail} />
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            <Moment at={call.started_at} />
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.short}>
        <Moment at={call.started_at} />
      </Table.Td>
      {has("agent") && (
        <Table.Td visibleFrom="md" className={classes.short}>
          {agentName}
        </Table.Td>
      )}
      {has("duration") && (
        <Table.Td visibleFrom="sm" ta="right" className="figures">
          {call.duration_s == null ? "" : duration(call.duration_s)}
        </Table.Td>
      )}
      {has("recorded") && (
        <Table.Td visibleFrom="md">
          {call.recorded && <IconMicrophone size={18} role="img" aria-label="Recorded" opacity={0.8} />}
        </Table.Td>
      )}
      {has("grade") && (
        <Table.Td visibleFrom="md">
          <GradeBadge grade={call.grade} />
        </Table.Td>
      )}
      {has("resolution") && (
        <Table.Td visibleFrom="lg">{call.disposition_label ?? words(call.disposition)}</Table.Td>
      )}
    </Table.Tr>
  );
});
