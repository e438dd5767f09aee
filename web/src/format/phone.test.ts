import { expect, it } from "vitest";
import { COUNTRIES, type Country, isCallable, isE164, isWithheld, phone, toE164 } from "./phone";

const country = (iso: string): Country => COUNTRIES.find((other) => other.iso === iso) as Country;

it("toE164 adds the country code to a national number", () => {
  expect(toE164("504 555-0100", country("US"))).toBe("+15045550100");
  expect(toE164("030 1234567", country("DE"))).toBe("+49301234567");
  expect(toE164("06 1234567", country("IT"))).toBe("+39061234567");
});

it("toE164 keeps an international prefix", () => {
  expect(toE164("+44 20 7946 0000", country("US"))).toBe("+442079460000");
  expect(toE164("0044 20 7946 0000", country("US"))).toBe("+442079460000");
});

it("isE164 rejects invalid numbers", () => {
  expect(["+15045550100", "+442079460000"].every(isE164)).toBe(true);
  expect(["15045550100", "+0123456789", "+1504", "+1504555010012345678"].some(isE164)).toBe(false);
});

it("phone groups numbers and strips the client prefix", () => {
  expect(phone("+15045550100")).toBe("+1 504 555 0100");
  expect(phone("client:user_1")).toBe("user_1");
  expect(phone(null)).toBe("");
});

it("withheld numbers are shown as withheld and cannot be called", () => {
  for (const number of ["+266696687", "+86282452253", "+7378742833", "+17378742833", "+464", "Anonymous"]) {
    expect([number, isWithheld(number), isCallable(number)]).toEqual([number, true, false]);
    expect(phone(number)).toBe("Number withheld");
  }
  expect(isWithheld("+15045550100")).toBe(false);
  expect(["+15045550100", "client:user_1", "sip:ada@pbx.example", null].map(isCallable)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
