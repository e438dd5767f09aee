import type { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followInvalidations, stales } from "./invalidations";
import type { FeedMessage } from "./messages";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const said = (type: string, id: string): FeedMessage => ({
  position: 1,
  type,
  call_id: id,
  stream: { type: "call", id },
  at: "2026-01-01T00:00:00Z",
  data: {},
});

it("words change the call, and no list", () => {
  const keys = stales({ type: "CallerTurn", call_id: "CA1", stream: { type: "call", id: "CA1" } });
  expect(keys.map(({ key }) => key)).toEqual([["call", "CA1"]]);
});

it("a grade changes the call, the lists and the feedback", () => {
  const keys = stales({ type: "Graded", call_id: "CA1", stream: { type: "call", id: "CA1" } });
  expect(keys.map(({ key }) => key[0])).toEqual(["call", "calls", "stats", "feedback"]);
});

it("a rush of events asks each query once", () => {
  let tell: (message: FeedMessage) => void = () => {};
  const invalidateQueries = vi.fn();
  const client = { invalidateQueries } as unknown as QueryClient;
  const read = (reader: typeof tell) => {
    tell = reader;
    return () => {};
  };
  const stop = followInvalidations({ read }, client);
  for (let event = 0; event < 50; event += 1) tell(said("CallAnswered", "CA1"));
  expect(invalidateQueries).not.toHaveBeenCalled();
  const keys = ["call CA1", "calls", "contacts", "stats"];
  const asked = () =>
    invalidateQueries.mock.calls
      .splice(0)
      .map(([filter]) => filter.queryKey.join(" "))
      .sort();
  vi.advanceTimersByTime(5_000);
  expect(asked()).toEqual(keys);
  // And once more, for a read model that was late.
  vi.advanceTimersByTime(60_000);
  expect(asked()).toEqual(keys);
  stop();
});
