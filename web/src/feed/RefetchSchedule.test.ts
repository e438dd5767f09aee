import { QueryClient, type QueryKey } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RefetchSchedule } from "./RefetchSchedule";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A schedule, and the times of its requests in milliseconds. */
function start() {
  const client = new QueryClient();
  const from = performance.now();
  const requests: [QueryKey | undefined, number][] = [];
  vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
    requests.push([filters?.queryKey, performance.now() - from]);
  });
  return { schedule: new RefetchSchedule(client), requests };
}

it("fetches a query once, at the earliest of the requested times", () => {
  const { schedule, requests } = start();
  schedule.after(["stats"], 30_000);
  schedule.after(["stats"], 400);
  schedule.after(["stats"], 1_000);
  vi.advanceTimersByTime(60_000);
  expect(requests).toEqual([[["stats"], 400]]);
});

it.each([
  [30_000, 2_000],
  [1_000, 2_000],
])("fetches once more when it is quiet, whichever request is earlier", (once, twice) => {
  const { schedule, requests } = start();
  schedule.after(["stats"], once);
  schedule.twiceAfter(["stats"], twice);
  schedule.after(["stats"], once);
  vi.advanceTimersByTime(60_000);
  const first = Math.min(once, twice);
  expect(requests.map(([, at]) => at)).toEqual([first, first + 5_000]);
});

it("keeps queries with different parameters apart", () => {
  const { schedule, requests } = start();
  schedule.after(["calls", { filter: "inbound" }], 400);
  schedule.after(["calls", { filter: "outbound" }], 400);
  vi.advanceTimersByTime(1_000);
  expect(requests).toHaveLength(2);
});

it("fetches nothing after it is stopped", () => {
  const { schedule, requests } = start();
  schedule.twiceAfter(["stats"], 400);
  vi.advanceTimersByTime(400);
  schedule.after(["calls"], 400);
  schedule.stop();
  vi.advanceTimersByTime(60_000);
  expect(requests).toHaveLength(1);
});
