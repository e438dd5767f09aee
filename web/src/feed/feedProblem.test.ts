import { expect, it } from "vitest";
import { ApiProblem, unreachable } from "../api/problem";
import { troubleOf } from "./feedProblem";

const ready = { state: "ready", error: null } as const;
const failed = (error: unknown) => ({ state: "failed", error }) as const;

it("a feed that is open, or on its way, is no trouble", () => {
  expect(troubleOf("open", ready)).toBeNull();
  expect(troubleOf("connecting", ready)).toBeNull();
  expect(troubleOf("stopped", { state: "loading", error: null })).toBeNull();
});

it("a feed that broke off is lost", () => {
  expect(troubleOf("waiting", ready)).toBe("lost");
});

it("a feed that could not begin is trouble too", () => {
  expect(troubleOf("stopped", failed(unreachable()))).toBe("not_begun");
  expect(
    troubleOf("stopped", failed(new Error("The service does not say how far its answer reaches."))),
  ).toBe("not_begun");
});

it("a feed that was refused is none that one waits for", () => {
  const refused = new ApiProblem({ kind: "forbidden", status: 403, title: "Not allowed." });
  expect(troubleOf("stopped", failed(refused))).toBeNull();
});
