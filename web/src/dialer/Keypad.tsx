import { Button, SimpleGrid, Stack, Text } from "@mantine/core";

const KEYS: readonly [key: string, letters: string][] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
];

/** A telephone keypad with twelve keys. */
export function Keypad({ onPress }: { onPress: (key: string) => void }) {
  return (
    <SimpleGrid cols={3} spacing={6} verticalSpacing={6} role="group" aria-label="Keypad">
      {KEYS.map(([key, letters]) => (
        <Button key={key} variant="default" h={48} w={72} p={0} onClick={() => onPress(key)}>
          <Stack gap={0} align="center">
            <Text fw={600} lh={1.1}>
              {key}
            </Text>
            {letters && (
              <Text size="xs" c="dimmed" lh={1} fz={10}>
                {letters}
              </Text>
            )}
          </Stack>
        </Button>
      ))}
    </SimpleGrid>
  );
}
