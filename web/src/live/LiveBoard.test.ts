import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ActiveCall } from "../api/types";
import type { EventMessage } from "../feed/messages";

const GET = vi.fn();
vi.mock("../api/client", () => ({
  api: { GET: (path: string) => GET(path) },
  positionOf: ({ position }: { position: number | null }) => position,
  totalOf: () => null,
}));
const { LiveBoard } = await import("./LiveBoard");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function read(callId: string, turns: string[] = []): ActiveCall {
  return {
    call_id: callId,
    status: "in_progress",
    holder: "ai",
    transferring: false,
    escalated: false,
    started_at: "2026-01-01T10:00:00Z",
    listeners: [],
    takeover_requests: [],
    takeovers_accepted: [],
    turns: turns.map((text, index) => ({ turn: index + 1, speaker: "ai", text })),
  };
}

function event(
  position: number,
  type: string,
  data: Record<string, unknown> = {},
  callId = "CA1",
): EventMessage {
  return {
    position,
    type,
    call_id: callId,
    stream: { type: "call", id: callId },
    at: "2026-01-01T10:01:00Z",
    data,
  };
}

it("the feed is followed from where the reading certainly reached", async () => {
  GET.mockResolvedValue({ data: [read("CA1", ["Hello"])], response: { position: 17 } });
  const board = new LiveBoard();
  const begin = vi.fn();
  const stop = board.load(begin);
  await vi.waitFor(() => expect(begin).toHaveBeenCalledExactlyOnceWith(17));
  expect(board.current().calls[0]?.position).toBe(17);
  stop();
});

it("a reading that says not how far it reaches is none", async () => {
  GET.mockResolvedValue({ data: [], response: { position: null } });
  const board = new LiveBoard();
  const begin = vi.fn();
  const stop = board.load(begin);
  await vi.waitFor(() => expect(board.current().state).toBe("failed"));
  expect(begin).not.toHaveBeenCalled();
  stop();
});

it("what the feed tells after the reading is added to it", () => {
  const board = new LiveBoard();
  board.compare([read("CA1", ["Hello"])], 10);
  board.hear(event(11, "AiTurn", { turn: 2, text: "How can I help?" }));
  expect(board.current().calls[0]?.turns.map((turn) => turn.text)).toEqual(["Hello", "How can I help?"]);
});

it("what the reading knew already is not said twice", () => {
  const board = new LiveBoard();
  board.compare([read("CA1", ["Hello"])], 10);
  board.hear(event(12, "AiTurn", { turn: 1, text: "Hello" }));
  expect(board.current().calls[0]?.turns).toHaveLength(1);
});

it("an older reading takes no line away", () => {
  const board = new LiveBoard();
  board.compare([read("CA1", ["Hello"])], 10);
  board.hear(event(20, "AiTurn", { turn: 2, text: "Still there?" }));
  board.compare([read("CA1", ["Hello"])], 15);
  expect(board.current().calls[0]?.turns).toHaveLength(2);
});

it("a call that ended stays in sight for a while, and does not come back", () => {
  const board = new LiveBoard();
  board.compare([read("CA1")], 10);
  board.hear(event(11, "CallEnded", { outcome: "completed" }));
  expect(board.current().calls[0]?.outcome).toBe("completed");
  vi.advanceTimersByTime(60_000);
  expect(board.current().calls).toEqual([]);
  board.hear(event(12, "CallStarted", { from: "+1", to: "+2" }));
  board.compare([read("CA1")], 10);
  expect(board.current().calls).toEqual([]);
});

it("calls keep their places while they are heard", () => {
  const board = new LiveBoard();
  board.compare([read("CA1"), read("CA2"), read("CA3")], 10);
  board.hear(event(11, "AiTurn", { turn: 1, text: "Hello" }, "CA2"));
  expect(board.current().calls.map((call) => [call.call_id, call.turns.length])).toEqual([
    ["CA1", 0],
    ["CA2", 1],
    ["CA3", 0],
  ]);
  board.hear(event(12, "CallStarted", { from: "+1", to: "+2" }, "CA9"));
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA9", "CA1", "CA2", "CA3"]);
});

it("a call that ended does not come back by a reading that is older, and is forgotten by one that is not", async () => {
  const answer = (calls: unknown[], position: number) => ({ data: calls, response: { position } });
  GET.mockResolvedValue(answer([read("CA1")], 10));
  const board = new LiveBoard();
  const stop = board.load(() => {});
  await vi.waitFor(() => expect(board.current().calls).toHaveLength(1));
  board.hear(event(20, "CallEnded", { outcome: "completed" }));
  // The read model is late: it has the call still.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(board.current().calls).toEqual([]);
  expect(board.remembers).toBe(1);
  GET.mockResolvedValue(answer([], 20));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(board.remembers).toBe(0);
  stop();
});

it("a call that the service twice does not have is over", () => {
  const board = new LiveBoard();
  board.compare([read("CA1"), read("CA2")], 10);
  board.compare([read("CA2")], 20);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA1", "CA2"]);
  board.compare([read("CA2")], 30);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA2"]);
});

it("a call whose end the service knows first ends as the feed tells it", () => {
  const board = new LiveBoard();
  board.compare([read("CA1")], 10);
  board.compare([], 20);
  board.hear(event(20, "CallEnded", { outcome: "completed" }));
  expect(board.current().calls[0]?.outcome).toBe("completed");
  vi.advanceTimersByTime(60_000);
  expect(board.current().calls).toEqual([]);
});

it("calls that are older than what the service tells of stay, and those it does not tell of are counted", () => {
  const board = new LiveBoard();
  const at = (id: string, minute: number) => ({ ...read(id), started_at: `2026-01-01T00:0${minute}:00Z` });
  board.compare([at("CA2", 2), at("CA1", 1)], 10, 2);
  for (const position of [20, 30]) board.compare([at("CA3", 3), at("CA2", 2)], position, 4);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA3", "CA2", "CA1"]);
  expect(board.current().more).toBe(1);
});

it("a call that began after the reading stays", () => {
  const board = new LiveBoard();
  board.compare([], 10);
  board.hear(event(11, "CallStarted", { from: "+1", to: "+2" }, "CA9"));
  board.compare([], 10);
  expect(board.current().calls.map((call) => call.call_id)).toEqual(["CA9"]);
});

it("a rush of events redraws once", () => {
  const board = new LiveBoard();
  const redraw = vi.fn();
  board.watch(redraw);
  board.compare([read("CA1")], 0);
  for (let turn = 1; turn < 100; turn += 1) board.hear(event(turn, "AiTurn", { turn, text: "word" }));
  vi.advanceTimersByTime(100);
  expect(redraw).toHaveBeenCalledOnce();
});
