import { expect, it } from "vitest";
import { cameTo, tells } from "./useSyncedSearch";

it("what the field told itself takes nothing away that was typed since", () => {
  expect(cameTo(tells([""], "bike"), "bike")).toEqual(["bike"]);
});

it("a space at the end is not taken away either", () => {
  expect(cameTo(tells([""], "bike "), "bike")).toEqual(["bike"]);
});

it("a page that comes late to what was told earlier takes nothing away", () => {
  const told = tells(tells([""], "bi"), "bike");
  const late = cameTo(told, "bi");
  expect(late).toEqual(["bi", "bike"]);
  expect(cameTo(late ?? [], "bike")).toEqual(["bike"]);
});

it("the way back to an earlier search is shown", () => {
  const now = cameTo(tells(["bi"], "bike"), "bike") ?? [];
  expect(cameTo(now, "bi")).toBeNull();
});

it("a link to another search is shown", () => {
  expect(cameTo(["bike"], "")).toBeNull();
});
