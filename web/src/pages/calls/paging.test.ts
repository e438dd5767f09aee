import { expect, it } from "vitest";
import { first, newer, older, pageNumber } from "./paging";

it("newer returns to the page that older left", () => {
  const third = older(older(first(), "a"), "b");
  expect(third).toEqual({ cursor: "b", trail: ["", "a"] });
  expect(pageNumber(third)).toBe(3);
  expect(newer(third)).toEqual({ cursor: "a", trail: [""] });
  expect(newer(newer(third))).toEqual(first());
});

it("newer on a linked page returns to the first page", () => {
  const linked = { cursor: "z", trail: [] };
  expect(pageNumber(linked)).toBeNull();
  expect(newer(linked)).toEqual(first());
});

it("newer on a page after a linked one returns to the linked page", () => {
  const behind = older({ cursor: "y", trail: [] }, "z");
  expect(newer(behind)).toEqual({ cursor: "y", trail: [] });
  expect(pageNumber(behind)).toBeNull();
});
