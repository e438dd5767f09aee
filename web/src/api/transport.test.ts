import { afterEach, describe, expect, it, vi } from "vitest";
import { IDEMPOTENCY_KEY, newKey, onSignedOut, send } from "./transport";

const URL = "http://calls.example/api/contacts";

function answers(...given: (Response | "lost")[]): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request);
    const next = given.shift();
    if (next === "lost" || next === undefined) throw new TypeError("Failed to fetch");
    return next;
  });
  return seen;
}

function problem(status: number, kind: string): Response {
  const document = { type: `urn:call-ledger:problem:${kind}`, title: kind };
  return new Response(JSON.stringify(document), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

afterEach(() => vi.unstubAllGlobals());

describe("a write", () => {
  it("whose answer got lost is sent again under the same key", async () => {
    const seen = answers("lost", new Response("{}"));
    await send(new Request(URL, { method: "POST", body: "{}" }));
    const keys = seen.map((request) => request.headers.get(IDEMPOTENCY_KEY));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("keeps the key that it came with", async () => {
    const seen = answers(new Response("{}"));
    await send(new Request(URL, { method: "POST", headers: { [IDEMPOTENCY_KEY]: "mine" } }));
    expect(seen[0]?.headers.get(IDEMPOTENCY_KEY)).toBe("mine");
  });

  it("that was refused is not sent again", async () => {
    const seen = answers(problem(409, "conflict"));
    await expect(send(new Request(URL, { method: "POST" }))).rejects.toMatchObject({ kind: "conflict" });
    expect(seen).toHaveLength(1);
  });
});

describe("a session that is over", () => {
  it("is told once the service says so", async () => {
    const told = vi.fn();
    onSignedOut(told);
    answers(problem(401, "unauthenticated"));
    await expect(send(new Request(URL))).rejects.toMatchObject({ status: 401 });
    expect(told).toHaveBeenCalledOnce();
  });

  it("is not a wrong password", async () => {
    const told = vi.fn();
    onSignedOut(told);
    answers(problem(401, "wrong-credentials"));
    await expect(send(new Request(URL, { method: "POST" }))).rejects.toMatchObject({
      kind: "wrong-credentials",
    });
    expect(told).not.toHaveBeenCalled();
  });
});

it("a service that is away is a problem like any other", async () => {
  answers("lost");
  await expect(send(new Request(URL))).rejects.toMatchObject({ kind: "unreachable", isPassing: true });
});

it("keys differ", () => {
  expect(newKey()).not.toBe(newKey());
});
