import { describe, expect, it } from "vitest";
import { ApiProblem, fieldErrors, messageOf, problemOf, unreachable } from "./problem";

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

describe("a problem document", () => {
  it("keeps the kind without its prefix, and the fields", async () => {
    const problem = await problemOf(
      answer(422, {
        type: "urn:call-ledger:problem:invalid",
        title: "some values cannot be accepted",
        status: 422,
        errors: [{ pointer: "/email", detail: "is not an e-mail address" }],
      }),
    );
    expect(problem.kind).toBe("invalid");
    expect(problem.message).toBe("Some values cannot be accepted.");
    expect(fieldErrors(problem)).toEqual({ email: "Is not an e-mail address." });
    expect(problem.isPassing).toBe(false);
  });

  it("names nested fields with dots", () => {
    const problem = new ApiProblem({
      kind: "invalid",
      status: 422,
      title: "No.",
      fields: [{ pointer: "/hours/days/monday/0", detail: "is not a range of times" }],
    });
    expect(Object.keys(fieldErrors(problem))).toEqual(["hours.days.monday.0"]);
  });

  it("says when to try again", async () => {
    const problem = await problemOf(
      answer(
        503,
        { type: "urn:call-ledger:problem:unavailable", title: "a database is away" },
        { "retry-after": "2" },
      ),
    );
    expect(problem.retryAfter).toBe(2);
    expect(problem.isPassing).toBe(true);
  });
});

describe("an answer that is no problem document", () => {
  it("is a plain problem", async () => {
    const problem = await problemOf(new Response("<html>Bad gateway</html>", { status: 502 }));
    expect(problem.kind).toBe("unknown");
    expect(problem.message).toContain("502");
  });

  it("survives broken JSON", async () => {
    const broken = new Response("{", { status: 500, headers: { "content-type": "application/json" } });
    expect((await problemOf(broken)).status).toBe(500);
  });
});

describe("what a person reads", () => {
  it("is the title with the fields behind it", () => {
    const problem = new ApiProblem({
      kind: "invalid",
      status: 422,
      title: "Some values cannot be accepted.",
      fields: [{ parameter: "limit", detail: "must be from 1 to 200" }],
    });
    expect(messageOf(problem)).toBe("Some values cannot be accepted. Limit must be from 1 to 200.");
  });

  it("is never empty", () => {
    expect(messageOf(undefined)).not.toBe("");
    expect(messageOf(unreachable())).toContain("cannot be reached");
  });
});
