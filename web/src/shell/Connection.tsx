import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useFeedProblem } from "../feed/FeedProvider";

/** Shown while the live feed is disconnected. */
export function Connection() {
  const { problem, retryNow } = useFeedProblem();
  if (problem === null) return null;
  return (
    <Group role="status" gap="sm" px="md" py={6} mb="md" bg="var(--mantine-color-orange-light)" wrap="nowrap">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" flex={1}>
        {problem === "lost"
          ? "Live connection lost. Reconnecting. "
          : "Live connection not available. Retrying. "}
        This page may be out of date. Missed updates appear once the connection is back.
      </Text>
      {problem === "lost" && (
        <Button size="compact-xs" variant="default" onClick={retryNow}>
          Reconnect now
        </Button>
      )}
    </Group>
  );
}
