import { ActionIcon, Button, Group, Stack, Textarea } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

/** As the service counts. */
const MOST = 50;
const LONGEST = 500;

interface Props {
  rules: readonly string[];
  onChange: (rules: string[]) => void;
}

/** Rules, a field each: Enter begins another one. */
export function RulesInput({ rules, onChange }: Props) {
  const add = () => rules.length < MOST && onChange([...rules, ""]);
  return (
    <Stack gap="xs">
      {rules.map((rule, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place; its words change with every key
        <Group key={place} gap="xs" wrap="nowrap" align="flex-start">
          <Textarea
            flex={1}
            aria-label={`Rule ${place + 1}`}
            placeholder="Ask for the e-mail address before saying goodbye."
            autosize
            minRows={1}
            maxRows={5}
            maxLength={LONGEST}
            value={rule}
            onChange={(event) => onChange(rules.with(place, event.currentTarget.value))}
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
            aria-label={`Remove rule ${place + 1}`}
            onClick={() => onChange(rules.filter((_, other) => other !== place))}
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
          disabled={rules.length >= MOST}
          onClick={add}
        >
          Add a rule
        </Button>
      </Group>
    </Stack>
  );
}
