import { expect, it } from "vitest";
import type { Personas, PersonaVersion } from "../../../api/types";
import { changeBetween, correctionOf, entriesOf, nameOf, usedIn, written } from "./history";

const version = (number: number, at: string, state = "approved"): PersonaVersion => ({
  version: number,
  state,
  in_force: false,
  rules: [`Rule ${number}.`],
  compared_with: number - 1,
  added: [`Rule ${number}.`],
  removed: [],
  sources: [{ position: number, call_id: "CA 1", correction: number }],
  proposed_by: "ann",
  proposed_at: at,
});

const page = (versions: PersonaVersion[], earlier: number | null, rollbacks: string[] = []): Personas => ({
  agent_id: "default",
  in_force: 1,
  rules: [],
  versions,
  earlier,
  rollbacks: rollbacks.map((at) => ({ from: 2, to: 1, by: "ann", at })),
});

const told = (pages: Personas[]) =>
  entriesOf(pages).map((entry) => (entry.kind === "version" ? entry.version.version : "back"));

it("versions and what was gone back to stand in the order of time, the latest first", () => {
  const versions = [version(2, "2026-03-03T00:00:00Z"), version(1, "2026-03-01T00:00:00Z")];
  const rollbacks = ["2026-03-04T00:00:00Z", "2026-03-02T00:00:00Z"];
  expect(told([page(versions, null, rollbacks)])).toEqual(["back", 2, "back", 1]);
});

it("what lies before the versions that are shown waits for them", () => {
  const first = page([version(2, "2026-03-03T00:00:00Z")], 2, ["2026-03-02T00:00:00Z"]);
  const rest = page([version(1, "2026-03-01T00:00:00Z")], null, ["2026-03-02T00:00:00Z"]);
  expect(told([first])).toEqual([2]);
  expect(told([first, rest])).toEqual([2, "back", 1]);
});

it("without a version there is nothing to tell", () => {
  expect(entriesOf([])).toEqual([]);
  expect(entriesOf([page([], null)])).toEqual([]);
});

it("a correction is known by its name", () => {
  const correction = { call_id: "CA 1", correction: 12 };
  expect(correctionOf(nameOf(correction))).toEqual(correction);
});

it("a correction behind a rejected version is free again", () => {
  const versions = [version(2, "2026-03-03T00:00:00Z", "rejected"), version(1, "2026-03-01T00:00:00Z")];
  expect([...usedIn(versions)]).toEqual([[nameOf({ call_id: "CA 1", correction: 1 }), [1]]]);
});

it("a rule is one line, and an empty one is none", () => {
  expect(written([" Be  brief.\n", "", "  "])).toEqual(["Be brief."]);
});

it("a change is what is new and what is gone", () => {
  expect(changeBetween(["a", "b"], ["b", "c"])).toEqual({ added: ["c"], removed: ["a"] });
});
