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
    started: { from: "+15005550001", to: { erased: true } },
    legs: {
      CA1: { answered: { at: 5 }, joined_last: { at: 5 } },
      CA2: { joined_last: { at: 5 }, left: { at: 9 } },
    },
    people: { listeners: ["user_1"], taken_over_by: null },
    talk: { caller_turns: 2, ai_turns: 3, interruptions: 1, fields: { email: true } },
  };
  expect(fact(state, "Status")).toBe("In conversation");
  expect(fact(state, "From")).toBe("+1 500 555 0001");
  expect(fact(state, "To")).toBe("Erased");
  expect(fact(state, "Listening in")).toBe("Ada");
  expect(fact(state, "Connected legs")).toBe("1");
  expect(fact(state, "Turns")).toBe("caller 2, assistant 3, interruptions 1");
  expect(fact(state, "Collected")).toBe("email");
});

it("a reviewed call lists its outcome, grade and resolution", () => {
  const state = {
    inferred: {},
    end: { outcome: "completed", ended_by: "caller", duration_s: 42 },
    review: {
      grade: "good",
      graded_by: "user_1",
      corrections: { 1: { by: "user_1", withdrawn: true }, 2: { by: "user_1", withdrawn: false } },
      resolution: { disposition: "callback_needed", by: "user_1" },
    },
    recordings: { RE1: { phase: "ai", archived: { key: "x" } } },
  };
  expect(fact(state, "Status")).toBe("Ended");
  expect(fact(state, "Ended")).toBe("Completed, by caller, 42 s");
  expect(fact(state, "Grade")).toBe("Good, by Ada");
  expect(fact(state, "Corrections")).toBe("1");
  expect(fact(state, "Resolution")).toBe("Callback needed");
  expect(fact(state, "Recordings")).toBe("Assistant archived");
});
