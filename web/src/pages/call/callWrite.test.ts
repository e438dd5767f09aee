import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WriteResponse } from "../../api/client";
import { unreachable } from "../../api/problem";
import type { CallDetail } from "../../api/types";
import { callKeys, queryUpdates } from "../../feed/QueryUpdates";
import { callMessage } from "../../feed/testMessages";
import { callWrite } from "./callWrite";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const KEY = callKeys.detail("CA1");
const DETAIL = { call_id: "CA1", grade: null, disposition: null, notes: null } as CallDetail;

const resolved = (position: number) =>
  callMessage("Resolved", { disposition: "resolved", by: "other" }, { version: position, position });
const edited = (position: number) =>
  callMessage("DetailsEdited", { notes: "Call at noon" }, { version: position, position });

/** A shown call, and how the service answers requests for it and writes to it. */
async function show() {
  const client = new QueryClient();
  const updates = queryUpdates(client);
  updates.start(0);
  client.setQueryData(KEY, DETAIL);
  const service = { detail: DETAIL, requests: 0 };
  const queryFn = async ({ signal: _used }: { signal: AbortSignal }) => {
    service.requests += 1;
    const answer = service.detail;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return answer;
  };
  new QueryObserver(client, { queryKey: KEY, queryFn, retry: false, staleTime: 60_000 }).subscribe(() => {});
  const shown = () => client.getQueryData<CallDetail>(KEY);
  /** Sends a write, whose request and whose wait for the feed the functions do. */
  const write = (
    send: () => Promise<WriteResponse<CallDetail>>,
    reached: () => Promise<boolean>,
    expected?: Partial<CallDetail>,
  ) => {
    const change = expected && ((call: CallDetail) => ({ ...call, ...expected }));
    const options = callWrite<null>(client, "CA1", { send, reached, expect: change });
    return new MutationObserver(client, options).mutate(null);
  };
  return { client, updates, service, shown, write };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unreached = async () => false;

describe("a write that fails", () => {
  const failing = async () => {
    await pause(50);
    throw unreachable();
  };

  it("is rolled back, and the request that it cancelled is made again", async () => {
    const { client, service, shown, write } = await show();
    service.detail = { ...DETAIL, disposition: "resolved" };
    void client.invalidateQueries({ queryKey: KEY });
    const written = write(failing, unreached, { grade: "good" });
    written.catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    expect(shown()).toMatchObject({ grade: "good", disposition: null });
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(written).rejects.toThrow();
    expect(service.requests).toBe(2);
    expect(shown()).toEqual(service.detail);
  });

  it("does not undo an event that arrived meanwhile", async () => {
    const { updates, service, shown, write } = await show();
    const written = write(failing, unreached, { grade: "good" });
    written.catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    updates.apply(resolved(2));
    expect(shown()).toMatchObject({ grade: "good", disposition: "resolved" });
    service.detail = { ...DETAIL, disposition: "resolved" };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown()).toEqual(service.detail);
  });
});

describe("a write that succeeds", () => {
  it("keeps the events that are shown, however far the read model lagged", async () => {
    const { updates, service, shown, write } = await show();
    updates.apply(resolved(8));
    const reached = async () => {
      updates.apply(edited(9));
      return true;
    };
    void write(async () => ({ body: DETAIL, position: 9 }), reached);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown()).toMatchObject({ disposition: "resolved", notes: "Call at noon" });
    expect(service.requests).toBe(0);
  });

  it("requests the call if the feed does not deliver its events", async () => {
    const { service, shown, write } = await show();
    service.detail = { ...DETAIL, notes: "Call at noon" };
    void write(async () => ({ body: DETAIL, position: 9 }), unreached);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(service.requests).toBe(1);
    expect(shown()).toEqual(service.detail);
  });

  it("requests the call if it was about to be fetched", async () => {
    const { client, service, shown, write } = await show();
    service.detail = { ...DETAIL, disposition: "resolved", grade: "good" };
    void client.invalidateQueries({ queryKey: KEY });
    void write(
      async () => ({ body: DETAIL, position: 9 }),
      async () => true,
      { grade: "good" },
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(service.requests).toBe(2);
    expect(shown()).toEqual(service.detail);
  });
});
