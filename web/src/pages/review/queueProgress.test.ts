import { expect, it } from "vitest";
import { begin, current, failed, graded, left, step } from "./queueProgress";

it("grading moves to the next call", () => {
  const progress = graded(begin(["a", "b", "c"]), "a");
  expect(current(progress)).toBe("b");
  expect(left(progress)).toBe(2);
});

it("a skipped call stays in the queue", () => {
  const progress = graded(step(begin(["a", "b"]), 1), "b");
  expect(current(progress)).toBeNull();
  expect(left(progress)).toBe(1);
  expect(current(step(step(progress, -1), -1))).toBe("a");
});

it("grading skips calls that are already graded", () => {
  const back = step(step(graded(graded(begin(["a", "b", "c"]), "a"), "b"), -1), -1);
  expect(current(back)).toBe("a");
  expect(current(graded(back, "a"))).toBe("c");
});

it("stepping stops at both ends of the queue", () => {
  expect(current(step(begin(["a"]), -1))).toBe("a");
  expect(current(step(step(begin(["a"]), 1), 1))).toBeNull();
  expect(current(begin([]))).toBeNull();
});

it("a failed grade returns its call to the queue", () => {
  const progress = failed(graded(begin(["a", "b"]), "a"), "a");
  expect(current(progress)).toBe("b");
  expect(left(progress)).toBe(2);
});
