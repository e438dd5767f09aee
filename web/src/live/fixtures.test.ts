import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EventMessage } from "../feed/messages";
import { applyEvent, fromStartEvent, type LiveCall } from "./liveCall";

/** The fixtures that the service's own fold is tested against. */
const FOLDER = new URL("../../../domain/tests/fixtures/", import.meta.url);

interface Fixture {
  about: string;
  steps: { events: Record<string, { at: number }>[]; view: Partial<LiveCall> }[];
}

/** The event as the feed sends it: personal values opened, times in RFC 3339. */
function message(stored: Record<string, { at: number }>, position: number): EventMessage {
  const [type, fields] = Object.entries(stored)[0] ?? ["", { at: 0 }];
  const { at, ...data } = fields;
  const opened = Object.entries(data).map(([name, value]) => [
    name,
    isPersonal(value) ? value.personal : value,
  ]);
  return {
    position,
    type,
    call_id: "CA1",
    stream: { type: "call", id: "CA1" },
    at: new Date(at / 1000).toISOString(),
    data: Object.fromEntries(opened),
  };
}

function isPersonal(value: unknown): value is { personal: string } {
  return typeof value === "object" && value !== null && "personal" in value;
}

describe("a live call is what the service says it is", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  it.each(files)("%s", (file) => {
    const fixture: Fixture = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
    let call: LiveCall | null = null;
    let expected: Partial<LiveCall> = {};
    let position = 0;
    for (const [step, { events, view }] of fixture.steps.entries()) {
      for (const stored of events) {
        position += 1;
        const event = message(stored, position);
        call = call ? applyEvent(call, event) : fromStartEvent(event);
      }
      expected = { ...expected, ...view };
      expect(call, `${fixture.about} Step ${step}`).toMatchObject(expected);
    }
  });
  it("has fixtures", () => expect(files.length).toBeGreaterThanOrEqual(8));
});
