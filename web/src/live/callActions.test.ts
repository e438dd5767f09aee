import { expect, it, vi } from "vitest";

vi.mock("../api/client", () => ({ api: {} }));
const { ringsUs } = await import("./callActions");

it("our own telephone rings when we listen, take over or accept", () => {
  expect(ringsUs({ do: "listen" })).toBe(true);
  expect(ringsUs({ do: "take_over" })).toBe(true);
  expect(ringsUs({ do: "answer", answer: "accept" })).toBe(true);
});

it("a colleague's telephone is not ours", () => {
  expect(ringsUs({ do: "take_over", user: "user_1" })).toBe(false);
  expect(ringsUs({ do: "answer", answer: "decline" })).toBe(false);
  expect(ringsUs({ do: "transfer", to: "user_1" })).toBe(false);
});
