import { expect, it } from "vitest";
import { utcOffset, zoneGroups } from "./zones";

it("the offset of a zone depends on the date", () => {
  expect(utcOffset("America/Chicago", new Date("2026-01-15T12:00:00Z"))).toBe("UTC−06:00");
  expect(utcOffset("America/Chicago", new Date("2026-07-15T12:00:00Z"))).toBe("UTC−05:00");
  expect(utcOffset("Asia/Kolkata", new Date("2026-07-15T12:00:00Z"))).toBe("UTC+05:30");
  expect(utcOffset("UTC", new Date())).toBe("UTC±00:00");
});

it("zones are grouped by region", () => {
  const groups = zoneGroups(new Date("2026-01-15T12:00:00Z"), "America/Chicago");
  const america = groups.find(({ group }) => group === "America");
  expect(america?.items.find(({ value }) => value === "America/New_York")?.label).toBe(
    "New York (UTC−05:00)",
  );
  expect(groups.some(({ group }) => group === "Europe")).toBe(true);
});

it("renamed zones are listed by their current name only", () => {
  const all = zoneGroups(new Date(), "UTC").flatMap(({ items }) => items.map(({ value }) => value));
  expect(all).toContain("Asia/Kolkata");
  expect(all).not.toContain("Asia/Calcutta");
});

it("an unknown zone is left out of the list", () => {
  expect(
    zoneGroups(new Date(), "Nowhere/Atall")
      .flatMap(({ items }) => items)
      .some(({ value }) => value === "Nowhere/Atall"),
  ).toBe(false);
});
