import { expect, it, vi } from "vitest";
import { ApiProblem, unreachable } from "../api/problem";
import { endSession } from "./signOut";

it("a session that is over is left", async () => {
  const leave = vi.fn();
  await endSession(async () => {}, leave);
  expect(leave).toHaveBeenCalledOnce();
});

it("a session that was over already is left too", async () => {
  const leave = vi.fn();
  const over = new ApiProblem({ kind: "unauthenticated", status: 401, title: "Nobody is signed in." });
  await endSession(() => Promise.reject(over), leave);
  expect(leave).toHaveBeenCalledOnce();
});

it("a session that goes on is not left, and it is said why", async () => {
  const leave = vi.fn();
  const troubled = new ApiProblem({ kind: "internal", status: 500, title: "Trouble." });
  for (const problem of [troubled, unreachable()]) {
    await expect(endSession(() => Promise.reject(problem), leave)).rejects.toBe(problem);
  }
  expect(leave).not.toHaveBeenCalled();
});
