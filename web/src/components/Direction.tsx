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
    // The browser's own tooltip: lists have many of these.
    <span title={label} style={{ display: "inline-flex", flexShrink: 0 }}>
      <Icon size={20} role="img" aria-label={label} color={`var(--mantine-color-${color}-light-color)`} />
    </span>
  );
}
