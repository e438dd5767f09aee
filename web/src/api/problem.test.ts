import { describe, expect, it } from "vitest";
import { ApiProblem, fieldErrors, messageOf, problemOf, unreachable } from "./problem";

function problemResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

describe("problemOf with a problem document", () => {
  it("strips the URN prefix from the kind and keeps the field errors", async () => {
    const problem = await problemOf(
      problemResponse(422, {
        type: "urn:call-ledger:problem:invalid",
        title: "some values are invalid",
        status: 422,
        errors: [{ pointer: "/email", detail: "is not an e-mail address" }],
      }),
    );
    expect(problem.kind).toBe("invalid");
    expect(problem.message).toBe("Some values are invalid.");
    expect(fieldErrors(problem)).toEqual({ email: "Is not an e-mail address." });
    expect(problem.isTransient).toBe(false);
  });

  it("joins nested field names with dots", () => {
    const problem = new ApiProblem({
      kind: "invalid",
      status: 422,
      title: "Invalid.",
      fields: [{ pointer: "/hours/days/monday/0", detail: "is not a range of times" }],
    });
    expect(Object.keys(fieldErrors(problem))).toEqual(["hours.days.monday.0"]);
  });

  it("reads the Retry-After header", async () => {
    const problem = await problemOf(
      problemResponse(
        503,
        { type: "urn:call-ledger:problem:unavailable", title: "a database is unavailable" },
        { "retry-after": "2" },
      ),
    );
    expect(problem.retryAfter).toBe(2);
    expect(problem.isTransient).toBe(true);
  });
});

describe("problemOf without a problem document", () => {
  it("returns a problem of kind unknown with the status", async () => {
    const problem = await problemOf(new Response("<html>Bad gateway</html>", { status: 502 }));
    expect(problem.kind).toBe("unknown");
    expect(problem.message).toContain("502");
  });

  it("accepts invalid JSON", async () => {
    const broken = new Response("{", { status: 500, headers: { "content-type": "application/json" } });
    expect((await problemOf(broken)).status).toBe(500);
  });
});

describe("messageOf", () => {
  it("appends the field errors to the title", () => {
    const problem = new ApiProblem({
      kind: "invalid",
      status: 422,
      title: "Some values are invalid.",
      fields: [{ parameter: "limit", detail: "must be from 1 to 200" }],
    });
    expect(messageOf(problem)).toBe("Some values are invalid. Limit must be from 1 to 200.");
  });

  it("never returns an empty message", () => {
    expect(messageOf(undefined)).not.toBe("");
    expect(messageOf(unreachable())).toContain("cannot be reached");
  });
});
