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
  tell(...positions: number[]): void {
    for (const position of positions) {
      this.onmessage?.({ data: JSON.stringify({ position, type: "CallerTurn", call_id: "CA1", data: {} }) });
    }
  }
}

let sockets: FakeSocket[];
let waiting: (() => void)[];
let baseline: number;
let told: FeedMessage[];
let signedOut: () => void;
let feed: FeedConnection;

const last = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;
const positions = (): number[] => told.filter(isEvent).map((message) => message.position);
const nextTry = async (): Promise<void> => {
  waiting.pop()?.();
  await Promise.resolve();
  await Promise.resolve();
};

beforeEach(() => {
  sockets = [];
  waiting = [];
  baseline = 1_000;
  told = [];
  signedOut = vi.fn();
  feed = new FeedConnection(
    {
      open: (after) => {
        sockets.push(new FakeSocket(after));
        return last();
      },
      baseline: async () => baseline,
      wait: (run) => {
        waiting.push(run);
        return () => {};
      },
      random: () => 0,
    },
    () => signedOut(),
  );
  feed.read((message) => told.push(message));
});

describe("a connection that is lost", () => {
  it("goes on after the last position, and nothing is told twice or left out", async () => {
    feed.start(10);
    last().onopen?.();
    last().tell(11, 12);
    last().onclose?.({ code: 1006 });
    expect(feed.current()).toBe("waiting");
    await nextTry();
    expect(last().after).toBe(12);
    last().onopen?.();
    last().tell(12, 13);
    expect(positions()).toEqual([11, 12, 13]);
    expect(feed.current()).toBe("open");
  });

  it("is not heard any more once another is open", async () => {
    feed.start(0);
    const first = last();
    const late = first.onmessage;
    first.onclose?.({ code: 4000 });
    await nextTry();
    late?.({ data: JSON.stringify({ position: 7, type: "AiTurn", call_id: "CA1", data: {} }) });
    expect(positions()).toEqual([]);
  });

  it("is tried at once when somebody asks for it", () => {
    feed.start(0);
    last().onclose?.({ code: 1006 });
    feed.retryNow();
    expect(sockets).toHaveLength(2);
  });

  it("is tried once at a time, however often somebody asks for it", () => {
    feed.start(0);
    last().onclose?.({ code: 1006 });
    feed.retryNow();
    feed.retryNow();
    feed.retryNow();
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false]);
    last().onopen?.();
    expect(feed.current()).toBe("open");
    last().tell(1);
    expect(positions()).toEqual([1]);
  });
});

describe("a service with another log", () => {
  it("is followed from its own end after some failures", async () => {
    feed.start(5_000);
    for (let failure = 0; failure < 3; failure += 1) {
      last().onclose?.({ code: 1006 });
      await nextTry();
    }
    expect(last().after).toBe(1_000);
  });

  it("is not assumed when the log is merely longer", async () => {
    baseline = 9_000;
    feed.start(5_000);
    for (let failure = 0; failure < 3; failure += 1) {
      last().onclose?.({ code: 1006 });
      await nextTry();
    }
    expect(last().after).toBe(5_000);
  });
});

it("the end of the session ends the feed", () => {
  feed.start(0);
  last().onclose?.({ code: 4001 });
  expect(feed.current()).toBe("stopped");
  expect(signedOut).toHaveBeenCalledOnce();
  expect(waiting).toHaveLength(0);
});

it("what is no message is left out", () => {
  feed.start(0);
  last().onmessage?.({ data: "{" });
  last().onmessage?.({ data: '{"type":"something new"}' });
  last().onmessage?.({ data: new ArrayBuffer(1) });
  expect(told).toEqual([]);
});

it("presence is told without a position", () => {
  feed.start(3);
  last().onmessage?.({ data: '{"type":"presence","user_id":"user_1","here":true}' });
  expect(told).toHaveLength(1);
  expect(feed.position).toBe(3);
});

it("waits grow, and end somewhere", () => {
  expect(backoff(1, 0)).toBeLessThan(backoff(4, 0));
  expect(backoff(50, 1)).toBe(15_000);
});
