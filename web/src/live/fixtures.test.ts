import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ActiveCall } from "../api/types";
import type { CallMessage } from "../feed/messages";
import { applyEvent, fromSnapshot, fromStartEvent, type LiveCall } from "./liveCall";

/** What the service sends of each event of these calls, and what each call then is by the service's own fold. */
const MESSAGES = new URL("../../../api/tests/fixtures/call_pages/", import.meta.url);
const VIEWS = new URL("../../../domain/tests/fixtures/", import.meta.url);

interface Fixture {
  about: string;
  steps: { events: unknown[]; view: Partial<LiveCall> }[];
}

interface Sent {
  steps: { message: CallMessage }[];
}

function read<T>(folder: URL, file: string): T {
  return JSON.parse(readFileSync(new URL(file, folder), "utf8"));
}

/** Epoch microseconds, in which the service stores times, are larger than any other number of a call. */
const MIN_EPOCH_MICROS = 1e15;

/** The view as the service sends it: with times in RFC 3339. */
function asSent<T>(stored: T): T {
  return JSON.parse(JSON.stringify(stored), (_, value) =>
    typeof value === "number" && value > MIN_EPOCH_MICROS
      ? new Date(value / 1_000).toISOString().replace("Z", "000Z")
      : value,
  );
}

/** The call as the service lists it: without what only the page knows. */
function snapshotOf(call: LiveCall): ActiveCall {
  const {
    lastProblem: _,
    isVoicemail: _voicemail,
    position: _at,
    outcome: _outcome,
    endedAt: _end,
    ...listed
  } = call;
  return listed;
}

/** Folds the events of a fixture, and compares the call with the service's view of it after each step. */
function compare(file: string, between: (call: LiveCall) => LiveCall): void {
  const { about, steps } = read<Fixture>(VIEWS, file);
  const messages = read<Sent>(MESSAGES, file).steps.map(({ message }) => message);
  let call: LiveCall | null = null;
  let expected: Partial<LiveCall> = {};
  for (const [step, { events, view }] of steps.entries()) {
    for (const event of messages.splice(0, events.length)) {
      call = call ? applyEvent(between(call), event) : fromStartEvent(event);
    }
    expected = { ...expected, ...asSent(view) };
    // An ended call is not listed; the page shows it without participants.
    const ended = { listeners: [], takeover_requests: [], takeovers_accepted: [], transferring: false };
    const shown = call?.endedAt ? { ...expected, ...ended } : expected;
    expect(call, `${about} Step ${step}`).toMatchObject(shown);
  }
}

describe("a live call is what the service says it is", () => {
  const files = readdirSync(VIEWS).filter((file) => file.endsWith(".json"));
  it.each(files)("%s", (file) => compare(file, (call) => call));
  it.each(files)("%s, when it is loaded before each event", (file) =>
    compare(file, (call) => (call.endedAt ? call : fromSnapshot(snapshotOf(call), call.position))),
  );
  it("has fixtures", () => expect(files.length).toBeGreaterThanOrEqual(11));
});
