import { Tooltip } from "@mantine/core";
import { IconPhoneIncoming, IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";

interface Props {
  direction: string | null | undefined;
  voicemail?: boolean;
}

/** What kind of call it was, as an icon with a name. */
export function Direction({ direction, voicemail }: Props) {
  const isOutbound = direction === "outbound";
  const label = voicemail ? "Voicemail" : isOutbound ? "Outbound" : "Inbound";
  const Icon = voicemail ? IconRecordMail : isOutbound ? IconPhoneOutgoing : IconPhoneIncoming;
  const color = voicemail ? "grape" : isOutbound ? "teal" : "indigo";
  return (
    <Tooltip label={label}>
      <Icon
        size={20}
        style={{ flexShrink: 0 }}
        role="img"
        aria-label={label}
        color={`var(--mantine-color-${color}-light-color)`}
      />
    </Tooltip>
  );
}
