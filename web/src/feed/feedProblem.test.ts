import { expect, it } from "vitest";
import { ApiProblem, unreachable } from "../api/problem";
import { feedProblemOf } from "./feedProblem";

const ready = { state: "ready", error: null } as const;
const failed = (error: unknown) => ({ state: "failed", error }) as const;

it("an open or connecting feed has no problem", () => {
  expect(feedProblemOf("open", ready)).toBeNull();
  expect(feedProblemOf("connecting", ready)).toBeNull();
  expect(feedProblemOf("stopped", { state: "loading", error: null })).toBeNull();
});

it("a feed that is reconnecting is lost", () => {
  expect(feedProblemOf("waiting", ready)).toBe("lost");
});

it("a feed whose baseline failed is not started", () => {
  expect(feedProblemOf("stopped", failed(unreachable()))).toBe("not_started");
  expect(feedProblemOf("stopped", failed(new Error("The response has no X-Ledger-Position header.")))).toBe(
    "not_started",
  );
});

it("a feed that is forbidden has no problem", () => {
  const refused = new ApiProblem({ kind: "forbidden", status: 403, title: "Not allowed." });
  expect(feedProblemOf("stopped", failed(refused))).toBeNull();
});
