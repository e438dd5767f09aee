import { IconMicrophone } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import type { CallView } from "../../api/types";
import { gradeLook, statusLook } from "../../components/badges";
import { Direction } from "../../components/Direction";
import { remoteParty, remotePartyLabel } from "../../components/RemoteParty";
import { Timestamp } from "../../components/Timestamp";
import { phone } from "../../format/phone";
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

/**
 * A row of the call list; its link is the target of keyboard navigation.
 *
 * Built from plain elements: a page renders fifty rows at once, and styled components take several times as long.
 */
export const CallRow = memo(function CallRow({ call, columns, agentName, onOpen }: Props) {
  const has = (column: Column) => columns.includes(column);
  const open = (event: MouseEvent) => {
    event.stopPropagation();
    // With a modifier key, the browser opens the link in a new tab or window.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onOpen(call.call_id);
  };
  return (
    <tr className={classes.row} onClick={() => onOpen(call.call_id)}>
      <td className={classes.kind}>
        <Direction direction={call.direction} voicemail={call.voicemail} />
      </td>
      <td className={classes.person}>
        <a href={`/calls/${call.call_id}`} data-call onClick={open}>
          <Person call={call} />
        </a>
        {has("summary") && call.summary && <div className={classes.summary}>{call.summary}</div>}
      </td>
      <td>
        <Pill {...statusLook(call.status, call.voicemail)} />
        <div className={`${classes.small} mantine-hidden-from-sm`}>
          <Timestamp at={call.started_at} />
        </div>
      </td>
      <td className={`${classes.short} mantine-visible-from-sm`}>
        <Timestamp at={call.started_at} />
      </td>
      {has("agent") && <td className={`${classes.short} mantine-visible-from-md`}>{agentName}</td>}
      {has("duration") && (
        <td className={`${classes.number} figures mantine-visible-from-sm`}>
          {call.duration_s == null ? "" : duration(call.duration_s)}
        </td>
      )}
      {has("recorded") && (
        <td className="mantine-visible-from-md">
          {call.recorded && <IconMicrophone size={18} role="img" aria-label="Recorded" opacity={0.8} />}
        </td>
      )}
      {has("grade") && (
        <td className="mantine-visible-from-md">{call.grade && <Pill {...gradeLook(call.grade)} />}</td>
      )}
      {has("resolution") && (
        <td className="mantine-visible-from-lg">{call.disposition_label ?? words(call.disposition)}</td>
      )}
    </tr>
  );
});

function Person({ call }: { call: CallView }) {
  const { name, number } = remoteParty(call);
  return (
    <>
      <span className={classes.name}>{remotePartyLabel(call)}</span>
      {name && number && <span className={`${classes.small} figures`}>{phone(number)}</span>}
    </>
  );
}

function Pill({ label, color }: { label: string; color: string }) {
  return (
    <span className={classes.pill} data-color={color}>
      {label}
    </span>
  );
}
