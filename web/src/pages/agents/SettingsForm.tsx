import {
  Autocomplete,
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
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

/** Voices and languages that are often wanted; the service takes any that the network knows. */
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

/** What the agent says and how. */
export function SettingsForm({ agent, mayEdit }: Props) {
  const [saved, setSaved] = useState(() => toForm(agent.settings));
  const save = useSaveSettings(agent.agent_id);
  const form = useForm<SettingsValues>({ mode: "controlled", initialValues: saved, validate: problems });
  const submit = (values: SettingsValues) =>
    save.mutate(changes(saved, values), {
      onSuccess: () => {
        setSaved(values);
        form.resetDirty(values);
      },
    });
  // Read only, not disabled: who may not change it shall still be able to read it.
  const input = (path: keyof SettingsValues) => ({ ...form.getInputProps(path), readOnly: !mayEdit });
  const isChanged = Object.keys(changes(saved, form.values)).length > 0;
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Stack>
        <Paper withBorder p="md" component="section" aria-label="What it says">
          <Stack gap="sm">
            <Title order={2} size="h4">
              What it says
            </Title>
            <TextInput label="Name" {...input("name")} />
            <Textarea
              label="Greeting"
              description="The first thing that a caller hears"
              autosize
              minRows={2}
              {...input("greeting")}
            />
            <Textarea
              label="Prompt"
              description="Who it is, what it is to reach, what it must not do"
              autosize
              minRows={6}
              maxRows={24}
              {...input("prompt")}
            />
            <Textarea
              label="Voicemail greeting"
              description="What a caller hears before leaving a message"
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
            <TextInput label="Language model" placeholder="The service’s own" {...input("model")} />
            <NumberInput
              label="Longest call, in minutes"
              min={1}
              max={240}
              allowDecimal={false}
              {...input("max_duration_min")}
            />
            <NumberInput
              label="Questions to a silent caller"
              description="Then the call ends"
              min={0}
              max={10}
              allowDecimal={false}
              {...input("silence_prompts")}
            />
          </SimpleGrid>
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
