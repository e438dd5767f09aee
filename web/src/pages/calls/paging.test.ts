import { expect, it } from "vitest";
import { first, newer, older, pageNumber } from "./paging";

it("every page back is the one that was left", () => {
  const third = older(older(first(), "a"), "b");
  expect(third).toEqual({ cursor: "b", trail: ["", "a"] });
  expect(pageNumber(third)).toBe(3);
  expect(newer(third)).toEqual({ cursor: "a", trail: [""] });
  expect(newer(newer(third))).toEqual(first());
});

it("a page that was reached by a link leads back to the first", () => {
  const linked = { cursor: "z", trail: [] };
  expect(pageNumber(linked)).toBeNull();
  expect(newer(linked)).toEqual(first());
});

it("pages behind a linked one lead back to it", () => {
  const behind = older({ cursor: "y", trail: [] }, "z");
  expect(newer(behind)).toEqual({ cursor: "y", trail: [] });
  expect(pageNumber(behind)).toBeNull();
});
