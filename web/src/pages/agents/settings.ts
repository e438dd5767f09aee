import type { AgentSettings } from "../../api/types";

export interface FormExample {
  key: string;
  caller: string;
  agent: string;
}

export interface FormField {
  key: string;
  name: string;
  description: string;
  kind: string;
  required: boolean;
}

/** An agent's settings as the form holds them: nothing is absent. */
export interface SettingsValues {
  name: string;
  prompt: string;
  greeting: string;
  voicemail_greeting: string;
  voice: string;
  language: string;
  model: string;
  examples: FormExample[];
  fields: FormField[];
  max_duration_min: number;
  silence_prompts: number;
}

export const FIELD_KINDS = ["text", "email", "phone", "date", "number", "choice"];

/** What the service uses where nothing is set. */
const LIMITS = { max_duration_s: 600, silence_prompts: 2 };

let keys = 0;
/** A name for a row of the form, for as long as it is there. */
export function rowKey(): string {
  keys += 1;
  return `row${keys}`;
}

export function toForm(settings: AgentSettings): SettingsValues {
  const limits = settings.limits ?? LIMITS;
  return {
    name: settings.name ?? "",
    prompt: settings.prompt ?? "",
    greeting: settings.greeting ?? "",
    voicemail_greeting: settings.voicemail_greeting ?? "",
    voice: settings.voice ?? "",
    language: settings.language ?? "",
    model: settings.model ?? "",
    examples: (settings.few_shot ?? []).map((example) => ({ key: rowKey(), ...example })),
    fields: (settings.fields_to_collect ?? []).map((field) => ({ key: rowKey(), ...field })),
    max_duration_min: Math.round(limits.max_duration_s / 60),
    silence_prompts: limits.silence_prompts,
  };
}

/**
 * What changed, as the service takes it: what is left out stays as it was. Texts that are still empty and were never set
 * are left out too.
 */
export function changes(before: SettingsValues, after: SettingsValues): AgentSettings {
  const changed: AgentSettings = {};
  const texts = ["name", "prompt", "greeting", "voicemail_greeting", "voice", "language", "model"] as const;
  for (const text of texts) if (after[text] !== before[text]) changed[text] = after[text].trim();
  const examples = after.examples.map(({ caller, agent }) => ({
    caller: caller.trim(),
    agent: agent.trim(),
  }));
  if (!isSame(before.examples, after.examples)) changed.few_shot = examples;
  const fields = after.fields.map(({ name, description, kind, required }) => ({
    name: name.trim(),
    description: description.trim(),
    kind,
    required,
  }));
  if (!isSame(before.fields, after.fields)) changed.fields_to_collect = fields;
  if (
    after.max_duration_min !== before.max_duration_min ||
    after.silence_prompts !== before.silence_prompts
  ) {
    changed.limits = { max_duration_s: after.max_duration_min * 60, silence_prompts: after.silence_prompts };
  }
  return changed;
}

/** What is wrong with the form, by the paths of its inputs. */
export function problems(values: SettingsValues): Record<string, string> {
  const found: Record<string, string> = {};
  if (!values.name.trim()) found.name = "An agent has a name.";
  values.examples.forEach((example, index) => {
    if (!example.caller.trim()) found[`examples.${index}.caller`] = "What does the caller say?";
    if (!example.agent.trim()) found[`examples.${index}.agent`] = "What is a good answer?";
  });
  const names = values.fields.map((field) => field.name.trim());
  values.fields.forEach((field, index) => {
    if (!/^[a-z][a-z0-9_]*$/.test(field.name.trim())) {
      found[`fields.${index}.name`] = "Small letters, digits and underscores.";
    } else if (names.indexOf(field.name.trim()) !== index) {
      found[`fields.${index}.name`] = "There is such a field already.";
    }
    if (!field.description.trim()) found[`fields.${index}.description`] = "What is to be asked?";
  });
  return found;
}

function isSame(a: readonly object[], b: readonly object[]): boolean {
  const plain = (rows: readonly object[]) => JSON.stringify(rows.map((row) => ({ ...row, key: "" })));
  return plain(a) === plain(b);
}
