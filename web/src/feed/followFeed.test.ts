import type { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followFeed, staleQueries } from "./followFeed";
import type { EventMessage, FeedMessage } from "./messages";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const event = (type: string, stream: EventMessage["stream"]) =>
  ({ position: 1, type, stream, call_id: null, data: {} }) as unknown as EventMessage;
const keys = (type: string, stream: EventMessage["stream"]) =>
  staleQueries(event(type, stream)).map((key) => key.join(" "));

it("an event of an agent makes stale what shows it", () => {
  const agent = { type: "agent", id: "default" } as const;
  expect(keys("AgentCreated", agent)).toEqual(["agents"]);
  expect(keys("HoursSet", agent)).toEqual(["agents", "agent default"]);
  expect(keys("PersonaProposed", agent)).toEqual(["agent default personas"]);
  expect(keys("SomethingNew", agent)).toEqual(["agents", "agent default"]);
});

it("an event of a contact, a quarantined webhook or the log makes stale what shows it", () => {
  expect(keys("TimeZoneSet", { type: "tenant_settings", id: "default" })).toEqual([
    "settings",
    "stats",
    "feedback",
    "calls",
  ]);
  expect(keys("NumberSuppressed", { type: "callee", id: "1" })).toEqual(["contacts", "suppression"]);
  expect(keys("ContactAdded", { type: "contact", id: "1" })).toEqual(["contacts"]);
  expect(keys("WebhookQuarantined", { type: "quarantine", id: "1" })).toEqual(["quarantined-webhooks"]);
  expect(keys("LedgerCreated", { type: "ledger", id: "ledger" })).toEqual([]);
});

it("presence requests the users, and an event of an agent the agents once", () => {
  let deliver: (message: FeedMessage) => void = () => {};
  const invalidateQueries = vi.fn();
  const client = { invalidateQueries } as unknown as QueryClient;
  const read = (reader: typeof deliver) => {
    deliver = reader;
    return () => {};
  };
  const requested = () => invalidateQueries.mock.calls.splice(0).map(([filter]) => filter.queryKey.join(" "));
  const stop = followFeed({ read }, client);
  deliver({ type: "presence", user_id: "u", here: true });
  expect(requested()).toEqual(["active-users", "colleagues"]);
  for (let n = 0; n < 3; n += 1) deliver(event("AgentCreated", { type: "agent", id: "a" }));
  vi.advanceTimersByTime(4_000);
  expect(requested()).toEqual(["agents"]);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(requested()).toEqual([]);
});
