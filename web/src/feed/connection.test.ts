import { beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, FeedConnection, type SocketLike } from "./connection";
import { type FeedMessage, isEvent } from "./messages";

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly after: number;
  constructor(after: number) {
    this.after = after;
  }
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
  deliver(...positions: number[]): void {
    for (const position of positions) {
      this.onmessage?.({ data: JSON.stringify({ position, type: "CallerTurn", call_id: "CA1", data: {} }) });
    }
  }
}

let sockets: FakeSocket[];
let scheduled: (() => void)[];
let baseline: number;
let received: FeedMessage[];
let signedOut: () => void;
let starts: number[];
let feed: FeedConnection;

const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const positions = (): number[] => received.filter(isEvent).map((message) => message.position);
const runNextAttempt = async (): Promise<void> => {
  scheduled.pop()?.();
  await Promise.resolve();
  await Promise.resolve();
};

beforeEach(() => {
  sockets = [];
  scheduled = [];
  starts = [];
  baseline = 1_000;
  received = [];
  signedOut = vi.fn();
  feed = new FeedConnection(
    {
      open: (after) => {
        sockets.push(new FakeSocket(after));
        return last();
      },
      baseline: async () => baseline,
      wait: (run) => {
        scheduled.push(run);
        return () => {};
      },
      random: () => 0,
      onStart: (after) => starts.push(after),
    },
    () => signedOut(),
  );
  feed.read((message) => received.push(message));
});

describe("a lost connection", () => {
  it("resumes after the last position, without gaps or duplicates", async () => {
    feed.start(10);
    last().onopen?.();
    last().deliver(11, 12);
    last().onclose?.({ code: 1006 });
    expect(feed.current()).toBe("waiting");
    await runNextAttempt();
    expect(last().after).toBe(12);
    last().onopen?.();
    last().deliver(12, 13);
    expect(positions()).toEqual([11, 12, 13]);
    expect(feed.current()).toBe("open");
  });

  it("delivers no messages after it was replaced", async () => {
    feed.start(0);
    const first = last();
    const late = first.onmessage;
    first.onclose?.({ code: 4000 });
    await runNextAttempt();
    late?.({ data: JSON.stringify({ position: 7, type: "AiTurn", call_id: "CA1", data: {} }) });
    expect(positions()).toEqual([]);
  });

  it("is reconnected immediately by retryNow", () => {
    feed.start(0);
    last().onclose?.({ code: 1006 });
    feed.retryNow();
    expect(sockets).toHaveLength(2);
  });

  it("has one open socket after repeated retryNow", () => {
    feed.start(0);
    last().onclose?.({ code: 1006 });
    feed.retryNow();
    feed.retryNow();
    feed.retryNow();
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false]);
    last().onopen?.();
    expect(feed.current()).toBe("open");
    last().deliver(1);
    expect(positions()).toEqual([1]);
  });
});

describe("a service with a different log", () => {
  it("is followed from its baseline after three failures", async () => {
    feed.start(5_000);
    for (let failure = 0; failure < 3; failure += 1) {
      last().onclose?.({ code: 1006 });
      await runNextAttempt();
    }
    expect(last().after).toBe(1_000);
    expect(starts).toEqual([5_000, 1_000]);
  });

  it("is not assumed when the baseline is ahead of our position", async () => {
    baseline = 9_000;
    feed.start(5_000);
    for (let failure = 0; failure < 3; failure += 1) {
      last().onclose?.({ code: 1006 });
      await runNextAttempt();
    }
    expect(last().after).toBe(5_000);
  });
});

it("waiting for a position ends with whether the position was delivered", async () => {
  feed.start(0);
  last().onopen?.();
  const waiting = feed.waitForPosition(2);
  last().deliver(1, 2);
  expect(await waiting).toBe(true);
  const timedOut = feed.waitForPosition(9);
  scheduled.pop()?.();
  expect(await timedOut).toBe(false);
  last().onclose?.({ code: 1006 });
  expect(await feed.waitForPosition(9)).toBe(false);
});

it("close code 4001 stops the feed and signs out", () => {
  feed.start(0);
  last().onclose?.({ code: 4001 });
  expect(feed.current()).toBe("stopped");
  expect(signedOut).toHaveBeenCalledOnce();
  expect(scheduled).toHaveLength(0);
});

it("invalid and unknown messages are ignored", () => {
  feed.start(0);
  last().onmessage?.({ data: "{" });
  last().onmessage?.({ data: '{"type":"something new"}' });
  last().onmessage?.({ data: new ArrayBuffer(1) });
  expect(received).toEqual([]);
});

it("presence messages are delivered and do not change the position", () => {
  feed.start(3);
  last().onmessage?.({ data: '{"type":"presence","user_id":"user_1","here":true}' });
  expect(received).toHaveLength(1);
  expect(feed.position).toBe(3);
});

it("backoff grows up to its maximum", () => {
  expect(backoff(1, 0)).toBeLessThan(backoff(4, 0));
  expect(backoff(50, 1)).toBe(15_000);
});
