import { describe, expect, it } from "vitest";
import { freeNumber } from "./freeNumber";

describe("a number for an agent that has none", () => {
  it("is the first that nobody has", () => {
    expect(freeNumber([])).toBe("+15045550101");
    expect(freeNumber(["+15045550101", "+15045550103"])).toBe("+15045550102");
  });
  it("is none when all are taken", () => {
    expect(freeNumber(Array.from({ length: 99 }, (_, n) => `+15045550${n + 101}`))).toBeNull();
  });
});
