import type { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followInvalidations, staleQueries } from "./invalidations";
import type { FeedMessage } from "./messages";
import { callMessage } from "./testMessages";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("a turn makes the call stale, and no list", () => {
  const keys = staleQueries(callMessage("CallerTurn"));
  expect(keys.map(({ key }) => key)).toEqual([["call", "CA1"]]);
});

it("a grade makes the call, the lists and the feedback stale", () => {
  const keys = staleQueries(callMessage("Graded"));
  expect(keys.map(({ key }) => key[0])).toEqual(["call", "calls", "stats", "feedback"]);
});

it("a burst of events invalidates each query once", () => {
  let deliver: (message: FeedMessage) => void = () => {};
  const invalidateQueries = vi.fn();
  const client = { invalidateQueries } as unknown as QueryClient;
  const read = (reader: typeof deliver) => {
    deliver = reader;
    return () => {};
  };
  const stop = followInvalidations({ read }, client);
  for (let event = 0; event < 50; event += 1) deliver(callMessage("CallAnswered"));
  expect(invalidateQueries).not.toHaveBeenCalled();
  const keys = ["call CA1", "calls", "contacts", "stats"];
  const invalidated = () =>
    invalidateQueries.mock.calls
      .splice(0)
      .map(([filter]) => filter.queryKey.join(" "))
      .sort();
  vi.advanceTimersByTime(5_000);
  expect(invalidated()).toEqual(keys);
  // Once more, for a read model that lagged behind.
  vi.advanceTimersByTime(60_000);
  expect(invalidated()).toEqual(keys);
  stop();
});
