import { ActionIcon, Button, Group, Stack, Textarea } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

/** The service's limits; the length is in characters. */
const MAX_RULES = 50;
const MAX_RULE_LENGTH = 500;

interface Props {
  rules: readonly string[];
  onChange: (rules: string[]) => void;
}

/** One input per rule; Enter adds another one. */
export function RulesInput({ rules, onChange }: Props) {
  const add = () => rules.length < MAX_RULES && onChange([...rules, ""]);
  return (
    <Stack gap="xs">
      {rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identifier but its index
        <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
          <Textarea
            flex={1}
            aria-label={`Rule ${index + 1}`}
            placeholder="Ask for the e-mail address before saying goodbye."
            autosize
            minRows={1}
            maxRows={5}
            maxLength={MAX_RULE_LENGTH}
            value={rule}
            onChange={(event) => onChange(rules.with(index, event.currentTarget.value))}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add();
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={`Remove rule ${index + 1}`}
            onClick={() => onChange(rules.filter((_, other) => other !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={rules.length >= MAX_RULES}
          onClick={add}
        >
          Add a rule
        </Button>
      </Group>
    </Stack>
  );
}
