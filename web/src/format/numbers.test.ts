import { expect, it } from "vitest";
import { bytes, change, changeText, money } from "./numbers";

it("changeText shows the change as a percentage", () => {
  expect(changeText(change(120, 100) as number)).toBe("+20%");
  expect(changeText(change(90, 100) as number)).toBe("−10%");
  expect(changeText(change(1000, 1001) as number)).toBe("±0%");
});

it("change from zero is null", () => {
  expect(change(5, 0)).toBeNull();
});

it("money shows fractions of a cent", () => {
  expect(money(12_300, "USD")).toContain("0.0123");
  expect(money(12_300_000, "USD")).toContain("12.30");
  expect(money(1_000_000, "no currency")).toContain("1.00");
});

it("bytes uses decimal units", () => {
  expect([12, 3_400, 1_250_000].map(bytes)).toEqual(["12 B", "3.4 kB", "1.3 MB"]);
});
