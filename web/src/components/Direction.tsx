import { IconPhoneIncoming, IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";

interface Props {
  direction: string | null | undefined;
  voicemail?: boolean;
}

/** Icon with a label for an inbound call, an outbound call or a voicemail. */
export function Direction({ direction, voicemail }: Props) {
  const isOutbound = direction === "outbound";
  const label = voicemail ? "Voicemail" : isOutbound ? "Outbound" : "Inbound";
  const Icon = voicemail ? IconRecordMail : isOutbound ? IconPhoneOutgoing : IconPhoneIncoming;
  const color = voicemail ? "grape" : isOutbound ? "teal" : "indigo";
  return (
    // The native tooltip: a list renders many of these.
    <span title={label} style={{ display: "inline-flex", flexShrink: 0 }}>
      <Icon size={20} role="img" aria-label={label} color={`var(--mantine-color-${color}-light-color)`} />
    </span>
  );
}
