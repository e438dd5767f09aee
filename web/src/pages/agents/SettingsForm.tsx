import {
  Autocomplete,
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import type { AgentView } from "../../api/types";
import { ExamplesInput } from "./ExamplesInput";
import { FieldsInput } from "./FieldsInput";
import { changes, problems, type SettingsValues, toForm } from "./settings";
import { useSaveSettings } from "./useAgent";

/** Suggestions only: the service accepts every voice and language that the provider supports. */
const VOICES = [
  "Polly.Joanna",
  "Polly.Matthew",
  "Polly.Salli",
  "Polly.Joey",
  "Polly.Amy",
  "Polly.Brian",
  "Polly.Lupe",
  "Polly.Vicki",
  "Polly.Léa",
];
const LANGUAGES = [
  "en-US",
  "en-GB",
  "en-AU",
  "en-IN",
  "es-US",
  "es-ES",
  "es-MX",
  "de-DE",
  "fr-FR",
  "it-IT",
  "pt-BR",
];

interface Props {
  agent: AgentView;
  mayEdit: boolean;
}

/** Greeting, prompt, voice, limits, fields and examples of an agent. */
export function SettingsForm({ agent, mayEdit }: Props) {
  const [saved, setSaved] = useState(() => toForm(agent.settings, agent.defaults));
  const save = useSaveSettings(agent.agent_id);
  const form = useForm<SettingsValues>({ mode: "controlled", initialValues: saved, validate: problems });
  const submit = (values: SettingsValues) =>
    save.mutate(changes(saved, values), {
      onSuccess: () => {
        setSaved(values);
        form.resetDirty(values);
      },
    });
  // Read-only rather than disabled, so that users without edit permission can still read and copy the text.
  const input = (path: keyof SettingsValues) => ({ ...form.getInputProps(path), readOnly: !mayEdit });
  const isChanged = Object.keys(changes(saved, form.values)).length > 0;
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        <Paper withBorder p="md" component="section" aria-label="Greeting and instructions">
          <Stack gap="sm">
            <Title order={2} size="h4">
              Greeting and instructions
            </Title>
            <TextInput label="Name" {...input("name")} />
            <Textarea
              label="Greeting"
              description="The first thing callers hear"
              autosize
              minRows={2}
              {...input("greeting")}
            />
            <Textarea
              label="Prompt"
              description="Role, goals and limits"
              autosize
              minRows={6}
              maxRows={24}
              {...input("prompt")}
            />
            <Textarea
              label="Voicemail greeting"
              description="Played before the caller leaves a message"
              autosize
              minRows={2}
              {...input("voicemail_greeting")}
            />
          </Stack>
        </Paper>
        <Paper withBorder p="md" component="section" aria-label="Voice">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Autocomplete label="Voice" data={VOICES} placeholder="Polly.Joanna" {...input("voice")} />
            <Autocomplete label="Language" data={LANGUAGES} placeholder="en-US" {...input("language")} />
            <TextInput label="Language model" placeholder="Service default" {...input("model")} />
            <NumberInput
              label="Maximum call length (minutes)"
              min={1}
              max={240}
              allowDecimal={false}
              {...input("max_duration_min")}
            />
            <NumberInput
              label="Reminders before hanging up on a silent caller"
              min={0}
              max={10}
              allowDecimal={false}
              {...input("silence_prompts")}
            />
          </SimpleGrid>
        </Paper>
        <Paper withBorder p="md" component="section" aria-label="Earlier calls">
          <Switch
            label="Recall earlier calls of unverified numbers"
            description="The assistant knows summaries of a caller’s earlier calls if the network vouches for their number. A number without that may be forged."
            disabled={!mayEdit}
            {...form.getInputProps("recall_unverified_callers", { type: "checkbox" })}
          />
        </Paper>
        <Paper withBorder p="md" component="section" aria-label="Emergency">
          <Stack gap="sm">
            <Title order={2} size="h4">
              Emergency
            </Title>
            <Text size="sm" c="dimmed">
              What the assistant says when a life may be in danger. Everyone at the dashboard is alerted.
            </Text>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput
                label="Emergency number"
                description="Empty: the number of the country of the called number"
                placeholder={agent.defaults.emergency.number ?? ""}
                {...input("emergency_number")}
              />
              <TextInput
                label="Crisis helpline"
                description="Empty: the helpline of that country"
                placeholder={agent.defaults.emergency.helpline ?? ""}
                {...input("emergency_helpline")}
              />
            </SimpleGrid>
            <Textarea
              label="Answer"
              description="Replaces the sentences with these numbers"
              autosize
              minRows={2}
              {...input("emergency_answer")}
            />
          </Stack>
        </Paper>
        <FieldsInput form={form} mayEdit={mayEdit} />
        <ExamplesInput form={form} mayEdit={mayEdit} />
      </Stack>
      {mayEdit && (
        <Group justify="flex-end" mt="md">
          {isChanged && (
            <Button variant="default" onClick={() => form.setValues(saved)}>
              Discard
            </Button>
          )}
          <Button type="submit" disabled={!isChanged} loading={save.isPending}>
            Save
          </Button>
        </Group>
      )}
    </form>
  );
}
