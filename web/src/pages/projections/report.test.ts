import { expect, it } from "vitest";
import { leftOut, percent, type RebuildReport, readReport, verdict } from "./report";

const table = (change: Partial<RebuildReport["difference"] & object["constructor"]> = {}) => ({
  table: "calls",
  comparable: true,
  equal: 10,
  added: 0,
  gone: 0,
  different: 0,
  first: [],
  ...change,
});
const report = (...tables: ReturnType<typeof table>[]): RebuildReport => ({
  model: "call_log",
  events: 100,
  load_seconds: 1,
  events_per_second: 100,
  difference: { position: 100, tables },
  switched: false,
  switch_ms: null,
});

it("a rebuild without differences says so", () => {
  expect(verdict(report(table(), table()))).toBe("No differences: 20 rows are equal.");
});

it("differences are summed over all tables", () => {
  const text = verdict(
    report(table({ different: 2 } as never), table({ added: 1, gone: 3, comparable: false } as never)),
  );
  expect(text).toContain("2 rows changed, 1 added, 3 removed");
  expect(text).toContain("not comparable: calls");
});

it("events that could not be applied are named by position, type and reason", () => {
  expect(leftOut(report(table()))).toBeNull();
  const letter = { position: 7, event_type: "CallStarted", reason: "the database rejected a row" };
  const one = { ...report(table()), parked: 1, dead_letters: [letter] };
  expect(leftOut(one)).toBe("1 event could not be applied: 7 (CallStarted: the database rejected a row)");
  const many = leftOut({ ...one, parked: 12 });
  expect(many).toContain("12 events could not be applied: 7 ");
  expect(many?.endsWith(" …")).toBe(true);
});

it("a failed rebuild has its error", () => {
  expect(readReport({ model: "call_log", error: "it is being rebuilt already" })).toEqual({
    error: "it is being rebuilt already",
  });
  expect(readReport(null)).toBeNull();
});

it("progress is capped at 100 % and null without a total", () => {
  expect(percent({ done: 50, total: 200 })).toBe(25);
  expect(percent({ done: 250, total: 200 })).toBe(100);
  expect(percent({ done: 0, total: 0 })).toBeNull();
});
