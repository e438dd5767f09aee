import { describe, expect, it } from "vitest";
import { applyEvent, CONNECTING, ending, type LineEvent, parse, type TextCall } from "./textCall";

function callAfter(...events: LineEvent[]): TextCall {
  return events.reduce(applyEvent, CONNECTING);
}

const ANSWERED: LineEvent[] = [{ what: "ringing" }, { what: "answered" }];

describe("applyEvent", () => {
  it("sets the stage to ringing, open and ended", () => {
    expect(callAfter({ what: "ringing" }).stage).toBe("ringing");
    expect(callAfter(...ANSWERED).stage).toBe("open");
    expect(callAfter(...ANSWERED, { what: "ended", outcome: "completed", by: "you" }).stage).toBe("ended");
  });

  it("tracks whose turn it is", () => {
    const greeted = callAfter(...ANSWERED, { what: "heard", by: "service", text: "Hello" });
    expect(greeted.turn).toBe("remote");
    const asked = applyEvent(greeted, { what: "listening" });
    expect(asked.turn).toBe("local");
    expect(applyEvent(asked, { what: "said", text: "Hi" }).turn).toBe("none");
  });

  it("lets both sides speak at any time once two people are connected", () => {
    const talk = callAfter(
      ...ANSWERED,
      { what: "connected" },
      { what: "heard", by: "person", text: "Hello?" },
    );
    expect(talk.turn).toBe("both");
    expect(applyEvent(talk, { what: "said", text: "It is me" }).turn).toBe("both");
  });

  it("keeps lines in order and marks an interrupted line", () => {
    const call = callAfter(
      ...ANSWERED,
      { what: "heard", by: "service", text: "We are open from" },
      { what: "said", text: "Stop" },
      { what: "interrupted" },
    );
    expect(call.lines.map(({ who, text, isCut }) => [who, text, isCut])).toEqual([
      ["service", "We are open from", true],
      ["me", "Stop", false],
    ]);
  });

  it("ignores unknown events", () => {
    expect(callAfter({ what: "a later invention" })).toEqual(CONNECTING);
    expect(parse("no JSON")).toBeNull();
    expect(parse("[]")).toBeNull();
    expect(parse('{"what":"ringing"}')).toEqual({ what: "ringing" });
  });
});

describe("ending", () => {
  it.each([
    [{ what: "ended", outcome: "completed", by: "you" }, "You hung up."],
    [{ what: "ended", outcome: "completed", by: "other_side" }, "The assistant hung up."],
    [{ what: "ended", outcome: "busy", by: "network" }, "The assistant was busy."],
    [{ what: "ended", outcome: "no_answer", by: "network" }, "The assistant did not answer."],
    [{ what: "lost" }, "The connection to the telephone network was lost."],
  ])("describes the end of the call", (event, words) => {
    expect(ending(callAfter(...ANSWERED, event), "The assistant")).toBe(words);
  });
});
