import { Group, Stack, Text, ThemeIcon, VisuallyHidden } from "@mantine/core";
import { IconMinus, IconPlus } from "@tabler/icons-react";

interface Props {
  added: readonly string[];
  removed: readonly string[];
}

/** The rules that a version adds and removes. */
export function RuleChanges({ added, removed }: Props) {
  if (added.length + removed.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Only the order of the rules changes.
      </Text>
    );
  }
  return (
    <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {added.map((rule) => (
        <Group key={rule} component="li" gap="xs" wrap="nowrap" align="flex-start">
          <ThemeIcon size="sm" color="teal" variant="light" aria-hidden>
            <IconPlus size={12} />
          </ThemeIcon>
          <VisuallyHidden>Added:</VisuallyHidden>
          <Text component="ins" size="sm" className="breakable" td="none">
            {rule}
          </Text>
        </Group>
      ))}
      {removed.map((rule) => (
        <Group key={rule} component="li" gap="xs" wrap="nowrap" align="flex-start">
          <ThemeIcon size="sm" color="red" variant="light" aria-hidden>
            <IconMinus size={12} />
          </ThemeIcon>
          <VisuallyHidden>Removed:</VisuallyHidden>
          <Text component="del" size="sm" className="breakable">
            {rule}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
