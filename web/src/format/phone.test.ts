import { expect, it } from "vitest";
import { COUNTRIES, type Country, dialled, isE164, phone } from "./phone";

const country = (iso: string): Country => COUNTRIES.find((other) => other.iso === iso) as Country;

it("a national number gets its country's code", () => {
  expect(dialled("504 555-0100", country("US"))).toBe("+15045550100");
  expect(dialled("030 1234567", country("DE"))).toBe("+49301234567");
  expect(dialled("06 1234567", country("IT"))).toBe("+39061234567");
});

it("a number that brings its code keeps it", () => {
  expect(dialled("+44 20 7946 0000", country("US"))).toBe("+442079460000");
  expect(dialled("0044 20 7946 0000", country("US"))).toBe("+442079460000");
});

it("what cannot be a number is known", () => {
  expect(["+15045550100", "+442079460000"].every(isE164)).toBe(true);
  expect(["15045550100", "+0123456789", "+1504", "+1504555010012345678"].some(isE164)).toBe(false);
});

it("numbers are shown in groups, names of clients without their prefix", () => {
  expect(phone("+15045550100")).toBe("+1 504 555 0100");
  expect(phone("client:user_1")).toBe("user_1");
  expect(phone(null)).toBe("");
});
