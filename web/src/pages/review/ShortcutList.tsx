import { Group, Kbd, SimpleGrid, Text } from "@mantine/core";

const KEYS: readonly [key: string, does: string][] = [
  ["g", "Good, then next"],
  ["b", "Needs work, then next"],
  ["c", "Write a correction"],
  ["Ctrl Enter", "Save correction"],
  ["n", "Skip call"],
  ["p", "Previous call"],
];

/** The keyboard shortcuts of the review page. */
export function ShortcutList({ hasRecording }: { hasRecording: boolean }) {
  const keys = hasRecording ? [...KEYS, ["Space", "Play or pause"] as const] : KEYS;
  return (
    <SimpleGrid
      cols={2}
      spacing="xs"
      verticalSpacing={6}
      visibleFrom="sm"
      role="group"
      aria-label="Keyboard shortcuts"
    >
      {keys.map(([key, does]) => (
        <Group key={key} gap={6} wrap="nowrap">
          <Kbd size="xs">{key}</Kbd>
          <Text size="sm" c="dimmed">
            {does}
          </Text>
        </Group>
      ))}
    </SimpleGrid>
  );
}
