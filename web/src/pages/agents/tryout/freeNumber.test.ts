import { describe, expect, it } from "vitest";
import { freeNumber } from "./freeNumber";

describe("the free number", () => {
  it("is the first unassigned one", () => {
    expect(freeNumber([])).toBe("+15045550101");
    expect(freeNumber(["+15045550101", "+15045550103"])).toBe("+15045550102");
  });
  it("is null when all are assigned", () => {
    expect(freeNumber(Array.from({ length: 99 }, (_, n) => `+15045550${n + 101}`))).toBeNull();
  });
});
