import { expect, it } from "vitest";
import { changes, problems, rowKey, toForm } from "./settings";

const form = () =>
  toForm({
    name: "Front desk",
    prompt: "Be kind.",
    few_shot: [{ caller: "Hello", agent: "Good morning" }],
    fields_to_collect: [{ name: "email", description: "Their address", kind: "email", required: true }],
    limits: { max_duration_s: 600, silence_prompts: 2 },
  });

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
