import { expect, it } from "vitest";
import { changes, problems, rowKey, toForm } from "./settings";

const defaults = {
  limits: { max_duration_s: 300, silence_prompts: 2 },
  emergency: { number: "911", helpline: "988" },
};
const form = () =>
  toForm(
    {
      name: "Front desk",
      prompt: "Be kind.",
      few_shot: [{ caller: "Hello", agent: "Good morning" }],
      fields_to_collect: [{ name: "email", description: "Their address", kind: "email", required: true }],
      limits: { max_duration_s: 600, silence_prompts: 2 },
    },
    defaults,
  );

it("an unchanged form sends nothing", () => {
  expect(changes(form(), form())).toEqual({});
});

it("only changed fields are sent", () => {
  const before = form();
  expect(changes(before, { ...before, prompt: "Be kind and brief. ", max_duration_min: 5 })).toEqual({
    prompt: "Be kind and brief.",
    limits: { max_duration_s: 300, silence_prompts: 2 },
  });
});

it("a changed list is sent whole", () => {
  const before = form();
  const after = {
    ...before,
    examples: [...before.examples, { key: rowKey(), caller: "Bye", agent: "Goodbye" }],
  };
  expect(changes(before, after).few_shot).toHaveLength(2);
});

it("validation errors are keyed by input path", () => {
  const before = form();
  const after = {
    ...before,
    name: " ",
    fields: [
      ...before.fields,
      { key: rowKey(), name: "email", description: "", kind: "text", required: false },
    ],
  };
  expect(problems(after)).toEqual({
    name: "Enter a name.",
    "fields.1.name": "This field name is already used.",
    "fields.1.description": "Enter what to ask for.",
  });
  expect(problems(before)).toEqual({});
});

it("limits that are not set show the defaults of the service", () => {
  const unset = toForm({ name: "Front desk" }, defaults);
  expect([unset.max_duration_min, unset.silence_prompts]).toEqual([5, 2]);
});

it("a changed emergency setting is sent with the others of its kind", () => {
  const before = form();
  expect(changes(before, { ...before, emergency_number: "112 " })).toEqual({
    emergency: { number: "112", helpline: null, answer: null },
  });
  expect(problems({ ...before, emergency_number: "the police" })).toEqual({
    emergency_number: "Enter a telephone number.",
  });
});
