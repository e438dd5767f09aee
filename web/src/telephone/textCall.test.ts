import { describe, expect, it } from "vitest";
import { CONNECTING, ending, fold, type Noticed, parse, type TextCall } from "./textCall";

function callAfter(...noticed: Noticed[]): TextCall {
  return noticed.reduce(fold, CONNECTING);
}

const ANSWERED: Noticed[] = [{ what: "ringing" }, { what: "answered" }];

describe("a call at which one types", () => {
  it("rings, is answered, and ends", () => {
    expect(callAfter({ what: "ringing" }).stage).toBe("ringing");
    expect(callAfter(...ANSWERED).stage).toBe("open");
    expect(callAfter(...ANSWERED, { what: "ended", outcome: "completed", by: "you" }).stage).toBe("ended");
  });

  it("knows whose turn it is", () => {
    const greeted = callAfter(...ANSWERED, { what: "heard", by: "service", text: "Hello" });
    expect(greeted.turn).toBe("theirs");
    const asked = fold(greeted, { what: "listening" });
    expect(asked.turn).toBe("ours");
    expect(fold(asked, { what: "said", text: "Hi" }).turn).toBe("nobodys");
  });

  it("lets two people talk as they like", () => {
    const talk = callAfter(
      ...ANSWERED,
      { what: "connected" },
      { what: "heard", by: "person", text: "Hello?" },
    );
    expect(talk.turn).toBe("free");
    expect(fold(talk, { what: "said", text: "It is me" }).turn).toBe("free");
  });

  it("keeps what was said in its order, and marks what was cut", () => {
    const call = callAfter(
      ...ANSWERED,
      { what: "heard", by: "service", text: "We are open from" },
      { what: "said", text: "Stop" },
      { what: "interrupted" },
    );
    expect(call.spoken.map(({ who, text, isCut }) => [who, text, isCut])).toEqual([
      ["service", "We are open from", true],
      ["me", "Stop", false],
    ]);
  });

  it("passes over what it does not know", () => {
    expect(callAfter({ what: "a later invention" })).toEqual(CONNECTING);
    expect(parse("no JSON")).toBeNull();
    expect(parse("[]")).toBeNull();
    expect(parse('{"what":"ringing"}')).toEqual({ what: "ringing" });
  });
});

describe("the end of a call", () => {
  it.each([
    [{ what: "ended", outcome: "completed", by: "you" }, "You hung up."],
    [{ what: "ended", outcome: "completed", by: "other_side" }, "The agent hung up."],
    [{ what: "ended", outcome: "busy", by: "network" }, "The agent was busy."],
    [{ what: "ended", outcome: "no_answer", by: "network" }, "The agent did not answer."],
    [{ what: "lost" }, "The telephone network broke off."],
  ])("is told in words", (noticed, words) => {
    expect(ending(callAfter(...ANSWERED, noticed), "The agent")).toBe(words);
  });
});
