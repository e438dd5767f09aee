import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useFeedState } from "../feed/FeedProvider";

/** Says when the live feed is lost, for as long as it is. */
export function Connection() {
  const { state, retryNow } = useFeedState();
  if (state !== "waiting") return null;
  return (
    <Group role="status" gap="sm" px="md" py={6} mb="md" bg="var(--mantine-color-orange-light)" wrap="nowrap">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" flex={1}>
        The live connection is lost and is being tried again. What you see may be late; nothing will be
        missing.
      </Text>
      <Button size="compact-xs" variant="default" onClick={retryNow}>
        Try now
      </Button>
    </Group>
  );
}
