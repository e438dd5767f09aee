import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api } from "../../../api/client";
import type { CallDetail } from "../../../api/types";
import { Moment } from "../../../components/Moment";
import { usePeople } from "../../../components/usePeople";
import { words } from "../../../format/words";
import { useCallWrite } from "../useCallWrite";

/** What may have become of a call. The service takes any word; these are the ones that lists are read by. */
const DISPOSITIONS = ["resolved", "callback_needed", "forwarded", "spam", "wrong_number"];

function useResolve(callId: string) {
  return useCallWrite<string | null>(callId, {
    failure: "The resolution was not saved",
    send: (disposition) =>
      api.PUT("/api/call-logs/{id}/resolution", {
        params: { path: { id: callId } },
        body: disposition ? { disposition, label: words(disposition) } : { disposition: null },
      }),
    expect: (call, disposition) => ({
      ...call,
      disposition,
      disposition_label: disposition && words(disposition),
    }),
  });
}

/** What became of the call, and who decided. */
export function Resolution({ call, mayWrite }: { call: CallDetail; mayWrite: boolean }) {
  const nameOf = usePeople();
  const resolve = useResolve(call.call_id);
  const [wanted, setWanted] = useState<string | null>("resolved");
  if (call.disposition) {
    return (
      <Group justify="space-between">
        <div>
          <Text fw={600}>{call.disposition_label ?? words(call.disposition)}</Text>
          <Text size="xs" c="dimmed">
            {nameOf(call.resolved_by)} <Moment at={call.resolved_at} />
          </Text>
        </div>
        {mayWrite && (
          <Button size="xs" variant="default" onClick={() => resolve.mutate(null)}>
            Open again
          </Button>
        )}
      </Group>
    );
  }
  if (!mayWrite) {
    return (
      <Text size="sm" c="dimmed">
        Nobody has decided yet.
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <Select
          flex={1}
          aria-label="What became of the call?"
          data={DISPOSITIONS.map((value) => ({ value, label: words(value) }))}
          value={wanted}
          onChange={setWanted}
          allowDeselect={false}
        />
        <Button onClick={() => wanted && resolve.mutate(wanted)}>Set</Button>
      </Group>
    </Stack>
  );
}
