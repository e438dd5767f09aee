import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api } from "../../../api/client";
import type { CallDetail } from "../../../api/types";
import { Timestamp } from "../../../components/Timestamp";
import { useUserName } from "../../../components/useUsers";
import { words } from "../../../format/words";
import { useCallWrite } from "../useCallWrite";

/** The offered dispositions. The service accepts any text. */
const DISPOSITIONS = ["resolved", "callback_needed", "forwarded", "spam", "wrong_number"];

function useResolve(callId: string) {
  return useCallWrite<string | null>(callId, {
    failure: "Resolution not saved",
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

/** The call's resolution and the user who set it. */
export function Resolution({ call, mayWrite }: { call: CallDetail; mayWrite: boolean }) {
  const nameOf = useUserName();
  const resolve = useResolve(call.call_id);
  const [selected, setSelected] = useState<string | null>("resolved");
  if (call.disposition) {
    return (
      <Group justify="space-between">
        <div>
          <Text fw={600}>{call.disposition_label ?? words(call.disposition)}</Text>
          <Text size="xs" c="dimmed">
            {nameOf(call.resolved_by)} <Timestamp at={call.resolved_at} />
          </Text>
        </div>
        {mayWrite && (
          <Button size="xs" variant="default" onClick={() => resolve.mutate(null)}>
            Reopen
          </Button>
        )}
      </Group>
    );
  }
  if (!mayWrite) {
    return (
      <Text size="sm" c="dimmed">
        Not resolved yet.
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <Select
          flex={1}
          aria-label="Resolution"
          data={DISPOSITIONS.map((value) => ({ value, label: words(value) }))}
          value={selected}
          onChange={setSelected}
          allowDeselect={false}
        />
        <Button onClick={() => selected && resolve.mutate(selected)}>Save</Button>
      </Group>
    </Stack>
  );
}
