import { MutationObserver, QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";

const POST = vi.fn();
vi.mock("../api/client", () => ({
  api: { POST: (_path: string, { params, body }: Sent) => POST(params.path.id, body.digits) },
  writeResponse: async (answer: Promise<unknown>) => answer,
}));
const { digitsOptions } = await import("./digits");

interface Sent {
  params: { path: { id: string } };
  body: { digits: string };
}

/** Pending requests, which the test completes. */
let requests: { digit: string; succeed: () => void; fail: () => void }[];

beforeEach(() => {
  requests = [];
  POST.mockReset().mockImplementation(
    (_call: string, digit: string) =>
      new Promise<void>((resolve, reject) => {
        requests.push({ digit, succeed: resolve, fail: () => reject(new Error("refused")) });
      }),
  );
});

const sent = () => requests.map(({ digit }) => digit);

it("a digit is sent after the previous one was delivered", async () => {
  const keypad = new MutationObserver(new QueryClient(), digitsOptions("CA1"));
  for (const key of "123") void keypad.mutate(key);
  await vi.waitFor(() => expect(sent()).toEqual(["1"]));
  requests[0]?.succeed();
  await vi.waitFor(() => expect(sent()).toEqual(["1", "2"]));
  requests[1]?.succeed();
  await vi.waitFor(() => expect(sent()).toEqual(["1", "2", "3"]));
});

it("a rejected digit does not block the next", async () => {
  const keypad = new MutationObserver(new QueryClient(), digitsOptions("CA1"));
  keypad.mutate("1").catch(() => {});
  void keypad.mutate("2");
  await vi.waitFor(() => expect(sent()).toEqual(["1"]));
  requests[0]?.fail();
  await vi.waitFor(() => expect(sent()).toEqual(["1", "2"]));
});

it("digits of different calls are sent independently", async () => {
  const client = new QueryClient();
  void new MutationObserver(client, digitsOptions("CA1")).mutate("1");
  void new MutationObserver(client, digitsOptions("CA2")).mutate("2");
  await vi.waitFor(() => expect(sent()).toEqual(["1", "2"]));
});
