import { expect, it } from "vitest";
import { factsOf } from "./stateAtVersion";

const nameOf = (user: string) => (user === "user_1" ? "Ada" : user);
const fact = (state: unknown, label: string) =>
  factsOf(state, nameOf).find((one) => one.label === label)?.value;

it("an empty state has only a status", () => {
  expect(factsOf({}, nameOf)).toEqual([{ label: "Status", value: "No events yet" }]);
});

it("a call in progress lists its participants and turns", () => {
  const state = {
    status: "in_progress",
    holder: "ai",
    caller_number: "+15005550001",
    listeners: ["user_1"],
    taken_over_by: null,
    transferring: true,
    dialogue: {
      caller_turns: [2, 4],
      ai_turns: { 1: 300, 3: null, 5: 200 },
      interrupted: [3],
      fields: { email: true },
    },
    recordings: {
      by_sid: { RE1: { phase: "ai", url: "https://example.com" } },
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
  const state = {
    status: "completed",
    holder: "none",
    outcome: "completed",
    ended_by: "caller",
    duration_s: 42,
    review: {
      grade: { grade: "good", by: "user_1" },
      corrections: { 1: { by: "user_1", withdrawn: true }, 2: { by: "user_1", withdrawn: false } },
      resolution: { disposition: "callback_needed", by: "user_1" },
    },
    recordings: { by_sid: { RE1: { phase: "ai", archived: { key: "x" } } } },
  };
  expect(fact(state, "Status")).toBe("Completed");
  expect(fact(state, "With")).toBeUndefined();
  expect(fact(state, "Ended")).toBe("Completed, by caller, 42 s");
  expect(fact(state, "Grade")).toBe("Good, by Ada");
  expect(fact(state, "Corrections")).toBe("1");
  expect(fact(state, "Resolution")).toBe("Callback needed");
  expect(fact(state, "Recordings")).toBe("Assistant archived");
});
