import { Stack, Text } from "@mantine/core";
import { phone } from "../format/phone";

interface Call {
  direction?: string | null;
  caller_name?: string | null;
  caller_number?: string | null;
  called_number?: string | null;
  erased?: boolean;
}

/** The person at the other end: who called us, or whom we called. */
export function remoteParty(call: Call): { name: string | null; number: string | null } {
  const isOutbound = call.direction === "outbound";
  const number = isOutbound ? call.called_number : call.caller_number;
  return { name: (isOutbound ? null : call.caller_name) ?? null, number: number ?? null };
}

/** A person in one line: the name, else the number, else why there is neither. */
export function remotePartyLabel(call: Call): string {
  const { name, number } = remoteParty(call);
  return name ?? (phone(number) || (call.erased ? "Erased" : "Unknown caller"));
}

/** The person at the other end, name over number. */
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
