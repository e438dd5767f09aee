import { Stack, Text } from "@mantine/core";
import { phone } from "../format/phone";

interface Call {
  direction?: string | null;
  caller_name?: string | null;
  caller_number?: string | null;
  called_number?: string | null;
  erased?: boolean;
}

/** The other party's name and number: the caller of an inbound call, the callee of an outbound one. */
export function remoteParty(call: Call): { name: string | null; number: string | null } {
  const isOutbound = call.direction === "outbound";
  const number = isOutbound ? call.called_number : call.caller_number;
  return { name: (isOutbound ? null : call.caller_name) ?? null, number: number ?? null };
}

/** One line of text: the name, else the number, else "Erased" or "Unknown caller". */
export function remotePartyLabel(call: Call): string {
  const { name, number } = remoteParty(call);
  return name ?? (phone(number) || (call.erased ? "Erased" : "Unknown caller"));
}

/** The other party: name above number. */
export function RemoteParty({ call, strong = true }: { call: Call; strong?: boolean }) {
  const { name, number } = remoteParty(call);
  return (
    <Stack gap={0}>
      <Text fw={strong ? 600 : undefined} truncate>
        {remotePartyLabel(call)}
      </Text>
      {name && number && (
        <Text size="xs" c="dimmed" className="figures">
          {phone(number)}
        </Text>
      )}
    </Stack>
  );
}
