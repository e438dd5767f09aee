import { expect, it } from "vitest";
import type { Personas, PersonaVersion } from "../../../api/types";
import { changeBetween, cleanRules, correctionKey, correctionOf, entriesOf, usedIn } from "./history";

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

const timeline = (pages: Personas[]) =>
  entriesOf(pages).map((entry) => (entry.kind === "version" ? entry.version.version : "rollback"));

it("versions and rollbacks are sorted by time, latest first", () => {
  const versions = [version(2, "2026-03-03T00:00:00Z"), version(1, "2026-03-01T00:00:00Z")];
  const rollbacks = ["2026-03-04T00:00:00Z", "2026-03-02T00:00:00Z"];
  expect(timeline([page(versions, null, rollbacks)])).toEqual(["rollback", 2, "rollback", 1]);
});

it("rollbacks older than the loaded versions are held back until those are loaded", () => {
  const first = page([version(2, "2026-03-03T00:00:00Z")], 2, ["2026-03-02T00:00:00Z"]);
  const rest = page([version(1, "2026-03-01T00:00:00Z")], null, ["2026-03-02T00:00:00Z"]);
  expect(timeline([first])).toEqual([2]);
  expect(timeline([first, rest])).toEqual([2, "rollback", 1]);
});

it("without versions there are no entries", () => {
  expect(entriesOf([])).toEqual([]);
  expect(entriesOf([page([], null)])).toEqual([]);
});

it("a correction key can be parsed back", () => {
  const correction = { call_id: "CA 1", correction: 12 };
  expect(correctionOf(correctionKey(correction))).toEqual(correction);
});

it("a correction used by a rejected version only is not in use", () => {
  const versions = [version(2, "2026-03-03T00:00:00Z", "rejected"), version(1, "2026-03-01T00:00:00Z")];
  expect([...usedIn(versions)]).toEqual([[correctionKey({ call_id: "CA 1", correction: 1 }), [1]]]);
});

it("rules are trimmed to one line and empty ones are dropped", () => {
  expect(cleanRules([" Be  brief.\n", "", "  "])).toEqual(["Be brief."]);
});

it("a change lists added and removed rules", () => {
  expect(changeBetween(["a", "b"], ["b", "c"])).toEqual({ added: ["c"], removed: ["a"] });
});
