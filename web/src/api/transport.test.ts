import { afterEach, describe, expect, it, vi } from "vitest";
import { IDEMPOTENCY_KEY, newKey, onConfirmationRequired, onSignedOut, send } from "./transport";

const URL = "http://calls.example/api/contacts";

function stubFetch(...responses: (Response | "lost")[]): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request);
    const next = responses.shift();
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

describe("send of a write", () => {
  it("retries with the same idempotency key when the response is lost", async () => {
    const seen = stubFetch("lost", new Response("{}"));
    await send(new Request(URL, { method: "POST", body: "{}" }));
    const keys = seen.map((request) => request.headers.get(IDEMPOTENCY_KEY));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("keeps an idempotency key that is already set", async () => {
    const seen = stubFetch(new Response("{}"));
    await send(new Request(URL, { method: "POST", headers: { [IDEMPOTENCY_KEY]: "mine" } }));
    expect(seen[0]?.headers.get(IDEMPOTENCY_KEY)).toBe("mine");
  });

  it("does not retry a rejected write", async () => {
    const seen = stubFetch(problem(409, "conflict"));
    await expect(send(new Request(URL, { method: "POST" }))).rejects.toMatchObject({ kind: "conflict" });
    expect(seen).toHaveLength(1);
  });
});

describe("the sign-out listener", () => {
  it("is called when the service answers unauthenticated", async () => {
    const listener = vi.fn();
    onSignedOut(listener);
    stubFetch(problem(401, "unauthenticated"));
    await expect(send(new Request(URL))).rejects.toMatchObject({ status: 401 });
    expect(listener).toHaveBeenCalledOnce();
  });

  it("is not called for a wrong password", async () => {
    const listener = vi.fn();
    onSignedOut(listener);
    stubFetch(problem(401, "wrong-credentials"));
    await expect(send(new Request(URL, { method: "POST" }))).rejects.toMatchObject({
      kind: "wrong-credentials",
    });
    expect(listener).not.toHaveBeenCalled();
  });
});

it("send throws a transient problem when the service is unreachable", async () => {
  stubFetch("lost");
  await expect(send(new Request(URL))).rejects.toMatchObject({ kind: "unreachable", isTransient: true });
});

it("newKey returns a different key on each call", () => {
  expect(newKey()).not.toBe(newKey());
});

describe("send of a sensitive action", () => {
  const required = () => problem(403, "password-confirmation-required");

  it("is sent again with the same key once the password is confirmed", async () => {
    const seen = stubFetch(required(), new Response("{}"));
    onConfirmationRequired(async () => true);
    await send(new Request(URL, { method: "POST", body: "{}" }));
    const keys = seen.map((request) => request.headers.get(IDEMPOTENCY_KEY));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("fails when the password is not confirmed", async () => {
    const seen = stubFetch(required());
    onConfirmationRequired(async () => false);
    await expect(send(new Request(URL, { method: "POST", body: "{}" }))).rejects.toMatchObject({
      status: 403,
    });
    expect(seen).toHaveLength(1);
  });
});
