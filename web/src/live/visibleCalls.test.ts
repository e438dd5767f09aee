import { expect, it } from "vitest";
import { activeCall } from "../feed/testMessages";
import { fromSnapshot, type LiveCall } from "./liveCall";
import { visibleCalls } from "./visibleCalls";

function call(id: string, of: Partial<LiveCall> = {}): LiveCall {
  return { ...fromSnapshot(activeCall(id), 1), ...of };
}

const ids = (calls: readonly LiveCall[]) => calls.map(({ call_id: id }) => id);

it("visibleCalls returns all calls up to the limit", () => {
  expect(ids(visibleCalls([call("1"), call("2")], 2, "me"))).toEqual(["1", "2"]);
});

it("visibleCalls beyond the limit returns the first calls and those that involve the user", () => {
  const calls = [
    call("1"),
    call("2"),
    call("3"),
    call("4", { takeover_requests: ["me"] }),
    call("5", { taken_over_by: "other" }),
    call("6", { taken_over_by: "me" }),
    call("7", { listeners: ["me"] }),
    call("8", { takeovers_accepted: ["me"] }),
  ];
  expect(ids(visibleCalls(calls, 2, "me"))).toEqual(["1", "2", "4", "6", "7", "8"]);
});
