import { expect, it } from "vitest";
import { bytes, change, changeText, money } from "./numbers";

it("a change is told against what was before", () => {
  expect(changeText(change(120, 100) as number)).toBe("+20%");
  expect(changeText(change(90, 100) as number)).toBe("−10%");
  expect(changeText(change(1000, 1001) as number)).toBe("±0%");
});

it("nothing before is no change at all", () => {
  expect(change(5, 0)).toBeNull();
});

it("fractions of a cent are money too", () => {
  expect(money(12_300, "USD")).toContain("0.0123");
  expect(money(12_300_000, "USD")).toContain("12.30");
  expect(money(1_000_000, "no currency")).toContain("1.00");
});

it("sizes are told in decimal units", () => {
  expect([12, 3_400, 1_250_000].map(bytes)).toEqual(["12 B", "3.4 kB", "1.3 MB"]);
});
