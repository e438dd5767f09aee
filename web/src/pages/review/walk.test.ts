import { expect, it } from "vitest";
import { begin, current, failed, graded, left, step } from "./walk";

it("a grade leads on to the next call", () => {
  const walk = graded(begin(["a", "b", "c"]), "a");
  expect(current(walk)).toBe("b");
  expect(left(walk)).toBe(2);
});

it("a skipped call stays in the queue", () => {
  const walk = graded(step(begin(["a", "b"]), 1), "b");
  expect(current(walk)).toBeNull();
  expect(left(walk)).toBe(1);
  expect(current(step(step(walk, -1), -1))).toBe("a");
});

it("graded calls are passed over on the way on", () => {
  const back = step(step(graded(graded(begin(["a", "b", "c"]), "a"), "b"), -1), -1);
  expect(current(back)).toBe("a");
  expect(current(graded(back, "a"))).toBe("c");
});

it("the walk ends at its ends", () => {
  expect(current(step(begin(["a"]), -1))).toBe("a");
  expect(current(step(step(begin(["a"]), 1), 1))).toBeNull();
  expect(current(begin([]))).toBeNull();
});

it("a grade that was not saved leaves its call in the queue", () => {
  const walk = failed(graded(begin(["a", "b"]), "a"), "a");
  expect(current(walk)).toBe("b");
  expect(left(walk)).toBe(2);
});
