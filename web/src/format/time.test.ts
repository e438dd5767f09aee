import { expect, it } from "vitest";
import { ago, duration, milliseconds } from "./time";

it("duration formats seconds as m:ss and h:mm:ss", () => {
  expect([0, 7, 65, 3723].map(duration)).toEqual(["0:00", "0:07", "1:05", "1:02:03"]);
  expect(duration(-3)).toBe("0:00");
});

it("milliseconds switches to seconds at 1000 ms", () => {
  expect(milliseconds(840)).toBe("840 ms");
  expect(milliseconds(1_440)).toBe("1.4 s");
});

it("ago uses the largest unit that fits", () => {
  const now = new Date("2026-01-02T00:00:00Z");
  expect(ago(new Date("2026-01-01T23:57:00Z"), now)).toMatch(/3/);
  expect(ago(new Date("2026-01-01T00:00:00Z"), now)).toMatch(/1|yesterday/i);
});
