import { expect, it } from "vitest";
import type { CallState } from "../../../api/types";
import { NO_PARTICIPANTS } from "../../../live/participants";
import { factsOf } from "./stateAtVersion";

const nameOf = (user: string) => (user === "user_1" ? "Ada" : user);
const DIALOGUE: CallState["dialogue"] = {
  caller_turns: [],
  ai_turns: {},
  interrupted: [],
  heard_unclearly: 0,
  silence_prompts: 0,
  ai_failures: 0,
  fields: {},
  escalations: [],
  guardrails: [],
  persona_version: null,
  ai_disclosed: false,
  consent_notice: false,
};
/** The state before the first event. */
const EMPTY: CallState = {
  tenant: "",
  holder: "none",
  listeners: [],
  takeover_requests: [],
  takeovers_accepted: [],
  transferring: false,
  transferred: false,
  phases: [],
  dialogue: DIALOGUE,
  participants: NO_PARTICIPANTS,
  recordings: { by_sid: {} },
  do_not_call: false,
  costs: 0,
  failed_effects: {},
  review: { grade: null, resolution: null },
  hidden: false,
  erased: false,
};
const RECORDING: NonNullable<CallState["recordings"]["by_sid"]>[string] = { phase: "ai", paused: false };
const fact = (state: Partial<CallState>, label: string) =>
  factsOf({ ...EMPTY, ...state }, nameOf).find((one) => one.label === label)?.value;

it("an empty state has only a status", () => {
  expect(factsOf(EMPTY, nameOf)).toEqual([{ label: "Status", value: "No events yet" }]);
});

it("a call in progress lists its participants and turns", () => {
  const state: Partial<CallState> = {
    status: "in_progress",
    holder: "ai",
    caller_number: "+15005550001",
    listeners: ["user_1"],
    taken_over_by: null,
    transferring: true,
    dialogue: {
      ...DIALOGUE,
      caller_turns: [2, 4],
      ai_turns: { 1: 300, 3: null, 5: 200 },
      interrupted: [3],
      fields: { email: true },
    },
    recordings: {
      by_sid: { RE1: { ...RECORDING, url: "https://example.com" } },
      transcripts: { ai: { engines: ["x"], wanted: false }, human: { engines: [], wanted: true } },
    },
  };
  expect(fact(state, "Status")).toBe("In progress");
  expect(fact(state, "With")).toBe("Assistant");
  expect(fact(state, "From")).toBe("+1 500 555 0001");
  expect(fact(state, "Listening in")).toBe("Ada");
  expect(fact(state, "Transfer")).toBe("Started");
  expect(fact(state, "Turns")).toBe("caller 2, assistant 3, interruptions 1");
  expect(fact(state, "Collected")).toBe("email");
  expect(fact(state, "Recordings")).toBe("Assistant ready");
  expect(fact(state, "Transcripts")).toBe("Assistant");
});

it("a reviewed call lists its outcome, grade and resolution", () => {
  const at = "2026-01-01T10:00:00.000000Z";
  const state: Partial<CallState> = {
    status: "completed",
    holder: "none",
    outcome: "completed",
    ended_by: "caller",
    duration_s: 42,
    review: {
      grade: { grade: "good", by: "user_1", at },
      corrections: {
        1: { note: "a", by: "user_1", at, withdrawn: true },
        2: { note: "b", by: "user_1", at, withdrawn: false },
      },
      resolution: { disposition: "callback_needed", by: "user_1", at },
    },
    recordings: {
      by_sid: {
        RE1: { ...RECORDING, archived: { key: "x", bytes: 1, sha256: "00", content_type: "audio/wav" } },
      },
    },
  };
  expect(fact(state, "Status")).toBe("Completed");
  expect(fact(state, "With")).toBeUndefined();
  expect(fact(state, "Ended")).toBe("Completed, ended by the caller, 42 s");
  expect(fact(state, "Grade")).toBe("Good, by Ada");
  expect(fact(state, "Corrections")).toBe("1");
  expect(fact(state, "Resolution")).toBe("Callback needed");
  expect(fact(state, "Recordings")).toBe("Assistant archived");
});
