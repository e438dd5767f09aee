import { expect, it, vi } from "vitest";
import { ApiProblem, unreachable } from "../api/problem";
import { endSession } from "./signOut";

it("endSession clears the page after a logout", async () => {
  const clear = vi.fn();
  await endSession(async () => {}, clear);
  expect(clear).toHaveBeenCalledOnce();
});

it("endSession clears the page when the session had already ended", async () => {
  const clear = vi.fn();
  const signedOut = new ApiProblem({ kind: "unauthenticated", status: 401, title: "Not signed in." });
  await endSession(() => Promise.reject(signedOut), clear);
  expect(clear).toHaveBeenCalledOnce();
});

it("endSession keeps the page and rethrows when the logout fails", async () => {
  const clear = vi.fn();
  const internal = new ApiProblem({ kind: "internal", status: 500, title: "Internal error." });
  for (const problem of [internal, unreachable()]) {
    await expect(endSession(() => Promise.reject(problem), clear)).rejects.toBe(problem);
  }
  expect(clear).not.toHaveBeenCalled();
});
