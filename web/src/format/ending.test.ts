import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CallDetail, CallEvent, CallState } from "../api/types";
import { describe as describeEvent, title } from "../pages/call/timeline/describe";
import { factsOf } from "../pages/call/timeline/stateAtVersion";
import { callEnding, endedBy } from "./ending";

/** What the service sends of each event of these calls, and what it answers about the call after each. */
const FOLDER = new URL("../../../api/tests/fixtures/call_pages/", import.meta.url);

interface Fixture {
  steps: { message: CallEvent & { version: number }; detail: Partial<CallDetail> }[];
}

describe("the end of a call is shown in the same words", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  const calls = files.map((file) => {
    const { steps } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Fixture;
    const detail = Object.assign({}, ...steps.map((step) => step.detail)) as CallDetail;
    const ends = steps.map(({ message }) => message).filter(({ type }) => type === "CallEnded");
    return { file, detail, ends };
  });

  it("on the call's page and in the event that has it", () => {
    const known = calls.filter(({ detail }) => detail.ended_by);
    expect(known.length).toBeGreaterThanOrEqual(2);
    for (const { file, detail, ends } of known) {
      const wording = callEnding({ outcome: detail.status, ended_by: detail.ended_by });
      const shown = ends.map((event) => describeEvent(event, (id) => id));
      expect(shown, file).toContain(wording);
    }
  });

  it("by one event that is named as the end", () => {
    for (const { file, ends } of calls.filter((call) => call.ends.length > 0)) {
      const names = ends.map((event) => title(event, ends));
      expect(names.filter((name) => name === "Call ended").length, file).toBe(1);
    }
  });

  it("in the state after an event", () => {
    for (const { detail } of calls.filter((call) => call.detail.ended_by)) {
      const { status: outcome, ended_by } = detail;
      const state = { dialogue: {}, recordings: {}, review: {}, failed_effects: {}, listeners: [] };
      const facts = factsOf({ ...state, outcome, ended_by } as unknown as CallState, (id) => id);
      expect(facts.find(({ label }) => label === "Ended")?.value).toBe(callEnding({ outcome, ended_by }));
    }
  });

  it("also when the provider reports the end that the service has recorded", () => {
    const goodbye = calls.find(({ file }) => file === "goodbye.json");
    expect(
      goodbye?.ends.map((event) => [title(event, goodbye.ends), describeEvent(event, (id) => id)]),
    ).toEqual([
      ["Call ended", "Completed, ended by the caller"],
      ["End reported again", "Completed"],
    ]);
    expect([goodbye?.detail.status, goodbye?.detail.ended_by]).toEqual(["completed", "caller"]);
  });
});

it("names a value of a newer service", () => {
  expect(endedBy("new_reason")).toBe("ended by: new reason");
  expect(endedBy(null)).toBe("");
});

it("leaves out what is unknown", () => {
  expect(callEnding({ outcome: "failed", reason: "SIP 486" })).toBe("Failed, SIP 486");
  expect(callEnding({ outcome: "completed", ended_by: "ai" })).toBe("Completed, ended by the assistant");
  expect(callEnding({})).toBe("");
});
