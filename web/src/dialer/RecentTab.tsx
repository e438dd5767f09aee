import { Group, ScrollArea, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { Direction } from "../components/Direction";
import { ErrorNotice } from "../components/ErrorNotice";
import { RemoteParty, remoteParty } from "../components/RemoteParty";
import { Timestamp } from "../components/Timestamp";
import { useDialer } from "./DialerProvider";

/** The latest calls; selecting one enters its number on the keypad. */
export function RecentTab({ onChosen }: { onChosen: () => void }) {
  const { setNumber } = useDialer();
  const recent = useQuery({
    queryKey: ["calls", "recent"],
    queryFn: () => body(api.GET("/api/call-logs", { params: { query: { limit: 20 } } })),
  });
  if (recent.isPending) return <Skeleton h={220} aria-label="Loading recent calls" />;
  if (recent.isLoadingError) {
    return (
      <ErrorNotice
        what="Recent calls could not be loaded"
        error={recent.error}
        onRetry={() => void recent.refetch()}
      />
    );
  }
  const calls = recent.data.calls.filter((call) => remoteParty(call).number?.startsWith("+"));
  if (calls.length === 0) {
    return (
      <Text size="sm" c="dimmed" py="md">
        No recent calls yet.
      </Text>
    );
  }
  return (
    <ScrollArea h={330}>
      <Stack gap={2}>
        {calls.map((call) => (
          <UnstyledButton
            key={call.call_id}
            p={6}
            onClick={() => {
              setNumber(remoteParty(call).number ?? "");
              onChosen();
            }}
          >
            <Group wrap="nowrap" justify="space-between">
              <Group wrap="nowrap" gap="sm" miw={0}>
                <Direction direction={call.direction} voicemail={call.voicemail} />
                <RemoteParty call={call} strong={false} />
              </Group>
              <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                <Timestamp at={call.started_at} as="ago" />
              </Text>
            </Group>
          </UnstyledButton>
        ))}
      </Stack>
    </ScrollArea>
  );
}
