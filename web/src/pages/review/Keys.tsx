import { Group, Kbd, SimpleGrid, Text } from "@mantine/core";

const KEYS: readonly [key: string, does: string][] = [
  ["g", "Good, next"],
  ["b", "Needs work, next"],
  ["c", "Write a correction"],
  ["Ctrl Enter", "Save it"],
  ["n", "Skip"],
  ["p", "Back"],
];

/** What the keys do. */
export function Keys({ hasSound }: { hasSound: boolean }) {
  const keys = hasSound ? [...KEYS, ["Space", "Play, pause"] as const] : KEYS;
  return (
    <SimpleGrid cols={2} spacing="xs" verticalSpacing={6} visibleFrom="sm" role="group" aria-label="Keys">
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
