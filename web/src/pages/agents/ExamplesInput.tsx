import { ActionIcon, Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { rowKey, type SettingsValues } from "./settings";

interface Props {
  form: UseFormReturnType<SettingsValues>;
  mayEdit: boolean;
}

export function ExamplesInput({ form, mayEdit }: Props) {
  const { examples } = form.values;
  const add = () => form.insertListItem("examples", { key: rowKey(), caller: "", agent: "" });
  return (
    <Paper withBorder p="md" component="section" aria-label="Examples">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            Examples
          </Title>
          <Text size="sm" c="dimmed">
            Sample exchanges show the assistant how to answer.
          </Text>
        </div>
        {examples.map((example, index) => (
          <Group key={example.key} align="flex-start" gap="xs" wrap="nowrap">
            <Stack gap={6} flex={1}>
              <Textarea
                aria-label="Caller says"
                placeholder="Caller says"
                autosize
                {...form.getInputProps(`examples.${index}.caller`)}
                readOnly={!mayEdit}
              />
              <Textarea
                aria-label="Assistant answers"
                placeholder="Assistant answers"
                autosize
                {...form.getInputProps(`examples.${index}.agent`)}
                readOnly={!mayEdit}
              />
            </Stack>
            {mayEdit && (
              <ActionIcon
                mt={4}
                variant="subtle"
                color="gray"
                aria-label="Remove this example"
                onClick={() => form.removeListItem("examples", index)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {examples.length === 0 && !mayEdit && (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )}
        {mayEdit && (
          <div>
            <Button size="xs" variant="light" leftSection={<IconPlus size={14} />} onClick={add}>
              Add an example
            </Button>
          </div>
        )}
      </Stack>
    </Paper>
  );
}
