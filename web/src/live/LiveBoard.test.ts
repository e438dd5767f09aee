import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ActiveCall, CallEventData, CallEventType } from "../api/types";
import type { CallMessage } from "../feed/messages";
import { activeCall as anActiveCall, callMessage } from "../feed/testMessages";

const GET = vi.fn();
vi.mock("../api/client", () => ({
  api: { GET: (path: string) => GET(path) },
  positionOf: ({ position }: { position: number | null }) => position,
  totalOf: () => null,
}));
const { LiveBoard } = await import("./LiveBoard");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function activeCall(callId: string, turns: string[] = []): ActiveCall {
  return anActiveCall(callId, {
    turns: turns.map((text, index) => ({ turn: index + 1, speaker: "ai", text })),
  });
}

function event<T extends CallEventType>(
  position: number,
  type: T,
  data: Partial<CallEventData<T>> = {},
  callId = "CA1",
): CallMessage {
  return callMessage(type, data, { position, callId, at: "2026-01-01T10:01:00Z" });
}

it("load passes the position of the snapshot to start the feed", async () => {
  GET.mockResolvedValue({ data: [activeCall("CA1", ["Hello"])], response: { position: 17 } });
  const board = new LiveBoard();
  const onReady = vi.fn();
  const stop = board.load(onReady);
  await vi.waitFor(() => expect(onReady).toHaveBeenCalledExactlyOnceWith(17));
  expect(board.current().calls[0]?.position).toBe(17);
  stop();
});

it("a snapshot without a position is a failure", async () => {
  GET.mockResolvedValue({ data: [], response: { position: null } });
  const board = new LiveBoard();
  const onReady = vi.fn();
  const stop = board.load(onReady);
  await vi.waitFor(() => expect(board.current().state).toBe("failed"));
  expect(onReady).not.toHaveBeenCalled();
  stop();
});

it("an event after the snapshot is applied to it", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1", ["Hello"])], 10);
  board.applyEvent(event(11, "AiTurn", { turn: 2, text: "How can I help?" }));
  expect(board.current().calls[0]?.turns.map((turn) => turn.text)).toEqual(["Hello", "How can I help?"]);
});

it("a turn that the snapshot includes is not duplicated", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1", ["Hello"])], 10);
  board.applyEvent(event(12, "AiTurn", { turn: 1, text: "Hello" }));
  expect(board.current().calls[0]?.turns).toHaveLength(1);
});

it("an older snapshot does not remove turns", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1", ["Hello"])], 10);
  board.applyEvent(event(20, "AiTurn", { turn: 2, text: "Still there?" }));
  board.compare([activeCall("CA1", ["Hello"])], 15);
  expect(board.current().calls[0]?.turns).toHaveLength(2);
});

it("an ended call stays visible for a while and does not reappear", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1")], 10);
  board.applyEvent(event(11, "CallEnded", { outcome: "completed" }));
  expect(board.current().calls[0]?.outcome).toBe("completed");
  vi.advanceTimersByTime(60_000);
  expect(board.current().calls).toEqual([]);
  board.applyEvent(event(12, "CallStarted", { from: "+1", to: "+2" }));
  board.compare([activeCall("CA1")], 10);
  expect(board.current().calls).toEqual([]);
});

it("calls keep their order when events arrive", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1"), activeCall("CA2"), activeCall("CA3")], 10);
  board.applyEvent(event(11, "AiTurn", { turn: 1, text: "Hello" }, "CA2"));
  expect(board.current().calls.map((call) => [call.call_id, call.turns.length])).toEqual([
    ["CA1", 0],
    ["CA2", 1],
    ["CA3", 0],
  ]);
  board.applyEvent(event(12, "CallStarted", { from: "+1", to: "+2" }, "CA9"));
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA9", "CA1", "CA2", "CA3"]);
});

it("an ended call is not restored by an older snapshot and is forgotten after a newer one", async () => {
  const answer = (calls: ActiveCall[], position: number) => ({ data: calls, response: { position } });
  GET.mockResolvedValue(answer([activeCall("CA1")], 10));
  const board = new LiveBoard();
  const stop = board.load(() => {});
  await vi.waitFor(() => expect(board.current().calls).toHaveLength(1));
  board.applyEvent(event(20, "CallEnded", { outcome: "completed" }));
  // The read model lags behind and still has the call.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(board.current().calls).toEqual([]);
  expect(board.endedCount).toBe(1);
  GET.mockResolvedValue(answer([], 20));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(board.endedCount).toBe(0);
  stop();
});

it("a call missing from two snapshots in a row is removed", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1"), activeCall("CA2")], 10);
  board.compare([activeCall("CA2")], 20);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA1", "CA2"]);
  board.compare([activeCall("CA2")], 30);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA2"]);
});

it("a call missing from one snapshot ends with the event of the feed", () => {
  const board = new LiveBoard();
  board.compare([activeCall("CA1")], 10);
  board.compare([], 20);
  board.applyEvent(event(20, "CallEnded", { outcome: "completed" }));
  expect(board.current().calls[0]?.outcome).toBe("completed");
  vi.advanceTimersByTime(60_000);
  expect(board.current().calls).toEqual([]);
});

it("calls older than a truncated snapshot stay, and the unlisted ones are counted", () => {
  const board = new LiveBoard();
  const at = (id: string, minute: number) => ({
    ...activeCall(id),
    started_at: `2026-01-01T00:0${minute}:00Z`,
  });
  board.compare([at("CA2", 2), at("CA1", 1)], 10, 2);
  for (const position of [20, 30]) board.compare([at("CA3", 3), at("CA2", 2)], position, 4);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA3", "CA2", "CA1"]);
  expect(board.current().more).toBe(1);
});

it("a call that started after the snapshot stays", () => {
  const board = new LiveBoard();
  board.compare([], 10);
  board.applyEvent(event(11, "CallStarted", { from: "+1", to: "+2" }, "CA9"));
  board.compare([], 10);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA9"]);
});

it("a burst of events notifies watchers once", () => {
  const board = new LiveBoard();
  const watcher = vi.fn();
  board.watch(watcher);
  board.compare([activeCall("CA1")], 0);
  for (let turn = 1; turn < 100; turn += 1) board.applyEvent(event(turn, "AiTurn", { turn, text: "word" }));
  vi.advanceTimersByTime(100);
  expect(watcher).toHaveBeenCalledOnce();
});
