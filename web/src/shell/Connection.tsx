import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useFeedTrouble } from "../feed/FeedProvider";

/** Says when the live feed is lost or cannot begin, for as long as it is so. */
export function Connection() {
  const { trouble, retryNow } = useFeedTrouble();
  if (trouble === null) return null;
  return (
    <Group role="status" gap="sm" px="md" py={6} mb="md" bg="var(--mantine-color-orange-light)" wrap="nowrap">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" flex={1}>
        {trouble === "lost"
          ? "The live connection is lost and is being tried again. "
          : "The live connection cannot be made yet and is being tried again. "}
        What you see may be late; nothing will be missing.
      </Text>
      {trouble === "lost" && (
        <Button size="compact-xs" variant="default" onClick={retryNow}>
          Try now
        </Button>
      )}
    </Group>
  );
}
