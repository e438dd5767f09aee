import type { AgentSettings, AgentView } from "../../api/types";

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

/** Form values of an agent's settings; absent settings become empty values. */
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
  emergency_number: string;
  emergency_helpline: string;
  emergency_answer: string;
  recall_unverified_callers: boolean;
}

export const FIELD_KINDS = ["text", "email", "phone", "date", "number", "choice"];

let keys = 0;
/** A React key for a form row, unique in this tab. */
export function rowKey(): string {
  keys += 1;
  return `row${keys}`;
}

/** The settings as form values. Limits that are not set show the service's defaults. */
export function toForm(settings: AgentSettings, defaults: AgentView["defaults"]): SettingsValues {
  const limits = settings.limits ?? defaults.limits;
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
    emergency_number: settings.emergency?.number ?? "",
    emergency_helpline: settings.emergency?.helpline ?? "",
    emergency_answer: settings.emergency?.answer ?? "",
    recall_unverified_callers: settings.recall_unverified_callers ?? false,
  };
}

/** The changed settings only; the service keeps the values of absent fields. Lists are sent whole. */
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
  const emergencyFields = ["emergency_number", "emergency_helpline", "emergency_answer"] as const;
  if (emergencyFields.some((field) => after[field] !== before[field])) {
    changed.emergency = {
      number: after.emergency_number.trim() || null,
      helpline: after.emergency_helpline.trim() || null,
      answer: after.emergency_answer.trim() || null,
    };
  }
  if (after.recall_unverified_callers !== before.recall_unverified_callers) {
    changed.recall_unverified_callers = after.recall_unverified_callers;
  }
  return changed;
}

/** Validation errors by input path. */
export function problems(values: SettingsValues): Record<string, string> {
  const found: Record<string, string> = {};
  if (!values.name.trim()) found.name = "Enter a name.";
  values.examples.forEach((example, index) => {
    if (!example.caller.trim()) found[`examples.${index}.caller`] = "Enter what the caller says.";
    if (!example.agent.trim()) found[`examples.${index}.agent`] = "Enter a good answer.";
  });
  for (const field of ["emergency_number", "emergency_helpline"] as const) {
    const number = values[field].trim();
    if (number && !/^(?=.*\d)[\d +*#-]{1,20}$/.test(number)) found[field] = "Enter a telephone number.";
  }
  const names = values.fields.map((field) => field.name.trim());
  values.fields.forEach((field, index) => {
    if (!/^[a-z][a-z0-9_]*$/.test(field.name.trim())) {
      found[`fields.${index}.name`] = "Use lowercase letters, digits and underscores.";
    } else if (names.indexOf(field.name.trim()) !== index) {
      found[`fields.${index}.name`] = "This field name is already used.";
    }
    if (!field.description.trim()) found[`fields.${index}.description`] = "Enter what to ask for.";
  });
  return found;
}

function isSame(a: readonly object[], b: readonly object[]): boolean {
  const plain = (rows: readonly object[]) => JSON.stringify(rows.map((row) => ({ ...row, key: "" })));
  return plain(a) === plain(b);
}
