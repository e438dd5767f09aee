import {
  ActionIcon,
  Button,
  Group,
  Paper,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { words } from "../../format/words";
import { FIELD_KINDS, rowKey, type SettingsValues } from "./settings";

interface Props {
  form: UseFormReturnType<SettingsValues>;
  mayEdit: boolean;
}

/** The fields that the agent collects during a call. */
export function FieldsInput({ form, mayEdit }: Props) {
  const { fields } = form.values;
  const add = () =>
    form.insertListItem("fields", {
      key: rowKey(),
      name: "",
      description: "",
      kind: "text",
      required: false,
    });
  return (
    <Paper withBorder p="md" component="section" aria-label="Information to collect">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            Information to collect
          </Title>
          <Text size="sm" c="dimmed">
            The assistant asks for it during the call; the answers are shown with the call.
          </Text>
        </div>
        {fields.map((field, index) => (
          <Stack key={field.key} gap={6}>
            <Group align="flex-start" gap="xs">
              <TextInput
                flex={1}
                miw={120}
                aria-label="Field name"
                placeholder="email"
                {...form.getInputProps(`fields.${index}.name`)}
                readOnly={!mayEdit}
              />
              <Select
                w={120}
                aria-label="Type"
                data={FIELD_KINDS.map((value) => ({ value, label: words(value) }))}
                allowDeselect={false}
                {...form.getInputProps(`fields.${index}.kind`)}
                readOnly={!mayEdit}
              />
              <Switch
                mt={8}
                label="Required"
                {...form.getInputProps(`fields.${index}.required`, { type: "checkbox" })}
                disabled={!mayEdit}
              />
              {mayEdit && (
                <ActionIcon
                  mt={4}
                  variant="subtle"
                  color="gray"
                  aria-label="Remove this field"
                  onClick={() => form.removeListItem("fields", index)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
            <TextInput
              aria-label="Field description"
              placeholder="What to ask for, such as the e-mail address for the confirmation"
              {...form.getInputProps(`fields.${index}.description`)}
              readOnly={!mayEdit}
            />
          </Stack>
        ))}
        {fields.length === 0 && !mayEdit && (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )}
        {mayEdit && (
          <div>
            <Button size="xs" variant="light" leftSection={<IconPlus size={14} />} onClick={add}>
              Add a field
            </Button>
          </div>
        )}
      </Stack>
    </Paper>
  );
}
