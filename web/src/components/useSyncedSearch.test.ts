import { expect, it } from "vitest";
import { acknowledge, report } from "./useSyncedSearch";

it("a value that the field reported does not replace the text", () => {
  expect(acknowledge(report([""], "bike"), "bike")).toEqual(["bike"]);
});

it("a trailing space in the reported text is ignored", () => {
  expect(acknowledge(report([""], "bike "), "bike")).toEqual(["bike"]);
});

it("a late acknowledgment of an earlier value keeps the later one outstanding", () => {
  const reported = report(report([""], "bi"), "bike");
  const late = acknowledge(reported, "bi");
  expect(late).toEqual(["bi", "bike"]);
  expect(acknowledge(late ?? [], "bike")).toEqual(["bike"]);
});

it("navigating back to an earlier search replaces the text", () => {
  const now = acknowledge(report(["bi"], "bike"), "bike") ?? [];
  expect(acknowledge(now, "bi")).toBeNull();
});

it("a link to another search replaces the text", () => {
  expect(acknowledge(["bike"], "")).toBeNull();
});
